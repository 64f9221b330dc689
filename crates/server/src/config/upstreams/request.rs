//! What requests to a SAML identity provider say.

use silta_broker::upstream::ForceAuthn;
use silta_config::description::upstreams;
use silta_config::{Section, Value};
use silta_saml::{RequestProfile, UnsignedParameters};
use url::Url;

use super::{name_ids, owned};

/// What every request says.
pub(super) fn profile(section: &Section<'_>) -> Option<RequestProfile> {
    let issuer = section.value(&upstreams::REQUEST_ISSUER).and_then(|value| value.choice());
    let acs = section.value(&upstreams::REQUEST_ACS).and_then(|value| value.choice());
    let set = section
        .optional(&upstreams::ATTRIBUTE_CONSUMING_SERVICE_INDEX)
        .map_or(Some(None), |value| value.number().map(Some));
    let provider_name = section
        .optional(&upstreams::PROVIDER_NAME)
        .map_or(Some(None), |value| owned(value).map(Some));
    let name_id_format = section
        .optional(&upstreams::NAME_ID_FORMAT)
        .map_or(Some(None), |value| name_ids::format(value).map(Some));
    let idp_list =
        section.optional(&upstreams::IDP_LIST).map_or(Some(vec![]), |value| value.each(owned));
    Some(RequestProfile {
        issuer: issuer?,
        acs: acs?,
        attribute_consuming_service: set?,
        provider_name: provider_name?,
        name_id_format: name_id_format?,
        idp_list: idp_list?,
    })
}

/// When a new authentication is asked for. It shows a page, so that nobody can be asked without one.
pub(super) fn force_authn(section: &Section<'_>) -> Option<ForceAuthn> {
    let value = section.value(&upstreams::FORCE_AUTHN)?;
    let force_authn = value.choice()?;
    let passive = section.value(&upstreams::PASSIVE)?.boolean()?;
    if passive && force_authn == ForceAuthn::Always {
        let what = "a new authentication shows a page, and passive allows none";
        return value.refuse(what, "write when_asked, or leave passive out");
    }
    Some(force_authn)
}

/// What follows the signature of a redirect.
pub(super) fn parameters(section: &Section<'_>) -> Option<UnsignedParameters> {
    let mut parameters = UnsignedParameters::default();
    let Some(value) = section.optional(&upstreams::REQUEST_PARAMETERS) else {
        return Some(parameters);
    };
    // Where metadata says where requests go, nothing is known of that URL here.
    let url = match section.optional(&upstreams::SSO) {
        Some(sso) => Some(written_url(sso, value)?),
        None => None,
    };
    for (name, one) in value.entries()? {
        let has = |url: &Url| url.query_pairs().any(|(known, _)| known == name);
        if url.as_ref().is_some_and(has) {
            return one.refuse("the URL of sso has this parameter too", "write it at one place");
        }
        if let Err(error) = parameters.add(name, one.text()?) {
            return one.refuse_with(&error);
        }
    }
    Some(parameters)
}

/// The URL of `sso`, to whose query `parameters` are added.
fn written_url(sso: Value<'_>, parameters: Value<'_>) -> Option<Url> {
    let Some(redirect) = sso.section(&upstreams::SSO)?.optional(&upstreams::REDIRECT) else {
        let what = "requests by POST have no query to add to";
        return parameters.refuse(what, "write sso: with redirect:, or leave this out");
    };
    // A URL that is none is refused where it stands.
    Url::parse(redirect.text()?).ok()
}
