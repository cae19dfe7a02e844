//! Whole reports of several styles, and texts that are none.

use std::time::Instant;

use chrono::DateTime;
use chrono_tz::Tz;

use super::{Part, SectionKind, Span, TimeName, WriteUp, parse};
use crate::runbook::Diagnostic;

const BOOK: &str = include_str!("../../tests/data/write_ups/book.md");
const HANDBOOK: &str = include_str!("../../tests/data/write_ups/handbook.md");
const BULLETS: &str = include_str!("../../tests/data/write_ups/bullets.md");
const TWELVE_HOURS: &str = include_str!("../../tests/data/write_ups/twelve_hours.md");
const GERMAN: &str = include_str!("../../tests/data/write_ups/german.md");
const LOG: &str = include_str!("../../tests/data/write_ups/log.md");
const TIMELESS: &str = include_str!("../../tests/data/write_ups/timeless.md");
const TEMPLATE: &str = include_str!("../../tests/data/write_ups/template.md");

fn one(text: &str, name: &str, zone: Tz) -> (WriteUp, Vec<Diagnostic>) {
    let (mut write_ups, findings) = parse(text, name, zone);
    assert_eq!(write_ups.len(), 1, "{findings:?}");
    (write_ups.remove(0), findings)
}

fn utc(at_ms: Option<i64>) -> String {
    at_ms
        .and_then(DateTime::from_timestamp_millis)
        .map_or_else(|| "-".to_owned(), |at| at.format("%Y-%m-%d %H:%M").to_string())
}

fn times(write_up: &WriteUp) -> Vec<String> {
    TimeName::ALL.iter().map(|point| utc(write_up.at(*point))).collect()
}

fn said(findings: &[Diagnostic]) -> Vec<String> {
    findings.iter().map(|finding| format!("{}: {}", finding.line, finding.rule)).collect()
}

fn section(write_up: &WriteUp, kind: SectionKind) -> &str {
    write_up.sections.iter().find(|s| s.kind == kind).map_or("", |s| s.text.as_str())
}

#[test]
fn a_report_after_the_book_is_read() {
    let (read, findings) = one(BOOK, "search.md", Tz::Europe__Berlin);
    assert_eq!(read.title, "Search Outage After a Meme Went Around (incident #912)");
    assert_eq!(
        times(&read),
        [
            "2023-10-21 14:54",
            "2023-10-21 14:55",
            "2023-10-21 15:01",
            "2023-10-21 15:36",
            "2023-10-21 16:30"
        ]
    );
    assert_eq!(read.timeline.len(), 11);
    assert_eq!(read.timeline[8].text, "capacity is added; errors are down to nothing");
    assert_eq!(read.status.as_deref(), Some("Complete, action items in progress"));
    let authors: Vec<&str> = read.people.iter().map(|person| person.name.as_str()).collect();
    assert_eq!(authors, ["ana", "ben"]);
    assert!(section(&read, SectionKind::RootCause).starts_with("Cascading failure, from a term"));
    assert!(section(&read, SectionKind::RootCause).ends_with("a leak of file handles."));
    assert!(section(&read, SectionKind::Lucky).contains("had a copy"));
    assert_eq!(read.action_items, 3);
    assert_eq!(said(&findings), Vec::<String>::new());
}

#[test]
fn a_report_after_the_handbook_is_read() {
    let (read, findings) = one(HANDBOOK, "x.md", Tz::UTC);
    assert_eq!(read.title, "Deployments stuck behind a full disk");
    assert_eq!(read.label.as_deref(), Some("OPS-77"));
    assert_eq!(read.severity.as_deref(), Some("SEV-2"));
    assert_eq!(
        times(&read),
        ["2024-05-04 06:40", "2024-05-04 06:52", "-", "2024-05-04 07:31", "2024-05-04 08:05"]
    );
    let acknowledged = read.time(TimeName::Acknowledged).expect("stated as not applicable");
    assert_eq!(acknowledged.at_ms, None);
    assert_eq!(read.services, ["build", "deploy", "artefact store"]);
    let commander = read.people.iter().find(|person| person.part == Part::Commander);
    assert_eq!(commander.map(|person| person.name.as_str()), Some("Chi Nguyen"));
    assert_eq!(read.timeline.len(), 7);
    assert_eq!(utc(read.timeline[3].until_ms), "2024-05-04 07:10");
    assert_eq!(utc(read.timeline[6].at_ms), "2024-05-04 08:05");
    assert_eq!(read.action_items, 2);
    // Neither from start to mitigation (51) nor any other pair is it 45 minutes.
    assert_eq!(said(&findings), ["20: durations-disagree"]);
}

