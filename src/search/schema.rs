//! What is indexed of a section, and what is kept of it.
//!
//! | field | holds | for |
//! | --- | --- | --- |
//! | `title` | title, file stem, aliases, alerts | stems with positions and norms |
//! | `heading` | the section's heading and those above it | the same |
//! | `words` | the body | the same |
//! | `false_starts` | what people try first | the same |
//! | `labels` | folders, tags, service | the same |
//! | `ident` | whole identifiers of all of these | frequencies, no norms |
//! | `name` | names a document or section goes by, squashed | no more than "is in" |
//! | `spell` | every word unstemmed | the dictionary for typos and prefixes |
//! | `part` | which part of which slug | replacing |
//! | `group`, `facts` | numbers, see [`Facts`] | scoring without opening the document |
//! | `meta`, `body` | the section itself | results |

use std::collections::BTreeSet;

use tantivy::TantivyDocument;
use tantivy::schema::{
    FAST, Field, IndexRecordOption, STORED, Schema, TextFieldIndexing, TextOptions,
};

use super::{DocClass, Part, SectionDoc, tokenizer};
use crate::domain::id::Slug;
use crate::runbook::SectionKind;

/// Counts up whenever an index of before would not be right any more: fields, words, weights kept
/// in the index.
pub(super) const SCHEMA: u32 = 2;

/// The fields, by handle.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fields {
    pub(super) title: Field,
    pub(super) heading: Field,
    pub(super) words: Field,
    pub(super) false_starts: Field,
    pub(super) labels: Field,
    pub(super) ident: Field,
    pub(super) name: Field,
    pub(super) spell: Field,
    pub(super) part: Field,
    pub(super) meta: Field,
    pub(super) body: Field,
    group: Field,
    facts: Field,
}

/// Names of the number columns.
pub(super) const GROUP: &str = "group";
/// See [`GROUP`].
pub(super) const FACTS: &str = "facts";

impl Fields {
    /// The schema and its handles.
    pub(super) fn schema() -> (Schema, Self) {
        // Texts come as words of ours with a space between them; no word holds one.
        let analysed = |tokenizer, option, norms| {
            TextOptions::default().set_indexing_options(
                TextFieldIndexing::default()
                    .set_tokenizer(tokenizer)
                    .set_index_option(option)
                    .set_fieldnorms(norms),
            )
        };
        let text = |option, norms| analysed("whitespace", option, norms);
        let positions = || text(IndexRecordOption::WithFreqsAndPositions, true);
        let basic = || text(IndexRecordOption::Basic, false);
        let mut schema = Schema::builder();
        let fields = Self {
            title: schema.add_text_field("title", positions()),
            heading: schema.add_text_field("heading", positions()),
            words: schema.add_text_field("words", positions()),
            false_starts: schema.add_text_field("false_starts", positions()),
            labels: schema.add_text_field("labels", positions()),
            ident: schema.add_text_field("ident", text(IndexRecordOption::WithFreqs, false)),
            name: schema.add_text_field("name", basic()),
            spell: schema.add_text_field("spell", basic()),
            part: schema.add_text_field("part", analysed("raw", IndexRecordOption::Basic, false)),
            meta: schema.add_text_field("meta", STORED),
            body: schema.add_text_field("body", STORED),
            group: schema.add_u64_field(GROUP, FAST),
            facts: schema.add_u64_field(FACTS, FAST),
        };
        (schema.build(), fields)
    }
}

/// The numbers of a section that scoring needs, packed into one column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Facts {
    /// What it is part of.
    pub(super) class: DocClass,
    /// What it is for.
    pub(super) kind: SectionKind,
    /// Which section of its document it is, from 0.
    pub(super) nth: u32,
    /// Words in all bodies of its document.
    pub(super) group_words: u32,
}

/// Every kind of section, in the order of their packed numbers.
const KINDS: [SectionKind; 13] = [
    SectionKind::WhenToUse,
    SectionKind::Preflight,
    SectionKind::Trigger,
    SectionKind::Check,
    SectionKind::Diagnose,
    SectionKind::Mitigate,
    SectionKind::Verify,
    SectionKind::Communicate,
    SectionKind::Postmortem,
    SectionKind::FalseStarts,
    SectionKind::Related,
    SectionKind::LastWorked,
    SectionKind::Other,
];

impl Facts {
    fn pack(self) -> u64 {
        let class = DocClass::ALL.iter().position(|class| *class == self.class).unwrap_or(0);
        let kind = KINDS.iter().position(|kind| *kind == self.kind).unwrap_or(KINDS.len() - 1);
        class as u64
            | (kind as u64) << 4
            | u64::from(self.nth.min(0xf_ffff)) << 12
            | u64::from(self.group_words) << 32
    }

    /// Reads what [`Facts::pack`] wrote; nonsense reads as something harmless.
    pub(super) fn unpack(packed: u64) -> Self {
        let low = |bits: u64| usize::try_from(bits).unwrap_or(0);
        Self {
            class: DocClass::ALL.get(low(packed & 0xf)).copied().unwrap_or(DocClass::Page),
            kind: KINDS.get(low(packed >> 4 & 0xff)).copied().unwrap_or_default(),
            nth: u32::try_from(packed >> 12 & 0xf_ffff).unwrap_or(0),
            group_words: u32::try_from(packed >> 32).unwrap_or(0),
        }
    }
}

