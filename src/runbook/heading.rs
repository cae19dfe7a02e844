//! What a heading says: its step number, its budget, and what the section under it is for.

use std::sync::LazyLock;

use regex::Regex;

use super::SectionKind;
use super::duration::split_budget;
use crate::text::pattern::pattern;

static STEP: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"(?i)^(?:step|phase)\s+#?(\d{1,3}(?:\.\d{1,3})*[a-z]?)(?:\s*[—–:.)\-]+\s*|\s+|$)(.*)$")
});
static NUMBER: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"(?i)^(\d{1,3}(?:\.\d{1,3})*[a-z]?)(?:[.):]\s+|[.)]$|\s+[—–-]\s+)(.*)$")
});
static SUB_NUMBER: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?i)^(\d{1,3}[a-z]|\d{1,3}(?:\.\d{1,3})+)\s+(\S.*)$"));

/// A heading, taken apart.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Heading {
    /// `3a`, lower case.
    pub(super) number: Option<String>,
    /// The number follows the word "Step".
    pub(super) explicit: bool,
    /// The number has neither the word nor a stop after it, so it may be something else.
    pub(super) doubtful: bool,
    /// The words, without number and budget.
    pub(super) words: String,
    /// The budget, in seconds.
    pub(super) budget_s: Option<u32>,
}

impl Heading {
    /// Takes a heading's plain words apart.
    pub(super) fn read(title: &str) -> Self {
        let (rest, budget_s) = split_budget(title);
        if !rest.starts_with(|c: char| c.is_ascii_digit() || "sSpP".contains(c)) {
            return Self { words: rest, budget_s, ..Self::default() };
        }
        let found = [(&*STEP, true, false), (&*NUMBER, false, false), (&*SUB_NUMBER, false, true)]
            .into_iter()
            .find_map(|(pattern, explicit, doubtful)| {
                pattern.captures(&rest).map(|found| (found, explicit, doubtful))
            });
        match found {
            Some((found, explicit, doubtful)) => Self {
                number: Some(found[1].to_lowercase()),
                explicit,
                doubtful,
                words: if found[2].trim().is_empty() { title } else { found[2].trim() }.to_owned(),
                budget_s,
            },
            None => Self { words: rest, budget_s, ..Self::default() },
        }
    }

    /// The number of the step this one is part of: `3` for `3a` and `3.1`.
    pub(super) fn parent_number(&self) -> Option<&str> {
        parent_number(self.number.as_deref()?)
    }
}

/// `3` for `3a` and `3.1`.
fn parent_number(number: &str) -> Option<&str> {
    match number.strip_suffix(|c: char| c.is_ascii_alphabetic()) {
        Some(parent) => Some(parent),
        None => number.rsplit_once('.').map(|(parent, _)| parent),
    }
}

/// Where in a heading a phrase counts.
#[derive(Clone, Copy, PartialEq)]
enum At {
    Anywhere,
    /// First, or after nothing but words like "possible" or "how to".
    Start,
    Whole,
}

type Phrases = (SectionKind, At, &'static [&'static str]);

/// Kinds that are what they are wherever the phrase stands, the first match winning. A word
/// with a star may go on.
const CERTAIN: [Phrases; 6] = [
    (
        SectionKind::LastWorked,
        At::Anywhere,
        &[
            "last worked",
            "last exercise*",
            "last tested",
            "last rehears*",
            "last used",
            "last drill*",
            "last verified",
            "exercise log",
            "exercise history",
            "exercise record*",
            "history of use",
            "usage history",
            "drill log",
            "drill history",
            "rehearsal log",
            "test history",
            "track record",
        ],
    ),
    (
        SectionKind::FalseStarts,
        At::Anywhere,
        &[
            "false start*",
            "false positive*",
            "false alarm*",
            "footgun*",
            "gotcha*",
            "pitfall*",
            "common mistake*",
            "red herring*",
            "what not to do",
        ],
    ),
    (
        SectionKind::Postmortem,
        At::Anywhere,
        &[
            "postmortem*",
            "post mortem*",
            "retrospective*",
            "post incident*",
            "after the incident",
            "lessons learned",
        ],
    ),
    (
        SectionKind::Related,
        At::Start,
        &["related", "see also", "further reading", "references", "additional resource*"],
    ),
    (
        SectionKind::Related,
        At::Whole,
        &["reference", "links", "resources", "useful links", "more information"],
    ),
    (
        SectionKind::Preflight,
        At::Start,
        &[
            "pre flight",
            "preflight",
            "prerequisite*",
            "precondition*",
            "before you",
            "pre check*",
            "prechecks",
            "requirements",
        ],
    ),
];

