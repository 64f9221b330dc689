//! What is read of the role: endpoints, formats, wishes.

use silta_saml::{EndpointBinding, EndpointKind, EndpointUrl, MetadataError};
use silta_testkit::forge::text;
use silta_testkit::keys::IDP;

use super::fixture::{SERVICES, alone, endpoints_of, entity, read, refuses_role, role_of};

const SSO: &str = "https://idp.example/sso\"";

fn with_services(services: &str) -> String {
    alone(&text::swapped(&role_of(&IDP), SERVICES, services))
}

fn endpoint(name: &str, binding: &str, location: &str) -> String {
    let binding = format!("urn:oasis:names:tc:SAML:2.0:bindings:{binding}");
    format!("<md:{name} Binding=\"{binding}\" Location=\"{location}\"/>")
}

#[test]
fn redirect_and_post_are_kept_of_all_bindings_and_the_first_of_each() {
    let sso = |binding: &str, location: &str| endpoint("SingleSignOnService", binding, location);
    let slo = |binding: &str, location: &str| endpoint("SingleLogoutService", binding, location);
    let services = [
        sso("SOAP", "https://idp.example/soap"),
        sso("HTTP-Artifact", "anything"),
        sso("HTTP-POST", "https://idp.example/post"),
        sso("HTTP-POST-SimpleSign", "https://idp.example/simple"),
        sso("HTTP-Redirect", "https://idp.example/redirect?tenant=1&amp;x=2"),
        sso("HTTP-Redirect", "https://idp.example/second"),
        slo("SOAP", "https://idp.example/slo/soap"),
        slo("HTTP-POST", "https://idp.example/slo/post"),
        endpoint("ArtifactResolutionService", "SOAP", "https://idp.example/artifact"),
        endpoint("ManageNameIDService", "HTTP-POST", "https://idp.example/manage"),
    ];
    let expected = [
        "sso post https://idp.example/post",
        "sso redirect https://idp.example/redirect?tenant=1&x=2",
        "slo post https://idp.example/slo/post",
    ];
    assert_eq!(endpoints_of(&read(&with_services(&services.concat())).unwrap()), expected);
}

#[test]
fn responses_of_single_logout_may_go_elsewhere() {
    let read = read(&entity()).unwrap();
    let [logout] = read.single_logout() else { unreachable!("one") };
    assert_eq!(logout.binding, EndpointBinding::Redirect);
    assert_eq!(logout.location.as_str(), "https://idp.example/slo");
    let responses = logout.response_location.as_ref().map(EndpointUrl::as_str);
    assert_eq!(responses, Some("https://idp.example/slo/answers"));
}

#[test]
fn refuses_an_identity_provider_that_nobody_can_ask() {
    let soap = endpoint("SingleSignOnService", "SOAP", "https://idp.example/soap");
    let logout = endpoint("SingleLogoutService", "HTTP-POST", "https://idp.example/slo");
    for services in [String::new(), soap, logout] {
        let expected = MetadataError::NoSingleSignOn;
        assert_eq!(read(&with_services(&services)).unwrap_err(), expected);
    }
}

#[test]
fn refuses_an_endpoint_at_something_else_than_an_http_url() {
    let [sso, slo] = [EndpointKind::SingleSignOn, EndpointKind::SingleLogout];
    for url in
        ["javascript:alert(1)", "", "/sso", "https://", "https://a@b/", "https://idp.example/#a"]
    {
        let expected = MetadataError::NotAUrl { service: sso, attribute: "Location" };
        refuses_role(expected, SSO, &format!("{url}\""));
        let expected = MetadataError::NotAUrl { service: slo, attribute: "Location" };
        refuses_role(expected, "https://idp.example/slo\"", &format!("{url}\""));
        let expected = MetadataError::NotAUrl { service: slo, attribute: "ResponseLocation" };
        refuses_role(expected, "https://idp.example/slo/answers", url);
    }
}

#[test]
fn refuses_an_endpoint_without_a_binding_or_a_location() {
    let service = EndpointKind::SingleSignOn;
    let location = format!("Location=\"{SSO}");
    let expected = MetadataError::MissingAttribute { service, attribute: "Location" };
    refuses_role(expected, &location, "");
    let foreign = format!("xmlns:x=\"urn:x\" x:{location}");
    refuses_role(expected, &location, &foreign);
    let expected = MetadataError::MissingAttribute { service, attribute: "Binding" };
    let binding = "<md:SingleSignOnService Binding=";
    refuses_role(expected, binding, "<md:SingleSignOnService Other=");
}

#[test]
fn name_id_formats_are_read_once_each() {
    let format = |text: &str| format!("<md:NameIDFormat>{text}</md:NameIDFormat>");
    let formats = [format("\n  urn:a\n "), format("urn:b"), format("urn:a")].concat();
    let read = read(&with_services(&(formats + SERVICES))).unwrap();
    let transient = "urn:oasis:names:tc:SAML:2.0:nameid-format:transient";
    assert_eq!(read.name_id_formats(), ["urn:a", "urn:b", transient]);
}

#[test]
fn refuses_a_name_id_format_that_is_no_uri_and_more_of_them_than_there_are() {
    let transient = "urn:oasis:names:tc:SAML:2.0:nameid-format:transient";
    let long = format!("urn:{}", "a".repeat(256));
    for format in ["", "transient", "urn:a b", "urn:\u{e4}", &long] {
        refuses_role(MetadataError::NameIdFormat, transient, format);
    }
    let many = (0..33).map(|at| format!("<md:NameIDFormat>urn:{at}</md:NameIDFormat>"));
    let many = many.collect::<Vec<_>>().concat();
    let expected = MetadataError::NameIdFormat;
    assert_eq!(read(&with_services(&(many + SERVICES))).unwrap_err(), expected);
    let expected = MetadataError::NotText { element: "NameIDFormat" };
    refuses_role(expected, transient, "urn:<x/>");
}

#[test]
fn whether_requests_must_be_signed_is_a_boolean_of_xml_schema() {
    let wanting = |value: &str| {
        let role = text::swapped(&role_of(&IDP), "Signed=\"true\"", &format!("Signed=\"{value}\""));
        read(&alone(&role)).map(|read| read.wants_signed_requests())
    };
    for (value, wanted) in [("true", true), ("1", true), ("false", false), ("0", false)] {
        assert_eq!(wanting(value), Ok(wanted), "{value}");
    }
    for value in ["", "TRUE", "yes", "2"] {
        assert_eq!(wanting(value), Err(MetadataError::NotABoolean), "{value}");
    }
    let silent = text::swapped(&role_of(&IDP), "WantAuthnRequestsSigned=\"true\"", "");
    assert!(!read(&alone(&silent)).unwrap().wants_signed_requests());
}
