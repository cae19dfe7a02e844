//! The calendar to subscribe to, read by another crate than the one that writes it.

use calcard::icalendar::{
    ICalendar, ICalendarComponent, ICalendarComponentType, ICalendarProperty, ICalendarValue, Uri,
};
use calcard::{Entry, Parser};

use super::{Answer, get, get_with, lab};
use crate::support::{Lab, Server};

const LABEL: &str = "INC-2026-06-01-001";

/// What a calendar program makes of an event.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Day {
    /// `2026-06-01`, and that the event ends with it.
    day: String,
    summary: String,
    description: String,
    url: String,
    uid: String,
    category: String,
}

/// The whole calendar; nothing in it is left over, and no line is too long.
#[track_caller]
fn read(answer: &Answer) -> ICalendar {
    assert_eq!(answer.status, 200, "{}", answer.body);
    assert_eq!(answer.header("content-type"), "text/calendar; charset=utf-8");
    for line in answer.body.split_terminator("\r\n") {
        assert!(line.len() <= 75 && !line.contains(char::is_control), "{line:?}");
    }
    let mut parser = Parser::new(&answer.body);
    let calendar = match parser.entry() {
        Entry::ICalendar(calendar) => calendar,
        other => panic!("{other:?} in {}", answer.body),
    };
    // The reader forgives what it does not know: nothing of that is here.
    for component in &calendar.components {
        use ICalendarComponentType::{VCalendar, VEvent};
        assert!(matches!(component.component_type, VCalendar | VEvent), "{component:?}");
        let mut other = component.entries.iter().filter(|entry| match &entry.name {
            ICalendarProperty::Other(name) => !name.starts_with("X-"),
            _ => false,
        });
        assert_eq!(other.next(), None);
    }
    assert_eq!(parser.entry(), Entry::Eof, "{}", answer.body);
    calendar
}

fn text(component: &ICalendarComponent, name: &ICalendarProperty) -> String {
    let entry = component.entries.iter().find(|entry| entry.name == *name);
    let entry = entry.unwrap_or_else(|| panic!("no {name:?} in {component:?}"));
    match entry.values.as_slice() {
        [ICalendarValue::Text(text)] => text.clone(),
        [ICalendarValue::Uri(Uri::Location(address))] => address.clone(),
        [ICalendarValue::PartialDateTime(at)] => {
            let number = |part: Option<u8>| part.map_or_else(String::new, |it| format!("-{it:02}"));
            format!("{}{}{}", at.year.expect("a year"), number(at.month), number(at.day))
        }
        values => panic!("{name:?} is {values:?}"),
    }
}

/// The events of a calendar, in its order.
#[track_caller]
fn days(answer: &Answer) -> Vec<Day> {
    let calendar = read(answer);
    let events = calendar.components.iter();
    let events = events.filter(|it| it.component_type == ICalendarComponentType::VEvent);
    let day = |event: &ICalendarComponent| {
        let text = |name| text(event, &name);
        let first = text(ICalendarProperty::Dtstart);
        let day = |text: &str| text.parse::<chrono::NaiveDate>().expect("a day");
        assert!(day(&first) < day(&text(ICalendarProperty::Dtend)), "{event:?}");
        let clear = event.entries.iter().any(|entry| entry.name == ICalendarProperty::Transp);
        assert!(clear, "{event:?}");
        Day {
            day: first,
            summary: text(ICalendarProperty::Summary),
            description: text(ICalendarProperty::Description),
            url: text(ICalendarProperty::Url),
            uid: text(ICalendarProperty::Uid),
            category: text(ICalendarProperty::Categories),
        }
    };
    events.map(day).collect()
}

/// Day and summary of every event.
#[track_caller]
fn told(server: &Server, path: &str) -> Vec<String> {
    let days = days(&get(server, path));
    days.iter().map(|it| format!("{} {}", it.day, it.summary)).collect()
}

