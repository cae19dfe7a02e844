//! A server that follows a script and then hangs, in one of the ways in which servers hang.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::time::Duration;

/// What a server does when its lines are used up.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Then {
    /// Nothing.
    Silence,
    /// It says a letter, and another, and never ends the line.
    Dribble,
    /// It hangs up.
    HangUp,
}

/// A server that says what it is told to, a line for each line it hears, and then falls silent, or
/// goes on without an end; gives its port.
pub(crate) fn scripted(lines: &'static [&'static str], then: Then) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("an address").port();
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            std::thread::spawn(move || follow(stream, lines, then));
        }
    });
    port
}

fn follow(stream: TcpStream, lines: &[&str], then: Then) {
    let mut reader = BufReader::new(stream);
    for (nth, line) in lines.iter().enumerate() {
        // The first line greets, and answers nothing.
        let mut heard = String::new();
        if nth > 0 && reader.read_line(&mut heard).is_err() {
            return;
        }
        if reader.get_mut().write_all(format!("{line}\r\n").as_bytes()).is_err() {
            return;
        }
    }
    let mut stream = reader.into_inner();
    match then {
        Then::HangUp => {}
        Then::Silence => while stream.read(&mut [0; 1024]).is_ok_and(|read| read > 0) {},
        Then::Dribble => {
            while stream.write_all(b"2").is_ok() {
                std::thread::sleep(Duration::from_millis(100));
            }
        }
    }
}
