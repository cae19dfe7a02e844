//! What a row of a timeline states: that it was detected, acknowledged, repaired or is over.
//!
//! Only what the row says in its first clause counts, and no words in quotes: a status page that
//! says "mitigation deployed" is a message that was sent, not a mitigation.

use std::sync::LazyLock;

use regex::Regex;

use super::Key;
use super::vocabulary::{key_of, wants_a_time};
use crate::text::pattern::pattern;

/// How a row states it: as a label (`Detected: …`, `INCIDENT ENDS`) or in a sentence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Manner {
    Label,
    Sentence,
}

const TROUBLE: &str =
    r"\b(?:incident|issue|outage|problem|fault|failure|disruption|degradation)s?\b";

/// What reaches whoever is on call.
const CALL: &str = r"(?:alert|alarm|page|pager|paging|notification|call|ticket)s?\b";

/// Words between a noun and its verb.
const FEW: &str = r"(?:\s+[^\s.;]+){0,4}?\s+";

static QUOTED: LazyLock<Regex> = LazyLock::new(|| pattern(r#""[^"]*"|“[^”]*”|„[^“]*“"#));

static DOUBT: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)\b(?:not|never|no|unable|cannot|thought|thinks?|believed?|assumed?|expect(?:s|ed)?|hop(?:e[ds]?|ing)|attempt(?:s|ed|ing)?|tr(?:y|ies|ied|ying)|if|until|unless|whether|should|would|will|could|might|partial(?:ly)?|partly|unresolved|appears?|seems?|still|propos(?:es?|ed)|suggest\w*|status[ -]?page|some)\b|n't\b|n’t\b|\?",
    )
});

static PHRASES: LazyLock<Vec<(Regex, Key)>> = LazyLock::new(|| {
    let say = |text: String, key| (pattern(&format!("(?i){text}")), key);
    vec![
        say(
            format!(
                r"\b(?:alert|alarm|monitor|page|pager)s?\b{FEW}(?:fire[sd]?|firing|trigger(?:s|ed)|raised|detect(?:s|ed)|went off|goes off)\b"
            ),
            Key::Detected,
        ),
        say(
            r"\b(?:alert|alarm)s?\s+(?:fire[sd]?|trigger(?:s|ed)|raised|detect(?:s|ed)|went off)\b".to_owned(),
            Key::Detected,
        ),
        say(format!(r"{TROUBLE}{FEW}(?:detected|discovered|noticed)\b"), Key::Detected),
        say(format!(r"{TROUBLE}\s+(?:detected|discovered|noticed)\b"), Key::Detected),
        say(
            r"\bon-?call\b(?:\s+[^\s.;]+){0,3}?\s+(?:paged|alerted)\b|\b(?:paged|pages|alerted|alerts)\s+(?:the\s+)?(?:primary|on-?call)\b|\breceive[sd]?\s+(?:an?\s+|the\s+)?pager?\b".to_owned(),
            Key::Detected,
        ),
        // What was taken on is the call that went out here: a provider acknowledges issues too.
        say(
            format!(
                r"\b(?:acked|acks|acknowledge[sd])\s+(?:(?:the|this|that|its|an?|first|second|[^\s.;]+['’]s)\s+)*{CALL}|\b{CALL}{FEW}(?:acked|acknowledged)\b|\b{CALL}\s+(?:acked|acknowledged)\b|\b(?:on-?call|primary|secondary)\b(?:\s+[^\s.;]+){{0,2}}?\s+(?:acked|acks|acknowledge[sd])\b|^\s*[^\s.;]+\s+(?:acked|acks)\s*$"
            ),
            Key::Acknowledged,
        ),
        say(
            r"\bdeclare[sd]?\s+(?:[^\s.;]+\s+){0,3}?(?:incident|outage|sev[- ]?\d|p[0-4])\b".to_owned(),
            Key::Declared,
        ),
        say(format!(r"{TROUBLE}{FEW}(?:mitigated|repaired|contained)\b"), Key::Mitigated),
        say(format!(r"{TROUBLE}\s+(?:mitigated|repaired|contained)\b"), Key::Mitigated),
        say(
            r"\b(?:service|traffic|functionality|site|system|access)s?\b(?:\s+(?:is|are|was|were|has|have|been|fully|now|completely))*\s+(?:restored|recovered|back to normal|back online)\b".to_owned(),
            Key::Mitigated,
        ),
        say(format!(r"{TROUBLE}{FEW}resolved\b"), Key::Resolved),
        say(format!(r"{TROUBLE}\s+(?:resolved|over|ended)\b"), Key::Resolved),
        say(r"\ball[- ]clear\b".to_owned(), Key::Resolved),
    ]
});

