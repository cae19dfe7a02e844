//! How a message is built: its clauses, and which words are a cause, which an effect, and which
//! say that something did not happen or is over.

use std::ops::Range;
use std::sync::LazyLock;

use regex::bytes::Regex;
use serde::{Deserialize, Serialize};

use super::grammar::{Grammar, Kind};
use crate::text::pattern::bytes_pattern;

/// What a piece of a message says about the rest of it.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// What came of it. Counts half.
    Symptom,
    /// Neither is said.
    #[default]
    Plain,
    /// Why it happened. Counts twice.
    Cause,
}

impl Role {
    /// How much evidence in this role counts.
    pub const fn factor(self) -> f64 {
        match self {
            Self::Cause => 2.0,
            Self::Plain => 1.0,
            Self::Symptom => 0.5,
        }
    }
}

/// How far in front of "no longer" the thing stands that is spoken of, in bytes.
const MAX_BEFORE: usize = 200;

/// A longer quotation, in bytes, is none.
const MAX_QUOTATION: usize = 4096;

/// A message taken apart.
#[derive(Clone, Debug)]
pub(super) struct Clauses<'g> {
    grammar: &'g Grammar,
    /// Where each clause begins, and the end of the text.
    bounds: Vec<usize>,
    /// From which byte on which role holds, in order.
    roles: Vec<(usize, Role)>,
    /// Stretches that say it did not happen, or is over.
    denied: Vec<(usize, usize)>,
    /// All of it is announced, asked for a document or no incident by its own words.
    pub(super) is_no_incident: bool,
}

/// How far behind `as planned` its clause may go on, in bytes, as in `as planned in CHG-201`.
const MEANT_TAIL: usize = 24;

impl<'g> Clauses<'g> {
    /// Takes a message apart.
    pub(super) fn new(text: &str, grammar: &'g Grammar) -> Self {
        let mut bounds = vec![0];
        let mut roles = vec![(0, Role::Plain)];
        // Where a quotation that holds a cause ends; its commas end nothing.
        let mut quoted_until = 0;
        let mut in_detail = false;
        for (turn, Range { start, end }) in grammar.turns(text) {
            let quoted = start < quoted_until;
            // In `TLS_error:|268435581:SSL` it parts a code from its name, and no fields.
            let bytes = text.as_bytes();
            let is_code = bytes[start] == b'|'
                && start > 0
                && bytes[start - 1] == b':'
                && bytes.get(end).is_some_and(u8::is_ascii_digit);
            if is_code {
                continue;
            }
            match turn {
                Kind::Cause => roles.push((end, Role::Cause)),
                Kind::Effect if !quoted => {
                    in_detail = false;
                    roles.push((end, Role::Symptom));
                }
                Kind::Effect => {}
                Kind::Detail => {
                    roles.push((end, Role::Cause));
                    match quotation(text, end) {
                        Some(close) => {
                            quoted_until = close;
                            roles.push((close, Role::Plain));
                        }
                        None => in_detail = !quoted,
                    }
                }
                Kind::Comma | Kind::Stop if quoted => {}
                Kind::Comma => {
                    bounds.push(end);
                    if !in_detail {
                        roles.push((end, Role::Plain));
                    }
                }
                _ => {
                    bounds.push(end);
                    in_detail = false;
                    roles.push((end, Role::Plain));
                }
            }
        }
        bounds.push(text.len());
        bounds.dedup();
        // A quotation's end is noted when it begins.
        roles.sort_by_key(|(at, _)| *at);
        let denied = Vec::new();
        let mut clauses = Self { grammar, bounds, roles, denied, is_no_incident: false };
        clauses.denied = clauses.over(text);
        let more = clauses.no_failures(text);
        clauses.denied.extend(more);
        let lines = clauses.no_incidents(text);
        clauses.is_no_incident = cover(text, &lines);
        clauses.denied.extend(lines);
        clauses
    }

    /// The clauses that say that something is over, and mean it.
    fn over(&self, text: &str) -> Vec<(usize, usize)> {
        let all = self.grammar.all(Kind::Over, text);
        all.map(|found| (found.start, self.around(found.start)))
            .filter(|(at, _)| !self.denies(text, *at))
            .filter(|(at, clause)| !self.is_good_while_it_lasts(text, *at, *clause))
            .map(|(at, (start, end))| (self.subject_of(text, start, at), end))
            .collect()
    }

