//! Whatever people paste, as messages: a log, alerts, events of Kubernetes, Helm's history.
//!
//! Nothing is refused. What has no shape that is known is read line by line, and what is left out
//! is said in words.

mod alerts;
mod events;
mod helm;
mod log;

use serde::Serialize;
use serde_json::Value;

use super::clean::cleaned;
use super::message::Message;

pub use self::helm::{HelmRelease, HelmRevision};

/// What a text was taken for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum InputKind {
    /// Lines.
    #[default]
    Log,
    /// What Alertmanager sends or lists.
    Alerts,
    /// Events of Kubernetes.
    Events,
    /// Helm's history or status.
    Helm,
}

/// A text, read.
#[derive(Clone, Debug, Default)]
pub struct Pasted {
    /// What it was taken for.
    pub kind: InputKind,
    /// Its messages, in order; what has the same shape stands as one.
    pub messages: Vec<Message>,
    /// What Helm says of a release.
    pub helm: Option<HelmRelease>,
    /// What was left out or put together, in words.
    pub notes: Vec<String>,
}

/// Reads a text of any kind. Offsets in the messages are bytes of the text as [`cleaned`].
pub fn read(text: &str) -> Pasted {
    let text = cleaned(text);
    let opener = text.trim_start().chars().next();
    if matches!(opener, Some('{' | '['))
        && let Ok(json) = serde_json::from_str::<Value>(&text)
        && let Some(pasted) = structured(&json)
    {
        return pasted;
    }
    let mut pasted = log::read(&text);
    if let Some((release, messages)) = helm::from_text(&text) {
        pasted.kind = InputKind::Helm;
        for message in messages {
            // What stands as one message is not said twice: not line by line as well.
            let end = message.offset + message.text.len();
            pasted.messages.retain(|line| !(message.offset..end).contains(&line.offset));
            pasted.messages.push(message);
        }
        pasted.messages.sort_by_key(|message| message.offset);
        pasted.helm = Some(release);
    }
    pasted
}

/// JSON of a shape that is known.
fn structured(json: &Value) -> Option<Pasted> {
    alerts::from_json(json).or_else(|| helm::from_json(json)).or_else(|| events::from_json(json))
}

