//! What a person reads when they log out: what is over, what may not be, and what to do about it.

use super::texts::Message;

pub(super) const DONE: Message = Message {
    finnish: ("Olet kirjautunut ulos", "Istuntosi on päättynyt myös tunnistuspalvelussa."),
    swedish: ("Du är utloggad", "Din session är avslutad också i identifieringstjänsten."),
    english: ("You are logged out", "Your session is over at the identity provider too."),
};
pub(super) const PARTLY: Message = Message {
    finnish: (
        "Olet kirjautunut ulos, mutta et ehkä kaikista palveluista",
        "Tunnistuspalvelu ei voinut päättää kaikkia istuntojasi. Sulje selain, jos laite on yhteinen.",
    ),
    swedish: (
        "Du är utloggad, men kanske inte från alla tjänster",
        "Identifieringstjänsten kunde inte avsluta alla dina sessioner. Stäng webbläsaren om du delar enheten med andra.",
    ),
    english: (
        "You are logged out, but perhaps not of every service",
        "The identity provider could not end all of your sessions. Close the browser if you share this device.",
    ),
};
pub(super) const UNKNOWN_SESSION: Message = Message {
    finnish: (
        "Olet kirjautunut ulos",
        "Tunnistuspalvelu ei tuntenut istuntoasi: se oli luultavasti jo päättynyt. Sulje selain, jos laite on yhteinen.",
    ),
    swedish: (
        "Du är utloggad",
        "Identifieringstjänsten kände inte till din session: den var troligen redan avslutad. Stäng webbläsaren om du delar enheten med andra.",
    ),
    english: (
        "You are logged out",
        "The identity provider did not know your session: it was probably over already. Close the browser if you share this device.",
    ),
};
pub(super) const FAILED: Message = Message {
    finnish: (
        "Olet kirjautunut ulos, mutta et ehkä tunnistuspalvelusta",
        "Tunnistuspalvelu ei vahvistanut uloskirjautumista. Sulje selain, jos laite on yhteinen.",
    ),
    swedish: (
        "Du är utloggad, men kanske inte från identifieringstjänsten",
        "Identifieringstjänsten bekräftade inte utloggningen. Stäng webbläsaren om du delar enheten med andra.",
    ),
    english: (
        "You are logged out, but perhaps not at the identity provider",
        "The identity provider did not confirm the logout. Close the browser if you share this device.",
    ),
};
/// The session here was over before the identity provider was asked.
pub(super) const EXPIRED: Message = Message {
    finnish: (
        "Tämä uloskirjautuminen on jo päättynyt",
        "Olet kirjautunut ulos. Sulje selain, jos laite on yhteinen.",
    ),
    swedish: (
        "Den här utloggningen är redan avslutad",
        "Du är utloggad. Stäng webbläsaren om du delar enheten med andra.",
    ),
    english: (
        "This logout is already over",
        "You are logged out. Close the browser if you share this device.",
    ),
};
pub(super) const NOT_ACCEPTED: Message = Message {
    finnish: (
        "Tunnistuspalvelun viestiä ei voitu hyväksyä",
        "Uloskirjautuminen jäi kesken. Sulje selain; jos vika toistuu, ilmoita alla oleva viitetunnus.",
    ),
    swedish: (
        "Identifieringstjänstens meddelande kunde inte godkännas",
        "Utloggningen slutfördes inte. Stäng webbläsaren; om felet upprepas, uppge referensen nedan.",
    ),
    english: (
        "The identity provider's message could not be accepted",
        "The logout is not complete. Close the browser; if it happens again, quote the reference below.",
    ),
};
pub(super) const UNAVAILABLE: Message = Message {
    finnish: (
        "Uloskirjautuminen ei ole juuri nyt mahdollista",
        "Sulje selain, tai odota muutama minuutti ja kirjaudu ulos uudelleen.",
    ),
    swedish: (
        "Det går inte att logga ut just nu",
        "Stäng webbläsaren, eller vänta några minuter och logga ut på nytt.",
    ),
    english: (
        "Logging out is temporarily unavailable",
        "Close the browser, or wait a few minutes and log out again.",
    ),
};
pub(super) const ANSWERING: Message = Message {
    finnish: ("Uloskirjautumista jatketaan", "Jatka"),
    swedish: ("Utloggningen fortsätter", "Fortsätt"),
    english: ("The logout goes on", "Continue"),
};
/// The heading is the word on the link.
pub(super) const GO_ON: Message = Message {
    finnish: ("Jatka palveluun", ""),
    swedish: ("Fortsätt till tjänsten", ""),
    english: ("Go on to the service", ""),
};
