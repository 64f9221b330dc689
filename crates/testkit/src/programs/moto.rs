//! AWS on this machine: the Secrets Manager and KMS of moto, which nobody here wrote.

use std::process::Command;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE};
use serde_json::{Value, json};

use crate::installed::installed;
use crate::peers::script;
use crate::program::Program;

/// A `moto_server` on a loopback port that keeps everything in memory. Dropping it kills it.
///
/// It takes any credentials, and does not look at signatures.
#[derive(Debug)]
pub struct Moto {
    port: u16,
    program: Option<Program>,
    http: reqwest::Client,
}

impl Moto {
    /// An empty AWS, ready when this returns.
    #[must_use]
    pub fn start() -> Self {
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        let mut moto = Self { port: 0, program: None, http };
        moto.restart();
        moto
    }

    /// Kills it: connections break, whoever asks finds nobody, and everything in it is lost.
    pub fn stop(&mut self) {
        self.program = None;
    }

    /// Stops it if it runs, and starts it, empty, on the same port; ready when this returns.
    ///
    /// # Panics
    /// When it does not start, with everything that it said.
    pub fn restart(&mut self) {
        self.stop();
        let mut command = Command::new("sh");
        // It tells its port on standard error, where nobody waits for lines.
        command.args(["-c", "exec \"$@\" 2>&1", "sh"]);
        command.arg(installed("moto/bin/python")).arg(script("moto_server.py"));
        command.args(["-H", "127.0.0.1", "-p", &self.port.to_string()]);
        // Its own clients inside must not go looking for anything.
        let program = Program::start("moto", command.envs(self.environment()));
        self.port = program.wait_for_start("port", |line| {
            let (_, port) = line.split_once("Running on http://127.0.0.1:")?;
            port.trim().parse().ok()
        });
        self.program = Some(program);
    }

    /// What a program needs in its environment to find it instead of AWS.
    #[must_use]
    pub fn environment(&self) -> Vec<(&'static str, String)> {
        vec![
            ("AWS_ENDPOINT_URL", format!("http://127.0.0.1:{}", self.port)),
            ("AWS_REGION", REGION.to_owned()),
            ("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE".to_owned()),
            ("AWS_SECRET_ACCESS_KEY", "a-secret-that-moto-never-checks".to_owned()),
            ("AWS_EC2_METADATA_DISABLED", "true".to_owned()),
        ]
    }

    /// A new secret; its value is AWSCURRENT. Returns its ARN.
    ///
    /// # Panics
    /// When moto refuses, here and in every other verb.
    pub async fn create_secret(&self, name: &str, value: &str) -> String {
        let told = self.secrets("CreateSecret", json!({ "Name": name, "SecretString": value }));
        text(&told.await["ARN"])
    }

    /// A new version of a secret under these labels, such as AWSCURRENT or AWSPENDING. As in AWS,
    /// the version that was AWSCURRENT becomes AWSPREVIOUS. Returns the new version's id.
    pub async fn put_secret(&self, name: &str, value: &str, stages: &[&str]) -> String {
        // Once a version was promoted, moto moves AWSPREVIOUS wrongly when the next is put as
        // AWSCURRENT at once; by the steps of a rotation it does what AWS does.
        let current = stages.contains(&CURRENT);
        let mut labels: Vec<_> = stages.iter().filter(|one| **one != CURRENT).copied().collect();
        if current {
            labels.push(ARRIVING);
        }
        let put = json!({ "SecretId": name, "SecretString": value, "VersionStages": labels });
        let version = text(&self.secrets("PutSecretValue", put).await["VersionId"]);
        if current {
            self.make_current(name, ARRIVING).await;
        }
        version
    }

    /// The last step of a rotation: the version that is AWSPENDING becomes AWSCURRENT and is
    /// pending no more, and the one that was AWSCURRENT becomes AWSPREVIOUS.
    pub async fn promote(&self, name: &str) {
        self.make_current(name, "AWSPENDING").await;
    }

    /// Takes the label `stage` off a version, and puts AWSCURRENT on it.
    async fn make_current(&self, name: &str, stage: &str) {
        let told = self.secrets("DescribeSecret", json!({ "SecretId": name })).await;
        let version = |stage: &str| {
            let mut versions = told["VersionIdsToStages"].as_object().expect("versions").iter();
            let has = |labels: &Value| labels.as_array().unwrap().iter().any(|one| one == stage);
            let found = versions.find(|(_, labels)| has(labels));
            found.unwrap_or_else(|| panic!("no version of {name} is {stage}")).0.as_str()
        };
        let (next, current) = (version(stage), version(CURRENT));
        let arrived =
            json!({ "SecretId": name, "VersionStage": stage, "RemoveFromVersionId": next });
        let moved = json!({
            "SecretId": name,
            "VersionStage": CURRENT,
            "MoveToVersionId": next,
            "RemoveFromVersionId": current,
        });
        self.secrets("UpdateSecretVersionStage", moved).await;
        self.secrets("UpdateSecretVersionStage", arrived).await;
    }

    /// A new RSA key of 2048 bits for signing, in KMS. Returns its id.
    pub async fn create_rsa_key(&self) -> String {
        let asked = json!({ "KeySpec": "RSA_2048", "KeyUsage": "SIGN_VERIFY" });
        text(&self.kms("CreateKey", asked).await["KeyMetadata"]["KeyId"])
    }

    /// A name, such as `alias/silta`, for a key in KMS.
    pub async fn name_key(&self, alias: &str, key_id: &str) {
        self.kms("CreateAlias", json!({ "AliasName": alias, "TargetKeyId": key_id })).await;
    }

