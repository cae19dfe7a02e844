//! Pastes of each client, and what becomes of them.

use std::time::{Duration, Instant};

use chrono::DateTime;
use chrono_tz::{Europe::Berlin, Tz};

use super::{PasteContext, Timestamp, split_paste};

fn at(text: &str) -> Timestamp {
    Timestamp(DateTime::parse_from_rfc3339(text).unwrap().timestamp_millis())
}

/// Each message as `day hour author: text`, read in Berlin on the evening of 2026-05-20.
fn split(paste: &str) -> Vec<String> {
    split_with(paste, &["ana"], "2026-05-20T16:00:00Z")
}

fn split_with(paste: &str, people: &[&str], now: &str) -> Vec<String> {
    let near = at("2026-05-20T12:00:00Z");
    let context = PasteContext { near, now: at(now), zone: Berlin, people };
    let said = |line: super::PastedLine| {
        let at = line.at.and_then(|at| DateTime::from_timestamp_millis(at.0));
        let at = at.map_or("-".to_owned(), |at| {
            at.with_timezone(&Berlin).format("%d %H:%M:%S").to_string().replace(":00 ", " ")
        });
        let at = at.strip_suffix(":00").unwrap_or(&at).to_owned();
        format!("{at} {}| {}", line.author.map(|a| a + " ").unwrap_or_default(), line.text)
    };
    split_paste(paste, &context).into_iter().map(said).collect()
}

#[test]
fn stamps_before_the_text_are_read_in_every_dress() {
    let check = |line, expected: &str| assert_eq!(split(line), [expected], "{line}");
    check("[14:03] ana: rolled back", "20 14:03 ana | rolled back");
    check("[14:03:22] <ana> rolled back", "20 14:03:22 ana | rolled back");
    check("14:03 < ana> rolled back", "20 14:03 ana | rolled back");
    check("14:03 <@ana> rolled back", "20 14:03 ana | rolled back");
    check("14:03 ana rolled back", "20 14:03 ana | rolled back");
    check("14:03 bob rolled back", "20 14:03 | bob rolled back");
    check("14:03 rolled back to 13", "20 14:03 | rolled back to 13");
    check("- 14:03 Ana Lopez: rolled back", "20 14:03 Ana Lopez | rolled back");
    check("(2:03 PM) ana: rolled back", "20 14:03 ana | rolled back");
    check("2:03 pm - rolled back", "20 14:03 | rolled back");
    check("[2:03 PM]ana: rolled back", "20 14:03 ana | rolled back");
    check("[5/19/2026 2:03 PM] Ana Lopez: rolled back", "19 14:03 Ana Lopez | rolled back");
    check("[5/19 2:03 PM] Ana Lopez: rolled back", "19 14:03 Ana Lopez | rolled back");
    check("19.05.26, 14:03 - Ana: rolled back", "19 14:03 Ana | rolled back");
    check("[19.05.26, 14:03:11] Ana: rolled back", "19 14:03:11 Ana | rolled back");
    check("2026-05-19 14:03 @ana rolled back", "19 14:03 ana | rolled back");
    check("yesterday 14:03 ana: rolled back", "19 14:03 ana | rolled back");
    check("May 19 14:03:20 db1 sshd[12]: closed", "19 14:03:20 | db1 sshd[12]: closed");
    check("2026-05-20T12:03:20.5Z ERROR pool: empty", "20 14:03:20 | ERROR pool: empty");
    check("2026-05-20 12:03:20,512 ERROR pool: empty", "20 12:03:20 | ERROR pool: empty");
    check("2026-05-20T14:03:20+0200 restarted", "20 14:03:20 | restarted");
    check("14:03 ERROR: no route", "20 14:03 | ERROR: no route");
    check("14:03 fixed: a typo", "20 14:03 | fixed: a typo");
    check("14:03 https://a.example:80 is down", "20 14:03 | https://a.example:80 is down");
}

#[test]
fn exports_with_a_dash_or_a_gap_after_the_name_keep_their_authors() {
    let check = |line, expected: &str| assert_eq!(split(line), [expected], "{line}");
    check("2026-05-20T12:03:00Z dave - back to normal", "20 14:03 dave | back to normal");
    check("[2026-05-20T12:03:00Z] dave – back", "20 14:03 dave | back");
    check("[2026-05-20T14:03:00+02:00] Ana Lima: back", "20 14:03 Ana Lima | back");
    check("2026-05-20T12:03:00Z dave: back", "20 14:03 dave | back");
    check("2026-05-20T12:03:00Z - dave: back", "20 14:03 dave | back");
    check("2026-05-20T12:03:00Z <dave> back", "20 14:03 dave | back");
    check("2026-05-20 14:03 - Ana Lima: back", "20 14:03 Ana Lima | back");
    check("1:04 PM carl  hi", "20 13:04 carl | hi");
    check("[14:03] carl - hi", "20 14:03 carl | hi");
    check("14:03 ana - hi", "20 14:03 ana | hi");
    check("14:02 PM bob: b", "20 14:02 bob | b");
    check("14:02 AM bob: b", "- | 14:02 AM bob: b");
    let names = "14:03  eva  pods restart\n14:05  kim  looking\n14:06  eva  rolled back";
    let authors =
        ["20 14:03 eva | pods restart", "20 14:05 kim | looking", "20 14:06 eva | rolled back"];
    assert_eq!(split(names), authors);
}

