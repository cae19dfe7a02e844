//! Support hours: when somebody is there to answer, and how many minutes of a span that was.

use std::collections::BTreeSet;

use chrono::{
    DateTime, Datelike as _, Days, NaiveDate, NaiveDateTime, NaiveTime, Offset as _, TimeDelta,
    TimeZone as _, Weekday,
};
use chrono_tz::Tz;

use super::entry::Timestamp;
use crate::text::count;

const MINUTE: i64 = 60_000;
const DAY: i64 = 24 * 60 * MINUTE;

/// Part of a day, in minutes after midnight on the clock of the wall; the end is not in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Hours {
    start: u16,
    end: u16,
}

impl Hours {
    /// From one minute of the day to another, at most 1440; `None` where nothing is between them.
    pub const fn new(start: u16, end: u16) -> Option<Self> {
        if start < end && end <= 1440 { Some(Self { start, end }) } else { None }
    }
}

/// Weekly hours in a time zone, less the holidays.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SupportHours {
    zone: Tz,
    /// From Monday; the parts of a day in order, none touching another.
    week: [Vec<Hours>; 7],
    holidays: BTreeSet<NaiveDate>,
}

impl SupportHours {
    /// Hours of each day from Monday. Parts that overlap or touch become one.
    pub fn new(zone: Tz, week: [Vec<Hours>; 7], holidays: BTreeSet<NaiveDate>) -> Self {
        Self { zone, week: week.map(joined), holidays }
    }

    /// Monday to Friday from 9 to 17.
    pub fn weekdays(zone: Tz, holidays: BTreeSet<NaiveDate>) -> Self {
        let day =
            |nth: usize| if nth < 5 { vec![Hours { start: 9 * 60, end: 17 * 60 }] } else { vec![] };
        Self::new(zone, std::array::from_fn(day), holidays)
    }

    /// The hours in words: `Monday to Friday 09:00 to 17:00, Saturday 10:00 to 12:00 in
    /// Europe/Berlin, without 2 holidays`.
    pub fn words(&self) -> String {
        const DAYS: [&str; 7] =
            ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
        let mut groups: Vec<(usize, usize)> = Vec::new();
        for (day, hours) in self.week.iter().enumerate() {
            match groups.last_mut() {
                Some((_, last)) if self.week[*last] == *hours => *last = day,
                _ => groups.push((day, day)),
            }
        }
        let clock = |minute: u16| format!("{:02}:{:02}", minute / 60, minute % 60);
        let part = |hours: &Hours| format!("{} to {}", clock(hours.start), clock(hours.end));
        let said =
            groups.iter().filter(|(day, _)| !self.week[*day].is_empty()).map(|(first, last)| {
                let days = match last - first {
                    0 => DAYS[*first].to_owned(),
                    1 => format!("{} and {}", DAYS[*first], DAYS[*last]),
                    _ => format!("{} to {}", DAYS[*first], DAYS[*last]),
                };
                let parts: Vec<String> = self.week[*first].iter().map(part).collect();
                format!("{days} {}", parts.join(" and "))
            });
        let mut words = said.collect::<Vec<_>>().join(", ");
        if words.is_empty() {
            "at no time".clone_into(&mut words);
        }
        words = format!("{words} in {}", self.zone);
        match self.holidays.len() {
            0 => words,
            many => format!("{words}, without {}", count(many, "holiday", "holidays")),
        }
    }

    /// Whole minutes inside the hours between two moments as they are told, to the minute; 0 where
    /// the second is not after the first.
    ///
    /// An hour that the clocks repeat counts twice if it is in the hours, one that they skip never
    /// was. Days are added up one by one, with no step smaller than a day except where the
    /// clocks change.
    pub fn minutes_between(&self, from: Timestamp, to: Timestamp) -> i64 {
        let (mut at, to) = (from.0 - from.0.rem_euclid(MINUTE), to.0 - to.0.rem_euclid(MINUTE));
        let mut sum = 0;
        while at < to {
            let offset = self.offset(at);
            let end = self.same_offset_until(at, (at + DAY).min(to));
            sum += self.on_the_wall(at + offset, end + offset);
            at = end;
        }
        sum / MINUTE
    }

