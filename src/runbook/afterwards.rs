//! What is for afterwards and for the search: postmortem questions and false starts.

use std::sync::LazyLock;

use regex::Regex;

use super::outline::{Item, Outline, Piece, plain};
use super::{FalseStart, Question, SectionKind};
use crate::text::collapse_whitespace;
use crate::text::pattern::pattern;

static ACTION_ITEM: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?i)(?:→|->|=>|⇒)\s*action items?\s*:\s*"));
static SENTENCE: LazyLock<Regex> = LazyLock::new(|| pattern(r"[.!:;—](?:\s|$)"));

/// The questions of the postmortem sections: each list item that asks something or says what to
/// do after a bad answer.
pub(super) fn questions(outline: &Outline<'_>) -> Vec<Question> {
    let of_item = own_pieces(outline);
    let items = outline.items.iter().zip(of_item);
    items
        .filter(|(item, _)| outline.parts[item.section].section.kind == SectionKind::Postmortem)
        .filter_map(|(item, pieces)| {
            let words = plain_of(&pieces);
            let asks = question_of(&pieces, &words);
            let if_no = ACTION_ITEM.find(&words).map(|found| {
                let advice = words[found.end()..].trim();
                advice.strip_suffix('.').unwrap_or(advice).to_owned()
            });
            let before = ACTION_ITEM.find(&words).map(|found| condition(&words[..found.start()]));
            let question = asks.or_else(|| {
                let before = ACTION_ITEM.find(&words)?.start();
                Some(words[..before].trim_end_matches([' ', ',', ';']).to_owned())
            })?;
            let if_no = if_no.filter(|advice| !advice.is_empty());
            let before = before.filter(|_| if_no.is_some()).unwrap_or_default();
            Some(Question { question, if_no, before, span: outline.span(&item.range) })
        })
        .filter(|question| !question.question.is_empty())
        .collect()
}

/// The last sentence of what stands in front of an action item; none if that is the question.
fn condition(words: &str) -> String {
    let words = words.trim_end_matches([' ', ',', ';', ':']);
    let start = words.rfind(['.', '?', '!', ';']).map_or(0, |stop| stop + 1);
    if start == 0 { String::new() } else { words[start..].trim().to_owned() }
}

/// The pieces of each item's own blocks, without those of nested items.
fn own_pieces<'o>(outline: &'o Outline<'_>) -> Vec<Vec<&'o Piece>> {
    let mut of_item: Vec<Vec<&Piece>> = vec![Vec::new(); outline.items.len()];
    for block in &outline.blocks {
        if let Some(item) = block.item {
            of_item[item].extend(&block.pieces);
        }
    }
    of_item
}

fn plain_of(pieces: &[&Piece]) -> String {
    collapse_whitespace(&pieces.iter().map(|piece| piece.text.as_str()).collect::<String>())
}

/// The first question of an item: the bold words where they ask, else the first sentence that
/// does.
fn question_of(pieces: &[&Piece], words: &str) -> Option<String> {
    let (lead, _) = split_lead(pieces);
    if let Some(end) = lead.rfind('?') {
        return Some(lead[..=end].to_owned());
    }
    let end = words.find('?')?;
    let start = SENTENCE
        .find_iter(&words[..end])
        .filter(|stop| !stop.as_str().starts_with(':') && !stop.as_str().starts_with('—'))
        .last();
    Some(words[start.map_or(0, |stop| stop.end())..=end].trim().to_owned())
}

/// The bold words an item begins with, and the rest.
fn split_lead(pieces: &[&Piece]) -> (String, String) {
    let first = pieces.iter().position(|piece| !piece.text.trim().is_empty()).unwrap_or(0);
    let bold = pieces[first..].iter().take_while(|piece| piece.strong).count();
    let (lead, rest) = pieces[first..].split_at(bold);
    (plain_of(lead), plain_of(rest))
}

