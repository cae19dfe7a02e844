//! A rule: what a message must hold, what that means, and an example of each kind.

use std::sync::LazyLock;

use regex::bytes::Regex;
use serde::{Deserialize, Deserializer};

use super::clause::{Clauses, Role};
use super::expression::Expression;
use super::level::Line;
use super::pattern::Pattern;
use super::tier::Tier;
use crate::text::pattern::bytes_pattern;

/// How many places of one rule in one message are looked at.
const MAX_HITS: usize = 12;

/// What a rule says when it holds.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Meaning {
    /// Evidence for a pattern, and perhaps a subtype, with a weight of 1 to 4.
    Evidence { pattern: Pattern, subtype: Option<String>, weight: u8 },
    /// A line of the severity table.
    Severity(SeverityMeaning),
    /// Somebody out of reach of the tools has to act, or nobody has to.
    Tier(Tier),
}

/// What a severity rule says, and for which findings it counts.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct SeverityMeaning {
    pub(super) line: Line,
    /// Only for these patterns; for any if empty.
    pub(super) patterns: Vec<Pattern>,
    /// Only for these subtypes; for any if empty.
    pub(super) subtypes: Vec<String>,
    /// Not for these patterns.
    pub(super) not_patterns: Vec<Pattern>,
    /// Only together with one of these lines.
    pub(super) joint: Vec<Line>,
}

/// What came before: somebody who guessed passwords and then got in is no visitor.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct After {
    /// The id of the rule that has to hold before.
    pub(super) rule: String,
    /// The kind of signal of which both messages name the same one.
    pub(super) same: String,
}

/// A rule as the engine uses it.
#[derive(Debug)]
pub(super) struct Rule {
    pub(super) id: String,
    /// What it means for people, in a few words.
    pub(super) says: String,
    pub(super) meaning: Meaning,
    /// None for a rule that holds for every finding of its patterns or subtypes.
    pub(super) any: Option<Expression>,
    /// Each must stand in the message, too.
    pub(super) with: Vec<Expression>,
    /// Each must stand in the same clause.
    pub(super) near: Vec<Expression>,
    /// None may stand in the message.
    pub(super) without: Vec<Expression>,
    /// Only after an earlier message in which another rule holds, and which names the same.
    pub(super) after: Option<After>,
    /// Bounds for the number in the first group that took part.
    pub(super) at_least: Option<f64>,
    pub(super) below: Option<f64>,
    /// In place of what the words around say.
    pub(super) role: Option<Role>,
    pub(super) finds: Vec<String>,
    pub(super) ignores: Vec<String>,
    /// The file it comes from, and what that file calls its place.
    pub(super) file: usize,
}

/// Where a rule holds in a message.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Hit {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) role: Role,
    /// Whether it is said to have happened.
    pub(super) affirmed: bool,
}

impl Rule {
    /// The strongest place where it holds: affirmed before denied, cause before effect, then the
    /// first. A denied place is only there to be shown.
    pub(super) fn find(&self, text: &str, clauses: &Clauses) -> Option<Hit> {
        let regex = self.any.as_ref()?.regex()?;
        if !self.allows(text) {
            return None;
        }
        let mut best: Option<Hit> = None;
        for found in regex.captures_iter(text.as_bytes()).take(MAX_HITS) {
            let Some(whole) = found.get(0) else { continue };
            let start = super::clean::floor(text, whole.start());
            let end = super::clean::ceil(text, whole.end());
            let group = found.iter().skip(1).flatten().next();
            let number = group.and_then(|group| number(group.as_bytes()));
            if !self.is_in_bounds(number) || !self.is_near(text, clauses, start, end) {
                continue;
            }
            let hit = Hit {
                start,
                end,
                role: self.role.unwrap_or_else(|| clauses.role_at(start)),
                affirmed: !is_denied(text, clauses, start, end)
                    && !counts_none(text, start, end)
                    && !counts_all(text, start, end)
                    && !super::clause::is_subject(text, end),
            };
            let rank = |hit: &Hit| (hit.affirmed, hit.role);
            if best.as_ref().is_none_or(|best| rank(&hit) > rank(best)) {
                best = Some(hit);
            }
        }
        best
    }

    /// Whether what must stand in the message does, and nothing that may not.
    pub(super) fn allows(&self, text: &str) -> bool {
        !self.without.iter().any(|other| other.is_in(text))
            && self.with.iter().all(|other| other.is_in(text))
    }

    fn is_in_bounds(&self, number: Option<f64>) -> bool {
        self.at_least.is_none_or(|least| number.is_some_and(|number| number >= least))
            && self.below.is_none_or(|most| number.is_some_and(|number| number < most))
    }

