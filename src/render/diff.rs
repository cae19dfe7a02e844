//! Two versions of a text side by side: which lines changed, and which words in them.

use std::ops::Range;
use std::time::Duration;

use serde::Serialize;
use similar::{ChangeTag, DiffOp, DiffTag, TextDiff};

/// Unchanged lines around a change.
const AROUND: usize = 3;

/// Time for finding the smallest difference; after that a larger one will do.
const PATIENCE: Duration = Duration::from_millis(500);

/// What became of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum RowKind {
    /// It is the same.
    Same,
    /// It is worded otherwise.
    Changed,
    /// It is new.
    Added,
    /// It is gone.
    Removed,
}

/// A line then beside the line that it is now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Row {
    /// What became of it.
    pub kind: RowKind,
    /// Then.
    pub then: Option<Line>,
    /// Now.
    pub now: Option<Line>,
    /// The line of the new text at which this stands, from 1; for what is gone, where it stood.
    #[serde(skip)]
    pub at: usize,
}

/// A line of one version.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Line {
    /// Its number, from 1.
    pub number: usize,
    /// Its text in pieces, changed words told apart.
    pub pieces: Vec<Piece>,
}

/// A piece of a line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Piece {
    /// It.
    pub text: String,
    /// It is not in the other version.
    pub hit: bool,
}

/// Lines whose changes do not matter, by their numbers from 1: what was changed inside these of
/// then and inside those of now alone is left out.
#[derive(Clone, Debug, Default)]
pub struct LeftOut {
    /// Of the earlier text.
    pub then: Range<usize>,
    /// Of the later text.
    pub now: Range<usize>,
}

impl LeftOut {
    fn holds(&self, row: &Row) -> bool {
        let inside = |line: &Option<Line>, out: &Range<usize>| {
            line.as_ref().is_none_or(|line| out.contains(&line.number))
        };
        inside(&row.then, &self.then) && inside(&row.now, &self.now)
    }
}

/// The changed places between two texts, each with a few lines around it.
pub fn compare(then: &str, now: &str, left_out: &LeftOut) -> Vec<Vec<Row>> {
    // How lines end is no change of what they say.
    let (then, now) = (then.replace("\r\n", "\n"), now.replace("\r\n", "\n"));
    let diff = TextDiff::configure().timeout(PATIENCE).diff_lines(then.as_str(), now.as_str());
    let matters = |row: &Row| row.kind == RowKind::Same || !left_out.holds(row);
    diff.grouped_ops(AROUND)
        .iter()
        .map(|ops| ops.iter().flat_map(|op| rows(&diff, op)).filter(matters).collect())
        .filter(|rows: &Vec<Row>| rows.iter().any(|row| row.kind != RowKind::Same))
        .collect()
}

/// One run of lines that fared alike.
fn rows(diff: &TextDiff<'_, '_, str>, op: &DiffOp) -> Vec<Row> {
    let (mut then, mut now) = (Vec::new(), Vec::new());
    for change in diff.iter_inline_changes(op) {
        let pieces = || pieces(change.values());
        if let (ChangeTag::Equal | ChangeTag::Delete, Some(at)) = (change.tag(), change.old_index())
        {
            then.push(Line { number: at + 1, pieces: pieces() });
        }
        if let (ChangeTag::Equal | ChangeTag::Insert, Some(at)) = (change.tag(), change.new_index())
        {
            now.push(Line { number: at + 1, pieces: pieces() });
        }
    }
    let start = op.new_range().start + 1;
    let rows = then.len().max(now.len());
    let (mut then, mut now) = (then.into_iter(), now.into_iter());
    (0..rows)
        .map(|_| {
            let (then, now) = (then.next(), now.next());
            let kind = match (&then, &now) {
                _ if op.tag() == DiffTag::Equal => RowKind::Same,
                (Some(_), Some(_)) => RowKind::Changed,
                (None, _) => RowKind::Added,
                (_, None) => RowKind::Removed,
            };
            let at = now.as_ref().map_or(start, |line| line.number);
            Row { kind, then, now, at }
        })
        .collect()
}

