#![expect(clippy::unwrap_used, reason = "tests")]

use std::net::Ipv4Addr;

use super::*;

const NOON: Timestamp = Timestamp::constant(1_795_262_400, 0);
const MIB: usize = 1 << 20;

fn source(number: u32) -> SourceNetwork {
    SourceNetwork::of(Ipv4Addr::from(number).into())
}

fn key(number: usize) -> RecordKey<Answered> {
    let mut digest = [0; 32];
    digest.iter_mut().zip(number.to_be_bytes()).for_each(|(octet, part)| *octet = part);
    RecordKey::of(&digest)
}

struct NoEntropy;

impl crate::ports::Entropy for NoEntropy {
    fn fill(&self, _: &mut [u8]) {}
}

/// Opens the login of this number.
fn open(logins: &OpenLogins, number: usize, of: u32, octets: usize, since: Timestamp) {
    let client = RelyingParty::parse("shop").unwrap();
    let upstream = UpstreamName::parse("suomifi").unwrap();
    let octets = octets - STORE_OVERHEAD;
    let login = LoginId::new(&NoEntropy);
    logins.open(&key(number), login, (&client, &upstream), (source(of), octets), since);
}

/// Each source holds so many MiB, each in one login.
fn held_by(sources: &[(u32, usize)]) -> OpenLogins {
    let logins = OpenLogins::default();
    for (number, (of, mib)) in sources.iter().enumerate() {
        open(&logins, number, *of, mib * MIB, NOON);
    }
    logins
}

/// The same, with as many more sources of one MiB each as make up `all`.
fn in_all(all: usize, sources: &[(u32, usize)]) -> OpenLogins {
    let ledger: usize = sources.iter().map(|(_, mib)| mib).sum();
    let others = (1000..).map(|of| (of, 1)).take(all - ledger);
    held_by(&sources.iter().copied().chain(others).collect::<Vec<_>>())
}

#[test]
fn while_there_is_room_everybody_is_let_in() {
    let logins = in_all(81, &[(1, 48)]);
    for of in [1, 2] {
        assert_eq!(logins.admit(source(of), 9 * 1024, None, NOON), Ok(()));
    }
}

#[test]
fn no_source_takes_more_than_half_of_the_room_however_much_is_left() {
    let logins = held_by(&[(1, 48)]);
    assert_eq!(logins.admit(source(1), 600, None, NOON), Ok(()));
    open(&logins, 1, 1, STORE_OVERHEAD, NOON);
    assert_eq!(logins.admit(source(1), 600, None, NOON), Err(OpenLoginsError::OneSource));
    assert_eq!(logins.admit(source(2), 600, None, NOON), Ok(()));
    // Of a small store a quarter, as other replicas may hold as much of it.
    let logins = held_by(&[(1, 16), (2, 16)]);
    let usage = |used| Some(StoreUsage { used, limit: 64 << 20 });
    open(&logins, 2, 1, STORE_OVERHEAD, NOON);
    for (of, expected) in [(1, Err(OpenLoginsError::OneSource)), (2, Ok(())), (3, Ok(()))] {
        assert_eq!(logins.admit(source(of), 600, usage(1), NOON), expected, "{of}");
    }
}

#[test]
fn large_logins_give_way_first() {
    let logins = in_all(82, &[]);
    assert_eq!(logins.admit(source(1), LARGE_RECORD, None, NOON), Ok(()));
    assert_eq!(
        logins.admit(source(1), LARGE_RECORD + 1, None, NOON),
        Err(OpenLoginsError::LargeLogin)
    );
}

#[test]
fn then_the_source_that_holds_most_and_no_other() {
    let logins = in_all(87, &[(1, 50), (2, 20)]);
    assert_eq!(logins.admit(source(1), 600, None, NOON), Err(OpenLoginsError::OneSource));
    for of in [2, 3, 1000] {
        assert_eq!(logins.admit(source(of), 600, None, NOON), Ok(()), "{of}");
    }
}

