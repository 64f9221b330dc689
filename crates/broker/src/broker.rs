//! The broker, its settings and its ports.

pub(crate) mod earlier_rules;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

use jiff::Timestamp;
use silta_mapping::{ClaimRules, Dictionary, Spelling};
use thiserror::Error;

use crate::access_rule::AccessRule;
use crate::audit::Event;
use crate::broker::earlier_rules::{EarlierRules, LoginRules, Rules};
use crate::coverage::{Coverage, MappingCoverage};
use crate::deny_rule::DenyRule;
use crate::error::{FailedLogin, LoginError};
use crate::model::configuration_hash::ConfigurationHash;
use crate::model::language::Language;
use crate::model::login_id::LoginId;
use crate::model::needed_of_person::NeededOfPerson;
use crate::model::pending::Pending;
use crate::model::protocol::Protocol;
use crate::model::relying_party::RelyingParty;
use crate::model::subject::{SubjectKey, SubjectSource};
use crate::model::translated::PageText;
use crate::model::upstream_name::UpstreamName;
use crate::open_logins::OpenLogins;
use crate::ports::{Audit, Background, Clock, Downstream, Entropy, Steps, Upstream};
use crate::record::PendingLogin;
use crate::sealed_store::SealedStore;
use crate::session_policy::SessionPolicy;

/// The login broker. It is cheap to share; its state is behind its ports.
pub struct Broker {
    pub(crate) settings: Arc<Settings>,
    pub(crate) ports: Arc<Ports>,
    /// The settings again, as those of later configurations keep them.
    pub(crate) rules: Arc<Rules>,
    /// Those of configurations that were replaced, the newest first.
    pub(crate) earlier: Vec<EarlierRules>,
    /// The attributes that a session keeps for single sign-on, by the upstreams that allow it.
    pub(crate) shared_attributes: BTreeMap<UpstreamName, BTreeSet<String>>,
    /// Which rules made something of people.
    pub(crate) coverage: Arc<Coverage>,
}

/// The settings that an administrator decides.
pub struct Settings {
    /// The key of every `sub`.
    pub subject_key: SubjectKey,
    /// The upstreams.
    pub upstreams: BTreeMap<UpstreamName, ConfiguredUpstream>,
    /// The protocols that relying parties speak.
    pub downstreams: BTreeMap<Protocol, Arc<dyn Downstream>>,
    /// The policy of each relying party.
    pub relying_parties: BTreeMap<RelyingParty, RelyingPartyPolicy>,
    /// The language of people where nothing else says theirs.
    pub language: Option<Language>,
}

/// An upstream, and what its people are known by.
pub struct ConfiguredUpstream {
    /// The upstream.
    pub adapter: Arc<dyn Upstream>,
    /// The attributes that it sends.
    pub dictionary: Dictionary,
    /// The attributes that `sub` may be made of, best first.
    pub subject: Vec<String>,
    /// The spelling in which their value counts.
    pub spelling: Spelling,
    /// The name under which these attributes identify a person.
    pub subject_source: SubjectSource,
    /// The weakest level at which it may speak for the people of that source, if others may too.
    pub least_level: Option<String>,
    /// Whether it may be asked for a login without a page.
    pub passive: bool,
    /// Whether a session that began with a login there may answer requests (single sign-on).
    pub sso: bool,
    /// Whether it tells us when it has ended a session, so that sessions must be found by its names.
    pub tells_logouts: bool,
}

/// One relying party: its upstreams, its claims and the assurance that it needs.
#[derive(Debug, Clone)]
pub struct RelyingPartyPolicy {
    /// The upstreams that may authenticate its people, the default first; never empty.
    pub upstreams: Vec<AllowedUpstream>,
    /// The claims that it gets.
    pub rules: ClaimRules,
    /// Who may use it.
    pub access: AccessRule,
    /// Whom it does not let in, whatever that says.
    pub deny: Vec<DenyRule>,
    /// What people read in whose login a claim is missing that must be there, by its name.
    pub missing: BTreeMap<String, Arc<PageText>>,
    /// Relying parties of one sector know a person by the same `sub` [OIDC Core §8.1].
    pub sector: String,
    /// The language of its people, where nothing says theirs.
    pub language: Option<Language>,
    /// How long the sessions that begin with its logins last.
    pub session: SessionPolicy,
}

