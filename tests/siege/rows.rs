//! The attacks, one file each.

mod costly_xml;
mod false_answers;
mod fat_logins;
mod garbage_keys;
mod half_answers;
mod hidden_images;
mod overload;
mod quick_logins;
mod refused_bodies;
mod slow_heads;

use super::Form;
use super::deployment::{Deployment, Needs, Store};
use super::honest::{AttackClock, Phase};

/// One attack.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Row {
    /// Bodies that are refused, after which nothing comes.
    RefusedBodies,
    /// Logins whose records are large, with records in memory.
    FatLoginsInMemory,
    /// The same with a small Redis.
    FatLoginsInRedis,
    /// Answers of which the last octet never comes.
    HalfAnswers,
    /// XML that takes long to read.
    CostlyXml,
    /// Session keys that nobody can open.
    GarbageKeys,
    /// A second head on each connection that takes for ever.
    SlowHeads,
    /// A page that begins logins without a word, and a person with many tabs.
    HiddenImages,
    /// More logins than a store in memory once held.
    QuickLogins,
    /// Twice the load that there is a core for, of new logins.
    Overload,
    /// The same of answers to logins that are open.
    FalseAnswers,
}

/// What was sent, in words, and what of the outcome breaks a bound of this row.
#[derive(Debug)]
pub(super) struct Sent {
    pub(super) what: String,
    pub(super) wrong: Vec<String>,
    /// How many logins were begun that nobody will finish.
    pub(super) open: u32,
}

impl Row {
    /// All of them.
    pub const ALL: [Self; 11] = [
        Self::RefusedBodies,
        Self::FatLoginsInMemory,
        Self::FatLoginsInRedis,
        Self::HalfAnswers,
        Self::CostlyXml,
        Self::GarbageKeys,
        Self::SlowHeads,
        Self::HiddenImages,
        Self::QuickLogins,
        Self::Overload,
        Self::FalseAnswers,
    ];

    /// Its number, for choosing some.
    #[must_use]
    pub fn number(self) -> &'static str {
        match self {
            Self::RefusedBodies => "1",
            Self::FatLoginsInMemory => "2m",
            Self::FatLoginsInRedis => "2r",
            Self::HalfAnswers => "3",
            Self::CostlyXml => "4",
            Self::GarbageKeys => "5",
            Self::SlowHeads => "6",
            Self::HiddenImages => "7",
            Self::QuickLogins => "8",
            Self::Overload => "9",
            Self::FalseAnswers => "9a",
        }
    }

    /// What it is, in words.
    #[must_use]
    pub fn what(self) -> &'static str {
        match self {
            Self::RefusedBodies => "1 chunked bodies that are refused, then silence",
            Self::FatLoginsInMemory => "2 logins with large records, in memory",
            Self::FatLoginsInRedis => "2 logins with large records, in a small Redis",
            Self::HalfAnswers => "3 answers whose last octet never comes",
            Self::CostlyXml => "4 XML that is dear to read",
            Self::GarbageKeys => "5 four garbage EncryptedKeys, eight keys of ours",
            Self::SlowHeads => "6 a second head that takes for ever",
            Self::HiddenImages => "7 hidden images and sixty tabs",
            Self::QuickLogins => "8 a store in memory under quick and anonymous logins",
            Self::Overload => "9 twice the new logins that there is a core for",
            Self::FalseAnswers => "9 twice the answers that there is a core for",
        }
    }

    /// Whether what it leaves is records in memory, which live for half an hour.
    pub(super) fn keeps_records(self) -> bool {
        matches!(self, Self::FatLoginsInMemory | Self::QuickLogins)
    }

    pub(super) fn needs(self, form: Form) -> Needs {
        let needs =
            |store| Needs { store, descriptors: None, configure: |_, text| text.to_owned() };
        match self {
            Self::FatLoginsInMemory | Self::QuickLogins => needs(Store::Memory),
            Self::FatLoginsInRedis => needs(Store::SmallRedis(form.of(64, 16))),
            Self::SlowHeads => Needs { descriptors: Some(256), ..needs(Store::Redis) },
            Self::GarbageKeys => {
                Needs { configure: garbage_keys::configured, ..needs(Store::Redis) }
            }
            Self::CostlyXml => Needs { configure: costly_xml::configured, ..needs(Store::Redis) },
            Self::RefusedBodies
            | Self::HalfAnswers
            | Self::HiddenImages
            | Self::Overload
            | Self::FalseAnswers => needs(Store::Redis),
        }
    }

    pub(super) async fn attack(
        self,
        deployment: &Deployment,
        form: Form,
        clock: &AttackClock,
    ) -> Sent {
        clock.now(Phase::During);
        match self {
            Self::RefusedBodies => refused_bodies::attack(deployment, form).await,
            Self::FatLoginsInMemory | Self::FatLoginsInRedis => {
                fat_logins::attack(deployment, form).await
            }
            Self::HalfAnswers => half_answers::attack(deployment, form).await,
            Self::CostlyXml => costly_xml::attack(deployment, form).await,
            Self::GarbageKeys => garbage_keys::attack(deployment, form).await,
            Self::SlowHeads => slow_heads::attack(deployment, form).await,
            Self::HiddenImages => hidden_images::attack(deployment, form).await,
            Self::QuickLogins => quick_logins::attack(deployment, form).await,
            Self::Overload => overload::attack(deployment, form, clock).await,
            Self::FalseAnswers => false_answers::attack(deployment, form, clock).await,
        }
    }
}