#[test]
fn plain_bullets_without_days_pass_midnight() {
    let (read, findings) = one(BULLETS, "login.md", Tz::UTC);
    assert_eq!(read.title, "Login slow in the evening");
    assert_eq!(
        times(&read),
        ["2024-04-15 19:05", "2024-04-15 19:17", "-", "2024-04-15 21:58", "2024-04-15 22:20"]
    );
    assert_eq!(read.timeline.len(), 6);
    assert_eq!(utc(read.timeline[4].at_ms), "2024-04-15 22:20");
    assert_eq!(read.timeline[5].at_ms, None);
    assert_eq!(read.severity.as_deref(), Some("medium"));
    assert_eq!(section(&read, SectionKind::RootCause), "a missing index.");
    assert_eq!(read.action_items, 2);
    let spans: Vec<Span> = read.durations.iter().map(|stated| stated.span).collect();
    assert_eq!(spans, [Span::Mitigate, Span::Resolve]);
    assert_eq!(said(&findings), ["12: durations-disagree", "25: row-without-time"]);
}

#[test]
fn a_twelve_hour_clock_and_american_dates_are_read() {
    let (read, findings) = one(TWELVE_HOURS, "x.md", Tz::UTC);
    assert_eq!(read.title, "Payment page blank");
    assert_eq!(read.label.as_deref(), Some("INC-4411"));
    assert_eq!(read.severity.as_deref(), Some("P1"));
    assert_eq!(read.services, ["checkout", "payments"]);
    assert_eq!(
        times(&read),
        ["2024-07-04 15:48", "-", "2024-07-04 15:55", "-", "2024-07-04 17:10"]
    );
    assert_eq!(read.timeline.len(), 6);
    assert_eq!(read.timeline[0].author.as_deref(), Some("Eli"));
    assert_eq!(read.timeline[0].source.as_deref(), Some("PR"));
    assert_eq!(said(&findings), ["16: row-without-time"]);
}

#[test]
fn german_dates_and_words_are_read() {
    let (read, findings) = one(GERMAN, "x.md", Tz::Europe__Berlin);
    assert_eq!(
        times(&read),
        ["2024-04-15 12:03", "2024-04-15 12:43", "-", "-", "2024-04-15 14:02"]
    );
    assert_eq!(read.timeline.len(), 3);
    assert_eq!(utc(read.timeline[1].at_ms), "2024-04-15 12:43");
    assert_eq!(read.action_items, 1);
    assert_eq!(said(&findings), ["7: unreadable-time"]);
}

#[test]
fn a_log_of_several_incidents_is_read_one_by_one() {
    let (read, findings) = parse(LOG, "log.md", Tz::UTC);
    assert_eq!(read.len(), 2);
    assert_eq!(read[0].title, "Registry out of space");
    assert_eq!(
        read[0].anchor.as_deref(),
        Some("incident-on-2024-06-20-1030---registry-out-of-space")
    );
    assert_eq!(
        times(&read[0]),
        [
            "2024-06-20 09:50",
            "2024-06-20 10:10",
            "2024-06-20 10:30",
            "2024-06-20 12:00",
            "2024-06-21 09:00"
        ]
    );
    assert_eq!(read[0].timeline.len(), 3);
    assert_eq!(section(&read[0], SectionKind::Impact), "No images could be pushed.");
    assert_eq!(section(&read[0], SectionKind::ActionItems), "- Clean up weekly");
    assert_eq!(read[0].action_items, 1);
    assert_eq!(read[0].detection.as_deref(), Some("A user asked."));
    assert_eq!(times(&read[1]), ["-", "2024-05-02 08:00", "-", "2024-05-02 09:00", "-"]);
    assert_eq!(read[1].timeline.len(), 2);
    // 10:10 to 17:00 on Thursday and nothing on Friday before 10 is 6 h 50 min.
    assert_eq!(said(&findings), ["24: durations-disagree", "48: durations-disagree"]);
}

