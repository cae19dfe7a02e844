//! How well it finds: the labelled queries of the development corpora, scored as
//! `eval/relevance.py` does. Skipped where they are not at hand.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::*;
use crate::domain::id::Slug;

#[derive(Deserialize)]
struct Query {
    id: String,
    corpus: String,
    kind: String,
    query: String,
    relevant: Vec<String>,
    #[serde(default)]
    exclude: Vec<String>,
    #[serde(default)]
    aliases: HashMap<String, String>,
}

/// The folder with corpora and queries, if there is one.
#[expect(clippy::disallowed_methods, reason = "tests are told where the corpora are")]
fn shared() -> Option<PathBuf> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared");
    let folder = std::env::var_os("RUNLEDGER_SHARED").map_or(beside, PathBuf::from);
    folder.join("corpus/queries-dev.jsonl").exists().then_some(folder)
}

/// A corpus as a source; files are read as they are asked for.
struct Corpus {
    folder: PathBuf,
    pointer: Option<String>,
}

impl Corpus {
    fn of(folder: &Path) -> Self {
        Self { folder: folder.to_owned(), pointer: None }
    }
}

impl Source for Corpus {
    fn watermark(&mut self) -> Result<Watermark, SourceError> {
        Ok(Watermark { files_rev: 1, ..Watermark::default() })
    }
    fn pointer(&mut self) -> Result<Option<String>, SourceError> {
        Ok(self.pointer.clone())
    }
    fn set_pointer(&mut self, pointer: &str) -> Result<(), SourceError> {
        self.pointer = Some(pointer.to_owned());
        Ok(())
    }
    fn changed_since(
        &mut self,
        _: &Watermark,
        sink: &mut dyn FnMut(Change),
    ) -> Result<(), SourceError> {
        self.all(sink)
    }
    fn all(&mut self, sink: &mut dyn FnMut(Change)) -> Result<(), SourceError> {
        let files = walkdir::WalkDir::new(&self.folder).sort_by_file_name().into_iter().flatten();
        for file in files.filter(|file| file.path().extension().is_some_and(|ext| ext == "md")) {
            let path = file.path().strip_prefix(&self.folder)?.to_string_lossy().into_owned();
            let text = std::fs::read_to_string(file.path())?;
            let slug = Slug::from(path.trim_end_matches(".md"));
            let stem = slug.as_str().rsplit('/').next().unwrap_or_default();
            let (runbook, _) = crate::runbook::parse(&text, stem);
            let docs = docs::docs_of(&runbook, &slug, &path);
            sink(Change::Replace { slug, part: Part::Text, docs });
        }
        Ok(())
    }
}

/// Whether the first one counts, and the reciprocal rank.
fn score(query: &Query, ranked: &[String]) -> (f64, f64, f64) {
    let sections = query.relevant.iter().any(|label| label.contains('#'));
    let mut seen = HashSet::new();
    let mut top = Vec::new();
    for entry in ranked {
        let file = entry.split('#').next().unwrap_or_default();
        if query.exclude.iter().any(|out| out == file || out == entry) {
            continue;
        }
        let entry = match sections {
            true => query.aliases.get(entry).cloned().unwrap_or_else(|| entry.clone()),
            false => file.to_owned(),
        };
        if seen.insert(entry.clone()) {
            top.push(entry);
        }
    }
    top.truncate(10);
    let hits: Vec<_> = (0..top.len()).filter(|at| query.relevant.contains(&top[*at])).collect();
    let recall = |k: usize| {
        hits.iter().filter(|at| **at < k).count() as f64 / query.relevant.len().min(k) as f64
    };
    (recall(1), recall(3), hits.first().map_or(0.0, |at| 1.0 / (*at as f64 + 1.0)))
}

/// An index of a corpus and the folder it lives in.
struct Built {
    index: Index,
    by: By,
    /// It is there as long as the index is.
    _folder: tempfile::TempDir,
}

fn build(folder: &Path, by: By) -> Built {
    let place = tempfile::tempdir().expect("a folder");
    let mut corpus = Corpus::of(folder);
    let index = Index::open(place.path(), None);
    index.catch_up(&mut corpus).expect("works");
    Built { index, by, _folder: place }
}

fn queries(shared: &Path) -> Vec<Query> {
    let lines = std::fs::read_to_string(shared.join("corpus/queries-dev.jsonl")).expect("works");
    lines.lines().map(|line| serde_json::from_str(line).expect("works")).collect()
}

fn indices(shared: &Path, queries: &[Query]) -> BTreeMap<String, Built> {
    let mut built = BTreeMap::new();
    for corpus in queries.iter().map(|query| &query.corpus).collect::<HashSet<_>>() {
        let labels = queries.iter().filter(|query| query.corpus == *corpus);
        let sections = labels.flat_map(|query| &query.relevant).any(|label| label.contains('#'));
        let by = if sections { By::Section } else { By::Runbook };
        built.insert(corpus.clone(), build(&shared.join("corpus").join(corpus), by));
    }
    built
}

fn run(built: &Built, text: &str) -> Vec<Hit> {
    let request = Request {
        text,
        limit: 10,
        by: built.by,
        kinds: &[],
        explain: true,
        freshness_rank: &|_| 0,
    };
    built.index.search(&request).expect("works").hits
}

fn entry(hit: &Hit) -> String {
    if hit.anchor.is_empty() { hit.path.clone() } else { format!("{}#{}", hit.path, hit.anchor) }
}

#[test]
#[expect(clippy::disallowed_methods, reason = "a switch of this test alone")]
fn labelled_queries_are_answered_better_than_plain_full_text_search_does() {
    let Some(shared) = shared() else {
        println!("skipped: no labelled queries beside the repository");
        return;
    };
    let queries = queries(&shared);
    let indices = indices(&shared, &queries);
    let verbose = std::env::var_os("RUNLEDGER_EVAL_FAILURES").is_some();
    let mut cells: BTreeMap<String, Vec<(f64, f64, f64)>> = BTreeMap::new();
    let started = std::time::Instant::now();
    for query in &queries {
        let hits = run(&indices[&query.corpus], &query.query);
        let ranked: Vec<_> = hits.iter().map(entry).collect();
        let scored = score(query, &ranked);
        for cell in
            ["all".to_owned(), query.kind.clone(), format!("{}/{}", query.corpus, query.kind)]
        {
            cells.entry(cell).or_default().push(scored);
        }
        if verbose && scored.0 < 1.0 {
            println!("- {}: {}\n    want {:?}", query.id, query.query, query.relevant);
            for hit in hits.iter().take(4) {
                println!("    {:7.2} {} {:?} {:?}", hit.score, entry(hit), hit.why, hit.explain);
            }
        }
    }
    println!("{:.2} ms a query", started.elapsed().as_secs_f64() * 1000.0 / queries.len() as f64);
    println!("{:44}{:>5}{:>9}{:>9}{:>9}", "", "n", "R@1", "R@3", "MRR@10");
    let mean = |cell: &[(f64, f64, f64)], of: fn(&(f64, f64, f64)) -> f64| {
        cell.iter().map(of).sum::<f64>() / cell.len() as f64
    };
    for (name, cell) in &cells {
        let [first, third, rank] = [mean(cell, |c| c.0), mean(cell, |c| c.1), mean(cell, |c| c.2)];
        println!("{name:44}{:5}{first:9.3}{third:9.3}{rank:9.3}", cell.len());
    }
    let first = mean(&cells["all"], |cell| cell.0);
    assert!(first > 0.90, "recall@1 is {first:.3}");
}
