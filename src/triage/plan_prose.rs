//! What a plan says in words: the rules about prose. Each is told by a verb and what it is about,
//! in a small grammar whose words are data.

use std::collections::BTreeMap;

use regex::Regex;
use serde::Deserialize;

use super::expression::Expression;
use super::plan_command::{says_not_to, sentence_end};
use super::plan_lint::PlanDanger;
use super::plan_proposal::Proposing;
use super::plan_talk::{LONGEST, Talk, clause_before, clause_behind, is_compound};
use super::plan_words::{self, AllVerbs, RawVerbs, Verbs, unknown};
use super::source::Source;
use crate::runbook::danger::{DangerLevel, RuleError};
use crate::text::yaml::one_or_many;

/// How many words may stand between a verb and what it is about.
const MOST_BETWEEN: usize = 6;

/// The same where German or a passive puts the verb behind.
const MOST_BEHIND: usize = 4;

/// The file of rules about prose.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    words: RawWords,
    rules: Vec<RawRule>,
}

/// The vocabulary, as it stands in the file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawWords {
    verbs: BTreeMap<String, RawVerbs>,
    things: BTreeMap<String, Vec<String>>,
    scope: BTreeMap<String, Vec<String>>,
    talk: BTreeMap<String, Vec<String>>,
}

/// A rule about prose, as it stands in its file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawRule {
    id: String,
    level: DangerLevel,
    destroys: String,
    safer: String,
    #[serde(default)]
    told: Vec<RawTell>,
    #[serde(default, deserialize_with = "one_or_many")]
    any: Vec<String>,
    #[serde(default, deserialize_with = "one_or_many")]
    without: Vec<String>,
    #[serde(deserialize_with = "one_or_many")]
    finds: Vec<String>,
    #[serde(deserialize_with = "one_or_many")]
    ignores: Vec<String>,
}

/// One way to tell it: names of parts of the vocabulary.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawTell {
    verbs: Vec<String>,
    things: Vec<String>,
    /// Which of the things: in front of it.
    #[serde(default)]
    which: Vec<String>,
    /// How far: anywhere in the clause.
    #[serde(default)]
    scope: Vec<String>,
}

/// The rules about prose, with their vocabulary.
#[derive(Debug)]
pub(super) struct Prose {
    verbs: Vec<Verbs>,
    things: Vec<Regex>,
    scope: Vec<Regex>,
    any_verb: Regex,
    talk: Talk,
    proposing: Proposing,
    rules: Vec<Rule>,
}

/// A rule about prose.
#[derive(Debug)]
struct Rule {
    raw: RawRule,
    told: Vec<Tell>,
    any: Option<Expression>,
    without: Vec<Expression>,
}

/// One way to tell it, as places in the vocabulary.
#[derive(Debug)]
struct Tell {
    verbs: Vec<usize>,
    things: Vec<usize>,
    which: Vec<usize>,
    scope: Vec<usize>,
}

/// A verb within a text, and which sets it belongs to.
struct Hit {
    at: usize,
    sets: Vec<usize>,
}

/// What a rule finds: first byte, one past the last.
type Found = (usize, usize);

/// How many places of one step each rule names at most.
pub(super) const MOST_PLACES: usize = 20;

/// Reads the rules. Those of a team are held against their examples.
///
/// # Errors
/// The text is no YAML of that shape, a word, an expression or an example is wrong, or two rules
/// have the same id.
pub(super) fn read(source: &Source<'_>) -> Result<Prose, RuleError> {
    let yaml = source.text;
    let Document { words, rules } = RuleError::read(yaml)?;
    let mut prose =
        words.prose().map_err(|(key, message)| RuleError::at_key(yaml, &key, message))?;
    for raw in rules {
        let id = raw.id.clone();
        if prose.rules.iter().any(|known| known.raw.id == id) {
            return Err(RuleError::twice(yaml, &id));
        }
        let wrong = |message| RuleError::about(yaml, &id, message);
        let rule = Rule::new(raw, &words).map_err(wrong)?;
        if !source.built_in {
            prose.hold_against_examples(&rule).map_err(wrong)?;
        }
        prose.rules.push(rule);
    }
    Ok(prose)
}

impl RawWords {
    /// The vocabulary without rules; the error names the entry that is wrong.
    fn prose(&self) -> Result<Prose, (String, String)> {
        let mut all = AllVerbs::default();
        let mut verbs = Vec::with_capacity(self.verbs.len());
        for (name, raw) in &self.verbs {
            verbs.push(Verbs::new(raw, &mut all).map_err(|message| (name.clone(), message))?);
        }
        let built = |parts: &BTreeMap<String, Vec<String>>,
                     build: fn(&[String]) -> Result<Regex, String>| {
            let part = |(name, words): (&String, &Vec<String>)| {
                build(words).map_err(|message| (name.clone(), message))
            };
            parts.iter().map(part).collect::<Result<Vec<_>, _>>()
        };
        let in_talk = |message| ("talk".to_owned(), message);
        Ok(Prose {
            verbs,
            things: built(&self.things, plan_words::things)?,
            scope: built(&self.scope, plan_words::scope)?,
            any_verb: all.anywhere().map_err(|message| ("verbs".to_owned(), message))?,
            talk: Talk::new(&self.talk, &all).map_err(in_talk)?,
            proposing: Proposing::new(&self.talk).map_err(in_talk)?,
            rules: Vec::new(),
        })
    }
}

