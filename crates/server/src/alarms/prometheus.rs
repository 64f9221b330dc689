//! The shipped rules for Prometheus, judged by promtool, which is Prometheus' own.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

use silta_broker::ports::StoreError;

use super::played::Played;

/// The alerts that fired at any minute: promtool is told that none does, and says what it found.
pub(super) fn woken(name: &str, played: &Played) -> BTreeSet<String> {
    let folder = env::temp_dir().join(format!("silta-alarms-{}-{name}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    let file = folder.join("test.yaml");
    fs::write(&file, test(played)).unwrap();
    let output = Command::new(promtool()).args(["test", "rules"]).arg(&file).output();
    let output = output.expect("promtool; tests/peers/setup installs it");
    fs::remove_dir_all(&folder).unwrap();
    if output.status.success() {
        return BTreeSet::new();
    }
    let said = String::from_utf8(output.stderr).unwrap();
    let (_, got) = said.split_once("got:").unwrap_or_else(|| panic!("a mistake in here: {said}"));
    let got = got.replace('\\', "");
    let fired = alerts().into_iter().filter(|name| got.contains(&format!("\"{name}\"")));
    fired.collect()
}

/// What promtool reads: every series minute by minute, and the claim that nothing fires.
fn test(played: &Played) -> String {
    let mut text = format!(
        "rule_files: ['{RULES}']\nevaluation_interval: 1m\ntests:\n  - interval: 1m\n    input_series:\n"
    );
    // Buckets of histograms are no part of any rule.
    for (series, values) in played.series.iter().filter(|(name, _)| !name.contains("_bucket")) {
        let series = match series.strip_suffix('}') {
            Some(labelled) => format!("{labelled},job=\"silta\",instance=\"a\"}}"),
            None => format!("{series}{{job=\"silta\",instance=\"a\"}}"),
        };
        let values = values.iter().map(|value| match value {
            Some(value) => format!(" {value}"),
            None => " _".to_owned(),
        });
        let values: String = values.collect();
        writeln!(text, "      - series: '{series}'\n        values: '{values}'").unwrap();
    }
    let end = played.now - 1;
    let firing = format!("ALERTS{{alertstate=\"firing\"}}[{end}m]");
    let expression = format!("count by (alertname) (count_over_time({firing}))");
    writeln!(
        text,
        "    promql_expr_test:\n      - expr: '{expression}'\n        eval_time: {end}m\n        exp_samples: []"
    )
    .unwrap();
    text
}

/// The names of all alerts in the rules.
fn alerts() -> Vec<String> {
    let rules = fs::read_to_string(RULES).unwrap();
    let alerts = rules.lines().filter_map(|line| line.trim().strip_prefix("- alert: "));
    alerts.map(str::to_owned).collect()
}

#[test]
fn rules_ask_only_for_what_is_shown() {
    let played = Played::start();
    played.sheds();
    played.store_errors(&[StoreError::ReadOnly]);
    played.store_fill();
    let shown = played.shown();
    let rules = fs::read_to_string(RULES).unwrap();
    let asked: BTreeSet<_> = rules
        .split(|one: char| !one.is_ascii_alphanumeric() && one != '_')
        .filter(|word| word.starts_with("silta_"))
        .collect();
    assert!(asked.len() >= 8, "{asked:?}");
    for name in asked {
        let name = name.strip_suffix("_total").or(name.strip_suffix("_info")).unwrap_or(name);
        assert!(shown.contains(&format!("# TYPE {name} ")), "nothing shows {name}");
    }
}

fn promtool() -> PathBuf {
    let peers = env::var_os("SILTA_PEERS").map(PathBuf::from);
    let peers =
        peers.unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/peers"));
    peers.join("promtool")
}

const RULES: &str =
    concat!(env!("CARGO_MANIFEST_DIR"), "/../../deploy/prometheus/silta.rules.yaml");