    /// Whether work is done on a day: it has hours and is no holiday. Where every day of the week
    /// has hours, somebody is on call but offices are not open, and Monday to Friday count.
    pub fn is_business_day(&self, day: NaiveDate) -> bool {
        let weekday = day.weekday();
        let works = if self.week.iter().all(|hours| !hours.is_empty()) {
            !matches!(weekday, Weekday::Sat | Weekday::Sun)
        } else {
            !self.hours_of(weekday).is_empty()
        };
        works && !self.holidays.contains(&day)
    }

    fn hours_of(&self, weekday: Weekday) -> &[Hours] {
        &self.week[weekday.num_days_from_monday() as usize]
    }

    /// Milliseconds that the wall is ahead of UTC.
    fn offset(&self, at: i64) -> i64 {
        let at = DateTime::from_timestamp_millis(at).unwrap_or_default().naive_utc();
        i64::from(self.zone.offset_from_utc_datetime(&at).fix().local_minus_utc()) * 1000
    }

    /// How far, within a day, the clocks do not change.
    fn same_offset_until(&self, from: i64, to: i64) -> i64 {
        let offset = self.offset(from);
        if self.offset(to - 1) == offset {
            return to;
        }
        let (mut same, mut other) = (from, to - 1);
        while other - same > 1 {
            let middle = i64::midpoint(same, other);
            if self.offset(middle) == offset { same = middle } else { other = middle }
        }
        other
    }

    /// Milliseconds inside the hours between two readings of the wall's clock, as if it never
    /// changed; at most two days apart.
    fn on_the_wall(&self, from: i64, to: i64) -> i64 {
        let mut sum = 0;
        let mut midnight = from.div_euclid(DAY) * DAY;
        while midnight < to {
            let day = DateTime::from_timestamp_millis(midnight).unwrap_or_default().date_naive();
            if !self.holidays.contains(&day) {
                for hours in self.hours_of(day.weekday()) {
                    let start = midnight + i64::from(hours.start) * MINUTE;
                    let end = midnight + i64::from(hours.end) * MINUTE;
                    sum += (end.min(to) - start.max(from)).max(0);
                }
            }
            midnight += DAY;
        }
        sum
    }
}

fn joined(mut hours: Vec<Hours>) -> Vec<Hours> {
    hours.sort_unstable();
    let mut joined: Vec<Hours> = Vec::new();
    for part in hours {
        match joined.last_mut() {
            Some(last) if part.start <= last.end => last.end = last.end.max(part.end),
            _ => joined.push(part),
        }
    }
    joined
}

/// The day that comes so many business days after a date; the date itself where none are asked
/// for. Five business days after a Wednesday is the next Wednesday, if no holiday is between.
pub fn business_days_after(date: NaiveDate, days: u32, hours: &SupportHours) -> NaiveDate {
    let mut day = date;
    let mut left = days;
    // Longer than a year without a business day is no calendar: then every day counts.
    let mut idle = 0;
    while left > 0 {
        let Some(next) = day.checked_add_days(Days::new(1)) else { return day };
        day = next;
        if hours.is_business_day(day) || idle > 366 {
            left -= 1;
            idle = 0;
        } else {
            idle += 1;
        }
    }
    day
}

/// The last millisecond of a day in a zone: what is due that day is not late before.
pub fn end_of_day(day: NaiveDate, zone: Tz) -> Option<Timestamp> {
    let next = day.checked_add_days(Days::new(1))?.and_time(NaiveTime::MIN);
    first_moment(next, zone).map(|at| Timestamp(at - 1))
}

/// The first moment at or after a reading of the wall's clock; some days have no midnight.
fn first_moment(reading: NaiveDateTime, zone: Tz) -> Option<i64> {
    (0..=26 * 4).find_map(|quarter| {
        let reading = reading.checked_add_signed(TimeDelta::minutes(quarter * 15))?;
        Some(zone.from_local_datetime(&reading).earliest()?.timestamp_millis())
    })
}

