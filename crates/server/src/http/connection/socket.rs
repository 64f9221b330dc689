//! The socket below the HTTP library: it tells what comes and goes, and completes the library's own
//! refusals.

use std::io;
use std::mem::MaybeUninit;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::ended::Ended;
use super::head_lines::HeadLines;
use super::low_priority::{LowPriority, Place, Purpose};
use super::progress::Progress;
use crate::http::headers;

/// A stream whose octets are noticed.
pub(super) struct Socket<T> {
    stream: T,
    progress: Rc<Progress>,
    lines: HeadLines,
    /// Octets that were read since the library last looked at what it has.
    unseen: usize,
    /// Its first octets wait for everybody else's, because its source holds many connections.
    crowded: bool,
    place: Place,
}

impl<T> Socket<T> {
    pub(super) fn new(
        stream: T,
        progress: Rc<Progress>,
        (crowded, others): (bool, &LowPriority),
    ) -> Self {
        let lines = HeadLines::default();
        Self { stream, progress, lines, unseen: 0, crowded, place: others.place() }
    }

    pub(super) fn progress(&self) -> &Rc<Progress> {
        &self.progress
    }
}

impl<T: AsyncRead + Unpin> AsyncRead for Socket<T> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        octets: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if self.progress.is_discarding() {
            return self.poll_discard(cx);
        }
        if self.crowded {
            ready!(self.place.poll_step(Purpose::Arrive, cx));
        }
        if self.unseen >= TURN {
            self.unseen = 0;
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        let before = octets.filled().len();
        let Poll::Ready(read) = Pin::new(&mut self.stream).poll_read(cx, octets) else {
            self.unseen = 0;
            return Poll::Pending;
        };
        match octets.filled().len() - before {
            0 => self.progress.left(),
            came => {
                let begins = self.progress.came();
                let (_, new) = octets.filled_mut().split_at_mut(before);
                self.notice(begins, new);
                self.unseen += came;
                self.crowded = false;
            }
        }
        Poll::Ready(read)
    }
}

impl<T: AsyncRead + Unpin> Socket<T> {
    fn notice(&mut self, begins_head: bool, octets: &mut [u8]) {
        if begins_head {
            self.lines.begin();
        }
        if self.progress.busy() {
            self.lines.skip(octets);
        } else {
            self.lines.check(octets);
        }
    }

    /// Throws away what comes after a body was refused. The library would, too, in pieces of 8 KiB.
    fn poll_discard(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.place.poll_step(Purpose::Discard, cx));
        let mut octets = [const { MaybeUninit::uninit() }; DISCARDED];
        for _ in 0..DISCARDS {
            let mut octets = ReadBuf::uninit(&mut octets);
            ready!(Pin::new(&mut self.stream).poll_read(cx, &mut octets))?;
            if octets.filled().is_empty() {
                self.progress.left();
                return Poll::Ready(Ok(()));
            }
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    }
}

impl<T: AsyncWrite + Unpin> AsyncWrite for Socket<T> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        octets: &[u8],
    ) -> Poll<io::Result<usize>> {
        if !self.progress.answering() {
            return self.poll_refuse(cx, octets);
        }
        let written = Pin::new(&mut self.stream).poll_write(cx, octets);
        if written.is_pending() {
            self.progress.blocked();
        }
        written
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        // The library flushes once it has nothing left to write.
        self.progress.flushed();
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

impl<T: AsyncWrite + Unpin> Socket<T> {
    /// Writes an answer that the library gives by itself, because what came never became a request: 400,
    /// 408, 413 or 431, without a body, and without the headers that every answer carries. One that
    /// follows a good request's answer in the same write goes as it is: nobody renders it.
    fn poll_refuse(&mut self, cx: &mut Context<'_>, octets: &[u8]) -> Poll<io::Result<usize>> {
        let Some(refusal) = completed(octets) else {
            return Poll::Ready(Err(io::ErrorKind::InvalidData.into()));
        };
        self.progress.refused(refused_for(octets));
        let Poll::Ready(written) = Pin::new(&mut self.stream).poll_write(cx, &refusal)? else {
            self.progress.blocked();
            return Poll::Pending;
        };
        if written < refusal.len() {
            // Nothing was written before, so a peer takes less than 1 kB only if it wants to.
            return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
        }
        Poll::Ready(Ok(octets.len()))
    }
}

/// What the status of the library's own answer says. It answers 413 for us alone, to
/// `Expect: 100-continue`; more octets than a head may have are 431.
fn refused_for(answer: &[u8]) -> Ended {
    match answer.get("HTTP/1.1 ".len()..).and_then(|rest| rest.get(..3)) {
        Some(b"408") => Ended::SlowHead,
        Some(b"413") => Ended::UnreadBody,
        Some(_) | None => Ended::Malformed,
    }
}

/// An answer with our headers after its status line.
fn completed(answer: &[u8]) -> Option<Vec<u8>> {
    let end_of_line = answer.windows(2).position(|two| two == b"\r\n")? + 2;
    let (status, rest) = answer.split_at_checked(end_of_line)?;
    let mut completed = status.to_vec();
    for (name, value) in headers::HEADERS.into_iter().chain(headers::OF_PAGES) {
        for part in [name, ": ", value, "\r\n"] {
            completed.extend_from_slice(part.as_bytes());
        }
    }
    completed.extend_from_slice(rest);
    Some(completed)
}

/// The library reads 128 KiB before it looks at them. So it looks after each filling of its buffer of
/// 8 KiB, and a request that is refused by its head has taken no more.
const TURN: usize = 8 * 1024;
/// Octets of a refused body that are thrown away at once, on the stack.
const DISCARDED: usize = 16 * 1024;
/// And how often in one step: 256 KiB take some 30 µs.
const DISCARDS: usize = 16;

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn the_status_of_a_refusal_says_what_was_wrong() {
        for (status, why) in [
            ("400 Bad Request", Ended::Malformed),
            ("408 Request Timeout", Ended::SlowHead),
            ("413 Payload Too Large", Ended::UnreadBody),
            ("431 Request Header Fields Too Large", Ended::Malformed),
        ] {
            for version in ["HTTP/1.0", "HTTP/1.1"] {
                let answer = format!("{version} {status}\r\n\r\n");
                assert_eq!(refused_for(answer.as_bytes()), why, "{answer}");
            }
        }
    }

    #[test]
    fn a_refusal_of_the_library_gets_our_headers_after_its_status_line() {
        let text = completed(b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n").unwrap();
        let text = String::from_utf8(text).unwrap();
        assert!(
            text.starts_with("HTTP/1.1 400 Bad Request\r\ncache-control: no-store\r\n"),
            "{text}"
        );
        assert!(text.ends_with("\r\ncontent-length: 0\r\n\r\n"), "{text}");
        assert_eq!(completed(b"no line"), None);
    }
}