/// The name of the calendar.
fn name(answer: &Answer) -> String {
    let calendar = read(answer);
    let named = ICalendarProperty::Other("X-WR-CALNAME".to_owned());
    text(&calendar.components[0], &named)
}

/// The workspace of other tests with an incident, and an action item of Bo's.
fn with_actions() -> Lab {
    let lab = lab();
    lab.run(&["incident", "open", "down", "--severity", "P3"]).ok();
    let add = ["action", "add", LABEL, "pin the chart", "--owner", "Bo", "--due", "2026-06-10"];
    let link = ["--link", "https://tracker.example.org/1?a=b;c,d"];
    lab.run(&[&add[..], &link].concat()).ok();
    lab
}

#[test]
fn action_items_and_drills_stand_on_their_days() {
    let lab = with_actions();
    let server = lab.serve(&[]);
    let found = days(&get(&server, "/calendar.ics"));
    let host = &server.url;
    // The first of June is a Monday. Nobody ever tried `disk`, which claims no time. The rollback
    // worked on 20 May and may be 90 days old, which it is on 18 August.
    let expected = [
        ("2026-06-02", "Drill, 30 minutes: Disk full", "/runbooks/disk", "DRILL"),
        ("2026-06-10", "pin the chart (Bo)", "/actions#A-", "ACTION"),
        (
            "2026-08-18",
            "Exercise Roll a release back by today (platform)",
            "/runbooks/rollback/helm",
            "EXERCISE",
        ),
    ];
    assert_eq!(found.len(), expected.len(), "{found:?}");
    for (found, (day, summary, address, category)) in found.iter().zip(expected) {
        assert_eq!((found.day.as_str(), found.summary.as_str()), (day, summary));
        assert!(found.url.starts_with(&format!("{host}{address}")), "{found:?}");
        assert!(found.description.ends_with(&format!("\n{}", found.url)), "{found:?}");
        assert_eq!(found.category, category);
    }
    let drill = "30 minutes: it claims no time.\nWhy: never exercised.\nTo try: step 1.\nNobody owns \
                 it.\n";
    assert!(found[0].description.starts_with(drill), "{:?}", found[0].description);
    let action = format!(
        "Action item {LABEL}/1, priority medium, kind prevent.\nOwner: Bo\nTracked at \
         https://tracker.example.org/1?a=b;c,d\n"
    );
    assert!(found[1].description.starts_with(&action), "{:?}", found[1].description);
    let kept = "The last day on which an exercise keeps it fresh: it may be 90 days old.\nIt last \
                worked on 2026-05-20.\nOwner: platform\n";
    assert!(found[2].description.starts_with(kept), "{:?}", found[2].description);
    // The action item's place is on the page.
    let (page, place) = found[1].url.split_once('#').expect("a place");
    let page = get(&server, page.strip_prefix(host.as_str()).expect("ours"));
    page.says(200, &format!("id=\"{place}\"")).says(200, "href=\"/calendar.ics\"");
    get(&server, "/actions?owner=Bo").says(200, "href=\"/calendar.ics?owner=Bo\"");
    get(&server, "/stale").says(200, "href=\"/calendar.ics\"");

    // What is done is gone, what is exercised moves, and both keep what they are called.
    lab.run(&["action", "done", &format!("{LABEL}/1")]).ok();
    lab.run(&["worked", "disk", "--step", "1"]).ok();
    lab.run(&["worked", "rollback/helm", "--step", "2a"]).ok();
    let after = days(&get(&server, "/calendar.ics"));
    // Ninety days after the first of June.
    let moved: Vec<_> = after.iter().map(|it| (it.day.as_str(), it.summary.as_str())).collect();
    assert_eq!(moved.len(), 2, "{moved:?}");
    assert!(moved.contains(&("2026-08-30", "Exercise Disk full by today")), "{moved:?}");
    assert!(moved.contains(&("2026-08-30", expected[2].1)), "{moved:?}");
    assert!(after.iter().any(|it| it.uid == found[2].uid), "{after:?}");
}

