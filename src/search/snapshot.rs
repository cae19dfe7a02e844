//! The living documents of a generation, as scoring sees them.

use std::collections::HashMap;
use std::sync::{Mutex, OnceLock, PoisonError};

use tantivy::fieldnorm::FieldNormReader;
use tantivy::postings::Postings as _;
use tantivy::schema::{Field, IndexRecordOption, Value as _};
use tantivy::{DocAddress, DocSet as _, Searcher, TERMINATED, TantivyDocument, Term};

use super::SectionDoc;
use super::dictionary::Spelling;
use super::schema::{FACTS, Facts, Fields, GROUP};

/// A document's number over all segments.
pub(super) type DocNumber = u32;

/// The text fields with norms, in the order their mean lengths are kept.
pub(super) const NORMED: usize = 5;

/// Documents, groups and mean lengths; deleted documents are in none of them.
pub(super) struct Snapshot {
    pub(super) searcher: Searcher,
    pub(super) fields: Fields,
    segments: Vec<Segment>,
    groups: Vec<Group>,
    documents: u32,
    living: u32,
    mean_lengths: [f32; NORMED],
    mean_group_words: f32,
    counts: Mutex<HashMap<(Field, String), u32>>,
    spelling: OnceLock<Spelling>,
}

/// One segment's columns.
struct Segment {
    base: DocNumber,
    groups: Vec<u32>,
    facts: Vec<Facts>,
    norms: Vec<FieldNormReader>,
}

/// Sections that are replaced together: a document's text, its exercises, its notes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Group {
    /// The same in every index: orders what is equal otherwise.
    pub(super) number: u64,
    /// Words in all bodies.
    pub(super) words: u32,
}

/// A place where a term occurs.
#[derive(Clone, Copy, Debug)]
pub(super) struct Occurrence {
    pub(super) doc: DocNumber,
    /// How often.
    pub(super) count: u32,
    /// The field's length there, relative to the mean; 1 where lengths do not matter.
    pub(super) length: f32,
}

impl Snapshot {
    pub(super) fn of(searcher: Searcher, fields: Fields) -> tantivy::Result<Self> {
        let normed = Self::normed(&fields);
        let mut segments = Vec::new();
        let mut groups: Vec<Group> = Vec::new();
        let mut known: HashMap<u64, u32> = HashMap::new();
        let mut lengths = [0_u64; NORMED];
        let (mut base, mut living) = (0, 0);
        for reader in searcher.segment_readers() {
            let columns = reader.fast_fields();
            let numbers = columns.column_first_or_default::<u64>(GROUP)?;
            let packed = columns.column_first_or_default::<u64>(FACTS)?;
            let norms = normed
                .iter()
                .map(|field| reader.get_fieldnorms_reader(*field))
                .collect::<tantivy::Result<Vec<_>>>()?;
            let mut segment = Segment { base, groups: Vec::new(), facts: Vec::new(), norms };
            for doc in 0..reader.max_doc() {
                let facts = Facts::unpack(packed.get_val(doc));
                segment.facts.push(facts);
                if reader.is_deleted(doc) {
                    segment.groups.push(u32::MAX);
                    continue;
                }
                living += 1;
                for (length, norms) in lengths.iter_mut().zip(&segment.norms) {
                    *length += u64::from(norms.fieldnorm(doc));
                }
                let number = numbers.get_val(doc);
                let group = *known.entry(number).or_insert_with(|| {
                    groups.push(Group { number, words: facts.group_words });
                    u32::try_from(groups.len() - 1).unwrap_or(u32::MAX)
                });
                segment.groups.push(group);
            }
            base += reader.max_doc();
            segments.push(segment);
        }
        let words: u64 = groups.iter().map(|group| u64::from(group.words)).sum();
        Ok(Self {
            searcher,
            fields,
            segments,
            documents: base,
            living,
            mean_lengths: lengths.map(|length| mean(length, living)),
            mean_group_words: mean(words, u32::try_from(groups.len()).unwrap_or(u32::MAX)),
            groups,
            counts: Mutex::default(),
            spelling: OnceLock::new(),
        })
    }

    fn normed(fields: &Fields) -> [Field; NORMED] {
        [fields.title, fields.heading, fields.words, fields.false_starts, fields.labels]
    }

    /// Numbers given out to documents, deleted ones included.
    pub(super) const fn documents(&self) -> usize {
        self.documents as usize
    }

    /// Living sections.
    pub(super) const fn living(&self) -> u32 {
        self.living
    }

    /// Living groups.
    pub(super) fn groups(&self) -> &[Group] {
        &self.groups
    }

    /// A group's length relative to the mean.
    pub(super) fn group_length(&self, group: u32) -> f32 {
        self.groups[group as usize].words as f32 / self.mean_group_words
    }

    /// The group of a living document.
    pub(super) fn group_of(&self, doc: DocNumber) -> u32 {
        let segment = self.segment_of(doc);
        segment.groups[(doc - segment.base) as usize]
    }

