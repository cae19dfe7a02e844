//! How bad it is: the highest line of the severity table that holds, and what a source's own
//! label says.

use std::sync::LazyLock;

use regex::Regex;
use serde::{Deserialize, Serialize};

use super::message::Place;
use super::pattern::Pattern;
use super::rule::{Meaning, Rule, may_raise};
use crate::text::pattern::pattern;

/// How bad it is; the order is that of the harm.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "UPPERCASE")]
pub enum Level {
    /// Good to know.
    #[default]
    Info,
    /// Housekeeping.
    Low,
    /// Degraded, with others serving.
    Medium,
    /// A service, or the reserve of one, is gone.
    High,
    /// Users, data or control are lost, or will be at the next fault.
    Critical,
}

impl Level {
    /// Its name in JSON, scenarios and pages.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Info => "INFO",
            Self::Low => "LOW",
            Self::Medium => "MEDIUM",
            Self::High => "HIGH",
            Self::Critical => "CRITICAL",
        }
    }

    const fn raised(self) -> Self {
        match self {
            Self::Info => Self::Low,
            Self::Low => Self::Medium,
            Self::Medium => Self::High,
            Self::High | Self::Critical => Self::Critical,
        }
    }

    const fn lowered(self) -> Self {
        match self {
            Self::Info | Self::Low => Self::Info,
            Self::Medium => Self::Low,
            Self::High => Self::Medium,
            Self::Critical => Self::High,
        }
    }

    /// How many levels lie between two.
    pub const fn distance(self, other: Self) -> u8 {
        (self as u8).abs_diff(other as u8)
    }

    /// The level that a source's word stands for, like `page`, `s2`, `P0` or `warning`.
    pub fn of_label(label: &str) -> Option<Self> {
        Some(match label.to_ascii_lowercase().as_str() {
            "critical" | "crit" | "page" | "s1" | "p0" | "sev1" | "sev-1" | "disaster"
            | "emergency" | "fatal" => Self::Critical,
            "s2" | "error" | "high" | "p1" | "sev2" | "sev-2" | "major" => Self::High,
            "warning" | "warn" | "s3" | "p2" | "sev3" | "sev-3" | "medium" | "moderate"
            | "average" => Self::Medium,
            "s4" | "low" | "p3" | "sev4" | "sev-4" | "minor" => Self::Low,
            "info" | "none" | "p4" | "informational" | "information" | "sev5" => Self::Info,
            _ => return None,
        })
    }
}

/// A line of the severity table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[expect(missing_docs, reason = "data/patterns/severity.yaml says what each stands for")]
pub enum Line {
    C1,
    C2,
    C3,
    C4,
    C5,
    C6,
    C7,
    C8,
    H1,
    H2,
    H3,
    H4,
    H5,
    H6,
    M1,
    M2,
    M3,
    M4,
    M5,
    L1,
    L2,
    L3,
    I1,
}

impl Line {
    /// The level it gives.
    pub const fn level(self) -> Level {
        match self {
            Self::C1
            | Self::C2
            | Self::C3
            | Self::C4
            | Self::C5
            | Self::C6
            | Self::C7
            | Self::C8 => Level::Critical,
            Self::H1 | Self::H2 | Self::H3 | Self::H4 | Self::H5 | Self::H6 => Level::High,
            Self::M1 | Self::M2 | Self::M3 | Self::M4 | Self::M5 => Level::Medium,
            Self::L1 | Self::L2 | Self::L3 => Level::Low,
            Self::I1 => Level::Info,
        }
    }
}

/// A rule of the severity table that holds.
#[derive(Clone, Debug)]
pub(super) struct Held {
    pub(super) line: Line,
    /// Where; a rule that holds for every finding of a kind has no place of its own.
    pub(super) place: Option<Place>,
    pub(super) rule: String,
    pub(super) says: String,
}

/// A level that a source states, and where.
#[derive(Clone, Debug)]
pub(super) struct Label {
    pub(super) level: Level,
    /// None where it is a label beside the text.
    pub(super) place: Option<Place>,
    pub(super) said: String,
}

