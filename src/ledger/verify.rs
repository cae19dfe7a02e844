//! Looking whether everything still is what it was: the chain, the entries, the kept texts, the
//! tables themselves, and whether the projections are what a replay gives.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use rusqlite::{Connection, Row};
use serde::Serialize;

use super::blobs::expand;
use super::migrate::PERSISTED;
use super::read::{ENTRY_COLUMNS, entry_from, hash_from, id_from};
use super::{LedgerError, Reads, projections};
use crate::domain::entry::{Entry, chain_hash};
use crate::domain::event::Event;
use crate::domain::id::{EntryId, Hash};

const RESTORE: &str = "`runledger restore` a backup; until then, what can be read is shown";
const REBUILD: &str = "`runledger rebuild` derives it again; nothing is lost";

/// More of one kind are counted and not told.
const MOST_PROBLEMS: usize = 1000;

/// What verifying found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Report {
    /// How many entries there are.
    pub entries: usize,
    /// The chain's last number; 0 while nothing has happened.
    pub head_seq: i64,
    /// The chain's last hash.
    pub head_hash: Hash,
    /// How many texts were ever kept.
    pub blobs: usize,
    /// How many bodies and texts were erased.
    pub erased: usize,
    /// What is wrong, if anything.
    pub problems: Vec<Problem>,
}

/// Something that is not as it should be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// What is wrong.
    pub what: String,
    /// With which entry, if with one.
    pub entry: Option<EntryId>,
    /// With which link of the chain, if with one.
    pub seq: Option<i64>,
    /// What to do about it.
    pub hint: &'static str,
}

impl Report {
    /// Whether nothing is wrong.
    pub const fn is_clean(&self) -> bool {
        self.problems.is_empty()
    }
}

impl Reads {
    /// Verifies everything, on one state of the ledger. With an expected head, the chain must
    /// have come through it.
    ///
    /// # Errors
    /// The ledger cannot be read at all; what is wrong in it is reported, not returned.
    pub fn verify(&self, expected: Option<Hash>) -> Result<Report, LedgerError> {
        self.snapshot(|reads| {
            let mut check = Check::new(reads, expected);
            check.part("the chain", Check::chain);
            check.part("the entries", Check::strays);
            check.part("the kept texts", Check::blobs);
            check.part("the database", Check::database);
            check.part("the tables", Check::schema);
            check.part("the projections", Check::projections);
            Ok(check.finish())
        })
    }
}

struct Check<'a> {
    reads: &'a Reads,
    report: Report,
    expected: Option<Hash>,
    expected_seen: bool,
    without_body: Vec<(i64, EntryId)>,
    erased_entries: HashSet<EntryId>,
    erased_blobs: HashSet<Hash>,
}

impl<'a> Check<'a> {
    fn new(reads: &'a Reads, expected: Option<Hash>) -> Self {
        let report = Report {
            entries: 0,
            head_seq: 0,
            head_hash: Hash::ZERO,
            blobs: 0,
            erased: 0,
            problems: Vec::new(),
        };
        Self {
            reads,
            report,
            expected,
            expected_seen: expected.is_none_or(|hash| hash == Hash::ZERO),
            without_body: Vec::new(),
            erased_entries: HashSet::new(),
            erased_blobs: HashSet::new(),
        }
    }

    /// Runs one part. Where it cannot go on, that is a finding, and the next part has its turn.
    fn part(&mut self, name: &str, part: impl FnOnce(&mut Self) -> Result<(), LedgerError>) {
        if let Err(error) = part(self) {
            self.problem(format!("{name} cannot be read to the end: {error}"), None, None, RESTORE);
        }
    }

    fn problem(
        &mut self,
        what: String,
        entry: Option<EntryId>,
        seq: Option<i64>,
        hint: &'static str,
    ) {
        if self.report.problems.len() < MOST_PROBLEMS {
            self.report.problems.push(Problem { what, entry, seq, hint });
        }
    }

    fn finish(mut self) -> Report {
        if let Some(expected) = self.expected.filter(|_| !self.expected_seen) {
            let what = format!("the chain has never had the head {expected}");
            self.problem(what, None, None, RESTORE);
        }
        self.report
    }