#[test]
fn a_report_without_a_time_is_still_one() {
    let (read, findings) = one(TIMELESS, "backups.md", Tz::UTC);
    assert_eq!(times(&read), ["-", "-", "-", "-", "-"]);
    assert!(read.timeline.is_empty() && read.date.is_none());
    assert_eq!(section(&read, SectionKind::RootCause), "A changed path.");
    assert_eq!(said(&findings), Vec::<String>::new());
}

#[test]
fn a_template_and_other_texts_are_no_reports() {
    for text in
        [TEMPLATE, "", "# Shopping\n\n- milk\n", "# Runbook\n\n## Step 1 - Check\n\n14:03\n"]
    {
        let (read, findings) = parse(text, "x.md", Tz::UTC);
        assert_eq!(read, Vec::new(), "{text}");
        assert_eq!(findings.last().map(|f| f.rule.as_str()), Some("not-a-report"), "{text}");
    }
}

#[test]
fn line_ends_of_windows_change_nothing() {
    for text in [BOOK, HANDBOOK, BULLETS, TWELVE_HOURS, GERMAN, LOG] {
        let (unix, _) = parse(text, "x.md", Tz::UTC);
        let (windows, _) = parse(&text.replace('\n', "\r\n"), "x.md", Tz::UTC);
        assert_eq!(unix.len(), windows.len());
        for (a, b) in unix.iter().zip(&windows) {
            assert_eq!(a.times, b.times);
            assert_eq!(a.timeline, b.timeline);
            assert_eq!(a.action_items, b.action_items);
            assert_eq!(a.sections, b.sections);
        }
    }
}

#[test]
fn times_that_cannot_be_are_reported_and_nothing_is_mended() {
    let text = "# Incident 2024-01-05\n\n- Detected: 2024-01-05 10:00\n- Resolved: 2024-01-05 09:00\n\
                - Started: 2024-01-05\n- Mitigated: 09:61\n";
    let (read, findings) = one(text, "x.md", Tz::UTC);
    assert_eq!(times(&read), ["-", "2024-01-05 10:00", "-", "-", "-"]);
    assert!(findings[0].message.ends_with("resolved is left empty"), "{findings:?}");
    assert_eq!(
        said(&findings),
        ["4: impossible-order", "5: unreadable-time", "6: unreadable-time"]
    );
}

#[test]
fn a_value_that_cannot_be_read_is_said_with_its_line() {
    let check = |lines: &str, reported: &[&str]| {
        let text = format!("# Incident\n\n{lines}\n## Root cause\n\nA.\n\n## Impact\n\nSlow.\n");
        let text = format!("{text}\n## Actions\n\n- B\n\n## Lessons\n\nC.\n");
        let (read, findings) = one(&text, "x.md", Tz::UTC);
        assert_eq!(times(&read), ["-"; 5], "{lines}");
        assert_eq!(read.date, None, "{lines}");
        let said: Vec<String> =
            findings.iter().map(|it| format!("{}: {}", it.line, it.message)).collect();
        assert_eq!(said, reported, "{lines}");
    };
    check(
        "**Date**: 2026-02-30\n",
        &["3: `2026-02-30` is no day that can be read; it is left empty"],
    );
    check(
        "Date: 2026-02-30, written 2026-03-05\n",
        &["3: `2026-02-30, written 2026-03-05` is no day that can be read; it is left empty"],
    );
    let lunch = "`Detected: soon after lunch` states no time that can be read; it is left empty";
    check("Detected: soon after lunch\n", &[&format!("3: {lunch}")]);
    check("- **Detected:** soon after lunch\n", &[&format!("3: {lunch}")]);
    check(
        "| Event | Time |\n|---|---|\n| Detected | soon after lunch |\n",
        &[&format!("5: {lunch}")],
    );
    check(
        "Resolved: 2026-02-28 99:15\n",
        &["3: `Resolved: 2026-02-28 99:15` is no time that can be read; it is left empty"],
    );
    check(
        "| Event | Time |\n|---|---|\n| Resolved | 2026-02-28T99:15Z |\n",
        &["5: `Resolved: 2026-02-28T99:15Z` is no time that can be read; it is left empty"],
    );
    // What is not known yet, or is told in words where words are wanted, is no slip.
    check("Date: TBD\n\nDetected: unknown\n\nResolved: TBC\n", &[]);
    check("Detected by: a customer\n\nResolved by: Ana\n\n**Resolved** by a restart.\n", &[]);
    check("Detection: a customer called\n\nResolution: we rolled back\n", &[]);
    check("| Date | Severity |\n|---|---|\n| TBD | P1 |\n| unknown | P2 |\n", &[]);
}

