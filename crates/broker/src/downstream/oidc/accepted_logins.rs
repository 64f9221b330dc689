//! Which logins the configuration of today accepts for a client, where only their session is left to judge.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::broker::{ConfiguredUpstream, RelyingPartyPolicy};
use crate::model::relying_party::RelyingParty;
use crate::model::upstream_name::UpstreamName;
use crate::ports::Upstream;
use crate::record::{SessionDetails, SessionRecord};

/// By client and upstream, what a session must have reached. What is not among them is not accepted.
#[derive(Default)]
pub struct AcceptedLogins(BTreeMap<RelyingParty, BTreeMap<UpstreamName, AcceptedUpstream>>);

struct AcceptedUpstream {
    adapter: Arc<dyn Upstream>,
    /// Each of these levels has to be reached.
    least_levels: Vec<String>,
}

impl AcceptedLogins {
    /// What these policies accept of these upstreams.
    #[must_use]
    pub fn of<'a>(
        upstreams: &BTreeMap<UpstreamName, ConfiguredUpstream>,
        policies: impl IntoIterator<Item = (&'a RelyingParty, &'a RelyingPartyPolicy)>,
    ) -> Self {
        let of_policy = |policy: &RelyingPartyPolicy| {
            let accepted = policy.upstreams.iter().filter_map(|allowed| {
                let upstream = upstreams.get(&allowed.name)?;
                let least_levels = allowed.least_levels(upstream).into_iter().flatten();
                let accepted = AcceptedUpstream {
                    adapter: upstream.adapter.clone(),
                    least_levels: least_levels.map(str::to_owned).collect(),
                };
                Some((allowed.name.clone(), accepted))
            });
            accepted.collect()
        };
        let policies = policies.into_iter();
        Self(policies.map(|(party, policy)| (party.clone(), of_policy(policy))).collect())
    }

    /// Whether this client is still told of the person of this session. Where nothing is kept of it, nothing
    /// can be judged.
    pub(super) fn accept(&self, party: &RelyingParty, session: &SessionRecord) -> bool {
        session.kept().is_some_and(|(_, details)| self.accept_details(party, details))
    }

    /// Whether this client is told of the person of this session no more. That of a session of which nothing is kept ends
    /// with the tokens of its login, which are short.
    pub(super) fn refuse(&self, party: &RelyingParty, session: &SessionRecord) -> bool {
        session.kept().is_some_and(|(_, details)| !self.accept_details(party, details))
    }

    fn accept_details(&self, party: &RelyingParty, details: &SessionDetails) -> bool {
        let upstream = self.0.get(party).and_then(|accepted| accepted.get(&details.upstream));
        upstream.is_some_and(|upstream| {
            let mut least_levels = upstream.least_levels.iter();
            least_levels.all(|least| upstream.adapter.reaches(&details.acr, least))
        })
    }
}