    /// Walks the chain from its start and recomputes everything it covers.
    fn chain(&mut self) -> Result<(), LedgerError> {
        let sql = format!(
            "SELECT {ENTRY_COLUMNS}, e.digest, c.seq, c.hash, c.entry_id
             FROM chain c LEFT JOIN entries e ON e.id = c.entry_id ORDER BY c.seq"
        );
        let reads = self.reads;
        let mut statement = reads.conn()?.prepare(&sql)?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            self.link(row)?;
        }
        for (seq, id) in std::mem::take(&mut self.without_body) {
            if !self.erased_entries.contains(&id) {
                let what = "the body is missing, and no entry says that it was erased".to_owned();
                self.problem(what, Some(id), Some(seq), RESTORE);
            }
        }
        Ok(())
    }

    fn link(&mut self, row: &Row<'_>) -> Result<(), LedgerError> {
        let (seq, hash, id) = (row.get(9)?, hash_from(row, 10)?, id_from(row, 11)?);
        if seq != self.report.head_seq + 1 {
            let what = format!("the chain jumps from {} to {seq}", self.report.head_seq);
            self.problem(what, None, Some(seq), RESTORE);
        }
        let previous = std::mem::replace(&mut self.report.head_hash, hash);
        self.report.head_seq = seq;
        self.expected_seen |= self.expected == Some(hash);
        self.report.entries += 1;
        match stored(row) {
            Ok((entry, digest)) => self.entry(seq, &entry, digest, previous, hash),
            Err(error) => {
                let what = format!("the entry is missing or cannot be read: {error}");
                self.problem(what, Some(id), Some(seq), RESTORE);
            }
        }
        Ok(())
    }

    fn entry(&mut self, seq: i64, entry: &Entry, stored: Hash, previous: Hash, link: Hash) {
        let digest = entry.digest();
        let mut wrong = Vec::new();
        if digest != stored {
            wrong.push("the entry is not what its digest says");
        }
        if chain_hash(previous, digest) != link {
            wrong.push("the chain does not lead to this entry");
        }
        match &entry.body {
            Some(body) if Hash::of(body.as_bytes()) != entry.body_hash => {
                wrong.push("the body is not what its hash says");
            }
            Some(body) => self.remember_erasure(entry, body),
            None => {
                self.report.erased += 1;
                self.without_body.push((seq, entry.id));
            }
        }
        for what in wrong {
            self.problem(what.to_owned(), Some(entry.id), Some(seq), RESTORE);
        }
    }

    fn remember_erasure(&mut self, entry: &Entry, body: &str) {
        match Event::decode(&entry.kind, entry.version, body) {
            Ok(Some(Event::EntryErased(event))) => {
                self.erased_entries.insert(event.entry);
            }
            Ok(Some(Event::BlobErased(event))) => {
                self.erased_blobs.insert(event.blob);
            }
            _ => {}
        }
    }

    /// Entries that no link of the chain covers.
    fn strays(&mut self) -> Result<(), LedgerError> {
        let sql = "SELECT id FROM entries WHERE id NOT IN (SELECT entry_id FROM chain)";
        for id in self.reads.all(sql, [], |row| id_from(row, 0))? {
            self.problem("the entry is not in the chain".to_owned(), Some(id), None, RESTORE);
        }
        Ok(())
    }

    fn blobs(&mut self) -> Result<(), LedgerError> {
        let reads = self.reads;
        let mut statement = reads.conn()?.prepare("SELECT hash, size, bytes FROM blobs")?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let (hash, size) = (hash_from(row, 0)?, row.get(1)?);
            self.report.blobs += 1;
            let Some(packed) = row.get::<_, Option<Vec<u8>>>(2)? else {
                self.report.erased += 1;
                if !self.erased_blobs.contains(&hash) {
                    let what = format!("the kept text {hash} is missing, and was not erased");
                    self.problem(what, None, None, RESTORE);
                }
                continue;
            };
            if expand(&packed, size).is_none_or(|bytes| Hash::of(&bytes) != hash) {
                let what = format!("the kept text {hash} is not what its hash says");
                self.problem(what, None, None, RESTORE);
            }
        }
        Ok(())
    }

    /// What SQLite itself finds.
    fn database(&mut self) -> Result<(), LedgerError> {
        let findings = self
            .reads
            .all("PRAGMA integrity_check(100)", [], |row| Ok(row.get::<_, String>(0)?))?;
        for finding in findings.into_iter().filter(|finding| finding != "ok") {
            self.problem(format!("the database: {finding}"), None, None, RESTORE);
        }
        let broken =
            self.reads.all("PRAGMA foreign_key_check", [], |row| Ok(row.get::<_, String>(0)?))?;
        for table in broken {
            let what = format!("a row of `{table}` refers to one that is not there");
            self.problem(what, None, None, RESTORE);
        }
        Ok(())
    }

    /// The persisted tables, and the triggers that guard them, must stand as they were made.
    fn schema(&mut self) -> Result<(), LedgerError> {
        let model = Connection::open_in_memory()?;
        model.execute_batch(PERSISTED)?;
        let stands = schema_of(self.reads.conn()?)?;
        for (name, sql) in schema_of(&model)? {
            if stands.get(&name) != Some(&sql) {
                let what = format!("`{name}` is missing or was changed");
                self.problem(what, None, None, "`runledger export`, and `import` into a new store");
            }
        }
        Ok(())
    }

    /// Every subject's rows must be what its entries come to.
    fn projections(&mut self) -> Result<(), LedgerError> {
        let sql = "SELECT DISTINCT subject FROM entries UNION SELECT runbook FROM exercises
             UNION SELECT runbook FROM exercise_keys UNION SELECT runbook FROM notes
             UNION SELECT runbook FROM moves UNION SELECT subject FROM incidents
             UNION SELECT subject FROM incident_timeline UNION SELECT subject FROM runs
             UNION SELECT subject FROM postmortems UNION SELECT subject FROM action_items
             UNION SELECT subject FROM checklist_answers UNION SELECT subject FROM reports
             UNION SELECT subject FROM report_schedules UNION SELECT subject FROM usage";
        let subjects: BTreeSet<String> =
            self.reads.all(sql, [], |row| Ok(row.get(0)?))?.into_iter().collect();
        for subject in subjects {
            let replayed = self.reads.entries_of(&subject);
            let same = replayed.and_then(|entries| {
                Ok(projections::fold(&subject, &entries) == self.reads.projected(&subject)?)
            });
            if !same.unwrap_or(false) {
                let what = format!("what is shown of `{subject}` is not what its entries say");
                self.problem(what, None, None, REBUILD);
            }
        }
        Ok(())
    }
}

fn stored(row: &Row<'_>) -> Result<(Entry, Hash), LedgerError> {
    Ok((entry_from(row)?, hash_from(row, 8)?))
}

fn schema_of(conn: &Connection) -> Result<BTreeMap<String, String>, LedgerError> {
    let mut statement = conn.prepare("SELECT name, sql FROM sqlite_schema WHERE sql NOT NULL")?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}
