//! What the memory store counts is what the process pays. Alone in its process, because it looks at
//! the memory of the whole.

#![expect(clippy::unwrap_used, reason = "tests")]

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use silta_broker::ports::{Key, Sealed, Store as _};
use silta_store::MemoryStore;
use silta_testkit::clock::FixedClock;
use silta_testkit::this_process::resident;

#[tokio::test]
async fn a_record_costs_no_more_than_is_counted() {
    let store = MemoryStore::new(Arc::new(FixedClock::at(Timestamp::UNIX_EPOCH)));
    let before = resident();
    // Marks as a login leaves them, and one record in ten that is larger.
    for number in 0..500_000_u64 {
        let octets = if number % 10 == 0 { 330 } else { 45 };
        let digest = [number.wrapping_mul(0x9e37_79b9_7f4a_7c15).to_be_bytes(); 4].concat();
        let key = Key::new("test", &digest.try_into().unwrap());
        let life = Duration::from_secs(60 + number / 500);
        store.put(&key, Sealed::from_bytes(vec![7; octets]), life).await.unwrap();
    }
    let (grown, counted) = (resident() - before, store.usage().unwrap().used);
    assert!(grown <= counted / 20 * 21, "{grown} octets for {counted} counted");
    assert!(counted <= 500_000 * 160, "{counted} octets counted");
}
