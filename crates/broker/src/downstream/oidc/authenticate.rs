//! Who a client is that calls without a browser.

use silta_oidc::{
    Authentication, Client, ClientAssertion, ClientAssertionError, ClientCredentials, ClientKeys,
    VerifiedClientAssertion, claimed_client,
};

use crate::downstream::oidc::OidcProvider;
use crate::downstream::oidc::authenticate_error::AuthenticateError;
use crate::downstream::oidc::client_keys::FoundKeys;
use crate::form_body_error::FormBodyError;
use crate::model::identity::ReplayKey;
use crate::record::UsedClientAssertion;

impl OidcProvider {
    /// The client that proves by `credentials` who it is. An assertion counts once, at all replicas.
    ///
    /// # Errors
    /// [`AuthenticateError`].
    pub(crate) async fn authenticate(
        &self,
        credentials: &ClientCredentials,
    ) -> Result<&Client, AuthenticateError> {
        match credentials.authenticate(&self.clients)? {
            Authentication::Proved(client) => Ok(client),
            Authentication::Asserted(assertion) => self.verify_assertion(&assertion).await,
        }
    }

    /// The client that a request says it comes from, if it is one of ours, for the audit of a request that
    /// proves nothing.
    pub(super) fn claimed(
        &self,
        form: Result<&str, FormBodyError>,
        authorization: Option<&str>,
    ) -> Option<&Client> {
        claimed_client(form.unwrap_or(""), authorization, &self.clients)
    }

    async fn verify_assertion<'a>(
        &self,
        assertion: &ClientAssertion<'a>,
    ) -> Result<&'a Client, AuthenticateError> {
        let verified = match assertion.keys() {
            ClientKeys::Registered(keys) => {
                assertion.verify(keys, &self.issuer, self.ports.clock.now())?
            }
            ClientKeys::Published(_) => self.verify_by_published(assertion).await?,
        };
        let key = ReplayKey {
            issuer: verified.client().id().as_str().to_owned(),
            id: verified.id().to_owned(),
            until: verified.until(),
        };
        if !self.ports.claim(&key, &UsedClientAssertion).await? {
            return Err(ClientAssertionError::Replayed.into());
        }
        Ok(verified.client())
    }

    /// Verifies an assertion by keys that have to be fetched. A key that is not among those that are
    /// known may be a newer one.
    async fn verify_by_published<'a>(
        &self,
        assertion: &ClientAssertion<'a>,
    ) -> Result<VerifiedClientAssertion<'a>, AuthenticateError> {
        let (client, now) = (assertion.client().id(), self.ports.clock.now());
        let FoundKeys { keys, are_new } = self.published_keys.find(client, now).await?;
        match assertion.verify(&keys, &self.issuer, now) {
            Err(ClientAssertionError::UnknownKey) if !are_new => {
                let newer = self.published_keys.newer_than(client, &keys, now).await?;
                let newer = newer.ok_or(ClientAssertionError::UnknownKey)?;
                Ok(assertion.verify(&newer, &self.issuer, now)?)
            }
            judged => Ok(judged?),
        }
    }
}
