//! Connections: accepted one by one, each with a deadline for its request headers and for every
//! stalled write, and no more of them at a time than the process has room for.
//!
//! `axum::serve` arms no timer for headers, so a client that sends one byte a minute would keep
//! its connection for ever; hence a loop of our own.

use std::convert::Infallible;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::Request;
use axum::response::Response;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Notify, watch};
use tower::ServiceExt as _;

use super::stall::Stall;

/// How long connections may take and how many there may be.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    /// For the headers of a request, and for the next request on an idle connection.
    pub(super) header: Duration,
    /// For a reader that takes nothing of what is written.
    pub(super) stalled: Duration,
    /// For requests that are being answered when the server is told to stop.
    pub(super) farewell: Duration,
    /// Open connections at a time; past it the oldest idle one is closed.
    pub(super) connections: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            header: Duration::from_secs(10),
            stalled: Duration::from_secs(10),
            farewell: Duration::from_secs(5),
            connections: 512,
        }
    }
}

/// Accepts connections until `stop` says so, then lets the open ones finish.
pub(super) async fn accept(
    listener: TcpListener,
    router: Router,
    limits: Limits,
    mut stop: watch::Receiver<bool>,
) {
    let crowd = Crowd::new(limits.connections);
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            _ = stop.changed() => break,
        };
        let Ok((stream, _)) = accepted else {
            // Out of file descriptors, or the peer is gone already: neither is ours to mend.
            tokio::time::sleep(Duration::from_millis(20)).await;
            continue;
        };
        if let Some(seat) = crowd.enter() {
            tokio::spawn(converse(stream, router.clone(), limits, seat, stop.clone()));
        }
    }
    drop(listener);
    let _ = tokio::time::timeout(limits.farewell, crowd.emptied()).await;
}

/// Everything that is said on one connection.
async fn converse(
    stream: TcpStream,
    router: Router,
    limits: Limits,
    seat: Seat,
    mut stop: watch::Receiver<bool>,
) {
    let _ = stream.set_nodelay(true);
    let place = Arc::clone(&seat.place);
    let service = service_fn(move |request: Request<Incoming>| {
        let (router, place) = (router.clone(), Arc::clone(&place));
        async move {
            let _busy = Busy::new(&place);
            let response: Result<Response, Infallible> =
                router.oneshot(request.map(Body::new)).await;
            response
        }
    });
    let stream = TokioIo::new(Stall::new(stream, limits.stalled));
    let mut connection = std::pin::pin!(
        http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(limits.header)
            .max_buf_size(64 * 1024)
            .serve_connection(stream, service)
    );
    let mut stopping = false;
    loop {
        tokio::select! {
            // An error here is the client's: gone, too slow, or not speaking HTTP.
            _ = connection.as_mut() => return,
            () = seat.place.leave.notified() => return,
            _ = stop.changed(), if !stopping => {
                stopping = true;
                connection.as_mut().graceful_shutdown();
            }
        }
    }
}

/// The open connections.
struct Crowd {
    room: usize,
    places: Mutex<Vec<Arc<Place>>>,
    left: Notify,
}

/// One connection's place among the others.
#[derive(Default)]
struct Place {
    busy: AtomicUsize,
    leave: Notify,
}

/// Holds a place, and gives it back when dropped.
struct Seat {
    crowd: Arc<Crowd>,
    place: Arc<Place>,
}

/// Marks a connection as answering a request.
struct Busy<'a>(&'a Place);

impl Crowd {
    fn new(room: usize) -> Arc<Self> {
        Arc::new(Self { room, places: Mutex::default(), left: Notify::new() })
    }

    /// Takes a place. When all are taken, the oldest connection that is not being answered has
    /// to leave; when all are being answered, the newcomer is turned away.
    fn enter(self: &Arc<Self>) -> Option<Seat> {
        let mut places = self.lock();
        if places.len() >= self.room {
            let idle = places.iter().position(|place| place.busy.load(Ordering::SeqCst) == 0)?;
            places.remove(idle).leave.notify_one();
        }
        let place = Arc::new(Place::default());
        places.push(Arc::clone(&place));
        drop(places);
        Some(Seat { crowd: Arc::clone(self), place })
    }