/// Kinds among which the phrase that stands first decides.
const LIKELY: [Phrases; 9] = [
    (
        SectionKind::Verify,
        At::Anywhere,
        &["safety check*", "spot check*", "smoke test*", "post check*", "sanity check*"],
    ),
    (
        SectionKind::Verify,
        At::Start,
        &["verif*", "validat*", "did it work", "did it help", "check recovery", "test the fix"],
    ),
    (SectionKind::Check, At::Anywhere, &["check", "checks", "checking"]),
    (
        SectionKind::Check,
        At::Start,
        &["triage", "confirm", "assess*", "is it real", "is the alert real", "initial assessment"],
    ),
    (
        SectionKind::Diagnose,
        At::Start,
        &[
            "diagnos*",
            "investigat*",
            "troubleshoot*",
            "debug*",
            "root cause*",
            "causes",
            "cause",
            "likely cause*",
            "find the cause",
            "identify*",
            "analysis",
        ],
    ),
    (
        SectionKind::Communicate,
        At::Start,
        &[
            "communicat*",
            "notif*",
            "escalat*",
            "announce*",
            "status page",
            "inform",
            "comms",
            "stakeholder*",
            "who to contact",
        ],
    ),
    (
        SectionKind::Mitigate,
        At::Start,
        &[
            "mitigat*",
            "resol*",
            "remediat*",
            "fix",
            "fixes",
            "fixing",
            "rollback*",
            "roll back",
            "rolling back",
            "recover*",
            "restor*",
            "repair*",
            "workaround*",
            "work around",
            "action",
            "actions",
            "actions to take",
            "procedure*",
            "solution*",
            "what to do",
            "failover",
            "fail over",
            "instructions",
            "contain*",
        ],
    ),
    (SectionKind::Trigger, At::Start, &["alert", "alerts", "alarm*", "trigger", "triggers"]),
    (
        SectionKind::WhenToUse,
        At::Start,
        &[
            "when to",
            "when should",
            "use this",
            "meaning",
            "summary",
            "description",
            "impact",
            "symptom*",
            "purpose",
            "context",
            "what it means",
            "what this means",
            "customer impact",
        ],
    ),
];

/// Kinds told by one whole heading.
const WHOLE: [Phrases; 3] = [
    (SectionKind::Mitigate, At::Whole, &["steps", "runbook", "playbook", "response", "execution"]),
    (SectionKind::Trigger, At::Anywhere, &["runbook fires", "triggered by"]),
    (SectionKind::WhenToUse, At::Whole, &["overview", "background", "about", "scope"]),
];

/// Words that may stand before the word that counts.
const FILLERS: [&str; 23] = [
    "possible",
    "suggested",
    "immediate",
    "recommended",
    "how",
    "to",
    "the",
    "a",
    "step",
    "steps",
    "common",
    "quick",
    "short",
    "long",
    "term",
    "temporary",
    "permanent",
    "emergency",
    "manual",
    "initial",
    "further",
    "general",
    "automatic",
];

/// What a section is for, from its heading's words alone.
fn kind_of(words: &str) -> Option<SectionKind> {
    let outside = without_parentheses(words).to_lowercase();
    let tokens: Vec<&str> =
        outside.split(|c: char| !c.is_alphanumeric()).filter(|token| !token.is_empty()).collect();
    if tokens.starts_with(&["action", "items"]) || tokens.starts_with(&["action", "item"]) {
        return None;
    }
    let skipped = tokens.iter().take_while(|token| FILLERS.contains(token)).count();
    let find = |(kind, at, phrases): &Phrases| {
        let position = phrases.iter().filter_map(|phrase| {
            let position = position(&tokens, phrase)?;
            let counts = match at {
                At::Anywhere => true,
                At::Start => position <= skipped,
                At::Whole => position == 0 && phrase.split(' ').count() == tokens.len(),
            };
            counts.then_some(position)
        });
        position.min().map(|position| (position, *kind))
    };
    if let Some((_, kind)) = CERTAIN.iter().chain(&WHOLE).find_map(find) {
        return Some(kind);
    }
    let found: Vec<_> = LIKELY.iter().filter_map(find).collect();
    let (_, first) = found.iter().min_by_key(|(position, _)| *position)?;
    // "Diagnosis and mitigation": what acts counts.
    let both = tokens.contains(&"and") || outside.contains(['&', '/']);
    let acts = tokens
        .iter()
        .any(|token| ["mitigat", "resol", "remediat"].iter().any(|stem| token.starts_with(stem)));
    let looks = matches!(first, SectionKind::Check | SectionKind::Diagnose);
    Some(if both && acts && looks { SectionKind::Mitigate } else { *first })
}

/// Where a phrase stands among tokens.
fn position(tokens: &[&str], phrase: &str) -> Option<usize> {
    let length = phrase.split(' ').count();
    tokens.windows(length).position(|window| {
        window.iter().zip(phrase.split(' ')).all(|(token, word)| match word.strip_suffix('*') {
            Some(stem) => token.starts_with(stem),
            None => *token == word,
        })
    })
}

/// Asides in parentheses say when or for whom, not what for.
fn without_parentheses(words: &str) -> String {
    let mut depth = 0_usize;
    words
        .chars()
        .filter(|c| {
            match c {
                '(' => depth += 1,
                ')' if depth > 0 => {
                    depth -= 1;
                    return false;
                }
                _ => {}
            }
            depth == 0
        })
        .collect()
}

