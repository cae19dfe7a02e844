//! How much to believe a verdict: one fixed function of what speaks for and against it.
//!
//! `p = 1 / (1 + e^-z)` with `z = -2.9 + 1.6 margin + 2.2 strength + 1.5 agreement + 1.8 variety +
//! 0.4 explained - 1.6 contradictions - 0.5 generic`, each feature from 0 to 1.
//!
//! The weights are set by hand, by these reasons, and fitted to nothing; a calibration report shows how
//! true the value is:
//!
//! - One strong rule without a rival comes near the cap of a lone one (0.75); a middling one stays
//!   below it (0.68), and a weak one is little better than a coin (0.55).
//! - A second rule in words of its own says more than any strength: nobody is wrong twice by chance.
//!   A second message says a little less, since a log repeats itself.
//! - A rival as strong as the leader takes away all that one strong rule gives.
//! - An error, a refusal or a wait alone is an effect, and what is behind it may be anything.

use std::collections::BTreeSet;

use super::decide::Verdict;
use super::pattern::Pattern;
use super::reading::Reading;

/// Nothing is more certain than this.
const CAP: f64 = 0.97;

/// One rule in one message is no more certain than this.
const LONE_CAP: f64 = 0.75;

/// What only names a component beside a word of trouble is no more certain than this.
const FALLBACK_CAP: f64 = 0.5;

/// Nothing that is said at all is less certain than this.
const LEAST: f64 = 0.05;

/// The weight of the strongest rules.
const STRONGEST: f64 = 4.0;

/// What the value is made of; each from 0 to 1.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Features {
    /// How far the leader is ahead of the runner-up.
    pub(super) margin: f64,
    /// The strongest rule that speaks for the leader, by its weight and by the role of its words: a
    /// named cause is more, and an effect or a line of information less.
    pub(super) strength: f64,
    /// Further messages that agree; three are enough.
    pub(super) agreement: f64,
    /// Further rules that agree by words of their own; three are enough.
    pub(super) variety: f64,
    /// The share of the text that the evidence stands in.
    pub(super) explained: f64,
    /// Places that say the contrary; two are enough.
    pub(super) contradictions: f64,
    /// Whether the leader is a symptom that any component may show.
    pub(super) generic: bool,
    /// Whether it is all one rule in one message.
    pub(super) lone: bool,
    /// Whether it rests on last resorts alone.
    pub(super) fallback: bool,
}

/// Collects the features of a verdict.
pub(super) fn features(reading: &Reading<'_>, verdict: &Verdict, lengths: &[usize]) -> Features {
    let of_leader = |pattern: Option<Pattern>| pattern == Some(verdict.pattern);
    // Rules that hit the same words repeat each other: only the first of them counts.
    let mut rules = BTreeSet::new();
    let mut counted: Vec<(usize, usize, usize)> = Vec::new();
    let mut messages = BTreeSet::new();
    let mut covered = BTreeSet::new();
    let (mut strongest, mut against) = (0.0, 0);
    let mut fallback = true;
    for found in &reading.found {
        let evidence = found.evidence();
        if of_leader(evidence.map(|(pattern, _, _)| pattern)) {
            let (at, start, end) = (found.message, found.hit.start, found.hit.end);
            let overlaps =
                |&(of, from, to): &(usize, usize, usize)| of == at && start < to && from < end;
            if !rules.contains(found.rule.id.as_str()) && !counted.iter().any(overlaps) {
                rules.insert(found.rule.id.as_str());
                counted.push((at, start, end));
            }
            fallback &= found.rule.fallback;
            messages.insert(found.message);
            strongest = evidence.map_or(0.0, |(_, _, score)| score).max(strongest);
            let clause = reading.clauses[found.message].around(found.hit.start);
            covered.insert((found.message, clause));
        } else if !found.hit.affirmed
            && matches!(&found.rule.meaning, super::rule::Meaning::Evidence { pattern, .. } if *pattern == verdict.pattern)
        {
            against += 1;
        }
    }
    let explained: usize = covered.iter().map(|(_, (start, end))| end - start).sum();
    let all: usize = messages.iter().filter_map(|at| lengths.get(*at)).sum();
    let runner_up = verdict.runner_up.map_or(0.0, |(_, score)| score);
    let ratio = |part: usize, whole: usize| part.min(whole) as f64 / whole.max(1) as f64;
    Features {
        margin: ((verdict.score - runner_up) / verdict.score.max(1.0)).clamp(0.0, 1.0),
        strength: (strongest / STRONGEST).min(1.0),
        agreement: ratio(messages.len().saturating_sub(1), 3),
        variety: ratio(rules.len().saturating_sub(1), 3),
        explained: ratio(explained, all),
        contradictions: ratio(against, 2),
        generic: verdict.pattern.is_generic(),
        lone: rules.len() == 1 && messages.len() == 1,
        fallback,
    }
}

/// The value, in hundredths.
pub(super) fn value(features: &Features) -> f64 {
    let z = -2.9
        + 1.6 * features.margin
        + 2.2 * features.strength
        + 1.5 * features.agreement
        + 1.8 * features.variety
        + 0.4 * features.explained
        - 1.6 * features.contradictions
        - 0.5 * f64::from(u8::from(features.generic));
    let cap = match (features.fallback, features.lone) {
        (true, _) => FALLBACK_CAP,
        (false, true) => LONE_CAP,
        (false, false) => CAP,
    };
    // Whole percents, so that the last bit of a machine's `exp` never shows.
    let percent = (100.0 / (1.0 + (-z).exp())).round();
    (percent / 100.0).clamp(LEAST, cap)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_evidence_is_believed_more_and_nothing_is_certain() {
        let lone = Features {
            margin: 1.0,
            strength: 1.0,
            explained: 1.0,
            lone: true,
            ..Features::default()
        };
        assert_eq!(value(&lone), 0.75);
        let all = Features { agreement: 1.0, variety: 1.0, lone: false, ..lone };
        assert_eq!(value(&all), 0.97);
        let denied = Features { contradictions: 1.0, ..all };
        assert!(value(&denied) < value(&all));
        assert!(value(&Features::default()) < 0.5);
        assert_eq!(value(&Features { fallback: true, ..all }), 0.5);
        let close = Features { margin: 0.1, ..all };
        assert!(value(&close) < value(&all));
    }

    #[test]
    fn a_lone_rule_is_believed_by_its_strength_and_by_its_rivals() {
        let of = |strength, margin| {
            let explained = 1.0;
            value(&Features { margin, strength, explained, lone: true, ..Features::default() })
        };
        assert_eq!([of(1.0, 1.0), of(0.75, 1.0), of(0.5, 1.0)], [0.75, 0.68, 0.55]);
        assert!(of(1.0, 0.2) <= 0.5, "a rival nearly as strong");
        let second = Features {
            margin: 1.0,
            strength: 0.75,
            explained: 1.0,
            variety: 1.0 / 3.0,
            ..Features::default()
        };
        assert!(value(&second) > of(1.0, 1.0), "a second opinion is more than a loud one");
        let generic = Features { generic: true, ..second };
        assert!(value(&generic) < value(&second));
    }
}