    /// Where that begins of which something is said in a clause: behind an "and", where another thing
    /// is named there, as in `the shop is down and the backup succeeded`.
    fn subject_of(&self, text: &str, start: usize, at: usize) -> usize {
        let before = &text[start..at];
        let ands = [" and ", " und "].map(|and| before.rfind(and).map(|found| found + and.len()));
        let Some(behind) = ands.into_iter().flatten().max() else { return start };
        let mut words = before[behind..].split_whitespace();
        let is_other = words.any(|word| !self.is_in(Kind::SameSubject, word));
        if is_other { start + behind } else { start }
    }

    /// What is meant, possible or past.
    fn no_failures(&self, text: &str) -> Vec<(usize, usize)> {
        let grammar = self.grammar;
        let mut none = Vec::new();
        none.extend(grammar.all(Kind::Meant, text).filter_map(|found| {
            let (start, end) = self.around(found.start);
            let before = text.get(start..found.start)?;
            let at_end = end.saturating_sub(found.end) <= MEANT_TAIL;
            (at_end && !grammar.is_in(Kind::Negation, before)).then_some((start, end))
        }));
        let maybe = grammar.all(Kind::Maybe, text);
        none.extend(maybe.map(|found| (found.start, self.around(found.start).1)));
        if !grammar.is_in(Kind::Recurs, text) {
            let sentences = grammar.all(Kind::Past, text).map(|found| sentence(text, &found));
            none.extend(
                sentences.filter(|(from, to)| !grammar.is_in(Kind::Lasts, &text[*from..*to])),
            );
        }
        none
    }

    /// The lines that are announced, only talked about, or no incident by their own words.
    fn no_incidents(&self, text: &str) -> Vec<(usize, usize)> {
        let grammar = self.grammar;
        let mut none = Vec::new();
        let line_end = |at: usize| text[at..].find('\n').map_or(text.len(), |end| at + end);
        let line = |found: Range<usize>| {
            let start = text[..found.start].rfind('\n').map_or(0, |at| at + 1);
            (start, line_end(found.end))
        };
        // `no false alarm`, and `a false alarm on web-1, but web-2 is down`.
        let is_meant = |found: &Range<usize>| {
            let (start, end) = line(found.clone());
            let before = &text[self.around(found.start).0..found.start];
            !self.denies(text, found.start)
                && !grammar.is_in(Kind::Negation, before)
                && !text[found.end..].starts_with('?')
                && !grammar.is_in(Kind::NotOver, &text[start..end])
        };
        none.extend(grammar.all(Kind::NoIncident, text).filter(is_meant).map(line));
        // Announced work that went wrong is an outage like any other.
        let announced = grammar.all(Kind::Planned, text).map(line);
        let to_come = |(start, end): &(usize, usize)| {
            text.get(*start..*end).is_some_and(|line| !grammar.is_in(Kind::Happened, line))
        };
        none.extend(announced.filter(to_come));
        let talk = grammar.all(Kind::Talk, text).next();
        none.extend(talk.map(|head| (0, line_end(head.end))));
        none
    }

    /// The role of what begins at a byte.
    pub(super) fn role_at(&self, at: usize) -> Role {
        let after = self.roles.partition_point(|(start, _)| *start <= at);
        after.checked_sub(1).map_or(Role::Plain, |last| self.roles[last].1)
    }

    /// The clause around a byte: first byte, one past the last.
    pub(super) fn around(&self, at: usize) -> (usize, usize) {
        let after = self.bounds.partition_point(|start| *start <= at);
        let start = after.checked_sub(1).map_or(0, |last| self.bounds[last]);
        (start, self.bounds.get(after).copied().unwrap_or(start))
    }

    /// Whether what stands there is said not to have happened, or to be over.
    pub(super) fn is_denied(&self, text: &str, start: usize) -> bool {
        self.denied.iter().any(|(from, to)| (*from..*to).contains(&start))
            || self.denies(text, start)
    }

    /// Whether what stands there is said to have happened, and to last.
    pub(super) fn affirms(&self, text: &str, start: usize, end: usize) -> bool {
        !self.is_denied_within(text, start, end)
            && !self.counts_none(text, start, end)
            && !self.counts_all(text, start, end)
            && !text.get(end..).is_some_and(|after| self.is_in(Kind::Subject, after))
    }

    /// Whether it did not happen. Where what was found goes on into another clause, and that one
    /// begins with a "no", it denies it: `the standby took over, no write was lost`. Any other "no"
    /// in what was found is the rule's own, as in `connection is not available`.
    fn is_denied_within(&self, text: &str, start: usize, end: usize) -> bool {
        let found = text.get(start..end).unwrap_or_default();
        let last = start + found.trim_end_matches(|letter: char| !letter.is_whitespace()).len();
        let (from, to) = self.around(last);
        let first = text.get(from..to).and_then(|clause| clause.split_whitespace().next());
        let denies = || {
            first.is_some_and(|first| self.is_in(Kind::No, first) || self.is_in(Kind::Zero, first))
        };
        self.is_denied(text, start) || from > start && denies() && self.is_denied(text, last)
    }

