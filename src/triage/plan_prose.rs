//! What a plan says in words: the rules about prose, and whether the words around a find tell
//! somebody to do it, or only talk about it.

use std::sync::LazyLock;

use regex::Regex;
use serde::Deserialize;

use super::expression::Expression;
use super::plan_command::{says_not_to, sentence_end};
use super::plan_lint::PlanDanger;
use crate::runbook::danger::{DangerLevel, RuleError};
use crate::text::pattern::pattern;
use crate::text::yaml::one_or_many;

/// How many finds of one rule in one text are looked at.
const MAX_FINDS: usize = 200;

/// How many bytes behind a find say what it is about.
const FAR: usize = 160;

/// A rule about prose, as it stands in its file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawProse {
    id: String,
    level: DangerLevel,
    destroys: String,
    safer: String,
    #[serde(deserialize_with = "one_or_many")]
    any: Vec<String>,
    #[serde(default, deserialize_with = "one_or_many")]
    without: Vec<String>,
    #[serde(deserialize_with = "one_or_many")]
    finds: Vec<String>,
    #[serde(deserialize_with = "one_or_many")]
    ignores: Vec<String>,
}

/// A rule about prose.
#[derive(Debug)]
pub(super) struct Prose {
    raw: RawProse,
    any: Expression,
    without: Vec<Expression>,
}

/// Reads the rules and holds each against its examples.
///
/// # Errors
/// The text is no YAML of that shape, an expression or an example is wrong, or two rules have the
/// same id.
pub(super) fn from_yaml(yaml: &str) -> Result<Vec<Prose>, RuleError> {
    let raw: Vec<RawProse> =
        serde_yaml::from_str(yaml).map_err(|error| RuleError::from_yaml(&error))?;
    let mut rules: Vec<Prose> = Vec::new();
    for raw in raw {
        let id = raw.id.clone();
        if rules.iter().any(|known| known.raw.id == id) {
            return Err(RuleError::twice(yaml, &id));
        }
        let wrong = |message| RuleError::about(yaml, &id, message);
        let ways: Vec<String> = raw.any.iter().map(|way| format!("(?:{way})")).collect();
        let any = Expression::new(&ways.join("|")).map_err(wrong)?;
        let without: Result<Vec<_>, _> = raw.without.iter().map(|w| Expression::new(w)).collect();
        let rule = Prose { any, without: without.map_err(wrong)?, raw };
        rule.hold_against_examples().map_err(wrong)?;
        rules.push(rule);
    }
    Ok(rules)
}

/// A verb that destroys what it is followed by.
const VERBS: &str = concat!(
    r"delet(?:e|es|ing)|remov(?:e|es|ing)|drop(?:s|ping)?|destroy(?:s|ing)?|purg(?:e|es|ing)|",
    r"wip(?:e|es|ing)|eras(?:e|es|ing)|nuk(?:e|es|ing)|uninstall(?:s|ing)?|truncat(?:e|es|ing)|",
    r"(?:re)?format(?:s|ting)?|flush(?:es|ing)?|terminat(?:e|es|ing)|kill(?:s|ing)?|empty(?:ing)?|",
    r"clear(?:s|ing)?|strip(?:s|ping)?|disabl(?:e|es|ing)|bypass(?:es|ing)?|deactivat(?:e|es|ing)|",
    r"zero(?:es|ing)?|recreat(?:e|es|ing)|trash(?:es|ing)?|tear(?:s|ing)? down|",
    r"l(?:\u{f6}|oe)sch(?:e|en|t)?|entfern(?:e|en|t)?|leer(?:e|en|t)?|verwirf|verwerfe?n?|",
    r"zerst(?:\u{f6}|oe)r(?:e|en|t)?|formatier(?:e|en|t)?|deinstallier(?:e|en|t)?|deaktivier(?:e|en|t)?",
);

static VERB: LazyLock<Regex> = LazyLock::new(|| pattern(&format!(r"(?i)^(?:{VERBS})\b")));

/// Something else that is done, behind a comma or an "and": the find is about two things.
static SECOND_VERB: LazyLock<Regex> = LazyLock::new(|| {
    pattern(&format!(
        r"(?i)(?:,|\band|\bor|\bthen|\bbut|\bund|\boder|\bdann)[ \t]+(?:(?:and|then|but|to)[ \t]+)*(?:{VERBS}|keep|leave|check|look|resize|grow|enlarge|extend|restart|scale|wait|watch|verify|attach|detach|mount|unmount|save|export|back up|backup|restore|move|copy|patch|create|add|run|apply|see|make|set|start|open|ask|call|tell|pr(?:\u{{fc}}|ue)fe|warte|starte)\b"
    ))
});

