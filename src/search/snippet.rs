//! What is shown of a hit: the best lines with the found words marked, and why it was found.

use std::collections::BTreeSet;

use super::expand::{Plan, Via};
use super::rerank::{BODY, Exact, FALSE_STARTS, HEADING, Place, Ranked, TITLE};
use super::{schema, tokenizer};

/// About so many letters are shown.
const WIDTH: usize = 160;

/// A piece of a snippet.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Fragment {
    /// The text, with single spaces.
    pub text: String,
    /// Whether it is what was looked for.
    pub hit: bool,
}

/// The best window of a body.
pub(super) fn snippet(body: &str, plan: &Plan, places: &[Place]) -> Vec<Fragment> {
    let words: Vec<(usize, usize)> = tokenizer::words(body)
        .filter(|word| !tokenizer::is_stop_word(&word.text))
        .map(|word| (word.start, word.end))
        .collect();
    // Where a word stands, and the concept it is of.
    let mut marks: Vec<(usize, usize, usize)> = places
        .iter()
        .filter(|place| place.field == BODY && is_telling(plan, place))
        .filter_map(|place| {
            let (start, end) = *words.get(place.position as usize)?;
            Some((start, end, place.concept))
        })
        .collect();
    marks.sort_unstable();
    marks.dedup_by_key(|mark| mark.0);

    let (start, end) = window(body, &best_run(&marks, plan));
    let mut fragments = Vec::new();
    if start > 0 {
        push(&mut fragments, "… ", false);
    }
    let mut at = start;
    for (from, to, _) in marks.into_iter().filter(|mark| mark.0 >= start && mark.1 <= end) {
        push(&mut fragments, &body[at..from], false);
        push(&mut fragments, &body[from..to], true);
        at = to;
    }
    push(&mut fragments, &body[at..end], false);
    if end < body.trim_end().len() {
        push(&mut fragments, " …", false);
    }
    fragments
}

/// The marks, near each other, that show most of the query: first and last byte.
fn best_run(marks: &[(usize, usize, usize)], plan: &Plan) -> std::ops::Range<usize> {
    let mut best = (0.0, 0..0);
    for (nth, (start, ..)) in marks.iter().enumerate() {
        let near = marks[nth..].iter().take_while(|(_, end, _)| *end <= start + WIDTH);
        let mut shown = BTreeSet::new();
        let mut last = *start;
        for (_, end, concept) in near.take(200) {
            shown.insert(*concept);
            last = *end;
        }
        let worth: f32 = shown.iter().map(|concept| plan.concepts[*concept].weight).sum();
        if worth > best.0 {
            best = (worth, *start..last);
        }
    }
    best.1
}

/// Widens a run to about the width, to the borders of words.
fn window(body: &str, run: &std::ops::Range<usize>) -> (usize, usize) {
    let spare = WIDTH.saturating_sub(run.len());
    let mut start = body.floor_char_boundary(run.start.saturating_sub(spare / 3));
    // A line's beginning is the best place to begin, a word's the next best.
    if let Some(line) = body[start..run.start].rfind('\n') {
        start += line + 1;
    } else if start > 0 {
        let space = body[start..run.start].find(char::is_whitespace);
        start += space.map_or(0, |at| at);
    }
    let mut end = body.ceil_char_boundary((start + WIDTH).max(run.end));
    if end < body.len()
        && let Some(space) = body[run.end..end].rfind(char::is_whitespace)
    {
        end = run.end + space;
    }
    let trimmed = body[start..end].trim();
    let start = start + (body[start..end].len() - body[start..end].trim_start().len());
    (start, start + trimmed.len())
}

/// Adds a piece, with any run of whitespace as one space.
fn push(fragments: &mut Vec<Fragment>, raw: &str, hit: bool) {
    let mut text = String::with_capacity(raw.len());
    for c in raw.chars() {
        let space = c.is_whitespace() || c == '\0';
        match space {
            true if text.ends_with(' ') => {}
            true => text.push(' '),
            false => text.push(c),
        }
    }
    if text.is_empty() {
        return;
    }
    match fragments.last_mut() {
        Some(last) if last.hit == hit => last.text.push_str(&text),
        _ => fragments.push(Fragment { text, hit }),
    }
}

/// Why something was found, in plain words.
pub(super) fn why(plan: &Plan, ranked: &Ranked) -> Vec<String> {
    let section = &ranked.section;
    let telling = ranked.places.iter().filter(|place| is_telling(plan, place));
    let places: Vec<Place> = telling.copied().collect();
    let mut why = Vec::new();
    if let Some(Exact { name, what, slips }) = &ranked.exact {
        let is = if *slips == 0 { "is" } else { "is nearly" };
        why.push(format!("{what} {is} {name}"));
    }
    let title = words_at(&places, TITLE, &schema::title_text(section));
    if ranked.exact.is_none() && !title.is_empty() {
        why.push(format!("title has: {}", title.join(" ")));
    }
    let heading = words_at(&places, HEADING, &schema::heading_text(section));
    if !heading.is_empty() && section.heading != section.title {
        why.push(format!("heading has: {}", heading.join(" ")));
    }
    if let Some(line) = line_with_most(&places, FALSE_STARTS, &section.false_starts) {
        why.push(format!("false start: {}", beginning(line)));
    }
    why.extend(forgiven(plan, &ranked.places));
    if why.is_empty() {
        let words = words_at(&places, BODY, &section.body);
        if !words.is_empty() {
            why.push(format!("text has: {}", words.join(" ")));
        }
    }
    if why.is_empty() {
        why.push("other sections of it have what was looked for".to_owned());
    }
    why
}

