//! Commands whose words stand in a list: `["redis-cli", "-a", "…"]`, or the items of YAML below each
//! other. Without the marks of the list they are read as any other command.

use std::sync::LazyLock;

use regex::Regex;

use super::{Spot, command, named};
use crate::text::pattern::pattern;

/// Words in quotes behind a bracket, with commas between them.
static IN_QUOTES: LazyLock<Regex> = LazyLock::new(|| {
    let word = r"(?:\x22[^\x22\n]*\x22|'[^'\n]*')";
    pattern(&format!(r"[\[({{][ \t\r\n]*{word}(?:[ \t\r\n]*,[ \t\r\n]*{word})+"))
});
/// Items of YAML, each on a line of its own.
static IN_LINES: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?m)(?:^[ \t]*-[ \t]+[^\n]*(?:\n|$)){2,}"));

pub(super) fn find(text: &str, spots: &mut Vec<Spot>) {
    // A command without an option takes no secret in a way that only its place tells.
    if text.contains("\"-") || text.contains("'-") {
        read(text, &IN_QUOTES, without_quotes, spots);
    }
    if ["- -", "- \"-", "- '-"].iter().any(|option| text.contains(option)) {
        read(text, &IN_LINES, without_lines, spots);
    }
}

/// Reads each list without its marks, which takes as many bytes as with them.
fn read(text: &str, list: &Regex, plain: fn(&str) -> String, spots: &mut Vec<Spot>) {
    for list in list.find_iter(text) {
        let plain = plain(list.as_str());
        if !plain.contains(" -") {
            continue;
        }
        let mut inside = Vec::new();
        command::find(&plain, &mut inside);
        named::find(&plain, &mut inside);
        let place = |it: Spot| Spot {
            range: list.start() + it.range.start..list.start() + it.range.end,
            kind: it.kind,
        };
        spots.extend(inside.into_iter().map(place));
    }
}

/// Blanks for quotes and what stands between them; a word stays one word.
fn without_quotes(list: &str) -> String {
    let mut quote = None;
    let letter = |letter: char| match (quote, letter) {
        (None, '"' | '\'') => {
            quote = Some(letter);
            ' '
        }
        (None, _) => ' ',
        (Some(mark), _) if mark == letter => {
            quote = None;
            ' '
        }
        (Some(_), ' ' | '\t') => '_',
        (Some(_), _) => letter,
    };
    list.chars().map(letter).collect()
}

/// Blanks for the marks and the ends of lines.
fn without_lines(list: &str) -> String {
    let mut plain = String::with_capacity(list.len());
    for line in list.split_inclusive('\n') {
        let item = line.trim_start_matches([' ', '\t']);
        let item = item.strip_prefix('-').unwrap_or(item).trim_start_matches([' ', '\t']);
        plain.extend(std::iter::repeat_n(' ', line.len() - item.len()));
        let is_mark = |letter| matches!(letter, '"' | '\'' | '\n' | '\r');
        plain.extend(item.chars().map(|letter| if is_mark(letter) { ' ' } else { letter }));
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_without_its_marks_takes_as_many_bytes() {
        let check = |plain: fn(&str) -> String, list: &str, expected: &str| {
            assert_eq!(plain(list), expected);
            assert_eq!(plain(list).len(), list.len());
        };
        check(without_quotes, r#""a", 'b é "c"',"-d""#, r#" a    b_é_"c"   -d "#);
        check(without_lines, "- a\n  - \"-b\"\n", "  a      -b  ");
    }
}