#[test]
fn the_nearer_the_end_the_smaller_a_share_is_too_much() {
    let logins = in_all(91, &[(1, 50), (2, 20)]);
    for of in [1, 2] {
        assert_eq!(
            logins.admit(source(of), 600, None, NOON),
            Err(OpenLoginsError::OneSource),
            "{of}"
        );
    }
    for of in [3, 1000] {
        // Those hold a ninetieth, and a fiftieth is too much.
        assert_eq!(logins.admit(source(of), 600, None, NOON), Ok(()), "{of}");
    }
}

#[test]
fn sources_that_flood_together_are_stopped_together() {
    let twenty: Vec<_> = (1..=20).map(|of| (of, 4)).collect();
    let logins = in_all(90, &twenty);
    assert_eq!(logins.admit(source(1), 600, None, NOON), Ok(()));
    let logins = in_all(91, &twenty);
    assert_eq!(logins.admit(source(1), 600, None, NOON), Err(OpenLoginsError::OneSource));
    assert_eq!(logins.admit(source(99), 600, None, NOON), Ok(()));
}

#[test]
fn at_the_bound_nobody_is_let_in_until_somebody_has_finished() {
    let logins = in_all(92, &[]);
    assert_eq!(logins.admit(source(1), 600, None, NOON), Err(OpenLoginsError::AllLogins));
    logins.close(&key(0)).unwrap();
    logins.close(&key(1)).unwrap();
    assert_eq!(logins.admit(source(1), 600, None, NOON), Ok(()));
}

#[test]
fn what_the_store_says_counts_as_well() {
    let logins = held_by(&[(1, 3), (2, 1)]);
    let at = |used: u64| Some(StoreUsage { used: used << 20, limit: 1000 << 20 });
    for (usage, of, expected) in [
        (849, 1, Ok(())),
        (850, 3, Err(OpenLoginsError::LargeLogin)),
        (910, 1, Err(OpenLoginsError::OneSource)),
        (910, 2, Err(OpenLoginsError::LargeLogin)),
        (950, 3, Err(OpenLoginsError::AllLogins)),
    ] {
        assert_eq!(logins.admit(source(of), 9 * 1024, at(usage), NOON), expected, "{usage} {of}");
    }
    assert_eq!(logins.admit(source(3), 600, at(949), NOON), Ok(()));
    assert_eq!(
        logins.admit(source(3), 9 * 1024, Some(StoreUsage { used: 9, limit: 0 }), NOON),
        Ok(())
    );
}

#[test]
fn what_began_since_the_store_spoke_counts_for_every_replica() {
    let logins = OpenLogins::default();
    let (said, later) = ((MIB / 2) as u64, (MIB / 2 + 1) as u64);
    let at = |used| Some(StoreUsage { used, limit: MIB as u64 });
    assert_eq!(logins.admit(source(1), 9 * 1024, at(said), NOON), Ok(()));
    // A tenth here, four tenths at four replicas.
    open(&logins, 1, 1, MIB / 10, NOON);
    assert_eq!(logins.admit(source(2), 9 * 1024, at(said), NOON), Err(OpenLoginsError::LargeLogin));
    assert_eq!(logins.admit(source(2), 9 * 1024, at(later), NOON), Ok(()));
}

#[test]
fn a_source_with_few_logins_never_gives_way_alone() {
    let logins = OpenLogins::default();
    open(&logins, 1, 1, SMALL_SHARE, NOON);
    let usage = Some(StoreUsage { used: 949 << 30, limit: 1000 << 30 });
    assert_eq!(logins.admit(source(1), 600, usage, NOON), Ok(()));
    open(&logins, 2, 1, STORE_OVERHEAD, NOON);
    assert_eq!(logins.admit(source(1), 600, usage, NOON), Err(OpenLoginsError::OneSource));
}

