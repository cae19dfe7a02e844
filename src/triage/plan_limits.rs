//! How much of a plan is read, and what is said about the rest: what nobody has read is no plan to
//! follow.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::LazyLock;

use regex::{Captures, Regex};

use super::plan_lint::PlanDanger;
use crate::runbook::danger::DangerLevel;
use crate::text::pattern::pattern;

/// How many bytes of a plan are read. A plan is written for people; a megabyte is a book.
pub(super) const LONGEST_PLAN: usize = 4 << 20;

/// How many bytes of one command are read: each of its words takes many times the room.
pub(super) const LONGEST_COMMAND: usize = 64 << 10;

/// The part of a text that is read, which ends with a line where it can.
pub(super) fn read_part(text: &str, longest: usize) -> &str {
    if text.len() <= longest {
        return text;
    }
    let part = &text[..text.floor_char_boundary(longest)];
    part.rfind('\n').map_or(part, |end| &part[..=end])
}

/// What is said of the rest.
pub(super) fn not_read(all: usize, read: usize) -> PlanDanger {
    PlanDanger {
        rule: "not-read".to_owned(),
        level: DangerLevel::Deny,
        destroys: format!(
            "whatever it does: of {all} bytes only the first {read} were read, and no rule has seen the rest"
        ),
        safer: "check it in parts: a plan may have 4 MiB, a command of it 64 KiB".to_owned(),
    }
}

/// A word, and what nobody sees within it.
static WORD: LazyLock<Regex> = LazyLock::new(|| pattern(r"[^\s\x00]+(?:\x00+[^\s\x00]+)*"));

/// Words in letters that are not Latin. A single one is a sign: \u{394}, \u{3bb}.
static OTHER_SCRIPT: LazyLock<Regex> = LazyLock::new(|| {
    pattern(concat!(
        r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Hangul}]{2}|",
        r"[[\p{L}\p{M}]--[\p{Latin}\p{Common}\p{Inherited}]]{3}",
    ))
});

/// Letters of Cyrillic and Greek that look like Latin ones.
const LOOK_ALIKE: &str = "\u{43a}\u{43c}\u{442}\u{430}\u{435}\u{43e}\u{440}\u{441}\u{443}\u{445}\u{455}\u{456}\u{458}\u{4bb}\u{501}\u{51b}\u{51d}\
    \u{410}\u{412}\u{415}\u{41a}\u{41c}\u{41d}\u{41e}\u{420}\u{421}\u{422}\u{425}\u{405}\u{406}\u{408}\
    \u{391}\u{392}\u{395}\u{396}\u{397}\u{399}\u{39a}\u{39c}\u{39d}\u{39f}\u{3a1}\u{3a4}\u{3a5}\u{3a7}\u{3bf}\u{3bd}";

/// The first word that is not what it looks like: a NUL stands in it, or a letter of another script
/// among Latin ones.
pub(super) fn disguised(text: &str) -> Option<Range<usize>> {
    if let Some(written) = ESCAPED.find(text) {
        return Some(written.range());
    }
    if text.is_ascii() && !text.contains('\0') {
        return None;
    }
    let is_one = |word: &str| {
        let latin = word.contains(|c: char| c.is_ascii_alphabetic());
        let alike = word.contains(|c| LOOK_ALIKE.contains(c));
        let others = word.contains(|c: char| !c.is_ascii() && !LOOK_ALIKE.contains(c));
        latin && alike && !others
    };
    // Only within one run of letters: a word may take another's ending behind a hyphen.
    let letters = |word: &str| word.split(|c: char| !c.is_alphabetic()).any(is_one);
    let mut words = WORD.find_iter(text);
    let found = words.find(|word| word.as_str().contains('\0') || letters(word.as_str()));
    found.map(|word| word.range())
}

/// What is said of it.
pub(super) fn not_what_it_looks_like() -> PlanDanger {
    PlanDanger {
        rule: "disguised".to_owned(),
        level: DangerLevel::Deny,
        destroys:
            "whatever it does: a letter that nobody sees, or that looks like another, stands \
            in this word, so that it is not what a person reads"
                .to_owned(),
        safer: "type the line anew in plain letters, and check it again".to_owned(),
    }
}