    /// The words within what was found that deny the last of it, as in `the disk is not full`. They may
    /// be the rule's own, as in `the connection is not available`: only a rule that finds the same
    /// without them is denied.
    pub(super) fn denial_within(&self, found: &str) -> Option<Range<usize>> {
        let before = found.trim_end_matches(|letter: char| !letter.is_whitespace());
        self.grammar.all(Kind::Not, before).next()
    }

    /// Whether what was found is counted as none: `scrub finished with 0 errors`, `failed=0`, `lag 0`.
    fn counts_none(&self, text: &str, start: usize, end: usize) -> bool {
        let found = text.get(start..end).unwrap_or_default();
        // `0/6 pods failing`, but not `0/1   CrashLoopBackOff`: what is counted stands between.
        let counted = found.split_whitespace().next().is_some_and(|first| {
            first.ends_with('s') && first.bytes().all(|byte| byte.is_ascii_lowercase())
        });
        let from = text.ceil_char_boundary(start.saturating_sub(24));
        if counted && self.is_in(Kind::NoneOf, text.get(from..start).unwrap_or_default()) {
            return true;
        }
        let mut words = found.split_whitespace().rev();
        let is_word = words.next().is_some_and(|last| last.starts_with(char::is_alphabetic));
        if is_word && words.next().is_some_and(|count| self.is_in(Kind::Zero, count)) {
            return true;
        }
        let after = text.get(end..).unwrap_or_default();
        NONE.find(after.as_bytes()).is_some_and(|none| {
            // `space: 0 bytes left` is what is missing, and none of it is there.
            !self.is_in(Kind::Left, after.get(none.end()..).unwrap_or_default())
        })
    }

    /// Whether all of what is counted is well: `6/6 replicas ready`.
    fn counts_all(&self, text: &str, start: usize, end: usize) -> bool {
        let found = text.get(start..end).unwrap_or_default();
        let Some(counts) = self.grammar.all(Kind::Well, found).next() else { return false };
        let mut numbers = found[counts].split(|c: char| !c.is_ascii_digit());
        let mut number = || numbers.find(|digits| !digits.is_empty());
        number().is_some_and(|some| number() == Some(some)) && !self.is_in(Kind::Ill, found)
    }

    /// Whether what is "no longer" there, as a byte says, is missed. It is not where it was bad.
    fn is_good_while_it_lasts(&self, text: &str, at: usize, (start, _): (usize, usize)) -> bool {
        // What is bad stands in front of "no longer" at once, or not at all.
        let from = text.ceil_char_boundary(at.saturating_sub(MAX_BEFORE)).max(start);
        self.is_in(Kind::Good, &text[at..]) && !self.is_in(Kind::Bad, &text[from..at])
    }

    /// Whether the words in front of a byte deny what stands there. What is over was said all the
    /// same: `the second attempt succeeded`.
    pub(super) fn denies(&self, text: &str, at: usize) -> bool {
        // Far enough back for the longest form, and not into what was said before: `oh no` is no "no".
        let from = text.ceil_char_boundary(at.saturating_sub(48)).max(self.around(at).0);
        let (before, after) = (text.get(from..at), text.get(at..));
        before.zip(after).is_some_and(|(before, after)| self.grammar.denies(before, after))
    }

    fn is_in(&self, kind: Kind, text: &str) -> bool {
        self.grammar.is_in(kind, text)
    }
}

/// A count of none behind a word, perhaps with what is counted: ` 0`, `=0`, ` partitions: 0`, ` 0s`.
/// `error 0x80070005`, `failed 0.5 % of calls` and `failed 0/3` are no zero.
static NONE: LazyLock<Regex> = LazyLock::new(|| {
    bytes_pattern(concat!(
        r#"\A(?:[ _-][a-z]+s"?[:=])?[ :="]+0(?:\s?(?:s|ms|bytes?|b|kb|seconds?)\b)?"#,
        r#"(?:[.,](?:[^0-9]|\z)|[^0-9A-Za-z_.,%/-]|\z)"#,
    ))
});

/// Whether stretches hold where each line begins that says anything, and there is one.
fn cover(text: &str, stretches: &[(usize, usize)]) -> bool {
    let mut at = 0;
    let mut starts = text.split_inclusive('\n').filter_map(|line| {
        let start = at;
        at += line.len();
        (!line.trim().is_empty()).then_some(start)
    });
    !stretches.is_empty()
        && starts.all(|start| stretches.iter().any(|(from, to)| (*from..*to).contains(&start)))
}

