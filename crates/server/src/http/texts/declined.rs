//! What a person reads whose login the identity provider declined, and said why in words of its federation's own.

use silta_saml::StatusMeaning;

use super::{AGAIN, CANCELLED, Message, NOT_ACCEPTED};

/// The message of what was reported. A suspected fraud is told to nobody: it reads as any login that did not succeed.
pub(super) fn message_of(reported: StatusMeaning) -> Message {
    match reported {
        StatusMeaning::Cancelled => CANCELLED_BY_PERSON,
        StatusMeaning::ConsentRefused => CONSENT_REFUSED,
        StatusMeaning::TimedOut => TIMED_OUT,
        StatusMeaning::WrongCredentials => WRONG_CREDENTIALS,
        StatusMeaning::AccountSuspended => SUSPENDED,
        StatusMeaning::OtherIdentity => OTHER_IDENTITY,
        StatusMeaning::SuspectedFraud => CANCELLED,
        StatusMeaning::NoAuthnContext => AGAIN,
        StatusMeaning::Requester => NOT_ACCEPTED,
    }
}

const CANCELLED_BY_PERSON: Message = Message {
    finnish: (
        "Keskeytit tunnistautumisen",
        "Et ole kirjautuneena. Palaa palveluun, jos haluat kirjautua uudelleen.",
    ),
    swedish: (
        "Du avbröt identifieringen",
        "Du är inte inloggad. Gå tillbaka till tjänsten om du vill logga in på nytt.",
    ),
    english: (
        "You cancelled the identification",
        "You are not logged in. Go back to the service if you want to log in again.",
    ),
};
const CONSENT_REFUSED: Message = Message {
    finnish: (
        "Et hyväksynyt tietojesi luovuttamista",
        "Palvelu ei saanut tietojasi, etkä ole kirjautuneena. Palaa palveluun, jos haluat kirjautua uudelleen.",
    ),
    swedish: (
        "Du godkände inte att dina uppgifter lämnas ut",
        "Tjänsten fick inga uppgifter, och du är inte inloggad. Gå tillbaka till tjänsten om du vill logga in på nytt.",
    ),
    english: (
        "You did not agree to share your data",
        "The service got none, and you are not logged in. Go back to the service if you want to log in again.",
    ),
};
const TIMED_OUT: Message = Message {
    finnish: (
        "Tunnistautuminen kesti liian kauan",
        "Et ole kirjautuneena. Palaa palveluun ja kirjaudu uudelleen.",
    ),
    swedish: (
        "Identifieringen tog för lång tid",
        "Du är inte inloggad. Gå tillbaka till tjänsten och logga in på nytt.",
    ),
    english: (
        "The identification took too long",
        "You are not logged in. Go back to the service and log in again.",
    ),
};
const WRONG_CREDENTIALS: Message = Message {
    finnish: (
        "Tunnukset olivat liian monta kertaa väärin",
        "Et ole kirjautuneena. Jos et muista tunnuksiasi, kysy tunnistuspalvelulta.",
    ),
    swedish: (
        "Uppgifterna var fel för många gånger",
        "Du är inte inloggad. Om du har glömt dina uppgifter, fråga identifieringstjänsten.",
    ),
    english: (
        "The credentials were wrong too many times",
        "You are not logged in. If you have forgotten them, ask the sign-in service.",
    ),
};
const SUSPENDED: Message = Message {
    finnish: (
        "Tunnistusvälineesi ei ole käytössä",
        "Se on keskeytetty, peruttu tai lukittu. Kysy tunnistuspalvelulta.",
    ),
    swedish: (
        "Ditt identifieringsmedel kan inte användas",
        "Det är avstängt, återkallat eller spärrat. Fråga identifieringstjänsten.",
    ),
    english: (
        "Your digital identity cannot be used",
        "It is suspended, revoked or blocked. Ask the sign-in service.",
    ),
};
const OTHER_IDENTITY: Message = Message {
    finnish: (
        "Palvelu vaatii toisenlaisen identiteetin",
        "Et ole kirjautuneena. Palaa palveluun ja kirjaudu esimerkiksi henkilönä etkä yrityksenä.",
    ),
    swedish: (
        "Tjänsten kräver en annan sorts identitet",
        "Du är inte inloggad. Gå tillbaka till tjänsten och logga in till exempel som person och inte som företag.",
    ),
    english: (
        "The service needs an identity of another kind",
        "You are not logged in. Go back to the service and log in, for example, as a person and not as a company.",
    ),
};