/// A letter, a digit or a blank that is written as a number: `&#100;elete`, `kubectl\u0020delete`.
static ESCAPED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(concat!(
        r"(?i)&#(?:x[46][1-9a-f]|x[57][0-9a]|x3[0-9]|4[89]|5[0-7]|6[5-9]|[78][0-9]|90|9[7-9]|1[01][0-9]|12[0-2]);\w*",
        r"|\\u00(?:20|3[0-9]|[46][1-9a-f]|[57][0-9a])\w*",
    ))
});

/// A word that Markdown sets in bold or italics.
static EMPHASIS: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"(?m)(^|[\s(])(\*\*|__|_)([A-Za-z][A-Za-z-]*)(\*\*|__|_)([\s,;:!)]|$)")
});

/// A text as a page shows it, its entities read and single words without the marks of their emphasis; no
/// byte stands in another place.
pub(super) fn as_shown(text: &str) -> Cow<'_, str> {
    let text = without_entities(text);
    if !EMPHASIS.is_match(&text) {
        return text;
    }
    let plain = |found: &Captures<'_>| {
        let part = |at: usize| found.get(at).map_or("", |part| part.as_str());
        let (open, close) = (" ".repeat(part(2).len()), " ".repeat(part(4).len()));
        format!("{}{open}{}{close}{}", part(1), part(3), part(5))
    };
    // The blank behind a word is also the one in front of the next.
    let half = EMPHASIS.replace_all(&text, plain);
    Cow::Owned(EMPHASIS.replace_all(&half, plain).into_owned())
}

/// An entity as a page writes it for a blank or a sign.
static ENTITY: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)&(?:(nbsp|#160|#xa0|ensp|emsp|#32|#x20)|(amp|#38)|(lt|#60)|(gt|#62)|(quot|#34)|(apos|#39|#x27));",
    )
});

/// A text with its entities read, and no byte in another place: blanks stand behind each.
fn without_entities(text: &str) -> Cow<'_, str> {
    const READ: [&str; 6] = [" ", "&", "<", ">", "\"", "'"];
    ENTITY.replace_all(text, |found: &Captures<'_>| {
        let read = (1..).zip(READ).find(|(group, _)| found.get(*group).is_some());
        let width = found.get(0).map_or(0, |all| all.len());
        format!("{:width$}", read.map_or(" ", |(_, read)| read))
    })
}

/// Lines of a text that are in another script, but for comments. Several `#` are a heading.
pub(super) fn lines_in_other_script(text: &str) -> impl Iterator<Item = Range<usize>> + '_ {
    let mut at = 0;
    let lines = text.split_inclusive('\n').map(move |line| {
        let start = at;
        at += line.len();
        (start, line)
    });
    lines.filter_map(|(start, line)| {
        let bare = line.trim_start();
        let is_said = !line.is_ascii() && (!bare.starts_with('#') || bare.starts_with("##"));
        let said = start..start + line.trim_end().len();
        (is_said && OTHER_SCRIPT.is_match(line)).then_some(said)
    })
}

