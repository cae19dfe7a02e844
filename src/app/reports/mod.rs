//! Reports: what people read once a week. Each is gathered into one view and written in the
//! form asked for.
//!
//! The bytes depend on the day asked about, the ledger, the texts, the settings and the template
//! alone; what they are is printed at the report's end.

mod actions;
mod calendar;
mod gathering;
mod incidents;
mod inputs;
mod sheet;
mod stale;
mod writing;

use std::collections::BTreeMap;

use chrono::{Days, NaiveDate};

use super::App;
use crate::domain::entry::Timestamp;
pub use crate::domain::report::{Form, Kind};
use crate::error::Error;
use crate::text::nearest;
use crate::views::report::{ActionsReport, Frame, IncidentsReport, StaleReport};

/// What is asked of a report. The day it speaks of is the one the [`App`] looks at.
#[derive(Clone, Debug, Default)]
pub struct Asked {
    /// The day before the first one of its period; where nobody says, a week before its day, and
    /// four weeks for incidents.
    pub since: Option<NaiveDate>,
    /// When the report of that day was made, which told of the time up to then: what came later on
    /// the same day is told now.
    pub told_at: Option<Timestamp>,
    /// Only what this owner has.
    pub owner: Option<String>,
}

/// A report, written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// The report.
    pub text: String,
    /// What is wrong with the team's template, where that is so; the built-in one was used.
    pub warning: Option<String>,
}

/// A report of any kind.
enum Report {
    Stale(Box<StaleReport>),
    Incidents(Box<IncidentsReport>),
    Actions(Box<ActionsReport>),
}

impl Report {
    fn frame(&mut self) -> &mut Frame {
        match self {
            Self::Stale(report) => &mut report.frame,
            Self::Incidents(report) => &mut report.frame,
            Self::Actions(report) => &mut report.frame,
        }
    }
}

/// A report in every form, from one look at everything.
pub(in crate::app) struct Made {
    pub(in crate::app) as_of: NaiveDate,
    pub(in crate::app) since: NaiveDate,
    pub(in crate::app) title: String,
    pub(in crate::app) headline: String,
    pub(in crate::app) forms: BTreeMap<Form, String>,
    /// What is wrong with the team's templates, where that is so.
    pub(in crate::app) warning: Option<String>,
}

impl App {
    /// A report in a form.
    ///
    /// # Errors
    /// Its period begins after it ends, or the store cannot be read. An error in a template of
    /// the team is none: the built-in one is used, and the report says so.
    pub fn report(&mut self, kind: Kind, asked: &Asked, form: Form) -> Result<Written, Error> {
        let mut report = self.gather(kind, asked)?;
        let mut written = self.written(kind, &mut report, form)?;
        let unknown = self.unknown_owner(kind, asked)?;
        written.warning =
            unknown.into_iter().chain(written.warning).reduce(|a, b| format!("{a}; {b}"));
        Ok(written)
    }

    /// What is odd about the owner asked for: no runbook, or no action item, is of such a one.
    fn unknown_owner(&self, kind: Kind, asked: &Asked) -> Result<Option<String>, Error> {
        let Some(wanted) = asked.owner.as_deref() else { return Ok(None) };
        let names = self.owners(kind)?;
        let one = |name: &str| is_of(asked, Some(name));
        if names.iter().any(|name| one(name)) {
            return Ok(None);
        }
        let near = nearest(wanted, names.iter().map(String::as_str));
        let hint = near.map(|near| format!("; did you mean {near}?")).unwrap_or_default();
        Ok(Some(format!("nothing is owned by {wanted}{hint}")))
    }

    /// Everybody who owns a runbook; in reports on action items, everybody who has one.
    fn owners(&self, kind: Kind) -> Result<Vec<String>, Error> {
        let mut names = Vec::new();
        match kind {
            Kind::Stale | Kind::Incidents => {
                for document in self.documents()? {
                    names.extend(self.owner_name(&document.summary));
                }
            }
            Kind::Actions => {
                let items = self.ledger.action_items()?;
                names.extend(items.into_iter().map(|(_, item)| item.owner));
            }
        }
        Ok(names)
    }

