//! Problems as people see them.

use crate::{Document, Problems};

fn problems(text: &str) -> Problems {
    match Document::parse("silta.yaml", text) {
        Err(problems) => problems,
        Ok(document) => match document.read(|_| Some(())) {
            Ok(((), problems)) | Err(problems) => problems,
        },
    }
}

#[test]
fn a_problem_is_shown_with_its_line_and_a_pointer() {
    let text = "\
public_url: https://login.example # of the load balancer
store: memry
keys: { id_token: [env:A], seal: [secret-itself], subject: env:C, sael: x }
";
    let shown = problems(text).for_people(text, false);
    let wanted = "\
error: store: it is not a word that is known here
 --> silta.yaml:2:8
  |
2 | store: memry
  |        ^^^^^ did you mean memory?
";
    assert!(shown.contains(wanted), "{shown}");
    let wanted = "\
error: keys.seal[0]: it is not a reference
 --> silta.yaml:3:35
  |
3 | keys: { id_token: [env:A], seal: […], subject: env:C, sael: … }
  |                                   ^ write file:PATH, env:NAME or aws-sm:NAME#MEMBER, never the secret itself
";
    assert!(shown.contains(wanted), "{shown}");
    let wanted = "3 | keys: { id_token: [env:A], seal: […], subject: env:C, sael: … }
  |                                                       ^^^^ seal is there already; keep one of the two\n";
    assert!(shown.contains(wanted), "{shown}");
    assert!(
        shown.ends_with(&format!("silta.yaml: {} errors\n", problems(text).all().len())),
        "{shown}"
    );
    assert!(!shown.contains("secret-itself") && !shown.contains("load balancer"), "{shown}");
    let coloured = problems(text).for_people(text, true);
    assert!(coloured.contains("\u{1b}[1;31merror\u{1b}[0m"), "{coloured}");
}

/// Wherever a secret may belong, in a comment, behind an unknown key, or in a URL, no form of output repeats it; a
/// person's number it repeats nowhere.
#[test]
fn no_line_shows_a_secret_or_a_person() {
    let good = crate::whole_example();
    let lines: Vec<_> = good.lines().collect();
    let mut told = 0;
    for (at, line) in lines.iter().enumerate() {
        let Some((key, value)) = line.split_once(": ") else { continue };
        let takes_secret = value.contains("env:") || value.contains("file:");
        for secret in ["hunter2", "210281-9988", "rediss://u:hunter2@h/0"] {
            let mut all = vec![
                format!("{key}: &{secret} x"),
                format!("{key}: !{secret} x"),
                format!("{key}x: {secret}"),
                format!("{key}x: [{secret}, {{ a: {secret} }}]"),
                format!("{key}: x # {secret}"),
                format!("{key} {secret}"),
                format!("{key}: \"{secret}"),
                format!("{key}: [{secret}"),
            ];
            if takes_secret || secret != "hunter2" {
                all.extend([
                    format!("{key}: {secret}"),
                    format!("{key}: '{secret}'"),
                    format!("{key}: [{secret}, '{secret}']"),
                    format!("{key}: {{ redis: '{secret}', x: {secret} }}"),
                    format!("{key}: |\n{}  {secret}", " ".repeat(key.len())),
                ]);
            }
            for written in all {
                let mut text = lines.clone();
                if let Some(line) = text.get_mut(at) {
                    *line = &written;
                }
                let text = text.join("\n");
                let problems = problems(&text);
                told += problems.all().len();
                let shown = problems.for_people(&text, false);
                let all = format!("{shown}{}{problems}", problems.for_programs());
                for never in ["hunter2", "210281", "9988"] {
                    assert!(!all.contains(never), "{written}\n{all}");
                }
            }
        }
    }
    assert!(told > 1000, "{told}");
}
