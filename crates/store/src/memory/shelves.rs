//! Records side by side, in as few octets as will do.
//!
//! A finished login leaves marks for up to half an hour: at 500 logins a second a million of them.
//! So a mark, which is some 40 octets of ciphertext, must not cost hundreds. Records lie in places of
//! one size, which are used again; those whose names begin with the same bits stand on one shelf, one
//! after the other. Names are hashes, so shelves fill evenly. Nothing is ever copied as a whole.

use std::collections::BTreeMap;

use silta_broker::ports::{Key, StoreError};

/// All records, and when each ends.
pub(super) struct Shelves {
    /// The first place of each shelf.
    firsts: Vec<Option<At>>,
    /// Boxes of places. A place that is free is in the list that begins at `free`.
    boxes: Vec<Vec<Place>>,
    free: Option<At>,
    /// The places by the second in which their records have ended.
    ends: BTreeMap<i64, Vec<At>>,
    octets: usize,
}

/// Half of a record's hash, with its kind folded in: 128 bits do not meet by chance, and nobody
/// chooses them. Should two ever meet, the seal on the record tells, as it names the whole key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Name([u64; 2]);

/// The number of a place, plus one.
type At = std::num::NonZeroU32;

struct Place {
    name: Name,
    /// Milliseconds of Unix time.
    end: i64,
    value: Value,
    next: Option<At>,
}

/// Short ones, which are most, need no memory of their own.
enum Value {
    Short(u8, [u8; SHORT]),
    Long(Box<[u8]>),
}

impl Shelves {
    pub(super) fn new() -> Self {
        Self {
            firsts: vec![None; 1 << SHELF_BITS],
            boxes: Vec::new(),
            free: None,
            ends: BTreeMap::new(),
            octets: 0,
        }
    }

    /// Octets of all records, as [`cost`] counts them.
    pub(super) fn octets(&self) -> usize {
        self.octets
    }

    /// The record of this name, if its end is not reached.
    pub(super) fn find(&self, name: Name, now: i64) -> Option<&[u8]> {
        let place = self.place(self.position(name)?)?;
        (place.end > now).then(|| place.value.octets())
    }

    /// Puts a record where none of its name is.
    ///
    /// # Errors
    /// [`StoreError::Full`] when there are no more numbers for places.
    pub(super) fn add(&mut self, name: Name, octets: &[u8], end: i64) -> Result<(), StoreError> {
        let next = self.firsts.get(name.shelf()).copied().flatten();
        let at = self.fill(Place { name, end, value: Value::new(octets), next });
        let at = at.ok_or(StoreError::Full)?;
        if let Some(first) = self.firsts.get_mut(name.shelf()) {
            *first = Some(at);
        }
        self.ends.entry(second(end)).or_default().push(at);
        self.octets += cost(octets.len());
        Ok(())
    }

    /// Removes the record of this name, whether its end is reached or not. What it was, if not.
    pub(super) fn remove(&mut self, name: Name, now: i64) -> Option<Vec<u8>> {
        let at = self.position(name)?;
        let end = self.place(at)?.end;
        if let Some(places) = self.ends.get_mut(&second(end)) {
            if let Some(index) = places.iter().position(|other| *other == at) {
                places.swap_remove(index);
            }
            if places.is_empty() {
                self.ends.remove(&second(end));
            }
        }
        let value = self.empty(at)?;
        (end > now).then(|| value.octets().to_vec())
    }

    /// Removes what has ended; costs nothing while nothing has, and each record is removed once.
    pub(super) fn remove_ended(&mut self, now: i64) {
        while let Some(first) = self.ends.first_entry() {
            if first.key().saturating_mul(1000) > now {
                return;
            }
            for at in first.remove() {
                self.empty(at);
            }
        }
    }

    fn position(&self, name: Name) -> Option<At> {
        let mut at = self.firsts.get(name.shelf()).copied().flatten();
        while let Some(here) = at {
            let place = self.place(here)?;
            if place.name == name {
                return Some(here);
            }
            at = place.next;
        }
        None
    }

    fn place(&self, at: At) -> Option<&Place> {
        let (of_box, index) = split(at);
        self.boxes.get(of_box)?.get(index)
    }

    fn place_mut(&mut self, at: At) -> Option<&mut Place> {
        let (of_box, index) = split(at);
        self.boxes.get_mut(of_box)?.get_mut(index)
    }

    /// Uses a free place, or a new one.
    fn fill(&mut self, place: Place) -> Option<At> {
        if let Some(at) = self.free {
            let here = self.place_mut(at)?;
            let next = here.next;
            *here = place;
            self.free = next;
            return Some(at);
        }
        if self.boxes.last().is_none_or(|last| last.len() == BOX) {
            self.boxes.push(Vec::with_capacity(BOX));
        }
        let full = (self.boxes.len() - 1) * BOX;
        let last = self.boxes.last_mut()?;
        let at = At::new(u32::try_from(full + last.len() + 1).ok()?)?;
        last.push(place);
        Some(at)
    }

    /// Takes a place off its shelf and frees it.
    fn empty(&mut self, at: At) -> Option<Value> {
        let (name, next) = self.place(at).map(|place| (place.name, place.next))?;
        let first = self.firsts.get_mut(name.shelf())?;
        if *first == Some(at) {
            *first = next;
        } else {
            let mut before = (*first)?;
            while self.place(before)?.next != Some(at) {
                before = self.place(before)?.next?;
            }
            self.place_mut(before)?.next = next;
        }
        let free = self.free;
        let place = self.place_mut(at)?;
        place.next = free;
        let value = std::mem::replace(&mut place.value, Value::new(&[]));
        self.free = Some(at);
        self.octets -= cost(value.octets().len());
        Some(value)
    }
}

impl Name {
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

    fn shelf(self) -> usize {
        usize::try_from(self.0[0] >> (u64::BITS - SHELF_BITS)).unwrap_or(0)
    }
}

impl Value {
    fn new(octets: &[u8]) -> Self {
        let mut short = [0; SHORT];
        match (u8::try_from(octets.len()), short.get_mut(..octets.len())) {
            (Ok(length), Some(part)) => {
                part.copy_from_slice(octets);
                Self::Short(length, short)
            }
            _ => Self::Long(octets.into()),
        }
    }

    fn octets(&self) -> &[u8] {
        match self {
            Self::Short(length, octets) => octets.get(..usize::from(*length)).unwrap_or_default(),
            Self::Long(octets) => octets,
        }
    }
}

/// What a record of so many octets costs, with everything around it.
pub(super) fn cost(octets: usize) -> usize {
    if octets <= SHORT { PLACE } else { PLACE + octets + ALLOCATION }
}

/// Which box, and where in it.
fn split(at: At) -> (usize, usize) {
    let number = usize::try_from(at.get() - 1).unwrap_or(usize::MAX);
    (number / BOX, number % BOX)
}

/// The second after which a record that ends at `end` has ended.
fn second(end: i64) -> i64 {
    end.saturating_add(999).div_euclid(1000)
}

/// 65,536 shelves: with a million records 15 stand on each, which are looked through in a tenth of a
/// microsecond; the empty ones are a quarter of a MiB.
const SHELF_BITS: u32 = 16;

/// 80 KiB: more is asked for as it is needed.
const BOX: usize = 1024;

/// The largest that leaves a place at 80 octets; marks have 39 and 45.
const SHORT: usize = 46;

/// 80 octets, and up to 8 for its number in `ends`.
const PLACE: usize = 88;

/// What the allocator adds.
const ALLOCATION: usize = 16;

const _: () = assert!(size_of::<Place>() == 80, "the arithmetic above is about places of 80");
