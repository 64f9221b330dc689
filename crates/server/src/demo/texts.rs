//! What the demo's pages say.

use crate::language::Translated;

/// One text in every language.
pub(super) type Text = Translated<&'static str>;

pub(super) const TITLE: Text =
    Text { finnish: "Siltan esittely", swedish: "Siltas demo", english: "Silta demo" };
pub(super) const CLIENT: Text =
    Text { finnish: "Esimerkkipalvelu", swedish: "Exempeltjänst", english: "Demo client" };
pub(super) const WANTS_TO_KNOW: Text = Text {
    finnish: "Palvelu, jonka on tiedettävä, kuka olet",
    swedish: "En tjänst som behöver veta vem du är",
    english: "A service that needs to know who you are",
};
pub(super) const HOW_IT_WORKS: Text = Text {
    finnish: "Kirjaudu: tämä palvelu kysyy välittäjältä (OpenID Connect), välittäjä testitunnistuspalvelulta (SAML), ja näet, mitä tänne saapuu.",
    swedish: "Logga in: tjänsten frågar förmedlaren (OpenID Connect), förmedlaren frågar en testidentifieringstjänst (SAML), och du ser vad som kommer hit.",
    english: "Log in: this client asks the broker over OpenID Connect, the broker asks a test identity provider over SAML, and you see what arrives here.",
};
pub(super) const LOG_IN: Text =
    Text { finnish: "Kirjaudu", swedish: "Logga in", english: "Log in" };
pub(super) const LOGGED_IN: Text =
    Text { finnish: "Olet kirjautunut", swedish: "Du är inloggad", english: "You are logged in" };
pub(super) const SAML_SAID: Text = Text {
    finnish: "Mitä tunnistuspalvelu kertoi (SAML, salattuna)",
    swedish: "Vad identifieringstjänsten sade (SAML, krypterat)",
    english: "What the identity provider said (SAML, encrypted)",
};
pub(super) const ID_TOKEN: Text = Text {
    finnish: "ID token (OpenID Connect, tarkistettu)",
    swedish: "ID token (OpenID Connect, kontrollerad)",
    english: "The ID token (OpenID Connect, validated)",
};
pub(super) const EMPTY: Text = Text { finnish: "(tyhjä)", swedish: "(tom)", english: "(empty)" };
pub(super) const START_AGAIN: Text =
    Text { finnish: "Aloita alusta", swedish: "Börja om", english: "Start again" };
pub(super) const NOT_LOGGED_IN: Text = Text {
    finnish: "Et ole kirjautunut",
    swedish: "Du är inte inloggad",
    english: "You are not logged in",
};
pub(super) const TRY_AGAIN: Text =
    Text { finnish: "Yritä uudelleen", swedish: "Försök igen", english: "Try again" };
pub(super) const IDENTIFICATION: Text = Text {
    finnish: "Testitunnistus",
    swedish: "Testidentifiering",
    english: "Test identification",
};
pub(super) const WHO: Text = Text {
    finnish: "Kuka haluat olla?",
    swedish: "Vem vill du vara?",
    english: "Who do you want to be?",
};
pub(super) const INVENTED: Text = Text {
    finnish: "Henkilöt ovat keksittyjä. Oikea tunnistuspalvelu kysyisi tässä pankkitunnuksia.",
    swedish: "Personerna är påhittade. En riktig identifieringstjänst skulle fråga efter bankkoder här.",
    english: "The people are invented. A real identity provider would ask for bank credentials here.",
};
pub(super) const CANCEL: Text = Text { finnish: "Peruuta", swedish: "Avbryt", english: "Cancel" };
pub(super) const TAKING_BACK: Text = Text {
    finnish: "Sinut ohjataan takaisin",
    swedish: "Du skickas tillbaka",
    english: "Taking you back",
};
pub(super) const CONTINUE: Text =
    Text { finnish: "Jatka", swedish: "Fortsätt", english: "Continue" };
pub(super) const NOT_ANSWERED: Text = Text {
    finnish: "Tunnistuspalvelu ei vastaa tällaiseen pyyntöön",
    swedish: "Identifieringstjänsten svarar inte på en sådan begäran",
    english: "The request is not one that this identity provider answers",
};