/// A text at a path of objects; empty where there is none.
fn text_at<'j>(json: &'j Value, path: &str) -> &'j str {
    json.pointer(path).and_then(Value::as_str).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(pasted: &Pasted) -> Vec<&str> {
        pasted.messages.iter().map(|message| message.text.as_str()).collect()
    }

    #[test]
    fn alerts_bring_their_labels_and_whether_they_are_over() {
        let json = r#"{"version":"4","status":"firing","truncatedAlerts":2,"alerts":[
            {"status":"firing","labels":{"alertname":"DiskFull","severity":"critical","instance":"db-1"},
             "annotations":{"summary":"Disk is full","description":"/var has 1% left"},
             "startsAt":"2026-05-01T10:00:00Z"},
            {"status":"resolved","labels":{"alertname":"Other"},"annotations":{}}]}"#;
        let pasted = read(json);
        assert_eq!(pasted.kind, InputKind::Alerts);
        assert_eq!(texts(&pasted), ["DiskFull: Disk is full — /var has 1% left", "Other"]);
        assert_eq!(pasted.messages[0].labels["severity"], "critical");
        assert_eq!(pasted.messages[0].happened_at, Some(1_777_629_600_000));
        assert!(pasted.messages[1].resolved && !pasted.messages[0].resolved);
        assert!(pasted.notes[0].contains("2 alerts"), "{:?}", pasted.notes);
    }

    #[test]
    fn events_are_read_as_json_and_as_text() {
        let json = r#"{"kind":"List","items":[
            {"kind":"Event","type":"Normal","reason":"Pulled","message":"ok","involvedObject":{"kind":"Pod","name":"a"}},
            {"kind":"Event","type":"Warning","reason":"BackOff","message":"Back-off restarting failed container",
             "involvedObject":{"kind":"Pod","namespace":"shop","name":"cart-0"},"count":7,
             "lastTimestamp":"2026-05-01T10:00:00Z"}]}"#;
        let pasted = read(json);
        assert_eq!(pasted.kind, InputKind::Events);
        assert_eq!(
            texts(&pasted),
            ["Warning BackOff Pod shop/cart-0: Back-off restarting failed container"]
        );
        assert_eq!(pasted.messages[0].repeats, 7);
        let text = "LAST SEEN   TYPE      REASON    OBJECT      MESSAGE\n\
                    2m          Normal    Pulled    pod/a       ok\n\
                    3m          Warning   BackOff   pod/cart-0  Back-off restarting failed container\n";
        let pasted = read(text);
        assert_eq!(pasted.kind, InputKind::Events);
        assert_eq!(pasted.messages.len(), 1);
        assert!(pasted.messages[0].text.contains("BackOff"));
        let message = &pasted.messages[0];
        assert!(text[message.offset..].starts_with(&message.text));
    }

    #[test]
    fn helm_says_which_revision_was_good() {
        let text = "REVISION\tUPDATED                 \tSTATUS         \tCHART    \tAPP VERSION\tDESCRIPTION\n\
                    12      \tFri May 15 09:11:04 2026\tsuperseded     \tapi-2.3.0\t2.3        \tUpgrade complete\n\
                    13      \tMon May 18 14:05:33 2026\tfailed         \tapi-3.0.0\t3.0        \tUpgrade \"api\" failed: conflict\n\
                    14      \tMon May 18 14:06:33 2026\tpending-rollback\tapi-2.3.0\t2.3      \tRollback to 12\n";
        let release = read(text).helm.expect("a release");
        assert_eq!(release.last_good, Some(12));
        for message in read(text).messages {
            assert!(text[message.offset..].starts_with(&message.text), "{}", message.text);
        }
        assert_eq!(release.revisions.len(), 3);
        assert_eq!(release.status.as_deref(), Some("pending-rollback"));
        let json = r#"[{"revision":1,"updated":"x","status":"superseded","chart":"api-1","app_version":"1","description":"Install complete"},
            {"revision":2,"updated":"x","status":"failed","chart":"api-2","app_version":"2","description":"Upgrade failed"}]"#;
        let pasted = read(json);
        assert_eq!(pasted.kind, InputKind::Helm);
        assert_eq!(pasted.helm.expect("a release").last_good, Some(1));
        let status = "NAME: api\nLAST DEPLOYED: Wed May 20 14:22:13 2026\nNAMESPACE: shop\nSTATUS: pending-upgrade\nREVISION: 14\n";
        let release = read(status).helm.expect("a release");
        assert_eq!(
            (release.name.as_deref(), release.namespace.as_deref()),
            (Some("api"), Some("shop"))
        );
        let json = r#"{"name":"api","namespace":"shop","version":3,"info":{"status":"failed","description":"x"}}"#;
        assert_eq!(read(json).helm.expect("a release").status.as_deref(), Some("failed"));
    }

    #[test]
    fn lines_of_one_shape_are_one_message_and_traces_belong_to_theirs() {
        let text = "2026-05-01T10:00:00Z ERROR took 3 ms: connection refused\n\
                    2026-05-01T10:00:01Z ERROR took 9 ms: connection refused\n\
                    2026-05-01T10:00:02Z ERROR java.lang.OutOfMemoryError: Java heap space\n    at a.b(C.java:3)\nCaused by: x\n";
        let pasted = read(text);
        assert_eq!(pasted.messages.len(), 2);
        assert_eq!((pasted.messages[0].repeats, pasted.messages[0].line), (2, 1));
        assert!(pasted.messages[1].text.ends_with("Caused by: x"));
        assert_eq!(pasted.messages[0].happened_at, Some(1_777_629_600_000));
    }

    #[test]
    fn any_text_is_read() {
        for text in [
            "",
            "\n\n",
            "{",
            "[1,2]",
            "{\"alerts\":3}",
            "\u{0}\u{1b}[",
            "REVISION STATUS\n",
            "é\n\té",
        ] {
            read(text);
        }
    }
}