#[test]
fn one_owner_has_a_calendar_of_their_own() {
    let lab = with_actions();
    let server = lab.serve(&[]);
    assert_eq!(told(&server, "/calendar.ics?owner=bo"), ["2026-06-10 pin the chart (Bo)"]);
    let rollback = ["2026-08-18 Exercise Roll a release back by today (platform)"];
    assert_eq!(told(&server, "/calendar.ics?owner=platform"), rollback);
    let nobody = get(&server, "/calendar.ics?owner=a%2Cb%3Bc%0D%0AEND%3AVCALENDAR");
    assert_eq!(days(&nobody), []);
    assert_eq!(
        name(&nobody),
        "Runbook drills and action items of a,b;c END:VCALENDAR",
        "a name is no line of its own"
    );
    assert_eq!(name(&get(&server, "/calendar.ics?owner=%20")), "Runbook drills and action items");
    assert_eq!(days(&get(&Lab::new().serve(&[]), "/calendar.ics")), []);
}

#[test]
fn drills_stand_on_the_business_day_after_the_last_report_until_they_are_held() {
    let lab = lab().at("2026-05-29T12:00:00Z");
    let drill = "Drill, 30 minutes: Disk full";
    let first = |server: &Server| told(server, "/calendar.ics")[0].clone();
    // Without a report it is as if there had been one on Monday, the 25th.
    assert_eq!(first(&lab.serve(&[])), format!("2026-05-26 {drill}"));
    let holiday = "[support_hours]\nholidays = [\"2026-05-26\"]\n";
    lab.write("runledger.toml", &format!("{holiday}[destinations.kept]\nfolder = \"kept\"\n"));
    assert_eq!(first(&lab.serve(&[])), format!("2026-05-27 {drill}"));
    // It was not held on Wednesday, so it goes on until today, a Friday.
    let calendar = get(&lab.serve(&[]), "/calendar.ics").body;
    let event = calendar.split("BEGIN:VEVENT").find(|it| it.contains("DRILL")).expect("a drill");
    assert!(event.contains("DTSTART;VALUE=DATE:20260527"), "{event}");
    assert!(event.contains("DTEND;VALUE=DATE:20260530"), "{event}");
    // Monday's rollback was due, which had its own day; on Wednesday it is stale.
    let server = lab.serve(&["--as-of", "2026-08-19"]);
    let mut on_that_day = told(&server, "/calendar.ics");
    on_that_day.sort();
    // It claims 3 minutes at most, and ten stand beside it.
    let rollback = "2026-08-20 Drill, 13 minutes: Roll a release back (platform)";
    assert_eq!(on_that_day, [format!("2026-08-18 {drill}"), rollback.to_owned()]);
    let server = lab.serve(&["--as-of", "2026-08-18"]);
    let due = "2026-08-18 Exercise Roll a release back by today (platform)";
    let mut on_that_day = told(&server, "/calendar.ics");
    on_that_day.sort();
    assert_eq!(on_that_day, [format!("2026-08-18 {drill}"), due.to_owned()]);
    // What a report proposed stays on its day when the week is over, until it is held.
    lab.run(&["report", "stale", "--send", "kept"]).ok();
    let later = lab.serve(&["--as-of", "2026-06-10"]);
    assert_eq!(first(&later), format!("2026-06-01 {drill}"), "Friday's report, and no other since");
    let mut command = lab.command(&["worked", "disk", "--step", "1", "--kind", "drill"]);
    command.env("RUNLEDGER_NOW", "2026-06-02T12:00:00Z").output().expect("the program runs");
    let held = told(&lab.serve_at("2026-06-10T12:00:00Z", "127.0.0.1:0", &[]), "/calendar.ics");
    assert!(!held.iter().any(|it| it.contains("Drill")), "{held:?}");
}

