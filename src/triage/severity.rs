//! How bad it is: each message is judged for itself, by the highest line of the severity table
//! that holds in it and by what its source says; the worst of them is what is said of all.
//!
//! An alert that its source calls a warning says nothing about the log beside it, and what happens
//! in staging does not make the same hour in production any better.

use super::label::Label;
use super::level::{Level, Line};
use super::message::Place;
use super::pattern::Pattern;
use super::rule::{Meaning, Rule};

/// What is said where nothing in the messages says how bad it is.
const NO_RULE: &str = "no rule knows a failure in these words, and nothing says that it is well";

/// A rule of the severity table that holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Held {
    pub(super) line: Line,
    /// Where; a rule that holds for every finding of a kind has no place of its own.
    pub(super) place: Option<Place>,
    pub(super) rule: String,
    pub(super) says: String,
    /// The rule is for what no other rule knows, in wide words: one of several messages that says so
    /// says little of the others.
    pub(super) wide: bool,
}

/// What stands beside a message, or at its head.
#[derive(Clone, Debug, Default)]
pub(super) struct Beside<'a> {
    /// Its text.
    pub(super) text: &'a str,
    /// How bad its source says that it is.
    pub(super) label: Option<Label>,
    /// A name that says that it is no production system.
    pub(super) environment: Option<Place>,
    /// What it speaks of by itself; none where that is too little, so that it belongs to the rest.
    pub(super) own: Option<(Pattern, Option<&'a str>)>,
    /// It holds evidence for what was found.
    pub(super) bears: bool,
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
    /// The messages say how bad it is, or that they are well: see [`Severity::weigh`].
    pub(super) known: bool,
    /// The level of each message by itself; none where nothing in it says how bad it is.
    pub(super) of_messages: Vec<Option<Level>>,
}

impl Severity {
    /// Says whether the level is known: nothing is to be done only where a message says that it is
    /// meant, or where most of them say that they are well or that it is over. What nobody can judge
    /// is taken for a partial failure. `well` are those that say so by what no line of the table
    /// tells.
    pub(super) fn weigh(&mut self, pattern: Pattern, well: impl Fn(usize) -> bool) {
        let all = self.of_messages.len();
        let levels = self.of_messages.iter().flatten().count();
        let told = (0..all).filter(|at| self.of_messages[*at].is_some() || well(*at)).count();
        let untold = self.level == Level::Info && pattern == Pattern::Unknown;
        let meant = self.held.iter().any(|held| !held.wide);
        // That one of two denies something says nothing of the other.
        let most = all > 0 && (levels * 2 >= all || told * 2 > all);
        self.known = !untold || meant || most;
        if untold && self.held.is_empty() && self.known && self.label.is_none() {
            "the messages say that it is over, or did not happen".clone_into(&mut self.because);
        } else if !self.known {
            self.level = Level::Medium;
            NO_RULE.clone_into(&mut self.because);
        }
    }

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
    found: &[(&Rule, Place)],
    always: &[&Rule],
    messages: &[Beside<'_>],
) -> Severity {
    // A paste may speak of several failures: each message is held against the lines of its own.
    let fits = |rule: &Rule, beside: &Beside<'_>| {
        let (pattern, subtype) = beside.own.unwrap_or((pattern, subtype));
        match &rule.meaning {
            Meaning::Severity(m) => {
                (m.patterns.is_empty() || m.patterns.contains(&pattern))
                    && !m.not_patterns.contains(&pattern)
                    && !(m.lone && messages.len() > 1)
                    && (m.subtypes.is_empty()
                        || subtype.is_some_and(|name| m.subtypes.iter().any(|one| one == name)))
            }
            _ => false,
        }
    };
    let found = found.iter().filter(|(rule, place)| {
        let of = place.message.and_then(|at| messages.get(at));
        of.is_some_and(|beside| fits(rule, beside))
    });
    // A line that needs another one takes it from any message.
    let alone: Vec<Line> = found
        .clone()
        .filter_map(|(rule, _)| line_of(rule))
        .filter_map(|(line, joint)| joint.is_empty().then_some(line))
        .collect();
    let joined = |joint: &[Line]| joint.is_empty() || joint.iter().any(|one| alone.contains(one));
    let held = |rule: &Rule, place| {
        let (line, joint) = line_of(rule)?;
        let wide = is_wide(rule);
        let (rule, says) = (rule.id.clone(), rule.says.clone());
        joined(joint).then_some(Held { line, place, rule, says, wide })
    };
    let easing: Vec<Easing<'_>> = found
        .clone()
        .filter(|(rule, _)| !eases(rule).is_empty())
        .filter_map(|(rule, place)| {
            let held = held(rule, Some(*place))?;
            Some(Easing { lines: eases(rule), message: place.message?, held })
        })
        .collect();
    let mut of_message: Vec<Vec<Held>> = vec![Vec::new(); messages.len()];
    for (rule, place) in found {
        let of = place.message.and_then(|at| of_message.get_mut(at));
        of.into_iter().for_each(|of| of.extend(held(rule, Some(*place))));
    }
    for (of, beside) in of_message.iter_mut().zip(messages) {
        let speaks = beside.bears || beside.own.is_some();
        let holding =
            always.iter().filter(|rule| speaks && fits(rule, beside) && rule.allows(beside.text));
        of.extend(holding.filter_map(|rule| held(rule, None)));
        of.sort_by(|a, b| order(a).cmp(&order(b)));
    }
    ease(&mut of_message, &easing, |at| {
        messages.get(at).and_then(|beside| beside.own).map_or(pattern, |(own, _)| own)
    });
    let judged: Vec<Option<Judged>> =
        of_message.into_iter().zip(messages).map(|(held, beside)| combine(held, beside)).collect();
    worst(pattern, &judged, messages)
}