/// A word behind which something else begins than what the verb is about.
static PREPOSITION: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)[ \t](?:of|from|in|on|for|with|by|per|at|to|into|onto|about|as|like|under|against|near|that|which|whose|von|vom|aus|im|in|f(?:\u{fc}|ue)r|mit|auf|zum|zur)[ \t]",
    )
});

/// What a container's loss is told by: "delete all data of the volume" is about the volume.
static CONTENTS: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)\b(?:data|everything|all|contents?|files|rows|records|documents|keys|messages|objects|resources|anything|whatever|daten|alles|inhalte?|dateien|zeilen)[ \t]*$",
    )
});

/// Ends of a find that say how it is done, and are no thing.
static MANNER: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?i)(?:scratch|zero|slate|fresh|anew|hard|force|way|data)$"));

/// A noun behind the find that makes it a name for something small, and the word between them.
static SMALL: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)^(?:['\u{2019}]s)?[ \t-]+(?:(\w+)[ \t-]+)?(?:traces?|of contents|notes?|variables?|labels?|annotations?|tags?|alerts?|alarms?|tickets?|dashboards?|panels?|pages?|diagrams?|screenshots?|comments?|reminders?|notifications?|subscriptions?|filters?|titles?|captions?|headers?|icons?|links?|docs?|documentation|sections?|paragraphs?|metrics?|silences?|mounts?|selectors?|prefix|suffix|references?|mentions?|warnings?|banners?|badges?|widgets?|plots?|legends?|names?)\b",
    )
});

/// Words behind which the noun is no part of the name: "delete the namespace then alert the team".
const LINKS: [&str; 15] = [
    "and", "or", "then", "but", "with", "before", "after", "to", "by", "via", "und", "oder",
    "dann", "mit", "danach",
];

/// Papers: what is removed from them is a text.
static FROM_PAPER: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)^(?:[ \t]+[\w'\u{2019}-]+){0,3}?[ \t]+(?:from|in|on|of|off|aus|im|in|von)[ \t]+(?:(?:the|this|our|your|my|a|that|dem|der|den|diesem)[ \t]+)?(?:[\w-]+[ \t]+){0,2}?(?:reports?|slides?|page|wiki|document|docs?|post-?mortem|spreadsheet|presentation|dashboard|agenda|calendar|readme|e-?mail|mail|minutes|draft|runbook|article|sheet|bericht|seite|dokument|kalender)\b",
    )
});

/// Lists: what is taken off them is still there.
static FROM_LIST: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)^(?:[ \t]+[\w'\u{2019}-]+){0,3}?[ \t]+(?:from|off|aus|von)[ \t]+(?:(?:the|this|our|your|a|that|dem|der)[ \t]+)?(?:[\w-]+[ \t]+){0,2}?(?:list|rotation|load[ -]?balancer|lb|monitoring|inventory|config\w*|watch ?list|scope|ticket|channel|backlog|board|schedule|filter|view|query|selection|menu|search|liste|\u{fc}berwachung)\b",
    )
});

static TAKES: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?i)^(?:remov|drop|tak|entfern)"));

/// Which of the things is meant is no place that they are taken from.
static CHOSEN: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)\b(?:named|listed|mentioned|given|shown|described|written|genannt\w*|aufgef\w*)\b",
    )
});