#[test]
fn words_that_look_like_a_calendar_stay_words() {
    let lab = with_actions();
    let title = "A, b; c\\n \u{1f525}\u{202e} BEGIN:VEVENT: \"q\" 'ü'";
    let long = "🔥é".repeat(60);
    lab.write(
        "runbooks/a, b;c.md",
        &format!("---\nowner: \"x; y\\r\\nEND:VEVENT\"\n---\n# {title} {long}\n\n## Step 1 — Mitigate\n\nx\n"),
    );
    let words = "end it\tEND:VEVENT, then; \\, \\n BEGIN:VALARM \u{1f525}";
    lab.run(&["action", "add", LABEL, words, "--due", "2026-06-11"]).ok();
    let server = lab.serve(&[]);
    let found = days(&get(&server, "/calendar.ics"));
    let summaries: Vec<&str> = found.iter().map(|it| it.summary.as_str()).collect();
    let drill = "Drill, 30 minutes: A, b; c\\n \u{1f525}\\u{202e} BEGIN:VEVENT: \"q\" 'ü' 🔥é🔥é";
    assert!(summaries.iter().any(|it| it.starts_with(drill)), "{summaries:?}");
    let action = "end it END:VEVENT, then; \\, \\n BEGIN:VALARM \u{1f525}";
    assert!(summaries.contains(&action), "{summaries:?}");
    let drill = found.iter().find(|it| it.summary.starts_with(drill)).expect("the drill");
    assert_eq!(drill.url, format!("{}/runbooks/a%2C%20b%3Bc", server.url));
    assert_eq!(found.len(), 5, "{summaries:?}");
}

#[test]
fn the_same_ledger_and_day_give_the_same_bytes_and_are_sent_once() {
    let lab = with_actions();
    lab.write("runbooks/b.md", "# B\n\n## Step 1 — Mitigate\n\nx\n");
    let server = lab.serve(&[]);
    let listen = server.url.trim_start_matches("http://").to_owned();
    let first = get(&server, "/calendar.ics");
    let tag = first.header("etag").to_owned();
    assert!(tag.len() > 2 && first.header("cache-control") == "no-cache", "{}", first.head);
    for known in [tag.clone(), format!("W/{tag}"), format!("\"x\", {tag}")] {
        let again = get_with(&server, "/calendar.ics", &format!("if-none-match: {known}\r\n"));
        assert_eq!((again.status, again.body.as_str()), (304, ""));
    }
    server.stop();
    // An hour later on the same day, by another process.
    let server = lab.serve_at("2026-06-01T13:00:00Z", &listen, &[]);
    assert_eq!(get(&server, "/calendar.ics").body, first.body);
    // It was stamped when its newest entry was recorded.
    assert!(first.body.contains("\r\nDTSTAMP:20260601T120000Z\r\n"), "{}", first.body);
    let mut note = lab.command(&["note", "disk#1", "mind the inodes"]);
    assert!(
        note.env("RUNLEDGER_NOW", "2026-06-01T13:00:00Z")
            .output()
            .expect("it runs")
            .status
            .success()
    );
    let tagged = get_with(&server, "/calendar.ics", &format!("if-none-match: {tag}\r\n"));
    assert_eq!(tagged.status, 200, "an entry was added, and it is stamped anew");
    drop(server);
    // Where others reach it by another name, the links say that one.
    lab.write("runledger.toml", "public_url = \"https://runbooks.example.org/\"\n");
    let public = days(&get(&lab.serve(&[]), "/calendar.ics"));
    assert!(public.iter().all(|it| it.url.starts_with("https://runbooks.example.org/")));
    let shown = lab.serve(&["--as-of", "2026-05-31"]);
    let before = told(&shown, "/calendar.ics");
    assert!(!before.iter().any(|it| it.contains("pin the chart")), "it was not opened yet");
}
