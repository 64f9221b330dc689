//! What requests to a SAML identity provider say.

use std::collections::BTreeSet;

use silta_broker::upstream::{AuthnContextRequest, ForceAuthn};
use silta_config::description::{RequestLanguage, SpTypeIn, upstreams};
use silta_config::{Section, Value};
use silta_saml::{
    AcsIndex, Country, EidasPerson, EidasRequest, ExtensionTemplate, FormFieldValue, FormFields,
    RequestProfile, SpType, UnsignedParameters,
};
use url::Url;

use super::{fit, name_ids, owned, sweden};

/// What every request says.
pub(super) fn profile(section: &Section<'_>) -> Option<RequestProfile> {
    let issuer = section.value(&upstreams::REQUEST_ISSUER).and_then(|value| value.choice());
    let acs = section.value(&upstreams::REQUEST_ACS).and_then(|value| value.choice());
    let acs_index = section.value(&upstreams::ACS_INDEX).and_then(|value| value.number());
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
    let contexts_beside = section
        .optional(&upstreams::AUTHN_CONTEXT_ALSO)
        .map_or(Some(vec![]), |value| contexts_beside(section, value));
    let requester_id = section
        .optional(&upstreams::REQUESTER_ID)
        .map_or(Some(None), |value| owned(value).map(Some));
    let principal_selection = sweden::principal_selection(section);
    let extensions = section
        .optional(&upstreams::EXTENSIONS_XML)
        .map_or(Some(vec![]), |value| extensions(section, value));
    let eidas =
        section.optional(&upstreams::EIDAS).map_or(Some(None), |value| eidas(value).map(Some));
    Some(RequestProfile {
        issuer: issuer?,
        acs: acs?,
        acs_index: AcsIndex(acs_index?),
        attribute_consuming_service: set?,
        provider_name: provider_name?,
        name_id_format: name_id_format?,
        contexts_beside: contexts_beside?,
        idp_list: idp_list?,
        requester_id: requester_id?,
        eidas: eidas?,
        principal_selection: principal_selection?,
        sign_message: None,
        extensions: extensions?,
    })
}

/// What stands in extensions besides.
fn extensions(section: &Section<'_>, value: Value<'_>) -> Option<Vec<ExtensionTemplate>> {
    fit::no_other_extension(section, value)?;
    if value.list().len() > MOST_EXTENSIONS {
        return value.refuse("there are too many", format!("write up to {MOST_EXTENSIONS}"));
    }
    value.each(|one| match ExtensionTemplate::parse(one.text()?) {
        Ok(template) => Some(template),
        Err(error) => one.refuse_with(&error),
    })
}

/// What is asked for beside levels, if levels are.
fn contexts_beside(section: &Section<'_>, value: Value<'_>) -> Option<Vec<String>> {
    let requested: AuthnContextRequest = section.value(&upstreams::AUTHN_CONTEXT)?.choice()?;
    if requested == AuthnContextRequest::Omit {
        let instead = "write authn_context: exact or minimum, or leave it out";
        return value.refuse("requests name no authentication context", instead);
    }
    value.each(owned)
}

/// What an eIDAS node reads, each attribute once.
fn eidas(value: Value<'_>) -> Option<EidasRequest> {
    let section = value.section(&upstreams::EIDAS)?;
    let sp_type = section.value(&upstreams::SP_TYPE).and_then(|value| value.choice());
    let said_in = section.value(&upstreams::SP_TYPE_IN).and_then(|value| value.choice());
    let person: EidasPerson =
        section.value(&upstreams::EIDAS_PERSON).and_then(|value| value.choice())?;
    let mut seen = BTreeSet::new();
    let optional = section.optional(&upstreams::EIDAS_OPTIONAL).map_or(Some(vec![]), |value| {
        value.each(|one| {
            let name = owned(one)?;
            if person.mandatory().contains(&name.as_str()) {
                return one.refuse("it is mandatory, and always asked for", "leave it out");
            }
            if !person.has_optional(&name) {
                let what =
                    "it is no attribute of that person, and a node refuses to be asked for it";
                return one.refuse(what, "write one of eIDAS, or leave it out");
            }
            if !seen.insert(name.clone()) {
                return one.refuse("it is asked for twice", "keep one of the two");
            }
            Some(name)
        })
    });
    let (sp_type, said_in): (SpType, SpTypeIn) = (sp_type?, said_in?);
    let sp_type = (said_in == SpTypeIn::Request).then_some(sp_type);
    Some(EidasRequest { sp_type, person, optional: optional? })
}

/// What our metadata says to an eIDAS node.
pub(super) fn eidas_metadata(section: &Section<'_>) -> Option<(Option<SpType>, Option<Country>)> {
    let Some(value) = section.optional(&upstreams::EIDAS) else { return Some((None, None)) };
    let section = value.section(&upstreams::EIDAS)?;
    let said_in: SpTypeIn = section.value(&upstreams::SP_TYPE_IN)?.choice()?;
    let sp_type: SpType = section.value(&upstreams::SP_TYPE)?.choice()?;
    let node = section.optional(&upstreams::NODE_COUNTRY);
    let node = node.map_or(Some(None), |value| country(value).map(Some))?;
    Some(((said_in == SpTypeIn::Metadata).then_some(sp_type), node))
}

/// A country by its two letters.
pub(super) fn country(value: Value<'_>) -> Option<Country> {
    match Country::parse(value.text()?) {
        Some(country) => Some(country),
        None => value.refuse("it is no country", "write two capital letters, such as FI"),
    }
}

/// The language that requests say, which an eIDAS node would refuse to hear.
pub(super) fn language(section: &Section<'_>) -> Option<RequestLanguage> {
    let value = section.value(&upstreams::REQUEST_LANGUAGE)?;
    let language = value.choice()?;
    if language != RequestLanguage::None && section.optional(&upstreams::EIDAS).is_some() {
        let what = "an eIDAS node refuses requests with other extensions than its own";
        return value.refuse(what, "leave it out, or eidas");
    }
    Some(language)
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

/// What stands beside a request in its form.
pub(super) fn form_fields(section: &Section<'_>) -> Option<FormFields> {
    let mut fields = FormFields::default();
    let Some(value) = section.optional(&upstreams::FORM_FIELDS) else { return Some(fields) };
    for (name, one) in value.entries()? {
        let field = if one.is_mapping() {
            let inner = one.section(&upstreams::FORM_FIELDS)?;
            let hints = inner.value(&upstreams::FIELD_HINTS)?;
            let otherwise = inner.optional(&upstreams::FIELD_OTHERWISE);
            let otherwise = otherwise.map_or(Some(None), |value| owned(value).map(Some));
            if section.optional(&upstreams::LOGIN_HINT_FORMAT).is_some() {
                let what = "login_hint_format has hints name a person";
                return hints.refuse(what, "keep one of the two");
            }
            if sweden::selects_by_hint(section) {
                let what = "principal_selection has hints name a person";
                return hints.refuse(what, "keep one of the two");
            }
            FormFieldValue::OfHint { allowed: hints.each(owned)?, otherwise: otherwise? }
        } else {
            FormFieldValue::Constant(owned(one)?)
        };
        if let Err(error) = fields.add(name, field) {
            return one.refuse_with(&error);
        }
    }
    fit::goes_by_post(section, value, "requests by redirect have no form to stand in")?;
    Some(fields)
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

/// More than any federation has.
const MOST_EXTENSIONS: usize = 8;
