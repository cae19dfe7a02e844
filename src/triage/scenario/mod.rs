//! Cases: messages with what is expected of them.
//!
//! A case is its own world: what the store holds stands under `given`, and a run reads nothing
//! else.

mod calibration;
mod run;

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer, Serialize, de::Error as _};

use super::level::Level;
use super::message::{KeptMessage, KnownIncident, unix_ms};
use super::pattern::Pattern;
use super::source::{FileError, Source};
use super::tier::Tier;
use crate::text::nearest;

pub use self::calibration::{Bin, Calibration, calibration};
pub use self::run::{FieldOutcome, Outcome, Run, Score, run, run_all};

/// A case.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
pub struct Scenario {
    /// Its name; addresses are made of it.
    pub name: String,
    /// Its title; the name where there is none.
    #[serde(default)]
    pub title: Option<String>,
    /// What it is filed under.
    #[serde(default)]
    pub category: Option<String>,
    /// What happens in it.
    #[serde(default)]
    pub description: Option<String>,
    /// Names and a severity label; never evidence.
    #[serde(default)]
    pub conditions: Option<String>,
    /// The messages.
    pub messages: Vec<KeptMessage>,
    /// What is there before.
    #[serde(default)]
    pub given: Given,
    /// What must come out.
    pub expect: Expect,
    /// What else counts as right in the lenient score, by field.
    #[serde(default, deserialize_with = "accepted")]
    pub accept: BTreeMap<String, Vec<String>>,
    /// Where it is from.
    #[serde(default)]
    pub source: Option<String>,
    /// When it was last tried, as it is written.
    #[serde(default)]
    pub tested: Option<String>,
}

/// What is there before a case begins.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Given {
    /// Incidents of the store.
    #[serde(default)]
    pub incidents: Vec<KnownIncident>,
    /// Which service needs which: dependent, then needed.
    #[serde(default)]
    pub topology: Vec<(String, String)>,
}

/// What must come out. What is not set is not asserted.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Expect {
    /// The pattern.
    #[serde(default)]
    pub pattern: Option<Pattern>,
    /// Its refinement.
    #[serde(default)]
    pub subtype: Option<String>,
    /// The level.
    #[serde(default)]
    pub severity: Option<Level>,
    /// Who may act.
    #[serde(default)]
    pub remediation: Option<Tier>,
    /// Whether services fell one after the other.
    #[serde(default)]
    pub cascade: Option<YesNo>,
    /// Whether a stored incident belongs to it.
    #[serde(default)]
    pub correlated: Option<YesNo>,
    /// The least confidence, 0 to 1.
    #[serde(default)]
    pub confidence_min: Option<f64>,
    /// The most confidence, 0 to 1.
    #[serde(default)]
    pub confidence_max: Option<f64>,
}

/// Yes or no, as people write it in YAML.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum YesNo {
    /// It is so.
    Yes,
    /// It is not.
    No,
}

impl YesNo {
    /// The word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Yes => "yes",
            Self::No => "no",
        }
    }
}

impl From<bool> for YesNo {
    fn from(yes: bool) -> Self {
        if yes { Self::Yes } else { Self::No }
    }
}

impl<'de> Deserialize<'de> for YesNo {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Written {
            Bool(bool),
            Word(String),
        }
        match Written::deserialize(deserializer)? {
            Written::Bool(yes) => Ok(yes.into()),
            Written::Word(word) => match word.to_ascii_lowercase().as_str() {
                "yes" => Ok(Self::Yes),
                "no" => Ok(Self::No),
                _ => Err(D::Error::custom(format!("{word} is neither yes nor no"))),
            },
        }
    }
}

/// Lists by field; a field without a list is an empty one.
fn accepted<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<BTreeMap<String, Vec<String>>, D::Error> {
    let read: Option<BTreeMap<String, Option<Vec<String>>>> = Option::deserialize(deserializer)?;
    let lists = read.unwrap_or_default().into_iter();
    Ok(lists.map(|(field, list)| (field, list.unwrap_or_default())).collect())
}

