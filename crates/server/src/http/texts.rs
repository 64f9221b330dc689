//! What a person reads when a login does not work: plain words, a next step, three languages.

mod declined;

use silta_broker::{CallbackVerdict, ErrorClass, FormBodyError, LoginError, PageText};

use crate::language::Translated;

/// What there is to say: in each language a heading that says what happened, and a sentence that says
/// what to do. A page of its own has messages of its own, beside it.
pub(super) type Message = Translated<(&'static str, &'static str)>;

/// The message of a fault that only a page can tell of.
pub(super) fn message_of(fault: &LoginError) -> Message {
    match (fault, fault.class()) {
        (LoginError::AlreadyUsed | LoginError::ReplayedRequest, _) => ALREADY_USED,
        (LoginError::CookieMissing, _) => COOKIE_MISSING,
        (LoginError::NotNavigation, _) => NOT_NAVIGATION,
        // What broke off on its way may arrive next time, and nothing else will.
        (LoginError::Body(FormBodyError::TooSlow | FormBodyError::Unreadable), _) => UNREADABLE,
        (LoginError::Body(_), _) => NOT_TAKEN,
        (LoginError::UpstreamNotReady(_), _) => UPSTREAM_SILENT,
        (LoginError::NotAllowed | LoginError::Denied(_), _) => NOT_ALLOWED,
        (LoginError::Upstream(error), _) if error.verdict() == CallbackVerdict::NotBegunHere => {
            NOT_BEGUN_HERE
        }
        (LoginError::Upstream(error), ErrorClass::User)
            if error.verdict() == CallbackVerdict::Declined =>
        {
            error.reported().map_or(CANCELLED, declined::message_of)
        }
        (LoginError::Upstream(error), ErrorClass::User)
            if error.verdict() != CallbackVerdict::NotOurs =>
        {
            AGAIN
        }
        (
            LoginError::AnotherPerson
            | LoginError::LevelRaised
            | LoginError::LoginRequired
            | LoginError::CookieWithheld,
            ErrorClass::User,
        ) => AGAIN,
        (_, ErrorClass::User) => EXPIRED,
        (_, ErrorClass::Client) => CLIENT_MISTAKE,
        (_, ErrorClass::Idp) => NOT_ACCEPTED,
        (_, ErrorClass::Operator | ErrorClass::Update) => UNAVAILABLE,
    }
}

/// The same heading with what the administrator says below it.
pub(super) fn with_text(message: Message, text: &PageText) -> Translated<(&str, &str)> {
    let (heading, said) = (message, text.as_ref());
    Translated {
        finnish: (heading.finnish.0, said.finnish),
        swedish: (heading.swedish.0, said.swedish),
        english: (heading.english.0, said.english),
    }
}

/// What the reference is called.
pub(super) const REFERENCE: Translated<&str> =
    Translated { finnish: "Viitetunnus", swedish: "Referens", english: "Reference" };