#[cfg(test)]
mod tests {
    use chrono_tz::{America, Australia, Europe};

    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn at(text: &str) -> Timestamp {
        Timestamp(DateTime::parse_from_rfc3339(text).unwrap().timestamp_millis())
    }

    fn office(holidays: &[&str]) -> SupportHours {
        let holidays = holidays.iter().map(|text| day(text)).collect();
        SupportHours::weekdays(Europe::Berlin, holidays)
    }

    #[test]
    fn only_minutes_inside_the_hours_count() {
        let check = |from, to, minutes| {
            assert_eq!(office(&["2026-05-14"]).minutes_between(at(from), at(to)), minutes);
        };
        // 2026-05-13 is a Wednesday; the 14th is the holiday.
        check("2026-05-13T10:00:00+02:00", "2026-05-13T10:30:29+02:00", 30);
        check("2026-05-13T08:00:00+02:00", "2026-05-13T18:00:00+02:00", 480);
        check("2026-05-13T16:00:00+02:00", "2026-05-15T09:30:00+02:00", 90);
        check("2026-05-15T17:00:00+02:00", "2026-05-18T09:00:00+02:00", 0);
        check("2026-05-15T16:59:00+02:00", "2026-05-18T09:01:00+02:00", 2);
        check("2026-05-13T11:00:00+02:00", "2026-05-13T10:00:00+02:00", 0);
        check("2025-01-01T00:00:00+01:00", "2026-01-01T00:00:00+01:00", 261 * 480);
    }

    #[test]
    fn hours_are_told_in_words() {
        let check = |hours: &SupportHours, expected: &str| assert_eq!(hours.words(), expected);
        check(&office(&[]), "Monday to Friday 09:00 to 17:00 in Europe/Berlin");
        let part = |start: u16, end: u16| Hours::new(start * 60, end * 60).unwrap();
        let odd = |nth| match nth {
            0 | 1 => vec![part(13, 17), part(8, 12), part(12, 13), part(20, 24)],
            5 => vec![part(9, 12)],
            _ => vec![],
        };
        let christmas = BTreeSet::from([day("2026-12-25")]);
        let odd = SupportHours::new(Tz::UTC, std::array::from_fn(odd), christmas);
        let words = "Monday and Tuesday 08:00 to 17:00 and 20:00 to 24:00, Saturday 09:00 to 12:00 \
                     in UTC, without 1 holiday";
        check(&odd, words);
        let never = SupportHours::new(Tz::UTC, Default::default(), BTreeSet::new());
        check(&never, "at no time in UTC");
    }

    #[test]
    fn business_days_leave_out_weekends_and_holidays() {
        let check = |from, days, hours: &SupportHours, expected| {
            assert_eq!(business_days_after(day(from), days, hours), day(expected), "{from}");
        };
        check("2026-05-13", 0, &office(&[]), "2026-05-13");
        check("2026-05-13", 5, &office(&[]), "2026-05-20");
        check("2026-05-13", 5, &office(&["2026-05-14", "2026-05-16"]), "2026-05-21");
        check("2026-05-15", 1, &office(&[]), "2026-05-18");
        check("2026-05-16", 1, &office(&[]), "2026-05-18");
        let whole = Hours::new(0, 1440).unwrap();
        let always =
            SupportHours::new(Tz::UTC, std::array::from_fn(|_| vec![whole]), BTreeSet::new());
        check("2026-05-15", 1, &always, "2026-05-18");
        let sunday_to_thursday = |nth| if nth < 4 || nth == 6 { vec![whole] } else { vec![] };
        let week =
            SupportHours::new(Tz::UTC, std::array::from_fn(sunday_to_thursday), BTreeSet::new());
        check("2026-05-14", 1, &week, "2026-05-17");
        let never = SupportHours::new(Tz::UTC, Default::default(), BTreeSet::new());
        assert!(business_days_after(day("2026-05-14"), 1, &never) > day("2027-05-14"));
    }