/// An upstream that may authenticate the people of a relying party.
#[derive(Debug, Clone)]
pub struct AllowedUpstream {
    /// Its name.
    pub name: UpstreamName,
    /// The weakest of its assurance levels that the relying party accepts.
    pub min_acr: Option<String>,
}

impl Settings {
    /// By each upstream that allows single sign-on: what the relying parties need of a person that may be
    /// answered from its logins, and what tells whom the person is. Nobody else's needs are kept.
    fn shared_attributes(&self) -> BTreeMap<UpstreamName, BTreeSet<String>> {
        let shared = self.upstreams.iter().filter(|(_, upstream)| upstream.sso);
        let of_upstream = shared.map(|(name, upstream)| {
            let parties = self
                .relying_parties
                .values()
                .filter(|policy| policy.session.is_shared() && policy.allowed(name).is_some());
            let names = parties.flat_map(|policy| policy.needed_attributes(upstream));
            (name.clone(), names.map(str::to_owned).collect())
        });
        of_upstream.collect()
    }
}

impl Settings {
    /// What any relying party needs of the people of each upstream: of a login the policy of today counts, and
    /// single sign-on may answer others from it.
    fn needed_of_people(&self) -> BTreeMap<UpstreamName, NeededOfPerson> {
        let of_upstream = |(name, upstream): (&UpstreamName, &ConfiguredUpstream)| {
            let needed = needed_of_people(name, &upstream.subject, self.relying_parties.values());
            (name.clone(), needed)
        };
        self.upstreams.iter().map(of_upstream).collect()
    }
}

/// What relying parties of these policies need of the people of the upstream of this name, who are known by
/// the attributes of `subject`.
pub fn needed_of_people<'a>(
    upstream: &UpstreamName,
    subject: &'a [String],
    policies: impl IntoIterator<Item = &'a RelyingPartyPolicy>,
) -> NeededOfPerson {
    let policies = policies.into_iter().filter(|policy| policy.allowed(upstream).is_some());
    let told = policies.flat_map(RelyingPartyPolicy::attributes);
    NeededOfPerson::of(subject.iter().map(String::as_str).chain(told))
}

impl AllowedUpstream {
    /// The levels that must be reached at `upstream`, which is the one of this name: what the relying party
    /// accepts, and that from which on the upstream may speak for its people.
    pub(crate) fn least_levels<'a>(
        &'a self,
        upstream: &'a ConfiguredUpstream,
    ) -> [Option<&'a str>; 2] {
        [self.min_acr.as_deref(), upstream.least_level.as_deref()]
    }
}

impl RelyingPartyPolicy {
    /// The attributes that decide who a person of this upstream is here, whether they are let in, and what
    /// is told of them.
    pub(crate) fn needed_attributes<'a>(
        &'a self,
        upstream: &'a ConfiguredUpstream,
    ) -> impl Iterator<Item = &'a str> {
        upstream.subject.iter().map(String::as_str).chain(self.attributes())
    }

    /// Those of them that decide whether a person is let in, and what is told of them.
    pub fn attributes(&self) -> impl Iterator<Item = &str> {
        self.rules.attributes().chain(self.deciding_attributes())
    }

    /// Those that decide whether a person is let in.
    pub(crate) fn deciding_attributes(&self) -> impl Iterator<Item = &str> {
        let deny = self.deny.iter().flat_map(|rule| rule.condition.attributes());
        self.access.attribute().into_iter().chain(deny)
    }

    /// The upstream of this name, if the relying party may use it.
    pub(crate) fn allowed(&self, name: &UpstreamName) -> Option<&AllowedUpstream> {
        self.upstreams.iter().find(|allowed| allowed.name == *name)
    }

    /// The upstream of a login: the one that is hinted at, if the relying party may use it, otherwise
    /// its default.
    pub(crate) fn upstream(&self, hint: Option<&str>) -> Option<&AllowedUpstream> {
        self.hinted(hint).or_else(|| self.upstreams.first())
    }

    /// The upstream that is hinted at, if the relying party may use it.
    pub(crate) fn hinted(&self, hint: Option<&str>) -> Option<&AllowedUpstream> {
        self.upstreams.iter().find(|one| Some(one.name.as_str()) == hint)
    }
}

