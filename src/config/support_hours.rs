//! `[support_hours]`: when somebody is there to answer.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use chrono_tz::Tz;

use super::file::{Reader, Value};
use super::values::{timezone, unknown_word};
use crate::domain::support_hours::{Hours, SupportHours};

/// The keys of the table. A day's own key counts before `weekdays` and `weekend`.
const KEYS: [&str; 11] = [
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
    "weekdays",
    "weekend",
    "holidays",
    "timezone",
];

/// What the table says; what it does not say is Monday to Friday from 9 to 17.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Table {
    days: [Option<Vec<Hours>>; 7],
    weekdays: Option<Vec<Hours>>,
    weekend: Option<Vec<Hours>>,
    holidays: BTreeSet<NaiveDate>,
    zone: Option<Tz>,
}

impl Table {
    /// The hours in force; `zone` is the workspace's, for a table that names none.
    pub(super) fn hours(self, zone: Tz) -> SupportHours {
        let zone = self.zone.unwrap_or(zone);
        let says_hours = self.weekdays.is_some()
            || self.weekend.is_some()
            || self.days.iter().any(Option::is_some);
        if !says_hours {
            return SupportHours::weekdays(zone, self.holidays);
        }
        let mut nth = 0;
        let week = self.days.map(|own| {
            let group = if nth < 5 { &self.weekdays } else { &self.weekend };
            nth += 1;
            own.or_else(|| group.clone()).unwrap_or_default()
        });
        SupportHours::new(zone, week, self.holidays)
    }
}

/// Reads the table.
pub(super) fn read(reader: &mut Reader<'_>, value: &Value<'_>) -> Option<Table> {
    let Some(table) = value.get_ref().as_table() else {
        reader.expected(value, "a table, like [support_hours]");
        return None;
    };
    let mut to = Table::default();
    for (key, value) in table {
        let name = key.get_ref().as_ref();
        match KEYS.iter().position(|known| *known == name) {
            Some(day @ 0..7) => to.days[day] = parts(reader, value),
            Some(7) => to.weekdays = parts(reader, value),
            Some(8) => to.weekend = parts(reader, value),
            Some(9) => to.holidays = holidays(reader, value).unwrap_or_default(),
            Some(_) => to.zone = reader.checked(value, timezone),
            None => reader.complain(&key.span(), unknown_word("key", name, &KEYS)),
        }
    }
    Some(to)
}

/// `"09:00-17:00"`, or a list of such parts; an empty list is a day without hours.
fn parts(reader: &mut Reader<'_>, value: &Value<'_>) -> Option<Vec<Hours>> {
    if value.get_ref().as_array().is_none() {
        return reader.checked(value, part).map(|part| vec![part]);
    }
    let mut parts = Vec::new();
    for text in reader.texts(value)? {
        match part(&text.value) {
            Ok(hours) => parts.push(hours),
            Err(message) => reader.complain_of(text.problem(message)),
        }
    }
    Some(parts)
}

fn part(text: &str) -> Result<Hours, String> {
    let minute = |text: &str| {
        let (hours, minutes) = text.trim().split_once(':')?;
        let (hours, minutes): (u16, u16) = (hours.parse().ok()?, minutes.parse().ok()?);
        (minutes < 60 && hours <= 24).then_some(hours * 60 + minutes)
    };
    let ends = text.split_once(['-', '–']);
    ends.and_then(|(start, end)| Hours::new(minute(start)?, minute(end)?)).ok_or_else(|| {
        format!(
            "`{text}` is no part of a day like \"09:00-17:00\"; one that goes past midnight is \
             two, the second on the day after"
        )
    })
}

fn holidays(reader: &mut Reader<'_>, value: &Value<'_>) -> Option<BTreeSet<NaiveDate>> {
    let mut holidays = BTreeSet::new();
    for text in reader.texts(value)? {
        match text.value.parse() {
            Ok(day) => {
                holidays.insert(day);
            }
            Err(_) => {
                let message = format!("`{}` is no day like \"2026-12-25\"", text.value);
                reader.complain_of(text.problem(message));
            }
        }
    }
    Some(holidays)
}

#[cfg(test)]
mod tests {
    use chrono_tz::Europe::{Berlin, Lisbon};

    use super::super::file::parse;
    use super::*;

    fn hours(text: &str) -> Result<SupportHours, String> {
        let told = |problems: Vec<super::super::Problem>| {
            problems.iter().map(|it| format!("{}:{}", it.line, it.message)).collect::<Vec<_>>()
        };
        let read = parse(text).map_err(|problems| told(problems).join("\n"))?;
        Ok(read.support_hours.hours(read.timezone))
    }

    #[test]
    fn the_default_is_office_hours_in_the_workspace_s_zone() {
        let expected = SupportHours::weekdays(Lisbon, BTreeSet::new());
        assert_eq!(hours("timezone = 'Europe/Lisbon'"), Ok(expected));
        let christmas: NaiveDate = "2026-12-25".parse().unwrap();
        let text = "[support_hours]\nholidays = ['2026-12-25']\ntimezone = 'Europe/Berlin'\n";
        assert_eq!(hours(text), Ok(SupportHours::weekdays(Berlin, BTreeSet::from([christmas]))));
    }

    #[test]
    fn each_day_can_have_hours_of_its_own() {
        let text = "[support_hours]\nweekdays = ['08:00-12:00', '13:00-18:30']\n\
                    friday = '08:00-24:00'\nsunday = '20:00-24:00'\nwednesday = []\n";
        let part = |start: u16, end: u16| Hours::new(start * 60, end * 60).unwrap();
        let usual = vec![part(8, 12), Hours::new(13 * 60, 18 * 60 + 30).unwrap()];
        let week = [
            usual.clone(),
            usual.clone(),
            vec![],
            usual,
            vec![part(8, 24)],
            vec![],
            vec![part(20, 24)],
        ];
        assert_eq!(hours(text), Ok(SupportHours::new(Tz::UTC, week, BTreeSet::new())));
    }

    #[test]
    fn what_is_wrong_is_told_with_its_place() {
        let check = |line: &str, expected: &str| {
            let error = hours(&format!("[support_hours]\n{line}\n")).unwrap_err();
            assert!(error.starts_with(&format!("2:{expected}")), "{error}");
        };
        check("mondays = '9-5'", "unknown key `mondays`; did you mean `monday`?");
        check("monday = '9-5'", "`9-5` is no part of a day like \"09:00-17:00\"");
        check("monday = '22:00-06:00'", "`22:00-06:00` is no part of a day");
        check("monday = ['09:00-25:00']", "`09:00-25:00` is no part of a day");
        check("monday = 9", "expected a text in quotes");
        check("holidays = ['25.12.2026']", "`25.12.2026` is no day like");
        check("timezone = 'Berlin'", "unknown time zone `Berlin`");
    }
}
