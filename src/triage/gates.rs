//! Which rules and signals a text may mean something to, told by its letters: each is tried, and its
//! expressions are compiled, only where all that they need stands in the text.

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::expression::{Expression, OpenWays};
use super::needs::{MIN_LETTERS, Needs};
use super::rule::Rule;
use super::signal::SignalRule;
use super::words::Words;

/// So many first letters of a word are its head.
const HEAD: usize = 3;

// Shorter ones would stand in no text.
const _: () = assert!(HEAD <= MIN_LETTERS);

/// So many bits of a letter tell it from others: those in which case does not count.
const BITS: u32 = 5;

/// Words of all rules, found in one pass over a text. They are far too many for an automaton that is
/// built for a text of a few lines.
#[derive(Debug)]
struct Letters {
    /// In the order of their heads.
    words: Vec<String>,
    /// Where the words of each head begin; one more at the end.
    heads: Vec<u32>,
}

/// The head of a text. Words of others may have the same.
fn head(text: &[u8]) -> usize {
    let bits = |letter: &u8| usize::from(*letter) & ((1 << BITS) - 1);
    text.iter().take(HEAD).fold(0, |head, letter| head << BITS | bits(letter))
}

impl Letters {
    fn of(words: BTreeSet<&str>) -> Self {
        let mut words: Vec<String> = words.into_iter().map(str::to_owned).collect();
        words.sort_by_key(|word| head(word.as_bytes()));
        let mut heads = vec![0; (1 << (BITS as usize * HEAD)) + 1];
        for word in &words {
            heads[head(word.as_bytes()) + 1] += 1;
        }
        let mut before = 0;
        for count in &mut heads {
            before += *count;
            *count = before;
        }
        Self { words, heads }
    }

    /// The numbers of the words that stand in a text, each as often as it does.
    fn stand_in<'t>(&'t self, text: &'t str) -> impl Iterator<Item = usize> + 't {
        let bytes = text.as_bytes();
        let heads = bytes.windows(HEAD).enumerate();
        heads.flat_map(move |(at, three)| {
            let head = head(three);
            let words = self.heads[head] as usize..self.heads[head + 1] as usize;
            words.filter(move |number| {
                let word = self.words[*number].as_bytes();
                bytes.get(at..at + word.len()).is_some_and(|it| it.eq_ignore_ascii_case(word))
            })
        })
    }
}

/// What a text must hold, by the numbers of its words.
#[derive(Debug)]
enum Gate {
    /// Nothing that is known.
    Open,
    /// These letters.
    Letters(usize),
    /// What this word of the files needs.
    Word(usize),
    All(Vec<Self>),
    Any(Vec<Self>),
}

/// The letters that stand in a text.
#[derive(Debug)]
pub(super) struct TextLetters {
    letters: Vec<u64>,
    /// Whether it holds what each word of the files needs, once that was asked.
    words: Vec<Cell<Option<bool>>>,
}

impl TextLetters {
    fn has(&self, number: usize) -> bool {
        self.letters[number / 64] >> (number % 64) & 1 == 1
    }

    fn numbers(&self) -> impl Iterator<Item = usize> + '_ {
        let some = self.letters.iter().enumerate().filter(|(_, bits)| **bits != 0);
        some.flat_map(|(at, _)| (at * 64..(at + 1) * 64).filter(|number| self.has(*number)))
    }
}

/// What a text must hold for a rule to be tried.
#[derive(Debug)]
struct RuleGate {
    /// For each way of what it is found by; empty where nothing is known of one.
    ways: Vec<Gate>,
    /// For what must stand beside it.
    beside: Vec<Gate>,
}

/// The gates of all rules and signals, in their order.
#[derive(Debug)]
pub(super) struct Gates {
    letters: Letters,
    words: Vec<Gate>,
    rules: Vec<RuleGate>,
    signals: Vec<Gate>,
    /// Of each of the letters: whether a rule or a signal is asked because of it, and the rules.
    wakes: Vec<Option<Vec<usize>>>,
}

