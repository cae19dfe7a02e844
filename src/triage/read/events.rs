//! Events of Kubernetes as JSON.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{InputKind, Pasted, text_at};
use crate::triage::clean::cleaned;
use crate::triage::message::{Message, unix_ms};

/// Events of one list that are looked at.
const MAX_EVENTS: usize = 5000;

/// Reads a list of events, or one.
pub(super) fn from_json(json: &Value) -> Option<Pasted> {
    let one = std::slice::from_ref(json);
    let items = json.get("items").unwrap_or(json).as_array().map_or(one, Vec::as_slice);
    let object =
        |event: &Value| event.get("involvedObject").or_else(|| event.get("regarding")).is_some();
    if !items.first().is_some_and(object) {
        return None;
    }
    let mut pasted = Pasted { kind: InputKind::Events, ..Pasted::default() };
    let warns = |event: &&Value| text_at(event, "/type") != "Normal";
    let quiet = items.iter().filter(|event| !warns(event)).count();
    pasted.messages = items.iter().take(MAX_EVENTS).filter(warns).map(message).collect();
    if quiet > 0 {
        pasted.notes.push(format!("{quiet} events of the type Normal were passed over"));
    }
    if items.len() > MAX_EVENTS {
        pasted
            .notes
            .push(format!("only the first {MAX_EVENTS} of {} events were read", items.len()));
    }
    Some(pasted)
}

fn message(event: &Value) -> Message {
    let either = |one: &str, other: &str| {
        let value = text_at(event, one);
        if value.is_empty() { text_at(event, other).to_owned() } else { value.to_owned() }
    };
    let kind = either("/involvedObject/kind", "/regarding/kind");
    let name = either("/involvedObject/name", "/regarding/name");
    let namespace = either("/involvedObject/namespace", "/regarding/namespace");
    let full = if namespace.is_empty() { name.clone() } else { format!("{namespace}/{name}") };
    let (class, reason) = (text_at(event, "/type"), text_at(event, "/reason"));
    let said = either("/message", "/note");
    let mut labels = BTreeMap::new();
    for (key, value) in [("namespace", &namespace), (kind.to_lowercase().as_str(), &name)] {
        if !key.is_empty() && !value.is_empty() {
            labels.insert(key.to_owned(), cleaned(value).into_owned());
        }
    }
    let count = event.get("count").and_then(Value::as_u64).unwrap_or(1);
    Message {
        text: cleaned(format!("{class} {reason} {kind} {full}: {said}").trim()).into_owned(),
        repeats: usize::try_from(count).unwrap_or(1).max(1),
        happened_at: unix_ms(&either("/lastTimestamp", "/eventTime")),
        labels,
        ..Message::default()
    }
}
