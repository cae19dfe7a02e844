//! Whether the words around what a plan names tell somebody to do it, or only talk about it: ask,
//! warn, forbid, or tell of somebody else. The words are data; how they stand together is here.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use regex::Regex;

use super::plan_command::{is_sought, says_not_to, sentence_end};
use super::plan_words::{AllVerbs, compiled, either, unknown};
use crate::text::pattern::pattern;

/// How many bytes behind a find say what it is about.
const FAR: usize = 160;

/// How many bytes of a clause are looked at on either side of its verb.
pub(super) const LONGEST: usize = 160;

/// What a sentence draws from what it says: "…, so do not".
const SO_DO_NOT: &str = r"^[^.;!?\n]{0,120}[,–—-][ \t]*(?:so|therefore|hence|thus|please|and so)?[ \t,]*(?:do not|don['’]t|never|also nicht|daher nicht)\b(?:[ \t]+(?:do|try|use|run|touch|go)\b|[ \t]*(?:[.;!?\n]|$))";

/// How words that surround a find are told from an order.
#[derive(Debug)]
pub(super) struct Talk {
    /// A verb that is told, at the start of the find.
    verb: Regex,
    /// Something else that is done, behind a comma or an "and": the find is about two things.
    second_verb: Regex,
    /// A word behind which something else begins than what the verb is about.
    preposition: Regex,
    /// What a container's loss is told by.
    contents: Regex,
    /// Ends of a find that say how it is done, and are no thing.
    manner: Regex,
    /// A noun behind the find that makes it a name for something small, and the word between them.
    small: Regex,
    /// Words behind which the noun is no part of the name: "delete the namespace then alert".
    link: Regex,
    /// What is removed from a paper is a text.
    from_paper: Regex,
    /// What is taken off a list is still there.
    from_list: Regex,
    taking: Regex,
    /// Which of the things is meant is no place that they are taken from.
    chosen: Regex,
    /// An article in front of a verb makes a noun of it: "what a DROP TABLE would do".
    article: Regex,
    /// Somebody is asked, or something is looked up; nobody is told to do it.
    asked: Regex,
    /// What follows an "and" behind a question is told by itself.
    next: Regex,
    /// Words in front of it that keep somebody from doing it, or only name it.
    kept_from: Regex,
    gerund: Regex,
    question: Regex,
    /// A question that is a request all the same.
    request: Regex,
    /// The third person, which tells of somebody else: "if the job deletes the table".
    third: Regex,
    if_somebody: Regex,
    /// What something would do is told, not asked for, unless we would do it.
    would: Regex,
    we: Regex,
    /// What a gerund is said to do, and what the sentence draws from it.
    consequence: Regex,
    /// The sentence goes on about what the find names: "empty queues are fine".
    state: Regex,
    so_do_not: Regex,
    /// German says "not" behind what it is about.
    nicht: Regex,
    then_nicht: Regex,
    nicht_before: Regex,
    wenn: Regex,
    /// What stands between a thing and the next that the same verb is about.
    goes_on: Regex,
    /// The end of a line that forbids the list below it.
    forbids: Regex,
    /// A verb about what was named before.
    pub(super) again: Regex,
    /// Words in front of a participle that ask for it: "must be".
    pub(super) must_be: Regex,
}

