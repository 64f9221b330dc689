//! Line feeds without a carriage return in the heads of requests.
//!
//! The library takes one for the end of a line [RFC 9112 §2.2]; a proxy before us may take it for a part of a
//! value. What the proxy then sends as one request would be two here, the second of them a stranger's choice.

/// How far the head of a request has come.
#[derive(Debug, Default)]
pub(super) struct HeadLines {
    place: Place,
    /// Whether the last octet was a carriage return.
    after_return: bool,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Place {
    /// Before the request line, where empty lines may stand [RFC 9112 §2.2].
    #[default]
    Before,
    /// In a line that is not empty so far.
    Line,
    /// At the start of a line behind the request line.
    Start,
    /// Behind the empty line at its end.
    Ended,
}

impl HeadLines {
    /// What comes next begins a head.
    pub(super) fn begin(&mut self) {
        self.place = Place::Before;
    }

    /// Octets of a body came; or of a request that its client sends before the answer to the last one, as no proxy does.
    pub(super) fn skip(&mut self, octets: &[u8]) {
        self.after_return = octets.last() == Some(&b'\r');
    }

    /// Octets came while no request is in flight. A line feed that stands alone becomes an octet that no head may
    /// have, so that the library refuses the request and reads nothing behind it.
    pub(super) fn check(&mut self, octets: &mut [u8]) {
        for octet in octets {
            let after_return = std::mem::replace(&mut self.after_return, *octet == b'\r');
            self.place = match (self.place, *octet) {
                (Place::Ended, _) => Place::Ended,
                (_, b'\n') if !after_return => {
                    *octet = REFUSED;
                    Place::Ended
                }
                (Place::Before, b'\n') => Place::Before,
                (Place::Line, b'\n') => Place::Start,
                (Place::Start, b'\n') => Place::Ended,
                (place, b'\r') => place,
                (Place::Before | Place::Line | Place::Start, _) => Place::Line,
            };
        }
    }
}

/// Neither a request line nor a name or value of a header can hold it [RFC 9110 §5.5].
const REFUSED: u8 = 0;

#[cfg(test)]
mod tests {
    use super::*;

    /// What is handed on of these reads of one head.
    fn checked(reads: &[&str]) -> String {
        let mut lines = HeadLines::default();
        lines.begin();
        let handed_on = reads.iter().map(|read| {
            let mut octets = read.as_bytes().to_vec();
            lines.check(&mut octets);
            String::from_utf8_lossy(&octets).into_owned()
        });
        handed_on.collect()
    }

    #[test]
    fn a_line_feed_that_stands_alone_in_a_head_becomes_what_no_head_may_have() {
        for (head, handed_on) in [
            ("GET / HTTP/1.1\nHost: x\r\n\r\n", "GET / HTTP/1.1\0Host: x\r\n\r\n"),
            ("GET / HTTP/1.1\r\nHost: x\na: b\r\n\r\n", "GET / HTTP/1.1\r\nHost: x\0a: b\r\n\r\n"),
            ("GET / HTTP/1.1\r\nHost: x\r\n\n", "GET / HTTP/1.1\r\nHost: x\r\n\0"),
            ("GET / HTTP/1.1\r\nHost: x\n\nGET", "GET / HTTP/1.1\r\nHost: x\0\nGET"),
            ("\nGET / HTTP/1.1\r\n", "\0GET / HTTP/1.1\r\n"),
            ("\r\n\nGET / HTTP/1.1\r\n", "\r\n\0GET / HTTP/1.1\r\n"),
        ] {
            assert_eq!(checked(&[head]), handed_on);
        }
    }

    #[test]
    fn a_good_head_and_whatever_follows_it_are_handed_on_as_they_came() {
        let good = "\r\nPOST / HTTP/1.1\r\nHost: x\r\n\r\na\nb\n\nc";
        assert_eq!(checked(&[good]), good);
        // However it is cut into reads.
        for at in 1..good.len() {
            let (one, other) = good.split_at(at);
            assert_eq!(checked(&[one, other]), good, "{at}");
        }
    }

    #[test]
    fn the_next_head_is_looked_at_as_well_also_behind_a_body_that_ends_in_half_a_line() {
        let mut lines = HeadLines::default();
        lines.begin();
        lines.check(&mut b"POST / HTTP/1.1\r\n\r\n".to_vec());
        lines.skip(b"body\r");
        lines.begin();
        let mut octets = b"\nGET / HTTP/1.1\n".to_vec();
        lines.check(&mut octets);
        assert_eq!(octets, b"\nGET / HTTP/1.1\0");
    }
}