impl Rule {
    fn new(raw: RawRule, words: &RawWords) -> Result<Self, String> {
        let told: Result<Vec<_>, _> = raw.told.iter().map(|tell| Tell::new(tell, words)).collect();
        let ways: Vec<String> = raw.any.iter().map(|way| format!("(?:{way})")).collect();
        let any = (!ways.is_empty()).then(|| Expression::new(&ways.join("|"))).transpose()?;
        let without: Result<Vec<_>, _> = raw.without.iter().map(|w| Expression::new(w)).collect();
        let rule = Self { told: told?, any, without: without?, raw };
        if rule.told.is_empty() && rule.any.is_none() {
            return Err("the rule finds nothing: fill `told` or `any`".to_owned());
        }
        let mut expressions = rule.any.iter().chain(&rule.without);
        expressions.find_map(Expression::problem).map_or(Ok(()), |p| Err(p.to_owned()))?;
        Ok(rule)
    }

    /// What the rule says is destroyed.
    fn danger(&self) -> PlanDanger {
        let RawRule { id, level, destroys, safer, .. } = &self.raw;
        PlanDanger {
            rule: id.clone(),
            level: *level,
            destroys: destroys.clone(),
            safer: safer.clone(),
        }
    }
}

impl Tell {
    fn new(raw: &RawTell, words: &RawWords) -> Result<Self, String> {
        Ok(Self {
            verbs: places(&words.verbs, &raw.verbs, "`verbs`")?,
            things: places(&words.things, &raw.things, "`things`")?,
            which: places(&words.scope, &raw.which, "`scope`")?,
            scope: places(&words.scope, &raw.scope, "`scope`")?,
        })
    }
}

/// Where parts of the vocabulary with these names stand.
fn places<T>(
    words: &BTreeMap<String, T>,
    names: &[String],
    part: &str,
) -> Result<Vec<usize>, String> {
    let place =
        |name: &String| words.keys().position(|key| key == name).ok_or_else(|| unknown(name, part));
    names.iter().map(place).collect()
}

impl Prose {
    /// What the words tell somebody to do, in the order of the rules and, for each, of the text.
    pub(super) fn find(&self, text: &str) -> Vec<(PlanDanger, usize, usize)> {
        let hits = self.hits(text);
        let found = self.rules.iter().flat_map(|rule| {
            let found = self.find_rule(rule, text, &hits);
            found.into_iter().map(|(start, end)| (rule.danger(), start, end))
        });
        found.collect()
    }

    /// How what somebody is about to do is told from what is only said.
    pub(super) fn proposing(&self) -> &Proposing {
        &self.proposing
    }

    /// Whether the text tells somebody to do what stands there.
    pub(super) fn is_told(&self, text: &str, start: usize, end: usize) -> bool {
        self.talk.is_told(text, start, end)
    }

    /// Whether a line forbids what the list below it names.
    pub(super) fn forbids_list(&self, line: &str) -> bool {
        self.talk.forbids_list(line)
    }

    /// The verbs of a text.
    fn hits(&self, text: &str) -> Vec<Hit> {
        let hits = self.any_verb.find_iter(text).map(|found| {
            let rest = &text[found.start()..found.end()];
            let sets = (0..self.verbs.len()).filter(|&at| self.verbs[at].begins.is_match(rest));
            Hit { at: found.start(), sets: sets.collect() }
        });
        hits.collect()
    }

    /// The first places where it is told to do it; telling not to is no danger.
    fn find_rule(&self, rule: &Rule, text: &str, hits: &[Hit]) -> Vec<Found> {
        let by_words = hits.iter().filter_map(|hit| {
            rule.told.iter().find_map(|tell| self.find_tell(rule, tell, text, hit))
        });
        let mut found: Vec<Found> = by_words.take(MOST_PLACES).collect();
        found.extend(self.find_any(rule, text));
        if found.is_empty() {
            found.extend(self.find_again(rule, text, hits));
        }
        found.sort_unstable();
        found
    }

