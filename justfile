# What a person runs, and what CI runs: the same recipes. Without `just`, use ./just.

set shell := ["bash", "-euo", "pipefail", "-c"]

export PATH := env("PATH") + ":" + justfile_directory() / "target/tools/bin"

# The recipes.
default:
    @just --list --unsorted

# A first login: broker, test identity provider and client in one process.
demo *options: system
    cargo run --bin silta -- demo {{ options }}

# Everything that must hold: formatting, lints, architecture, and every test; two for each core, because they often wait
# for a process.
test: system peers lint
    mkdir -p target/artifacts
    cargo build --workspace --all-targets
    RUST_TEST_THREADS=$((2 * $(nproc))) cargo test --workspace -- --nocapture 2>&1 | tee target/artifacts/tests.txt
    scripts/leaks target/artifacts/tests.txt

# The same tests beside eight busy processes: no test may fail because a machine has other work to do.
test-busy *filters: system peers
    cargo build --workspace --all-targets
    scripts/busy 8 cargo test --workspace --tests -- {{ filters }}

# Formatting, clippy, the arrows between crates and files, dependencies, and what must not stand in the repository.
lint: system
    cargo fmt --all --check
    cargo clippy --workspace --all-targets -- --deny warnings
    cargo clippy --workspace --test image --test keycloak -- --deny warnings
    cargo clippy --workspace --no-default-features --bin silta -- --deny warnings
    RUSTDOCFLAGS="--deny warnings" cargo doc --workspace --no-deps --quiet
    scripts/arrows
    scripts/circles --test
    scripts/circles
    scripts/dependencies --test
    scripts/dependencies
    scripts/tidy
    scripts/cited

# Writes the reference page and the JSON Schema of the configuration from the description of its keys.
reference: system
    SILTA_REFERENCE=write cargo test --package silta-config --lib reference::

# Known vulnerabilities of the crates in Cargo.lock, by RustSec's database: fetched, or copied from a clone that you name.
advisories *clone: system
    scripts/dependencies --advisories {{ clone }}

# What Silta canonicalizes, verifies and opens, judged by bergshamra, samael, xmlsec1 and signxml: 1,000 cases of each kind, or as many as you say.
judges *count: peers
    judges/run {{ count }}

# Silta's judgement of one encrypted Response beside its RSA operations, xmlsec1's library and bergshamra, in one run.
judges-bench:
    judges/run bench

# What a login costs: CPU time beside its cryptography, memory, time to ready; with `short`, from a tenth of the rounds.
bench rounds="all": system peers
    cargo build --bin silta
    BENCH={{ rounds }} cargo bench --profile dev --workspace --bench login --bench sessions --bench process --bench large_file

# So many changes of the configuration, every third of them broken, at two replicas while people log in; CI does a dozen.
reloads count="1000": system peers
    cargo build --workspace --bin silta
    RELOADS={{ count }} cargo test --workspace --test flows -- reload::no_login_fails_in_a_storm_of_reloads --nocapture

# Logouts that race with refreshes and redemptions at two replicas over one Redis, so many rounds of each.
races rounds="1000": system peers
    cargo build --workspace --bin silta
    RACE_ROUNDS={{ rounds }} cargo test --workspace --test flows -- token_races:: --nocapture

# Logins and logouts with Keycloak as the identity provider, which is fetched for it; CI runs one login.
keycloak *filters: system
    tests/peers/setup keycloak
    cargo build --workspace --bin silta
    cargo test --workspace --test keycloak -- {{ filters }}

# Signed messages with one octet changed, so many in all: each must be refused, or mean the same.
mutations count="200000": system
    MUTATIONS={{ count }} cargo test --workspace --test saml mutation:: -- --nocapture

# The search for the SAML message that costs most beside an honest one of its size; prints the dearest of each form.
search-cost minutes="30" seed="7": system
    SEARCH_MINUTES={{ minutes }} SEARCH_SEED={{ seed }} cargo test --package silta-saml --test cost search -- --nocapture

# What an honest login costs now beside another commit, in instructions; fails when it is more than 2 % dearer.
bench-against commit: system
    scripts/cost-of-login {{ commit }}

# Two replicas as on Fargate: drained, killed and given new keys while 200 people log in; prints how many noticed.
fargate-like: system peers
    cargo build --bin silta --example fargate-like
    cargo run --example fargate-like

# One hostile machine against a release binary in a memory limit, while honest people log in; examples/siege says more.
siege *options: system release
    cargo build --example siege
    ulimit -n "$(ulimit -Hn)" && cargo run --example siege -- {{ options }} target/release/silta

# The same with less of everything against the development binary: a minute for each of the two ways.
siege-short *options: system
    cargo build --bin silta --example siege
    cargo run --example siege -- short {{ options }} target/debug/silta

# Fuzzes each target for so many seconds; fuzz/README.md says what they are.
fuzz seconds="10" *targets: system
    fuzz/run {{ seconds }} {{ targets }}

# The CloudFormation templates and the Dockerfile, judged by cfn-lint, checkov and hadolint.
templates: peers
    deploy/lint

# A binary to ship: without the demo, which is 8 % of it.
release: system
    cargo build --release --package silta-server --no-default-features

# A container image to ship, without a container engine: target/image/silta.tar. With `dev`, one to try in a minute.
image profile="release":
    deploy/image/build {{ profile }}

# Logins inside that image as an orchestrator runs it: by its own files alone, read-only, without rights, as process 1.
image-test: system peers
    cargo test --workspace --test image -- --nocapture

# Installs what building needs, and says so.
[private]
system:
    @scripts/system

# Installs what the end-to-end tests need, and says so.
[private]
peers:
    @tests/peers/setup
