//! What is known of identity providers that many people connect to: packs of YAML. Everything in them can be
//! written by hand in the file too, and what the file says wins.

/// The defaults of one kind of identity provider.
#[derive(Debug)]
pub(crate) struct Profile {
    /// Its name.
    pub(crate) name: &'static str,
    /// Who it is for.
    pub(crate) sentence: &'static str,
    /// Keys of a SAML upstream, in YAML.
    pub(crate) pack: &'static str,
}

/// Every profile; a new one is a line here and a file beside the others.
pub(crate) const PROFILES: &[Profile] = &[
    Profile {
        name: "generic",
        sentence: "any SAML 2.0 identity provider",
        pack: include_str!("profiles/generic.yaml"),
    },
    Profile {
        name: "adfs",
        sentence: "AD FS, with `SamlResponseSignature` `MessageAndAssertion` there",
        pack: include_str!("profiles/adfs.yaml"),
    },
    Profile {
        name: "bsi-esaml",
        sentence: "a German eID-Server by eSAML; requests alone, its answers are refused yet",
        pack: include_str!("profiles/bsi-esaml.yaml"),
    },
    Profile {
        name: "eidas-node",
        sentence: "an eIDAS node, by the technical specifications 1.4",
        pack: include_str!("profiles/eidas-node.yaml"),
    },
    Profile {
        name: "entra",
        sentence: "Microsoft Entra ID, with \"Sign SAML response and assertion\" there",
        pack: include_str!("profiles/entra.yaml"),
    },
    Profile {
        name: "google",
        sentence: "Google Workspace, with \"Signed response\" there",
        pack: include_str!("profiles/google.yaml"),
    },
    Profile {
        name: "keycloak",
        sentence: "Keycloak, with documents and assertions signed there",
        pack: include_str!("profiles/keycloak.yaml"),
    },
    Profile {
        name: "oiosaml",
        sentence: "NemLog-in, and others that speak OIOSAML 3",
        pack: include_str!("profiles/oiosaml.yaml"),
    },
    Profile {
        name: "okta",
        sentence: "Okta, with \"Response\" signed and assertions encrypted there",
        pack: include_str!("profiles/okta.yaml"),
    },
    Profile {
        name: "shibboleth",
        sentence: "Shibboleth, as it is set up at first",
        pack: include_str!("profiles/shibboleth.yaml"),
    },
    Profile {
        name: "simplesamlphp",
        sentence: "SimpleSAMLphp, with `assertion.encryption` there",
        pack: include_str!("profiles/simplesamlphp.yaml"),
    },
    Profile {
        name: "spid",
        sentence: "an identity provider of SPID, Italy's public digital identity system",
        pack: include_str!("profiles/spid.yaml"),
    },
    Profile {
        name: "suomifi",
        sentence: "Suomi.fi e-Identification, production",
        pack: include_str!("profiles/suomifi.yaml"),
    },
    Profile {
        name: "suomifi-test",
        sentence: "Suomi.fi's test environment, whose people are test persons",
        pack: include_str!("profiles/suomifi-test.yaml"),
    },
    Profile {
        name: "sweden-connect",
        sentence: "an identity provider of Sweden Connect",
        pack: include_str!("profiles/sweden-connect.yaml"),
    },
];

/// What stands before the path of a profile of the administrator's.
pub(crate) const OWN: &str = "file:";

/// The key by which a profile names the one of ours that it begins with.
pub(crate) const EXTENDS: &str = "extends";

/// The profile of this name.
#[must_use]
pub(crate) fn named(name: &str) -> Option<&'static Profile> {
    PROFILES.iter().find(|profile| profile.name == name)
}