    /// The public half of a key in KMS, as `SubjectPublicKeyInfo` in DER.
    pub async fn public_key(&self, key_id: &str) -> Vec<u8> {
        let told = self.kms("GetPublicKey", json!({ "KeyId": key_id })).await;
        STANDARD.decode(text(&told["PublicKey"])).expect("base64")
    }

    async fn secrets(&self, action: &str, body: Value) -> Value {
        self.ask("secretsmanager", &format!("secretsmanager.{action}"), body).await
    }

    async fn kms(&self, action: &str, body: Value) -> Value {
        self.ask("kms", &format!("TrentService.{action}"), body).await
    }

    async fn ask(&self, service: &str, target: &str, body: Value) -> Value {
        let request = self
            .http
            .post(format!("http://127.0.0.1:{}/", self.port))
            .header("X-Amz-Target", target)
            .header(CONTENT_TYPE, "application/x-amz-json-1.1")
            // From here moto learns service and region; the signature it does not check.
            .header(
                AUTHORIZATION,
                format!(
                    "AWS4-HMAC-SHA256 Credential=test/20260101/{REGION}/{service}/aws4_request, \
                     SignedHeaders=host, Signature=0"
                ),
            )
            .body(body.to_string());
        let answer = request.send().await.expect("moto answers");
        let status = answer.status();
        let told: Value = answer.json().await.unwrap_or_default();
        assert!(status.is_success(), "{target}: {status} {}", told["__type"]);
        told
    }
}

fn text(value: &Value) -> String {
    value.as_str().expect("a text in moto's answer").to_owned()
}

const REGION: &str = "eu-north-1";
const CURRENT: &str = "AWSCURRENT";
/// A label of ours, on a version for a moment only.
const ARRIVING: &str = "ARRIVING";

#[cfg(test)]
mod tests {
    use std::net::TcpStream;

    use openssl::hash::{MessageDigest, hash};
    use openssl::pkey::PKey;
    use openssl::sign::Verifier;

    use super::*;

    async fn value(moto: &Moto, name: &str, stage: &str) -> String {
        let asked = json!({ "SecretId": name, "VersionStage": stage });
        text(&moto.secrets("GetSecretValue", asked).await["SecretString"])
    }

    #[tokio::test]
    async fn a_secret_goes_through_a_rotation_as_aws_does_it() {
        let moto = Moto::start();
        let arn = moto.create_secret("silta/keys", "one").await;
        assert!(arn.starts_with("arn:aws:secretsmanager:eu-north-1:"), "{arn}");
        assert_eq!(value(&moto, &arn, "AWSCURRENT").await, "one");

        let pending = moto.put_secret("silta/keys", "two", &["AWSPENDING"]).await;
        assert_eq!(value(&moto, "silta/keys", "AWSCURRENT").await, "one");
        assert_eq!(value(&moto, "silta/keys", "AWSPENDING").await, "two");

        moto.promote("silta/keys").await;
        assert_eq!(value(&moto, "silta/keys", "AWSCURRENT").await, "two");
        assert_eq!(value(&moto, "silta/keys", "AWSPREVIOUS").await, "one");
        let told = moto.secrets("DescribeSecret", json!({ "SecretId": "silta/keys" })).await;
        assert_eq!(told["VersionIdsToStages"][&pending], json!(["AWSCURRENT"]));

        moto.put_secret("silta/keys", "three", &["AWSCURRENT"]).await;
        assert_eq!(value(&moto, "silta/keys", "AWSCURRENT").await, "three");
        assert_eq!(value(&moto, "silta/keys", "AWSPREVIOUS").await, "two");
    }

    #[tokio::test]
    #[should_panic(expected = "secretsmanager.PutSecretValue: 404")]
    async fn says_which_call_was_refused() {
        Moto::start().put_secret("silta/unknown", "x", &["AWSCURRENT"]).await;
    }

    #[tokio::test]
    async fn a_key_signs_and_its_public_half_verifies() {
        let moto = Moto::start();
        let id = moto.create_rsa_key().await;
        let public = PKey::public_key_from_der(&moto.public_key(&id).await).unwrap();
        assert_eq!(public.bits(), 2048);
        let digest = hash(MessageDigest::sha256(), b"message").unwrap();
        for (message, kind, signed) in
            [(b"message".as_slice(), "RAW", b"message".as_slice()), (&digest, "DIGEST", b"message")]
        {
            let asked = json!({
                "KeyId": id,
                "Message": STANDARD.encode(message),
                "MessageType": kind,
                "SigningAlgorithm": "RSASSA_PKCS1_V1_5_SHA_256",
            });
            let signature = text(&moto.kms("Sign", asked).await["Signature"]);
            let signature = STANDARD.decode(signature).unwrap();
            let mut verifier = Verifier::new(MessageDigest::sha256(), &public).unwrap();
            assert!(verifier.verify_oneshot(&signature, signed).unwrap(), "{kind}");
        }
    }

    #[tokio::test]
    async fn goes_away_and_comes_back_empty_at_the_same_address() {
        let mut moto = Moto::start();
        moto.create_secret("silta/keys", "one").await;
        let before = moto.environment();
        moto.stop();
        assert!(TcpStream::connect(("127.0.0.1", moto.port)).is_err(), "it is still there");
        moto.restart();
        assert_eq!(moto.environment(), before);
        moto.create_secret("silta/keys", "two").await;
        assert_eq!(value(&moto, "silta/keys", "AWSCURRENT").await, "two");
    }
}
