//! The texts, and what is another in each.

/// A relying party that somebody begins with.
#[derive(Debug)]
pub(super) struct StarterClient {
    pub(super) name: &'static str,
    /// Its name in the file.
    pub(super) id: &'static str,
    pub(super) sentence: &'static str,
    pub(super) text: &'static str,
}

/// What an upstream of one profile needs beside what every one does.
pub(super) struct OwnText {
    pub(super) profile: &'static str,
    pub(super) text: &'static str,
    /// Its words; a line of one that has no text is left out.
    pub(super) words: &'static [(&'static str, Option<&'static str>)],
}

pub(super) const OWN_TEXTS: &[OwnText] = &[
    OwnText { profile: "bsi-esaml", text: include_str!("bsi-esaml.yaml"), words: &[] },
    OwnText { profile: "eidas-node", text: include_str!("eidas-node.yaml"), words: &[] },
    OwnText { profile: "spid", text: include_str!("spid.yaml"), words: &[] },
    OwnText {
        profile: "suomifi",
        text: include_str!("suomifi.yaml"),
        words: &[
            (ADDRESS, Some("https://tunnistus.suomi.fi/static/metadata/idp-metadata.xml")),
            ("host", Some("tunnistautuminen.suomi.fi")),
            ("test_method", None),
        ],
    },
    OwnText {
        profile: "suomifi-test",
        text: include_str!("suomifi.yaml"),
        words: &[
            (ADDRESS, Some("https://static.apro.tunnistus.fi/static/metadata/idp-metadata.xml")),
            ("host", Some("testi.apro.tunnistus.fi")),
            (
                "test_method",
                Some(
                    "- urn:oid:1.2.246.517.3002.110.999 # test persons; production does not take it",
                ),
            ),
        ],
    },
];

pub(super) const CLIENTS: &[StarterClient] = &[
    StarterClient {
        name: "app",
        id: "app",
        sentence: "an application that speaks OpenID Connect as the client",
        text: include_str!("app.yaml"),
    },
    StarterClient {
        name: "cognito",
        id: "cognito",
        sentence: "an Amazon Cognito user pool as the client",
        text: include_str!("cognito.yaml"),
    },
    StarterClient {
        name: "alb",
        id: "alb",
        sentence: "an AWS Application Load Balancer as the client",
        text: include_str!("alb.yaml"),
    },
    StarterClient {
        name: "aws-client-vpn",
        id: "client-vpn",
        sentence: "AWS Client VPN as the service provider",
        text: include_str!("aws-client-vpn.yaml"),
    },
];

/// What clients are told of a person, each with the attributes that it comes from, best first.
pub(super) const PERSON: [(&str, &[&str]); 5] = [
    (
        "national_id",
        &[
            "nationalIdentificationNumber",
            "personalIdentityNumber",
            "fiscalNumber",
            "PersonIdentifier",
            "foreignpersonIdentifier",
        ],
    ),
    ("given_name", &["givenName", "FirstName"]),
    ("family_name", &["sn", "FamilyName"]),
    ("name", &["displayName"]),
    ("email", &["mail"]),
];

/// The word for where metadata is fetched from.
pub(super) const ADDRESS: &str = "address";
