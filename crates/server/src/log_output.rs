//! The stream that lines of the log end in, and why it may not take one.

use std::fs::File;
use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::{FileTypeExt as _, MetadataExt as _};
use std::thread;
use std::time::Duration;

/// Where lines go.
pub(crate) struct LogOutput<W> {
    out: W,
    nowhere: bool,
    /// Whether the last thing there is a part of a line.
    torn: bool,
}

impl LogOutput<File> {
    /// # Errors
    /// When the operating system does not say what it is.
    pub(crate) fn of(out: File) -> io::Result<Self> {
        let nowhere = leads_nowhere(&out)?;
        Ok(Self { out, nowhere, torn: false })
    }
}

impl<W: Write> LogOutput<W> {
    /// Writes a line, which ends with a line feed, as long as that takes.
    ///
    /// # Errors
    /// [`LossCause`], never [`LossCause::Unread`].
    pub(crate) fn write(&mut self, line: &[u8]) -> Result<(), LossCause> {
        if self.nowhere {
            return Err(LossCause::Nowhere);
        }
        if self.torn {
            // Half a line must not swallow the next one.
            self.write_all(b"\n")?;
        }
        self.write_all(line)
    }

    fn write_all(&mut self, mut octets: &[u8]) -> Result<(), LossCause> {
        while !octets.is_empty() {
            match self.out.write(octets) {
                Ok(0) => return Err(LossCause::Unwritable(ErrorKind::WriteZero)),
                Ok(written) => octets = octets.get(written..).unwrap_or_default(),
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                // Somebody who shares the pipe or the terminal has set it so. This thread can wait.
                Err(error) if error.kind() == ErrorKind::WouldBlock => thread::sleep(TRY_AGAIN),
                Err(error) => return Err(LossCause::Unwritable(error.kind())),
            }
            self.torn = !octets.is_empty();
        }
        Ok(())
    }
}

/// Whether `out` is the null device. The runtime opens that in the place of a stream that was closed
/// when the process started.
fn leads_nowhere(out: &File) -> io::Result<bool> {
    let metadata = out.metadata()?;
    Ok(metadata.file_type().is_char_device() && metadata.rdev() == NULL_DEVICE)
}

/// Why a line was lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LossCause {
    /// Its reader does not read, and what may wait for it is full.
    Unread,
    /// Nobody can read it any more, or the disk is full.
    Unwritable(ErrorKind),
    /// It leads to the null device, or was closed when the process started.
    Nowhere,
}

impl LossCause {
    /// A sentence without its full stop.
    pub(crate) fn sentence(self) -> &'static str {
        match self {
            Self::Unread => "the reader of standard output does not read",
            Self::Unwritable(_) => "standard output cannot be written to",
            Self::Nowhere => "standard output is closed, or is the null device",
        }
    }

    /// The kind of error that the operating system gave.
    pub(crate) fn fault(self) -> String {
        match self {
            Self::Unread | Self::Nowhere => String::new(),
            Self::Unwritable(kind) => kind.to_string(),
        }
    }
}

/// Major 1, minor 3 [null(4)].
const NULL_DEVICE: u64 = 0x103;
const TRY_AGAIN: Duration = Duration::from_millis(20);

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

    use super::*;

    /// Takes as many octets as it has room for, then nothing until somebody makes room.
    struct Disk {
        octets: Vec<u8>,
        room: usize,
    }

    impl Write for Disk {
        fn write(&mut self, octets: &[u8]) -> io::Result<usize> {
            let fits = octets.len().min(self.room);
            if fits == 0 {
                return Err(ErrorKind::StorageFull.into());
            }
            self.room -= fits;
            self.octets.extend(&octets[..fits]);
            Ok(fits)
        }

        fn flush(&mut self) -> io::Result<()> {
            panic!("nobody asks for it")
        }
    }

    #[test]
    fn half_a_line_does_not_swallow_the_next_one() {
        let disk = Disk { octets: vec![], room: 3 };
        let mut outlet = LogOutput { out: disk, nowhere: false, torn: false };
        let full = Err(LossCause::Unwritable(ErrorKind::StorageFull));
        assert_eq!(outlet.write(b"first\n"), full);
        assert_eq!(outlet.write(b"second\n"), full);
        outlet.out.room = 100;
        assert_eq!(outlet.write(b"third\n"), Ok(()));
        assert_eq!(str::from_utf8(&outlet.out.octets).unwrap(), "fir\nthird\n");
    }
}