/// What is said of so many of them.
pub(super) fn in_other_script(count: usize) -> PlanDanger {
    let lines = crate::text::count(count, "line is", "lines are");
    PlanDanger {
        rule: "not-read".to_owned(),
        level: DangerLevel::Warn,
        destroys: format!(
            "whatever it says: plans are read in English and German only, and {lines} in another script"
        ),
        safer: "have it put into English or German, and check that".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::PlanLint;
    use super::*;

    #[test]
    fn what_is_too_long_is_read_as_far_as_a_line() {
        assert_eq!(read_part("a\nb", 10), "a\nb");
        assert_eq!(read_part("a\nb", 3), "a\nb");
        assert_eq!(read_part("a\nbcd", 4), "a\n");
        assert_eq!(read_part("\u{e4}\u{e4}", 3), "\u{e4}");
    }

    #[test]
    fn of_a_command_without_end_the_beginning_is_judged_and_the_rest_named() {
        let lint = PlanLint::built_in().expect("the built-in rules");
        let found = |plan: &str| {
            let found = lint.check(plan);
            found.into_iter().map(|one| (one.danger.rule, one.line)).collect::<Vec<_>>()
        };
        // Nobody closes the quotation, so that it has no end.
        let long = format!("kubectl delete ns 'a {}", "b ".repeat(LONGEST_COMMAND));
        let expected = [("k8s-delete-namespace", 1), ("not-read", 1), ("rm-rf", 2)];
        let expected = expected.map(|(rule, line)| (rule.to_owned(), line));
        assert_eq!(found(&format!("{long}\nrm -rf /data\n")), expected);
    }

    #[test]
    fn a_word_that_is_not_what_it_looks_like_is_refused() {
        let lint = PlanLint::built_in().expect("the built-in rules");
        for plan in [
            "kube\0ctl delete ns shop",
            "Look.\n`kube\0ctl delete ns shop`\n",
            "```\nkube\0\0ctl get ns\n```\n",
            "kubectl d\u{435}lete ns shop",
            "rm -rf /d\u{430}ta",
            "r\u{43c} -rf /data",
            "kubectl &#100;elete pvc data",
            "kubectl\\u0020delete pvc data",
        ] {
            let found = lint.check(plan);
            let refused = |one: &crate::triage::PlanFinding| {
                one.danger.rule == "disguised" && one.danger.refuses() && !one.text.contains('\0')
            };
            assert!(found.iter().any(refused), "{plan:?}: {found:?}");
        }
        for plan in ["ls\0", "\0ls \0 -l", "wait 5 \u{b5}s, 10 k\u{3a9}", "gr\u{f6}\u{df}er"] {
            assert_eq!(lint.check(plan), [], "{plan:?}");
        }
    }

    #[test]
    fn a_command_is_read_as_a_page_shows_it() {
        assert_eq!(as_shown("a **delete** _it_ now"), "a   delete    it  now");
        assert_eq!(as_shown("rm *_old_* a_b_c __init__.py"), "rm *_old_* a_b_c __init__.py");
        let lint = PlanLint::built_in().expect("the built-in rules");
        for plan in ["kubectl **delete** pvc data", "kubectl _delete_ pvc data"] {
            assert_eq!(lint.check(plan)[0].danger.rule, "k8s-delete-pvc-pv", "{plan}");
        }
    }

    #[test]
    fn lines_in_another_script_are_not_read_and_told_once() {
        let lint = PlanLint::built_in().expect("the built-in rules");
        for (plan, expected) in [
            (
                "1. Look.\n2. \u{423}\u{434}\u{430}\u{43b}\u{438}\u{442}\u{44c} namespace\n3. \u{41a}\u{43e}\u{43d}\u{435}\u{446}\n",
                Some((2, 2, "2 lines are")),
            ),
            (
                "\u{5220}\u{9664}\u{547d}\u{540d}\u{7a7a}\u{95f4} production",
                Some((1, 1, "1 line is")),
            ),
            ("\u{627}\u{62d}\u{630}\u{641} shop", Some((1, 1, "1 line is"))),
            (
                "## \u{423}\u{434}\u{430}\u{43b}\u{438}\u{442}\u{435} namespace production",
                Some((1, 1, "1 line is")),
            ),
            ("\u{431}\u{443}\u{442}\u{44c} pod-\u{430}", Some((1, 1, "1 line is"))),
            ("ls\n# \u{43f}\u{440}\u{438}\u{432}\u{435}\u{442}\nls\n", None),
            ("echo '\u{43f}\u{440}\u{438}\u{432}\u{435}\u{442}'", None),
            ("See why \u{3bb} and \u{394}t grow", None),
        ] {
            let found = lint.check(plan);
            let told = found.first().map(|one| (one.step, one.line, one.danger.refuses()));
            assert_eq!(told, expected.map(|(step, line, _)| (step, line, false)), "{plan}");
            assert!(found.len() < 2, "{plan}: {found:?}");
            let says = |said: &str| found[0].danger.destroys.contains(said);
            assert!(expected.is_none_or(|(.., said)| says(said)), "{plan}: {found:?}");
        }
    }

    #[test]
    fn of_a_plan_without_end_the_beginning_is_judged_and_the_rest_named() {
        let lint = PlanLint::built_in().expect("the built-in rules");
        let plan = format!("rm -rf /data\n{}rm -rf /srv\n", "\n".repeat(LONGEST_PLAN));
        let found = lint.check(&plan);
        let rules: Vec<&str> = found.iter().map(|one| one.danger.rule.as_str()).collect();
        assert_eq!(rules, ["rm-rf", "not-read"]);
        let last = found.last().expect("a finding");
        assert!(last.danger.refuses() && last.place > found[0].place);
        assert!(last.danger.destroys.contains(&plan.len().to_string()));
    }
}
