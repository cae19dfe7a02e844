//! Identifiers as types: no bare `String` or `i64` identifier crosses a module.

use std::fmt;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

/// Defines a newtype over `String` with the conversions every identifier needs.
macro_rules! string_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(
            Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
        )]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// Wraps a text that is already in the identifier's form.
            pub fn new(text: impl Into<String>) -> Self {
                Self(text.into())
            }

            /// The identifier as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self(text.to_owned())
            }
        }

        impl From<String> for $name {
            fn from(text: String) -> Self {
                Self(text)
            }
        }
    };
}

string_id! {
    /// Where a document stands today: its NFC path under the runbooks folder, `/`-separated,
    /// without the extension (`rollback/code-rollback-helm`). Unique among live documents.
    Slug
}

string_id! {
    /// What a runbook is for good: its front matter's `id`, else the first slug it was seen
    /// under. The subject of every entry about it; survives moves and renames.
    RunbookId
}

string_id! {
    /// A step inside its runbook: `3a` where steps are numbered, else the section's anchor.
    StepId
}

string_id! {
    /// What people call an incident: `INC-2026-05-20-001`, numbered by the day on which it began
    /// to be recorded, and never changed.
    IncidentLabel
}

string_id! {
    /// What people call a report that was made: `weekly/2026-07-20`, with `-2` behind it where it
    /// is the second one of that day. Never changed, so that its address stays.
    ReportLabel
}

string_id! {
    /// A question of a postmortem: `change-rollback/staging-soak` where a checklist asks it,
    /// `asked/was-it-late` where only runbooks do.
    QuestionId
}

string_id! {
    /// Identity of a row of a last-worked table: a hash of its date, its cells without the
    /// notes and its occurrence number, so that reading a row again is no second exercise.
    RowKey
}

/// Identity of one entry of the ledger: UUIDv7 when a person or service writes it, UUIDv5 when
/// it follows from something in a file, so that two machines write the same one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct EntryId(Uuid);

/// Namespace of the UUIDv5 ids; changing it would make every found row a new entry.
const NAMESPACE: Uuid = Uuid::from_u128(0x6f1d_6d5e_0c1b_5b0e_9d3e_7275_6e6c_6467);

impl EntryId {
    /// An id for something that happens now: time-ordered, random below the millisecond.
    pub fn at(unix_ms: i64, random: [u8; 10]) -> Self {
        let ms = u64::try_from(unix_ms).unwrap_or(0);
        Self(uuid::Builder::from_unix_timestamp_millis(ms, &random).into_uuid())
    }

    /// An id that follows from its parts alone, whoever computes it.
    pub fn derived(parts: &[&str]) -> Self {
        let mut name = Vec::new();
        for part in parts {
            name.extend_from_slice(&(part.len() as u64).to_be_bytes());
            name.extend_from_slice(part.as_bytes());
        }
        Self(Uuid::new_v5(&NAMESPACE, &name))
    }

    /// Reads the hyphenated form.
    ///
    /// # Errors
    /// The text is not a UUID.
    pub fn parse(text: &str) -> Result<Self, uuid::Error> {
        Uuid::parse_str(text.trim()).map(Self)
    }

    /// Whether it was given by the clock, and not derived.
    pub fn is_time_ordered(&self) -> bool {
        self.0.get_version_num() == 7
    }

    /// The 16 bytes, most significant first, as they are stored and hashed.
    pub const fn as_bytes(&self) -> &[u8; 16] {
        self.0.as_bytes()
    }

    /// The id with these 16 bytes.
    pub const fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(Uuid::from_bytes(bytes))
    }
}

impl fmt::Display for EntryId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Identity of an action item: the id of the entry that opened it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ActionId(EntryId);

impl ActionId {
    /// The action item that this entry opens.
    pub const fn new(entry: EntryId) -> Self {
        Self(entry)
    }

    /// The entry that opened it.
    pub const fn entry(self) -> EntryId {
        self.0
    }
}

impl fmt::Display for ActionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Identity of an incident: the id of the entry that opened it, and the subject of every entry
/// about it, its postmortem and its action items.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct IncidentId(EntryId);

impl IncidentId {
    /// The incident that this entry opens.
    pub const fn new(entry: EntryId) -> Self {
        Self(entry)
    }

    /// The entry that opened it.
    pub const fn entry(self) -> EntryId {
        self.0
    }

    /// Reads a subject; none if it is no UUID written as we write it.
    pub fn of_subject(subject: &str) -> Option<Self> {
        let id = EntryId::parse(subject).ok()?;
        (id.to_string() == subject).then_some(Self(id))
    }

    /// The 16 bytes, as they are stored.
    pub const fn as_bytes(&self) -> &[u8; 16] {
        self.0.as_bytes()
    }
}

impl fmt::Display for IncidentId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A SHA-256, written as 64 lower-case hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Hash([u8; 32]);

impl Hash {
    /// What the chain starts from: 32 zero bytes.
    pub const ZERO: Self = Self([0; 32]);

    /// The hash of some bytes.
    pub fn of(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).into())
    }

    /// The hash with these 32 bytes.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The 32 bytes.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Reads 64 hexadecimal digits; nothing else is a hash.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        if text.len() != 64 || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return None;
        }
        let mut bytes = [0; 32];
        for (byte, pair) in bytes.iter_mut().zip(text.as_bytes().chunks(2)) {
            *byte = u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()?;
        }
        Some(Self(bytes))
    }
}

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Hash({self})")
    }
}

impl Serialize for Hash {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Hash {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| serde::de::Error::custom("expected 64 hexadecimal digits"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn derived_ids_depend_on_where_the_parts_end() {
        assert_ne!(EntryId::derived(&["ab", "c"]), EntryId::derived(&["a", "bc"]));
        assert_eq!(EntryId::derived(&["a", "b"]), EntryId::derived(&["a", "b"]));
    }

    #[test]
    fn a_hash_reads_back_what_it_prints() {
        let hash = Hash::of(b"runledger");
        assert_eq!(Hash::parse(&hash.to_string()), Some(hash));
        assert_eq!(Hash::parse("abc"), None);
        assert_eq!(Hash::parse(&"é".repeat(32)), None);
        assert_eq!(Hash::parse(&"+f".repeat(32)), None);
    }
}
