//! What Alertmanager sends to a webhook, and what its API lists.

use serde_json::Value;

use super::{InputKind, Pasted, text_at};
use crate::triage::clean::cleaned;
use crate::triage::message::{Message, unix_ms};

/// Alerts of one payload that are looked at.
const MAX_ALERTS: usize = 2000;

/// Reads a webhook's body or a list of alerts.
pub(super) fn from_json(json: &Value) -> Option<Pasted> {
    let alerts = json.get("alerts").or(Some(json))?.as_array()?;
    let looks = |alert: &Value| alert.get("labels").is_some_and(Value::is_object);
    if !alerts.first().is_some_and(looks) {
        return None;
    }
    let mut pasted = Pasted { kind: InputKind::Alerts, ..Pasted::default() };
    pasted.messages =
        alerts.iter().take(MAX_ALERTS).filter(|alert| looks(alert)).map(message).collect();
    let cut = json.get("truncatedAlerts").and_then(Value::as_u64).unwrap_or(0)
        + alerts.len().saturating_sub(MAX_ALERTS) as u64;
    if cut > 0 {
        pasted.notes.push(format!("{cut} alerts of the payload were not sent or not read"));
    }
    Some(pasted)
}

fn message(alert: &Value) -> Message {
    let labels = alert.get("labels").and_then(Value::as_object).into_iter().flatten();
    let labels = labels
        .filter_map(|(key, value)| Some((key.clone(), cleaned(value.as_str()?).into_owned())));
    let labels: std::collections::BTreeMap<String, String> = labels.collect();
    let annotation = |name: &str| text_at(alert, &format!("/annotations/{name}")).trim();
    let mut parts: Vec<&str> = Vec::new();
    for part in [annotation("summary"), annotation("description"), annotation("message")] {
        if !part.is_empty() && !parts.contains(&part) {
            parts.push(part);
        }
    }
    let name = labels.get("alertname").map_or("", String::as_str);
    let said = parts.join(" — ");
    let text = match (name.is_empty(), said.is_empty()) {
        (false, false) => format!("{name}: {said}"),
        (false, true) => name.to_owned(),
        _ => said,
    };
    // An alert's state is a text in a webhook, and an object with a state in the API.
    let state = [text_at(alert, "/status"), text_at(alert, "/status/state")].concat();
    Message {
        text: cleaned(&text).into_owned(),
        repeats: 1,
        happened_at: unix_ms(text_at(alert, "/startsAt")),
        labels,
        resolved: state == "resolved",
        ..Message::default()
    }
}
