//! What stands between the network and the pages.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use super::{get, host, lab, post, post_with, send};

#[test]
fn a_page_of_another_name_or_another_site_gets_nowhere() {
    let lab = lab();
    let server = lab.serve(&[]);
    send(&server, b"GET / HTTP/1.1\r\nhost: evil.example\r\nconnection: close\r\n\r\n")
        .says(421, "not known by that name");
    let form = "slug=disk&step=1&result=worked&who=Eve";
    post_with(&server, "/exercises", "sec-fetch-site: cross-site\r\n", form)
        .says(403, "came from another site");
    post_with(&server, "/exercises", "origin: http://evil.example\r\n", form).says(403, "");
    get(&server, "/runbooks/disk").says(200, "No exercise is known");
    let port = host(&server).rsplit(':').next().expect("a port").to_owned();
    let named =
        format!("GET /healthz HTTP/1.1\r\nhost: localhost:{port}\r\nconnection: close\r\n\r\n");
    send(&server, named.as_bytes()).says(200, "ok");
}

#[test]
fn every_answer_forbids_what_pages_do_not_need() {
    let lab = lab();
    let server = lab.serve(&[]);
    for path in ["/", "/runbooks/rollback/helm", "/nowhere", "/static/app.css", "/api/search?q=x"] {
        let answer = get(&server, path);
        let policy = answer.header("content-security-policy").to_owned();
        assert!(policy.starts_with("default-src 'none'; script-src 'self'"), "{path}: {policy}");
        assert!(!policy.contains("unsafe"), "{path}: {policy}");
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(answer.header("referrer-policy"), "no-referrer", "{path}");
        let inline = answer.body.contains(" style=") || answer.body.contains(" onclick=");
        assert!(!inline, "{path}");
        for (at, _) in answer.body.match_indices("<script") {
            let tag = answer.body[at..].split_inclusive("</script>").next().unwrap_or_default();
            assert!(
                tag.contains(" src=\"/static/") && tag.ends_with("\"></script>"),
                "{path}: {tag}"
            );
        }
    }
}

#[test]
fn too_much_is_refused_and_what_cannot_be_read_is_named() {
    let lab = lab();
    let server = lab.serve(&[]);
    let note = format!("slug=disk&text={}", "x".repeat(1 << 20));
    post(&server, "/notes", &note).says(413, "too much at once");
    post(&server, "/notes", "slug=disk").says(400, "“text” is empty");
    post(&server, "/exercises", "slug=disk&step=1&result=worked&on=yesterday")
        .says(400, "Write it like 2026-06-01");
    post(&server, "/exercises", "slug=disk&step=9&result=worked").says(404, "Steps: 1");
    post(&server, "/exercises", "slug=disk&step=1&result=worked&on=2027-01-01").says(400, "");
    assert_eq!(get(&server, "/exercises").status, 405);
}

#[test]
fn a_slow_client_is_closed_and_others_do_not_notice() {
    let lab = lab();
    let server = lab.serve(&[]);
    // Some stop in the middle of the head, one in the middle of the body.
    let body = format!(
        "POST /notes HTTP/1.1\r\nhost: {}\r\ncontent-length: 100\r\n\
         content-type: application/x-www-form-urlencoded\r\n\r\nslug=disk",
        host(&server)
    );
    let heads = std::iter::repeat_n("GET / HTTP/1.1\r\nhost: loc", 50);
    let slow: Vec<TcpStream> = heads
        .chain([body.as_str()])
        .map(|beginning| {
            let mut stream = TcpStream::connect(host(&server)).expect("a connection");
            stream.write_all(beginning.as_bytes()).expect("a beginning");
            stream
        })
        .collect();
    let began = Instant::now();
    get(&server, "/healthz").says(200, "ok");
    // Less than the ten seconds after which a slow client is closed: nobody waited for one.
    assert!(began.elapsed() < Duration::from_secs(8));
    for mut stream in slow {
        stream.set_read_timeout(Some(Duration::from_secs(60))).expect("a timeout");
        let _ = stream.read_to_end(&mut Vec::new());
    }
    // Ten seconds for each, and time for a slow machine to notice.
    assert!(began.elapsed() < Duration::from_secs(45), "{:?}", began.elapsed());
}

#[test]
fn another_address_than_loopback_is_refused() {
    let lab = lab();
    lab.run(&["serve", "--listen", "0.0.0.0:0"]).refused().says("no logins yet");
}

#[test]
fn a_store_that_is_moved_away_acknowledges_nothing_until_it_is_back() {
    let lab = lab();
    let server = lab.serve(&[]);
    let note = "slug=disk&text=seen";
    let (store, away) = (lab.store_dir(), lab.path("away"));
    std::fs::rename(&store, &away).expect("a move");
    // Without a store, and with another one in its place.
    for _ in 0..2 {
        post(&server, "/notes", note).says(503, "was moved, removed or replaced");
        get(&server, "/readyz").says(503, "Nothing can be recorded here");
        get(&server, "/runbooks/disk").says(200, "Disk full");
        lab.run(&["note", "disk", "in another store"]).ok();
    }
    std::fs::remove_dir_all(&store).expect("the other store");
    std::fs::rename(&away, &store).expect("a move back");
    assert_eq!(post(&server, "/notes", note).status, 303);
    get(&server, "/readyz").says(200, "ok");
    let said = lab.run(&["show", "disk", "--json"]).ok();
    assert!(said.stdout.contains("seen") && !said.stdout.contains("another store"));
}
