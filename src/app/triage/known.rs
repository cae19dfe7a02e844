//! What the ledger knows of earlier incidents, as far as correlation needs it.
//!
//! Every incident is looked at, and few are read: one that holds none of the names of the messages
//! cannot belong to them, so that the letters of all are searched in one pass, and only those that
//! hold a name are taken apart.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use aho_corasick::AhoCorasick;

use crate::app::App;
use crate::app::incidents::utc;
use crate::domain::id::IncidentId;
use crate::domain::incident::{Happening, Incident, TimeName, TimelineItem};
use crate::error::Error;
use crate::triage::{KnownIncident, Store};

/// From where a hypothesis is noted. What was only supposed is no evidence for the next time.
pub(in crate::app) const SOURCE: &str = "triage";

/// So many incidents are taken apart: those that share the rarest names.
const MOST: usize = 500;

/// So many names are looked for; a text with more is a dump of an inventory.
const NAMES: usize = 5_000;

/// So many lines of each timeline are read.
const LINES: usize = 12;

/// So many messages are read that its hypotheses judged.
const JUDGED: usize = 6;

/// An open incident in which nothing happened for so long goes on no more, in milliseconds.
const FORGOTTEN_MS: i64 = 14 * 24 * 60 * 60 * 1000;

/// The longest line that is compared, in characters.
const LONGEST: usize = 600;

/// The incidents to compare with.
#[derive(Default)]
pub(super) struct Known {
    incidents: Vec<KnownIncident>,
    /// How many there are in all.
    all: usize,
    /// How many hold a name and were not taken apart, by name.
    elsewhere: BTreeMap<String, usize>,
    /// How many they are.
    left: usize,
}

impl Known {
    pub(super) fn store(&self) -> Store<'_> {
        let elsewhere = self.elsewhere.clone();
        Store { incidents: &self.incidents, all: self.all, elsewhere }
    }

    /// What was not looked at, in words.
    pub(super) fn note(&self) -> Option<String> {
        (self.left > 0).then(|| {
            let left = self.left;
            format!("{left} incidents share only names that many share, and were not compared")
        })
    }
}

impl App {
    /// The incidents but this one, imported ones among them, that hold one of these names.
    pub(super) fn known_incidents(
        &self,
        names: &[&str],
        but: Option<IncidentId>,
    ) -> Result<Known, Error> {
        let all = self.ledger.incident_labels()?.len() - usize::from(but.is_some());
        let names = &names[..names.len().min(NAMES)];
        if names.is_empty() || all == 0 {
            return Ok(Known { all, ..Known::default() });
        }
        let mut holding = self.holding(names)?;
        holding.retain(|id, _| Some(*id) != but);
        let mut holders = vec![0_usize; names.len()];
        holding.values().flatten().for_each(|name| holders[*name] += 1);
        // A name that few hold says more; of two that say as much, the newer one.
        let rarity = |held: &BTreeSet<usize>| -> f64 {
            held.iter().map(|name| 1.0 / holders[*name] as f64).sum()
        };
        let mut best: Vec<(IncidentId, BTreeSet<usize>)> = holding.into_iter().collect();
        best.sort_by(|(a, one), (b, other)| {
            rarity(other).total_cmp(&rarity(one)).then_with(|| b.cmp(a))
        });
        let left = best.split_off(best.len().min(MOST));
        let mut elsewhere = BTreeMap::new();
        for name in left.iter().flat_map(|(_, held)| held) {
            *elsewhere.entry(names[*name].to_owned()).or_default() += 1;
        }
        let mut known = Known { all, elsewhere, left: left.len(), ..Known::default() };
        let mut incidents = Vec::with_capacity(best.len());
        for (id, _) in best {
            incidents.extend(self.ledger.incident(id)?.filter(|one| !one.erased));
        }
        incidents.sort_by_key(|one| (Reverse(began(one)), one.id));
        for incident in &incidents {
            known.incidents.push(self.known(incident)?);
        }
        Ok(known)
    }

    /// Which incidents hold which of the names.
    fn holding(&self, names: &[&str]) -> Result<BTreeMap<IncidentId, BTreeSet<usize>>, Error> {
        let letters = AhoCorasick::new(names.iter().map(|name| written(name)))
            .map_err(|error| Error::failed(format!("looking for names: {error}")))?;
        let mut holding: BTreeMap<IncidentId, BTreeSet<usize>> = BTreeMap::new();
        self.ledger.each_incident_text(|id, text| {
            let text = text.to_lowercase();
            let found = letters.find_overlapping_iter(&text).map(|it| it.pattern().as_usize());
            let mut found = found.peekable();
            if found.peek().is_some() {
                holding.entry(id).or_default().extend(found);
            }
        })?;
        Ok(holding)
    }

    /// Whether nothing happened in it for so long that somebody forgot to say that it is over.
    fn is_forgotten(&self, incident: &Incident, timeline: &[TimelineItem]) -> bool {
        let last = timeline.iter().map(|item| item.at).max().unwrap_or_default();
        self.clock.now_ms() - last.max(began(incident)).0 > FORGOTTEN_MS
    }

    fn known(&self, incident: &Incident) -> Result<KnownIncident, Error> {
        let timeline = self.ledger.timeline_of(incident.id)?;
        let said = timeline.iter().filter_map(|item| match &item.what {
            Happening::Noted { text, source, .. } if source != SOURCE => Some(text),
            _ => None,
        });
        let shortened = |text: &String| text.chars().take(LONGEST).collect();
        let mut messages: Vec<String> = said.take(LINES).map(shortened).collect();
        // Of a hypothesis only what it judged is known: somebody put it into this timeline.
        if timeline.iter().any(|item| is_hypothesis(&item.what)) {
            let judged = self.judged_in(incident.id)?;
            messages.extend(judged.iter().take(JUDGED).map(|message| shortened(&message.text)));
        }
        let context: Vec<String> =
            incident.context().map(|(name, value)| format!("{name} {value}")).collect();
        if !context.is_empty() {
            messages.push(context.join(", "));
        }
        Ok(KnownIncident {
            id: incident.label.to_string(),
            title: incident.title.value.clone(),
            occurred_at: (!incident.is_undated()).then(|| utc(began(incident))),
            services: incident.services.value.clone(),
            messages,
            about: incident.context().map(|(_, value)| value.to_owned()).collect(),
            open: incident.status.value.is_open() && !self.is_forgotten(incident, &timeline),
        })
    }
}

fn is_hypothesis(what: &Happening) -> bool {
    matches!(what, Happening::Noted { source, .. } if source == SOURCE)
}

/// A name as it stands in JSON.
fn written(name: &str) -> String {
    let quoted = serde_json::Value::from(name).to_string().to_lowercase();
    quoted.trim_matches('"').to_owned()
}

/// When it began, as far as somebody says.
fn began(incident: &Incident) -> crate::domain::entry::Timestamp {
    let told = [TimeName::Started, TimeName::Detected].map(|name| incident.time(name).known());
    told.into_iter().flatten().next().unwrap_or(incident.opened_at)
}
