//! A rule: what a message must hold, what that means, and an example of each kind.

use std::ops::Range;

use serde::Deserialize;

use super::clause::{Clauses, Role};
use super::expression::{Expression, OpenWays};
use super::level::Line;
use super::matcher::Matcher;
use super::pattern::Pattern;
use super::source::name;
use super::tier::Tier;
use crate::text::yaml::one_or_many;

/// How many places of one rule in one message are looked at.
const MAX_HITS: usize = 12;

/// How much around a place tells an expression where words end, in bytes.
const AROUND: usize = 32;

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
    /// Lines that do not hold where this rule does: who knows that the others serve, or that it
    /// happened once, knows more than that something is down.
    pub(super) eases: Vec<Line>,
    /// Only where it is all that was said: what happened twice is no single error.
    pub(super) lone: bool,
}

/// What came before: somebody who guessed passwords and then got in is no visitor.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct After {
    /// The id of the rule that has to hold before.
    pub(super) rule: String,
    /// The kind of signal of which both messages name the same one; none where it is enough that it
    /// came before, as the head of a table does.
    #[serde(default)]
    pub(super) same: Option<String>,
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
    /// None may stand in the same clause.
    pub(super) apart: Vec<Expression>,
    /// Only after an earlier message in which another rule holds.
    pub(super) after: Option<After>,
    /// Bounds for the number in the first group that took part.
    pub(super) at_least: Option<f64>,
    pub(super) below: Option<f64>,
    /// In place of what the words around say.
    pub(super) role: Option<Role>,
    /// It counts only where no other rule says enough.
    pub(super) fallback: bool,
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
    /// first. A denied place is only there to be shown. Only these ways may be found in the text.
    pub(super) fn find(&self, text: &str, clauses: &Clauses<'_>, ways: OpenWays) -> Option<Hit> {
        let matcher = self.any.as_ref()?.matcher_of(ways)?;
        // What else must or may not stand there is compiled for what is found, and for nothing else.
        if !matcher.is_match(text) || !self.allows(text) {
            return None;
        }
        let mut best: Option<Hit> = None;
        for (whole, group) in matcher.groups(text).take(MAX_HITS) {
            let start = text.floor_char_boundary(whole.start);
            let end = text.ceil_char_boundary(whole.end);
            let number = group.and_then(|(_, group)| number(&text.as_bytes()[group]));
            if !self.is_in_bounds(number) || !self.is_beside(text, clauses, start, end) {
                continue;
            }
            let is_told = clauses.affirms(text, start, end)
                || self.tells_of_an_end() && !clauses.denies(text, start);
            let hit = Hit {
                start,
                end,
                role: self.role.unwrap_or_else(|| clauses.role_at(start)),
                affirmed: is_told && !is_denied_within(matcher, text, clauses, start..end),
            };
            let rank = |hit: &Hit| (hit.affirmed, hit.role);
            if best.as_ref().is_none_or(|best| rank(&hit) > rank(best)) {
                best = Some(hit);
            }
        }
        best
    }

    /// Whether that something is over is just what it tells.
    fn tells_of_an_end(&self) -> bool {
        match &self.meaning {
            Meaning::Severity(meaning) => !meaning.eases.is_empty(),
            Meaning::Tier(tier) => *tier == Tier::None,
            Meaning::Evidence { .. } => false,
        }
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

    /// Whether what must stand in the same clause does, and nothing that may not.
    fn is_beside(&self, text: &str, clauses: &Clauses<'_>, start: usize, end: usize) -> bool {
        if self.near.is_empty() && self.apart.is_empty() {
            return true;
        }
        let (from, _) = clauses.around(start);
        let (_, to) = clauses.around(end.saturating_sub(1).max(start));
        let clause = text.get(from..to.max(end)).unwrap_or_default();
        // What a last resort rests on is a word of trouble, and that may be denied.
        let is_told = |other: &Expression| {
            let places = other.matcher().into_iter().flat_map(|matcher| matcher.places(clause));
            places
                .map(|place| text.floor_char_boundary(from + place.start))
                .any(|at| !clauses.denies(text, at))
        };
        !self.apart.iter().any(|other| other.is_in(clause))
            && self
                .near
                .iter()
                .all(|other| if self.fallback { is_told(other) } else { other.is_in(clause) })
    }
}