#[test]
fn where_an_author_is_unclear_the_whole_line_is_text() {
    let check = |line: &str, rest: &str| assert_eq!(split(line), [format!("20 14:03 | {rest}")]);
    check("14:03 deploy - started", "deploy - started");
    check("14:03 latency - back to normal", "latency - back to normal");
    check("14:03 pods  restart", "pods  restart");
    check("2026-05-20T12:03:00Z nginx - restarted", "nginx - restarted");
    check("2026-05-20T12:03:00Z kernel: out of memory", "kernel: out of memory");
    check("2026-05-20T12:03:00Z checkout-api - started", "checkout-api - started");
    check("2026-05-20T12:03:00Z INFO  pool - empty", "INFO  pool - empty");
    assert_eq!(split("2026-05-20T12:03:00.5Z dave: back"), ["20 14:03 | dave: back"]);
    // One line that is no message of a chat, and none is certain.
    let log = "2026-05-20T12:03:00Z uwsgi - started\n2026-05-20T12:04:00Z 3 of 4 are up";
    assert_eq!(split(log), ["20 14:03 | uwsgi - started", "20 14:04 | 3 of 4 are up"]);
}

#[test]
fn lines_before_the_first_day_lead_up_to_it() {
    // The incident began at 01:00, to which yesterday's afternoon is nearer.
    let read = |paste: &str| -> Vec<String> {
        let context = PasteContext {
            near: at("2026-05-19T23:00:00Z"),
            now: at("2026-05-20T16:00:00Z"),
            zone: Berlin,
            people: &[],
        };
        let day = |line: super::PastedLine| {
            let at = DateTime::from_timestamp_millis(line.at.unwrap().0).unwrap();
            at.with_timezone(&Berlin).format("%d %H:%M").to_string()
        };
        split_paste(paste, &context).into_iter().map(day).collect()
    };
    assert_eq!(read("14:01 - Ana: a"), ["19 14:01"]);
    let mixed = "14:01 - Ana: a\n2026-05-20T12:15:00Z dave - back\n14:20 PM bob: b";
    assert_eq!(read(mixed), ["20 14:01", "20 14:15", "20 14:20"]);
    let night = "23:58 a\n00:02 b\n2026-05-20 00:10 c";
    assert_eq!(read(night), ["19 23:58", "20 00:02", "20 00:10"]);
    let earlier = "14:01 ana: a\n2026-05-18 14:05 bob: b";
    assert_eq!(read(earlier), ["18 14:01", "18 14:05"]);
    // A line of a log, quoted from before.
    let quoted = "00:30 ana: see\n2026-05-18T10:00:00Z ERROR pool: empty";
    assert_eq!(read(quoted), ["20 00:30", "18 12:00"]);
}

#[test]
fn stamps_after_a_name_head_what_follows() {
    let check = |head: &str, expected: &str| {
        let paste = format!("{head}\nrolled back\n\nto 13\n");
        assert_eq!(split(&paste), [format!("{expected} | rolled back\n\nto 13")], "{head}");
    };
    check("ana  2:03 PM", "20 14:03 ana");
    check("Ana Lopez  2:03 PM", "20 14:03 Ana Lopez");
    check("Ana Lopez\u{a0}\u{a0}2:03\u{202f}PM", "20 14:03 Ana Lopez");
    check("Ana Lopez :palm_tree:  2:03 PM", "20 14:03 Ana Lopez");
    check("PagerDuty APP  [2:03 PM]", "20 14:03 PagerDuty");
    check("ana 14:03", "20 14:03 ana");
    check("ana — Today at 2:03 PM", "20 14:03 ana");
    check("ana — 05/19/2026 2:03 PM", "19 14:03 ana");
    check("Ana Lopez, [19.05.2026 14:03]", "19 14:03 Ana Lopez");
    check("Ana Lopez 5/19/2026 2:03 PM", "19 14:03 Ana Lopez");
    check("[14:03] Ana Lopez", "20 14:03 Ana Lopez");
    check("Ana Lopez\n  2:03 PM", "20 14:03 Ana Lopez");
}

#[test]
fn a_conversation_is_taken_apart() {
    let slack =
        "Ana Lopez\n  2:03 PM\npods restart\nall of them\n2:04\nin shop\nBob\n  2:05 PM\nlooking\n";
    let expected = [
        "20 14:03 Ana Lopez | pods restart\nall of them",
        "20 14:04 Ana Lopez | in shop",
        "20 14:05 Bob | looking",
    ];
    assert_eq!(split(slack), expected);
    let names = "14:03 eva pods restart\n14:05 kim looking\n14:06 eva rolled back\n  to 13\n";
    let expected = [
        "20 14:03 eva | pods restart",
        "20 14:05 kim | looking",
        "20 14:06 eva | rolled back\n  to 13",
    ];
    assert_eq!(split(names), expected);
    // The same shape with words that are nobody's name.
    let words = "14:03 checked pods\n14:05 restarted one\n14:06 checked again";
    assert_eq!(split(words)[0], "20 14:03 | checked pods");
}