    fn is_near(&self, text: &str, clauses: &Clauses, start: usize, end: usize) -> bool {
        if self.near.is_empty() {
            return true;
        }
        let (from, _) = clauses.around(start);
        let (_, to) = clauses.around(end.saturating_sub(1).max(start));
        let clause = text.get(from..to.max(end)).unwrap_or_default();
        self.near.iter().all(|other| other.is_in(clause))
    }
}

/// Whether it did not happen. Where what was found goes on into another clause, and that one begins
/// with a "no", it denies it: `the standby took over, no write was lost`. Any other "no" in what was
/// found is the rule's own, as in `connection is not available`.
fn is_denied(text: &str, clauses: &Clauses, start: usize, end: usize) -> bool {
    let found = text.get(start..end).unwrap_or_default();
    let last = start + found.rfind(char::is_whitespace).map_or(0, |space| space + 1);
    let (from, to) = clauses.around(last);
    let first = text.get(from..to).and_then(|clause| clause.split_whitespace().next());
    let denies = first.is_some_and(|first| {
        ["no", "without", "zero", "0", "never"].iter().any(|no| first.eq_ignore_ascii_case(no))
    });
    clauses.is_denied(text, start) || from > start && denies && clauses.is_denied(text, last)
}

/// Whether what was found is counted as none: `scrub finished with 0 errors`, `failed=0`, `lag 0`.
fn counts_none(text: &str, start: usize, end: usize) -> bool {
    let found = text.get(start..end).unwrap_or_default();
    // `0/6 pods failing`, but not `0/1   CrashLoopBackOff`: what is counted stands between.
    let counted = found.split_whitespace().next().is_some_and(|first| {
        first.ends_with('s') && first.bytes().all(|byte| byte.is_ascii_lowercase())
    });
    let from = super::clean::ceil(text, start.saturating_sub(24));
    if counted && NONE_OF.is_match(text.get(from..start).unwrap_or_default().as_bytes()) {
        return true;
    }
    let mut words = found.split_whitespace().rev();
    let is_word = words.next().is_some_and(|last| last.starts_with(char::is_alphabetic));
    if is_word && matches!(words.next(), Some("0" | "zero")) {
        return true;
    }
    let after = text.get(end..).unwrap_or_default();
    NONE.captures(after.as_bytes()).is_some_and(|found| {
        let rest = after.get(found.get(0).map_or(0, |whole| whole.end())..).unwrap_or_default();
        // `space: 0 bytes left` is what is missing, and none of it is there.
        !LEFT.is_match(rest.as_bytes())
    })
}

/// A count of none behind a word, perhaps with what is counted: ` 0`, `=0`, ` partitions: 0`, ` 0s`.
/// `error 0x80070005`, `failed 0.5 % of calls` and `failed 0/3` are no zero.
static NONE: LazyLock<Regex> = LazyLock::new(|| {
    bytes_pattern(concat!(
        r#"\A(?:[ _-][a-z]+s"?[:=])?[ :="]+0(?:\s?(?:s|ms|bytes?|b|kb|seconds?)\b)?"#,
        r#"(?:[.,](?:[^0-9]|\z)|[^0-9A-Za-z_.,%/-]|\z)"#,
    ))
});

/// `0/6 ` or `0 of 6 ` in front of what is counted.
static NONE_OF: LazyLock<Regex> =
    LazyLock::new(|| bytes_pattern(r"(?:\A|[\s(\[])0 ?(?:/|of|out of) ?\d+\s+\z"));

static LEFT: LazyLock<Regex> = LazyLock::new(|| {
    bytes_pattern(
        r"\A\s*(?:bytes |inodes |gb |mb )?(?:free|left|available|remaining|ready|healthy)\b",
    )
});

/// Whether all of what is counted is well: `6/6 replicas ready`.
fn counts_all(text: &str, start: usize, end: usize) -> bool {
    static ALL: LazyLock<Regex> = LazyLock::new(|| {
        bytes_pattern(
            r"\b(\d+) ?(?:/|of|out of) ?(\d+)\b[^.;,]{0,30}\b(?:ready|available|running|up|healthy)\b",
        )
    });
    let found = text.get(start..end).unwrap_or_default();
    let Some(counts) = ALL.captures(found.as_bytes()) else { return false };
    let count = |group: usize| counts.get(group).map(|group| group.as_bytes());
    !found.to_ascii_lowercase().contains("not ") && count(1) == count(2)
}

/// A number as logs write it; `1,024` is one number.
fn number(digits: &[u8]) -> Option<f64> {
    let digits: String =
        digits.iter().filter(|byte| **byte != b',').map(|byte| char::from(*byte)).collect();
    digits.parse().ok()
}

