//! How long pages take: `cargo bench --bench web`.
//!
//! Serves a copy of the collection under `RUNLEDGER_SHARED`, or else the shipped runbooks, asks
//! for every kind of page many times over, and prints the half-way and the 95th percentile in
//! milliseconds. Where a browser is installed, the time from a keystroke to the painted answer
//! follows. It measures and does not judge: the goals are 200 ms for a page and 50 ms for a search.

#![expect(clippy::disallowed_methods, reason = "benches set up the environment they need")]
#![expect(clippy::print_stdout, reason = "a table is what this is for")]

#[path = "../tests/suite/support/mod.rs"]
#[expect(dead_code, reason = "the tests use the rest of it")]
mod support;

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::json;

use support::browser::{Browser, Look};
use support::{Lab, Server, shared};

/// How often each page is asked for, after being asked for a tenth as often to warm up.
const TIMES: usize = 200;

/// Questions as somebody asks them: words, an alert, a line of a log.
const QUERIES: [&str; 6] = [
    "disk",
    "roll back a release",
    "KubePodCrashLooping",
    "certificate expires",
    "Back-off restarting failed container",
    "replication lag of the standby",
];

fn main() {
    let lab = Lab::new();
    let from = match shared() {
        Some(shared) => {
            lab.write("runledger.toml", "runbooks = [\".\"]\n");
            lab.copy_tree(&shared.join("corpus"), "");
            "the shared collection"
        }
        None => {
            let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("runbooks");
            lab.copy_tree(&shipped, "runbooks");
            "the shipped runbooks"
        }
    };
    let server = lab.serve(&[]);
    let slugs = slugs(&server);
    let build = if cfg!(debug_assertions) { "debug" } else { "release" };
    println!("{build} build, {from}: {} runbooks and pages\n", slugs.len());
    println!("{:<34} {:>9} {:>9} {:>9}", "page", "p50 ms", "p95 ms", "most ms");
    row("home", &measured(&server, &["/".to_owned()]));
    row("list", &measured(&server, &["/runbooks".to_owned()]));
    row("stale", &measured(&server, &["/stale".to_owned()]));
    let pages: Vec<String> = slugs.iter().map(|slug| format!("/runbooks/{slug}")).collect();
    row("runbook", &measured(&server, &pages));
    let asked: Vec<String> =
        QUERIES.iter().map(|query| format!("/results?q={}", query.replace(' ', "+"))).collect();
    row("search, the answer alone", &measured(&server, &asked));
    let asked: Vec<String> = asked.iter().map(|path| path.replace("/results", "/")).collect();
    row("search, the whole page", &measured(&server, &asked));
    if std::process::Command::new("chromedriver").arg("--version").output().is_ok() {
        row("search, from key to paint", &painted(&server));
    } else {
        println!("(no browser is installed: nothing is painted)");
    }
}

/// One line of the table.
fn row(name: &str, times: &[Duration]) {
    let mut times: Vec<f64> = times.iter().map(|time| time.as_secs_f64() * 1e3).collect();
    times.sort_by(f64::total_cmp);
    let at = |share: usize| times[(times.len() - 1) * share / 100];
    println!("{name:<34} {:>9.1} {:>9.1} {:>9.1}", at(50), at(95), at(100));
}

/// Asks for these pages in turn.
fn measured(server: &Server, paths: &[String]) -> Vec<Duration> {
    let ask = |number: usize| {
        let began = Instant::now();
        let answer = get(server, &paths[number % paths.len()]);
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
        began.elapsed()
    };
    for number in 0..TIMES / 10 {
        ask(number);
    }
    (0..TIMES).map(ask).collect()
}

/// What the server answers, head and body.
fn get(server: &Server, path: &str) -> String {
    let host = server.url.trim_start_matches("http://");
    let mut stream = TcpStream::connect(host).expect("a connection");
    let request = format!("GET {path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).expect("a request");
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).expect("an answer");
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Everything that the list leads to.
fn slugs(server: &Server) -> Vec<String> {
    let list = get(server, "/runbooks");
    let links = list.split("href=\"/runbooks/").skip(1);
    let mut slugs: Vec<String> =
        links.filter_map(|rest| rest.split(['"', '#', '?']).next()).map(str::to_owned).collect();
    slugs.sort();
    slugs.dedup();
    slugs
}

/// From the moment a question stands in the field until its answer is on the screen.
fn painted(server: &Server) -> Vec<Duration> {
    let browser = Browser::start(Look::LAPTOP);
    browser.open(&server.url);
    let mut times = Vec::new();
    for query in QUERIES.iter().cycle().take(QUERIES.len() * 5) {
        // The answer is shown after its last change: two frames later it was painted.
        let took = browser.script(&format!(
            "const field = document.querySelector('[name=q]');
             const results = document.getElementById('Results');
             field.value = '';
             field.dispatchEvent(new Event('input', {{bubbles: true}}));
             return new Promise((told) => setTimeout(() => {{
                 let began = 0;
                 const watch = new MutationObserver(() => {{
                     if (!results.querySelector('a')) return;
                     watch.disconnect();
                     requestAnimationFrame(() => setTimeout(() => told(performance.now() - began)));
                 }});
                 watch.observe(results, {{childList: true, subtree: true}});
                 began = performance.now();
                 field.value = {};
                 field.dispatchEvent(new Event('input', {{bubbles: true}}));
             }}, 400));",
            json!(query)
        ));
        times.push(Duration::from_secs_f64(took.as_f64().unwrap_or_default() / 1e3));
    }
    times
}
