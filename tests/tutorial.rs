//! The tutorial about identity providers, followed by somebody who begins with an empty folder: what the page says to type is
//! run as it stands, with other addresses.

use std::fs;
use std::os::unix::fs::symlink;
use std::process::{Command, Stdio};

use serde_json::Value;
use silta_testkit::guide::{blocks, chosen, commands};
use silta_testkit::silta::{Silta, binary};
use silta_testkit::tcp_front::TcpFront;
use silta_testkit::test_dir::TestDir;

/// Follows the page for an identity provider to what the client is told at last. `changes` say what is another here: each stands on
/// the page. `login` is the person at the browser: it opens the address, and gives the one at which it ended.
///
/// # Panics
/// When a command fails, with all that it said.
pub async fn follow(
    idp: &str,
    changes: &[(&str, &str)],
    login: impl AsyncFnOnce(String) -> String,
) -> Value {
    let (reader, front) = (Reader::new(), TcpFront::start());
    let url = front.url();
    let broker = (BROKER, url.trim_start_matches("http://"));
    let mut page = chosen(include_str!("../docs/tutorial/connect-an-identity-provider.md"), idp);
    for (written, here) in changes.iter().chain([&broker]) {
        assert!(page.contains(written), "{written} is not on the page");
        page = page.replace(written, here);
    }
    let mut login = Some(login);
    let (mut typed, mut pasted, mut said) = (0, String::new(), String::new());
    let mut silta = None;
    for (language, block) in blocks(&page) {
        match language {
            "sh" => {
                typed += commands(block);
                if block.starts_with("silta serve") {
                    let started = reader.serves(block);
                    front.route_to(&[started.address()]);
                    silta = Some(started);
                } else {
                    said = reader.types(block, &pasted);
                }
            }
            "text" => {
                let login = login.take().expect("one address to open");
                pasted = login(block.trim().to_owned()).await;
            }
            other => unreachable!("there is nothing to edit: {other}"),
        }
    }
    drop(silta);
    assert_eq!((idp, typed), *PROMISED.iter().find(|(known, _)| *known == idp).expect("a promise"));
    let promise = "nine commands with SimpleSAMLphp, eleven with Keycloak";
    assert!(include_str!("../README.md").contains(promise), "{promise}");
    serde_json::from_str(&said).expect("what the client is told, as JSON")
}

/// Somebody at a terminal, in an empty folder.
struct Reader {
    dir: TestDir,
    _bin: TestDir,
    path: String,
}

impl Reader {
    fn new() -> Self {
        let (dir, bin) = (TestDir::new(), TestDir::new());
        symlink(binary(), bin.folder().join("silta")).expect("a link");
        let path = std::env::var("PATH").expect("a PATH");
        Self { dir, path: format!("{}:{path}", bin.folder().display()), _bin: bin }
    }

    fn shell(&self, block: &str) -> Command {
        let mut shell = Command::new("sh");
        shell
            .args(["-e", "-u", "-c", block])
            .env("PATH", &self.path)
            .current_dir(self.dir.folder());
        shell
    }

    /// What a block prints that is typed, with a line that is pasted where it asks for one.
    fn types(&self, block: &str, pasted: &str) -> String {
        let pasted_file = self.dir.write("pasted", format!("{pasted}\n"));
        let input = fs::File::open(pasted_file).expect("a file");
        let output = self.shell(block).stdin(Stdio::from(input)).output().expect("a shell");
        let text = |octets: Vec<u8>| String::from_utf8(octets).expect("text");
        let (out, err) = (text(output.stdout), text(output.stderr));
        assert!(output.status.success(), "{block}\n{err}");
        out
    }

    /// Serves as the page says, and at any port, where a front stands before it.
    fn serves(&self, block: &str) -> Silta {
        let file = self.dir.folder().join("silta.yaml");
        let text = fs::read_to_string(&file).expect("the configuration");
        let listen = |line: &str| {
            if line.starts_with("listen: ") {
                "listen: 127.0.0.1:0".to_owned()
            } else {
                line.to_owned()
            }
        };
        let lines: Vec<_> = text.lines().map(listen).collect();
        self.dir.write("silta.yaml", lines.join("\n") + "\n");
        Silta::by(&mut self.shell(&format!("exec {block}")))
    }
}

/// How many commands README says that there are.
const PROMISED: [(&str, usize); 2] = [("SimpleSAMLphp", 9), ("Keycloak", 11)];

/// The address of Silta on the page.
const BROKER: &str = "127.0.0.1:8080";

/// Where the client would be: a browser cannot go on there.
pub const CLIENT: &str = "http://127.0.0.1:3000/";