    /// A report in every form.
    pub(in crate::app) fn make_report(&mut self, kind: Kind, asked: &Asked) -> Result<Made, Error> {
        let mut report = self.gather(kind, asked)?;
        let mut forms = BTreeMap::new();
        let mut warnings: Vec<String> = self.unknown_owner(kind, asked)?.into_iter().collect();
        for form in Form::ALL {
            let written = self.written(kind, &mut report, form)?;
            warnings.extend(written.warning);
            forms.insert(form, written.text);
        }
        let frame = report.frame();
        Ok(Made {
            as_of: frame.as_of,
            since: frame.since,
            title: match &frame.owner {
                Some(owner) => format!("{}, {} ({owner})", kind.title(), frame.as_of),
                None => format!("{}, {}", kind.title(), frame.as_of),
            },
            headline: frame.headline.clone(),
            forms,
            warning: (!warnings.is_empty()).then(|| warnings.join("; ")),
        })
    }

    fn gather(&mut self, kind: Kind, asked: &Asked) -> Result<Report, Error> {
        Ok(match kind {
            Kind::Stale => Report::Stale(Box::new(self.stale_report(asked)?)),
            Kind::Incidents => Report::Incidents(Box::new(self.incidents_report(asked)?)),
            Kind::Actions => Report::Actions(Box::new(self.actions_report(asked)?)),
        })
    }

    /// The day before the first one of the period of a report of a kind.
    pub(in crate::app) fn period_of(&self, kind: Kind, asked: &Asked) -> Result<NaiveDate, Error> {
        self.period(
            asked,
            match kind {
                Kind::Stale => stale::PERIOD,
                Kind::Incidents => incidents::PERIOD,
                Kind::Actions => actions::PERIOD,
            },
        )
    }

    /// Where links of a report lead to.
    fn server(&self) -> Option<String> {
        self.config.public_url.as_ref().map(|url| url.text.clone())
    }

    /// Whether something of a day, and where that is known of a moment, is to be told.
    fn is_told_now(&self, asked: &Asked, since: NaiveDate, day: NaiveDate, at: Timestamp) -> bool {
        let later_that_day = day == since && asked.told_at.is_some_and(|told| told < at);
        (since < day || later_that_day) && day <= self.today()
    }

    /// The day before the first one of a report's period.
    fn period(&self, asked: &Asked, days: u64) -> Result<NaiveDate, Error> {
        let as_of = self.today();
        match asked.since {
            Some(since) if since > as_of => {
                Err(Error::refused(format!("--since {since} is after {as_of}, the report's day"))
                    .hinted("a report looks back: give an earlier day, or a later --as-of"))
            }
            Some(since) => Ok(since),
            None => Ok(before(as_of, days)),
        }
    }
}

/// So many days earlier; the same day where the calendar ends.
fn before(day: NaiveDate, days: u64) -> NaiveDate {
    day.checked_sub_days(Days::new(days)).unwrap_or(day)
}

/// So many days later; the same day where the calendar ends.
fn after(day: NaiveDate, days: u64) -> NaiveDate {
    day.checked_add_days(Days::new(days)).unwrap_or(day)
}

/// The one who sees to something, where several are named: a line that belongs to everybody is
/// nobody's.
fn one_owner(named: Option<&str>) -> Option<String> {
    let first = named?.split([',', ';', '&', '+']).next().unwrap_or_default();
    let first = first.split(" and ").next().unwrap_or_default().trim();
    (!first.is_empty()).then(|| first.to_owned())
}

/// Whether something is of the owner asked for: the whole of what is written, or the one named.
fn is_of(asked: &Asked, named: Option<&str>) -> bool {
    let Some(wanted) = asked.owner.as_deref().map(str::trim) else { return true };
    let one = one_owner(named);
    named.is_some_and(|named| named.trim().eq_ignore_ascii_case(wanted))
        || one.is_some_and(|one| one.eq_ignore_ascii_case(wanted))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_several_owners_the_first_sees_to_it() {
        let check = |named, one: Option<&str>| assert_eq!(one_owner(named).as_deref(), one);
        check(None, None);
        check(Some(" "), None);
        check(Some("ana"), Some("ana"));
        check(Some("Ana, Bo"), Some("Ana"));
        check(Some("Ana and Bo"), Some("Ana"));
        check(Some("Ana & Bo"), Some("Ana"));
        check(Some("platform/oncall"), Some("platform/oncall"));
        let asked = |name: &str| Asked { owner: Some(name.to_owned()), ..Asked::default() };
        assert!(is_of(&asked("ANA"), Some("Ana, Bo")));
        assert!(is_of(&asked("ana, bo"), Some("Ana, Bo")));
        assert!(!is_of(&asked("Bo"), Some("Ana, Bo")), "it is Ana's line");
        assert!(!is_of(&asked("Bo"), None));
        assert!(is_of(&Asked::default(), None));
    }
}