#[test]
fn a_status_that_is_ongoing_is_told() {
    let text = "# Incident 2024-04-15\n\n- Status: Ongoing\n- Detected: 2024-04-15 14:03\n- Resolved: ongoing\n\n## Impact\n\nMuch.\n";
    let (read, findings) = one(text, "x.md", Tz::UTC);
    assert_eq!((read.status.as_deref(), times(&read)[4].as_str()), (Some("Ongoing"), "-"));
    assert_eq!(said(&findings), Vec::<String>::new());
}

#[test]
fn a_row_whose_time_cannot_be_read_is_said_once() {
    let (rows, findings) = rows_of(
        "- 2026-02-28 14:03 alert fired\n- 2026-02-28 99:15\n- Detected: after lunch\n- 14:20 calm\n",
    );
    assert_eq!(rows, ["2026-02-28 14:03", "-", "-", "2026-02-28 14:20"]);
    assert_eq!(findings, ["6: row-without-time", "7: row-without-time"]);
}

/// The times and findings of a report of a few lines about one day.
fn of_lines(lines: &str) -> (Vec<String>, Vec<String>) {
    let text = format!("# Incident\n\n{lines}\n## Impact\n\nSlow.\n");
    let (read, findings) = one(&text, "x.md", Tz::UTC);
    (times(&read), said(&findings))
}

#[test]
fn the_time_that_contradicts_most_others_is_the_one_left_empty() {
    let (times, findings) = of_lines(
        "- Started: 2024-01-05 09:00\n- Detected: 2024-01-05 15:00\n\
         - Acknowledged: 2024-01-05 10:05\n- Resolved: 2024-01-05 11:00\n",
    );
    let stated = ["2024-01-05 09:00", "-", "2024-01-05 10:05", "-", "2024-01-05 11:00"];
    assert_eq!(
        (times, findings),
        (stated.map(str::to_owned).to_vec(), vec!["4: impossible-order".to_owned()])
    );
}

#[test]
fn times_are_left_empty_until_the_others_can_be() {
    let day = "2024-01-05";
    let (times, findings) = of_lines(&format!(
        "- Started: {day} 12:00\n- Detected: {day} 11:00\n- Acknowledged: {day} 10:50\n"
    ));
    assert_eq!(times, ["2024-01-05 12:00", "-", "-", "-", "-"]);
    assert_eq!(findings, ["4: impossible-order", "5: impossible-order"]);
    let (times, findings) =
        of_lines(&format!("- Started: {day} 12:00\n- Acknowledged: {day} 10:50\n"));
    assert_eq!((times[2].as_str(), findings), ("-", vec!["4: impossible-order".to_owned()]));
}

#[test]
fn key_events_are_placed_in_the_order_of_life_not_of_the_text() {
    let check = |lines: &str, expected: [&str; 2], reported: &[&str]| {
        let (times, findings) = of_lines(lines);
        assert_eq!([&times[1], &times[4]], expected, "{lines}");
        assert_eq!(findings, reported, "{lines}");
    };
    let same_day = ["2026-04-15 14:03", "2026-04-15 17:10"];
    check("Date: 2026-04-15\n\n- Resolved: 17:10\n- Detected: 14:03\n", same_day, &[]);
    let midnight = ["2026-04-15 23:50", "2026-04-16 00:20"];
    check("Date: 2026-04-15\n\n- Resolved: 00:20\n- Detected: 23:50\n", midnight, &[]);
    // Nothing says on which day it was detected: the day it was resolved is none it can be.
    check(
        "- Resolved: 2026-04-16 00:20\n- Detected: 23:50\n",
        ["-", "2026-04-16 00:20"],
        &["4: unreadable-time"],
    );
    let front = "---\ndate: 2026-04-15\nresolved: \"17:10\"\ndetected: \"14:03\"\n---\n\n# Slow\n";
    let (read, _) = one(front, "x.md", Tz::UTC);
    assert_eq!(times(&read), ["-", same_day[0], "-", "-", same_day[1]]);
}