impl Scenario {
    /// Reads a case.
    ///
    /// # Errors
    /// The text is no YAML of that shape, or a case without messages.
    pub fn from_yaml(file: &str, yaml: &str) -> Result<Self, FileError> {
        let wrong =
            |line, column, message| FileError { file: file.to_owned(), line, column, message };
        // A slip in a key is told as itself, and not by what is missing for it.
        if let Some((key, message)) = slip_of_key(&Source::own(file, yaml)) {
            let (line, column) = place_of_key(yaml, &key);
            return Err(wrong(line, column, message));
        }
        let scenario: Self = Source::own(file, yaml).read()?;
        if let Some((key, message)) = scenario.slip() {
            let begins = |line: &str| line.trim_start().starts_with(&key);
            let has = |line: &str| line.contains(&key);
            let line = yaml.lines().position(begins).or_else(|| yaml.lines().position(has));
            let line = line.unwrap_or(0);
            return Err(wrong(line + 1, 1, message));
        }
        if matches!(scenario.name.trim(), "" | "." | "..") {
            let line = yaml.lines().position(|line| line.starts_with("name")).unwrap_or(0);
            return Err(wrong(line + 1, 1, "a case needs a name, for its address".to_owned()));
        }
        if scenario.messages.iter().all(|message| message.text.trim().is_empty()) {
            let line = yaml.lines().position(|line| line.starts_with("messages")).unwrap_or(0);
            return Err(wrong(line + 1, 1, "a case needs at least one message".to_owned()));
        }
        Ok(scenario)
    }

    /// Something that would quietly assert less than its author meant: an answer that there is none
    /// of, a time that is none. The key, and what is wrong.
    fn slip(&self) -> Option<(String, String)> {
        let expect = &self.expect;
        let bounds =
            [("confidence_min", expect.confidence_min), ("confidence_max", expect.confidence_max)];
        for (key, bound) in bounds {
            // What compares with nothing would hold always, or never.
            if let Some(bound) = bound.filter(|bound| !(0.0..=1.0).contains(bound)) {
                return Some((key.to_owned(), format!("{bound} is no confidence from 0 to 1")));
            }
        }
        for (field, answers) in &self.accept {
            for answer in answers {
                if let Err(message) = known_answer(field, answer) {
                    return Some((field.clone(), message));
                }
            }
            if !FIELDS.contains(&field.as_str()) {
                return Some((field.clone(), format!("nothing is accepted for `{field}`")));
            }
        }
        let times = self.given.incidents.iter().filter_map(|it| it.occurred_at.as_deref());
        let wrong = times.into_iter().find(|time| unix_ms(time).is_none())?;
        let message = format!("{wrong} is no time like 2026-06-01T14:03:00Z");
        Some(("occurred_at".to_owned(), message))
    }
}

/// A key that is nearly one of ours, and what is wrong with it. Others are kept for people: where a
/// label is from, what a page showed.
fn slip_of_key(source: &Source<'_>) -> Option<(String, String)> {
    let written: BTreeMap<String, serde_yaml::Value> = source.read().ok()?;
    written.into_keys().filter(|key| !KEYS.contains(&key.as_str())).find_map(|key| {
        // A slip of the hand seldom takes the first letter.
        let near = nearest(&key, KEYS).filter(|near| near.chars().next() == key.chars().next())?;
        let message = format!("unknown key `{key}`; did you mean `{near}`?");
        Some((key, message))
    })
}

/// Line and column of a key of the outermost map, which may stand in braces or quotes.
fn place_of_key(yaml: &str, key: &str) -> (usize, usize) {
    let byte_in = |line: &str| {
        line.match_indices(key).map(|(at, _)| at).find(|at| {
            let before = line[..*at].trim_end_matches(['"', '\'']);
            let behind = line[at + key.len()..].trim_start_matches(['"', '\'']);
            (before.is_empty() || before.ends_with(['{', ' ', ',']))
                && behind.trim_start().starts_with(':')
        })
    };
    // Of several the one at the head of its line that is least indented is that of the outermost map.
    let found = yaml.lines().enumerate().filter_map(|(at, line)| Some((at, line, byte_in(line)?)));
    let indent = |line: &str| line.len() - line.trim_start_matches(' ').len();
    let is_within =
        |line: &str, byte: usize| !line[..byte].trim_matches([' ', '"', '\'']).is_empty();
    let found = found.min_by_key(|(at, line, byte)| (is_within(line, *byte), indent(line), *at));
    found.map_or((1, 1), |(at, line, byte)| (at + 1, line[..byte].chars().count() + 1))
}