/// What a row states. `bold` is how many bytes of its text are bold from the first on; `phase` is
/// the cell of a column that names the phase.
pub(super) fn stated(text: &str, bold: usize, phase: Option<&str>) -> Vec<(Key, Manner)> {
    let mut found: Vec<(Key, Manner)> = Vec::new();
    let lead = lead(text);
    let bold = text.get(..bold).filter(|bold| !bold.is_empty());
    let labels = [phase, bold, Some(lead), done_by(lead)];
    found.extend(labels.into_iter().flatten().filter_map(key_of).map(|key| (key, Manner::Label)));
    let said = QUOTED.replace_all(text, " ");
    let clause = first_clause(&said);
    if !DOUBT.is_match(clause) {
        let phrases = PHRASES.iter().filter(|(phrase, _)| phrase.is_match(clause));
        for (_, key) in phrases {
            if found.iter().all(|(known, _)| known != key) {
                found.push((*key, Manner::Sentence));
            }
        }
    }
    found.dedup();
    found
}

/// What stands before the first mark.
fn lead(text: &str) -> &str {
    let end = text
        .char_indices()
        .find(|(at, c)| ":.,;!(|–—".contains(*c) || (*c == '-' && text[..*at].ends_with(' ')))
        .map_or(text.len(), |(at, _)| at);
    text[..end].trim_matches(['[', ']', ' ', '*'])
}

/// The word before who or what did it: `acknowledged by kim`, `mitigated by failover`. What was
/// `started by kim` is rather something else than the incident.
fn done_by(lead: &str) -> Option<&str> {
    let (word, _) = lead.split_once(" by ")?;
    let states = wants_a_time(word) && key_of(word).is_some_and(|key| key != Key::Started);
    (states && !word.contains(' ') && !DOUBT.is_match(lead)).then_some(word)
}

/// What stands before the first full stop, semicolon or long dash; a label before a colon counts
/// too.
fn first_clause(text: &str) -> &str {
    let marks = [". ", "; ", " — ", " – ", "\n"];
    let end = marks.iter().filter_map(|mark| text.find(mark)).min().unwrap_or(text.len());
    &text[..text.floor_char_boundary(end.min(300))]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_state_only_what_they_say() {
        let check = |text: &str, expected: &[Key]| {
            let keys: Vec<Key> = stated(text, 0, None).into_iter().map(|(key, _)| key).collect();
            assert_eq!(keys, expected, "{text}");
        };
        check("`HighErrors` alert fired (P0)", &[Key::Detected]);
        check("Alert fired", &[Key::Detected]);
        check("Ana acked the page from her phone", &[Key::Acknowledged]);
        check("AWS acknowledged an issue in its status feed", &[]);
        check("The bank acknowledged the outage", &[]);
        check("On-call engineer acknowledged", &[Key::Acknowledged]);
        check("Issue acknowledged by the provider", &[]);
        check("Bo acked", &[Key::Acknowledged]);
        check("Pager was acknowledged by Bo", &[Key::Acknowledged]);
        check("The probe is down. Team acknowledged and looked", &[]);
        check("Incident declared. https://x", &[Key::Declared]);
        check("Incident declared resolved", &[Key::Resolved]);
        check("Incident repaired and resolved.", &[Key::Mitigated, Key::Resolved]);
        check("Issue mitigated by hand", &[Key::Mitigated]);
        check("Issue not mitigated by that", &[]);
        check("Posted: \"issue resolved\"", &[]);
        check("Status page: incident resolved", &[]);
        check("Clean for 12 minutes; Ana declared all-clear", &[]);
        check("12 clean minutes and Ana declared all-clear", &[Key::Resolved]);
        check("OUTAGE BEGINS — back ends melt", &[Key::Started]);
        check("Detection: many alerts", &[Key::Detected]);
        check("Ana proposed a mitigation: scale up", &[]);
        check("Error rate began dropping", &[]);
        check("Should the issue be resolved, call", &[]);
        check("First pod was killed", &[]);
        check("Services fully restored", &[Key::Mitigated]);
    }

    #[test]
    fn what_was_done_by_somebody_was_done() {
        let check = |text: &str, expected: &[(Key, Manner)]| {
            assert_eq!(stated(text, 0, None), expected, "{text}");
        };
        check("detected by alert", &[(Key::Detected, Manner::Label)]);
        check("Detected by a customer", &[(Key::Detected, Manner::Label)]);
        check("acknowledged by kim", &[(Key::Acknowledged, Manner::Label)]);
        check("mitigated by failover", &[(Key::Mitigated, Manner::Label)]);
        check("Resolved by Ana: rolled back", &[(Key::Resolved, Manner::Label)]);
        check("partially mitigated by failover", &[]);
        check("mitigated by failover?", &[]);
        check("started by kim", &[]);
        check("recovery by failover begun", &[]);
    }

    #[test]
    fn a_column_or_bold_words_name_the_phase() {
        assert_eq!(stated("we saw it", 0, Some("Detected")), [(Key::Detected, Manner::Label)]);
        let row = "INCIDENT ENDS after 30 calm minutes";
        assert_eq!(stated(row, 13, None), [(Key::Resolved, Manner::Label)]);
    }
}
