//! Requests of clients about one token of theirs.

use silta_oidc::{Client, Params, RefreshToken, TokenRequestError, TokenStatusRequest};

use crate::downstream::oidc::OidcProvider;
use crate::downstream::oidc::redeem::party;
use crate::downstream::oidc::redeem_error::RedeemError;
use crate::form_body_error::FormBodyError;
use crate::record::{RefreshFamily, family_key};
use crate::sealed_store::SealedStoreError;

impl OidcProvider {
    /// Reads a request about one token, and authenticates its client.
    pub(super) async fn read_status_request(
        &self,
        form: Result<&str, FormBodyError>,
        authorization: Option<&str>,
    ) -> Result<(TokenStatusRequest, &Client), RedeemError> {
        let form = Params::parse(form?).map_err(TokenRequestError::from)?;
        let request = TokenStatusRequest::parse(&form, authorization)?;
        let client = self.authenticate(request.credentials()).await?;
        Ok((request, client))
    }

    /// The family of a refresh token that was issued to this client.
    pub(super) async fn find_own_family(
        &self,
        token: &RefreshToken,
        client: &Client,
    ) -> Result<Option<RefreshFamily>, SealedStoreError> {
        let seen = self.ports.store.peek(&family_key(&token.family_digest())).await?;
        let found = seen.map(|seen| seen.record);
        let is_own = |family: &RefreshFamily| {
            token.is_proved_by(&family.secret.0) && family.client == party(client)
        };
        Ok(found.filter(is_own))
    }
}
