//! Any text at all: nasty seeds, mutated by numbers that are the same in every run.
//!
//! Nothing may panic or name a place that is not there, and the same bytes in give the same bytes
//! out. How long such texts take is measured by `cargo bench --bench triage`. `RUNLEDGER_FUZZ` says
//! how many texts are tried, for a longer run by hand.

use super::*;
use crate::dice::Dice;

/// What is accepted, and what no program should be fed.
fn seeds() -> Vec<Vec<u8>> {
    let texts = [
        "Helm release 'shop' stuck in pending-rollback: upgrade from v1 to v2 failed: 'cannot patch \
         CRD: invalid', rollback also failed: 'one storage version', 3 failed revisions",
        r#"{"alerts":[{"status":"firing","startsAt":"2026-06-01T11:00:00Z","labels":{"alertname":
            "KubePodCrashLooping","severity":"critical"},"annotations":{"summary":"pod a/b-1"}}]}"#,
        r#"{"kind":"List","items":[{"kind":"Event","type":"Warning","reason":"BackOff","message":
            "Back-off restarting failed container","involvedObject":{"kind":"Pod","name":"a-1"}}]}"#,
        r#"[{"revision":6,"status":"superseded","chart":"edge-1.4"},{"revision":7,"status":"failed"}]"#,
        "REVISION\tUPDATED\tSTATUS\tCHART\tAPP VERSION\tDESCRIPTION\n6\tMon\tfailed\ta-1\t1\tx",
        "LAST SEEN   TYPE      REASON    OBJECT    MESSAGE\n3m   Warning   OOMKilling   pod/a-1   x",
        "NAME: cart\nNAMESPACE: shop\nSTATUS: pending-upgrade\nREVISION: 14",
        "\u{1b}[31mERROR\u{1b}[0m \u{1b}]8;;https://x\u{7}link\u{1b}]8;;\u{7} connection refused",
        "failed: '\u{201c}\u{2018}\"'\u{201d}\u{2019}' due to '\u{201c}' causing \u{2018}",
        "\u{202e}detsuahxe loop noitcennoc\u{202c} \u{200b}\u{feff}no\u{ad}de down",
        "disk usage 99999999999999999999999999999999999999 % of -1e308 NaN 0x80 100.0.0.0%",
        "2026-05-01T10:00:00Z x\r\r\n\n\u{2028}01/May/2026:99:99:99 +9999 1700000000000000000000",
        "Traceback (most recent call last):\n  File \"x\"\nKeyError: 'y'\n\tat a.b.C(D.java:1)",
        "- a: &x [*x, *x]\n  <<: *x\n---\n%YAML 9.9\nexpect: {",
        "orders service fails due to cart service due to orders service -> cart -> orders",
        "no no no not without 0 zero never failed, unless no longer not recovered resolved",
    ];
    let mut seeds: Vec<Vec<u8>> = texts.iter().map(|text| text.as_bytes().to_vec()).collect();
    seeds.push(vec![0xff, 0xfe, b'e', 0, b'r', 0, 0xc3, 0x28, 0xf0, 0x9f, 0x92, b' ', 0]);
    seeds.push(b"md0 is degraded \xc3\xa9\xe2\x80 ".repeat(40));
    seeds.push("a".repeat(70_000).into_bytes());
    seeds.push("{\"a\":".repeat(3_000).into_bytes());
    seeds.push("'\"`(".repeat(4_000).into_bytes());
    seeds
}

/// One text out of the seeds: cut, doubled, crossed with another, or with bytes changed.
fn mutated(seeds: &[Vec<u8>], dice: &mut Dice) -> Vec<u8> {
    let mut text = seeds[dice.below(seeds.len())].clone();
    for _ in 0..=dice.below(6) {
        let at = dice.below(text.len());
        let to = at + dice.below(text.len() - at);
        match dice.below(7) {
            0 => text.truncate(at),
            1 => drop(text.drain(at..to)),
            2 => {
                let piece = text[at..to].repeat(1 + dice.below(4));
                text.splice(at..at, piece);
            }
            3 => {
                let other = &seeds[dice.below(seeds.len())];
                let from = dice.below(other.len());
                let piece = other[from..(from + 200).min(other.len())].to_vec();
                text.splice(at..at, piece);
            }
            4 if !text.is_empty() => text[at] = u8::try_from(dice.below(256)).expect("a byte"),
            5 => text.insert(at, b"\n\0\"'\\|,;%{"[dice.below(10)]),
            _ => text.insert(at, [b' ', b'\r', 0x1b, 0x80, 0xe2][dice.below(5)]),
        }
    }
    text.truncate(120_000);
    text
}

/// Judges a text as `triage` does, and holds what it says against it.
fn judged(text: &[u8], knowledge: &Knowledge, lint: &PlanLint) -> String {
    let text = String::from_utf8_lossy(text);
    let pasted = read::read(&cleaned(&text), knowledge);
    let known = [KnownIncident {
        title: "release shop stuck".to_owned(),
        messages: vec![text.chars().take(200).collect()],
        ..KnownIncident::default()
    }];
    let needs = [("orders".to_owned(), "cart".to_owned()), ("cart".to_owned(), "redis".to_owned())];
    let input = Input { messages: pasted.messages, topology: &needs, ..Input::default() };
    let report = triage(&input, &Store::from(known.as_slice()), knowledge, lint);
    let is_there = |place: Place| {
        let message = place.message.and_then(|at| report.messages.get(at));
        message.is_some_and(|it| it.text.get(place.start..place.end).is_some())
    };
    for one in &report.evidence {
        assert!(is_there(one.place), "{one:?}");
    }
    let parts = report.statements.iter().flat_map(|it| &it.parts);
    for part in parts.chain(report.plan.iter().flat_map(|step| &step.parts)) {
        assert!(is_there(part.place), "{part:?}");
    }
    assert!(report.confidence.is_none_or(|it| (0.05..=0.97).contains(&it)));
    assert!(report.plan.iter().all(|step| !step.dangers.iter().any(PlanDanger::refuses)));
    lint.check(&text);
    serde_json::to_string(&report).expect("JSON")
}

#[test]
fn mutated_texts_never_panic_and_say_the_same_twice() {
    let knowledge = Knowledge::built_in().expect("the built-in files");
    let lint = PlanLint::built_in().expect("the built-in rules");
    let seeds = seeds();
    #[expect(clippy::disallowed_methods, reason = "a longer run is asked for by hand")]
    let asked = std::env::var("RUNLEDGER_FUZZ").ok().and_then(|count| count.parse().ok());
    let count: usize = asked.unwrap_or(250);
    let mut dice = Dice::new(1);
    let texts = (0..count).map(|_| mutated(&seeds, &mut dice));
    for (number, text) in seeds.iter().cloned().chain(texts).enumerate() {
        let first = judged(&text, knowledge, lint);
        if number % 5 == 0 {
            assert_eq!(first, judged(&text, knowledge, lint), "text {number}");
        }
    }
}
