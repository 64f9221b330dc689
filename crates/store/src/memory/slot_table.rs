//! A hash table of records that needs few octets beside them.
//!
//! A finished login leaves marks for up to half an hour: at 500 logins a second a million of them.
//! So a mark, which is some 40 octets of ciphertext, must not cost hundreds. Records lie in slots of
//! one size, which are used again. Records whose keys begin with the same bits form the list of one
//! bucket; keys are hashes, so buckets fill evenly. The table never grows by copying itself.

use std::collections::BTreeMap;

use silta_broker::ports::{Key, StoreError};

/// All records, by key and by the second of their end.
pub(super) struct SlotTable {
    /// The first slot of each bucket.
    buckets: Vec<Option<SlotIndex>>,
    /// Chunks of slots. The free slots form the list that begins at `free`.
    chunks: Vec<Vec<Slot>>,
    free: Option<SlotIndex>,
    /// The slots by the second in which their records have ended.
    by_end: BTreeMap<i64, Vec<SlotIndex>>,
    octets: usize,
}

/// Half of a key's hash, with its kind folded in: 128 bits do not collide by chance, and nobody
/// chooses them. Should two keys collide, the seal of the record fails, as it covers the whole key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct ShortKey([u64; 2]);

/// The number of a slot, plus one.
type SlotIndex = std::num::NonZeroU32;

struct Slot {
    key: ShortKey,
    /// Milliseconds of Unix time.
    end: i64,
    value: Value,
    next: Option<SlotIndex>,
}

/// Short values, which are most, need no memory of their own.
enum Value {
    Inline(u8, [u8; INLINE_OCTETS]),
    Heap(Box<[u8]>),
}

impl SlotTable {
    pub(super) fn new() -> Self {
        Self {
            buckets: vec![None; 1 << BUCKET_BITS],
            chunks: Vec::new(),
            free: None,
            by_end: BTreeMap::new(),
            octets: 0,
        }
    }

    /// Octets of all records, as [`cost`] counts them.
    pub(super) fn octets(&self) -> usize {
        self.octets
    }

    /// The record of this key, if its end is not reached.
    pub(super) fn find(&self, key: ShortKey, now: i64) -> Option<&[u8]> {
        let slot = self.slot(self.find_slot(key)?)?;
        (slot.end > now).then(|| slot.value.octets())
    }

    /// Adds a record whose key is not in the table.
    ///
    /// # Errors
    /// [`StoreError::Full`] when there are no more numbers for slots.
    pub(super) fn add(&mut self, key: ShortKey, octets: &[u8], end: i64) -> Result<(), StoreError> {
        let next = self.buckets.get(key.bucket()).copied().flatten();
        let slot_index = self.insert(Slot { key, end, value: Value::new(octets), next });
        let slot_index = slot_index.ok_or(StoreError::Full)?;
        if let Some(first) = self.buckets.get_mut(key.bucket()) {
            *first = Some(slot_index);
        }
        self.by_end.entry(end_second(end)).or_default().push(slot_index);
        self.octets += cost(octets.len());
        Ok(())
    }

    /// Removes the record of this key. Returns it if its end is not reached.
    pub(super) fn remove(&mut self, key: ShortKey, now: i64) -> Option<Vec<u8>> {
        let slot_index = self.find_slot(key)?;
        let end = self.slot(slot_index)?.end;
        if let Some(slots) = self.by_end.get_mut(&end_second(end)) {
            if let Some(index) = slots.iter().position(|other| *other == slot_index) {
                slots.swap_remove(index);
            }
            if slots.is_empty() {
                self.by_end.remove(&end_second(end));
            }
        }
        let value = self.release(slot_index)?;
        (end > now).then(|| value.octets().to_vec())
    }

    /// Removes the records that have ended. It costs nothing while none has.
    pub(super) fn remove_ended(&mut self, now: i64) {
        while let Some(first) = self.by_end.first_entry() {
            if first.key().saturating_mul(1000) > now {
                return;
            }
            for slot_index in first.remove() {
                self.release(slot_index);
            }
        }
    }

    fn find_slot(&self, key: ShortKey) -> Option<SlotIndex> {
        let mut slot_index = self.buckets.get(key.bucket()).copied().flatten();
        while let Some(here) = slot_index {
            let slot = self.slot(here)?;
            if slot.key == key {
                return Some(here);
            }
            slot_index = slot.next;
        }
        None
    }

    fn slot(&self, slot_index: SlotIndex) -> Option<&Slot> {
        let (chunk, index) = chunk_and_offset(slot_index);
        self.chunks.get(chunk)?.get(index)
    }

