//! One message of single logout in the making: facts that may be false, and edits before and after it
//! is signed.

use std::fmt;

use jiff::Timestamp;
use silta_saml::algorithm::{DataCipher, SignatureAlgorithm};
use silta_saml::{
    LogoutRequest, LogoutResponse, LogoutStatus, MessageParameter, NameId, RequestId, post_value,
    sign_enveloped,
};

use crate::forge::encryption::encrypted_part;
use crate::forge::{IDP_ENTITY, NOON, REQUEST, SP_ENTITY, TRANSIENT, signing, text};
use crate::keys::{self, KeyPair};

/// A message from [`keys::IDP`] to us as a service provider at [`SLO`].
pub struct ForgedLogout {
    kind: Kind,
    id: String,
    issuer: String,
    issued: Timestamp,
    edits: Vec<(String, String)>,
    signed_edits: Vec<(String, String)>,
    wrapping: Option<LogoutWrapping>,
    signer: Option<&'static KeyPair>,
    algorithm: SignatureAlgorithm,
    relay_state: Option<String>,
}

enum Kind {
    Request {
        name_id: NameId,
        encrypted: Option<(&'static KeyPair, DataCipher)>,
        sessions: Vec<String>,
    },
    Response {
        status: LogoutStatus,
    },
}

/// The known ways to keep a signed message where a verifier may find it, around one that says something
/// else ("On Breaking SAML", Somorovsky et al. 2012): those of [`Wrapping`](crate::forge::Wrapping)
/// that wrap a whole message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogoutWrapping {
    /// XSW1: the signed message inside the Signature of the false one.
    InSignature,
    /// XSW2: the signed message before its Signature in the false one.
    BesideSignature,
    /// XSW4: the whole signed message in the false one, which bears no Signature.
    Inside,
    /// XSW7: the whole signed message in the Extensions of the false one, which bears its Signature.
    InExtensions,
    /// XSW8: the false message bears the Signature, which holds the signed one in an Object.
    InObject,
    /// XSW9: a Signature with the original's `SignedInfo` first and a second one for the false message
    /// (CVE-2019-3465).
    SecondSignedInfo,
}

impl LogoutWrapping {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::InSignature,
        Self::BesideSignature,
        Self::Inside,
        Self::InExtensions,
        Self::InObject,
        Self::SecondSignedInfo,
    ];

    /// The signed message inside a false one, which differs by its ID and by this text.
    fn wrap(self, signed: &str, (from, to): (&str, &str)) -> String {
        let signature = text::element(signed, "ds:Signature");
        let bare = text::without(signed, "ds:Signature");
        let evil = text::swapped(&bare, from, to).replacen(" ID=\"", " ID=\"_evil", 1);
        let bearing = |what: &str| text::after(&evil, "</saml:Issuer>", what);
        let holding = |what: &str| text::before(signature, "</ds:Signature>", what);
        let extensions = |what: &str| format!("<samlp:Extensions>{what}</samlp:Extensions>");
        match self {
            Self::InSignature => bearing(&holding(&bare)),
            Self::BesideSignature => bearing(&format!("{bare}{signature}")),
            Self::Inside => bearing(signed),
            Self::InExtensions => bearing(&format!("{signature}{}", extensions(&bare))),
            Self::InObject => bearing(&holding(&format!("<ds:Object>{bare}</ds:Object>"))),
            Self::SecondSignedInfo => {
                let own = text::element(signature, "ds:SignedInfo").to_owned();
                bearing(&holding(&own.replacen("URI=\"#", "URI=\"#_evil", 1)))
            }
        }
    }
}

impl ForgedLogout {
    /// A good LogoutRequest for one session of `person-7`.
    #[must_use]
    pub fn request() -> Self {
        let name_id = NameId {
            value: "person-7".to_owned(),
            format: Some(TRANSIENT.to_owned()),
            name_qualifier: Some(IDP_ENTITY.to_owned()),
            sp_name_qualifier: Some(SP_ENTITY.to_owned()),
        };
        let sessions = vec!["session-7".to_owned()];
        Self::new(Kind::Request { name_id, encrypted: None, sessions }, "_logout")
    }

    /// A good LogoutResponse to [`REQUEST`].
    #[must_use]
    pub fn response(status: LogoutStatus) -> Self {
        Self::new(Kind::Response { status }, "_response")
    }

    fn new(kind: Kind, id: &str) -> Self {
        Self {
            kind,
            id: id.to_owned(),
            issuer: IDP_ENTITY.to_owned(),
            issued: NOON,
            edits: vec![],
            signed_edits: vec![],
            wrapping: None,
            signer: Some(&keys::IDP),
            algorithm: SignatureAlgorithm::RsaSha256,
            relay_state: Some("handle".to_owned()),
        }
    }

    /// Sets its ID.
    #[must_use]
    pub fn id(mut self, id: &str) -> Self {
        id.clone_into(&mut self.id);
        self
    }

    /// Sets its issuer.
    #[must_use]
    pub fn issuer(mut self, entity_id: &str) -> Self {
        entity_id.clone_into(&mut self.issuer);
        self
    }

    /// Sets when it is issued; a request lasts five minutes from there.
    #[must_use]
    pub fn issued(mut self, instant: Timestamp) -> Self {
        self.issued = instant;
        self
    }

    /// Names these sessions in a request.
    ///
    /// # Panics
    /// When it is a response.
    #[must_use]
    pub fn sessions(mut self, indexes: &[&str]) -> Self {
        let Kind::Request { sessions, .. } = &mut self.kind else { panic!("a response") };
        *sessions = indexes.iter().map(|one| (*one).to_owned()).collect();
        self
    }