    /// "Do not delete the table before five; delete it afterwards": what is forbidden first is told
    /// later, by the same verb.
    fn find_again(&self, rule: &Rule, text: &str, hits: &[Hit]) -> Option<Found> {
        hits.iter().enumerate().find_map(|(number, later)| {
            let end = later.at + self.talk.again.find(&text[later.at..])?.end();
            let near = |one: &&Hit| one.at + 2 * LONGEST > later.at;
            let mut earlier = hits[..number].iter().rev().take_while(near);
            let named = earlier.any(|one| self.forbids_thing(rule, text, one, later));
            (named && self.holds(rule, text, later.at, end)).then_some((later.at, end))
        })
    }

    /// Whether a verb that a later one repeats is forbidden with one of the rule's things.
    fn forbids_thing(&self, rule: &Rule, text: &str, one: &Hit, later: &Hit) -> bool {
        let clause = clause_behind(text, one.at);
        let both = |set: &usize| one.sets.contains(set) && later.sets.contains(set);
        let sentence = sentence_end(&text[..one.at]);
        rule.told.iter().filter(|tell| tell.verbs.iter().any(both)).any(|tell| {
            self.things_in(tell, clause).iter().any(|&(first, last)| {
                let (span, after) = clause.split_at(last);
                clause[..first].split_whitespace().count() <= MOST_BETWEEN
                    && self.all_in(&tell.which, span)
                    && self.all_in(&tell.scope, clause)
                    && (says_not_to(sentence, clause)
                        || self.talk.is_denied_in_german(sentence, span, after))
            })
        })
    }

    fn find_any(&self, rule: &Rule, text: &str) -> Vec<Found> {
        let mut all = Vec::new();
        let Some(matcher) = rule.any.as_ref().and_then(|any| any.matcher()) else { return all };
        let mut from = 0;
        while let Some(found) = matcher.find_at(text.as_bytes(), from) {
            let start = text.floor_char_boundary(found.start());
            let end = text.ceil_char_boundary(found.end());
            let holds = self.holds(rule, text, start, end);
            if holds {
                all.push((start, end));
            }
            // The find may begin too early: "remove the label, then delete the volume".
            from = text.ceil_char_boundary(if holds { end } else { found.start() + 1 });
            if from >= text.len() || all.len() == MOST_PLACES {
                break;
            }
        }
        all
    }

    fn find_tell(&self, rule: &Rule, tell: &Tell, text: &str, hit: &Hit) -> Option<Found> {
        let sets = tell.verbs.iter().filter(|set| hit.sets.contains(set));
        let mut sets = sets.map(|&set| &self.verbs[set]);
        sets.find_map(|verbs| {
            self.active(rule, tell, text, hit.at, verbs)
                .or_else(|| self.verb_behind(rule, tell, text, hit.at, verbs))
        })
    }

    /// "Delete the table", "turn the firewall off".
    fn active(&self, rule: &Rule, tell: &Tell, text: &str, at: usize, v: &Verbs) -> Option<Found> {
        let rest = &text[at..];
        let whole = v.told.find(rest).map(|verb| (verb.end(), None));
        let apart = v
            .apart
            .iter()
            .filter_map(|(head, more)| head.find(rest).map(|verb| (verb.end(), Some(more))));
        whole.into_iter().chain(apart).find_map(|(verb, more)| {
            let clause = clause_behind(text, at + verb);
            // `drop-database` is a name.
            if is_compound(clause) {
                return None;
            }
            self.things_in(tell, clause).into_iter().find_map(|(first, last)| {
                let between = clause[..first].split_whitespace().count();
                let more = more.map_or(Some(0), |more| Some(more.find(&clause[last..])?.end()));
                let end = at + verb + last + more?;
                if self.talk.goes_on(&clause[..first]) {
                    let fits = self.all_in(&tell.which, &clause[..last])
                        && self.all_in(&tell.scope, clause)
                        && !self.talk.is_small(&text[end..])
                        && self.holds(rule, text, at, at + verb);
                    return fits.then_some((at, end));
                }
                let fits = between <= MOST_BETWEEN
                    && self.all_in(&tell.which, &clause[..last])
                    && self.all_in(&tell.scope, clause)
                    && self.holds(rule, text, at, end);
                fits.then_some((at, end))
            })
        })
    }

    /// "The table must be dropped", "die Tabelle l\u{f6}schen".
    fn verb_behind(
        &self,
        rule: &Rule,
        tell: &Tell,
        text: &str,
        at: usize,
        v: &Verbs,
    ) -> Option<Found> {
        let before = clause_before(text, at);
        let done = v.done.find(&text[at..]).filter(|_| self.talk.must_be.is_match(before));
        let verb = v.last.find(&text[at..]).or(done)?;
        let from = at - before.len();
        self.things_in(tell, before).into_iter().rev().find_map(|(first, last)| {
            let between = &before[last..];
            let fits = between.split_whitespace().count() <= MOST_BEHIND
                && !between.contains(',')
                && self.all_in(&tell.which, before)
                && self.all_in(&tell.scope, before)
                && self.holds(rule, text, from + first, at + verb.end());
            fits.then_some((from + first, at + verb.end()))
        })
    }