impl Gates {
    pub(super) fn new(rules: &[Rule], signals: &[SignalRule], words: &Words) -> Self {
        let of_words: BTreeMap<&str, &Needs> = words.needs().collect();
        let mut all = BTreeSet::new();
        let of_rules = rules.iter().flat_map(|it| it.any.iter().chain(&it.with).chain(&it.near));
        let each = of_rules.chain(signals.iter().map(|signal| &signal.any));
        let needs = each.flat_map(Expression::needs).chain(of_words.values().copied());
        needs.for_each(|needs| needs.each_of(&mut all));
        let letters = Letters::of(all);
        let numbers = Numbers {
            letters: letters.words.iter().enumerate().map(|(at, it)| (it.as_str(), at)).collect(),
            words: of_words.keys().enumerate().map(|(at, name)| (*name, at)).collect(),
        };
        let mut wakes: Vec<Option<Vec<usize>>> = vec![None; letters.words.len()];
        let mut wakened = |required: &[String], rule: Option<usize>| {
            for number in required.iter().filter_map(|it| numbers.letters.get(it.as_str())) {
                wakes[*number].get_or_insert_default().extend(rule);
            }
        };
        for (at, any) in
            rules.iter().enumerate().filter_map(|(at, it)| Some((at, it.any.as_ref()?)))
        {
            wakened(any.required().unwrap_or_default(), Some(at));
        }
        let of_signals = signals.iter().filter_map(|signal| signal.any.required().ok());
        of_signals.for_each(|required| wakened(required, None));
        Self {
            words: of_words.values().map(|needs| numbers.gate(needs)).collect(),
            rules: rules.iter().map(|rule| numbers.rule(rule)).collect(),
            signals: signals.iter().map(|signal| numbers.expression(&signal.any)).collect(),
            wakes,
            letters,
        }
    }

    /// The letters of a text that rules and signals need.
    pub(super) fn held(&self, text: &str) -> TextLetters {
        let mut held = vec![0; self.letters.words.len().div_ceil(64)];
        for number in self.letters.stand_in(text) {
            held[number / 64] |= 1 << (number % 64);
        }
        TextLetters { letters: held, words: vec![Cell::new(None); self.words.len()] }
    }

    /// Whether a text may mean something to a rule or a signal: it holds letters that one of them
    /// needs. A signal that needs none is not asked, since it would keep every line.
    pub(super) fn may_mean(&self, text: &str) -> bool {
        self.letters.stand_in(text).any(|number| self.wakes[number].is_some())
    }

    /// The rules that the letters of a text may wake, in their order.
    pub(super) fn woken(&self, held: &TextLetters) -> Vec<usize> {
        let wakes = held.numbers().filter_map(|number| self.wakes[number].as_ref());
        let mut woken: Vec<usize> = wakes.flatten().copied().collect();
        woken.sort_unstable();
        woken.dedup();
        woken
    }

    /// The ways of a rule that may be found in a text; none if what it needs does not stand there.
    pub(super) fn ways(&self, rule: usize, held: &TextLetters) -> Option<OpenWays> {
        let gate = &self.rules[rule];
        if !gate.beside.iter().all(|other| self.is_open(other, held)) {
            return None;
        }
        match gate.ways.as_slice() {
            [] => Some(OpenWays::ALL),
            ways => OpenWays::of(ways.iter().map(|way| self.is_open(way, held))),
        }
    }

    /// Whether all that a signal needs stands in a text.
    pub(super) fn lets_signal(&self, signal: usize, held: &TextLetters) -> bool {
        self.is_open(&self.signals[signal], held)
    }

    fn is_open(&self, gate: &Gate, held: &TextLetters) -> bool {
        match gate {
            Gate::Open => true,
            Gate::Letters(number) => held.has(*number),
            Gate::Word(number) => {
                let known = &held.words[*number];
                let is_open =
                    known.get().unwrap_or_else(|| self.is_open(&self.words[*number], held));
                known.set(Some(is_open));
                is_open
            }
            Gate::All(parts) => parts.iter().all(|part| self.is_open(part, held)),
            Gate::Any(ways) => ways.iter().any(|way| self.is_open(way, held)),
        }
    }
}

/// The numbers of letters and of the words of the files.
struct Numbers<'n> {
    letters: HashMap<&'n str, usize>,
    words: HashMap<&'n str, usize>,
}