/// Whether a place tells a reader anything: a word of a synonym's several alone does not.
pub(super) fn is_telling(plan: &Plan, place: &Place) -> bool {
    let concept = &plan.concepts[place.concept];
    concept.counts || concept.alternatives[place.alternative].via != Via::Synonym
}

/// The line of a field that holds most of what was found there.
fn line_with_most<'a>(places: &[Place], field: usize, text: &'a str) -> Option<&'a str> {
    let mut position = 0;
    let mut best = (0, None);
    for line in text.lines() {
        let words = tokenizer::words(line).filter(|word| !tokenizer::is_stop_word(&word.text));
        let here = position..position + u32::try_from(words.count()).unwrap_or(0);
        position = here.end;
        let found: BTreeSet<usize> = places
            .iter()
            .filter(|place| place.field == field && here.contains(&place.position))
            .map(|place| place.concept)
            .collect();
        if found.len() > best.0 {
            best = (found.len(), Some(line));
        }
    }
    best.1
}

/// The found words of a field as they are written there, each once, in the text's order.
fn words_at(places: &[Place], field: usize, text: &str) -> Vec<String> {
    let mut positions = places.iter().filter(|place| place.field == field).peekable();
    if positions.peek().is_none() {
        return Vec::new();
    }
    let written: Vec<tokenizer::Word> =
        tokenizer::words(text).filter(|word| !tokenizer::is_stop_word(&word.text)).collect();
    let mut words: Vec<String> = Vec::new();
    for place in positions {
        let Some(word) = written.get(place.position as usize) else { continue };
        let stem = tokenizer::stem(&word.text);
        if !words.iter().any(|known| tokenizer::stem(known) == stem) {
            words.push(word.text.clone());
        }
    }
    words.truncate(8);
    words
}

/// The typos that led here.
fn forgiven(plan: &Plan, places: &[Place]) -> Vec<String> {
    let there: BTreeSet<(usize, usize)> =
        places.iter().map(|place| (place.concept, place.alternative)).collect();
    let typos = there.iter().filter_map(|(concept, alternative)| {
        let concept = &plan.concepts[*concept];
        match &concept.alternatives[*alternative].via {
            Via::Typo(word) => Some(format!("a typo forgiven: {} → {word}", concept.typed)),
            _ => None,
        }
    });
    typos.take(3).collect()
}

fn beginning(text: &str) -> String {
    let text = crate::text::collapse_whitespace(text);
    match text.char_indices().nth(80) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::super::expand::{Alternative, Concept};
    use super::*;

    fn plan(words: &[&str]) -> Plan {
        let concepts = words.iter().map(|word| Concept {
            typed: (*word).to_owned(),
            weight: 1.0,
            counts: true,
            alternatives: vec![Alternative {
                term: (*word).to_owned(),
                whole: false,
                weight: 1.0,
                via: Via::Typed,
            }],
        });
        Plan { concepts: concepts.collect(), ..Plan::default() }
    }

    fn marked(body: &str, positions: &[(u32, usize)]) -> String {
        let places: Vec<_> = positions
            .iter()
            .map(|(position, concept)| Place {
                field: BODY,
                position: *position,
                concept: *concept,
                alternative: 0,
            })
            .collect();
        let fragments = snippet(body, &plan(&["one", "two"]), &places);
        let marked = |f: Fragment| if f.hit { format!("[{}]", f.text) } else { f.text };
        fragments.into_iter().map(marked).collect()
    }

    #[test]
    fn found_words_are_marked() {
        assert_eq!(
            marked("Run  the helm\nrollback now", &[(1, 0), (2, 1)]),
            "Run the [helm] [rollback] now"
        );
        assert_eq!(marked("", &[]), "");
        assert_eq!(marked("nothing here", &[]), "nothing here");
        // A position that is not there, as after damage, marks nothing.
        assert_eq!(marked("a b", &[(99, 0)]), "a b");
    }

    #[test]
    fn the_window_with_most_of_the_query_is_shown() {
        let filler = "filler words again ".repeat(30);
        let body = format!("one {filler}é one two {filler}");
        // 90 filler words stand before the second "one".
        let shown = marked(&body, &[(0, 0), (92, 0), (93, 1)]);
        assert!(shown.starts_with("… ") && shown.ends_with(" …"), "{shown}");
        assert!(shown.contains("[one] [two]"), "{shown}");
        assert!(shown.chars().count() < 200, "{shown}");
    }
}
