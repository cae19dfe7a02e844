//! A chat's webhook on this machine, which notes what it is told and answers as it is asked to.

use std::io::{BufRead as _, BufReader, Read as _, Write};
use std::net::TcpListener;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use serde_json::Value;

use super::certificates::Identity;

/// How a request is answered.
#[derive(Clone, Debug)]
pub(crate) enum Answer {
    /// With a status, headers and a body.
    Said(u16, Vec<(&'static str, String)>, String),
    /// Not at all: the connection stays open until the other side closes it.
    Nothing,
    /// With the beginning of an answer that goes on forever, a byte now and then.
    Dribble,
}

impl From<u16> for Answer {
    fn from(status: u16) -> Self {
        Self::Said(status, Vec::new(), String::new())
    }
}

/// A request as it was received.
#[derive(Clone, Debug)]
pub(crate) struct Received {
    /// The method and the path.
    pub(crate) line: String,
    headers: Vec<(String, String)>,
    /// The body.
    pub(crate) body: Vec<u8>,
    /// The status that it was answered with; none where it was not.
    pub(crate) status: Option<u16>,
}

impl Received {
    /// A header's value; empty where there is none.
    pub(crate) fn header(&self, name: &str) -> &str {
        let named = |(found, _): &&(String, String)| found.eq_ignore_ascii_case(name);
        self.headers.iter().find(named).map_or("", |(_, value)| value)
    }

    /// What tells one letter from another.
    pub(crate) fn key(&self) -> &str {
        self.header("Idempotency-Key")
    }

    /// What a chat would show.
    pub(crate) fn text(&self) -> String {
        let body: Value = serde_json::from_slice(&self.body).expect("JSON");
        body["text"].as_str().expect("a text").to_owned()
    }
}

/// A running webhook. Its thread ends with the tests.
pub(crate) struct ChatServer {
    /// Its address, a secret part included.
    pub(crate) url: String,
    received: Arc<Mutex<Vec<Received>>>,
}

impl ChatServer {
    /// One that answers its first request with what the function says for 1, and so on.
    pub(crate) fn start<A: Into<Answer>>(answer: impl Fn(usize) -> A + Send + 'static) -> Self {
        Self::listen(None, move |nth| answer(nth).into())
    }

    /// One that answers 500 until what is returned beside it becomes true.
    pub(crate) fn start_down() -> (Self, Arc<AtomicBool>) {
        let is_up = Arc::new(AtomicBool::new(false));
        let up = Arc::clone(&is_up);
        (Self::start(move |_| if up.load(Ordering::SeqCst) { 200 } else { 500 }), is_up)
    }

    /// One that answers 200, with encryption, for `localhost` or whatever the certificate is for.
    pub(crate) fn start_encrypted(identity: &Identity) -> Self {
        let certificates = CertificateDer::pem_file_iter(&identity.certificate).expect("a file");
        let key = PrivateKeyDer::from_pem_file(&identity.key).expect("a key");
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .expect("versions")
            .with_no_client_auth()
            .with_single_cert(certificates.collect::<Result<_, _>>().expect("certificates"), key)
            .expect("a certificate with its key");
        Self::listen(Some(Arc::new(config)), |_| 200.into())
    }

    fn listen(
        tls: Option<Arc<ServerConfig>>,
        answer: impl Fn(usize) -> Answer + Send + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let scheme = if tls.is_some() { "https://localhost" } else { "http://127.0.0.1" };
        let received = Arc::new(Mutex::new(Vec::new()));
        let notes = Arc::clone(&received);
        std::thread::spawn(move || {
            for (nth, stream) in listener.incoming().flatten().enumerate() {
                let (answer, notes) = (answer(nth + 1), Arc::clone(&notes));
                let tls = tls.clone();
                std::thread::spawn(move || match tls {
                    None => attend(stream, &answer, &notes),
                    Some(tls) => {
                        let connection = ServerConnection::new(tls).expect("a connection");
                        attend(StreamOwned::new(connection, stream), &answer, &notes);
                    }
                });
            }
        });
        Self { url: format!("{scheme}:{port}/hooks/s3cr3t-k3y"), received }
    }

    /// Every request so far, in the order in which they were read.
    pub(crate) fn requests(&self) -> Vec<Received> {
        self.received.lock().expect("the requests").clone()
    }

    /// What a receiver shows that takes the first request of each key that it answered well.
    pub(crate) fn distinct(&self) -> Vec<Received> {
        let mut distinct: Vec<Received> = Vec::new();
        for request in self.requests() {
            let is_taken = request.status.is_some_and(|status| (200..300).contains(&status));
            if is_taken && distinct.iter().all(|other| other.key() != request.key()) {
                distinct.push(request);
            }
        }
        distinct
    }
}

/// Reads one request, notes it and answers. The other side may leave at any time.
fn attend(stream: impl std::io::Read + Write, answer: &Answer, notes: &Mutex<Vec<Received>>) {
    let mut reader = BufReader::new(stream);
    let Some(mut request) = read(&mut reader) else { return };
    if let Answer::Said(status, ..) = answer {
        request.status = Some(*status);
    }
    notes.lock().expect("the requests").push(request);
    let mut stream = reader.into_inner();
    match answer {
        Answer::Said(status, headers, body) => {
            let headers: String =
                headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
            let length = body.len();
            let head =
                format!("HTTP/1.1 {status} Said\r\n{headers}Content-Length: {length}\r\n\r\n");
            let _ = stream.write_all(head.as_bytes());
            let _ = stream.write_all(body.as_bytes());
            let _ = stream.flush();
        }
        Answer::Nothing => {
            let _ = stream.read(&mut [0]);
        }
        Answer::Dribble => {
            let _ = stream.write_all(b"HTTP/1.1 500 Slow\r\nContent-Length: 100000\r\n\r\n");
            while stream.write_all(b"x").and_then(|()| stream.flush()).is_ok() {
                std::thread::sleep(Duration::from_millis(100));
            }
        }
    }
}

fn read(reader: &mut BufReader<impl std::io::Read>) -> Option<Received> {
    let mut line = String::new();
    reader.read_line(&mut line).ok()?;
    let mut headers = Vec::new();
    loop {
        let mut header = String::new();
        reader.read_line(&mut header).ok()?;
        let Some((name, value)) = header.trim_end().split_once(':') else { break };
        headers.push((name.to_owned(), value.trim().to_owned()));
    }
    let mut received = Received { line, headers, body: Vec::new(), status: None };
    received.line = received.line.trim_end().trim_end_matches(" HTTP/1.1").to_owned();
    let length: u64 = received.header("Content-Length").parse().unwrap_or_default();
    reader.take(length).read_to_end(&mut received.body).ok()?;
    Some(received)
}
