//! How fast a paste is judged: `cargo bench --bench triage`.
//!
//! Judges logs of 1 MB and of 10 MB, harmless lines with failures among them, as `runledger triage`
//! does, each in a process of its own, and prints throughput, the peak of the memory, and how much
//! longer ten times as much takes; then a megabyte of what no program should be fed, as a paste and
//! as a plan for `runledger plan check`. It measures and does not judge: the goal is a second for 10 MB, in memory that does not grow with the number
//! of lines that say the same.

#![expect(clippy::disallowed_methods, reason = "benches set up the environment they need")]
#![expect(clippy::print_stdout, reason = "a table is what this is for")]

#[path = "../tests/suite/support/mod.rs"]
#[expect(dead_code, reason = "the tests use the rest of it")]
mod support;

use std::fmt::Write as _;
use std::process::Stdio;
use std::time::{Duration, Instant};

use support::Lab;

/// How often each size is judged; the fastest counts.
const TIMES: usize = 3;

/// A megabyte as people count it.
const MEGABYTE: usize = 1_000_000;

/// The verbs that are measured, which judge a paste and a plan.
const PASTE: [&str; 1] = ["triage"];
const PLAN: [&str; 2] = ["plan", "check"];

/// Lines of a day: most say that all is well, with numbers, addresses and names that differ.
const LINES: [&str; 8] = [
    "2026-05-01T10:{m}:{s}Z INFO  [http-{n}] GET /v1/orders/{n} 200 {m}ms from 10.0.{s}.{m}",
    "10.1.{s}.{m} - - [01/May/2026:10:{m}:{s} +0000] \"GET /health HTTP/1.1\" 200 2 \"-\" \"probe/{n}\"",
    "May  1 10:{m}:{s} web-{m} systemd[1]: Started session {n} of user deploy.",
    "level=info ts=2026-05-01T10:{m}:{s}Z caller=main.go:{m} msg=\"reconciled\" object=shop/cart-{n}",
    "I0501 10:{m}:{s}.113 controller.go:127] synced shop/quotes-{n} in {m}ms",
    "2026-05-01T10:{m}:{s}Z ERROR [http-{n}] connection to cart-{n}.shop.svc:8080 refused, retrying",
    "Warning  BackOff  {m}s  kubelet  Back-off restarting failed container api in pod api-{n}",
    "2026-05-01 10:{m}:{s} UTC [{n}] LOG:  duration: {m}.{s} ms  statement: select {n} from orders",
];

/// What is repeated to a megabyte to see how it is borne, as a paste and as a plan.
const NASTY: [(&str, &str); 4] = [
    ("one line", "a"),
    ("quotes", "'\"`("),
    ("braces", "{\"a\":"),
    ("chains", "a-1 fails because b-2 is unavailable; b-2 fails due to a-1. "),
];

/// The same for plans only: commands without end, steps of one line, heads of texts that do not end.
const NASTY_PLANS: [(&str, &str); 9] = [
    ("commands", "rm -rf /var/lib/a && "),
    ("steps", "1. delete the volume 2. do not drop the database "),
    ("lines", "kubectl delete pod a-1\n"),
    ("negations", "do not never unless no "),
    ("here-docs", "cat <<A\n"),
    ("scripts", "$("),
    ("lists", "echo {a,b}$("),
    ("calls", "python -c 'run(q("),
    ("pages", "<code>rm -rf /var/lib/a</code> [ls](b) `"),
];

fn log(bytes: usize) -> String {
    let mut text = String::with_capacity(bytes + 200);
    let mut number = 0_usize;
    while text.len() < bytes {
        // Failures are few among what is well.
        let kind = if number % 211 == 5 {
            5
        } else if number % 307 == 6 {
            6
        } else {
            number % 5
        };
        let line = LINES[if number.is_multiple_of(97) { 7 } else { kind }];
        let n = number.wrapping_mul(2_654_435_761) % 1_000_003;
        let line = line.replace("{n}", &n.to_string()).replace("{m}", &(number % 60).to_string());
        let _ = writeln!(text, "{}", line.replace("{s}", &(number / 60 % 60).to_string()));
        number += 1;
    }
    text
}

/// How long it took and how much memory it held at most, in kilobytes, where the system tells.
fn judged(lab: &Lab, verb: &[&str], file: &str) -> (Duration, Option<u64>) {
    let began = Instant::now();
    let mut child = lab
        .command(&[verb, &[file, "--json"]].concat())
        .stdout(Stdio::null())
        .spawn()
        .expect("the program runs");
    let status = format!("/proc/{}/status", child.id());
    let mut peak = None;
    loop {
        // The high-water mark is read while the process lives; its last milliseconds add little.
        if let Ok(status) = std::fs::read_to_string(&status) {
            let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
            let kilobytes = line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok());
            peak = peak.max(kilobytes);
        }
        if let Some(status) = child.try_wait().expect("a process") {
            // A plan with a step to refuse is one that was judged.
            assert!(matches!(status.code(), Some(0 | 1)), "{status}");
            return (began.elapsed(), peak);
        }
        std::thread::sleep(Duration::from_millis(2));
    }
}

fn main() {
    let lab = Lab::new();
    let build = if cfg!(debug_assertions) { "debug" } else { "release" };
    println!("{build} build; a process with nothing to judge is taken off\n");
    lab.write("nothing.log", "see you at lunch\n");
    let best = |verb: &[&str], file: &str| {
        let runs = (0..TIMES).map(|_| judged(&lab, verb, file));
        runs.min_by_key(|(took, _)| *took).expect("a run")
    };
    let row = |name: &str, megabytes: usize, took: Duration, peak: Option<u64>| {
        let seconds = took.as_secs_f64();
        let rate = megabytes as f64 / seconds.max(1e-6);
        let peak = peak.map_or_else(|| "?".to_owned(), |peak| (peak / 1000).to_string());
        println!("{name:<10} {:>9.0} {rate:>9.1} {peak:>9}", seconds * 1e3);
        seconds
    };
    // What a verb takes for nothing.
    let table = |name: &str, verb: &[&str]| {
        println!("{name:<10} {:>9} {:>9} {:>9}", "ms", "MB/s", "peak MB");
        let (bare, base) = best(verb, "nothing.log");
        row("nothing", 0, bare, base);
        bare
    };
    let nasty = |verb: &[&str], bare: Duration, texts: &[(&str, &str)]| {
        for (name, piece) in texts {
            let file = format!("{}.log", name.replace(' ', "-"));
            lab.write(&file, &piece.repeat(MEGABYTE / piece.len()));
            let (took, peak) = best(verb, &file);
            row(name, 1, took.saturating_sub(bare), peak);
        }
    };
    let bare = table("paste", &PASTE);
    let mut seconds = Vec::new();
    for megabytes in [1, 10] {
        let file = format!("{megabytes}.log");
        lab.write(&file, &log(megabytes * MEGABYTE));
        let (took, peak) = best(&PASTE, &file);
        seconds.push(row(&format!("{megabytes} MB"), megabytes, took.saturating_sub(bare), peak));
    }
    nasty(&PASTE, bare, &NASTY);
    println!("\n10 MB take {:.1} times as long as 1 MB\n", seconds[1] / seconds[0].max(1e-6));
    let bare = table("plan", &PLAN);
    nasty(&PLAN, bare, &NASTY);
    nasty(&PLAN, bare, &NASTY_PLANS);
}