    /// Names this person in a request.
    ///
    /// # Panics
    /// When it is a response.
    #[must_use]
    pub fn naming(mut self, name: NameId) -> Self {
        let Kind::Request { name_id, .. } = &mut self.kind else { panic!("a response") };
        *name_id = name;
        self
    }

    /// Encrypts the `NameID` of a request to [`keys::SP`].
    ///
    /// # Panics
    /// When it is a response.
    #[must_use]
    pub fn encrypted(self, cipher: DataCipher) -> Self {
        self.encrypted_to(&keys::SP, cipher)
    }

    /// Encrypts the `NameID` of a request to this key.
    ///
    /// # Panics
    /// When it is a response.
    #[must_use]
    pub fn encrypted_to(mut self, key: &'static KeyPair, cipher: DataCipher) -> Self {
        let Kind::Request { encrypted, .. } = &mut self.kind else { panic!("a response") };
        *encrypted = Some((key, cipher));
        self
    }

    /// Signs with another key.
    #[must_use]
    pub fn signed_by(mut self, key: &'static KeyPair) -> Self {
        self.signer = Some(key);
        self
    }

    /// Signs with another algorithm.
    #[must_use]
    pub fn algorithm(mut self, algorithm: SignatureAlgorithm) -> Self {
        self.algorithm = algorithm;
        self
    }

    /// Leaves it unsigned.
    #[must_use]
    pub fn unsigned(mut self) -> Self {
        self.signer = None;
        self
    }

    /// Sets what is to be handed back.
    #[must_use]
    pub fn relay_state(mut self, text: Option<&str>) -> Self {
        self.relay_state = text.map(str::to_owned);
        self
    }

    /// Replaces a text before it is signed; a test whose text is not there fails.
    #[must_use]
    pub fn swap(mut self, from: &str, to: &str) -> Self {
        self.edits.push((from.to_owned(), to.to_owned()));
        self
    }

    /// Replaces a text of the posted form after it was signed.
    #[must_use]
    pub fn swap_signed(mut self, from: &str, to: &str) -> Self {
        self.signed_edits.push((from.to_owned(), to.to_owned()));
        self
    }

    /// Wraps the posted form into a false one.
    #[must_use]
    pub fn wrapped(mut self, wrapping: LogoutWrapping) -> Self {
        self.wrapping = Some(wrapping);
        self
    }

    /// The message as XML, unsigned.
    ///
    /// # Panics
    /// When an edit finds nothing to edit.
    #[must_use]
    pub fn xml(&self) -> String {
        let xml = match &self.kind {
            Kind::Request { name_id, encrypted, sessions } => {
                let xml = self.request_xml(name_id, sessions);
                encrypted.map_or(xml.clone(), |to| encrypted_name(&xml, to))
            }
            Kind::Response { status } => LogoutResponse {
                id: &self.id,
                issued: self.issued,
                destination: SLO,
                issuer: &self.issuer,
                in_response_to: REQUEST,
                status: *status,
            }
            .to_xml(),
        };
        text::edited(&xml, &self.edits)
    }

    fn request_xml(&self, name_id: &NameId, sessions: &[String]) -> String {
        let request = LogoutRequest {
            id: &RequestId::from_stored(self.id.clone()),
            issued: self.issued,
            destination: SLO,
            issuer: &self.issuer,
            name_id,
            session_index: None,
            vetuma_language: None,
        };
        let element = |index: &String| format!("<samlp:SessionIndex>{index}</samlp:SessionIndex>");
        let sessions: String = sessions.iter().map(element).collect();
        text::before(&request.to_xml(), "</samlp:LogoutRequest>", &sessions)
    }

    /// Its parameter.
    #[must_use]
    pub fn parameter(&self) -> MessageParameter {
        match self.kind {
            Kind::Request { .. } => MessageParameter::Request,
            Kind::Response { .. } => MessageParameter::Response,
        }
    }

    /// The signed text of the posted form.
    ///
    /// # Panics
    /// As [`ForgedLogout::xml`], or when it cannot be signed.
    #[must_use]
    pub fn signed_xml(&self) -> String {
        let xml = match self.signer {
            Some(key) => sign_enveloped(&self.xml(), &key.signing(self.algorithm)).unwrap(),
            None => self.xml(),
        };
        let changed = match self.kind {
            Kind::Request { .. } => ("person-7", "attacker"),
            Kind::Response { .. } => ("status:Requester", "status:Success"),
        };
        let xml = self.wrapping.map_or(xml.clone(), |wrapping| wrapping.wrap(&xml, changed));
        text::edited(&xml, &self.signed_edits)
    }

    /// The value of the form field, with the signature inside.
    ///
    /// # Panics
    /// As [`ForgedLogout::signed_xml`].
    #[must_use]
    pub fn post(&self) -> String {
        post_value(&self.signed_xml())
    }

    /// The `RelayState` that goes along.
    #[must_use]
    pub fn handle(&self) -> Option<&str> {
        self.relay_state.as_deref()
    }

    /// The query of a redirect, with the signature in it.
    ///
    /// # Panics
    /// As [`ForgedLogout::xml`].
    #[must_use]
    pub fn query(&self) -> String {
        let xml = self.xml();
        let signer = self.signer.map(|key| key.signing(self.algorithm));
        signing::query((self.parameter(), xml.as_str()), self.handle(), signer.as_ref())
    }
}

impl fmt::Debug for ForgedLogout {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ForgedLogout")
    }
}

/// The request with its `NameID` encrypted as an assertion would be.
fn encrypted_name(xml: &str, to: (&KeyPair, DataCipher)) -> String {
    text::replaced(xml, "saml:NameID", &encrypted_part("EncryptedID", "saml:NameID", xml, to))
}

/// Where messages of single logout come to.
pub const SLO: &str = "https://broker.example/saml/slo";
