//! How a message is built: its clauses, and which words are a cause, which an effect, and which
//! say that something did not happen or is over.

use std::sync::LazyLock;

use regex::bytes::Regex;
use serde::{Deserialize, Serialize};

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

/// A message taken apart.
#[derive(Clone, Debug)]
pub(super) struct Clauses {
    /// Where each clause begins, and the end of the text.
    bounds: Vec<usize>,
    /// From which byte on which role holds, in order.
    roles: Vec<(usize, Role)>,
    /// Stretches that say it did not happen, or is over.
    denied: Vec<(usize, usize)>,
}

/// What a place in the text does to the role of what follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Turn {
    /// A cause follows, up to the end of the clause.
    Cause,
    /// What went wrong follows, up to the end of the sentence or quotation.
    Detail,
    /// An effect follows, up to the end of the clause.
    Effect,
    /// The clause ends.
    Comma,
    /// The sentence ends.
    Stop,
}

/// One alternative a kind of turn, in the order of [`Turn`].
static TURNS: LazyLock<Regex> = LazyLock::new(|| {
    bytes_pattern(concat!(
        r"(\b(?:due to|because(?: of)?|caused by|owing to|as a result of|triggered by|root cause:?)\b)",
        r#"|(\bfailed(?: with(?: error)?)?:\s|\bfailed (?:['"]|\xe2\x80[\x98\x9c]))"#,
        r"|(\b(?:causing|causes|resulting in|results in|returning|leading to|leads to|so that|",
        r"affecting|impacting|triggering|cascading to|which means)\b)",
        r"|(,\s|\s(?:but|while|whereas)\s|\s-{1,2}\s|\s?\xe2\x80[\x93\x94]\s?)",
        r"|([.;!?]\s|\n|\r|\|)",
    ))
});

/// Words that say it is over; they hold for their clause.
static OVER: LazyLock<Regex> = LazyLock::new(|| {
    bytes_pattern(concat!(
        r"\b(?:no longer|recovered|resolved|back to normal|back online|back up|is healthy again|",
        r"(?:alerts?|alarms?|conditions?|faults?|errors?|incidents?|problems?) (?:was |were |is |has |have |been )*cleared|",
        r"self-healed|restored successfully|reconnected successfully|has been fixed|",
        r"completed successfully|succeeded|finished successfully|now healthy|now ready|",
        r"wieder (?:erreichbar|online|ok|normal|frei)|behoben|wiederhergestellt)\b",
    ))
});

/// What is good while it lasts: `no longer valid` is the failure itself.
static GOOD: LazyLock<Regex> = LazyLock::new(|| {
    bytes_pattern(concat!(
        r"\Ano longer (?:be(?:en|ing)? )?(?:\w+ly )?(?:valid|accept\w*|trust\w*|available|reach\w*|respond\w*|answer\w*|",
        r"work\w*|serv\w+|healthy|ready|up|able|receiv\w*|connect\w*|renew\w*|in sync|redundant|writ\w+|",
        r"support\w*|enforc\w*|appl\w+|exists?|found|protect\w*|replicat\w*|sync\w*|visible|a (?:pair|member|quorum)|",
        r"arriv\w*|collect\w*|ingest\w*|deliver\w*|active|enabled|registered|authori[sz]ed|permitted|allowed|sends?|sending|scrap\w+|start\w*|open)\b",
    ))
});

/// What it is good to be rid of: an alarm that is no longer active is over.
static BAD_THING: LazyLock<Regex> = LazyLock::new(|| {
    bytes_pattern(
        r"\b(?:alarms?|alerts?|problems?|errors?|issues?|conditions?|faults?|incidents?|symptoms?)\b",
    )
});

/// At the end of a clause: it was meant to be so.
static MEANT: LazyLock<Regex> = LazyLock::new(|| {
    bytes_pattern(r"\b(?:as (?:planned|scheduled|intended|approved|agreed)|by design)\b")
});

/// How far behind `as planned` its clause may go on, in bytes, as in `as planned in CHG-201`.
const MEANT_TAIL: usize = 24;

/// Words that turn "as planned" into its opposite.
static NEGATED: LazyLock<Regex> =
    LazyLock::new(|| bytes_pattern(r"\b(?:not|never|no|nicht|kein\w*)\b|n't\b"));

/// A share of none in front of what is lost or fails, and only of that.
static NO_SHARE: LazyLock<Regex> =
    LazyLock::new(|| bytes_pattern(r"(?:^|[\s(\[=:])0(?:\.0+)?\s?%\s+$"));