/// The sentence around a place: first byte, one past the last.
fn sentence(text: &str, place: &Range<usize>) -> (usize, usize) {
    let ends = |text: &str| {
        let ends = [". ", "! ", "? ", "\n"].map(|end| text.find(end));
        ends.into_iter().flatten().min()
    };
    let start = [". ", "! ", "? ", "\n"].map(|end| text[..place.start].rfind(end));
    let start = start.into_iter().flatten().max().map_or(0, |at| at + 1);
    (start, ends(&text[place.end..]).map_or(text.len(), |at| place.end + at))
}

/// Where a quotation that begins there, or just before, ends.
fn quotation(text: &str, at: usize) -> Option<usize> {
    let before = text.get(..at)?;
    let (open, from) = match before.chars().next_back() {
        Some(quote @ ('\'' | '"' | '\u{2018}' | '\u{201c}')) => (quote, at),
        _ => {
            let quote = text.get(at..)?.chars().next()?;
            (quote, at + quote.len_utf8())
        }
    };
    let close = match open {
        '\'' | '"' => open,
        '\u{2018}' => '\u{2019}',
        '\u{201c}' => '\u{201d}',
        _ => return None,
    };
    // An apostrophe within a word closes nothing.
    let rest = text.get(from..)?;
    let rest = &rest[..rest.floor_char_boundary(MAX_QUOTATION)];
    rest.match_indices(close).map(|(found, _)| from + found).find(|found| {
        let next = text[*found + close.len_utf8()..].chars().next();
        next.is_none_or(|letter| !letter.is_alphanumeric())
    })
}

#[cfg(test)]
mod tests {
    use super::super::Knowledge;
    use super::*;

