//! The image that `just image` leaves, and what an orchestrator does with one, without an engine.

use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

/// An image, unpacked.
#[derive(Debug)]
pub(crate) struct Image {
    /// What the image says of itself [OCI Image Configuration].
    pub(crate) config: Value,
    /// Its files, as `tar` lists them: mode, owner, size, date, time, path.
    pub(crate) listing: String,
    /// Its files, and the mount points that an engine adds.
    pub(crate) root: PathBuf,
}

impl Image {
    /// Unpacks `target/image/silta.tar`.
    pub(crate) fn unpacked() -> Self {
        let target = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/image");
        let archive = target.join("silta.tar");
        assert!(archive.exists(), "there is no image; build it: just image");
        let (layout, root) = (target.join("layout"), target.join("root"));
        extract(&archive, &layout);
        let blob = |of: &Value| {
            let digest = of["digest"].as_str().expect("a digest").replace(':', "/");
            layout.join("blobs").join(digest)
        };
        let manifest = json(&blob(&json(&layout.join("index.json"))["manifests"][0]));
        let layers = manifest["layers"].as_array().expect("layers");
        assert_eq!(layers.len(), 1, "one copy makes one layer");
        let layer = blob(&layers[0]);
        extract(&layer, &root);
        fs::create_dir(root.join("proc")).unwrap();
        fs::write(root.join("etc/hosts"), "").unwrap();
        let listing = tar(&layer, &["--list", "--verbose", "--numeric-owner"]);
        Self { config: json(&blob(&manifest["config"])), listing, root }
    }

    /// The command that runs the image's entry point as process 1, as its user, without a way to
    /// further rights, on its own files, none of which can be written. `mounts` are files of this
    /// machine, and where they are seen. Only the variables that are added to it are there.
    pub(crate) fn run(&self, mounts: &[(&Path, &str)]) -> Command {
        let mut command = Command::new("unshare");
        command.env_clear().env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin");
        command.args(["--mount", "--pid", "--fork", "--kill-child"]);
        if fs::metadata("/proc/self").unwrap().uid() != 0 {
            // Anybody may be root in a user namespace of their own; 65532 is one of their
            // subordinate ids there.
            command.args(["--user", "--map-root-user", "--map-auto"]);
        }
        command.args(["sh", "-euc", ORCHESTRATOR, "sh"]).arg(&self.root);
        command.arg(self.config["config"]["User"].as_str().expect("a user"));
        command.arg(mounts.len().to_string());
        for (source, seen) in mounts {
            command.arg(source).arg(seen);
        }
        let entry = self.config["config"]["Entrypoint"].as_array().expect("an entry point");
        command.args(entry.iter().map(|word| word.as_str().unwrap()));
        command
    }
}

fn extract(archive: &Path, folder: &Path) {
    let _ = fs::remove_dir_all(folder);
    fs::create_dir_all(folder).unwrap();
    tar(archive, &["--extract", "--directory", folder.to_str().expect("a path in UTF-8")]);
}

/// What `tar` says of an archive, or while it unpacks one.
fn tar(archive: &Path, arguments: &[&str]) -> String {
    let output = Command::new("tar").arg("--file").arg(archive).args(arguments).output();
    let output = output.expect("tar starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

fn json(file: &Path) -> Value {
    serde_json::from_slice(&fs::read(file).unwrap()).unwrap()
}

/// Arguments: the root, the user, how many mounts, each as two; then the command.
const ORCHESTRATOR: &str = r#"
root=$1 user=$2 mounts=$3
shift 3
mount --bind "$root" "$root"
mount -t proc proc "$root/proc"
while [ "$mounts" -gt 0 ]; do
  mount --bind "$1" "$root$2"
  mounts=$((mounts - 1))
  shift 2
done
mount -o remount,bind,ro "$root"
exec setpriv --no-new-privs chroot --userspec="$user" --groups= "$root" "$@"
"#;
