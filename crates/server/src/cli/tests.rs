#![expect(clippy::unwrap_used, clippy::panic, reason = "tests")]

use super::*;

fn parsed(line: &str) -> Result<Verb, String> {
    let arguments = std::iter::once("silta").chain(line.split_whitespace());
    let arguments: Vec<_> = arguments.map(OsString::from).collect();
    super::parsed(&arguments).map_err(|error| error.to_string())
}

#[test]
fn the_description_of_the_command_line_is_consistent() {
    CommandLine::command().debug_assert();
}

#[test]
fn reads_the_verbs_and_their_options() {
    let demo = |line: &str| match parsed(line) {
        Ok(Verb::Demo(demo)) => (demo.once, demo.listen.map(|address| address.to_string())),
        other => panic!("{other:?}"),
    };
    assert_eq!(demo("demo"), (false, None));
    assert_eq!(demo("demo --once"), (true, None));
    assert_eq!(demo("demo --listen 0.0.0.0:8000"), (false, Some("0.0.0.0:8000".to_owned())));
    let check = |line: &str| match parsed(line) {
        Ok(Verb::Check(check)) => {
            (check.config.unwrap().to_str().unwrap().to_owned(), check.connect)
        }
        other => panic!("{other:?}"),
    };
    assert_eq!(check("check --config=a"), ("a".to_owned(), false));
    assert_eq!(check("check --connect -c env:A"), ("env:A".to_owned(), true));
    for (line, wanted) in [
        ("check --schema", (true, false, false)),
        ("check -c a --effective", (false, true, false)),
        ("check --effective=whole -c a", (false, true, false)),
        ("check -c a --strict --output json", (false, false, true)),
    ] {
        match parsed(line) {
            Ok(Verb::Check(check)) => {
                assert_eq!(
                    (check.schema, check.effective.is_some(), check.strict),
                    wanted,
                    "{line}"
                );
            }
            other => panic!("{other:?}"),
        }
    }
    assert!(matches!(parsed("serve -c a.yaml"), Ok(Verb::Serve(_))));
    let metadata = |line: &str| match parsed(line) {
        Ok(Verb::Metadata(metadata)) => match metadata.of {
            metadata::Of::Sp { name, config, lint, output } => {
                let is_json = output == check::Output::Json;
                (name, config.to_str().unwrap().to_owned(), lint, is_json)
            }
            other => panic!("{other:?}"),
        },
        other => panic!("{other:?}"),
    };
    for (line, lint, is_json) in [
        ("metadata sp idp -c a", false, false),
        ("metadata sp idp -c a --lint", true, false),
        ("metadata sp idp -c a --lint --output json", true, true),
    ] {
        assert_eq!(metadata(line), ("idp".to_owned(), "a".to_owned(), lint, is_json), "{line}");
    }
    assert!(parsed("metadata sp idp -c a --output json").unwrap_err().contains("--lint"));
    assert!(parsed("metadata sp idp").unwrap_err().contains("--config"));
    let health = |line: &str| match parsed(line) {
        Ok(Verb::Health(health)) => (health.target.config, health.target.url, health.ready),
        other => panic!("{other:?}"),
    };
    assert_eq!(health("health -c env:A"), (Some("env:A".into()), None, false));
    assert_eq!(health("health --ready -c env:A"), (Some("env:A".into()), None, true));
    for line in [
        "metadata lint a.xml",
        "metadata lint a.xml --entity-id urn:idp --signer a.crt --signer b.crt --at 2026-11-21T12:00:00Z",
        "metadata diff a.xml b.xml",
        "metadata fetch idp -c a.yaml",
    ] {
        assert!(matches!(parsed(line), Ok(Verb::Metadata(_))), "{line}");
    }
    let init = |line: &str| match parsed(line) {
        Ok(Verb::Init(init)) => (init.profile, init.client, init.folder.display().to_string()),
        other => panic!("{other:?}"),
    };
    let of = |folder: &str| ("suomifi".to_owned(), "cognito".to_owned(), folder.to_owned());
    assert_eq!(init("init --profile suomifi --client cognito"), of("."));
    assert_eq!(
        init("init login --profile suomifi --client cognito --subject a --subject b"),
        of("login")
    );
    assert!(matches!(parsed("keys keys"), Ok(Verb::Keys(_))));
    let url = "http://127.0.0.1:9000/health/ready";
    assert_eq!(health(&format!("health {url}")), (None, Some(url.to_owned()), false));
}

