//! Where a URL may lead.

use super::*;

async fn sent_to(text: &str, loopback: Loopback, lookup: Arc<dyn Lookup>) -> OutboundHttpError {
    let client = client(&Authority::new("Test CA"), loopback, lookup, BOUNDS);
    client.send(&get(&url(text))).await.unwrap_err()
}

#[tokio::test]
async fn an_address_in_a_url_is_checked_however_it_is_written() {
    for text in [
        "https://169.254.169.254/latest/meta-data",
        "https://2852039166/",
        "https://0xa9fea9fe/",
        "https://0251.0376.0251.0376/",
        "https://169.254.43518/",
        "https://169.254.169.254./",
        "https://169.254.170.2/v2/credentials",
        "https://[::ffff:169.254.169.254]/",
        "https://[::ffff:a9fe:a9fe]/",
        "https://[64:ff9b::a9fe:a9fe]/",
        "https://[fd00:ec2::254]/",
        "https://[fd00:0ec2:0:0::23]/",
        "https://[fe80::1]/",
        "https://[::]/",
        "https://0.0.0.0/",
        "https://0/",
        "https://255.255.255.255/",
    ] {
        let names = Names::leading_to(&[HERE]);
        let refused = sent_to(text, Loopback::Allowed, names.clone()).await;
        assert_eq!(refused, OutboundHttpError::AddressNotAllowed, "{text}");
        assert!(names.questions().is_empty());
    }
}

#[tokio::test]
async fn this_machine_is_not_called_unless_that_is_allowed() {
    let authority = Authority::new("Test CA");
    let here = authority.server(&["127.0.0.1", "localhost", NAME]);
    let server = ScriptedServer::with_tls(&here, &[ok("", "{}")]);
    let port = server.address().port();
    let literals =
        ["127.0.0.1", "127.1", "2130706433", "0x7f000001", "[::ffff:127.0.0.1]", "[::1]"];
    for host in literals.into_iter().chain(["localhost", "LOCALHOST", "localhost.", NAME]) {
        let to_itself: Arc<dyn Lookup> = match host {
            NAME | "localhost." => Names::leading_to(&[HERE]),
            _ => Arc::new(SystemLookup::new()),
        };
        let client = client(&authority, Loopback::Refused, to_itself, BOUNDS);
        let refused = client.send(&get(&url(&format!("https://{host}:{port}/")))).await;
        assert_eq!(refused.unwrap_err(), OutboundHttpError::AddressNotAllowed, "{host}");
    }
    assert_eq!(server.connections(), 0);

    let allowed = client(&authority, Loopback::Allowed, Arc::new(SystemLookup::new()), BOUNDS);
    for host in ["127.0.0.1", "localhost"] {
        let response = allowed.send(&get(&url(&format!("https://{host}:{port}/")))).await.unwrap();
        assert_eq!(response.body, b"{}");
    }
}

#[tokio::test]
async fn plain_http_is_for_this_machine_where_it_is_allowed() {
    let server = ScriptedServer::plain(&[ok("", "{}")]);
    for host in ["127.0.0.1", "localhost"] {
        let url = url(&format!("http://{host}:{}/token", server.address().port()));
        let own = Authority::new("Test CA");
        let system = || Arc::new(SystemLookup::new());
        let refused = client(&own, Loopback::Refused, system(), BOUNDS).send(&get(&url)).await;
        assert_eq!(refused.unwrap_err(), OutboundHttpError::AddressNotAllowed, "{host}");
        let allowed = client(&own, Loopback::Allowed, system(), BOUNDS).send(&get(&url)).await;
        assert_eq!(allowed.unwrap().body, b"{}");
    }
    assert_eq!(server.requests().len(), 2);
}

#[tokio::test]
async fn a_name_that_leads_to_metadata_is_not_called() {
    let names = Names::leading_to(&[METADATA]);
    let refused = sent_to("https://op.example/", Loopback::Allowed, names.clone()).await;
    assert_eq!(refused, OutboundHttpError::AddressNotAllowed);
    assert_eq!(names.questions(), ["op.example"]);
}

#[tokio::test]
async fn a_name_that_leads_nowhere_is_told_as_such() {
    let nowhere = Names::leading_first_to(&[]);
    let refused = sent_to("https://op.example/", Loopback::Allowed, nowhere).await;
    assert_eq!(refused, OutboundHttpError::NotResolved);
}

#[tokio::test]
async fn only_the_allowed_addresses_of_a_name_are_called() {
    let authority = Authority::new("Test CA");
    let server = ScriptedServer::with_tls(&authority.server(&[NAME]), &[ok("", "{}")]);
    let mixed = Names::leading_to(&[METADATA, HERE]);
    let client = client(&authority, Loopback::Allowed, mixed, BOUNDS);
    let url = url(&format!("https://{NAME}:{}/", server.address().port()));
    assert_eq!(client.send(&get(&url)).await.unwrap().body, b"{}");
}

#[tokio::test]
async fn a_name_that_changes_its_address_is_called_at_the_one_that_was_checked() {
    let authority = Authority::new("Test CA");
    // It says that it closes: a client that only finds its connection closed may have sent a request on it.
    let script = [ok("connection: close\r\n", "{}"), Step::Close];
    let server = ScriptedServer::with_tls(&authority.server(&[NAME]), &script);
    let names = Names::leading_first_to(&[&[HERE], &[METADATA]]);
    let client = client(&authority, Loopback::Allowed, names.clone(), BOUNDS);
    let url = url(&format!("https://{NAME}:{}/", server.address().port()));
    // It leads here when it is asked for, and to the metadata service ever after.
    assert_eq!(client.send(&get(&url)).await.unwrap().body, b"{}");
    assert_eq!(names.questions(), [NAME]);
    assert_eq!(server.connections(), 1);
    // The connection is closed, so the name is asked for again, and checked again.
    let refused = client.send(&get(&url)).await.unwrap_err();
    assert_eq!(refused, OutboundHttpError::AddressNotAllowed);
    assert_eq!(server.connections(), 1);
}