/// The ports through which the broker and its downstreams reach everything outside of them.
pub struct Ports {
    /// The store, behind the seal.
    pub store: SealedStore,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Randomness.
    pub entropy: Arc<dyn Entropy>,
    /// The logins that started at this replica.
    pub open_logins: Arc<OpenLogins>,
    /// The receiver of audit events.
    pub audit: Arc<dyn Audit>,
    /// The observer of the steps of a request.
    pub steps: Arc<dyn Steps>,
    /// Work that goes on when a request is answered.
    pub background: Arc<dyn Background>,
}

/// Settings that contradict each other.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum SettingsError {
    /// A relying party has no upstream.
    #[error("{party} has no upstream to log in at")]
    NoUpstream {
        /// The relying party.
        party: RelyingParty,
    },
    /// A relying party names an upstream that is not configured.
    #[error("{party} logs in at {upstream}, which is not among the upstreams")]
    UnknownUpstream {
        /// The relying party.
        party: RelyingParty,
        /// What it names.
        upstream: UpstreamName,
    },
}

impl Ports {
    pub(crate) fn random<const N: usize>(&self) -> [u8; N] {
        let mut random = [0; N];
        self.entropy.fill(&mut random);
        random
    }
}

impl Broker {
    /// Checks that the settings agree with each other.
    ///
    /// # Errors
    /// [`SettingsError`].
    pub fn new(settings: Settings, ports: Arc<Ports>) -> Result<Self, SettingsError> {
        for (party, policy) in &settings.relying_parties {
            if policy.upstreams.is_empty() {
                return Err(SettingsError::NoUpstream { party: party.clone() });
            }
            let mut named = policy.upstreams.iter().map(|allowed| &allowed.name);
            if let Some(unknown) = named.find(|name| !settings.upstreams.contains_key(name)) {
                let (party, upstream) = (party.clone(), unknown.clone());
                return Err(SettingsError::UnknownUpstream { party, upstream });
            }
        }
        let shared_attributes = settings.shared_attributes();
        let needed = settings.needed_of_people();
        let counted = settings.relying_parties.iter().map(|(party, policy)| (party, &policy.rules));
        let coverage = Coverage::of(counted, ports.clock.now());
        let (settings, coverage) = (Arc::new(settings), Arc::new(coverage));
        let rules = Rules { configuration: None, settings: settings.clone(), needed };
        let (rules, earlier) = (Arc::new(rules), vec![]);
        Ok(Self { settings, ports, rules, earlier, shared_attributes, coverage })
    }

    /// The same, of a configuration with this hash. Logins that begin with it end by it, also at a broker that takes
    /// the place of this one.
    #[must_use]
    pub fn of_configuration(mut self, hash: ConfigurationHash) -> Self {
        let Rules { settings, needed, .. } = self.rules.as_ref();
        let (settings, needed) = (settings.clone(), needed.clone());
        self.rules = Arc::new(Rules { configuration: Some(hash), settings, needed });
        self
    }

    /// The same in the place of `former`, by whose rules logins end that began there. Answers of the upstreams that are
    /// `distrusted`, because a key of theirs was taken away for instance, are judged by this one alone.
    #[must_use]
    pub fn replacing(mut self, former: &Self, distrusted: &BTreeSet<UpstreamName>) -> Self {
        let before = (&former.rules, former.earlier.as_slice());
        self.earlier = EarlierRules::after(before, &self.rules, distrusted, self.now());
        // Where secrets alone are others, the rules are the same.
        if self.configuration() == former.configuration() {
            self.coverage = former.coverage.clone();
        }
        self
    }

    /// Which rules made nothing of people lately, since this configuration is used here.
    #[must_use]
    pub fn mapping_coverage(&self) -> MappingCoverage {
        self.coverage.told()
    }

    /// The hash of its configuration, if it is known.
    #[must_use]
    pub fn configuration(&self) -> Option<ConfigurationHash> {
        self.rules.configuration
    }