    /// Where the things of one way to tell it stand in a clause, in order.
    fn things_in(&self, tell: &Tell, clause: &str) -> Vec<Found> {
        let regexes = tell.things.iter().map(|&at| &self.things[at]);
        let mut found: Vec<Found> = regexes
            .flat_map(|regex| regex.find_iter(clause))
            .map(|thing| {
                let blank = thing.as_str().len() - thing.as_str().trim_start().len();
                (thing.start() + blank, thing.end())
            })
            // `orders-table` is a table, `table-reader` is none, and neither is `table.html`.
            .filter(|(_, last)| !is_compound(&clause[*last..]))
            .collect();
        found.sort_unstable();
        found
    }

    fn all_in(&self, scopes: &[usize], clause: &str) -> bool {
        scopes.iter().all(|&at| self.scope[at].is_match(clause))
    }

    /// Whether it is told, and nothing in its sentence narrows it.
    fn holds(&self, rule: &Rule, text: &str, start: usize, end: usize) -> bool {
        let from = start - clause_before(text, start).len();
        let clause = &text[from..end + clause_behind(text, end).len()];
        !rule.without.iter().any(|other| other.is_in(clause)) && self.talk.is_told(text, start, end)
    }

    fn hold_against_examples(&self, rule: &Rule) -> Result<(), String> {
        if rule.raw.finds.is_empty() || rule.raw.ignores.is_empty() {
            return Err("the rule needs an example in `finds` and one in `ignores`".to_owned());
        }
        let finds = |text: &String| !self.find_rule(rule, text, &self.hits(text)).is_empty();
        if let Some(text) = rule.raw.finds.iter().find(|text| !finds(text)) {
            return Err(format!("the rule does not find its example `{text}`"));
        }
        match rule.raw.ignores.iter().find(|text| finds(text)) {
            Some(text) => Err(format!("the rule finds `{text}`, which it should not")),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    fn told(text: &str, find: &str) -> bool {
        let start = text.find(find).expect("the words stand in the text");
        let prose = &crate::triage::PlanLint::built_in().expect("the built-in rules").prose;
        prose.talk.is_told(text, start, start + find.len())
    }

    #[test]
    fn what_is_told_to_be_done_counts() {
        for (text, find) in [
            ("Delete the table.", "Delete the table"),
            ("Delete the shop namespace then alert the team", "Delete the shop namespace"),
            ("Delete the namespace and metrics", "Delete the namespace"),
            ("Delete the namespace AND labels", "Delete the namespace"),
            ("If the pods do not come up, delete the table.", "delete the table"),
            ("Delete all data of the volume", "Delete all data of the volume"),
            ("Check the table and drop the table", "drop the table"),
            ("Fix it by deleting the volume", "deleting the volume"),
            ("Delete the volumes listed in the report", "Delete the volumes"),
            ("We would delete the table now", "delete the table"),
            ("Could you delete the table?", "delete the table"),
            ("Wenn der Pod nicht startet, die Tabelle l\u{f6}schen", "Tabelle l\u{f6}schen"),
            ("reinstall the old release from scratch", "reinstall the old release from scratch"),
        ] {
            assert!(told(text, find), "{text}");
        }
    }

    #[test]
    fn what_is_only_talked_about_does_not() {
        for (text, find) in [
            ("Deleting the CRD would destroy all of it", "Deleting the CRD"),
            ("Delete the stack trace", "Delete the stack"),
            ("Delete the pod of the release", "Delete the pod of the release"),
            ("Remove the taint, resize the volume", "Remove the taint, resize the volume"),
            ("Ask the DBA what a drop table does", "drop table"),
            ("Make sure nobody deletes the volume", "deletes the volume"),
            ("Ask whether to delete the volume", "delete the volume"),
            ("Who may drop tables here?", "drop tables"),
            ("Read the page on dropping tables", "dropping tables"),
            ("Remove the cluster from the status page", "Remove the cluster"),
            ("Remove the namespace metrics and alerts", "Remove the namespace"),
            ("Remove the namespace team labels", "Remove the namespace"),
            ("If somebody deletes the table, restore it", "deletes the table"),
            ("A restart would wipe the disk", "wipe the disk"),
            ("Dropping the table is quick, so do not.", "Dropping the table"),
            ("Den Namespace nicht l\u{f6}schen", "Namespace nicht l\u{f6}schen"),
            ("L\u{f6}sche die Tabelle nicht", "L\u{f6}sche die Tabelle"),
            ("Auf keinen Fall die Tabelle l\u{f6}schen", "Tabelle l\u{f6}schen"),
        ] {
            assert!(!told(text, find), "{text}");
        }
    }
}