/// An article in front of a verb makes a noun of it: "what a DROP TABLE would do".
static ARTICLE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)\b(?:a|an|the|any|every|each|no|our|your|their|its|another|accidental|previous|recent|ein|eine[rsmn]?|das|kein)[ \t]+[*_`'\x22]*$",
    )
});

/// Somebody is asked, or something is looked up; nobody is told to do it.
static ASKED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)(?:\b(?:whether|ob)\b|\b(?:check|ask|verify|find out|decide|discuss|consider|confirm|know|explain|understand|pr(?:\u{fc}|ue)f\w*|frag\w*|kl(?:\u{e4}|ae)re?n?|unclear|question|see)\b[^.;:!?]{0,60}?\b(?:if|why|who|what|how|which|wer|warum|was|wie)\b)[^.;:!?,]{0,40}$",
    )
});

/// What follows an "and" behind a question is told by itself.
static AND_THEN: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?i)\b(?:and|then|und|dann)[ \t]*(?:[\w-]+[ \t]+)?$"));

/// Words in front of it that keep somebody from doing it, or only name it.
static KEPT_FROM: LazyLock<Regex> = LazyLock::new(|| {
    pattern(concat!(
        r"(?i)\b(?:nobody|no[ -]?one|none of \w+|niemand|keiner)\b(?:[ \t]+[\w'-]+){0,3}[ \t]*$",
        r"|\b(?:on|about|of|against|beyond)[ \t]+(?:\w+ly[ \t]+)?$",
        r"|\b(?:prevent\w*|stop|stops|keep|keeps|block\w*|protect\w*|guard\w*)\b[^.;,]{0,40}\b(?:from|against)[ \t]+(?:\w+ly[ \t]+)?$",
    ))
});

static GERUND: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?i)^\w+ing\b"));

/// A question, and one that is a request all the same.
static QUESTION: LazyLock<Regex> = LazyLock::new(|| pattern(r"^[^.;!?\n]{0,80}\?"));

static REQUEST: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"(?i)\b(?:can|could|would|will|please|bitte|kannst|k(?:\u{f6}|oe)nnt\w*)\b")
});

/// The third person, which tells of somebody else: "if the job deletes the table".
static THIRD: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)^(?:delet|remov|purg|wip|eras|nuk|truncat|terminat|disabl|recreat)es\b|^(?:drop|destroy|uninstall|format|kill|clear)s\b",
    )
});

/// A condition, or a doubt, in front of it.
static IF_SOMEBODY: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)\b(?:if|when|whenever|in case|unless|because|since|while|which|that|who|falls|wenn)\b[^.;,]{0,40}$",
    )
});

/// What something would do is told, not asked for, unless we would do it.
static WOULD: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)\b([\w-]+)[ \t]+(?:would|could|might|w(?:\u{fc}|ue)rde)[ \t]+(?:also |then |even |only |\w+ly )?$",
    )
});

/// What a gerund is said to do, and what the sentence draws from it.
static CONSEQUENCE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)^[^.;!?\n]{0,60}?\b(?:would|could|might|cannot|can|destroys|loses|is (?:not|never|too|very|dangerous|risky|forbidden|irreversible|unsafe|destructive|no)|(?:must|should|may) (?:not|never))\b",
    )
});

/// The sentence ends by saying not to.
static SO_DO_NOT: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)^[^.;!?\n]{0,120}[,\u{2013}\u{2014}-][ \t]*(?:so|therefore|hence|thus|please|and so)?[ \t,]*(?:do not|don['\u{2019}]t|never|also nicht|daher nicht)\b(?:[ \t]+(?:do|try|use|run|touch|go)\b|[ \t]*(?:[.;!?\n]|$))",
    )
});

/// German says "not" behind what it is about.
static NICHT: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)\b(?:nicht|nie|niemals|kein\w*)\b(?:[ \t]+(?:zu|mehr|einfach|sofort|selbst))?[ \t]+\w+$",
    )
});

static THEN_NICHT: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)^(?:[ \t]+[\w\u{e4}\u{f6}\u{fc}\u{df}'-]+){0,3}?[ \t]+(?:nicht|niemals)\b|^[ \t]*,?[ \t]*nie\b",
    )
});

static NICHT_BEFORE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)\b(?:nicht|nie|niemals|ohne|statt|anstatt|kein\w*)\b(?:[ \t*_]+[^\s,.;:]+){0,4}[ \t*_]*$",
    )
});

static WENN: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?i)\b(?:wenn|falls|sobald|solange|bis)\b[^,.;:]*$"));

impl Prose {
    /// What the rule says is destroyed.
    pub(super) fn danger(&self) -> PlanDanger {
        let RawProse { id, level, destroys, safer, .. } = &self.raw;
        PlanDanger {
            rule: id.clone(),
            level: *level,
            destroys: destroys.clone(),
            safer: safer.clone(),
        }
    }

    /// The first place where it is told to do it; telling not to is no danger.
    pub(super) fn find(&self, text: &str) -> Option<(usize, usize)> {
        if self.without.iter().any(|other| other.is_in(text)) {
            return None;
        }
        let (regex, mut from) = (self.any.regex()?, 0);
        for _ in 0..MAX_FINDS {
            let found = regex.find_at(text.as_bytes(), from)?;
            let start = super::clean::floor(text, found.start());
            let end = super::clean::ceil(text, found.end());
            if is_told(text, start, end) {
                return Some((start, end));
            }
            // The find may begin too early: "remove the label, then delete the volume".
            from = super::clean::ceil(text, found.start() + 1);
            if from >= text.len() {
                break;
            }
        }
        None
    }

    fn hold_against_examples(&self) -> Result<(), String> {
        let mut expressions = std::iter::once(&self.any).chain(&self.without);
        if let Some(problem) = expressions.find_map(Expression::problem) {
            return Err(problem.to_owned());
        }
        if self.raw.finds.is_empty() || self.raw.ignores.is_empty() {
            return Err("the rule needs an example in `finds` and one in `ignores`".to_owned());
        }
        let finds = |text: &String| self.find(text).is_some();
        if let Some(text) = self.raw.finds.iter().find(|text| !finds(text)) {
            return Err(format!("the rule does not find its example `{text}`"));
        }
        match self.raw.ignores.iter().find(|text| finds(text)) {
            Some(text) => Err(format!("the rule finds `{text}`, which it should not")),
            None => Ok(()),
        }
    }
}

/// Whether the text tells somebody to do what stands there.
fn is_told(text: &str, start: usize, end: usize) -> bool {
    let (before, span) = (sentence_end(&text[..start]), &text[start..end]);
    let after = &text[end..super::clean::floor(text, text.len().min(end + FAR))];
    let verb_first = VERB.is_match(span);
    !says_not_to(before)
        && !(verb_first && (is_about_another(span) || ARTICLE.is_match(before)))
        && !is_small(after)
        && !is_on_paper(span, after)
        && !is_only_told_of(before, span, after)
        && !is_denied_in_german(before, span, after)
}

/// Whether the verb's object is another thing than the one that the rule names: "delete the pod of
/// the release", "remove the taint, resize the volume".
fn is_about_another(span: &str) -> bool {
    let verb = VERB.find(span).map_or(0, |found| found.end());
    if SECOND_VERB.is_match(&span[verb..]) {
        return true;
    }
    let Some(found) = PREPOSITION.find(&span[verb..]) else { return false };
    let object = span[verb..verb + found.start()].trim();
    !object.is_empty() && !CONTENTS.is_match(object) && !MANNER.is_match(span)
}

/// Whether the find goes on as the name of something small: "delete the namespace label".
fn is_small(after: &str) -> bool {
    SMALL.captures(after).is_some_and(|found| {
        let between = found.get(1).map_or("", |word| word.as_str());
        !LINKS.iter().any(|link| between.eq_ignore_ascii_case(link))
    })
}

fn is_on_paper(span: &str, after: &str) -> bool {
    let taken = |from: &Regex| from.find(after).is_some_and(|all| !CHOSEN.is_match(all.as_str()));
    taken(&FROM_PAPER) || TAKES.is_match(span) && taken(&FROM_LIST)
}

/// Whether it is a question, a warning, a condition or a tale, and nothing to do.
fn is_only_told_of(before: &str, span: &str, after: &str) -> bool {
    let asked = ASKED.is_match(before) && !AND_THEN.is_match(before);
    let gerund = GERUND.is_match(span);
    let we = |who: &str| ["we", "you", "i", "one", "team", "wir", "ich"].contains(&who);
    let would = WOULD.captures(before).and_then(|found| found.get(1));
    asked
        || QUESTION.is_match(after) && !REQUEST.is_match(before)
        || KEPT_FROM.is_match(before)
        || gerund && CONSEQUENCE.is_match(after)
        || THIRD.is_match(span) && IF_SOMEBODY.is_match(before)
        || would.is_some_and(|who| !we(&who.as_str().to_lowercase()))
        || SO_DO_NOT.is_match(after)
}

fn is_denied_in_german(before: &str, span: &str, after: &str) -> bool {
    NICHT.is_match(span)
        || THEN_NICHT.is_match(after)
        || NICHT_BEFORE.find(before).is_some_and(|not| !WENN.is_match(&before[..not.start()]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str, find: &str) -> bool {
        let start = text.find(find).expect("the words stand in the text");
        is_told(text, start, start + find.len())
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
