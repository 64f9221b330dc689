//! What requests to a SAML identity provider say beside what each login asks.

use silta_broker::upstream::ForceAuthn;
use silta_saml::{AcsReference, IssuerForm};

use super::super::{Form, Key, Kind, Need, Section};

/// When a new authentication is asked for.
pub const FORCE_AUTHN: Key = Key::new(
    "force_authn",
    Kind::choice::<ForceAuthn>(),
    Need::Default("when_asked"),
    "When requests carry `ForceAuthn`. Whether it was heeded is judged by `AuthnInstant` in any case.",
    "when_asked",
);

/// How we name ourselves.
pub const REQUEST_ISSUER: Key = Key::new(
    "request_issuer",
    Kind::choice::<IssuerForm>(),
    Need::Default("plain"),
    "What the `Issuer` of requests says beside `sp_entity_id`.",
    "plain",
);

/// How requests name our ACS.
pub const REQUEST_ACS: Key = Key::new(
    "request_acs",
    Kind::choice::<AcsReference>(),
    Need::Default("url"),
    "How requests name the address for the answer.",
    "url",
);

/// What is asked for beside a level.
pub const AUTHN_CONTEXT_ALSO: Key = Key::new(
    "authn_context_also",
    Kind::List(&Kind::Text(Form::Uri)),
    Need::Absent("none"),
    "Classes that `RequestedAuthnContext` names after the levels, such as the kind of person that NemLog-in is to ask.",
    "[https://data.gov.dk/eid/Person]",
);

/// The index of our ACS.
pub const ACS_INDEX: Key = Key::new(
    "acs_index",
    Kind::Number { most: 65_535 },
    Need::Default("1"),
    "The `index` of our `AssertionConsumerService`, in our metadata and in requests that name it so. SPID wants 0.",
    "1",
);

/// Which set of attributes is asked for.
pub const ATTRIBUTE_CONSUMING_SERVICE_INDEX: Key = Key::new(
    "attribute_consuming_service_index",
    Kind::Number { most: 65_535 },
    Need::Absent("none"),
    "`AttributeConsumingServiceIndex`: which set of attributes of our registration there is asked for.",
    "1",
);

/// Our name for people.
pub const PROVIDER_NAME: Key = Key::new(
    "provider_name",
    Kind::Text(Form::Identifier),
    Need::Absent("none"),
    "`ProviderName`: a name that it may show to the person, which eIDAS nodes expect.",
    "My Municipality",
);

/// Who may authenticate the person behind it.
pub const IDP_LIST: Key = Key::new(
    "idp_list",
    Kind::List(&Kind::Text(Form::Uri)),
    Need::Absent("none"),
    "Where it asks other identity providers itself: the entityIDs among which the person chooses (`Scoping`, \
     `IDPList`). It is a wish, and proves nothing about who answered.",
    "[https://other-idp.example/metadata]",
);

/// For whom we ask.
pub const REQUESTER_ID: Key = Key::new(
    "requester_id",
    Kind::Text(Form::Uri),
    Need::Absent("none"),
    "The entityID of the service that we ask for (`Scoping`, `RequesterID`), which some eIDAS nodes want of private bodies.",
    "https://service.example",
);

/// What stands in extensions besides.
pub const EXTENSIONS_XML: Key = Key::new(
    "extensions_xml",
    Kind::List(&Kind::Text(Form::Any)),
    Need::Absent("none"),
    "Elements of a federation's own for `Extensions` of each request, as XML: up to eight, each with a declaration for every prefix in it. \
     They are constants, and signed with the request. None may be of SAML's own namespaces or of signatures, nor have an ID. eIDAS \
     nodes and eID-Servers read no others than theirs, so it cannot stand beside `eidas` or `esaml`.",
    "['<x:Channel xmlns:x=\"urn:example:extensions\">web</x:Channel>']",
);

/// What stands beside a request.
pub const REQUEST_PARAMETERS: Key = Key::new(
    "request_parameters",
    Kind::Map { names: Form::Any, of: &Kind::Text(Form::Identifier) },
    Need::Absent("none"),
    "Parameters after the signature of a request by redirect, such as the organisation whose login page is wanted. \
     They are constants, and not signed.",
    "{ whr: example.org }",
);

/// What stands beside a request in its form.
pub const FORM_FIELDS: Key = Key::new(
    "form_fields",
    Kind::Map { names: Form::Any, of: &FORM_FIELD },
    Need::Absent("none"),
    "Fields beside a request by POST, such as the country that an eIDAS node asks the person for. They are not signed. Each is a \
     constant, or a section that names the values which a client's `login_hint` may be; what goes along is the file's own text.",
    "{ country: { login_hint: [FI, SE], otherwise: FI } }",
);

const FORM_FIELD: Kind = Kind::Either(&Kind::Text(Form::Identifier), &FORM_FIELD_SECTION);

const FORM_FIELD_SECTION: Section = Section {
    name: "a field of `form_fields`",
    before: "",
    keys: &[FIELD_HINTS, FIELD_OTHERWISE],
    rules: &[],
    after: "",
};

/// Which hints go along.
pub const FIELD_HINTS: Key = Key::new(
    "login_hint",
    Kind::List(&Kind::Text(Form::Identifier)),
    Need::Required("the values that a hint may be"),
    "The values that a client's `login_hint` may be. It is compared as it is, and counts for nothing else.",
    "[FI, SE]",
);

/// What goes along otherwise.
pub const FIELD_OTHERWISE: Key = Key::new(
    "otherwise",
    Kind::Text(Form::Identifier),
    Need::Absent("the field is left out"),
    "What stands there where the hint is none of these, or there is none.",
    "FI",
);