/// Takes out the lines that do not hold since somebody knows better: in the same message, and in
/// others of the same pattern if that message itself holds none of those lines, so that it speaks
/// of the others' failure and of none of its own. What is left without a line has that of who knows
/// better: it is no failure of which nobody says how bad it is.
fn ease(of_message: &mut [Vec<Held>], easing: &[Easing<'_>], pattern: impl Fn(usize) -> Pattern) {
    let holds = |one: &Easing<'_>| {
        let of = of_message.get(one.message);
        of.is_some_and(|of| of.iter().any(|held| one.lines.contains(&held.line)))
    };
    let anywhere: Vec<bool> = easing.iter().map(|one| !holds(one)).collect();
    for (at, of) in of_message.iter_mut().enumerate() {
        for (one, anywhere) in easing.iter().zip(&anywhere) {
            if at == one.message || (*anywhere && pattern(at) == pattern(one.message)) {
                of.retain(|held| !one.lines.contains(&held.line));
                if of.is_empty() {
                    of.push(one.held.clone());
                }
            }
        }
    }
}

/// By line; what has a place before what has none.
fn order(held: &Held) -> (Line, bool, Option<Place>, &str) {
    (held.line, held.place.is_none(), held.place, &held.rule)
}

fn line_of(rule: &Rule) -> Option<(Line, &[Line])> {
    match &rule.meaning {
        Meaning::Severity(meaning) => Some((meaning.line, &meaning.joint)),
        _ => None,
    }
}

/// Whether a rule is only for what no other rule knows.
fn is_wide(rule: &Rule) -> bool {
    matches!(&rule.meaning, Meaning::Severity(meaning) if meaning.patterns == [Pattern::Unknown])
}

/// The lines that do not hold where this rule does.
fn eases(rule: &Rule) -> &[Line] {
    match &rule.meaning {
        Meaning::Severity(meaning) => &meaning.eases,
        _ => &[],
    }
}

/// A rule that holds and knows better than lines of others.
struct Easing<'a> {
    /// The lines that do not hold.
    lines: &'a [Line],
    /// The number of the message that says so.
    message: usize,
    held: Held,
}

/// How bad one message is.
struct Judged {
    level: Level,
    /// What gives that level.
    held: Vec<Held>,
    because: String,
}

/// What a message amounts to; none if nothing in it says how bad it is.
fn combine(mut held: Vec<Held>, beside: &Beside<'_>) -> Option<Judged> {
    let highest = held.iter().map(|held| held.line.level()).max();
    if let Some(label) = &beside.label {
        let raises = highest.is_some_and(|level| level > label.level);
        let own = highest.filter(|level| *level < label.level);
        held.retain(|held| raises && held.line.level() == Level::Critical);
        let said = &label.said;
        let (level, because) = match held.first() {
            // `page` says whom to wake and not what is lost: whoever wakes sees what the words amount to.
            None => match own {
                Some(own) => (
                    label.level,
                    format!("the source says {said}; the words alone say {}", own.as_str()),
                ),
                None => (label.level, format!("the source says {said}")),
            },
            Some(held) => (
                label.level.raised(),
                format!("the source says {said}; {:?} raises it by one level", held.line),
            ),
        };
        return Some(Judged { level, held, because });
    }
    let level = highest?;
    held.retain(|held| held.line.level() == level);
    let because = held.first().map_or("", |held| held.says.as_str());
    let fixed = held.iter().any(|held| matches!(held.line, Line::C2 | Line::C5));
    let (level, because) = lowered(level, because, beside.environment.is_some() && !fixed);
    Some(Judged { level, held, because })
}

