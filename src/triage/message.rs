//! What goes in: messages, what is known around them, and places within them.

use std::collections::BTreeMap;

use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde::{Deserialize, Serialize};

/// A message: a line of a log, an alert, an event, or a sentence somebody wrote.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Message {
    /// Its text, without terminal sequences and other controls.
    pub text: String,
    /// Its first byte in the text it was read from, for a page that marks evidence there.
    pub offset: usize,
    /// Its first line there, from 1.
    pub line: usize,
    /// How many messages of the same shape it stands for.
    pub repeats: usize,
    /// The paragraph of a text that it stands in: what one line says at the head of it holds for the
    /// others. None for what stands by itself.
    pub paragraph: Option<usize>,
    /// When it was written, in milliseconds since 1970 UTC.
    pub happened_at: Option<i64>,
    /// Labels that came with it beside the text, like those of an alert.
    pub labels: BTreeMap<String, String>,
    /// Whether its source says that it is over.
    pub resolved: bool,
    /// The shape of the line it was, if it was one: what several lines of a shape say alike counts
    /// once, and what one of them names beside it is known all the same.
    pub shape: Option<u64>,
    /// Of which of the things that a paste tells apart it is, as of several releases; none where it
    /// may be about any of them.
    pub of: Option<usize>,
}

impl Message {
    /// A message that is nothing but text.
    pub fn new(text: &str) -> Self {
        Self { text: super::clean::cleaned(text).into_owned(), repeats: 1, ..Self::default() }
    }
}

/// A message as a file keeps it: its text alone, or with what its source said of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(into = "KeptForm")]
pub struct KeptMessage {
    /// Its text.
    pub text: String,
    /// Whether its source said that it was over.
    pub resolved: bool,
}

impl From<&KeptMessage> for Message {
    fn from(kept: &KeptMessage) -> Self {
        Self { resolved: kept.resolved, ..Self::new(&kept.text) }
    }
}

/// How a kept message is written: what nothing more is known of is a text and no more, as it was
/// when only texts were kept.
#[derive(Serialize)]
#[serde(untagged)]
enum KeptForm {
    Text(String),
    Told { text: String, resolved: bool },
}

impl From<KeptMessage> for KeptForm {
    fn from(KeptMessage { text, resolved }: KeptMessage) -> Self {
        if resolved { Self::Told { text, resolved } } else { Self::Text(text) }
    }
}

impl<'de> Deserialize<'de> for KeptMessage {
    // By hand, since an untagged form would lose the place of a wrong key.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(KeptVisitor)
    }
}

/// Reads a kept message in either form.
struct KeptVisitor;

impl<'de> Visitor<'de> for KeptVisitor {
    type Value = KeptMessage;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a string, or `text` and `resolved`")
    }

    fn visit_str<E>(self, text: &str) -> Result<KeptMessage, E> {
        Ok(KeptMessage { text: text.to_owned(), resolved: false })
    }

    // A message that is nothing but a number or a word like `true` is a text all the same.
    fn visit_bool<E>(self, text: bool) -> Result<KeptMessage, E> {
        Ok(KeptMessage { text: text.to_string(), resolved: false })
    }

    fn visit_u64<E>(self, text: u64) -> Result<KeptMessage, E> {
        Ok(KeptMessage { text: text.to_string(), resolved: false })
    }

    fn visit_i64<E>(self, text: i64) -> Result<KeptMessage, E> {
        Ok(KeptMessage { text: text.to_string(), resolved: false })
    }

    fn visit_f64<E>(self, text: f64) -> Result<KeptMessage, E> {
        Ok(KeptMessage { text: text.to_string(), resolved: false })
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<KeptMessage, A::Error> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Told {
            text: String,
            #[serde(default)]
            resolved: bool,
        }
        let Told { text, resolved } = Told::deserialize(MapAccessDeserializer::new(map))?;
        Ok(KeptMessage { text, resolved })
    }
}

/// Everything one triage looks at.
#[derive(Clone, Debug, Default)]
pub struct Input<'a> {
    /// The messages, in the order they came.
    pub messages: Vec<Message>,
    /// Words that name things and a severity label; never evidence of a failure.
    pub conditions: Option<&'a str>,
    /// Which service needs which: (dependent, needed).
    pub topology: &'a [(String, String)],
    /// What was left out on the way in, in words for people.
    pub notes: Vec<String>,
}

/// What the store holds, as far as it is compared.
#[derive(Clone, Debug, Default)]
pub struct Store<'a> {
    /// The incidents to compare with.
    pub incidents: &'a [KnownIncident],
    /// How many there are in all.
    pub all: usize,
    /// How many of the others, which are not compared, hold a name: what many hold tells little.
    pub elsewhere: BTreeMap<String, usize>,
}

impl<'a> From<&'a [KnownIncident]> for Store<'a> {
    /// A store in which there are no others.
    fn from(incidents: &'a [KnownIncident]) -> Self {
        Self { incidents, all: incidents.len(), elsewhere: BTreeMap::new() }
    }
}

/// An incident of the store, as far as correlation needs it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KnownIncident {
    /// Its label; scenarios have none.
    #[serde(default)]
    pub id: String,
    /// Its title.
    pub title: String,
    /// When it began, RFC 3339.
    #[serde(default)]
    pub occurred_at: Option<String>,
    /// The services it was about.
    #[serde(default)]
    pub services: Vec<String>,
    /// Messages it was known by.
    #[serde(default)]
    pub messages: Vec<String>,
    /// What somebody said it is about beside its services, like the name of a release.
    #[serde(default)]
    pub about: Vec<String>,
    /// Whether it goes on.
    #[serde(default)]
    pub open: bool,
}

/// A half-open byte range of a message; of the conditions where `message` is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Place {
    /// The message's number, from 0.
    pub message: Option<usize>,
    /// First byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
}

/// Milliseconds since 1970 UTC of an RFC 3339 time.
pub(super) fn unix_ms(text: &str) -> Option<i64> {
    chrono::DateTime::parse_from_rfc3339(text).ok().map(|time| time.timestamp_millis())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kept_message_is_read_as_it_was_written() {
        let over = KeptMessage { text: "x is down".to_owned(), resolved: true };
        let plain = KeptMessage { resolved: false, ..over.clone() };
        let kept = [over, plain];
        let json = serde_json::to_string(&kept).expect("JSON");
        // What only has a text looks as it always did.
        assert_eq!(json, r#"[{"text":"x is down","resolved":true},"x is down"]"#);
        assert_eq!(serde_json::from_str::<Vec<KeptMessage>>(&json).expect("messages"), kept);
        let odd: Vec<KeptMessage> = serde_yaml::from_str("[404, -1, 1.5, true]").expect("texts");
        let texts: Vec<String> = odd.into_iter().map(|message| message.text).collect();
        assert_eq!(texts, ["404", "-1", "1.5", "true"]);
    }
}
