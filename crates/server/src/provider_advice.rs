//! Advice to the operator, for each reason for which an OpenID Provider or metadata of SAML cannot be used.

use silta_broker::ports::OutboundHttpError;
use silta_broker::upstream::{MetadataFetchError, NoNewerMetadata, ProviderError};
use silta_oidc::rp::{DiscoveryError, EndpointError};
use silta_oidc::{JwkSetError, OutboundUrlError};

/// One sentence for the operator: what to do, or whom to ask.
pub(crate) fn advice(error: &ProviderError) -> &'static str {
    match error {
        ProviderError::Http(error) => of_way(*error),
        ProviderError::Url(OutboundUrlError::TooLong | OutboundUrlError::Url(_)) => {
            "is issuer written as the provider writes it? Ask the provider which jwks_uri it has"
        }
        ProviderError::Discovery(error) => of_metadata(error),
        ProviderError::KeysStatus(_) => {
            "ask the provider why its jwks_uri does not answer with 200; it may be down, or want a \
             way that it lets us in by"
        }
        ProviderError::Keys(error) => of_keys(*error),
    }
}

/// The same for metadata of SAML. Of what is wrong in it, its own sentence says what to do.
pub(crate) fn of_metadata_fetch(error: MetadataFetchError) -> &'static str {
    match error {
        MetadataFetchError::Http(OutboundHttpError::AddressNotAllowed) => {
            "its name leads to this machine, this link or a cloud's metadata service, which are never \
             called; is the address in metadata right, and does DNS here answer as it does elsewhere?"
        }
        MetadataFetchError::Http(OutboundHttpError::Redirect) => {
            "no redirect is followed; write as the address in metadata where it leads to in the end"
        }
        MetadataFetchError::Http(
            OutboundHttpError::TooLarge
            | OutboundHttpError::Compressed
            | OutboundHttpError::Unreadable
            | OutboundHttpError::UnusableRequest,
        ) => "take the address of the entity's own metadata, and not that of a page",
        MetadataFetchError::Http(
            OutboundHttpError::Busy
            | OutboundHttpError::NotResolved
            | OutboundHttpError::NobodyListens
            | OutboundHttpError::NoConnection
            | OutboundHttpError::CertificateRefused
            | OutboundHttpError::TlsFailed
            | OutboundHttpError::NoAnswer,
        ) => {
            "is the address in metadata right, is there a way out from here, and is its certificate \
             one that this machine trusts? No proxy is used"
        }
        MetadataFetchError::Status(_) => "is the address in metadata right? Ask its publisher",
        MetadataFetchError::Metadata(_) => {
            "the last good metadata stays until its end; silta metadata fetch shows what is there now"
        }
    }
}

/// The same for logins by a key that the metadata does not have.
pub(crate) fn of_unknown_key(why: NoNewerMetadata) -> &'static str {
    match why {
        NoNewerMetadata::NotFetched(error) => of_metadata_fetch(error),
        NoNewerMetadata::File
        | NoNewerMetadata::SameKeys
        | NoNewerMetadata::AskedLately
        | NoNewerMetadata::Ended => {
            "if real logins fail, ask the identity provider to publish the key that it signs with; otherwise \
             somebody tries a key of their own"
        }
        NoNewerMetadata::NotInTime | NoNewerMetadata::Busy => {
            "its server answers slowly; logins work as soon as the metadata is here"
        }
    }
}

fn of_way(error: OutboundHttpError) -> &'static str {
    match error {
        OutboundHttpError::Busy => "the provider answers slowly; ask the provider",
        OutboundHttpError::NotResolved => {
            "is the host in issuer written correctly, and does DNS work here, for this name and for \
             that of its jwks_uri?"
        }
        OutboundHttpError::AddressNotAllowed => {
            "its name leads to this machine, this link or a cloud's metadata service, which are never \
             called; is issuer right, and does DNS here answer for its name as it does elsewhere?"
        }
        OutboundHttpError::NobodyListens => {
            "are host and port in issuer right, and does the provider run?"
        }
        OutboundHttpError::NoConnection => {
            "is there a way out: a NAT gateway or a route, and a firewall or security group that lets \
             HTTPS to the provider pass? No proxy is used"
        }
        OutboundHttpError::CertificateRefused => {
            "is the host in issuer a name of its certificate, is that of today, and does this machine \
             trust its issuer (SSL_CERT_FILE names a file of root certificates)?"
        }
        OutboundHttpError::TlsFailed => {
            "does TLS 1.2 or 1.3 answer at this host and port, and nothing in between that ends it?"
        }
        OutboundHttpError::NoAnswer => {
            "does a firewall stand in between, or is the provider slow? Ask the provider"
        }
        OutboundHttpError::Redirect => {
            "no redirect is followed; write as issuer what the provider's own metadata says, often \
             without or with a last /, or another host"
        }
        OutboundHttpError::TooLarge | OutboundHttpError::Compressed => {
            "is this the provider's metadata, and not a page? Otherwise ask the provider"
        }
        OutboundHttpError::Unreadable => {
            "does an HTTP server answer at this host and port? Otherwise ask the provider"
        }
        OutboundHttpError::UnusableRequest => {
            "is issuer right? What it leads to cannot be written as a request"
        }
    }
}

fn of_metadata(error: &DiscoveryError) -> &'static str {
    match error {
        DiscoveryError::Status(_) => {
            "is issuer the whole address, with its path? Below it, the provider must have \
             /.well-known/openid-configuration"
        }
        DiscoveryError::Json(_) => {
            "is issuer the provider's own address, and not that of a page? Otherwise ask the provider"
        }
        DiscoveryError::WrongIssuer => {
            "write as issuer exactly what the member issuer says there, to the last /; if that is \
             another host, you ask another provider than you mean"
        }
        DiscoveryError::Member(_) => "ask the provider: OpenID Connect demands this member",
        DiscoveryError::Endpoint { error: EndpointError::Origin, .. } => {
            "if the provider has endpoints on another host, list its origin in origins, such as \
             https://keys.example"
        }
        DiscoveryError::Endpoint {
            error: EndpointError::TooLong | EndpointError::Url(_), ..
        } => "ask the provider: its endpoints must be https URLs",
        DiscoveryError::NoCommonAlgorithm => {
            "write in id_token_algorithms one of those that it lists in \
             id_token_signing_alg_values_supported, or have it sign with RS256, PS256 or ES256"
        }
        DiscoveryError::Unsupported { .. } => {
            "have it switched on at the provider, or choose another authentication that it supports"
        }
    }
}

fn of_keys(error: JwkSetError) -> &'static str {
    match error {
        JwkSetError::Json(_) | JwkSetError::NoKeys | JwkSetError::TooManyKeys => {
            "ask the provider: what its jwks_uri answers is no JWK Set that can be used"
        }
        JwkSetError::PrivateMembers => {
            "tell the provider at once: who has read it can sign in anybody's name"
        }
        JwkSetError::NoUsableKey => {
            "ask the provider for a key that signs with RS256, PS256 or ES256"
        }
    }
}
