//! `[postmortems]`: after which incidents one has to be written, until when, and where it goes.

use super::Severities;
use super::file::{Reader, Value};
use super::values::unknown_word;
use crate::domain::incident::Severity;

/// The keys of the table.
const KEYS: [&str; 5] =
    ["folder", "required_for", "draft_hours", "publish_business_days", "action_days"];

/// The longest time that may be given for anything, in its unit.
const LONGEST: u32 = 1000;

/// What is asked for after incidents here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Postmortems {
    /// The folder they are written into, inside the workspace.
    pub folder: String,
    /// After which incidents there has to be one.
    required_for: Vec<Severity>,
    /// Hours from resolved until there has to be a draft, by rank.
    draft_hours: [u32; 5],
    /// Business days from resolved until it has to be published, by rank.
    publish_business_days: [u32; 5],
    /// Days that an action item is given where nobody says a date.
    pub action_days: u32,
}

impl Default for Postmortems {
    fn default() -> Self {
        Self {
            folder: "postmortems".to_owned(),
            required_for: Severity::ALL[..2].to_vec(),
            draft_hours: [48; 5],
            publish_business_days: [5; 5],
            action_days: 30,
        }
    }
}

impl Postmortems {
    /// Whether there has to be one.
    pub fn is_required(&self, severity: Severity) -> bool {
        self.required_for.contains(&severity)
    }

    /// Hours from resolved until there has to be a draft.
    pub fn draft_hours(&self, severity: Severity) -> u32 {
        self.draft_hours[usize::from(severity.rank())]
    }

    /// Business days from resolved until it has to be published.
    pub fn publish_business_days(&self, severity: Severity) -> u32 {
        self.publish_business_days[usize::from(severity.rank())]
    }
}

/// Reads the table; severities are named by the team's labels.
pub(super) fn read(
    reader: &mut Reader<'_>,
    value: &Value<'_>,
    severities: &Severities,
) -> Option<Postmortems> {
    let Some(table) = value.get_ref().as_table() else {
        reader.expected(value, "a table, like [postmortems]");
        return None;
    };
    let mut postmortems = Postmortems::default();
    for (key, value) in table {
        match key.get_ref().as_ref() {
            "folder" => reader.set(&mut postmortems.folder, value, |r, v| r.checked(v, folder)),
            "required_for" => {
                let Some(labels) = reader.texts(value) else { continue };
                postmortems.required_for.clear();
                for label in labels {
                    match severities.find(&label.value) {
                        Ok(severity) => postmortems.required_for.push(severity),
                        Err(message) => reader.complain(&value.span(), message),
                    }
                }
            }
            "draft_hours" => {
                by_severity(reader, value, severities, &mut postmortems.draft_hours);
            }
            "publish_business_days" => {
                by_severity(reader, value, severities, &mut postmortems.publish_business_days);
            }
            "action_days" => {
                if let Some(days) = number(reader, value) {
                    postmortems.action_days = days;
                }
            }
            unknown => reader.complain(&key.span(), unknown_word("key", unknown, &KEYS)),
        }
    }
    Some(postmortems)
}

/// One number for all severities, or a table of numbers by their labels.
fn by_severity(
    reader: &mut Reader<'_>,
    value: &Value<'_>,
    severities: &Severities,
    to: &mut [u32; 5],
) {
    let Some(table) = value.get_ref().as_table() else {
        if let Some(all) = number(reader, value) {
            *to = [all; 5];
        }
        return;
    };
    for (key, value) in table {
        match severities.find(key.get_ref()) {
            Ok(severity) => {
                if let Some(number) = number(reader, value) {
                    to[usize::from(severity.rank())] = number;
                }
            }
            Err(message) => reader.complain(&key.span(), message),
        }
    }
}

fn number(reader: &mut Reader<'_>, value: &Value<'_>) -> Option<u32> {
    let number = value.get_ref().as_integer().and_then(|it| it.as_str().parse::<u32>().ok());
    let number = number.filter(|number| (1..=LONGEST).contains(number));
    if number.is_none() {
        reader.complain(&value.span(), format!("expected a number from 1 to {LONGEST}"));
    }
    number
}

/// A folder inside the workspace.
fn folder(text: &str) -> Result<String, String> {
    let folder = text.trim_end_matches('/');
    let plain = |part: &str| !part.is_empty() && part != "." && part != "..";
    if folder.split('/').all(plain) && !folder.contains('\\') {
        Ok(folder.to_owned())
    } else {
        Err("expected a folder inside the workspace, like \"postmortems\"".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::file::parse;

    fn read(text: &str) -> Result<Postmortems, String> {
        let problem = |problems: Vec<super::super::Problem>| {
            problems.first().map(|it| format!("{}:{}", it.line, it.message)).unwrap_or_default()
        };
        parse(text).map(|settings| settings.postmortems).map_err(problem)
    }

    #[test]
    fn the_two_worst_need_one_within_two_days_and_five_business_days() {
        let default = Postmortems::default();
        let required: Vec<_> = Severity::ALL.map(|it| default.is_required(it)).to_vec();
        assert_eq!(required, [true, true, false, false, false]);
        assert_eq!(default.draft_hours(Severity::ALL[0]), 48);
        assert_eq!(default.publish_business_days(Severity::ALL[1]), 5);
    }

    #[test]
    fn a_team_says_otherwise_by_its_own_labels() {
        let text = "[postmortems]\nfolder = \"docs/postmortems/\"\nrequired_for = [\"Red\"]\n\
                    publish_business_days = 10\naction_days = 14\n\
                    [postmortems.draft_hours]\nRed = 24\n\
                    [incidents.severities]\n0 = [\"Red\"]\n";
        let told = read(text).expect("a table");
        assert_eq!((told.folder.as_str(), told.action_days), ("docs/postmortems", 14));
        assert!(told.is_required(Severity::ALL[0]) && !told.is_required(Severity::ALL[1]));
        assert_eq!(told.draft_hours(Severity::ALL[0]), 24);
        assert_eq!(told.draft_hours(Severity::ALL[1]), 48);
        assert_eq!(told.publish_business_days(Severity::ALL[4]), 10);
    }

    #[test]
    fn what_is_wrong_is_told_with_its_place() {
        let check = |line: &str, expected: &str| {
            let text = format!("[postmortems]\n{line}\n");
            let error = read(&text).expect_err(line);
            assert!(error.starts_with(&format!("2:{expected}")), "{error}");
        };
        check("folder = \"../elsewhere\"", "expected a folder inside the workspace");
        check("folder = \"/tmp\"", "expected a folder inside the workspace");
        check("required_for = [\"P9\"]", "unknown severity P9");
        check("draft_hours = 0", "expected a number from 1");
        check("drafts = 1", "unknown key `drafts`");
    }
}