    fn clauses(text: &str) -> Clauses<'static> {
        Clauses::new(text, &Knowledge::built_in().expect("the built-in files").grammar)
    }

    fn role(text: &str, word: &str) -> Role {
        clauses(text).role_at(text.find(word).expect("the word"))
    }

    fn denied(text: &str, word: &str) -> bool {
        clauses(text).is_denied(text, text.find(word).expect("the word"))
    }

    #[test]
    fn what_is_over_is_said_of_its_own_subject() {
        assert!(!denied("the database is down and last night's backup succeeded", "down"));
        assert!(denied("the database is down and last night's backup succeeded", "backup"));
        assert!(denied("the node was down and has since recovered", "down"));
        assert!(!denied("I would not call this recovered: it is down", "down"));
    }

    #[test]
    fn a_cause_ends_with_its_clause_and_an_effect_with_its_own() {
        let text = "plugin off due to CRD conflict, pods restart, causing 503s at the edge; quiet";
        assert_eq!(role(text, "plugin"), Role::Plain);
        assert_eq!(role(text, "CRD"), Role::Cause);
        assert_eq!(role(text, "pods"), Role::Plain);
        assert_eq!(role(text, "503s"), Role::Symptom);
        assert_eq!(role(text, "quiet"), Role::Plain);
    }

    #[test]
    fn what_stands_in_quotes_after_failed_is_a_cause_with_its_commas() {
        let text = "upgrade failed: 'conflict: a, b. c', history shows it";
        assert_eq!(role(text, "conflict"), Role::Cause);
        assert_eq!(role(text, "c',"), Role::Cause);
        assert_eq!(role(text, "history"), Role::Plain);
        let text = "sync failed: rpc error, code = 14; next";
        assert_eq!(role(text, "code"), Role::Cause);
        assert_eq!(role(text, "next"), Role::Plain);
    }

    #[test]
    fn what_did_not_happen_or_is_over_is_denied() {
        let check = |text, word, expected| assert_eq!(denied(text, word), expected, "{text}");
        check("finished with 0 errors", "errors", true);
        check("no connection errors seen", "errors", true);
        check("the disk is no longer full, but swap is exhausted", "full", true);
        check("the disk is no longer full, but swap is exhausted", "exhausted", false);
        check("node recovered from NotReady", "NotReady", true);
        check("the chart is not installed", "installed", true);
        check("no leader elected", "no leader", false);
        check("has not recovered from the crash", "crash", false);
        check("The name could not be resolved: x", "name", false);
        check("10 sent, 10 received, 0% packet loss", "packet loss", true);
        check("10 sent, 9 received, 10% packet loss", "packet loss", false);
        check("VLAN 44 was removed as planned", "removed", true);
        check("VLAN 44 was removed as planned in CHG-201", "removed", true);
        check("the nightly backup did not run as scheduled", "backup", false);
        check("checkout went down as scheduled maintenance began on a wrong node", "down", false);
        check("the replica cannot failover", "failover", false);
        check("success rate 0% timeouts on every call", "timeouts", false);
        check("last error: None Connection refused", "Connection", false);
        check("cart|recovered|payment|down", "down", false);
        check("the token is no longer accepted", "token", false);
        check("the disk is no longer full", "full", true);
        check("the alarm disk full is no longer active", "disk full", true);
        check("the problem no longer exists", "problem", true);
        check("a script ran and it cleared the orders table", "orders", false);
        check("Die Datenbank ist wieder erreichbar", "Datenbank", true);
        check("Die Datenbank ist noch nicht wieder erreichbar", "Datenbank", false);
        check("Das Problem ist wieder da", "Problem", false);
        check("der Plattenfehler muss behoben werden", "Plattenfehler", false);
        check("Event 1102: the audit log was cleared", "audit log", false);
        check("the alarm on fan 3 was cleared", "fan", false);
        check("fan 3 stopped, the alarm has been cleared", "alarm", true);
        check("214 certificates, none expires soon", "expires", true);
        check("none of the certificates is expired", "certificates", true);
        check("none of the certificates is expired", "expired", true);
        check("TLS_error:|268435581:SSL was not resolved", "268435581", false);
        check("restarts the pod to prevent OOMKilled", "OOMKilled", true);
    }

    #[test]
    fn a_zero_within_a_version_a_time_or_a_value_denies_nothing() {
        let check = |text, word, expected| assert_eq!(denied(text, word), expected, "{text}");
        check("shop 3.2.0 CrashLoopBackOff", "Crash", false);
        check("4  superseded edge-2.0.0 failed", "failed", false);
        check("at 10:0 crashed, retries=0 failed", "failed", false);
        check("cart-0 0/1 CrashLoopBackOff 12", "Crash", false);
        check("0 crashed", "crashed", true);
        check("[0 failed]", "failed", true);
        check("0/6 pods failing", "failing", true);
        check("No pods in CrashLoopBackOff", "Crash", true);
        check("0 pods in CrashLoopBackOff", "Crash", true);
        check("no leader in failed cluster", "failed", false);
    }

    #[test]
    fn what_is_only_talked_about_did_not_happen() {
        let check = |text, word, expected| assert_eq!(denied(text, word), expected, "{text}");
        check("Release notes: fixes CrashLoopBackOff when env is missing", "Crash", true);
        check("1.4 fixes the CrashLoopBackOff of cart", "Crash", true);
        check("Agenda: budget, disk full runbook review", "disk full", true);
        check("Agenda: lunch\ndisk full on db-1", "disk full", false);
        check("The lag grows. This could indicate network congestion", "congestion", true);
        check("The lag grows. This could indicate network congestion", "lag", false);
        check("Test alert, please ignore: disk full on db-1", "disk full", true);
        check("This is no drill: disk full on db-1", "disk full", false);
        check("Test alert of the pager\ndisk full on db-1", "disk full", false);
        check("the database is down, customers: no action required", "down", false);
        check("please ignore the first alert, the disk full on db-1 is real", "disk full", false);
        check("Alert: disk full on db-1", "disk full", false);
        let subject = |text: &str, word: &str| {
            let start = text.find(word).expect("it");
            !clauses(text).affirms(text, start, start + word.len())
        };
        assert!(subject("next week: disk full runbook review", "disk full"));
        assert!(!subject("disk full on db-1, see the runbook", "disk full"));
        assert!(!subject("KubePodCrashLooping runbook_url=x", "Looping"));
        assert!(!subject("disk full runbook: https://x", "disk full"));
    }

    #[test]
    fn any_text_can_be_taken_apart() {
        for text in ["", "'", "failed: '", "failed “é", "—, — ; due to", "\u{2028}failed: ’’’"]
        {
            let clauses = clauses(text);
            for at in 0..=text.len() {
                clauses.role_at(at);
                let (start, end) = clauses.around(at);
                assert!(start <= end && end <= text.len(), "{text:?}");
            }
        }
    }

    #[test]
    fn none_and_all_are_told_from_some() {
        let none = |text: &str, word: &str| {
            let start = text.find(word).expect("the word");
            clauses(text).counts_none(text, start, start + word.len())
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
        let all = |text: &str| clauses(text).counts_all(text, 0, text.len());
        assert!(all("deployment cart 6/6 replicas ready") && all("6 of 6 nodes are up"));
        assert!(!all("5/6 replicas ready") && !all("6/6 replicas not ready") && !all("6/6 down"));
    }
}
