//! What triage says, beside the text it says it of: each conclusion a link to the words that say
//! so.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::triage::{Level, Place};
use crate::views::triage::TriageView;

/// So many messages are shown, and of each so many bytes: a page is for reading.
const MESSAGES: usize = 200;

/// What it says, beside the text it says it of.
#[derive(Debug, Serialize)]
pub(super) struct Judged {
    pub(super) triage: TriageView,
    percent: Option<String>,
    /// Why the pattern, the level and the cause, each with the number of its place.
    reasons: Vec<Reason>,
    messages: Vec<Shown>,
    /// So many messages are not shown.
    more: usize,
}

/// Words of a conclusion, and the number of the place that says so.
#[derive(Debug, Serialize)]
struct Reason {
    about: String,
    says: String,
    at: Option<usize>,
}

/// A message as it is shown.
#[derive(Debug, Serialize)]
struct Shown {
    /// How bad it is by itself, where another message says something else.
    level: Option<Level>,
    parts: Vec<Fragment>,
}

/// A piece of a message.
#[derive(Debug, Serialize)]
struct Fragment {
    text: String,
    /// A conclusion rests on it.
    hit: bool,
    /// The numbers of the places that begin here.
    begins: Vec<usize>,
}

impl Judged {
    pub(super) fn of(triage: TriageView) -> Self {
        let mut places = Places::default();
        let mut reasons: Vec<Reason> = Vec::new();
        let mut add = |about: &str, says: &str, place: Option<Place>| {
            let at = place.and_then(|place| places.number(place));
            let reason = Reason { about: about.to_owned(), says: says.to_owned(), at };
            let same = |one: &Reason| one.about == reason.about && one.says == reason.says;
            if !reasons.iter().any(same) {
                reasons.push(reason);
            }
        };
        for one in triage.evidence.iter().filter(|one| one.affirmed) {
            if one.speaks_for == triage.pattern.as_str() {
                add(&one.speaks_for, &one.says, Some(one.place));
            }
        }
        for ground in &triage.severity.judged.grounds {
            let place = ground.evidence.and_then(|at| triage.evidence.get(at)).map(|it| it.place);
            add(&format!("{:?}", ground.line), &ground.says, place);
        }
        for also in triage.also.iter().map(|view| &view.also) {
            let subtype = also.subtype.as_ref().map(|name| format!(" / {name}"));
            let about = format!("also {}{}", also.pattern, subtype.unwrap_or_default());
            let place = also.evidence.and_then(|at| triage.evidence.get(at)).map(|it| it.place);
            add(&about, &also.says, place);
        }
        for part in triage.statements.iter().flat_map(|statement| &statement.parts) {
            add("cause", &part.value, Some(part.place));
        }
        let levels: BTreeSet<Level> =
            triage.messages.iter().filter_map(|message| message.level).collect();
        let shown = triage.messages.iter().take(MESSAGES).enumerate();
        let shown = shown.map(|(at, message)| Shown {
            level: message.level.filter(|_| levels.len() > 1),
            parts: places.fragments(at, &message.text),
        });
        Self {
            messages: shown.collect(),
            more: triage.messages.len().saturating_sub(MESSAGES),
            percent: triage.confidence.map(|value| format!("{:.0} %", value * 100.0)),
            reasons,
            triage,
        }
    }
}

/// The places that something rests on, numbered from 1.
#[derive(Default)]
struct Places(BTreeMap<Place, usize>);

impl Places {
    /// Its number; none for a place that is not in a message that is shown.
    fn number(&mut self, place: Place) -> Option<usize> {
        place.message.filter(|at| *at < MESSAGES)?;
        let next = self.0.len() + 1;
        Some(*self.0.entry(place).or_insert(next))
    }

    /// A message cut where places begin and end.
    fn fragments(&self, message: usize, text: &str) -> Vec<Fragment> {
        let own: Vec<(&Place, &usize)> =
            self.0.iter().filter(|(place, _)| place.message == Some(message)).collect();
        let mut cuts: BTreeSet<usize> = BTreeSet::from([0, text.len()]);
        cuts.extend(own.iter().flat_map(|(place, _)| [place.start, place.end]));
        let cuts: Vec<usize> = cuts.into_iter().filter(|at| text.is_char_boundary(*at)).collect();
        let piece = |pair: &[usize]| {
            let (start, end) = (pair[0], pair[1]);
            let begins = own.iter().filter(|(place, _)| place.start == start);
            Fragment {
                text: text[start..end].to_owned(),
                hit: own.iter().any(|(place, _)| place.start <= start && end <= place.end),
                begins: begins.map(|(_, number)| **number).collect(),
            }
        };
        cuts.windows(2).map(piece).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_cut_where_places_begin_and_end() {
        let mut places = Places::default();
        let at = |start, end| Place { message: Some(0), start, end };
        assert_eq!(places.number(at(2, 6)), Some(1));
        assert_eq!(places.number(at(4, 8)), Some(2));
        assert_eq!(places.number(at(2, 6)), Some(1));
        assert_eq!(places.number(Place { message: None, start: 0, end: 1 }), None);
        let told: Vec<(String, bool, Vec<usize>)> = places
            .fragments(0, "a bcdefgh i")
            .into_iter()
            .map(|one| (one.text, one.hit, one.begins))
            .collect();
        let own = |text: &str| text.to_owned();
        let expected = [
            (own("a "), false, vec![]),
            (own("bc"), true, vec![1]),
            (own("de"), true, vec![2]),
            (own("fg"), true, vec![]),
            (own("h i"), false, vec![]),
        ];
        assert_eq!(told, expected);
        assert!(places.fragments(1, "").is_empty());
    }
}