    /// What is known of a document without opening it.
    pub(super) fn facts_of(&self, doc: DocNumber) -> Facts {
        let segment = self.segment_of(doc);
        segment.facts[(doc - segment.base) as usize]
    }

    /// Whether a section has no words but its heading.
    pub(super) fn is_bare(&self, doc: DocNumber) -> bool {
        const BODY: usize = 2;
        let segment = self.segment_of(doc);
        segment.norms[BODY].fieldnorm(doc - segment.base) == 0
    }

    fn segment_of(&self, doc: DocNumber) -> &Segment {
        &self.segments[self.segment_index(doc)]
    }

    fn segment_index(&self, doc: DocNumber) -> usize {
        self.segments.partition_point(|segment| segment.base <= doc).saturating_sub(1)
    }

    /// Shows every living document that holds a term in a field, in ascending order.
    pub(super) fn walk(
        &self,
        field: Field,
        term: &str,
        mut see: impl FnMut(Occurrence),
    ) -> tantivy::Result<()> {
        let normed = Self::normed(&self.fields).iter().position(|known| *known == field);
        let term = Term::from_field_text(field, term);
        for (segment, reader) in self.segments.iter().zip(self.searcher.segment_readers()) {
            let index = reader.inverted_index(field)?;
            let Some(mut postings) = index.read_postings(&term, IndexRecordOption::WithFreqs)?
            else {
                continue;
            };
            let alive = reader.alive_bitset();
            let mut doc = postings.doc();
            while doc != TERMINATED {
                if alive.is_none_or(|alive| alive.is_alive(doc)) {
                    let length = normed.map_or(1.0, |at| {
                        segment.norms[at].fieldnorm(doc) as f32 / self.mean_lengths[at]
                    });
                    see(Occurrence {
                        doc: segment.base + doc,
                        count: postings.term_freq(),
                        length,
                    });
                }
                doc = postings.advance();
            }
        }
        Ok(())
    }

    /// How many living sections hold a term in a field.
    pub(super) fn count(&self, field: Field, term: &str) -> tantivy::Result<u32> {
        let key = (field, term.to_owned());
        if let Some(count) = self.counts().get(&key) {
            return Ok(*count);
        }
        let mut count = 0;
        self.walk(field, term, |_| count += 1)?;
        self.counts().insert(key, count);
        Ok(count)
    }

    fn counts(&self) -> std::sync::MutexGuard<'_, HashMap<(Field, String), u32>> {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        if counts.len() > 50_000 {
            counts.clear();
        }
        counts
    }

    /// Where a term stands in some documents (ascending), as far as it does.
    pub(super) fn positions(
        &self,
        field: Field,
        term: &str,
        docs: &[DocNumber],
        mut see: impl FnMut(DocNumber, &[u32]),
    ) -> tantivy::Result<()> {
        let term = Term::from_field_text(field, term);
        let mut at = 0;
        let mut places = Vec::new();
        for (segment, reader) in self.segments.iter().zip(self.searcher.segment_readers()) {
            let end = segment.base + reader.max_doc();
            let until = at + docs[at..].partition_point(|doc| *doc < end);
            let here = &docs[at..until];
            at = until;
            if here.is_empty() {
                continue;
            }
            let index = reader.inverted_index(field)?;
            let option = IndexRecordOption::WithFreqsAndPositions;
            let Some(mut postings) = index.read_postings(&term, option)? else { continue };
            for doc in here {
                let local = doc - segment.base;
                let found =
                    if postings.doc() < local { postings.seek(local) } else { postings.doc() };
                if found == local {
                    postings.positions(&mut places);
                    see(*doc, &places);
                }
                if found == TERMINATED {
                    break;
                }
            }
        }
        Ok(())
    }

    /// The section itself, with its body.
    pub(super) fn section(&self, doc: DocNumber) -> tantivy::Result<SectionDoc> {
        let at = self.segment_index(doc);
        let segment_ord = u32::try_from(at).unwrap_or(u32::MAX);
        let address = DocAddress::new(segment_ord, doc - self.segments[at].base);
        let stored: TantivyDocument = self.searcher.doc(address)?;
        let text = |field| {
            stored.get_first(field).and_then(|value| value.as_str()).unwrap_or_default().to_owned()
        };
        let mut section: SectionDoc = serde_json::from_str(&text(self.fields.meta))
            .map_err(|error| tantivy::error::DataCorruption::comment_only(error.to_string()))?;
        section.body = text(self.fields.body);
        Ok(section)
    }

    /// Every word of the corpus, for those that are near one.
    pub(super) fn spelling(&self) -> tantivy::Result<&Spelling> {
        if let Some(spelling) = self.spelling.get() {
            return Ok(spelling);
        }
        let read = Spelling::read(self)?;
        Ok(self.spelling.get_or_init(|| read))
    }
}

fn mean(sum: u64, count: u32) -> f32 {
    // Never zero, because lengths are divided by it.
    (sum as f32 / count.max(1) as f32).max(1.0)
}
