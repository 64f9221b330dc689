//! One connection to a Redis, which stays open.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;

/// A connection for several commands, of an operator who must be heard when no other client gets in.
#[derive(Debug)]
pub struct RedisConnection(BufReader<TcpStream>);

impl RedisConnection {
    pub(crate) fn on(stream: TcpStream) -> Self {
        Self(BufReader::new(stream))
    }

    /// The answer to a command: the text of a status or a number, or the content of a string
    /// [RESP, protocol 2].
    ///
    /// # Panics
    /// When there is none, or it is an error or a list.
    #[must_use]
    pub fn ask(&mut self, command: &[&str]) -> String {
        let words = command.iter().map(|word| format!("${}\r\n{word}\r\n", word.len()));
        let sent = format!("*{}\r\n{}", command.len(), words.collect::<String>());
        self.0.get_mut().write_all(sent.as_bytes()).expect("Redis listens");
        let mut line = String::new();
        let _ = self.0.read_line(&mut line).expect("an answer");
        let (kind, rest) = line.trim_end().split_at_checked(1).expect("an answer");
        match kind {
            "+" | ":" => rest.to_owned(),
            "$" => {
                let mut content = vec![0; rest.parse::<usize>().expect("a length") + "\r\n".len()];
                self.0.read_exact(&mut content).expect("so many octets");
                String::from_utf8(content).expect("text").trim_end().to_owned()
            }
            _ => panic!("{command:?} is answered by {line:?}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::redis_server::RedisServer;

    #[test]
    fn is_answered_when_nobody_else_gets_in() {
        let server = RedisServer::start();
        let mut connection = server.connect();
        assert_eq!(connection.ask(&["CONFIG", "SET", "maxclients", "1"]), "OK");
        assert_eq!(connection.ask(&["INCR", "number"]), "1");
        assert_eq!(connection.ask(&["GET", "number"]), "1");
        assert_eq!(connection.ask(&["CLIENT", "LIST"]).lines().count(), 1);
    }
}
