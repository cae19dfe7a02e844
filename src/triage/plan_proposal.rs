//! What somebody in the messages is about to do, or asks whether to. The moment before it is the
//! one in which to say what it would destroy.

use std::collections::BTreeMap;

use regex::Regex;

use super::message::{Input, Place};
use super::plan_avoid::LeftOut;
use super::plan_lint::{PlanDanger, PlanLint};
use super::plan_words::{compiled, either, unknown};
use super::quote::shortened;
use super::reading::judged;
use super::subtype::Proposed;
use crate::text::count;

/// How many proposals are told; more of them say no more.
const MOST: usize = 5;

/// How many places of a paste are judged: a log may say "let me" on each of its lines.
const MOST_JUDGED: usize = 200;

/// How far a proposal reaches.
const LONGEST: usize = 400;

/// How much in front of the words that propose is looked at for a "not".
const IN_FRONT: usize = 40;

/// How a proposal is told from what is only said.
#[derive(Debug)]
pub(super) struct Proposing {
    /// Words that propose, wherever they stand: "shall I", "ich w\u{fc}rde".
    about_to: Regex,
    /// Words that propose at the start of what somebody says: "just", "bitte", "plan:".
    opening: Regex,
    /// When it is said, and who says it.
    time: Regex,
    speaker: Regex,
    /// A question about what was done, or how: "did you", "why".
    about_the_past: Regex,
    /// What makes a proposal something else, in front of its words and behind them.
    not_before: Regex,
    not_behind: Regex,
    /// Where it ends.
    end: Regex,
}

impl Proposing {
    /// Puts the expressions together.
    pub(super) fn new(words: &BTreeMap<String, Vec<String>>) -> Result<Self, String> {
        let say = |name: &str| {
            let entries = words.get(name).ok_or_else(|| unknown(name, "`talk`"));
            entries.map(|entries| either(entries))
        };
        Ok(Self {
            about_to: compiled(&format!(r"\b{}\b", say("about_to")?))?,
            opening: compiled(&format!(r"^{}[\s,]", say("opening")?))?,
            time: compiled(
                r"^\s*(?:\[?(?:\d{4}-\d\d-\d\d[T ])?\d{1,2}:\d\d(?::\d\d)?(?:[ ]?[ap]m)?\]?[\s,-]*)?(?:[>*-]\s+)*",
            )?,
            speaker: compiled(
                r"^<?@?\p{L}[\w.-]*(?: \p{L}[\w.-]*)?(?:>:?|(?: \([^)\n]{0,40}\))?:)\s+",
            )?,
            about_the_past: compiled(&format!(r"^{}\b", say("about_the_past")?))?,
            not_before: compiled(&format!(r"(?:\b{}|n['’]t)\b[\s\w,]{{0,12}}$", say("never")?))?,
            not_behind: compiled(&format!(r"^\s*(?:{}|{})\b", say("never")?, say("had_done")?))?,
            end: compiled(r"[?!](?:[\s)\x22'\u{201d}]|$)|\n")?,
        })
    }

    /// The proposals of a text: first byte, where what is proposed begins, one past the last.
    fn find<'t>(&'t self, text: &'t str) -> impl Iterator<Item = (usize, usize, usize)> + 't {
        let phrases = self.about_to.find_iter(text).filter_map(|found| {
            let before = &text[..found.start()];
            let near = &before[before.ceil_char_boundary(before.len().saturating_sub(IN_FRONT))..];
            let told = !self.not_before.is_match(near);
            told.then_some((found.start(), found.end()))
        });
        let mut at = 0;
        let lines = text.split_inclusive('\n').filter_map(move |line| {
            let behind = |regex: &Regex, from: usize| {
                from + regex.find(&line[from..]).map_or(0, |found| found.end())
            };
            let time = behind(&self.time, 0);
            let name = behind(&self.speaker, time);
            let (line_start, said) = (at, &line[name..]);
            at += line.len();
            // "Plan: …" looks like somebody who speaks.
            let opens = [time, name].into_iter().find_map(|from| {
                let found = self.opening.find(&line[from..])?;
                Some((line_start + from, line_start + from + found.end()))
            });
            let start = line_start + name;
            let asks = || self.end_of(said) > 0 && said[..self.end_of(said)].ends_with('?');
            let asked = || !self.about_the_past.is_match(said) && asks();
            opens.or_else(|| asked().then_some((start, start)))
        });
        phrases.chain(lines).filter_map(|(start, behind)| {
            let end = behind + self.end_of(text.get(behind..)?);
            let proposed = text.get(behind..end)?;
            (!self.not_behind.is_match(proposed)).then_some((start, behind, end))
        })
    }

