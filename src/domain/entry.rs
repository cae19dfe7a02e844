//! The entry: the persisted, versioned, hashed record of something that happened.

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::actor::Actor;
use super::id::{EntryId, Hash};

/// A moment in UTC, in milliseconds since 1970.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Timestamp(pub i64);

/// One entry of the ledger, as it is stored, exchanged and hashed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Given by the writer; the same id again must be the same entry.
    pub id: EntryId,
    /// What happened, in the past tense: `exercise.recorded`.
    pub kind: String,
    /// Version of the body's format within the kind, from 1.
    pub version: u32,
    /// What it happened to: a runbook's id (later also an incident's).
    pub subject: String,
    /// When it was written down.
    pub recorded_at: Timestamp,
    /// Who wrote it down.
    pub actor: Actor,
    /// The body's JSON text, verbatim; `None` once it was erased.
    pub body: Option<String>,
    /// SHA-256 of the body, which outlives the body.
    pub body_hash: Hash,
}

impl Entry {
    /// An entry around a body that was serialised just now.
    pub fn new(
        id: EntryId,
        kind: &str,
        version: u32,
        subject: &str,
        recorded_at: Timestamp,
        actor: Actor,
        body: String,
    ) -> Self {
        Self {
            id,
            kind: kind.to_owned(),
            version,
            subject: subject.to_owned(),
            recorded_at,
            actor,
            body_hash: Hash::of(body.as_bytes()),
            body: Some(body),
        }
    }

    /// SHA-256 over the length-prefixed id, kind, version, subject, time, actor and body hash.
    /// It belongs to the entry and knows no place in any order.
    pub fn digest(&self) -> Hash {
        let mut hasher = Sha256::new();
        let actor = self.actor.to_string();
        let parts: [&[u8]; 7] = [
            self.id.as_bytes(),
            self.kind.as_bytes(),
            &self.version.to_be_bytes(),
            self.subject.as_bytes(),
            &self.recorded_at.0.to_be_bytes(),
            actor.as_bytes(),
            self.body_hash.as_bytes(),
        ];
        for part in parts {
            hasher.update((part.len() as u64).to_be_bytes());
            hasher.update(part);
        }
        Hash::from_bytes(hasher.finalize().into())
    }
}

/// The chain's next hash: SHA-256 of the previous one followed by the entry's digest.
pub fn chain_hash(previous: Hash, digest: Hash) -> Hash {
    let mut hasher = Sha256::new();
    hasher.update(previous.as_bytes());
    hasher.update(digest.as_bytes());
    Hash::from_bytes(hasher.finalize().into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry() -> Entry {
        let actor = Actor::scan();
        Entry::new(EntryId::derived(&["x"]), "note.added", 1, "a", Timestamp(1), actor, "{}".into())
    }

    #[test]
    fn every_field_is_covered_by_the_digest() {
        let base = entry().digest();
        let changes: [fn(&mut Entry); 7] = [
            |e| e.id = EntryId::derived(&["y"]),
            |e| e.kind.push('x'),
            |e| e.version = 2,
            |e| e.subject.push('x'),
            |e| e.recorded_at = Timestamp(2),
            |e| e.actor.name.push('x'),
            |e| e.body_hash = Hash::ZERO,
        ];
        for change in changes {
            let mut changed = entry();
            change(&mut changed);
            assert_ne!(changed.digest(), base);
        }
    }

    #[test]
    fn erasing_the_body_leaves_the_digest() {
        let mut erased = entry();
        erased.body = None;
        assert_eq!(erased.digest(), entry().digest());
    }
}