/// The level with all that led to it.
#[derive(Clone, Debug, Default)]
pub(super) struct Severity {
    pub(super) level: Level,
    /// The rules of the highest level that hold.
    pub(super) held: Vec<Held>,
    pub(super) label: Option<Label>,
    /// A name that says that it is no production system.
    pub(super) environment: Option<Place>,
    /// What was done with it all, in words.
    pub(super) because: String,
}

impl Severity {
    /// The lines that hold, each once, in order.
    pub(super) fn lines(&self) -> Vec<Line> {
        let mut lines: Vec<Line> = self.held.iter().map(|held| held.line).collect();
        lines.sort_unstable();
        lines.dedup();
        lines
    }
}

/// Puts together what holds.
pub(super) fn judge(
    pattern: Pattern,
    subtype: Option<&str>,
    found: Vec<(&Rule, Place)>,
    always: &[&Rule],
    label: Option<Label>,
    environment: Option<Place>,
) -> Severity {
    let mut all: Vec<(&Rule, Option<Place>)> =
        found.into_iter().map(|(rule, place)| (rule, Some(place))).collect();
    all.extend(always.iter().map(|rule| (*rule, None)));
    let fits = |rule: &Rule| match &rule.meaning {
        Meaning::Severity(m) => {
            (m.patterns.is_empty() || m.patterns.contains(&pattern))
                && !m.not_patterns.contains(&pattern)
                && (m.subtypes.is_empty()
                    || subtype.is_some_and(|name| m.subtypes.iter().any(|one| one == name)))
        }
        _ => false,
    };
    all.retain(|(rule, _)| fits(rule));
    let lines: Vec<(Line, bool)> =
        all.iter().filter_map(|(rule, _)| line_of(rule)).map(|(l, j)| (l, j.is_empty())).collect();
    let joined = |joint: &[Line]| {
        joint.is_empty() || lines.iter().any(|(line, alone)| *alone && joint.contains(line))
    };
    let mut held: Vec<Held> = Vec::new();
    for (rule, place) in all {
        let Some((line, joint)) = line_of(rule) else { continue };
        if joined(joint) {
            let (id, says) = (rule.id.clone(), rule.says.clone());
            held.push(Held { line, place, rule: id, says });
        }
    }
    held.sort_by(|a, b| {
        (a.line, a.place.is_none(), a.place, &a.rule).cmp(&(
            b.line,
            b.place.is_none(),
            b.place,
            &b.rule,
        ))
    });
    combine(pattern, held, label, environment)
}

fn line_of(rule: &Rule) -> Option<(Line, &[Line])> {
    match &rule.meaning {
        Meaning::Severity(meaning) => Some((meaning.line, &meaning.joint)),
        _ => None,
    }
}

fn combine(
    pattern: Pattern,
    mut held: Vec<Held>,
    label: Option<Label>,
    environment: Option<Place>,
) -> Severity {
    let highest = held.iter().map(|held| held.line.level()).max();
    let level = match (&label, highest) {
        (Some(label), highest) => {
            let raises = highest.is_some_and(|level| level > label.level);
            held.retain(|held| raises && may_raise(held.line));
            let level = if held.is_empty() { label.level } else { label.level.raised() };
            let because = match held.first() {
                None => format!("the source says {}", label.said),
                Some(held) => {
                    format!(
                        "the source says {}; {:?} raises it by one level",
                        label.said, held.line
                    )
                }
            };
            return Severity { level, held, label: Some(label.clone()), environment, because };
        }
        // A failure that no line speaks of is taken for a partial one.
        (None, None) if pattern == Pattern::Unknown => Level::Info,
        (None, None) => Level::Medium,
        (None, Some(level)) => level,
    };
    held.retain(|held| held.line.level() == level);
    let fixed = held.iter().any(|held| matches!(held.line, Line::C2 | Line::C5));
    let lowers = environment.is_some() && !fixed;
    let because = match (held.first(), lowers) {
        (None, _) if pattern == Pattern::Unknown => "nothing says that something failed",
        (None, _) => "a failure, and no line of the table says more",
        (Some(held), _) => held.says.as_str(),
    };
    let because = if lowers {
        format!("{because}; one level less, since this is no production system")
    } else {
        because.to_owned()
    };
    let level = if lowers { level.lowered() } else { level };
    Severity { level, held, label, environment, because }
}

