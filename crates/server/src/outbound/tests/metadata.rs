//! Metadata of a SAML identity provider, whose address leads elsewhere or whose server means ill.

use silta_broker::upstream::{MetadataFetchError, MetadataSettings};
use silta_saml::{METADATA_LIMIT, MetadataError};
use silta_testkit::forge::NOON;

use super::*;

fn settings(url: OutboundUrl, time_out: Duration) -> MetadataSettings {
    let (entity_id, hosts) = ("https://idp.example/entity".to_owned(), vec![]);
    MetadataSettings { url, entity_id, signers: None, hosts, time_out }
}

async fn refused(script: &[Step], time_out: Duration) -> MetadataFetchError {
    let provider = Provider::answering(script);
    let settings = settings(provider.url("/metadata"), time_out);
    settings.fetch(&provider.client, NOON).await.unwrap_err()
}

#[tokio::test]
async fn each_answer_that_is_no_metadata_is_refused_with_its_reason() {
    use OutboundHttpError::{Compressed, NoAnswer, Redirect, TooLarge};
    let redirect = "HTTP/1.1 302 Found\r\nlocation: https://169.254.169.254/latest\r\n\
                    content-length: 0\r\n\r\n";
    let huge = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n", METADATA_LIMIT + 1);
    let endless = write("HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n");
    let forever = Step::WriteForever(vec![b'a'; 64 * 1024]);
    let missing = "HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n";
    let slow = write("HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\n<md");
    for (script, time_out, reason) in [
        (vec![write(redirect)], DEADLINE, Redirect.into()),
        (vec![ok("content-encoding: gzip\r\n", "\x1f")], DEADLINE, Compressed.into()),
        (vec![write(&huge), Step::Hold], DEADLINE, TooLarge.into()),
        (vec![endless, forever], DEADLINE, TooLarge.into()),
        (vec![slow, Step::Hold], BRIEF, NoAnswer.into()),
        (vec![write(missing)], DEADLINE, MetadataFetchError::Status(404)),
        (
            vec![ok("content-type: text/html\r\n", "<html/>")],
            DEADLINE,
            MetadataError::WrongRoot.into(),
        ),
    ] {
        assert_eq!(refused(&script, time_out).await, reason);
    }
}

#[tokio::test]
async fn no_address_leads_to_what_only_this_machine_or_its_cloud_can_reach() {
    let authority = Authority::new("Test CA");
    let server = ScriptedServer::with_tls(
        &authority.server(&[NAME]),
        // It says that it closes, so that the name is asked for again.
        &[ok("connection: close\r\n", "<html/>"), Step::Close],
    );
    let own = url(&format!("https://{NAME}:{}/metadata", server.address().port()));
    // By its number; by a name; by a name that led to a good place when it was asked before.
    for (url, names, before) in [
        (url("https://169.254.169.254/latest"), Names::leading_to(&[HERE]), false),
        (url("https://[fd00:ec2::254]/latest"), Names::leading_to(&[HERE]), false),
        (own.clone(), Names::leading_to(&[METADATA]), false),
        (own, Names::leading_first_to(&[&[HERE], &[METADATA]]), true),
    ] {
        let client = client(&authority, Loopback::Allowed, names, BOUNDS);
        let settings = settings(url, DEADLINE);
        if before {
            let first = settings.fetch(&client, NOON).await.unwrap_err();
            assert_eq!(first, MetadataError::WrongRoot.into());
        }
        let refused = settings.fetch(&client, NOON).await.unwrap_err();
        assert_eq!(refused, OutboundHttpError::AddressNotAllowed.into());
    }
}