/// What people try first: list items of such sections, and their sub-headings.
pub(super) fn false_starts(outline: &Outline<'_>) -> Vec<FalseStart> {
    let kind = |section: usize| outline.parts[section].section.kind;
    let is_sub_heading = |section: usize| {
        let parent = outline.parts[section].section.parent;
        parent.is_some_and(|parent| kind(parent) == SectionKind::FalseStarts)
    };
    let mut found: Vec<FalseStart> = Vec::new();
    for (at, part) in outline.parts.iter().enumerate() {
        if part.section.kind == SectionKind::FalseStarts && is_sub_heading(at) {
            let quotes = ['"', '“', '”', '\'', '‘', '’', ' '];
            found.push(FalseStart {
                symptom: part.section.title.trim_matches(quotes).to_owned(),
                advice: collapse_whitespace(&part.section.text),
                span: part.section.span,
            });
        }
    }
    let items = outline.items.iter().filter(|item| item.depth == 1);
    for item in items.filter(|item| kind(item.section) == SectionKind::FalseStarts) {
        if !is_sub_heading(item.section) {
            found.extend(of_item(outline, item));
        }
    }
    found.sort_by_key(|start| start.span.start);
    found
}

fn of_item(outline: &Outline<'_>, item: &Item) -> Option<FalseStart> {
    let blocks = &outline.blocks[item.blocks.clone()];
    let first: Vec<&Piece> = blocks.first()?.pieces.iter().collect();
    let (lead, mut advice) = split_lead(&first);
    let symptom = if lead.is_empty() {
        let words = std::mem::take(&mut advice);
        let end = SENTENCE.find(&words).map_or(words.len(), |stop| stop.end());
        words[end..].trim().clone_into(&mut advice);
        words[..end].to_owned()
    } else {
        lead
    };
    for block in &blocks[1..] {
        advice.push('\n');
        advice.push_str(&plain(&block.pieces));
    }
    for fence in &outline.fences[item.fences.clone()] {
        advice.push('\n');
        advice.push_str(fence.content.trim_end());
    }
    let symptom = symptom.trim().trim_end_matches(['.', ':', '—']).trim_end().to_owned();
    let advice = advice.trim().trim_start_matches([':', '—']).trim().to_owned();
    (!symptom.is_empty()).then(|| FalseStart { symptom, advice, span: outline.span(&item.range) })
}

#[cfg(test)]
mod tests {
    use crate::runbook::parse;

    #[test]
    fn questions_are_bullets_that_ask() {
        let text = "## Postmortem\n\n- **Why first?** Because; if not, → action item: add\n  the `gate`.\n- Special: was it breached? (Yes.)\n- Due soon. Was X done? More.\n- Template: x.\n- Items:\n  - **Budget:** right-sized?\n- No gate -> action item: build one\n";
        let questions = parse(text, "t").0.questions;
        let said: Vec<_> =
            questions.iter().map(|q| (q.question.as_str(), q.if_no.as_deref())).collect();
        assert_eq!(
            said,
            [
                ("Why first?", Some("add the gate")),
                ("Special: was it breached?", None),
                ("Was X done?", None),
                ("Budget: right-sized?", None),
                ("No gate", Some("build one")),
            ]
        );
        assert_eq!(questions[0].span.line, 3);
        assert_eq!((questions[0].before.as_str(), questions[4].before.as_str()), ("if not", ""));
    }

    #[test]
    fn false_starts_are_bullets_or_sub_headings() {
        let text = "## Common false starts\n\n- **`x` fails.** Do y.\n  ```sh\n  z\n  ```\n- Restarting it. That hides it.\n\n## Footguns\n\n### \"I forgot\"\n\nDo not.\n\n- a bullet\n";
        let starts = parse(text, "t").0.false_starts;
        let said: Vec<_> = starts.iter().map(|s| (s.symptom.as_str(), s.advice.as_str())).collect();
        assert_eq!(
            said,
            [
                ("x fails", "Do y.\nz"),
                ("Restarting it", "That hides it."),
                ("I forgot", "Do not. a bullet")
            ]
        );
    }
}