    #[test]
    fn a_day_ends_where_the_next_begins_even_without_a_midnight() {
        let check = |date, zone, end| assert_eq!(end_of_day(day(date), zone), Some(at(end)));
        check("2026-05-13", Europe::Berlin, "2026-05-13T23:59:59.999+02:00");
        check("2026-10-25", Europe::Berlin, "2026-10-25T23:59:59.999+01:00");
        // Santiago goes from midnight to 01:00 on the 6th.
        check("2026-09-05", America::Santiago, "2026-09-05T23:59:59.999-04:00");
    }

    /// A small generator of its own (splitmix64): the same seed tells the same spans everywhere.
    struct Random(u64);

    impl Random {
        fn below(&mut self, end: i64) -> i64 {
            self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            i64::try_from((mixed ^ (mixed >> 31)) % end.unsigned_abs()).unwrap()
        }
    }

    /// Asks every single minute what the wall's clock says.
    fn counted(
        zone: Tz,
        week: &[Vec<Hours>; 7],
        holidays: &BTreeSet<NaiveDate>,
        from: i64,
        to: i64,
    ) -> i64 {
        use chrono::Timelike as _;
        let inside = |at: &i64| {
            let wall = DateTime::from_timestamp_millis(*at).unwrap().with_timezone(&zone);
            let minute = u16::try_from(wall.hour() * 60 + wall.minute()).unwrap();
            let parts = &week[wall.weekday().num_days_from_monday() as usize];
            !holidays.contains(&wall.date_naive())
                && parts.iter().any(|hours| (hours.start..hours.end).contains(&minute))
        };
        let minutes = (from..to).step_by(usize::try_from(MINUTE).unwrap());
        i64::try_from(minutes.filter(inside).count()).unwrap()
    }

    #[test]
    fn minutes_agree_with_counting_them_one_by_one() {
        // Changes of an hour at night, at midnight and of half an hour; none; and a skipped day.
        let zones = [
            Europe::Berlin,
            America::New_York,
            America::Santiago,
            Australia::Lord_Howe,
            chrono_tz::Asia::Kolkata,
            chrono_tz::Africa::Casablanca,
            chrono_tz::Pacific::Apia,
        ];
        let mut changes = 0;
        for seed in 0..400 {
            let mut random = Random(seed);
            let zone = zones[usize::try_from(random.below(7)).unwrap()];
            let week = std::array::from_fn(|_| {
                let mut part = || {
                    let start = u16::try_from(random.below(1440)).unwrap();
                    let length = u16::try_from(random.below(900)).unwrap();
                    Hours::new(start, (start + 1 + length).min(1440)).unwrap()
                };
                let parts = [part(), part()];
                parts[..usize::try_from(random.below(3)).unwrap()].to_vec()
            });
            // Around the changes of 2011 (Apia) and 2026, else anywhere in the year.
            let year = if zone == chrono_tz::Pacific::Apia { "2011" } else { "2026" };
            let near = ["03-08", "03-29", "04-05", "09-06", "10-04", "10-25", "11-01", "12-30"];
            let near = near[usize::try_from(random.below(8)).unwrap()];
            let about = at(&format!("{year}-{near}T00:00:00Z")).0;
            let from = about - random.below(5 * 1440) * MINUTE;
            let to = from + random.below(9 * 1440) * MINUTE;
            let first = DateTime::from_timestamp_millis(from).unwrap().date_naive();
            let offset = |n: i64| first + Days::new(n.unsigned_abs());
            let holidays: BTreeSet<_> =
                (0..random.below(4)).map(|_| offset(random.below(9))).collect();
            let hours = SupportHours::new(zone, week.clone(), holidays.clone());
            let expected = counted(zone, &week, &holidays, from, to);
            // Seconds are not shown, and change nothing.
            let seconds = |random: &mut Random| random.below(MINUTE);
            let (early, late) = (from + seconds(&mut random), to + seconds(&mut random));
            let found = hours.minutes_between(Timestamp(early), Timestamp(late));
            assert_eq!(found, expected, "seed {seed}: {zone} from {first}");
            changes += i32::from(hours.offset(from) != hours.offset(to));
        }
        assert!(changes > 15, "only {changes} spans meet a change of the clocks");
    }
}