impl Talk {
    /// Puts the expressions together.
    pub(super) fn new(
        words: &BTreeMap<String, Vec<String>>,
        verbs: &AllVerbs,
    ) -> Result<Self, String> {
        let say = |name: &str| {
            let entries = words.get(name).ok_or_else(|| unknown(name, "`talk`"));
            entries.map(|entries| either(entries))
        };
        let told = verbs.told.join("|");
        let (must, next, nicht) = (say("must")?, say("next")?, say("nicht")?);
        let near = r"(?:[ \t]+[\w'’-]+){0,3}?";
        let ours = "(?:(?:the|this|our|your|my|a|that|dem|der|den|diesem)[ \\t]+)?(?:[\\w-]+[ \\t]+){0,2}?";
        Ok(Self {
            verb: compiled(&format!(r"^(?:{told})\b"))?,
            second_verb: compiled(&format!(
                r"(?:,|\band|\bor|\bthen|\bbut|\bund|\boder|\bdann)\s+(?:(?:and|then|but|to)\s+)*(?:{told}|{})\b",
                say("others")?
            ))?,
            preposition: compiled(&format!(r"\s{}\s", say("prepositions")?))?,
            contents: compiled(&format!(r"\b{}\s*$", say("contents")?))?,
            manner: compiled(&format!(r"{}$", say("manner")?))?,
            small: compiled(&format!(
                r"^(?:['’]s)?[ \t-]+(?:(\w+)[ \t-]+)?{}(?:es|s)?\b",
                say("small")?
            ))?,
            link: compiled(&format!("^{}$", say("links")?))?,
            from_paper: compiled(&format!(
                r"^{near}[ \t]+(?:from|in|on|of|off|aus|im|von)[ \t]+{ours}{}s?\b",
                say("papers")?
            ))?,
            from_list: compiled(&format!(
                r"^{near}[ \t]+(?:from|off|aus|von)[ \t]+{ours}{}\b",
                say("lists")?
            ))?,
            taking: compiled(&format!("^{}", say("taking")?))?,
            chosen: compiled(&format!(r"\b{}\b", say("chosen")?))?,
            article: compiled(&format!(r#"\b{}[ \t]+[*_`'"]*$"#, say("articles")?))?,
            asked: compiled(&format!(
                r"(?:\b{}\b|\b{}\b[^.;:!?]{{0,60}}?\b{}\b)[^.;:!?,]{{0,40}}$",
                say("whether")?,
                say("asking")?,
                say("asked")?
            ))?,
            next: compiled(&format!(r"\b{next}[ \t]*(?:[\w-]+[ \t]+)?$"))?,
            kept_from: compiled(&format!(
                r"\b{}\b(?:[ \t]+[\w'-]+){{0,3}}[ \t]*$|\b{}[ \t]+(?:\w+ly[ \t]+)?$|\b{}\b[^.;,]{{0,40}}\b(?:from|against)[ \t]+(?:\w+ly[ \t]+)?$",
                say("nobody")?,
                say("on")?,
                say("holding")?
            ))?,
            gerund: compiled(r"^\w+ing\b")?,
            question: compiled(r"^[^.;!?\n]{0,80}\?")?,
            request: compiled(&format!(r"\b{}\b", say("requests")?))?,
            third: compiled(r"^\w+s\b")?,
            if_somebody: compiled(&format!(r"\b{}\b[^.;,]{{0,40}}$", say("if")?))?,
            would: compiled(&format!(
                r"\b([\w-]+)[ \t]+{}[ \t]+(?:also |then |even |only |\w+ly )?$",
                say("would")?
            ))?,
            we: compiled(&format!("^{}$", say("we")?))?,
            consequence: compiled(&format!(r"^[^.;!?\n]{{0,60}}?\b{}\b", say("consequences")?))?,
            state: compiled(&format!(r"^\s+{}\b", say("states")?))?,
            so_do_not: compiled(SO_DO_NOT)?,
            nicht: compiled(&format!(
                r"\b{nicht}\b(?:[ \t]+(?:zu|mehr|einfach|sofort|selbst))?[ \t]+\w+$"
            ))?,
            then_nicht: compiled(&format!(
                r"^{near}[ \t]+{nicht}\b|^[ \t]*,?[ \t]*nie\b|^[ \t]+(?:ist|sind)[ \t]+verboten\b"
            ))?,
            nicht_before: compiled(&format!(
                r"\b{}\b(?:[ \t*_]+[^\s,.;:]+){{0,4}}[ \t*_]*$",
                say("ohne")?
            ))?,
            wenn: compiled(&format!(r"\b{}\b[^,.;:]*$", say("wenn")?))?,
            goes_on: goes_on(&next, &say("afterwards")?)?,
            forbids: compiled(&format!(
                r"^(?:[\s#*_>-]|{also}\b)*{}(?:[\s*_]+{also})*[\s*_]*:?[\s*_]*$",
                say("forbids")?,
                also = say("forbidding")?
            ))?,
            again: again(&told)?,
            must_be: compiled(&format!(r"\b{must}\s+be\s+(?:\w+ly\s+)?$"))?,
        })
    }

    /// Whether a line forbids what the list below it names.
    pub(super) fn forbids_list(&self, line: &str) -> bool {
        self.forbids.is_match(line)
    }

    /// Whether a verb goes on with what stands behind this: "delete the pod and after that the".
    /// Another verb between them has taken it over.
    pub(super) fn goes_on(&self, behind_verb: &str) -> bool {
        self.goes_on.find(behind_verb).is_some_and(|found| {
            !behind_verb[..found.start()].trim().is_empty()
                && !self.second_verb.is_match(behind_verb)
        })
    }

    /// Whether the text tells somebody to do what stands there.
    pub(super) fn is_told(&self, text: &str, start: usize, end: usize) -> bool {
        let (before, span) = (sentence_end(&text[..start]), &text[start..end]);
        let after = &text[end..text.floor_char_boundary(end + FAR)];
        if is_address(before) {
            return false;
        }
        let verb_first = self.verb.is_match(span);
        !says_not_to(before, after)
            && !(verb_first && (self.is_about_another(span) || self.article.is_match(before)))
            && !(verb_first && span.split_whitespace().count() == 2 && self.state.is_match(after))
            && !self.is_small(after)
            && !self.is_on_paper(span, after)
            && !self.is_only_told_of(before, span, after)
            && !self.is_denied_in_german(before, span, after)
    }

    /// Whether the verb's object is another thing than the one that the rule names: "delete the pod
    /// of the release", "remove the taint, resize the volume".
    fn is_about_another(&self, span: &str) -> bool {
        let verb = self.verb.find(span).map_or(0, |found| found.end());
        let rest = &span[verb..];
        // "Drop and recreate the table" does both to the table.
        if self.second_verb.find(rest).is_some_and(|found| !rest[..found.start()].trim().is_empty())
        {
            return true;
        }
        let Some(found) = self.preposition.find(rest) else { return false };
        let object = rest[..found.start()].trim();
        !object.is_empty() && !self.contents.is_match(object) && !self.manner.is_match(span)
    }

    /// Whether the find goes on as the name of something small: "delete the namespace label".
    pub(super) fn is_small(&self, after: &str) -> bool {
        self.small.captures(after).is_some_and(|found| {
            let between = found.get(1).map_or("", |word| word.as_str());
            !self.link.is_match(between)
        })
    }

    fn is_on_paper(&self, span: &str, after: &str) -> bool {
        let taken =
            |from: &Regex| from.find(after).is_some_and(|all| !self.chosen.is_match(all.as_str()));
        taken(&self.from_paper) || self.taking.is_match(span) && taken(&self.from_list)
    }

    /// Whether it is a question, a warning, a condition or a tale, and nothing to do.
    fn is_only_told_of(&self, before: &str, span: &str, after: &str) -> bool {
        let asked = self.asked.is_match(before) && !self.next.is_match(before);
        let gerund = self.gerund.is_match(span);
        let third = self.verb.is_match(span) && self.third.is_match(span);
        let would = self.would.captures(before).and_then(|found| found.get(1));
        asked
            || self.question.is_match(after) && !self.request.is_match(before)
            || self.kept_from.is_match(before)
            || is_sought(before)
            || gerund && self.consequence.is_match(after)
            || third && self.if_somebody.is_match(before)
            || would.is_some_and(|who| !self.we.is_match(who.as_str()))
            || self.so_do_not.is_match(after)
    }

    /// Whether a negation of German stands within it, in front of it or behind it.
    pub(super) fn is_denied_in_german(&self, before: &str, span: &str, after: &str) -> bool {
        self.nicht.is_match(span)
            || self.then_nicht.is_match(after)
            || self
                .nicht_before
                .find(before)
                .is_some_and(|not| !self.wenn.is_match(&before[..not.start()]))
    }
}

/// A verb about what was named before: "delete it".
fn again(told: &str) -> Result<Regex, String> {
    compiled(&format!(r"^(?:{told})[ \t]+(?:it|them|this|these|those|ihn|sie|es)\b"))
}

/// What goes on with the same verb: "…, and after that all the".
fn goes_on(next: &str, afterwards: &str) -> Result<Regex, String> {
    let article = "(?:also|auch|all|every|the|our|its|alle[ns]?|die|den|das)";
    compiled(&format!(
        r"(?:,|\b{next}\b)[ \t]+(?:{next}[ \t]+)?{afterwards}[ \t]+(?:{article}[ \t]+){{0,2}}(?:[\w-]+[ \t]+)?$"
    ))
}

/// Whether what follows belongs to an address or a path, whose words tell nobody to do anything.
fn is_address(before: &str) -> bool {
    let word = before.rsplit(char::is_whitespace).next().unwrap_or_default();
    word.contains("://") || word.contains("](") || word.ends_with(['/', '#', '=', '?', '&'])
}

/// Where a clause ends: with its sentence, its item of a list, or at a dash.
static CLAUSE_END: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"[.;:!?][\x22'`)\]*_]*(?:\s|$)|\n[ \t]*(?:\n|[-*+>#|]|\d+[.)])|\s[\u{2013}\u{2014}]\s")
});

/// What stands behind a place in its clause.
pub(super) fn clause_behind(text: &str, at: usize) -> &str {
    let near = &text[at..text.floor_char_boundary(at + LONGEST)];
    CLAUSE_END.find(near).map_or(near, |end| &near[..end.start()])
}

/// What stands in front of a place in its clause.
pub(super) fn clause_before(text: &str, at: usize) -> &str {
    let near = &text[text.ceil_char_boundary(at.saturating_sub(LONGEST))..at];
    CLAUSE_END.find_iter(near).last().map_or(near, |end| &near[end.end()..])
}

/// Whether the word in front of this goes on: with a hyphen, or as the name of a file.
pub(super) fn is_compound(behind: &str) -> bool {
    let mut rest = behind.chars();
    match rest.next() {
        Some('-') => rest.next().is_some_and(char::is_alphanumeric),
        Some('.') => rest.next().is_some_and(char::is_lowercase),
        _ => false,
    }
}