const EXPIRED: Message = Message {
    finnish: (
        "Kirjautuminen on vanhentunut",
        "Mitään ei ole menetetty. Palaa palveluun ja kirjaudu uudelleen.",
    ),
    swedish: (
        "Inloggningen har gått ut",
        "Inget har gått förlorat. Gå tillbaka till tjänsten och logga in på nytt.",
    ),
    english: (
        "This login has expired",
        "Nothing was lost. Go back to the service and log in again.",
    ),
};
const NOT_BEGUN_HERE: Message = Message {
    finnish: (
        "Tunnistuspalvelun vastaus ei kuulu täällä aloitettuun kirjautumiseen",
        "Aloita kirjautuminen palvelusta, jota haluat käyttää. Jos vika toistuu, ilmoita alla oleva viitetunnus.",
    ),
    swedish: (
        "Identifieringstjänstens svar hör inte till en inloggning som började här",
        "Börja inloggningen i den tjänst som du vill använda. Om felet upprepas, uppge referensen nedan.",
    ),
    english: (
        "The sign-in service sent an answer that does not belong to a login begun here",
        "Start at the service that you want to use. If it happens again, quote the reference below.",
    ),
};
const ALREADY_USED: Message = Message {
    finnish: (
        "Tämä kirjautuminen on jo päättynyt",
        "Jos et ole kirjautuneena, palaa palveluun ja kirjaudu uudelleen.",
    ),
    swedish: (
        "Den här inloggningen är redan avslutad",
        "Om du inte är inloggad, gå tillbaka till tjänsten och logga in på nytt.",
    ),
    english: (
        "This login is already over",
        "If you are not logged in, go back to the service and log in again.",
    ),
};
const COOKIE_MISSING: Message = Message {
    finnish: (
        "Selain ei säilyttänyt kirjautumista",
        "Salli evästeet, palaa palveluun ja kirjaudu uudelleen samalla selaimella.",
    ),
    swedish: (
        "Webbläsaren behöll inte inloggningen",
        "Tillåt kakor, gå tillbaka till tjänsten och logga in på nytt i samma webbläsare.",
    ),
    english: (
        "Your browser did not keep this login",
        "Allow cookies, go back to the service and log in again in the same browser.",
    ),
};
const CLIENT_MISTAKE: Message = Message {
    finnish: (
        "Palvelun kirjautumispyyntöön ei voi vastata",
        "Vika ei ole sinun. Kerro palvelulle alla oleva viitetunnus.",
    ),
    swedish: (
        "Tjänstens inloggningsbegäran kan inte besvaras",
        "Felet är inte ditt. Meddela tjänsten och uppge referensen nedan.",
    ),
    english: (
        "The service sent a login request that cannot be answered",
        "This is not your mistake. Tell the service, and quote the reference below.",
    ),
};
const NOT_ACCEPTED: Message = Message {
    finnish: (
        "Tunnistuspalvelun vastausta ei voitu hyväksyä",
        "Et ole kirjautuneena. Yritä uudelleen; jos vika toistuu, ilmoita alla oleva viitetunnus.",
    ),
    swedish: (
        "Identifieringstjänstens svar kunde inte godkännas",
        "Du är inte inloggad. Försök igen; om felet upprepas, uppge referensen nedan.",
    ),
    english: (
        "The identity provider's answer could not be accepted",
        "You are not logged in. Try again; if it happens again, quote the reference below.",
    ),
};
// Loading it again would not help: what was posted counts once.
const UNAVAILABLE: Message = Message {
    finnish: (
        "Kirjautuminen ei ole juuri nyt mahdollista",
        "Odota muutama minuutti, palaa sitten palveluun ja kirjaudu uudelleen.",
    ),
    swedish: (
        "Inloggningen är tillfälligt ur bruk",
        "Vänta några minuter, gå sedan tillbaka till tjänsten och logga in på nytt.",
    ),
    english: (
        "Logging in is temporarily unavailable",
        "Wait a few minutes, then go back to the service and log in again.",
    ),
};
const UPSTREAM_SILENT: Message = Message {
    finnish: (
        "Tunnistuspalvelu ei vastaa juuri nyt",
        "Mitään ei ole menetetty. Odota hetki ja lataa tämä sivu uudelleen.",
    ),
    swedish: (
        "Identifieringstjänsten svarar inte just nu",
        "Inget har gått förlorat. Vänta en stund och ladda om den här sidan.",
    ),
    english: (
        "The identity provider does not answer right now",
        "Nothing was lost. Wait a moment and load this page again.",
    ),
};
pub(super) const BUSY: Message = Message {
    finnish: (
        "Juuri nyt liian moni kirjautuu",
        "Mitään ei ole menetetty. Odota hetki ja lataa tämä sivu uudelleen.",
    ),
    swedish: (
        "Just nu är det för många som loggar in",
        "Inget har gått förlorat. Vänta en stund och ladda om den här sidan.",
    ),
    english: (
        "Too many people are logging in right now",
        "Nothing was lost. Wait a moment and load this page again.",
    ),
};
const NOT_NAVIGATION: Message = Message {
    finnish: (
        "Kirjautuminen on avattava omalle sivulleen",
        "Palaa palveluun ja kirjaudu uudelleen. Jos tämä sivu tulee taas, kerro siitä palvelulle.",
    ),
    swedish: (
        "Inloggningen behöver en egen sida",
        "Gå tillbaka till tjänsten och logga in på nytt. Meddela tjänsten om sidan kommer igen.",
    ),
    english: (
        "Logging in needs a page of its own",
        "Go back to the service and log in again. If this page comes again, tell the service.",
    ),
};
pub(super) const NOTHING_HERE: Message = Message {
    finnish: (
        "Tällä osoitteella ei ole sivua",
        "Aloita kirjautuminen palvelusta, jota haluat käyttää.",
    ),
    swedish: ("Det finns ingen sida här", "Börja inloggningen i den tjänst som du vill använda."),
    english: ("There is no page here", "To log in, start at the service that you want to use."),
};
const UNREADABLE: Message = Message {
    finnish: (
        "Selaimen lähettämä ei tullut luettavana perille",
        "Palaa palveluun ja kirjaudu uudelleen. Jos vika toistuu, ilmoita alla oleva viitetunnus.",
    ),
    swedish: (
        "Det som webbläsaren skickade kom inte fram i läsbart skick",
        "Gå tillbaka till tjänsten och logga in på nytt. Om felet upprepas, uppge referensen nedan.",
    ),
    english: (
        "What the browser sent did not arrive in a readable form",
        "Go back to the service and log in again. If it happens again, quote the reference below.",
    ),
};
const NOT_TAKEN: Message = Message {
    finnish: (
        "Kirjautumista ei voitu käsitellä",
        "Tänne lähetetty on liian suuri tai väärässä muodossa. Uusi yritys ei auta: kerro palvelulle alla oleva viitetunnus.",
    ),
    swedish: (
        "Inloggningen kunde inte behandlas",
        "Det som skickades hit är för stort eller i fel form. Ett nytt försök hjälper inte: meddela tjänsten och uppge referensen nedan.",
    ),
    english: (
        "This login could not be processed",
        "What was sent here is too large or in the wrong form. Trying again does not help: tell the service, and quote the reference below.",
    ),
};
pub(super) const FORWARDING: Message = Message {
    finnish: ("Sinut ohjataan tunnistautumaan", "Jatka"),
    swedish: ("Du skickas vidare till inloggningen", "Fortsätt"),
    english: ("You are being forwarded to log in", "Continue"),
};
pub(super) const RETURNING: Message = Message {
    finnish: ("Sinut ohjataan takaisin palveluun", "Jatka"),
    swedish: ("Du skickas tillbaka till tjänsten", "Fortsätt"),
    english: ("You are being sent back to the service", "Continue"),
};
const CANCELLED: Message = Message {
    finnish: (
        "Et ole kirjautuneena",
        "Tunnistautuminen keskeytyi tai ei onnistunut. Palaa palveluun ja kirjaudu uudelleen.",
    ),
    swedish: (
        "Du är inte inloggad",
        "Identifieringen avbröts eller lyckades inte. Gå tillbaka till tjänsten och logga in på nytt.",
    ),
    english: (
        "You are not logged in",
        "The identification was cancelled or did not succeed. Go back to the service and log in again.",
    ),
};
const AGAIN: Message = Message {
    finnish: (
        "Et ole kirjautuneena",
        "Palvelu vaatii toisenlaisen tunnistautumisen. Palaa palveluun ja kirjaudu uudelleen.",
    ),
    swedish: (
        "Du är inte inloggad",
        "Tjänsten kräver en annan identifiering. Gå tillbaka till tjänsten och logga in på nytt.",
    ),
    english: (
        "You are not logged in",
        "The service needs another identification. Go back to the service and log in again.",
    ),
};
const NOT_ALLOWED: Message = Message {
    finnish: (
        "Et voi käyttää tätä palvelua",
        "Tunnistautuminen onnistui, mutta palvelu ei ole sinulle. Kysy palvelulta.",
    ),
    swedish: (
        "Du kan inte använda den här tjänsten",
        "Identifieringen lyckades, men tjänsten är inte för dig. Fråga tjänsten.",
    ),
    english: (
        "You cannot use this service",
        "You were identified, but the service is not for you. Ask the service.",
    ),
};
