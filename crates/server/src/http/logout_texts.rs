//! What a person reads when they log out: what is over, what may not be, and what to do about it.

use super::texts::Message;

/// The button stands below it.
pub(super) const CONFIRM: Message = Message {
    finnish: (
        "Haluatko kirjautua ulos?",
        "Sinut kirjataan ulos kaikista palveluista, joihin olet kirjautunut tällä selaimella tätä kautta. Jos et pyytänyt tätä, sulje sivu.",
    ),
    swedish: (
        "Vill du logga ut?",
        "Du loggas ut från alla tjänster som du har loggat in i härifrån med den här webbläsaren. Stäng sidan om du inte bad om detta.",
    ),
    english: (
        "Do you want to log out?",
        "You will be logged out of every service that you logged in to from here with this browser. If you did not ask for this, close this page.",
    ),
};
/// The heading is the word on the button.
pub(super) const LOG_OUT: Message =
    Message { finnish: ("Kirjaudu ulos", ""), swedish: ("Logga ut", ""), english: ("Log out", "") };
pub(super) const NOBODY_HERE: Message = Message {
    finnish: (
        "Et ole kirjautunut sisään",
        "Istuntosi täällä on päättynyt. Sulje selain, jos laite on yhteinen.",
    ),
    swedish: (
        "Du är inte inloggad",
        "Din session här är avslutad. Stäng webbläsaren om du delar enheten med andra.",
    ),
    english: (
        "You are not logged in",
        "Your session here is over. Close the browser if you share this device.",
    ),
};
pub(super) const HERE: Message = Message {
    finnish: (
        "Olet kirjautunut ulos",
        "Tunnistuspalvelu saattaa silti vielä muistaa sinut. Sulje selain, jos laite on yhteinen.",
    ),
    swedish: (
        "Du är utloggad",
        "Identifieringstjänsten kan ändå komma ihåg dig. Stäng webbläsaren om du delar enheten med andra.",
    ),
    english: (
        "You are logged out",
        "The identity provider may still remember you. Close the browser if you share this device.",
    ),
};
pub(super) const CLIENTS_NOT_NOTIFIED: Message = Message {
    finnish: (
        "Olet kirjautunut ulos, mutta kaikki palvelut eivät ole vielä vahvistaneet sitä",
        "Ne saattavat pitää sinut kirjautuneena. Sulje selain, jos laite on yhteinen.",
    ),
    swedish: (
        "Du är utloggad, men alla tjänster har inte bekräftat det ännu",
        "De kan hålla dig inloggad. Stäng webbläsaren om du delar enheten med andra.",
    ),
    english: (
        "You are logged out, but not every service has confirmed it yet",
        "They may keep you logged in. Close the browser if you share this device.",
    ),
};
/// Beside the name of a service.
pub(super) const CONFIRMED: Message = Message {
    finnish: ("kirjautunut ulos", ""),
    swedish: ("utloggad", ""),
    english: ("logged out", ""),
};
pub(super) const NOT_CONFIRMED: Message = Message {
    finnish: ("ei ole vielä vahvistanut", ""),
    swedish: ("har inte bekräftat ännu", ""),
    english: ("has not confirmed yet", ""),
};
pub(super) const DONE: Message = Message {
    finnish: ("Olet kirjautunut ulos", "Istuntosi on päättynyt myös tunnistuspalvelussa."),
    swedish: ("Du är utloggad", "Din session är avslutad också i identifieringstjänsten."),
    english: ("You are logged out", "Your session is over at the identity provider too."),
};
pub(super) const PARTLY: Message = Message {
    finnish: (
        "Olet kirjautunut ulos, mutta et ehkä kaikista palveluista",
        "Kaikkia istuntojasi ei voitu päättää. Sulje selain, jos laite on yhteinen.",
    ),
    swedish: (
        "Du är utloggad, men kanske inte från alla tjänster",
        "Alla dina sessioner kunde inte avslutas. Stäng webbläsaren om du delar enheten med andra.",
    ),
    english: (
        "You are logged out, but perhaps not of every service",
        "Not all of your sessions could be ended. Close the browser if you share this device.",
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
/// Anybody can open the address at any time, so it says nothing of who is logged in.
pub(super) const EXPIRED: Message = Message {
    finnish: (
        "Tämä uloskirjautuminen on jo päättynyt",
        "Jos olet vielä kirjautuneena johonkin palveluun, kirjaudu siitä ulos. Sulje selain, jos laite on yhteinen.",
    ),
    swedish: (
        "Den här utloggningen är redan avslutad",
        "Om du fortfarande är inloggad i en tjänst, logga ut från den. Stäng webbläsaren om du delar enheten med andra.",
    ),
    english: (
        "This logout is already over",
        "If you are still logged in to a service, log out there. Close the browser if you share this device.",
    ),
};
pub(super) const BAD_REQUEST: Message = Message {
    finnish: (
        "Uloskirjautumispyyntö on virheellinen",
        "Palvelu, josta tulit, lähetti pyynnön, jota ei voi toteuttaa. Et ehkä ole kirjautunut ulos: sulje selain. Jos vika toistuu, ilmoita alla oleva viitetunnus palvelun ylläpidolle.",
    ),
    swedish: (
        "Begäran om utloggning är felaktig",
        "Tjänsten som du kom från skickade en begäran som inte kan utföras. Du är kanske inte utloggad: stäng webbläsaren. Om felet upprepas, uppge referensen nedan för tjänstens support.",
    ),
    english: (
        "The request to log out is wrong",
        "The service that you came from sent a request that cannot be met. You may not be logged out: close the browser. If it happens again, quote the reference below to the service's support.",
    ),
};
pub(super) const UNREADABLE: Message = Message {
    finnish: (
        "Uloskirjautumispyyntöä ei voitu lukea",
        "Et ehkä ole kirjautunut ulos: yritä uudelleen tai sulje selain. Jos vika toistuu, ilmoita alla oleva viitetunnus sen palvelun ylläpidolle, josta tulit.",
    ),
    swedish: (
        "Begäran om utloggning kunde inte läsas",
        "Du är kanske inte utloggad: försök igen eller stäng webbläsaren. Om felet upprepas, uppge referensen nedan för supporten hos tjänsten som du kom från.",
    ),
    english: (
        "The request to log out could not be read",
        "You may not be logged out: try again, or close the browser. If it happens again, quote the reference below to the support of the service that you came from.",
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
/// On the way to the identity provider.
pub(super) const FORWARDING: Message = Message {
    finnish: ("Sinut kirjataan ulos myös tunnistuspalvelusta", "Jatka"),
    swedish: ("Du loggas ut också från identifieringstjänsten", "Fortsätt"),
    english: ("You are being logged out at the identity provider too", "Continue"),
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

#[cfg(test)]
mod tests {
    use super::*;

    /// Where anybody can send anybody, whatever session their browser holds.
    #[test]
    fn a_page_that_a_stranger_can_show_calls_nobody_logged_out() {
        for message in [EXPIRED, NOT_ACCEPTED, BAD_REQUEST, UNREADABLE, UNAVAILABLE] {
            for ((heading, advice), logged_out) in [
                (message.finnish, DONE.finnish.0),
                (message.swedish, DONE.swedish.0),
                (message.english, DONE.english.0),
            ] {
                assert!(!heading.contains(logged_out) && !advice.contains(logged_out), "{advice}");
            }
        }
    }
}
