//! Calendars as iCalendar (RFC 5545): lines of at most 75 octets that end with CR and LF, and text
//! that cannot become a line of its own, whatever it holds.

use chrono::{Days, Duration};
use icalendar::{Calendar, Component as _, Event, EventLike as _, Property};

use super::shown;
use crate::text::truncate_to_width;
use crate::views::calendar::{CalendarEvent, CalendarFeed};

/// How often those who subscribed should ask again.
const REFRESH: Duration = Duration::hours(1);

/// The widest line of text, in columns: a title may be as long as a file.
const WIDEST: usize = 300;

/// The calendar as text; `site` is the address of this site, without a slash at its end. The same
/// calendar gives the same bytes.
pub fn icalendar(feed: &CalendarFeed, site: &str) -> String {
    let mut calendar = Calendar::empty();
    calendar.append_property(("VERSION", "2.0"));
    let program = concat!("-//runledger//runledger ", env!("CARGO_PKG_VERSION"), "//EN");
    calendar.append_property(("PRODID", program));
    calendar.append_property(("CALSCALE", "GREGORIAN"));
    calendar.append_property(("METHOD", "PUBLISH"));
    calendar.append_property(Property::new("X-WR-CALNAME", line(&feed.name)));
    calendar.ttl(&REFRESH);
    for event in &feed.events {
        calendar.push(written(event, feed, site));
    }
    calendar.to_string()
}

fn written(event: &CalendarEvent, feed: &CalendarFeed, site: &str) -> Event {
    let address = format!("{site}{}", event.address);
    // Many calendars do not show the address, so it stands among the words, too.
    let lines = event.lines.iter().map(|it| line(it)).chain([address.clone()]);
    let lines: Vec<String> = lines.filter(|it| !it.is_empty()).collect();
    let mut written = Event::new();
    written
        .uid(&event.uid)
        .timestamp(feed.stamp)
        .starts(event.day)
        // A day of a calendar ends where the next one begins.
        .ends(event.last.checked_add_days(Days::new(1)).unwrap_or(event.last))
        .summary(&line(&event.summary))
        .description(&lines.join("\n"))
        .url(&address)
        // Nobody is away because of it.
        .add_property("TRANSP", "TRANSPARENT")
        .add_property("CATEGORIES", event.category);
    written.done()
}

/// A text as one line, without what no calendar can show.
fn line(text: &str) -> String {
    let words = shown(text).split_whitespace().collect::<Vec<_>>().join(" ");
    truncate_to_width(&words, WIDEST)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn feed(summary: &str) -> CalendarFeed {
        let day = "2026-12-31".parse().expect("a day");
        let event = CalendarEvent {
            uid: "one@runledger".into(),
            day,
            last: day,
            summary: summary.into(),
            lines: vec![summary.into(), String::new(), "Owner: ana".into()],
            address: "/runbooks/a%20b".into(),
            category: "DRILL",
        };
        let stamp = day.and_hms_opt(1, 2, 3).expect("a time").and_utc();
        CalendarFeed { name: format!("Of {summary}"), stamp, events: vec![event] }
    }

    #[test]
    fn a_day_is_written_as_it_is_meant() {
        let text = icalendar(&feed("Exercise Roll back"), "http://127.0.0.1:7311");
        let program = format!("PRODID:-//runledger//runledger {}//EN", env!("CARGO_PKG_VERSION"));
        let expected = [
            "BEGIN:VCALENDAR",
            "VERSION:2.0",
            &program,
            "CALSCALE:GREGORIAN",
            "METHOD:PUBLISH",
            "X-WR-CALNAME:Of Exercise Roll back",
            "REFRESH-INTERVAL;VALUE=DURATION:PT3600S",
            "X-PUBLISHED-TTL:PT3600S",
            "BEGIN:VEVENT",
            "CATEGORIES:DRILL",
            "DESCRIPTION:Exercise Roll back\\nOwner: ana\\nhttp://127.0.0.1:7311/runbooks/",
            " a%20b",
            "DTEND;VALUE=DATE:20270101",
            "DTSTAMP:20261231T010203Z",
            "DTSTART;VALUE=DATE:20261231",
            "SUMMARY:Exercise Roll back",
            "TRANSP:TRANSPARENT",
            "UID:one@runledger",
            "URL:http://127.0.0.1:7311/runbooks/a%20b",
            "END:VEVENT",
            "END:VCALENDAR",
            "",
        ];
        assert_eq!(text.split("\r\n").collect::<Vec<_>>(), expected);
    }

    #[test]
    fn no_text_becomes_a_line_or_a_property_of_its_own() {
        let hostile =
            "a,b;c\\n\r\nEND:VEVENT\r\nBEGIN:VEVENT\rX:\u{85}\u{2028}Y\u{0}\u{7}\u{202e}z";
        let text = icalendar(&feed(hostile), "http://localhost");
        assert_eq!(text.matches("\r\nBEGIN:VEVENT\r\n").count(), 1, "{text}");
        assert_eq!(text.replace("\r\n", "").matches(char::is_control).count(), 0, "{text}");
        let told = "SUMMARY:a\\,b\\;c\\\\n END:VEVENT BEGIN:VEVENT X: Y\\\\u{202e}z\r\n";
        assert!(text.contains(told), "{text}");
    }

    #[test]
    fn lines_are_at_most_75_octets_and_no_letter_is_cut() {
        for letter in ["é", "🔥", "a", "👩‍🚒", "\u{3000}x", "  b"] {
            for before in 0..8 {
                let text =
                    icalendar(&feed(&("x".repeat(before) + &letter.repeat(200))), "http://a");
                let mut long = text.split("\r\n").filter(|line| line.len() > 75);
                assert_eq!(long.next(), None);
                let unfolded = text.replace("\r\n ", "");
                assert!(!unfolded.contains('\u{fffd}'));
                let words = ("x".repeat(before) + &letter.repeat(200)).trim_start().to_owned();
                let words = line(&words);
                assert!(unfolded.contains(&format!("\r\nSUMMARY:{words}\r\n")), "{unfolded}");
            }
        }
    }
}
