//! What a service provider gets back unchanged [SAML2Bind §3.4.3, §3.5.3].

/// The longest `RelayState` that is carried, in octets. The standard asks senders for 80, but AWS
/// sends whole URLs; 2 KiB is what every browser takes in a form and a query.
pub const RELAY_STATE_LIMIT: usize = 2_048;

/// The longest `RelayState` of a logout, in octets: what the standard lets a sender use
/// [SAML2Bind §3.4.3, §3.5.3]. Nobody is known to send more with a logout, and it is all that a stranger
/// may have carried through our answer.
pub const LOGOUT_RELAY_STATE_LIMIT: usize = 80;