/// What it is good to have none of.
static LOSS: LazyLock<Regex> = LazyLock::new(|| {
    bytes_pattern(
        r"\A(?:packet |request |call |frame )?(?:loss|lost|errors?|failures?|failed|drops?|dropped)\b",
    )
});

/// Words in front that say it did not happen; they hold for what follows at once.
static NOT: LazyLock<Regex> = LazyLock::new(|| {
    bytes_pattern(concat!(
        // A zero with a dot, a digit or a sign in front ends a version, a time or a value.
        r"(?:(?:\b(?:no|zero|without(?: any)?|never(?: had)?|free of)|(?:^|[,;(]\s*)none|(?:^|[\s(\[])0)\s+(?:[a-z-]+\s+)?",
        r"(?:(?:was|were|is|are|has been|have been)\s+)?",
        r"|(?:\b(?:no|zero)|(?:^|[\s(\[])0)\s+(?:[a-z-]+\s+)?(?:pods|containers|nodes|jobs|alerts|services|hosts|",
        r"replicas|targets|partitions|instances|tasks|releases|brokers|disks|members)\s+(?:in|with|at)\s+(?:an?\s+)?",
        // `0/6 pods failing`: none of six.
        r"|(?:^|[\s(\[])0 ?(?:/|of|out of) ?\d+\s+[a-z-]+s\s+(?:(?:was|were|is|are)\s+)?",
        r"|\bnone of (?:the|our|these|its)\s+(?:[a-z-]+\s+)?(?:(?:is|are|was|were|has|have)\s+)?",
        r"|\b(?:fixes|fixed|resolves|solves)\s+(?:(?:an?|the)\s+)?",
        r"|\b(?:not|isn't|aren't|wasn't|weren't|didn't|hasn't|doesn't)\s+(?:(?:been|be|yet|fully|completely)\s+){0,2}",
        r"|\b(?:cannot|can't|couldn't)\s+be\s+",
        r"|\b(?:(?:noch )?nicht|kein\w*|muss|soll\w*)\s+",
        r"|\b(?:to|would|could|can|should|may|might|will|helps?) (?:prevent|avoid|detect|survive|handle|simulate|reduce)s?\s+(?:[a-z-]+\s+)?",
        r"|\b(?:if|unless|in case) (?:(?:an?|the) )?(?:[a-z-]+\s+)?)$",
    ))
});

/// Heads of lines that speak of failures as a subject and report none.
static TALK: LazyLock<Regex> = LazyLock::new(|| {
    bytes_pattern(
        r"\A\W*(?:release notes?|change ?log|agenda|(?:meeting )?minutes|meeting notes|training|workshop)\b[^:\n]{0,40}:",
    )
});

/// What an alert's text takes for possible has not been seen.
static MAYBE: LazyLock<Regex> = LazyLock::new(|| {
    bytes_pattern(concat!(
        r"\b(?:(?:this |which )?(?:could|may|might|can) (?:also )?(?:indicate|be (?:a |the )?(?:symptom|sign|result|caused|due)|point to|mean)|",
        r"possible causes?|(?:usually|often|typically) (?:caused by|means|indicates))\b",
    ))
});

/// Words that say of a whole line that nothing is wrong.
static NO_INCIDENT: LazyLock<Regex> = LazyLock::new(|| {
    bytes_pattern(
        r"\b(?:this is (?:just |only )?a (?:test|drill)|test alert|false alarm|fehlalarm|entwarnung)\b",
    )
});

/// Words behind that say that it is a subject, like `disk full runbook review`.
static SUBJECT: LazyLock<Regex> = LazyLock::new(|| {
    bytes_pattern(concat!(
        r"\A\s+(?:\w+\s+)?(?:runbook|playbook|drill|exercise|training|tutorial|workshop|documentation)s?",
        r"(?:\s+(?:review|update|session|meeting)|\s*(?:[.,;!?]|\z))",
    ))
});

