-- Rebuilt at any time: projections from the entries, files from the team's folder.

CREATE TABLE exercises (
    id          BLOB NOT NULL PRIMARY KEY,
    version     BLOB NOT NULL,
    runbook     TEXT NOT NULL,
    kind        TEXT NOT NULL,
    date        TEXT NOT NULL,
    outcome     TEXT NOT NULL,
    steps       TEXT NOT NULL,
    context     TEXT NOT NULL,
    resolved_by TEXT NOT NULL,
    notes       TEXT NOT NULL,
    minutes     INTEGER,
    incident    TEXT,
    actor       TEXT NOT NULL,
    recorded_at INTEGER NOT NULL,
    source      TEXT NOT NULL,
    row         TEXT,
    text_hash   BLOB,
    pending     INTEGER NOT NULL,
    retracted   TEXT,
    conflict    INTEGER NOT NULL
) STRICT;

CREATE INDEX exercises_by_runbook ON exercises (runbook, date, recorded_at, id);
CREATE INDEX exercises_by_incident ON exercises (incident) WHERE incident NOT NULL;
CREATE INDEX exercises_pending ON exercises (pending) WHERE pending = 1;

-- Every row key an exercise has ever had.
CREATE TABLE exercise_keys (
    runbook  TEXT NOT NULL,
    key      TEXT NOT NULL,
    exercise BLOB NOT NULL,
    PRIMARY KEY (runbook, key)
) STRICT, WITHOUT ROWID;

-- What the steps said when an exercise was held; `source` says which text that was taken from.
CREATE TABLE prints (
    exercise BLOB NOT NULL PRIMARY KEY,
    source   TEXT NOT NULL,
    prints   TEXT
) STRICT;

CREATE TABLE notes (
    id          BLOB NOT NULL PRIMARY KEY,
    runbook     TEXT NOT NULL,
    step        TEXT,
    step_title  TEXT NOT NULL,
    text        TEXT NOT NULL,
    actor       TEXT NOT NULL,
    recorded_at INTEGER NOT NULL,
    resolved_by TEXT,
    resolved_at INTEGER,
    resolution  TEXT
) STRICT;

CREATE INDEX notes_by_runbook ON notes (runbook, recorded_at, id);

CREATE TABLE moves (
    id          BLOB NOT NULL PRIMARY KEY,
    runbook     TEXT NOT NULL,
    from_slug   TEXT NOT NULL,
    to_slug     TEXT NOT NULL,
    seen        TEXT NOT NULL,
    recorded_at INTEGER NOT NULL
) STRICT;

CREATE INDEX moves_by_runbook ON moves (runbook);

-- The whole of an incident is `state`; the other columns are what lists ask for.
CREATE TABLE incidents (
    subject      TEXT NOT NULL PRIMARY KEY,
    label        TEXT NOT NULL,
    severity     INTEGER NOT NULL,
    status       TEXT NOT NULL,
    opened_at    INTEGER NOT NULL,
    started      INTEGER,
    detected     INTEGER,
    acknowledged INTEGER,
    mitigated    INTEGER,
    resolved     INTEGER,
    state        TEXT NOT NULL
) STRICT;

CREATE INDEX incidents_by_label ON incidents (label);
CREATE INDEX incidents_by_status ON incidents (status);

CREATE TABLE incident_timeline (
    subject TEXT NOT NULL,
    place   INTEGER NOT NULL,
    at      INTEGER NOT NULL,
    item    TEXT NOT NULL,
    PRIMARY KEY (subject, place)
) STRICT, WITHOUT ROWID;

-- Runbooks being followed, and those that were; `run` is all of it as JSON.
CREATE TABLE runs (
    id         BLOB NOT NULL PRIMARY KEY,
    subject    TEXT NOT NULL,
    runbook    TEXT NOT NULL,
    open       INTEGER NOT NULL,
    started_at INTEGER NOT NULL,
    run        TEXT NOT NULL
) STRICT;