    /// What the rules that a login began with say of it: those of an earlier configuration where this broker has them,
    /// and otherwise its own. `None` where the configuration of today has no such relying party or no such upstream:
    /// what was taken away is gone at once.
    pub(crate) fn rules_of(&self, login: &PendingLogin) -> Option<LoginRules<'_>> {
        let (party, upstream) = (&login.relying_party, &login.upstream);
        let own = self.rules.of_login(party, upstream)?;
        let began_with = |one: &&EarlierRules| {
            login.configuration.is_some()
                && one.rules.mark() == login.configuration
                && one.live_for(login.since, self.now())
        };
        let earlier = self.earlier.iter().find(began_with);
        let Some(earlier) = earlier.filter(|_| self.rules.mark() != login.configuration) else {
            return Some(own);
        };
        let Some(began) = earlier.rules.of_login(party, upstream) else { return Some(own) };
        // Who is kept out today is judged by attributes that then may have had other names on the wire, or none.
        let says_the_same = |name: &str| {
            began.upstream.dictionary.attribute(name) == own.upstream.dictionary.attribute(name)
        };
        if !own.policy.deciding_attributes().all(says_the_same) {
            return Some(own);
        }
        let needed = began.needed.and(own.needed);
        let began = LoginRules { needed, policy_today: Some(own.policy), ..began };
        if earlier.trusts(upstream) {
            return Some(began);
        }
        let LoginRules { upstream, upstreams, .. } = own;
        Some(LoginRules { upstream, upstreams, ..began })
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.ports.clock.now()
    }

    /// Ends a login that no relying party can be told of, and records it.
    #[must_use]
    pub fn fail_with_page(&self, error: LoginError) -> FailedLogin {
        self.fail_with_page_for(None, error)
    }

    /// The same for a callback of this upstream.
    #[must_use]
    pub fn fail_with_page_at(&self, upstream: &UpstreamName, error: LoginError) -> FailedLogin {
        let reference = LoginId::new(self.ports.entropy.as_ref());
        self.audit_refusal(&reference, None, Some(upstream), &error);
        FailedLogin { reference, error, answer: None, sessions: None }
    }

    /// The same for a request that names a relying party.
    pub(crate) fn fail_with_page_for(
        &self,
        party: Option<&RelyingParty>,
        error: LoginError,
    ) -> FailedLogin {
        let reference = LoginId::new(self.ports.entropy.as_ref());
        self.audit_refusal(&reference, party, None, &error);
        FailedLogin { reference, error, answer: None, sessions: None }
    }

    /// Ends a login with an answer to its relying party, or with a page where that cannot be told.
    pub(crate) async fn refuse(
        &self,
        reference: LoginId,
        (party, upstream): (&RelyingParty, Option<&UpstreamName>),
        (protocol, pending): (Protocol, &Pending),
        error: LoginError,
    ) -> FailedLogin {
        self.audit_refusal(&reference, Some(party), upstream, &error);
        let told = match self.settings.downstreams.get(&protocol) {
            Some(downstream) => {
                let told = downstream.refuse(&reference, pending, &error).await;
                told.map(|message| message.framed_by(downstream.frame_origins(pending)))
            }
            None => Err(LoginError::Misconfigured),
        };
        // Who gives the error itself back does not want to answer.
        if let Err(untold) = told.as_ref()
            && *untold != error
        {
            let event = Event::RefusalNotSent { login: &reference, client: party, error: untold };
            self.ports.audit.record(event);
        }
        FailedLogin { reference, error, answer: told.ok(), sessions: None }
    }

    /// Records that a login ended without a person. Before an upstream was asked, the default of the
    /// relying party stands for it.
    pub(crate) fn audit_refusal(
        &self,
        login: &LoginId,
        party: Option<&RelyingParty>,
        upstream: Option<&UpstreamName>,
        error: &LoginError,
    ) {
        let policy = party.and_then(|party| self.settings.relying_parties.get(party));
        let default = policy.and_then(|policy| policy.upstream(None)).map(|allowed| &allowed.name);
        let upstream = upstream.or(default);
        self.ports.audit.record(Event::LoginRefused { login, client: party, upstream, error });
    }
}

impl fmt::Debug for Broker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Broker").finish_non_exhaustive()
    }
}