/// The keys of a case.
const KEYS: [&str; 11] = [
    "name",
    "title",
    "category",
    "description",
    "conditions",
    "messages",
    "given",
    "expect",
    "accept",
    "source",
    "tested",
];

/// The fields for which another answer may be accepted.
const FIELDS: [&str; 6] =
    ["pattern", "subtype", "severity", "remediation", "cascade", "correlated"];

/// Whether a field can have such an answer.
fn known_answer(field: &str, answer: &str) -> Result<(), String> {
    let value = serde_yaml::Value::String(answer.to_owned());
    let read = match field {
        "pattern" => serde_yaml::from_value::<Pattern>(value).map(drop),
        "severity" => serde_yaml::from_value::<Level>(value).map(drop),
        "remediation" => serde_yaml::from_value::<Tier>(value).map(drop),
        "cascade" | "correlated" => serde_yaml::from_value::<YesNo>(value).map(drop),
        _ => Ok(()),
    };
    read.map_err(|_| format!("`{answer}` is no {field}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_case_is_read_and_a_wrong_one_says_where() {
        let yaml = "name: a\nmessages: [x]\nexpect:\n  pattern: DNS_FAILURE\n  cascade: 'no'\n  \
                    correlated: true\naccept:\n  pattern:\n  severity: [HIGH]\npage: {any: thing}\n";
        let scenario = Scenario::from_yaml("a.yaml", yaml).expect("a case");
        assert_eq!(scenario.expect.pattern, Some(Pattern::DnsFailure));
        assert_eq!(scenario.expect.cascade, Some(YesNo::No));
        assert_eq!(scenario.expect.correlated, Some(YesNo::Yes));
        assert_eq!(scenario.accept["severity"], ["HIGH"]);
        let check = |from: &str, to: &str, line: usize, says: &str| {
            let error = Scenario::from_yaml("a.yaml", &yaml.replace(from, to)).expect_err(says);
            assert!(error.message.contains(says), "{error}");
            assert_eq!(error.line, line, "{error}");
        };
        check("DNS_FAILURE", "DNS_OOPS", 4, "DNS_OOPS");
        check("cascade", "cascades", 5, "cascades");
        check("[x]", "['']", 2, "at least one message");
        check("[x]", "[{text: x, resolvd: true}]", 2, "unknown key `resolvd`");
        check("[HIGH]", "[BOGUS]", 9, "`BOGUS` is no severity");
        check("  severity: [HIGH]", "  severty: [HIGH]", 9, "nothing is accepted for `severty`");
        check("accept:", "accpet:", 7, "did you mean `accept`?");
        // One that is missing for it is not what is wrong, and a text may hold the same letters.
        check("expect:", "expekt:", 3, "did you mean `expect`?");
        check("[x]\nexpect:", "[x, ' mesages: y']\nmesages: []\nexpect:", 3, "`messages`?");
        check("messages: [x]", "\"mesages\": [x]", 2, "unknown key `mesages`");
        let in_braces = Scenario::from_yaml("a.yaml", "{name: a, mesages: [x], expect: {}}");
        let error = in_braces.expect_err("a slip");
        assert_eq!((error.line, error.column), (1, 11), "{error}");
        for wrong in [".nan", ".inf", "-.inf", "-0.1", "1.5"] {
            for key in ["confidence_min", "confidence_max"] {
                check("cascade: 'no'", &format!("{key}: {wrong}"), 5, "no confidence from 0 to 1");
            }
        }
        let given = "given: {incidents: [{title: a, occurred_at: soon}]}\nexpect:";
        check("expect:", given, 3, "soon is no time");
    }
}