/// Whether words within what was found deny it: without them the same is found.
fn is_denied_within(
    matcher: &Matcher,
    text: &str,
    clauses: &Clauses<'_>,
    Range { start, end }: Range<usize>,
) -> bool {
    let Some(denial) = clauses.denial_within(&text[start..end]) else { return false };
    let from = text.floor_char_boundary(start.saturating_sub(AROUND));
    let to = text.ceil_char_boundary((end + AROUND).min(text.len()));
    let told = [&text[from..start + denial.start], &text[start + denial.end..to]].concat();
    let same = start - from..end - denial.len() - from;
    matcher.places(&told).any(|place| place == same)
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
    #[serde(deserialize_with = "name")]
    pub(super) id: String,
    #[serde(deserialize_with = "name")]
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
    #[serde(default)]
    pub(super) eases: Vec<Line>,
    #[serde(default)]
    pub(super) lone: bool,
    #[serde(default, deserialize_with = "one_or_many")]
    pub(super) any: Vec<String>,
    #[serde(default, deserialize_with = "one_or_many")]
    pub(super) with: Vec<String>,
    #[serde(default, deserialize_with = "one_or_many")]
    pub(super) near: Vec<String>,
    #[serde(default, deserialize_with = "one_or_many")]
    pub(super) without: Vec<String>,
    #[serde(default, deserialize_with = "one_or_many")]
    pub(super) apart: Vec<String>,
    #[serde(default)]
    pub(super) after: Option<After>,
    #[serde(default)]
    pub(super) at_least: Option<f64>,
    #[serde(default)]
    pub(super) below: Option<f64>,
    #[serde(default)]
    pub(super) role: Option<Role>,
    #[serde(default)]
    pub(super) fallback: bool,
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

impl Section {
    /// Its key in a file.
    const fn as_str(self) -> &'static str {
        match self {
            Self::Rules => "rules",
            Self::Severity => "severity",
            Self::Tiers => "tiers",
        }
    }
}

impl RawRule {
    /// What it means, by the part of the file it stands in and that file's pattern.
    ///
    /// # Errors
    /// A key is missing, or means nothing in that part: which, and why.
    pub(super) fn meaning(
        &self,
        section: Section,
        pattern: Option<Pattern>,
    ) -> Result<Meaning, (&'static str, String)> {
        let here = |key: &'static str, message: &str| (key, message.to_owned());
        if let Some(key) = self.strange(section) {
            let means = "means nothing there: take it out, or move the rule";
            return Err((key, format!("`{key}` of a rule in `{}` {means}", section.as_str())));
        }
        match section {
            Section::Rules => {
                let pattern = self.pattern.or(pattern);
                let pattern = pattern.ok_or_else(|| {
                    here("id", "the rule names no `pattern`, and neither does the head of the file")
                })?;
                let weight = self.weight.filter(|weight| (1..=4).contains(weight));
                let weight =
                    weight.ok_or_else(|| here("weight", "`weight` must be 1, 2, 3 or 4"))?;
                Ok(Meaning::Evidence { pattern, subtype: self.subtype.clone(), weight })
            }
            Section::Severity => Ok(Meaning::Severity(SeverityMeaning {
                line: self
                    .line
                    .ok_or_else(|| here("id", "a severity rule names the `line` it stands for"))?,
                patterns: self.patterns.clone(),
                subtypes: self.subtypes.clone(),
                not_patterns: self.not_patterns.clone(),
                joint: self.joint.clone(),
                eases: self.eases.clone(),
                lone: self.lone,
            })),
            Section::Tiers => self
                .tier
                .map(Meaning::Tier)
                .ok_or_else(|| here("id", "the rule names no `tier`: who has to act")),
        }
    }

    /// A key that is set and counts in other parts of a file only.
    fn strange(&self, section: Section) -> Option<&'static str> {
        let of_rules = [
            ("pattern", self.pattern.is_some()),
            ("subtype", self.subtype.is_some()),
            ("weight", self.weight.is_some()),
            ("fallback", self.fallback),
        ];
        let of_severity = [
            ("line", self.line.is_some()),
            ("joint", !self.joint.is_empty()),
            ("eases", !self.eases.is_empty()),
            ("lone", self.lone),
            ("patterns", !self.patterns.is_empty()),
            ("not_patterns", !self.not_patterns.is_empty()),
            ("subtypes", !self.subtypes.is_empty()),
        ];
        let of_tiers = [("tier", self.tier.is_some())];
        let strange: &[&[(&'static str, bool)]] = match section {
            Section::Rules => &[&of_severity, &of_tiers],
            Section::Severity => &[&of_rules, &of_tiers],
            Section::Tiers => &[&of_rules, &of_severity],
        };
        strange.iter().copied().flatten().find(|(_, is_set)| *is_set).map(|(key, _)| *key)
    }
}