/// A rule as it stands in a file.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawRule {
    pub(super) id: String,
    pub(super) says: String,
    #[serde(default)]
    pub(super) pattern: Option<Pattern>,
    #[serde(default)]
    pub(super) subtype: Option<String>,
    #[serde(default)]
    pub(super) weight: Option<u8>,
    #[serde(default)]
    pub(super) line: Option<Line>,
    #[serde(default)]
    pub(super) tier: Option<Tier>,
    #[serde(default)]
    pub(super) patterns: Vec<Pattern>,
    #[serde(default)]
    pub(super) subtypes: Vec<String>,
    #[serde(default)]
    pub(super) not_patterns: Vec<Pattern>,
    #[serde(default)]
    pub(super) joint: Vec<Line>,
    #[serde(default, deserialize_with = "one_or_many")]
    pub(super) any: Vec<String>,
    #[serde(default, deserialize_with = "one_or_many")]
    pub(super) with: Vec<String>,
    #[serde(default, deserialize_with = "one_or_many")]
    pub(super) near: Vec<String>,
    #[serde(default, deserialize_with = "one_or_many")]
    pub(super) without: Vec<String>,
    #[serde(default)]
    pub(super) after: Option<After>,
    #[serde(default)]
    pub(super) at_least: Option<f64>,
    #[serde(default)]
    pub(super) below: Option<f64>,
    #[serde(default)]
    pub(super) role: Option<Role>,
    #[serde(default, deserialize_with = "one_or_many")]
    pub(super) finds: Vec<String>,
    #[serde(default, deserialize_with = "one_or_many")]
    pub(super) ignores: Vec<String>,
}

/// Which part of a file a rule stands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Section {
    Rules,
    Severity,
    Tiers,
}

impl RawRule {
    /// What it means, by the part of the file it stands in and that file's pattern.
    pub(super) fn meaning(
        &self,
        section: Section,
        pattern: Option<Pattern>,
    ) -> Result<Meaning, String> {
        match section {
            Section::Rules => {
                let pattern = self.pattern.or(pattern).ok_or("the rule names no `pattern`")?;
                let weight = self.weight.filter(|weight| (1..=4).contains(weight));
                let weight = weight.ok_or("`weight` must be 1, 2, 3 or 4")?;
                Ok(Meaning::Evidence { pattern, subtype: self.subtype.clone(), weight })
            }
            Section::Severity => Ok(Meaning::Severity(SeverityMeaning {
                line: self.line.ok_or("a severity rule names the `line` it stands for")?,
                patterns: self.patterns.clone(),
                subtypes: self.subtypes.clone(),
                not_patterns: self.not_patterns.clone(),
                joint: self.joint.clone(),
            })),
            Section::Tiers => {
                self.tier.map(Meaning::Tier).ok_or_else(|| "the rule names no `tier`".to_owned())
            }
        }
    }
}

/// A list, or one entry without the dash.
pub(super) fn one_or_many<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Vec<String>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum OneOrMany {
        One(String),
        Many(Vec<String>),
    }
    Ok(match OneOrMany::deserialize(deserializer)? {
        OneOrMany::One(one) => vec![one],
        OneOrMany::Many(many) => many,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn none_and_all_are_told_from_some() {
        let none = |text: &str, word: &str| {
            let start = text.find(word).expect("the word");
            counts_none(text, start, start + word.len())
        };
        for text in ["lag 0", "lag=0,", "lag: 0s", "lag 0 ms now", "lag 0.", "\"lag\":0,\"a\":1"] {
            assert!(none(text, "lag"), "{text}");
        }
        assert!(none("under-replicated partitions: 0, more", "replicated"));
        assert!(none("scrub done with 0 errors", "0 errors"));
        assert!(none("ready. 0/6 pods failing", "pods failing"));
        assert!(!none("cart 0/1   CrashLoopBackOff", "CrashLoopBackOff"));
        assert!(!none("10/60 pods failing", "pods failing"));
        for text in ["lag 0x8007", "lag 0.5 s", "lag 0/3", "lag 0%", "lag at 0", "lag 01"] {
            assert!(!none(text, "lag"), "{text}");
        }
        assert!(!none("disk full: 0 bytes left", "disk full"));
        let all = |text: &str| counts_all(text, 0, text.len());
        assert!(all("deployment cart 6/6 replicas ready") && all("6 of 6 nodes are up"));
        assert!(!all("5/6 replicas ready") && !all("6/6 replicas not ready") && !all("6/6 down"));
    }
}