CREATE INDEX runs_by_subject ON runs (subject);
CREATE INDEX runs_by_runbook ON runs (runbook, started_at);
CREATE INDEX runs_by_incident ON runs (json_extract(run, '$.incident'));
CREATE INDEX runs_open ON runs (started_at) WHERE open = 1;

-- The whole of a postmortem is `state`.
CREATE TABLE postmortems (
    subject TEXT NOT NULL PRIMARY KEY,
    status  TEXT NOT NULL,
    state   TEXT NOT NULL
) STRICT;

CREATE TABLE checklist_answers (
    subject     TEXT NOT NULL,
    question    TEXT NOT NULL,
    text        TEXT NOT NULL,
    verdict     TEXT NOT NULL,
    answered_at INTEGER NOT NULL,
    PRIMARY KEY (subject, question)
) STRICT, WITHOUT ROWID;

CREATE TABLE action_items (
    id      BLOB NOT NULL PRIMARY KEY,
    subject TEXT NOT NULL,
    place   INTEGER NOT NULL,
    item    TEXT NOT NULL
) STRICT;

CREATE INDEX action_items_by_subject ON action_items (subject, place);

-- Reports that were made; `report` is all of it as JSON.
CREATE TABLE reports (
    subject      TEXT NOT NULL PRIMARY KEY,
    label        TEXT NOT NULL,
    name         TEXT NOT NULL,
    as_of        TEXT NOT NULL,
    slot         INTEGER,
    generated_at INTEGER NOT NULL,
    waiting      INTEGER NOT NULL,
    report       TEXT NOT NULL
) STRICT;

CREATE INDEX reports_by_label ON reports (label);
CREATE INDEX reports_by_name ON reports (name, as_of);
CREATE INDEX reports_by_day ON reports (as_of, generated_at);
CREATE INDEX reports_waiting ON reports (generated_at) WHERE waiting = 1;

-- Since when each schedule counts.
CREATE TABLE report_schedules (
    subject  TEXT NOT NULL PRIMARY KEY,
    name     TEXT NOT NULL,
    schedule TEXT NOT NULL,
    since    INTEGER NOT NULL
) STRICT;
-- How often runbooks and steps were opened; `step` is null for the page itself.
CREATE TABLE usage (
    subject     TEXT NOT NULL,
    day         TEXT NOT NULL,
    runbook     TEXT NOT NULL,
    step        TEXT,
    times       INTEGER NOT NULL,
    from_alerts INTEGER NOT NULL
) STRICT;

CREATE INDEX usage_by_subject ON usage (subject);
CREATE INDEX usage_by_day ON usage (day, runbook, from_alerts) WHERE step IS NULL;

CREATE TABLE files (
    folder     TEXT NOT NULL,
    path       TEXT NOT NULL,
    slug       TEXT NOT NULL,
    runbook    TEXT NOT NULL,
    size       INTEGER NOT NULL,
    mtime_ns   INTEGER NOT NULL,
    ctime_ns   INTEGER NOT NULL,
    inode      INTEGER NOT NULL,
    sha256     BLOB NOT NULL,
    rev        INTEGER NOT NULL,
    text_size  INTEGER NOT NULL,
    text       BLOB NOT NULL,
    summary    TEXT NOT NULL,
    scanned_ms INTEGER NOT NULL,
    retired    INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (folder, path)
) STRICT;

CREATE UNIQUE INDEX files_live_slug ON files (slug) WHERE retired = 0;
CREATE INDEX files_by_rev ON files (rev);
CREATE INDEX files_by_runbook ON files (runbook);

-- Slugs that stood here once and do not any more.
CREATE TABLE gone (
    slug TEXT NOT NULL PRIMARY KEY,
    rev  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE file_errors (
    folder   TEXT NOT NULL,
    path     TEXT NOT NULL,
    line     INTEGER NOT NULL,
    "column" INTEGER NOT NULL,
    message  TEXT NOT NULL,
    size     INTEGER,
    mtime_ns INTEGER,
    ctime_ns INTEGER,
    inode    INTEGER,
    PRIMARY KEY (folder, path)
) STRICT;