fn lowered(level: Level, because: &str, lowers: bool) -> (Level, String) {
    if !lowers {
        return (level, because.to_owned());
    }
    (level.lowered(), format!("{because}; one level less, since this is no production system"))
}

/// The worst of all messages. A failure that no line speaks of is taken for a partial one.
fn worst(pattern: Pattern, judged: &[Option<Judged>], messages: &[Beside<'_>]) -> Severity {
    let of_messages = judged.iter().map(|one| one.as_ref().map(|one| one.level)).collect();
    let bearing = || judged.iter().zip(messages).filter(|(_, beside)| beside.bears);
    let silent = bearing().all(|(one, _)| one.is_none());
    let partial = (pattern != Pattern::Unknown && silent).then(|| {
        // It is no production system only if each of them says so.
        let elsewhere = bearing().all(|(_, beside)| beside.environment.is_some());
        let because = "a failure, and no line of the table says more";
        let (level, because) = lowered(Level::Medium, because, elsewhere);
        let environment = bearing().find_map(|(_, beside)| beside.environment);
        (level, because, environment.filter(|_| elsewhere))
    });
    let highest = judged.iter().flatten().map(|one| one.level).max();
    if let Some((level, because, environment)) = partial
        && highest.is_none_or(|highest| highest < level)
    {
        return Severity { level, because, environment, of_messages, ..Severity::default() };
    }
    let Some(level) = highest else {
        let because = NO_RULE.to_owned();
        return Severity { because, of_messages, ..Severity::default() };
    };
    let deciding = || {
        let both = judged.iter().zip(messages);
        both.filter_map(|(one, beside)| Some((one.as_ref()?, beside)))
            .filter(move |(one, _)| one.level == level)
    };
    let mut held: Vec<Held> = deciding().flat_map(|(one, _)| one.held.clone()).collect();
    held.sort_by(|a, b| order(a).cmp(&order(b)));
    held.dedup();
    // What a line of the table says tells more than that a source says so.
    let told = deciding().find(|(one, _)| !one.held.is_empty()).or_else(|| deciding().next());
    let mut because = told.map(|(one, _)| one.because.clone()).unwrap_or_default();
    if pattern != Pattern::Unknown && deciding().all(|(_, beside)| !beside.bears) {
        because.push_str("; another message says so than the one with the cause");
    }
    let label = deciding().find_map(|(_, beside)| beside.label.clone());
    let environment = deciding().find_map(|(_, beside)| beside.environment);
    Severity { level, held, label, environment, because, of_messages, ..Severity::default() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn held(line: Line) -> Held {
        Held { line, place: None, rule: String::new(), says: "it".to_owned(), wide: false }
    }

    fn beside(label: Option<Level>, environment: bool) -> Beside<'static> {
        let label = label.map(|level| Label { level, place: None, said: "so".to_owned() });
        let place = Place { message: None, start: 0, end: 1 };
        let environment = environment.then_some(place);
        Beside { text: "", label, environment, own: None, bears: true }
    }

    fn all(messages: &[(&[Line], Option<Level>, bool)]) -> Severity {
        let besides: Vec<Beside<'_>> =
            messages.iter().map(|(_, label, environment)| beside(*label, *environment)).collect();
        let lines = messages.iter().map(|(lines, _, _)| lines.iter().copied().map(held).collect());
        let judged: Vec<Option<Judged>> =
            lines.zip(&besides).map(|(held, beside)| combine(held, beside)).collect();
        worst(Pattern::DnsFailure, &judged, &besides)
    }

    #[test]
    fn the_highest_line_wins_and_a_label_is_raised_by_a_critical_line_only() {
        let check = |lines: &[Line], label, expected, kept: usize| {
            let severity = all(&[(lines, label, false)]);
            assert_eq!((severity.level, severity.lines().len()), (expected, kept), "{lines:?}");
        };
        check(&[Line::M1, Line::C4, Line::C1], None, Level::Critical, 2);
        check(&[Line::M1, Line::H1], None, Level::High, 1);
        check(&[], None, Level::Medium, 0);
        check(&[Line::H1], Some(Level::Medium), Level::Medium, 0);
        check(&[Line::C2], Some(Level::Medium), Level::High, 1);
        check(&[Line::M1], Some(Level::Critical), Level::Critical, 0);
        check(&[Line::C2], Some(Level::Critical), Level::Critical, 0);
    }

    #[test]
    fn what_the_words_alone_amount_to_is_told_beside_a_higher_label() {
        let because = |line, label| all(&[(&[line], Some(label), false)]).because;
        assert_eq!(
            because(Line::M2, Level::Critical),
            "the source says so; the words alone say MEDIUM"
        );
        assert_eq!(because(Line::M2, Level::Medium), "the source says so");
        assert_eq!(because(Line::H1, Level::Medium), "the source says so");
    }

    #[test]
    fn elsewhere_than_in_production_it_is_one_level_less_but_lost_data_stay_lost() {
        let level = |lines: &[Line]| all(&[(lines, None, true)]).level;
        assert_eq!(level(&[Line::H1]), Level::Medium);
        assert_eq!(level(&[Line::C2]), Level::Critical);
        assert_eq!(level(&[]), Level::Low);
    }

    #[test]
    fn what_no_line_tells_is_taken_for_a_partial_failure_unless_most_of_it_is_well() {
        let weighed = |of_messages: &[Option<Level>], well: usize, pattern| {
            let of_messages = of_messages.to_vec();
            let mut severity = Severity { of_messages, ..Severity::default() };
            severity.weigh(pattern, |at| at < well);
            (severity.level, severity.known)
        };
        let meant = |wide| {
            let held = vec![Held { wide, ..held(Line::I1) }];
            let of_messages = vec![Some(Level::Info), None, None];
            let mut severity = Severity { held, of_messages, ..Severity::default() };
            severity.weigh(Pattern::Unknown, |_| false);
            severity.known
        };
        assert_eq!((meant(false), meant(true)), (true, false));
        let unknown = Pattern::Unknown;
        assert_eq!(weighed(&[None], 0, unknown), (Level::Medium, false));
        assert_eq!(weighed(&[None], 1, unknown), (Level::Info, true));
        assert_eq!(weighed(&[None, None], 1, unknown), (Level::Medium, false));
        assert_eq!(weighed(&[Some(Level::Info), None], 0, unknown), (Level::Info, true));
        assert_eq!(weighed(&[Some(Level::Info), None, None], 0, unknown), (Level::Medium, false));
        assert_eq!(weighed(&[None], 0, Pattern::DnsFailure), (Level::Info, true));
    }

    #[test]
    fn what_stands_beside_one_message_says_nothing_about_another() {
        let severity = all(&[(&[Line::C1], Some(Level::Low), false), (&[Line::H1], None, false)]);
        assert_eq!((severity.level, severity.lines()), (Level::High, vec![Line::H1]));
        assert_eq!(severity.of_messages, [Some(Level::Medium), Some(Level::High)]);
        let severity = all(&[(&[Line::C1], None, false), (&[Line::H1], None, true)]);
        assert_eq!((severity.level, severity.environment), (Level::Critical, None));
        let severity = all(&[(&[], Some(Level::Critical), false), (&[Line::C3], None, false)]);
        assert_eq!((severity.level, severity.because.as_str()), (Level::Critical, "it"));
        assert_eq!(severity.label.map(|label| label.level), Some(Level::Critical));
        // What is found without a line is no less than a partial failure because another message says
        // that it is information.
        let mut info = beside(Some(Level::Info), false);
        info.bears = false;
        let besides = [info, beside(None, false)];
        let judged: Vec<Option<Judged>> =
            besides.iter().map(|beside| combine(Vec::new(), beside)).collect();
        let level = |pattern| worst(pattern, &judged, &besides).level;
        assert_eq!(level(Pattern::BackupEvent), Level::Medium);
        assert_eq!(level(Pattern::Unknown), Level::Info);
        let mut other = beside(None, false);
        other.bears = false;
        let besides = [other, beside(None, false)];
        let judged = [
            combine(vec![held(Line::C3)], &besides[0]),
            combine(vec![held(Line::M1)], &besides[1]),
        ];
        let severity = worst(Pattern::BackupEvent, &judged, &besides);
        assert!(severity.because.ends_with("than the one with the cause"), "{}", severity.because);
        let severity = all(&[(&[], None, true), (&[], None, false)]);
        assert_eq!(severity.level, Level::Medium, "one of them is in production");
        // A message in which nothing says how bad it is makes none better or worse.
        let severity = all(&[(&[], None, false), (&[Line::L2], None, false)]);
        assert_eq!(
            (severity.level, severity.of_messages),
            (Level::Low, vec![None, Some(Level::Low)])
        );
    }
}