#[test]
fn the_day_of_publication_is_not_the_day_of_the_incident() {
    let rows = "## Timeline\n\n- 14:03 alert fired\n- 14:42 calm\n";
    let front = |rest: &str| format!("---\ndate: 2024-05-02\n---\n\n# Slow\n\n{rest}\n{rows}");
    let check = |text: &str, day: &str, reported: &[&str]| {
        let (read, findings) = one(text, "x.md", Tz::UTC);
        assert_eq!(utc(read.timeline[0].at_ms), format!("{day} 14:03"), "{text}");
        assert_eq!(said(&findings), reported, "{text}");
    };
    check(&front("Detected: 2024-04-15 14:03\n"), "2024-04-15", &["2: days-disagree"]);
    check(&front(""), "2024-05-02", &[]);
    let table = "| Detected | 2024-04-15 14:03 |\n|---|---|\n| Resolved | 2024-04-15 14:42 |\n";
    check(&front(table), "2024-04-15", &["2: days-disagree"]);
    check(&format!("# Slow\n\nDate: 2024-04-15\n\n{rows}"), "2024-04-15", &[]);
    let text = format!("# Slow\n\nDate: 04/05/2024\n\n{rows}\n## Impact\n\nMuch.\n");
    let (read, findings) = one(&text, "x.md", Tz::UTC);
    assert_eq!((read.date, read.timeline[0].at_ms), (None, None));
    assert_eq!(said(&findings), ["3: unreadable-time", "7: time-without-day"]);
}

#[test]
fn a_window_across_midnight_ends_on_the_next_day() {
    let check = |window: &str, expected: [&str; 2], reported: &[&str]| {
        let (times, findings) = of_lines(&format!("Time: {window}\n"));
        assert_eq!([&times[0], &times[4]], expected, "{window}");
        assert_eq!(findings, reported, "{window}");
    };
    check("2026-04-15 23:50 – 00:20", ["2026-04-15 23:50", "2026-04-16 00:20"], &[]);
    check("2026-04-15 14:03 – 14:42", ["2026-04-15 14:03", "2026-04-15 14:42"], &[]);
    check("2026-04-15 14:42 – 14:03", ["2026-04-15 14:42", "-"], &["3: unreadable-time"]);
}

/// The times of a timeline's rows, and what is said of them.
fn rows_of(rows: &str) -> (Vec<String>, Vec<String>) {
    let text = format!("# Incident\n\n## Timeline\n\n{rows}\n## Impact\n\nSlow.\n");
    let (read, findings) = one(&text, "x.md", Tz::UTC);
    (read.timeline.iter().map(|row| utc(row.at_ms)).collect(), said(&findings))
}

#[test]
fn a_row_after_one_with_a_day_passes_midnight_too() {
    let (rows, findings) = rows_of("- 2024-04-15 23:50 alert fired\n- 00:10 issue mitigated\n");
    assert_eq!(rows, ["2024-04-15 23:50", "2024-04-16 00:10"]);
    assert_eq!(findings, Vec::<String>::new());
}

#[test]
fn a_number_with_a_dot_is_a_time_only_among_such_times() {
    let day = "### 2024-04-15\n\n";
    let (rows, findings) = rows_of(&format!("{day}- 14:03 alert fired\n- 22.04 nodes drained\n"));
    assert_eq!(rows, ["2024-04-15 14:03", "-"]);
    assert_eq!(findings, ["8: row-without-time"]);
    let (rows, findings) = rows_of(&format!("{day}- 14.03 alert fired\n- 14.20 nodes drained\n"));
    assert_eq!(rows, ["2024-04-15 14:03", "2024-04-15 14:20"]);
    assert_eq!(findings, Vec::<String>::new());
    let (rows, _) = rows_of("- 2024-04-15 14.03 alert fired\n- 14.20 nodes drained\n");
    assert_eq!(rows, ["2024-04-15 14:03", "2024-04-15 14:20"]);
    let (rows, _) =
        rows_of(&format!("{day}- 14:03 alert fired\n- 1.2.10 rolled back\n- 14:20 calm\n"));
    assert_eq!(rows, ["2024-04-15 14:03", "-", "2024-04-15 14:20"]);
}

