-- What may never be lost. Nothing here is ever updated or deleted, with one exception: an
-- erasure sets a body, or a blob's bytes, to NULL and changes nothing else.

CREATE TABLE entries (
    id          BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    kind        TEXT NOT NULL CHECK (kind <> ''),
    version     INTEGER NOT NULL CHECK (version > 0),
    subject     TEXT NOT NULL CHECK (subject <> ''),
    recorded_at INTEGER NOT NULL,
    actor       TEXT NOT NULL CHECK (actor <> ''),
    body        TEXT,
    body_hash   BLOB NOT NULL CHECK (length(body_hash) = 32),
    digest      BLOB NOT NULL CHECK (length(digest) = 32)
) STRICT;

CREATE INDEX entries_by_subject ON entries (subject, recorded_at, id);
CREATE INDEX entries_by_kind ON entries (kind);

CREATE TABLE chain (
    seq      INTEGER PRIMARY KEY CHECK (seq > 0),
    entry_id BLOB NOT NULL UNIQUE REFERENCES entries (id),
    hash     BLOB NOT NULL CHECK (length(hash) = 32)
) STRICT;

CREATE TABLE blobs (
    hash  BLOB NOT NULL PRIMARY KEY CHECK (length(hash) = 32),
    size  INTEGER NOT NULL CHECK (size >= 0),
    bytes BLOB
) STRICT;

CREATE TRIGGER entries_are_not_updated BEFORE UPDATE ON entries
WHEN NOT (
    OLD.body IS NOT NULL AND NEW.body IS NULL
    AND NEW.rowid = OLD.rowid AND NEW.id = OLD.id AND NEW.kind = OLD.kind
    AND NEW.version = OLD.version AND NEW.subject = OLD.subject
    AND NEW.recorded_at = OLD.recorded_at AND NEW.actor = OLD.actor
    AND NEW.body_hash = OLD.body_hash AND NEW.digest = OLD.digest
)
BEGIN SELECT RAISE(ABORT, 'an entry is never changed'); END;

CREATE TRIGGER entries_are_not_deleted BEFORE DELETE ON entries
BEGIN SELECT RAISE(ABORT, 'an entry is never deleted'); END;

-- INSERT OR REPLACE deletes without asking the trigger above, by id or by rowid.
CREATE TRIGGER entries_are_not_replaced BEFORE INSERT ON entries
WHEN EXISTS (SELECT 1 FROM entries WHERE id = NEW.id)
  OR EXISTS (SELECT 1 FROM entries WHERE rowid = NEW.rowid)
BEGIN SELECT RAISE(ABORT, 'an entry is never replaced'); END;

CREATE TRIGGER chain_is_not_updated BEFORE UPDATE ON chain
BEGIN SELECT RAISE(ABORT, 'the chain is never changed'); END;

CREATE TRIGGER chain_is_not_deleted BEFORE DELETE ON chain
BEGIN SELECT RAISE(ABORT, 'the chain is never shortened'); END;

CREATE TRIGGER chain_is_not_replaced BEFORE INSERT ON chain
WHEN EXISTS (SELECT 1 FROM chain WHERE seq = NEW.seq)
  OR EXISTS (SELECT 1 FROM chain WHERE entry_id = NEW.entry_id)
BEGIN SELECT RAISE(ABORT, 'a link of the chain is never replaced'); END;

CREATE TRIGGER blobs_are_not_updated BEFORE UPDATE ON blobs
WHEN NOT (
    OLD.bytes IS NOT NULL AND NEW.bytes IS NULL
    AND NEW.rowid = OLD.rowid AND NEW.hash = OLD.hash AND NEW.size = OLD.size
)
BEGIN SELECT RAISE(ABORT, 'a kept text is never changed'); END;

CREATE TRIGGER blobs_are_not_deleted BEFORE DELETE ON blobs
BEGIN SELECT RAISE(ABORT, 'a kept text is never deleted'); END;

CREATE TRIGGER blobs_are_not_replaced BEFORE INSERT ON blobs
WHEN EXISTS (SELECT 1 FROM blobs WHERE hash = NEW.hash)
  OR EXISTS (SELECT 1 FROM blobs WHERE rowid = NEW.rowid)
BEGIN SELECT RAISE(ABORT, 'a kept text is never replaced'); END;

-- When a runbook was first seen here. Not history, but no file tells it again, so it outlives
-- the derived tables and travels with an export.
CREATE TABLE sightings (
    runbook       TEXT NOT NULL PRIMARY KEY,
    first_seen_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Versions, counters and settings of derived data.
CREATE TABLE meta (
    key   TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;