    /// Ends when nobody is left.
    async fn emptied(&self) {
        loop {
            let left = self.left.notified();
            if self.lock().is_empty() {
                return;
            }
            left.await;
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<Arc<Place>>> {
        self.places.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.crowd.lock().retain(|place| !Arc::ptr_eq(place, &self.place));
        self.crowd.left.notify_waiters();
    }
}

impl<'a> Busy<'a> {
    fn new(place: &'a Place) -> Self {
        place.busy.fetch_add(1, Ordering::SeqCst);
        Self(place)
    }
}

impl Drop for Busy<'_> {
    fn drop(&mut self) {
        self.0.busy.fetch_sub(1, Ordering::SeqCst);
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Read as _, Write as _};
    use std::net::{SocketAddr, TcpStream};
    use std::time::Instant;

    use axum::routing::get;

    use super::*;

    /// A server with short limits on a thread of its own, stopped when dropped.
    struct Running {
        address: SocketAddr,
        stop: watch::Sender<bool>,
        thread: Option<std::thread::JoinHandle<()>>,
    }

    impl Running {
        fn start(limits: Limits) -> Self {
            let (stop, stopped) = watch::channel(false);
            let (tell, told) = std::sync::mpsc::channel();
            let thread = std::thread::spawn(move || {
                let runtime = tokio::runtime::Builder::new_multi_thread()
                    .enable_all()
                    .build()
                    .expect("a runtime");
                runtime.block_on(async {
                    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
                    tell.send(listener.local_addr().expect("an address")).expect("a listener");
                    let slow = || async {
                        tokio::time::sleep(Duration::from_millis(400)).await;
                        "late"
                    };
                    let router = Router::new()
                        .route("/", get(|| async { "here" }))
                        .route("/slow", get(slow))
                        .route("/big", get(|| async { vec![b'x'; 64 << 20] }));
                    accept(listener, router, limits, stopped).await;
                });
            });
            Self { address: told.recv().expect("an address"), stop, thread: Some(thread) }
        }

        fn connect(&self) -> TcpStream {
            let stream = TcpStream::connect(self.address).expect("a connection");
            stream.set_read_timeout(Some(Duration::from_secs(60))).expect("a timeout");
            stream
        }

        fn get(&self, path: &str) -> String {
            let mut stream = self.connect();
            let head = format!("GET {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n");
            stream.write_all(head.as_bytes()).expect("a request");
            let mut answer = String::new();
            stream.read_to_string(&mut answer).expect("an answer");
            answer
        }
    }

    impl Drop for Running {
        fn drop(&mut self) {
            let _ = self.stop.send(true);
            self.thread.take().expect("a thread").join().expect("a clean end");
        }
    }

    fn quick() -> Limits {
        let moment = Duration::from_millis(200);
        Limits { header: moment, stalled: moment, farewell: Duration::from_secs(2), connections: 4 }
    }

    #[test]
    fn a_client_that_sends_its_headers_slowly_is_closed() {
        let server = Running::start(quick());
        let mut slow = server.connect();
        slow.write_all(b"GET / HTTP/1.1\r\nhost:").expect("a first line");
        let began = Instant::now();
        let mut answer = String::new();
        let _ = slow.read_to_string(&mut answer);
        assert!(began.elapsed() < Duration::from_secs(20));
        assert!(!answer.contains("200 OK"));
        assert!(server.get("/").ends_with("here"));
    }

    #[test]
    fn a_reader_that_takes_nothing_is_closed() {
        let limits = Limits { connections: 1, ..quick() };
        let server = Running::start(limits);
        let mut stuck = server.connect();
        stuck.write_all(b"GET /big HTTP/1.1\r\nhost: x\r\n\r\n").expect("a request");
        // Long enough for a machine that is slow to begin with the answer, too.
        std::thread::sleep(Duration::from_secs(6));
        let mut taken = Vec::new();
        let _ = stuck.read_to_end(&mut taken);
        assert!(taken.len() < 64 << 20, "all {} bytes came", taken.len());
    }

    #[test]
    fn idle_connections_give_way_to_new_ones() {
        let server = Running::start(Limits { header: Duration::from_secs(30), ..quick() });
        let idle: Vec<_> = (0..20).map(|_| server.connect()).collect();
        assert!(server.get("/").ends_with("here"));
        drop(idle);
    }

    #[test]
    fn a_request_in_flight_is_answered_when_the_server_stops() {
        let server = Running::start(quick());
        let mut stream = server.connect();
        stream.write_all(b"GET /slow HTTP/1.1\r\nhost: x\r\n\r\n").expect("a request");
        std::thread::sleep(Duration::from_millis(100));
        drop(server);
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("an answer");
        assert!(answer.ends_with("late"), "{answer}");
    }
}