    fn slot_mut(&mut self, slot_index: SlotIndex) -> Option<&mut Slot> {
        let (chunk, index) = chunk_and_offset(slot_index);
        self.chunks.get_mut(chunk)?.get_mut(index)
    }

    /// Puts it into a free slot, or a new one.
    fn insert(&mut self, slot: Slot) -> Option<SlotIndex> {
        if let Some(slot_index) = self.free {
            let here = self.slot_mut(slot_index)?;
            let next = here.next;
            *here = slot;
            self.free = next;
            return Some(slot_index);
        }
        if self.chunks.last().is_none_or(|last| last.len() == CHUNK_SLOTS) {
            self.chunks.push(Vec::with_capacity(CHUNK_SLOTS));
        }
        let full = (self.chunks.len() - 1) * CHUNK_SLOTS;
        let last = self.chunks.last_mut()?;
        let slot_index = SlotIndex::new(u32::try_from(full + last.len() + 1).ok()?)?;
        last.push(slot);
        Some(slot_index)
    }

    /// Takes a slot out of its bucket and frees it.
    fn release(&mut self, slot_index: SlotIndex) -> Option<Value> {
        let (key, next) = self.slot(slot_index).map(|slot| (slot.key, slot.next))?;
        let first = self.buckets.get_mut(key.bucket())?;
        if *first == Some(slot_index) {
            *first = next;
        } else {
            let mut before = (*first)?;
            while self.slot(before)?.next != Some(slot_index) {
                before = self.slot(before)?.next?;
            }
            self.slot_mut(before)?.next = next;
        }
        let free = self.free;
        let slot = self.slot_mut(slot_index)?;
        slot.next = free;
        let value = std::mem::replace(&mut slot.value, Value::new(&[]));
        self.free = Some(slot_index);
        self.octets -= cost(value.octets().len());
        Some(value)
    }
}

impl ShortKey {
    pub(super) fn of(key: &Key) -> Self {
        let digest = key.digest();
        let half = |at: usize| {
            let octets = digest.iter().skip(at).take(8);
            octets.fold(0, |half, octet| half << 8 | u64::from(*octet))
        };
        // FNV-1a: the kinds are a few words of ours.
        let kind = key.kind().bytes().fold(0xcbf2_9ce4_8422_2325, |hash: u64, octet| {
            (hash ^ u64::from(octet)).wrapping_mul(0x0100_0000_01b3)
        });
        Self([half(0), half(8) ^ kind])
    }

    fn bucket(self) -> usize {
        usize::try_from(self.0[0] >> (u64::BITS - BUCKET_BITS)).unwrap_or(0)
    }
}

impl Value {
    fn new(octets: &[u8]) -> Self {
        let mut inline = [0; INLINE_OCTETS];
        match (u8::try_from(octets.len()), inline.get_mut(..octets.len())) {
            (Ok(length), Some(part)) => {
                part.copy_from_slice(octets);
                Self::Inline(length, inline)
            }
            _ => Self::Heap(octets.into()),
        }
    }

    fn octets(&self) -> &[u8] {
        match self {
            Self::Inline(length, octets) => octets.get(..usize::from(*length)).unwrap_or_default(),
            Self::Heap(octets) => octets,
        }
    }
}

/// The octets of memory that a record of `octets` takes, its slot included.
pub(super) fn cost(octets: usize) -> usize {
    if octets <= INLINE_OCTETS { SLOT_COST } else { SLOT_COST + octets + ALLOCATION_COST }
}

/// The number of the chunk, and the offset in it.
fn chunk_and_offset(slot_index: SlotIndex) -> (usize, usize) {
    let number = usize::try_from(slot_index.get() - 1).unwrap_or(usize::MAX);
    (number / CHUNK_SLOTS, number % CHUNK_SLOTS)
}

/// The second after which a record that ends at `end` has ended.
fn end_second(end: i64) -> i64 {
    end.saturating_add(999).div_euclid(1000)
}

/// 65,536 buckets: with a million records each holds 15, which take a tenth of a microsecond to
/// search; empty, they take a quarter of a MiB.
const BUCKET_BITS: u32 = 16;

/// 80 KiB: the table grows by one chunk at a time.
const CHUNK_SLOTS: usize = 1024;

/// The most that keeps a slot at 80 octets; marks have 39 and 45.
const INLINE_OCTETS: usize = 46;

/// 80 octets, and up to 8 for its number in `by_end`.
const SLOT_COST: usize = 88;

/// The octets that the allocator adds.
const ALLOCATION_COST: usize = 16;

const _: () = assert!(size_of::<Slot>() == 80, "the arithmetic above is about slots of 80");