    /// Where a proposal at the start of a text ends, its question mark included.
    fn end_of(&self, text: &str) -> usize {
        let near = &text[..text.floor_char_boundary(LONGEST)];
        let Some(end) = self.end.find(near) else { return near.len() };
        end.start() + usize::from(!end.as_str().starts_with('\n'))
    }
}

/// What the messages propose and what it would destroy, in front of what the plan leaves out, and in
/// words what of it was not looked at or is not told. What a template only warns of for the same
/// reason needs no word of its own. What is to be avoided in this kind of failure counts beside the
/// rules for plans.
pub(super) fn with_proposals(
    input: &Input<'_>,
    lint: &PlanLint,
    avoided: &[&Proposed],
    left_out: Vec<LeftOut>,
) -> (Vec<LeftOut>, Option<String>) {
    let proposing = lint.prose.proposing();
    let mut places = input.messages.iter().enumerate().flat_map(|(at, message)| {
        let text = judged(&message.text);
        proposing.find(text).map(move |(start, behind, end)| (at, text, start, behind, end))
    });
    let mut all: Vec<(Place, LeftOut)> = Vec::new();
    for (message, text, start, behind, end) in places.by_ref().take(MOST_JUDGED) {
        let proposed = text[behind..end].trim().trim_end_matches(['?', '!']);
        let dangers = dangers(lint, avoided, proposed);
        let said = text[start..end].trim_end();
        let place = Place { message: Some(message), start, end: start + said.len() };
        if dangers.is_empty() || all.iter().any(|(known, one)| says(known, one, place, &dangers)) {
            continue;
        }
        let first = input.messages[message].line;
        let line = first + text[..start].matches('\n').count();
        let line = if first > 0 { format!(" (line {line})") } else { String::new() };
        let text = format!(
            "Somebody is about to do this, or asks whether to{line}: \u{201c}{}\u{201d}",
            shortened(said)
        );
        all.push((place, LeftOut { said: Some(place), ..LeftOut::new(text, None, dangers) }));
    }
    all.sort_by_key(|(place, _)| *place);
    let more = all.len().saturating_sub(MOST);
    let unread = if places.next().is_some() {
        Some(format!(
            "of what somebody may propose in the messages only the first {MOST_JUDGED} places were \
             judged"
        ))
    } else {
        (more > 0).then(|| {
            format!(
                "{} in the messages would destroy something",
                count(more, "more proposal", "more proposals")
            )
        })
    };
    let proposed: Vec<LeftOut> = all.into_iter().take(MOST).map(|(_, one)| one).collect();
    let told = |one: &LeftOut| {
        let proposed = |rule: &String| proposed.iter().any(|known| known.rules.contains(rule));
        !one.rules.is_empty() && one.rules.iter().all(proposed)
    };
    let others: Vec<LeftOut> = left_out.into_iter().filter(|one| !told(one)).collect();
    (proposed.into_iter().chain(others).collect(), unread)
}

/// Whether what is known at one place says all that is found at another: the two places overlap, as
/// those of "just" and of the question that it opens.
fn says(known: &Place, one: &LeftOut, place: Place, dangers: &[PlanDanger]) -> bool {
    let overlap =
        known.message == place.message && known.start < place.end && place.start < known.end;
    overlap && dangers.iter().all(|danger| one.rules.contains(&danger.rule))
}

