//! `[[report]]`: which reports are made on a schedule, when, and where they go.

use chrono_tz::Tz;
use toml::de::DeTable;

use super::file::{Reader, Value};
use super::values::{filled, timezone, unknown_word};
use crate::domain::report::{Kind, Schedule};
use crate::text::nearest;

/// The keys of a report.
const KEYS: [&str; 6] = ["name", "kind", "when", "timezone", "owner", "to"];

/// The longest name.
const LONGEST: usize = 40;

/// A report that is made on a schedule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlannedReport {
    /// What it is called in addresses and commands.
    pub name: String,
    /// What it is about.
    pub kind: Kind,
    /// When it is made.
    pub schedule: Schedule,
    /// Only what this owner has.
    pub owner: Option<String>,
    /// The destinations it is sent to; kept and shown in any case.
    pub to: Vec<String>,
}

/// Reads all reports; a report without a zone of its own is made by the clocks of `zone`.
pub(super) fn read(
    reader: &mut Reader<'_>,
    value: &Value<'_>,
    zone: Tz,
    destinations: &[&str],
) -> Vec<PlannedReport> {
    let Some(array) = value.get_ref().as_array() else {
        reader.expected(value, "a table for each report, like [[report]]");
        return Vec::new();
    };
    let mut reports: Vec<PlannedReport> = Vec::new();
    for item in array.iter() {
        let Some(table) = item.get_ref().as_table() else {
            reader.expected(item, "a table, like [[report]]");
            continue;
        };
        let Some(report) = one(reader, item, table, zone, destinations) else { continue };
        if reports.iter().any(|other| other.name == report.name) {
            let message = format!("a report is called `{}` already: give it a name", report.name);
            reader.complain(&table.get("name").unwrap_or(item).span(), message);
            continue;
        }
        reports.push(report);
    }
    reports
}

fn one(
    reader: &mut Reader<'_>,
    item: &Value<'_>,
    table: &DeTable<'_>,
    zone: Tz,
    destinations: &[&str],
) -> Option<PlannedReport> {
    let (mut named, mut owner, mut to) = (None, None, Vec::new());
    let (mut kind, mut when, mut zone) = (None, None, zone);
    for (key, value) in table {
        match key.get_ref().as_ref() {
            "name" => named = reader.checked(value, name),
            "kind" => kind = reader.checked(value, kind_of),
            "when" => when = Some(value),
            "timezone" => reader.set(&mut zone, value, |r, v| r.checked(v, timezone)),
            "owner" => owner = reader.checked(value, filled),
            "to" => to = receivers(reader, value, destinations),
            unknown => reader.complain(&key.span(), unknown_word("key", unknown, &KEYS)),
        }
    }
    for key in ["kind", "when"] {
        if table.get(key).is_none() {
            reader.complain(&item.span(), format!("a report needs `{key}`"));
        }
    }
    let schedule = when.and_then(|value| reader.checked(value, |it| Schedule::parse(it, zone)));
    let (kind, schedule) = kind.zip(schedule)?;
    let name = named.unwrap_or_else(|| kind.as_str().to_owned());
    if Kind::parse(&name).is_some_and(|other| other != kind) {
        let message =
            format!("`{name}` is the name of another kind of report than {}", kind.as_str());
        reader.complain(&table.get("name").unwrap_or(item).span(), message);
        return None;
    }
    Some(PlannedReport { name, kind, schedule, owner, to })
}

fn receivers(reader: &mut Reader<'_>, value: &Value<'_>, destinations: &[&str]) -> Vec<String> {
    let mut to: Vec<String> = Vec::new();
    for placed in reader.texts(value).unwrap_or_default() {
        if !destinations.contains(&placed.value.as_str()) {
            let near = nearest(&placed.value, destinations.iter().copied());
            let hint = near.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
            let message = format!("there is no [destinations.{}]{hint}", placed.value);
            reader.complain_of(placed.problem(message));
        } else if !to.contains(&placed.value) {
            to.push(placed.value);
        }
    }
    to
}

fn kind_of(word: &str) -> Result<Kind, String> {
    let words = Kind::ALL.map(Kind::as_str);
    Kind::parse(word).ok_or_else(|| unknown_word("kind of report", word, &words))
}

/// A name that can stand in an address and be the name of a file.
fn name(text: &str) -> Result<String, String> {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    let fits = !text.is_empty() && text.len() <= LONGEST && text.chars().all(plain);
    if fits && !text.starts_with('-') {
        return Ok(text.to_owned());
    }
    Err(format!("`{text}` is no name of small letters, digits and hyphens, at most {LONGEST}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::file::parse;

    fn read(text: &str) -> Result<Vec<PlannedReport>, String> {
        let problem = |problems: Vec<super::super::Problem>| {
            let told =
                problems.iter().map(|it| format!("{}:{} {}", it.line, it.column, it.message));
            told.collect::<Vec<_>>().join("\n")
        };
        parse(text).map(|settings| settings.reports).map_err(problem)
    }

    #[test]
    fn a_report_says_what_when_and_to_whom() {
        let text = "timezone = \"Europe/Berlin\"\n\
                    [[report]]\nkind = \"stale\"\nwhen = \"0 8 * * 1\"\n\
                    [[report]]\nname = \"payments-actions\"\nkind = \"actions\"\nwhen = \"0 9 1 * *\"\n\
                    timezone = \"Asia/Tokyo\"\nowner = \"payments\"\n";
        let reports = read(text).expect("two reports");
        let told: Vec<_> = reports.iter().map(|it| (it.name.as_str(), it.kind)).collect();
        assert_eq!(told, [("stale", Kind::Stale), ("payments-actions", Kind::Actions)]);
        assert_eq!(reports[0].schedule.to_string(), "0 8 * * 1 Europe/Berlin");
        assert_eq!(reports[1].schedule.to_string(), "0 9 1 * * Asia/Tokyo");
        assert_eq!(reports[1].owner.as_deref(), Some("payments"));
    }

    #[test]
    fn what_is_wrong_is_told_with_its_place() {
        let check = |lines: &str, expected: &str| {
            let error = read(&format!("[[report]]\n{lines}\n")).expect_err(lines);
            assert!(error.contains(expected), "{lines}: {error}");
        };
        let rest = "kind = \"stale\"\nwhen = \"0 8 * * 1\"";
        check("when = \"0 8 * * 1\"", "1:1 a report needs `kind`");
        check("kind = \"stale\"", "1:1 a report needs `when`");
        check("kind = \"stole\"\nwhen = \"0 8 * * 1\"", "2:8 unknown kind of report `stole`");
        check("kind = \"stale\"\nwhen = \"0 8 31 2 *\"", "3:8 no moment fits `0 8 31 2 *`");
        check("kind = \"stale\"\nwhen = \"mondays\"", "3:8 `mondays` is no cron pattern");
        check(&format!("{rest}\ntimezone = \"Mars/Base\""), "4:12 ");
        check(&format!("{rest}\nname = \"Weekly report\""), "4:8 `Weekly report` is no name");
        check(&format!("{rest}\nname = \"actions\""), "4:8 `actions` is the name of another");
        check(&format!("{rest}\nto = [\"chat\"]"), "4:7 there is no [destinations.chat]");
        check(&format!("{rest}\nat = 1"), "4:1 unknown key `at`");
        check(&format!("{rest}\n[[report]]\n{rest}"), "4:1 a report is called `stale` already");
        let error = read("report = \"weekly\"\n").expect_err("no table");
        assert!(error.contains("1:10 expected a table for each report"), "{error}");
    }
}