#[test]
fn pushed_requests_and_answers_count_like_logins_until_their_minute_is_over() {
    let logins = OpenLogins::default();
    let at = |seconds| NOON + Duration::from_secs(seconds);
    logins.hold_for_a_minute(source(1), 40 * MIB, NOON);
    logins.hold_for_a_minute(source(1), 20 * MIB, at(1));
    let octets = 60 * MIB + 2 * STORE_OVERHEAD;
    assert_eq!(logins.totals(), (0, octets));
    for (seconds, expected) in [(1, Err(OpenLoginsError::OneSource)), (60, Ok(()))] {
        assert_eq!(logins.admit(source(1), 600, None, at(seconds)), expected, "{seconds}");
        assert_eq!(logins.admit(source(2), 600, None, at(seconds)), Ok(()), "{seconds}");
    }
    // They count for the store as well, which has not spoken since, and for every replica of it.
    let usage = |used| Some(StoreUsage { used, limit: 64 << 20 });
    assert_eq!(logins.admit(source(2), 600, usage(1), at(60)), Ok(()));
    logins.hold_for_a_minute(source(1), 16 * MIB, at(60));
    let full = logins.admit(source(2), 600, usage(1), at(61));
    assert_eq!(full, Err(OpenLoginsError::AllLogins));
    assert_eq!(logins.admit(source(2), 600, usage(2), at(61)), Ok(()));
    assert!(logins.due(at(120)).is_none());
    assert_eq!(logins.totals(), (0, 0));
    assert!(logins.lock().by_source.is_empty());
}

#[test]
fn a_login_that_ended_leaves_nothing_behind() {
    let logins = OpenLogins::default();
    for number in 0..3 {
        open(&logins, number, 1, 1000, NOON);
    }
    assert_eq!(logins.totals(), (3, 3000));
    for number in 0..3 {
        assert_eq!(logins.close(&key(number)).unwrap().octets, 1000);
        assert!(logins.close(&key(number)).is_none());
    }
    assert_eq!(logins.totals(), (0, 0));
    let ledger = logins.lock();
    assert!(ledger.checks.is_empty() && ledger.by_source.is_empty());
}

#[test]
fn each_login_is_looked_for_in_between_and_at_its_end() {
    let logins = OpenLogins::default();
    open(&logins, 1, 1, 1000, NOON);
    open(&logins, 2, 1, 1000, NOON + Duration::from_secs(1));
    let due = |instant| logins.due(instant).map(|due| (*due.answered.digest(), due.ended));
    assert_eq!(due(NOON + FIRST_CHECK - Duration::from_secs(1)), None);
    assert_eq!(due(NOON + FIRST_CHECK), Some((*key(1).digest(), false)));
    assert_eq!(due(NOON + FIRST_CHECK), None);
    logins.close(&key(2)).unwrap();
    assert_eq!(due(NOON + LOGIN_LIFE - Duration::from_secs(1)), None);
    let last = logins.due(NOON + LOGIN_LIFE).unwrap();
    assert_eq!((last.answered.digest(), last.ended), (key(1).digest(), true));
    assert_eq!(due(NOON + LOGIN_LIFE * 2), None);
    logins.check_again_later(&last, NOON + LOGIN_LIFE);
    assert_eq!(due(NOON + LOGIN_LIFE), None);
    assert_eq!(due(NOON + LOGIN_LIFE + CHECK_AGAIN), Some((*key(1).digest(), true)));
    logins.close(&key(1)).unwrap();
    logins.check_again_later(&last, NOON + LOGIN_LIFE);
    assert!(logins.lock().checks.is_empty());
}

#[test]
fn the_names_of_a_client_are_kept_once() {
    let logins = OpenLogins::default();
    open(&logins, 1, 1, 1000, NOON);
    open(&logins, 2, 1, 1000, NOON);
    let names: Vec<_> = [1, 2].map(|number| logins.close(&key(number)).unwrap().names).into();
    assert!(Arc::ptr_eq(names.first().unwrap(), names.last().unwrap()));
}