/// What a proposal would destroy, the worst first and each rule once.
fn dangers(lint: &PlanLint, avoided: &[&Proposed], proposed: &str) -> Vec<PlanDanger> {
    let mut dangers: Vec<PlanDanger> = Vec::new();
    let told = |one: &&&Proposed| {
        let mut places = one.places(proposed).into_iter();
        places.any(|place| lint.prose.is_told(proposed, place.start, place.end))
    };
    let here = avoided.iter().filter(told).map(|one| one.danger());
    let everywhere = lint.check(proposed).into_iter().map(|found| found.danger);
    for danger in here.chain(everywhere) {
        if dangers.iter().all(|known| known.rule != danger.rule) {
            dangers.push(danger);
        }
    }
    dangers.sort_by_key(|danger| !danger.refuses());
    dangers
}

#[cfg(test)]
mod tests {
    use super::super::Message;
    use super::*;

    fn proposed(text: &str) -> Vec<LeftOut> {
        let lint = PlanLint::built_in().expect("the built-in rules");
        let messages = text.lines().map(Message::new).collect();
        let input = Input { messages, ..Input::default() };
        let (found, _) = with_proposals(&input, lint, &[], Vec::new());
        for one in &found {
            let place = one.said.expect("a place");
            let message = &input.messages[place.message.expect("a message")].text;
            assert!(one.text.contains(&message[place.start..place.end]), "{}", one.text);
        }
        found
    }

    #[test]
    fn what_somebody_is_about_to_do_is_told_with_what_it_would_destroy() {
        for (text, rule) in [
            ("[02:51] jens: soll ich FLUSHALL machen?", "redis-flush"),
            ("redis-sessions ist voll, soll ich FLUSHALL machen?", "redis-flush"),
            ("[02:51] jens: FLUSHALL?", "redis-flush"),
            ("shall I set unclean.leader.election.enable=true ?", "kafka-unclean"),
            (
                "I will just run kubectl delete pvc data-kafka-0 and restart, ok? it is in CrashLoopBackOff",
                "k8s-delete-pvc-pv",
            ),
            ("anna: should we delete the namespace shop and start over?", "k8s-delete-namespace"),
            ("@anna: I'm going to drop the orders table now", "sql-drop-truncate"),
            ("I'm deleting the CRD now", "k8s-delete-crd"),
            ("ok if I uninstall the chart?", "helm-uninstall-prod"),
            ("12:04 ben: just delete the namespace shop", "k8s-delete-namespace"),
            ("ben: kubectl delete ns shop?", "k8s-delete-namespace"),
            ("Plan: stop the rollback. Delete the CRD.", "k8s-delete-crd"),
            ("ich l\u{f6}sche jetzt den Namespace shop", "k8s-delete-namespace"),
            ("Wollen wir die Tabelle orders leeren?", "sql-drop-truncate"),
            ("Kannst du mal die Firewall ausschalten?", "security-off"),
            ("<jens> let me terraform destroy it", "tf-destroy"),
            ("how about we fail over the primary", "prose-primary"),
            (
                "can we just restore last night's dump over the db now? pg_restore --clean -d prod",
                "restore-over",
            ),
            ("I'd just TRUNCATE orders on prod and reimport, ok?", "sql-drop-truncate"),
        ] {
            let found = proposed(text);
            let rules: Vec<&String> = found.iter().flat_map(|one| &one.rules).collect();
            assert!(rules.iter().any(|found| *found == rule), "{text}: {rules:?}");
            assert!(found.iter().all(|one| !one.destroys.is_empty()), "{text}");
        }
    }

    #[test]
    fn what_was_done_what_nobody_should_do_and_what_a_program_does_is_no_proposal() {
        for text in [
            "jens ran kubectl delete pvc data-kafka-0 at 02:40",
            "did you delete the namespace shop?",
            "who ran redis-cli FLUSHALL?",
            "wer hat die Tabelle orders gel\u{f6}scht?",
            "I will not delete the CRD",
            "we are not going to delete the namespace",
            "Ich w\u{fc}rde nicht die Tabelle l\u{f6}schen",
            "we should have deleted the namespace last week",
            "please do not FLUSHALL",
            "ERROR: cannot drop table orders because other objects depend on it",
            "audit: user=jens command=\"kubectl delete ns shop\"",
            "root@db01:~# rm -rf /data",
            "I will look at the namespace",
            "soll ich den Pod neu starten?",
            "let me check the PVC",
        ] {
            assert_eq!(proposed(text), [], "{text}");
        }
    }