/// Neighbours that fared alike are one piece; the line's end is none.
fn pieces(values: &[(bool, &str)]) -> Vec<Piece> {
    let mut pieces: Vec<Piece> = Vec::new();
    for (hit, text) in values {
        let text = text.trim_end_matches('\n');
        match pieces.last_mut() {
            _ if text.is_empty() => {}
            Some(last) if last.hit == *hit => last.text.push_str(text),
            _ => pieces.push(Piece { text: text.to_owned(), hit: *hit }),
        }
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `=a`, `~a|b`, `+b`, `-a`, changed words in brackets.
    fn said(then: &str, now: &str, left_out: &LeftOut) -> Vec<Vec<String>> {
        let words = |line: &Option<Line>| -> String {
            let pieces = line.iter().flat_map(|line| &line.pieces);
            pieces.map(|p| if p.hit { format!("[{}]", p.text) } else { p.text.clone() }).collect()
        };
        let row = |row: &Row| match row.kind {
            RowKind::Same => format!("={}", words(&row.now)),
            RowKind::Changed => format!("~{}|{}", words(&row.then), words(&row.now)),
            RowKind::Added => format!("+{}", words(&row.now)),
            RowKind::Removed => format!("-{}", words(&row.then)),
        };
        let hunks = compare(then, now, left_out);
        hunks.iter().map(|rows| rows.iter().map(row).collect()).collect()
    }

    fn check(then: &str, now: &str, expected: &[&[&str]]) {
        assert_eq!(said(then, now, &LeftOut::default()), expected, "{then:?} {now:?}");
    }

    #[test]
    fn changed_words_are_told_apart_and_lines_stand_beside_each_other() {
        check(
            "a\nhelm rollback x 13\n",
            "a\nhelm rollback x 14\n",
            &[&["=a", "~helm rollback x [13]|helm rollback x [14]"]],
        );
        check("a\nb\n", "a\n", &[&["=a", "-b"]]);
        check("a\n", "a\nb\nc\n", &[&["=a", "+b", "+c"]]);
        check("a\n", "a\n", &[]);
        check("", "", &[]);
    }

    #[test]
    fn far_places_are_shown_apart_and_what_is_between_is_left_out() {
        let then: String = (0..40).map(|n| format!("{n}\n")).collect();
        let now = then.replace("\n3\n", "\nthree\n").replace("\n30\n", "\nthirty\n");
        let hunks = compare(&then, &now, &LeftOut::default());
        assert_eq!(hunks.iter().map(Vec::len).collect::<Vec<_>>(), [7, 7]);
        let changed: Vec<usize> = hunks
            .iter()
            .flatten()
            .filter(|row| row.kind != RowKind::Same)
            .map(|row| row.at)
            .collect();
        assert_eq!(changed, [4, 31]);
    }

    #[test]
    fn line_ends_are_no_change_and_a_missing_last_one_is_none_to_be_seen() {
        check("a\r\nb\r\n", "a\nb\n", &[]);
        check("a\nb", "a\nc", &[&["=a", "~b|c"]]);
    }

    #[test]
    fn changes_of_lines_that_do_not_matter_are_left_out() {
        let then = "a\n| 1 |\n";
        let now = "a\n| 0 |\n| 1 |\n";
        let left_out = LeftOut { then: 2..3, now: 2..4 };
        assert_eq!(said(then, now, &left_out), Vec::<Vec<String>>::new());
        let both = said(&format!("{then}z\n"), &format!("b{now}z\n"), &left_out);
        assert_eq!(both.len(), 1);
        assert!(!both[0].iter().any(|row| row.contains("| 0 |")), "{both:?}");
        assert_eq!(said(then, now, &LeftOut::default())[0][1], "+| 0 |");
    }
}