#[test]
fn a_timeline_with_the_newest_first_keeps_its_days() {
    let headed = "### 2024-04-16\n\n- 09:00 calm\n- 00:10 restarted\n\n\
                  ### 2024-04-15\n\n- 23:50 looked\n- 23:40 alert fired\n";
    let expected = ["2024-04-16 09:00", "2024-04-16 00:10", "2024-04-15 23:50", "2024-04-15 23:40"];
    assert_eq!(rows_of(headed), (expected.map(str::to_owned).to_vec(), Vec::new()));
    let dated = "- 2024-04-16 09:00 calm\n- 00:10 restarted\n- 23:50 looked\n- 23:40 alert fired\n";
    assert_eq!(rows_of(dated), (expected.map(str::to_owned).to_vec(), Vec::new()));
    let below =
        "- 09:00 calm\n- 00:10 restarted\n- 2024-04-15 23:50 looked\n- 2024-04-15 23:40 a\n";
    assert_eq!(rows_of(below), (expected.map(str::to_owned).to_vec(), Vec::new()));
}

#[test]
fn a_day_told_once_for_many_rows_leaves_the_newest_first() {
    let expected = [
        "2024-04-16 09:00",
        "2024-04-16 08:30",
        "2024-04-16 08:00",
        "2024-04-15 23:50",
        "2024-04-15 23:40",
    ];
    let sparse = "- 2024-04-16 09:00 calm\n- 08:30 looked\n- 08:00 restarted\n\
                  - 2024-04-15 23:50 looked\n- 23:40 alert fired\n";
    assert_eq!(rows_of(sparse), (expected.map(str::to_owned).to_vec(), Vec::new()));
    let table = "| Date | Time | Event |\n|---|---|---|\n| 2024-04-16 | 09:00 | calm |\n\
                 | | 08:30 | looked |\n| | 08:00 | restarted |\n\
                 | 2024-04-15 | 23:50 | looked |\n| | 23:40 | alert fired |\n";
    assert_eq!(rows_of(table), (expected.map(str::to_owned).to_vec(), Vec::new()));
    let oldest = "- 2024-04-15 23:40 alert fired\n- 23:50 looked\n- 00:10 looked on\n\
                  - 2024-04-16 08:00 restarted\n- 08:30 calm\n";
    let (rows, findings) = rows_of(oldest);
    assert_eq!((rows[2].as_str(), findings), ("2024-04-16 00:10", Vec::new()));
}

#[test]
fn rows_say_who_or_what_did_it() {
    let rows =
        "- 14:03 detected by alert\n- 14:05 acknowledged by kim\n- 14:20 mitigated by failover\n";
    let (read, _) =
        one(&format!("# Incident 2024-04-15\n\n## Timeline\n\n{rows}"), "x.md", Tz::UTC);
    let day = |time: &str| format!("2024-04-15 {time}");
    assert_eq!(
        times(&read),
        ["-".to_owned(), day("14:03"), day("14:05"), day("14:20"), "-".to_owned()]
    );
}

#[test]
fn words_about_times_state_none() {
    let text = "# Incident 2024-01-05: slow\n\n## Summary\n\nErrors were seen from 10:00 to 10:30 and \
                we thought it resolved 10:20.\n\n## Impact\n\nIt should have been resolved in 5 minutes.\n\n\
                ## Resolution\n\nRolled back at 10:25, which helped by 10:30.\n\n## Lessons\n\n\
                - Resolved: 11:00 would have been fine\n";
    let (read, _) = one(text, "x.md", Tz::UTC);
    assert_eq!(times(&read), ["-", "-", "-", "-", "-"]);
    assert_eq!(read.durations, Vec::new());
}