/// What a section is for, under a section of kind `parent`.
pub(super) fn kind_under(heading: &Heading, parent: SectionKind) -> SectionKind {
    use SectionKind::{
        Check, Communicate, Diagnose, FalseStarts, LastWorked, Mitigate, Other, Postmortem,
        Preflight, Related, Trigger, Verify, WhenToUse,
    };
    let own = kind_of(&heading.words);
    let sub_step = heading.parent_number().is_some();
    let stays = match (parent, own) {
        (_, None) => true,
        (_, Some(LastWorked)) => false,
        (FalseStarts | Postmortem | Related | LastWorked | Communicate, _) => true,
        (_, Some(Verify)) => false,
        (Mitigate, Some(Check)) => return Verify,
        (Mitigate, Some(kind)) => sub_step || !matches!(kind, FalseStarts | Related | Postmortem),
        (Check | Diagnose | Verify | Preflight, Some(kind)) => {
            sub_step || matches!(kind, Communicate | Trigger | WhenToUse | Preflight)
        }
        (Trigger | WhenToUse | Other, Some(_)) => false,
    };
    let kind = if stays { parent } else { own.unwrap_or(parent) };
    // What a numbered step does is an action unless its title says otherwise.
    if kind == Other && heading.explicit { Mitigate } else { kind }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_budgets_are_taken_off() {
        let check = |title, number: Option<&str>, explicit, words: &str, budget| {
            let heading = Heading::read(title);
            let found = (heading.number.as_deref(), heading.explicit, heading.words.as_str());
            assert_eq!(found, (number, explicit, words), "{title}");
            assert_eq!(heading.budget_s, budget, "{title}");
        };
        check("Step 3 — Mitigate (< 60s)", Some("3"), true, "Mitigate", Some(60));
        check("Step 12: Drain", Some("12"), true, "Drain", None);
        check("Step 3A. Drain", Some("3a"), true, "Drain", None);
        check("Step 4", Some("4"), true, "Step 4", None);
        check("3a. Roll back", Some("3a"), false, "Roll back", None);
        check("1) Title", Some("1"), false, "Title", None);
        check("3.1. Title", Some("3.1"), false, "Title", None);
        check("3.1 Title", Some("3.1"), false, "Title", None);
        check("5 ways to fail", None, false, "5 ways to fail", None);
        check("2026-04-15 outage", None, false, "2026-04-15 outage", None);
        check("The 24-hour clock", None, false, "The 24-hour clock", None);
        check("Step by step", None, false, "Step by step", None);
    }

    #[test]
    fn sub_steps_know_their_parent() {
        let check = |title, parent| {
            assert_eq!(Heading::read(title).parent_number(), parent, "{title}");
        };
        check("3a. x", Some("3"));
        check("3.1.2. x", Some("3.1"));
        check("3. x", None);
    }

    #[test]
    fn kinds_follow_from_words() {
        use SectionKind::*;
        let check = |title, expected| {
            assert_eq!(kind_under(&Heading::read(title), Other), expected, "{title}");
        };
        check("When this runbook last worked", LastWorked);
        check("Exercise log", LastWorked);
        check("Common false starts", FalseStarts);
        check("The footguns", FalseStarts);
        check("Step 5 — Postmortem", Postmortem);
        check("Related runbooks", Related);
        check("Pre-flight (≤ 30 seconds)", Preflight);
        check("Alert / trigger", Trigger);
        check("When this runbook fires", Trigger);
        check("Step 1 — Check (< 60s)", Check);
        check("Possible checks", Check);
        check("Step 0 — Schema-compatibility check", Check);
        check("Diagnosis", Diagnose);
        check("Mitigation", Mitigate);
        check("How to fix", Mitigate);
        check("Resolution", Mitigate);
        check("Diagnosis and mitigation", Mitigate);
        check("Verify session expiry", Verify);
        check("Escalation", Communicate);
        check("Meaning", WhenToUse);
        check("When NOT to use this runbook", Other);
        check("Code rollback", Other);
        check("Action items", Other);
        check("Quick reference", Other);
        check("Step 1 — Declare a hotfix", Mitigate);
        check("1. Introduction", Other);
        check("Step 7 — Update the alerting (action item, post-postmortem)", Mitigate);
    }

    #[test]
    fn sub_sections_inherit_unless_they_verify() {
        use SectionKind::*;
        let check = |title, parent, expected| {
            assert_eq!(kind_under(&Heading::read(title), parent), expected, "{title}");
        };
        check("2c. Stripe API key health", Diagnose, Diagnose);
        check("2d. Are we being rate-limited?", Diagnose, Diagnose);
        check("3b. Verify", Mitigate, Verify);
        check("3c. Sync the source-of-truth", Mitigate, Mitigate);
        check("3a. Notify the tenant admin", Mitigate, Mitigate);
        check("3c. Spot-check the recovered data", Mitigate, Verify);
        check("Safety check", Mitigate, Verify);
        check("Resolution", Diagnose, Mitigate);
        check("Alert noise", FalseStarts, FalseStarts);
    }
}