static LABELS: LazyLock<Regex> = LazyLock::new(|| {
    let source = concat!(
        r"(?i)\b(?:severity|priority|prio|sev|urgency)\s*(?:[=:]|is)?\s*",
        r#"["'\[(]*(critical|crit|page|disaster|emergency|fatal|error|high|major|warning|warn|medium|"#,
        r"moderate|average|low|minor|info|informational|none|s[1-4]|p[0-4]|sev-?[1-5]|[1-4])\b",
        r"|(?:^|[\s\[(])(p[0-4]|sev-?[1-5])\b(?:\s*[-:\])]|\s+(?:incident|alert|ticket|outage))",
        r"|^\W*(?:\*\*\s*)?(?:problem|alert|firing)\b[^.;]*?\b(critical|warning)\b",
        r"|\[(?:firing[:\d]*\]\s*\[?)?(critical|warning|page|sev-?[1-5]|p[0-4])\]",
    );
    pattern(source)
});

/// The level that a text states about itself, and where.
pub(super) fn stated(text: &str, message: Option<usize>) -> Option<Label> {
    // A label stands at the head of an alert; further on it speaks of something else.
    let head = &text[..super::clean::floor(text, 4096)];
    LABELS.captures_iter(head).find_map(|found| {
        let group = (1..found.len()).find_map(|at| found.get(at))?;
        let said = group.as_str();
        // `severity: 1` counts in the same way as `sev1`.
        let level = match said {
            "1" | "2" | "3" | "4" => Level::of_label(&format!("sev{said}")),
            _ => Level::of_label(said),
        }?;
        let place = Place { message, start: group.start(), end: group.end() };
        Some(Label { level, place: Some(place), said: said.to_owned() })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn held(line: Line) -> Held {
        Held { line, place: None, rule: String::new(), says: "it".to_owned() }
    }

    fn label(level: Level) -> Option<Label> {
        Some(Label { level, place: None, said: "so".to_owned() })
    }

    #[test]
    fn the_highest_line_wins_and_a_label_is_raised_by_a_critical_line_only() {
        let check = |lines: &[Line], label, expected, kept: usize| {
            let held = lines.iter().copied().map(held).collect();
            let severity = combine(Pattern::DnsFailure, held, label, None);
            assert_eq!((severity.level, severity.held.len()), (expected, kept), "{lines:?}");
        };
        check(&[Line::M1, Line::C4, Line::C1], None, Level::Critical, 2);
        check(&[Line::M1, Line::H1], None, Level::High, 1);
        check(&[], None, Level::Medium, 0);
        check(&[Line::H1], label(Level::Medium), Level::Medium, 0);
        check(&[Line::C2], label(Level::Medium), Level::High, 1);
        check(&[Line::M1], label(Level::Critical), Level::Critical, 0);
        check(&[Line::C2], label(Level::Critical), Level::Critical, 0);
    }

    #[test]
    fn elsewhere_than_in_production_it_is_one_level_less_but_lost_data_stay_lost() {
        let place = Some(Place { message: None, start: 0, end: 1 });
        let level = |line| combine(Pattern::DiskFull, vec![held(line)], None, place).level;
        assert_eq!(level(Line::H1), Level::Medium);
        assert_eq!(level(Line::C2), Level::Critical);
    }

    #[test]
    fn a_stated_level_is_found() {
        let check = |text, expected| {
            assert_eq!(stated(text, None).map(|label| label.level), expected, "{text}");
        };
        check("Alert rule labelled severity=critical; x", Some(Level::Critical));
        check("severity: \"warning\"", Some(Level::Medium));
        check("[P1] checkout is down", Some(Level::High));
        check("SEV2 - login", Some(Level::High));
        check("[FIRING:1] [critical] x", Some(Level::Critical));
        check("the process has high priority", None);
        check("page 3 not found, critical section entered", None);
        check("p99 is 3 s", None);
    }
}