#[test]
fn a_half_of_the_day_is_kept_where_the_client_leaves_it_out() {
    let slack = "ana  2:03 PM\npods restart\n2:04\nin shop\n";
    assert_eq!(split(slack), ["20 14:03 ana | pods restart", "20 14:04 ana | in shop"]);
}

#[test]
fn a_sentence_with_a_time_is_no_heading() {
    let check = |line: &str| {
        let paste = format!("14:01 start\n{line}\nmore");
        assert_eq!(split(&paste), [format!("20 14:01 | start\n{line}\nmore")]);
    };
    check("we restarted it at 14:03");
    check("Detected 14:03");
    check("First detected: 14:03");
    check("it was 2:03 PM");
    check("see a.rs:14:03");
    check("3.14 of them failed");
    check("it took 25:61");
    check("99:03 is no time");
}

#[test]
fn the_day_rolls_when_the_clock_goes_back_past_midnight() {
    let paste = "23:58 a\n00:02 b\n00:01 c\n09:00 d";
    let expected = ["19 23:58 | a", "20 00:02 | b", "20 00:01 | c", "20 09:00 | d"];
    assert_eq!(split(paste), expected);
    // It would be tomorrow: then it is out of order.
    assert_eq!(split("14:03 a\n02:00 b"), ["20 14:03 | a", "20 02:00 | b"]);
    // Nearest to the incident, but never in the future.
    assert_eq!(split("17:59 a"), ["20 17:59 | a"]);
    assert_eq!(split("18:01 a"), ["19 18:01 | a"]);
}

#[test]
fn lines_that_name_a_day_set_it() {
    let paste =
        "Monday, May 18th\n14:03 a\n--- Tuesday ---\n14:03 b\nToday\n14:03 c\nMay 17, 2026\n1:00 d";
    assert_eq!(split(paste), ["18 14:03 | a", "19 14:03 | b", "20 14:03 | c", "17 01:00 | d"]);
    let days = "--- Day changed Tue May 19 2026\n14:03 <ana> a";
    assert_eq!(split(days), ["19 14:03 ana | a"]);
    // A date that may be read in two ways is the one near the incident.
    assert_eq!(split("05/06/2026 14:03 a"), ["06 14:03 | a"]);
}

#[test]
fn without_a_stamp_it_is_one_note() {
    assert_eq!(split("pods restart\n\nall of them\n"), ["- | pods restart\n\nall of them"]);
    assert_eq!(split(""), Vec::<String>::new());
    assert_eq!(split(" \n\n"), Vec::<String>::new());
    assert_eq!(split("before\n14:03 a\r\nb\r\n"), ["- | before", "20 14:03 | a\nb"]);
}

#[test]
fn hours_that_come_twice_or_never_keep_the_order() {
    let read = |paste: &str, near: &str| -> Vec<String> {
        let near = at(near);
        let context =
            PasteContext { near, now: Timestamp(near.0 + 86_400_000), zone: Berlin, people: &[] };
        let utc = |line: super::PastedLine| {
            let at = DateTime::from_timestamp_millis(line.at.unwrap().0).unwrap();
            at.with_timezone(&Tz::UTC).format("%H:%M").to_string()
        };
        split_paste(paste, &context).into_iter().map(utc).collect()
    };
    let autumn = "01:50 a\n02:30 b\n02:50 c\n02:10 d\n03:05 e";
    assert_eq!(read(autumn, "2026-10-25T00:00:00Z"), ["23:50", "00:30", "00:50", "01:10", "02:05"]);
    assert_eq!(read("01:50 a\n02:30 b", "2026-03-29T01:00:00Z"), ["00:50", "01:30"]);
}

#[test]
fn five_megabytes_are_read_in_linear_time() {
    for seed in [
        "14:03 ana: text of a line\n",
        "14:03\n",
        "ana  2:03 PM\n",
        "a 1:2 ",
        "14:03 ",
        "\n",
        "Monday\n",
        "14:03 dave  hi\n",
        "2026-05-20T12:03:00Z dave - hi\n",
    ] {
        let size = if seed.starts_with("14:03 ana") { 5 << 20 } else { 256 << 10 };
        let text = seed.repeat(size / seed.len());
        let begun = Instant::now();
        let context = PasteContext {
            near: at("2026-05-20T12:00:00Z"),
            now: at("2026-05-20T16:00:00Z"),
            zone: Berlin,
            people: &["ana"],
        };
        let _ = split_paste(&text, &context);
        assert!(begun.elapsed() < Duration::from_secs(300), "{seed}: {:?}", begun.elapsed());
    }
}