#[test]
fn says_what_is_wrong_with_a_command_line_and_what_to_write() {
    for (line, says) in [
        ("", "Usage: silta <COMMAND>"),
        ("serv -c x", "a similar subcommand exists: 'serve'"),
        ("serve", "--config <FILE>"),
        ("serve a.yaml", "unexpected argument 'a.yaml'"),
        ("serve a.yaml", "tip: to name the configuration, write '--config a.yaml'"),
        ("check --strict a.yaml", "tip: to name the configuration, write '--config a.yaml'"),
        ("serve -c x --connect", "unexpected argument '--connect'"),
        ("check", "--config <FILE>"),
        ("check --schema -c x", "'--schema' cannot be used with"),
        ("check -c x --effective --output json", "cannot be used with"),
        ("check -c x --output xml", "[possible values: text, json]"),
        ("check -c x --conect", "a similar argument exists: '--connect'"),
        ("demo --twice", "unexpected argument '--twice'"),
        ("demo --once --listen 127.0.0.1:1", "cannot be used with"),
        ("demo --listen 7301", "no address and port such as 127.0.0.1:7301"),
        ("demo --listen 192.0.2.7:7301", "cookies for this machine only"),
        ("demo --listen 127.1.2.3:7301", "cookies for this machine only"),
        ("demo --listen 127.0.0.1:65534", "write a smaller one"),
        ("health", "<--config <FILE>|URL>"),
        ("metadata fetch idp", "--config <FILE>"),
        ("plan", "--config <FILE>"),
        ("plan a.yaml", "tip: to name the configuration, write '--config a.yaml'"),
        ("map coverage", "--config <FILE>"),
        ("map coverage -c a --at b", "cannot be used with"),
        ("metadata lint", "<METADATA>"),
        ("metadata diff a", "<NEW>"),
        ("health -c a http://b", "cannot be used with"),
        ("health http://a --ready", "'[URL]' cannot be used with '--ready'"),
        ("init --profile suomify --client app", "a similar value exists: 'suomifi'"),
        ("init --profile suomifi --client congito", "a similar value exists: 'cognito'"),
        ("init login", "--profile <PROFILE>"),
        ("keys", "<FOLDER>"),
        ("completions fsh", "a similar value exists: 'fish'"),
    ] {
        let refusal = parsed(line).unwrap_err();
        assert!(refusal.contains(says), "{line}: {refusal}");
    }
}

#[test]
fn a_bare_word_is_taken_for_a_configuration_only_where_one_is_missing() {
    for line in ["check -c a b", "serve --config=a b", "demo a", "check --conect", "man a"] {
        let refusal = parsed(line).unwrap_err();
        assert!(!refusal.contains("to name the configuration"), "{line}: {refusal}");
    }
}

#[test]
fn the_manual_has_every_verb_and_every_option_with_its_value() {
    let page = String::from_utf8(man::page().unwrap()).unwrap();
    let command = CommandLine::command();
    for verb in command.get_subcommands() {
        let heading = format!(".SH {}\n", verb.get_name().to_uppercase());
        let (_, section) = page.split_once(&heading).unwrap();
        for option in verb.get_opts() {
            let long = option.get_long().unwrap().replace('-', "\\-");
            let name = format!("\\fB\\-\\-{long}\\fR");
            assert!(section.contains(&name), "{name}: {section}");
            let values = option.get_value_names().filter(|_| option.get_action().takes_values());
            for value in values.unwrap_or_default() {
                let equals = if option.is_require_equals_set() { "[=" } else { " " };
                let with_value = format!("{name}{equals}\\fI<{value}>");
                // In the synopsis, and where it is explained.
                let (synopsis, options) = section.split_once(".SH DESCRIPTION").unwrap();
                assert!(synopsis.contains(&with_value), "{with_value}: {synopsis}");
                assert!(options.contains(&with_value), "{with_value}: {options}");
            }
        }
    }
}