#[test]
fn a_zone_in_brackets_counts_for_what_stands_under_or_after_it() {
    let check = |zone: &str, expected: &str| {
        let text = format!(
            "# Incident 2024-04-15\n\n- **Detected ({zone}):** 2024-04-15 14:03\n- Resolved ({zone}): \
             2024-04-15 14:42\n\n## Timeline ({zone})\n\n- 14:03 we saw it\n- 14:10 we looked\n"
        );
        let (read, findings) = one(&text, "x.md", Tz::America__New_York);
        let rows = utc(read.timeline[0].at_ms);
        assert_eq!((times(&read)[1].as_str(), rows.as_str()), (expected, expected), "{zone}");
        assert_ne!(times(&read)[4], "-", "{zone}");
        assert_eq!(said(&findings), Vec::<String>::new(), "{zone}");
    };
    check("Z", "2024-04-15 14:03");
    check("UTC", "2024-04-15 14:03");
    check("CEST", "2024-04-15 12:03");
    check("PT", "2024-04-15 21:03");
    check("Europe/Berlin", "2024-04-15 12:03");
    check("+02:00", "2024-04-15 12:03");
}

#[test]
fn a_letter_that_is_no_zone_is_left_alone() {
    let text = "# Incident 2024-04-15\n\n**Plan Z:** wait\n\n## Timeline Z\n\n- 14:03 alert fired\n\
                - 14:10 Plan Z– begun\n- 14:42 calm\n";
    let (read, findings) = one(text, "x.md", Tz::America__New_York);
    assert_eq!(utc(read.timeline[0].at_ms), "2024-04-15 18:03");
    assert_eq!(said(&findings), Vec::<String>::new());
}

#[test]
fn nothing_panics_and_time_is_linear() {
    let pieces = [
        "- Detected: 2024-04-15 12:32\n",
        "| 14:03 | x |\n",
        "**",
        "2024-",
        "`",
        "[",
        "<a ",
        "Time to ",
        "14:03 – ",
        "# Incident on 2024-01-01\n",
        "> ",
        "\u{202e}é漢\u{0}",
        "1h 2m ",
        "- ",
        "|---|---|\n",
        "Start: 1:00 | ",
        "alert fired incident ",
        "\"",
        "(",
        "~",
        "12.04.",
        "## Timeline Z\n",
        "**Plan Z:** ",
        "Z– ",
        "(Z) ",
        "times in ET",
    ];
    for piece in pieces {
        let text = piece.repeat(60_000);
        let started = Instant::now();
        parse(&text, "x.md", Tz::UTC);
        assert!(started.elapsed().as_secs() < 20, "{piece}");
    }
    let mut state = 7_u64;
    for _ in 0..3000 {
        let mut text = String::new();
        for _ in 0..24 {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            text.push_str(pieces[(state >> 33) as usize % pieces.len()]);
        }
        parse(&text, &text, Tz::America__New_York);
    }
}

/// The reports of the shared corpus, where it is at hand.
mod corpus {
    use super::*;

    fn sample() -> Option<String> {
        #[expect(clippy::disallowed_methods, reason = "tests find the shared folder themselves")]
        let folder = std::env::var_os("RUNLEDGER_SHARED")?;
        let path = std::path::Path::new(&folder)
            .join("corpus/bookstore/incident/sample-postmortem-2026-04-15.md");
        std::fs::read_to_string(path).ok()
    }

    #[test]
    fn the_bookstores_sample_is_read_whole() {
        let Some(text) = sample() else {
            println!("skipped: RUNLEDGER_SHARED is not set");
            return;
        };
        let (read, findings) = one(&text, "sample-postmortem-2026-04-15.md", Tz::America__New_York);
        assert_eq!(read.timeline.len(), 36);
        assert_eq!(
            times(&read),
            ["-", "2026-04-15 14:03", "2026-04-15 14:04", "-", "2026-04-15 14:42"]
        );
        assert_eq!(read.label.as_deref(), Some("INC-2026-04-15-001"));
        assert_eq!(read.severity.as_deref(), Some("P0"));
        assert_eq!(read.services, ["payments-gateway", "checkout-orchestrator", "storefront"]);
        assert_eq!(read.action_items, 8);
        assert_eq!(said(&findings), Vec::<String>::new());
        assert!(read.timeline.iter().all(|row| row.at_ms.is_some()));
        for kind in [
            SectionKind::Summary,
            SectionKind::Impact,
            SectionKind::RootCause,
            SectionKind::Contributing,
            SectionKind::WentWell,
            SectionKind::WentWrong,
            SectionKind::Lessons,
        ] {
            assert!(!section(&read, kind).is_empty(), "{kind:?}");
        }
    }
}
