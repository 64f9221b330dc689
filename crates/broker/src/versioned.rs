//! Versions of what is kept between requests: a replica reads what the previous release wrote, and
//! tells what a newer one wrote from what nobody wrote.

use serde::Serialize;
use serde::de::DeserializeOwned;
use thiserror::Error;

/// A kind of data that is kept between requests, in CBOR [RFC 8949] with its fields by name, below a
/// tag such as `grant.1`: a name, and a number that grows with every change.
pub trait Versioned: Sized {
    /// The tags that are written now. There are several where a kind has several states.
    const TAGS: &'static [&'static str];

    /// The octets; `None` when a value cannot be written, which no kind of ours holds.
    fn to_octets(&self) -> Option<Vec<u8>>;

    /// Reads one of [`Versioned::TAGS`] or of those that the previous release wrote; `None` for
    /// anything else.
    fn read(tagged: &Tagged<'_>) -> Option<Self>;
}

/// Why octets cannot be read as what they should be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum RecordError {
    /// They are nothing that this release or the one before writes here.
    #[error("a record in the store could not be opened")]
    Unreadable,
    /// A newer release wrote them: its replica can read them, and so can this one once it is updated.
    #[error("a record in the store was written by a newer release")]
    Newer,
}

impl RecordError {
    /// A short stable word for logs and metrics.
    #[must_use]
    pub fn reason(self) -> &'static str {
        match self {
            Self::Unreadable => "record_unreadable",
            Self::Newer => "record_newer",
        }
    }
}

/// Reads octets that are opened already.
///
/// # Errors
/// [`RecordError`].
pub(crate) fn from_octets<T: Versioned>(octets: &[u8]) -> Result<T, RecordError> {
    let tagged = Tagged::of(octets).ok_or(RecordError::Unreadable)?;
    match T::read(&tagged) {
        Some(value) => Ok(value),
        None if T::TAGS.iter().any(|known| tagged.is_newer_than(known)) => Err(RecordError::Newer),
        None => Err(RecordError::Unreadable),
    }
}

/// A map of one entry: `body` below its tag.
pub(crate) fn write(tag: &str, body: &impl Serialize) -> Option<Vec<u8>> {
    let mut serializer = minicbor_serde::Serializer::new(Vec::new());
    serializer.encoder_mut().map(1).ok()?.str(tag).ok()?;
    body.serialize(&mut serializer).ok()?;
    Some(serializer.into_encoder().into_writer())
}

/// The tag alone, for a mark that says nothing but that it is there.
pub(crate) fn write_mark(tag: &str) -> Option<Vec<u8>> {
    minicbor_serde::to_vec(tag).ok()
}

/// Octets of which the tag has been read.
pub struct Tagged<'r> {
    tag: &'r str,
    /// Empty for a mark.
    body: &'r [u8],
}

impl<'r> Tagged<'r> {
    fn of(octets: &'r [u8]) -> Option<Self> {
        let mut deserializer = minicbor_serde::Deserializer::new(octets);
        let decoder = deserializer.decoder_mut();
        let is_mark = decoder.map().is_err();
        if is_mark {
            decoder.set_position(0);
        }
        let tag = decoder.str().ok()?;
        let body = octets.get(decoder.position()..)?;
        (is_mark == body.is_empty()).then_some(Self { tag, body })
    }

    /// The tag.
    #[must_use]
    pub fn tag(&self) -> &str {
        self.tag
    }

    /// What stands below it.
    #[must_use]
    pub fn body<T: DeserializeOwned>(&self) -> Option<T> {
        minicbor_serde::from_slice(self.body).ok()
    }

    /// The same below another tag: a part of it that has become a kind of its own.
    pub(crate) fn below(&self, tag: &str) -> Option<Vec<u8>> {
        let mut encoder = minicbor_serde::Serializer::new(Vec::new());
        encoder.encoder_mut().map(1).ok()?.str(tag).ok()?;
        let mut octets = encoder.into_encoder().into_writer();
        octets.extend_from_slice(self.body);
        Some(octets)
    }

    fn is_newer_than(&self, known: &str) -> bool {
        fn parts(tag: &str) -> Option<(&str, u32)> {
            let (name, version) = tag.rsplit_once('.')?;
            Some((name, version.parse().ok()?))
        }
        match (parts(self.tag), parts(known)) {
            (Some((name, version)), Some((known, ours))) => name == known && version > ours,
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, PartialEq)]
    struct Note(String);

    impl Versioned for Note {
        const TAGS: &'static [&'static str] = &["note.2"];

        fn to_octets(&self) -> Option<Vec<u8>> {
            write("note.2", &self.0)
        }

        fn read(tagged: &Tagged<'_>) -> Option<Self> {
            match tagged.tag() {
                "note.2" | "note.1" => tagged.body().map(Self),
                _ => None,
            }
        }
    }

    fn reads(tag: &str) -> Result<Note, RecordError> {
        from_octets(&write(tag, &"x").unwrap_or_default())
    }

    #[test]
    fn this_version_and_the_previous_one_are_read() {
        let note = Note("x".to_owned());
        assert_eq!(from_octets(&note.to_octets().unwrap_or_default()), Ok(Note("x".to_owned())));
        assert_eq!(reads("note.1"), Ok(Note("x".to_owned())));
    }

    #[test]
    fn what_a_newer_release_wrote_is_told_from_what_nobody_wrote() {
        assert_eq!(reads("note.3"), Err(RecordError::Newer));
        assert_eq!(reads("note.10"), Err(RecordError::Newer));
        for other in ["note.0", "note", "note.x", "note.-1", "mark.3", ""] {
            assert_eq!(reads(other), Err(RecordError::Unreadable), "{other}");
        }
    }

    #[test]
    fn octets_of_another_shape_are_refused() {
        let whole = write("note.2", &"x").unwrap_or_default();
        for length in 0..whole.len() {
            let part = whole.get(..length).unwrap_or_default();
            assert_eq!(from_octets::<Note>(part), Err(RecordError::Unreadable), "{length}");
        }
        for octets in [&b"{"[..], b"\"note.2\"", &[0xff], &[0xa0], &[0xbf, 0xff]] {
            assert_eq!(from_octets::<Note>(octets), Err(RecordError::Unreadable), "{octets:?}");
        }
        let mark = write_mark("note.2").unwrap_or_default();
        assert_eq!(from_octets::<Note>(&mark), Err(RecordError::Unreadable));
    }
}