/// What a part of a slug is deleted by.
pub(super) fn part_key(slug: &Slug, part: Part) -> String {
    format!("{}:{slug}", part.as_str())
}

/// A number for a part of a slug, the same on every machine and in every build.
fn group_number(key: &str) -> u64 {
    let hash = crate::domain::id::Hash::of(key.as_bytes());
    let mut first = [0; 8];
    first.copy_from_slice(&hash.as_bytes()[..8]);
    u64::from_be_bytes(first)
}

/// The sections of one part of one slug, ready to be added.
pub(super) fn documents(
    fields: &Fields,
    slug: &Slug,
    part: Part,
    docs: &[SectionDoc],
) -> Vec<TantivyDocument> {
    let key = part_key(slug, part);
    let group = group_number(&key);
    let bodies: Vec<_> = docs.iter().map(|doc| Analysed::of(&doc.body)).collect();
    let group_words: usize = bodies.iter().map(|body| body.stems.len()).sum();
    let group_words = u32::try_from(group_words).unwrap_or(u32::MAX);
    let mut documents = Vec::with_capacity(docs.len());
    for (nth, (doc, body)) in docs.iter().zip(bodies).enumerate() {
        let facts = Facts {
            class: doc.class,
            kind: doc.section_kind,
            nth: u32::try_from(nth).unwrap_or(u32::MAX),
            group_words,
        };
        let mut document = TantivyDocument::new();
        document.add_text(fields.part, &key);
        document.add_u64(fields.group, group);
        document.add_u64(fields.facts, facts.pack());
        document.add_text(fields.meta, serde_json::to_string(doc).unwrap_or_default());
        document.add_text(fields.body, &doc.body);
        add_words(fields, doc, body, &mut document);
        documents.push(document);
    }
    documents
}

fn add_words(fields: &Fields, doc: &SectionDoc, body: Analysed, document: &mut TantivyDocument) {
    let folders = doc.slug.as_str().rsplit_once('/').map_or("", |(folders, _)| folders);
    let labels = doc.labels.iter().map(String::as_str).chain([folders]);
    let parts = [
        (fields.title, Analysed::of(&title_text(doc))),
        (fields.heading, Analysed::of(&heading_text(doc))),
        (fields.false_starts, Analysed::of(&doc.false_starts)),
        (fields.labels, Analysed::of(&labels.collect::<Vec<_>>().join("\n"))),
        (fields.words, body),
    ];
    let mut identifiers = Vec::new();
    let mut spelled = BTreeSet::new();
    for (field, analysed) in parts {
        identifiers.extend(analysed.identifiers);
        spelled.extend(analysed.spelled);
        document.add_text(field, analysed.stems.join(" "));
    }
    let squashed: BTreeSet<String> =
        doc.names().chain([doc.heading.as_str()]).flat_map(squashed_names).collect();
    document.add_text(fields.ident, identifiers.join(" "));
    document.add_text(fields.spell, joined(&spelled));
    document.add_text(fields.name, joined(&squashed));
}

fn joined(words: &BTreeSet<String>) -> String {
    words.iter().map(String::as_str).collect::<Vec<_>>().join(" ")
}

/// What is indexed as the title of a section.
pub(super) fn title_text(doc: &SectionDoc) -> String {
    doc.names().collect::<Vec<_>>().join("\n")
}

/// What is indexed as its heading.
pub(super) fn heading_text(doc: &SectionDoc) -> String {
    let headings = doc.parents.iter().chain([&doc.heading]).map(String::as_str);
    headings.collect::<Vec<_>>().join("\n")
}

/// A name squashed as a whole, and the identifiers it holds.
pub(super) fn squashed_names(name: &str) -> Vec<String> {
    let compounds = tokenizer::compounds(name);
    let whole: String = compounds.iter().map(tokenizer::Compound::squashed).collect();
    let mut names = vec![whole];
    names.extend(compounds.iter().flat_map(tokenizer::Compound::identifiers));
    names.retain(|name| !name.is_empty());
    names
}

/// A text as the index sees it.
struct Analysed {
    stems: Vec<String>,
    identifiers: Vec<String>,
    spelled: BTreeSet<String>,
}

impl Analysed {
    fn of(text: &str) -> Self {
        let mut analysed =
            Self { stems: Vec::new(), identifiers: Vec::new(), spelled: BTreeSet::new() };
        for compound in tokenizer::compounds(text) {
            analysed.identifiers.extend(compound.identifiers());
            analysed.identifiers.extend(compound.beginnings());
            for word in compound.words {
                if tokenizer::is_stop_word(&word.text) {
                    continue;
                }
                analysed.stems.push(tokenizer::stem(&word.text).into_owned());
                analysed.spelled.insert(word.text);
            }
        }
        analysed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn facts_survive_packing() {
        for class in DocClass::ALL {
            for kind in KINDS {
                let facts = Facts { class, kind, nth: 1_048_575, group_words: u32::MAX };
                assert_eq!(Facts::unpack(facts.pack()), facts);
            }
        }
        assert_eq!(Facts::unpack(u64::MAX).class, DocClass::Page);
    }

    #[test]
    fn a_name_is_known_whole_and_by_its_identifiers() {
        assert_eq!(
            squashed_names("Alert Name: KubeAPIDown"),
            ["alertnamekubeapidown", "kubeapidown"]
        );
    }
}