impl Clauses {
    /// Takes a message apart.
    pub(super) fn new(text: &str) -> Self {
        let mut bounds = vec![0];
        let mut roles = vec![(0, Role::Plain)];
        // Where a quotation that holds a cause ends; its commas end nothing.
        let mut quoted_until = 0;
        let mut in_detail = false;
        for found in TURNS.captures_iter(text.as_bytes()) {
            let Some((turn, start, end)) = turn_of(&found) else { continue };
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
                Turn::Cause => roles.push((end, Role::Cause)),
                Turn::Effect if !quoted => {
                    in_detail = false;
                    roles.push((end, Role::Symptom));
                }
                Turn::Effect => {}
                Turn::Detail => {
                    roles.push((end, Role::Cause));
                    match quotation(text, end) {
                        Some(close) => {
                            quoted_until = close;
                            roles.push((close, Role::Plain));
                        }
                        None => in_detail = !quoted,
                    }
                }
                Turn::Comma | Turn::Stop if quoted => {}
                Turn::Comma => {
                    bounds.push(end);
                    if !in_detail {
                        roles.push((end, Role::Plain));
                    }
                }
                Turn::Stop => {
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
        let mut clauses = Self { bounds, roles, denied: Vec::new() };
        clauses.denied = OVER
            .find_iter(text.as_bytes())
            .map(|found| (found.start(), clauses.around(found.start())))
            .filter(|(at, _)| !denies(text, *at))
            .filter(|(at, clause)| !is_good_while_it_lasts(text, *at, *clause))
            .map(|(_, clause)| clause)
            .collect();
        let meant = MEANT.find_iter(text.as_bytes()).filter_map(|found| {
            let (start, end) = clauses.around(found.start());
            let before = text.as_bytes().get(start..found.start())?;
            (end - found.end() <= MEANT_TAIL && !NEGATED.is_match(before)).then_some((start, end))
        });
        clauses.denied.extend(meant.collect::<Vec<_>>());
        for found in MAYBE.find_iter(text.as_bytes()) {
            let (_, end) = clauses.around(found.start());
            clauses.denied.push((found.start(), end));
        }
        for found in NO_INCIDENT.find_iter(text.as_bytes()) {
            let start = text[..found.start()].rfind('\n').map_or(0, |at| at + 1);
            let end = text[found.end()..].find('\n').map_or(text.len(), |at| found.end() + at);
            clauses.denied.push((start, end));
        }
        if let Some(line) = TALK.find(text.as_bytes()) {
            let end = text[line.end()..].find('\n').map_or(text.len(), |at| line.end() + at);
            clauses.denied.push((0, end));
        }
        clauses
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
        self.denied.iter().any(|(from, to)| (*from..*to).contains(&start)) || denies(text, start)
    }
}

fn turn_of(found: &regex::bytes::Captures<'_>) -> Option<(Turn, usize, usize)> {
    let turns = [Turn::Cause, Turn::Detail, Turn::Effect, Turn::Comma, Turn::Stop];
    turns
        .into_iter()
        .enumerate()
        .find_map(|(at, turn)| found.get(at + 1).map(|group| (turn, group.start(), group.end())))
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
    rest.match_indices(close).map(|(found, _)| from + found).find(|found| {
        let next = text[*found + close.len_utf8()..].chars().next();
        next.is_none_or(|letter| !letter.is_alphanumeric())
    })
}

/// Whether the words behind a byte say that what ends there is talked about and did not happen.
pub(super) fn is_subject(text: &str, end: usize) -> bool {
    text.get(end..).is_some_and(|after| SUBJECT.is_match(after.as_bytes()))
}

/// Whether what is "no longer" there, as a byte says, is missed. It is not where it was bad.
fn is_good_while_it_lasts(text: &str, at: usize, (start, _): (usize, usize)) -> bool {
    let bytes = text.as_bytes();
    GOOD.is_match(&bytes[at..]) && !BAD_THING.is_match(&bytes[start..at])
}

/// Whether the words in front of a byte deny what stands there.
fn denies(text: &str, at: usize) -> bool {
    // Far enough back for the longest form, and no further.
    let from = super::clean::ceil(text, at.saturating_sub(48));
    let is_none = |before: &str| {
        NO_SHARE.is_match(before.as_bytes()) && LOSS.is_match(&text.as_bytes()[at..])
    };
    text.get(from..at).is_some_and(|before| NOT.is_match(before.as_bytes()) || is_none(before))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn role(text: &str, word: &str) -> Role {
        Clauses::new(text).role_at(text.find(word).expect("the word"))
    }

    fn denied(text: &str, word: &str) -> bool {
        Clauses::new(text).is_denied(text, text.find(word).expect("the word"))
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
        let subject =
            |text: &str, word: &str| is_subject(text, text.find(word).expect("it") + word.len());
        assert!(subject("next week: disk full runbook review", "disk full"));
        assert!(!subject("disk full on db-1, see the runbook", "disk full"));
        assert!(!subject("KubePodCrashLooping runbook_url=x", "Looping"));
        assert!(!subject("disk full runbook: https://x", "disk full"));
    }

    #[test]
    fn any_text_can_be_taken_apart() {
        for text in ["", "'", "failed: '", "failed “é", "—, — ; due to", "\u{2028}failed: ’’’"]
        {
            let clauses = Clauses::new(text);
            for at in 0..=text.len() {
                clauses.role_at(at);
                let (start, end) = clauses.around(at);
                assert!(start <= end && end <= text.len(), "{text:?}");
            }
        }
    }
}