impl Numbers<'_> {
    fn rule(&self, rule: &Rule) -> RuleGate {
        let ways = rule.any.iter().flat_map(Expression::needs);
        let beside = rule.with.iter().chain(&rule.near);
        RuleGate {
            ways: ways.map(|needs| self.gate(needs)).collect(),
            beside: beside.map(|other| self.expression(other)).collect(),
        }
    }

    fn expression(&self, expression: &Expression) -> Gate {
        match expression.needs() {
            [] => Gate::Open,
            ways => Gate::Any(ways.iter().map(|needs| self.gate(needs)).collect()),
        }
    }

    /// A gate that is open for texts that hold what is needed. What has no number is not asked for.
    fn gate(&self, needs: &Needs) -> Gate {
        let each = |all: &[Needs]| all.iter().map(|it| self.gate(it)).collect();
        let numbered = |number: Option<&usize>, gate: fn(usize) -> Gate| {
            number.copied().map_or(Gate::Open, gate)
        };
        match needs {
            Needs::Letters(it) => numbered(self.letters.get(it.as_str()), Gate::Letters),
            Needs::Word(name) => numbered(self.words.get(name.as_str()), Gate::Word),
            Needs::All(parts) => Gate::All(each(parts)),
            Needs::Any(ways) => Gate::Any(each(ways)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::clause::Clauses;
    use super::super::clean::cleaned;
    use super::super::{Knowledge, Source, built_in};
    use super::*;

    #[test]
    fn letters_are_found_in_any_case_wherever_they_stand() {
        let letters = Letters::of(BTreeSet::from(["down", "own", "über", "down now", "0wn"]));
        let in_text = |text: &str| -> BTreeSet<&str> {
            letters.stand_in(text).map(|number| letters.words[number].as_str()).collect()
        };
        assert_eq!(in_text("it is DOWN"), BTreeSet::from(["down", "own"]));
        assert_eq!(
            in_text("Down Now, über 1"),
            BTreeSet::from(["down", "own", "down now", "über"])
        );
        // What only begins alike, or is cut off, does not stand there.
        assert_eq!(in_text("pwn `own dow"), BTreeSet::from(["own"]));
        assert_eq!(in_text(""), BTreeSet::new());
    }

    #[test]
    fn a_rule_is_tried_only_where_all_that_it_needs_stands() {
        let own = "pattern: DISK_FULL\nwords: {full: 'full|voll'}\nrules:\n  - id: one\n    \
                   says: it is full\n    weight: 2\n    any: ['(?:disk|volume) .*{full}', '{full}: \\d+']\n    \
                   with: node\n    near: [full|voll]\n    finds: node, disk full\n    ignores: a\n";
        let knowledge = Knowledge::load(&[Source::own("own.yaml", own)]).expect("good");
        let gates = &knowledge.gates;
        let ways = |text: &str| gates.ways(0, &gates.held(text));
        let lets = |text: &str| ways(text).is_some();
        for open in ["Node: the DISK is full", "node disk voll", "node voll: 5"] {
            assert!(lets(open), "{open}");
            assert_eq!(gates.woken(&gates.held(open)), [0], "{open}");
        }
        assert_eq!(ways("node voll: 5"), OpenWays::of([false, true].into_iter()));
        for closed in ["the disk is full", "node disk", "node: volume down"] {
            assert!(!lets(closed), "{closed}");
        }
        assert!(gates.woken(&gates.held("node: volume down")).is_empty());
    }

    #[test]
    fn a_gate_is_open_where_letters_match_others_than_they_are() {
        let own = "pattern: DISK_FULL\nwords: {full: 'is full', over: '(?u:über)'}\nrules:\n  - id: \
                   one\n    says: it\n    weight: 2\n    any: 'node'\n    with: ['(?u:disk)', \
                   '{over}', '(?x){full}']\n    finds: node\n    ignores: a\n";
        let knowledge = Knowledge::load(&[Source::own("own.yaml", own)]).expect("good");
        let text = "node di\u{17f}\u{212a} ÜBER isfull";
        assert!(knowledge.rules[0].with.iter().all(|other| other.is_in(text)));
        assert!(knowledge.gates.ways(0, &knowledge.gates.held(text)).is_some());
    }

    #[test]
    fn the_ways_that_letters_open_find_what_all_of_them_do() {
        // Read anew: what is compiled for some ways must not be there for all of them already.
        let knowledge = Knowledge::load(&built_in::PATTERNS).expect("the built-in files");
        let Knowledge { gates, rules, signals, grammar, .. } = &knowledge;
        let of_rules = rules.iter().flat_map(|rule| rule.finds.iter().chain(&rule.ignores));
        let of_signals = signals.iter().flat_map(|it| it.finds.keys().chain(&it.ignores));
        let texts: BTreeSet<_> = of_rules.chain(of_signals).map(|text| cleaned(text)).collect();
        let read = texts.iter().map(|text| {
            let letters = gates.held(text);
            let woken = gates.woken(&letters);
            (text, letters, woken, Clauses::new(text, grammar))
        });
        let read: Vec<_> = read.collect();
        for (at, rule) in rules.iter().enumerate() {
            for (text, letters, woken, clauses) in &read {
                let ways = gates.ways(at, letters).filter(|_| woken.contains(&at));
                let found = ways.and_then(|ways| rule.find(text, clauses, ways));
                assert_eq!(found, rule.find(text, clauses, OpenWays::ALL), "{}: {text}", rule.id);
            }
        }
        for (at, signal) in signals.iter().enumerate() {
            for (text, letters, ..) in &read {
                let is_silent = || signal.values(text).next().is_none();
                assert!(gates.lets_signal(at, letters) || is_silent(), "{}: {text}", signal.id);
            }
        }
    }
}