    #[test]
    fn each_who_proposes_it_is_told_and_a_template_that_warns_of_it_is_silent() {
        let text = "jens: soll ich FLUSHALL machen?\nanna: I will run FLUSHALL\n";
        assert_eq!(proposed(text).len(), 2);
        let lint = PlanLint::built_in().expect("the built-in rules");
        let avoid = |rule: &str| LeftOut {
            text: "x".to_owned(),
            rules: vec![rule.to_owned()],
            ..LeftOut::default()
        };
        let messages = text.lines().map(Message::new).collect();
        let input = Input { messages, ..Input::default() };
        let left_out = vec![avoid("redis-flush"), avoid("tf-destroy")];
        let (left, unread) = with_proposals(&input, lint, &[], left_out);
        let rules: Vec<&str> = left.iter().map(|one| one.rules[0].as_str()).collect();
        assert_eq!((rules, unread), (vec!["redis-flush", "redis-flush", "tf-destroy"], None));
        assert!(left[0].said.is_some());
    }

    #[test]
    fn many_proposals_are_not_told_all() {
        let rules =
            ["namespace", "CRD", "PVC", "orders table", "release", "orders topic", "cluster"];
        let text: String = rules.map(|it| format!("I will delete the {it}\n")).concat();
        assert_eq!(proposed(&text).len(), MOST);
        assert_eq!(
            unread(&text).expect("two are not told"),
            "2 more proposals in the messages would destroy something"
        );
        let text = format!("{}I will delete the namespace\n", "I will look\n".repeat(MOST_JUDGED));
        assert!(unread(&text).expect("a limit").contains("first 200 places"));
        assert_eq!(unread(&text[12..]), None);
    }

    fn unread(text: &str) -> Option<String> {
        let lint = PlanLint::built_in().expect("the built-in rules");
        let messages = text.lines().map(Message::new).collect();
        let input = Input { messages, ..Input::default() };
        with_proposals(&input, lint, &[], Vec::new()).1
    }

    #[test]
    fn what_this_kind_of_failure_forbids_is_told_with_its_line() {
        let proposals = |text: &str| {
            let knowledge = super::super::Knowledge::built_in().expect("the built-in rules");
            let lint = PlanLint::built_in().expect("the built-in rules");
            let mut messages: Vec<Message> = text.lines().map(Message::new).collect();
            messages.iter_mut().enumerate().for_each(|(at, one)| one.line = at + 1);
            let input = Input { messages, ..Input::default() };
            let report = super::super::triage(&input, &Default::default(), knowledge, lint);
            let said = report.left_out.into_iter().filter(|one| one.said.is_some());
            said.map(|one| (one.rules[0].clone(), one.text)).collect::<Vec<_>>()
        };
        let ransom =
            "ransomware: files on fs-2 are being encrypted, every folder has a README_RESTORE.txt";
        let found = proposals(&format!(
            "{ransom}\nben: let me just reboot the host\nanna: I will not reboot it\n"
        ));
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].0 == "evidence-memory" && found[0].1.contains("(line 2)"), "{found:?}");
        let found = proposals(&format!(
            "{ransom}\nben: soll ich den Server neu starten?\nanna: shall we restore the backups onto it?\n"
        ));
        let rules: Vec<&str> = found.iter().map(|(rule, _)| rule.as_str()).collect();
        assert_eq!(rules, ["evidence-memory", "backup-into-hostile"]);
        let disk = "No space left on device /var\nben: let me just reboot the host\n";
        assert!(proposals(disk).iter().all(|(rule, _)| rule != "evidence-memory"));
    }
}
