//! The life of an index: built, caught up, damaged, mended, and asked all along.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use super::*;
use crate::domain::id::Slug;

/// Documents in memory, with a log of what changed when.
#[derive(Default)]
struct Shelf {
    docs: BTreeMap<(String, Part), Vec<SectionDoc>>,
    log: Vec<Change>,
    pointer: Option<String>,
    lineage: String,
    refuses: bool,
}

impl Shelf {
    fn put(&mut self, slug: &str, part: Part, docs: Vec<SectionDoc>) {
        self.docs.insert((slug.to_owned(), part), docs.clone());
        self.log.push(Change::Replace { slug: Slug::from(slug), part, docs });
    }

    fn page(&mut self, slug: &str, sections: &[(&str, &str)]) {
        let docs = sections.iter().map(|(heading, body)| section(slug, heading, body)).collect();
        self.put(slug, Part::Text, docs);
    }

    fn remove(&mut self, slug: &str) {
        self.docs.retain(|(other, _), _| other != slug);
        self.log.push(Change::Remove { slug: Slug::from(slug) });
    }
}

impl Source for Shelf {
    fn watermark(&mut self) -> Result<Watermark, SourceError> {
        let files_rev = i64::try_from(self.log.len())?;
        Ok(Watermark { seq: 0, files_rev, lineage: self.lineage.clone() })
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
        since: &Watermark,
        sink: &mut dyn FnMut(Change),
    ) -> Result<(), SourceError> {
        if self.refuses {
            return Err("the shelf is locked".into());
        }
        self.log[usize::try_from(since.files_rev)?..].iter().cloned().for_each(sink);
        Ok(())
    }

    fn all(&mut self, sink: &mut dyn FnMut(Change)) -> Result<(), SourceError> {
        if self.refuses {
            return Err("the shelf is locked".into());
        }
        for ((slug, part), docs) in &self.docs {
            let slug = Slug::from(slug.as_str());
            sink(Change::Replace { slug, part: *part, docs: docs.clone() });
        }
        Ok(())
    }
}

fn section(slug: &str, heading: &str, body: &str) -> SectionDoc {
    SectionDoc {
        slug: Slug::from(slug),
        path: format!("{slug}.md"),
        anchor: heading.to_lowercase().replace(' ', "-"),
        class: DocClass::Runbook,
        title: slug.rsplit('/').next().unwrap_or_default().replace('-', " "),
        heading: heading.to_owned(),
        identifiers: vec![slug.rsplit('/').next().unwrap_or_default().to_owned()],
        body: body.to_owned(),
        ..SectionDoc::default()
    }
}

fn shelf() -> Shelf {
    let mut shelf = Shelf::default();
    shelf.page(
        "rollback/helm-release",
        &[
            ("Mitigate", "Run helm rollback checkout 12 and wait until the pods are ready."),
            ("Verify", "The error rate falls below one percent."),
        ],
    );
    shelf.page("node/disk-full", &[("Mitigate", "Delete old logs, then grow the volume.")]);
    shelf.page(
        "KubePodCrashLooping",
        &[
            ("Meaning", "A pod restarts again and again."),
            ("Diagnosis", "Read the logs of the previous container with kubectl logs."),
        ],
    );
    shelf.page(
        "postgres-replication-lag",
        &[("Diagnosis", "Look at pg_stat_replication on the primary.")],
    );
    shelf
}

fn ask(index: &Index, text: &str) -> Result<Vec<Hit>, SearchError> {
    ask_for(index, text, By::Runbook, &[])
}

fn ask_for(index: &Index, text: &str, by: By, kinds: &[DocClass]) -> Result<Vec<Hit>, SearchError> {
    let freshness_rank = &|_: &str| 0;
    let request = Request { text, limit: 10, by, kinds, explain: true, freshness_rank };
    index.search(&request).map(|answer| answer.hits)
}

fn slugs(index: &Index, text: &str) -> Vec<String> {
    let hits = ask(index, text).expect("an answer");
    hits.into_iter().map(|hit| hit.slug.to_string()).collect()
}

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().expect("a folder")
}

fn built(folder: &Path, shelf: &mut Shelf) -> Index {
    let index = Index::open(folder, shelf.pointer.as_deref());
    index.catch_up(shelf).expect("caught up");
    index
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<_> = fs::read_dir(folder)
        .expect("a folder")
        .map(|entry| entry.expect("an entry").file_name().into_string().expect("UTF-8"))
        .filter(|name| name != "writer.lock")
        .collect();
    names.sort();
    names
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut files: Vec<_> = fs::read_dir(folder)
        .expect("a folder")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.metadata().is_ok_and(|meta| meta.is_file() && meta.len() > 0))
        .filter(|path| path.extension().is_none_or(|extension| extension != "lock"))
        .collect();
    files.sort();
    files
}

#[test]
fn an_index_can_be_shared_between_threads() {
    fn check<T: Send + Sync>() {}
    check::<Index>();
}

#[test]
fn what_is_missing_is_built_and_then_current() {
    let (folder, mut shelf) = (folder(), shelf());
    let index = Index::open(folder.path(), None);
    assert!(matches!(ask(&index, "helm"), Err(SearchError::Missing)));
    let built = index.catch_up(&mut shelf).expect("built");
    assert_eq!((built.outcome, built.replaced), (Outcome::Rebuilt, 4));
    assert_eq!(built.pointer, shelf.pointer);
    assert_eq!(slugs(&index, "helm rollback"), ["rollback/helm-release"]);
    assert_eq!(index.catch_up(&mut shelf).expect("current").outcome, Outcome::Current);
    let again = Index::open(folder.path(), shelf.pointer.as_deref());
    assert_eq!(slugs(&again, "helm rollback"), ["rollback/helm-release"]);
    assert_eq!(again.watermark().expect("one").files_rev, 4);
}

#[test]
fn changes_are_read_and_what_is_gone_is_forgotten() {
    let (folder, mut shelf) = (folder(), shelf());
    let index = built(folder.path(), &mut shelf);
    shelf.page("node/disk-full", &[("Mitigate", "Ask the storage team for a bigger array.")]);
    shelf.remove("rollback/helm-release");
    shelf.page("dns", &[("Mitigate", "Restart coredns.")]);
    let done = index.catch_up(&mut shelf).expect("caught up");
    assert_eq!((done.outcome, done.replaced, done.removed), (Outcome::Updated, 2, 1));
    assert_eq!(slugs(&index, "bigger array"), ["node/disk-full"]);
    assert!(slugs(&index, "helm rollback checkout").is_empty());
    assert!(slugs(&index, "old logs grow").iter().all(|slug| slug != "node/disk-full"));
    assert_eq!(slugs(&index, "coredns"), ["dns"]);
}

#[test]
fn exercises_and_notes_are_replaced_alone_and_can_be_asked_for() {
    let (folder, mut shelf) = (folder(), shelf());
    let index = built(folder.path(), &mut shelf);
    let note = |body: &str| {
        vec![SectionDoc { class: DocClass::Note, ..section("node/disk-full", "", body) }]
    };
    shelf.put("node/disk-full", Part::Notes, note("The quokka mount is special."));
    index.catch_up(&mut shelf).expect("caught up");
    let hits = ask_for(&index, "quokka", By::Runbook, &[DocClass::Note]).expect("an answer");
    assert_eq!(hits[0].class, DocClass::Note);
    assert!(ask_for(&index, "quokka", By::Runbook, &[DocClass::Page]).expect("none").is_empty());
    shelf.put("node/disk-full", Part::Notes, Vec::new());
    index.catch_up(&mut shelf).expect("caught up");
    assert!(slugs(&index, "quokka").is_empty());
    assert_eq!(slugs(&index, "disk full")[0], "node/disk-full");
}

#[test]
fn an_incremental_and_a_rebuilt_index_answer_alike() {
    const WORDS: [&str; 12] = [
        "helm",
        "rollback",
        "pod",
        "crash",
        "disk",
        "full",
        "lag",
        "restart",
        "node",
        "KubeAPIDown",
        "certificate",
        "expired",
    ];
    let (here, there) = (folder(), folder());
    let mut shelf = Shelf::default();
    let mut state = 7_u64;
    let mut random = |below: usize| {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(state >> 33).expect("fits") % below
    };
    let index = Index::open(here.path(), None);
    for _ in 0..12 {
        for _ in 0..6 {
            let slug = format!("page-{}", random(15));
            if random(4) == 0 {
                shelf.remove(&slug);
                continue;
            }
            let bodies: Vec<String> = (0..1 + random(3))
                .map(|_| {
                    (0..3 + random(12)).map(|_| WORDS[random(12)]).collect::<Vec<_>>().join(" ")
                })
                .collect();
            let sections: Vec<_> = bodies.iter().map(|body| ("Same", body.as_str())).collect();
            shelf.page(&slug, &sections);
        }
        index.catch_up(&mut shelf).expect("caught up");
    }
    shelf.pointer = None;
    let rebuilt = built(there.path(), &mut shelf);
    let queries =
        ["helm rollback", "crahs", "node disk full", "kubeapi", "restart pod certifi", "lag"];
    for text in queries {
        for by in [By::Runbook, By::Section] {
            let one = ask_for(&index, text, by, &[]).expect("an answer");
            let other = ask_for(&rebuilt, text, by, &[]).expect("an answer");
            assert!(!one.is_empty(), "{text}");
            assert_eq!(one, other, "{text} {by:?}");
        }
    }
}

#[test]
fn a_damaged_file_is_mended_whichever_it_is() {
    let damages: [fn(&mut Vec<u8>); 3] = [
        |bytes| bytes.truncate(bytes.len() / 2),
        |bytes| {
            let middle = bytes.len() / 2;
            bytes[middle] ^= 0x40;
        },
        |bytes| bytes.fill(0xff),
    ];
    for damage in damages {
        let (folder, mut shelf) = (folder(), shelf());
        drop(built(folder.path(), &mut shelf));
        let count = files(&folder.path().join(shelf.pointer.as_deref().expect("one"))).len();
        assert!(count > 4, "{count} files");
        for nth in 0..count {
            let pointer = shelf.pointer.clone().expect("one");
            let generation = folder.path().join(&pointer);
            let path = files(&generation)[nth].clone();
            let mut bytes = fs::read(&path).expect("readable");
            damage(&mut bytes);
            fs::write(&path, &bytes).expect("writable");

            let index = Index::open(folder.path(), Some(&pointer));
            // Whatever it answers, it answers or says that it is damaged; it does not crash.
            if let Err(error) = ask(&index, "helm rolback") {
                assert!(error.is_mended_by_catching_up(), "{error} for {}", path.display());
            }
            if let Err(error) = index.validate() {
                assert!(error.is_mended_by_catching_up(), "{error} for {}", path.display());
            }
            index.catch_up(&mut shelf).expect("mended");
            assert_eq!(slugs(&index, "helm rollback"), ["rollback/helm-release"]);
        }
        let broken = names(folder.path()).into_iter().filter(|name| name.starts_with("broken-"));
        assert!(broken.count() <= 2);
    }
}

#[test]
fn no_flipped_byte_crashes_a_search() {
    let (folder, mut shelf) = (folder(), shelf());
    drop(built(folder.path(), &mut shelf));
    let pointer = shelf.pointer.clone().expect("one");
    for path in files(&folder.path().join(&pointer)) {
        let whole = fs::read(&path).expect("readable");
        // Every byte was tried once; some are enough to notice a change.
        for at in (0..whole.len()).step_by(13) {
            let mut bytes = whole.clone();
            bytes[at] ^= 1 << (at % 8);
            fs::write(&path, &bytes).expect("writable");
            let index = Index::open(folder.path(), Some(&pointer));
            for text in ["helm rolback", "kube pod crash loopi"] {
                if let Err(error) = ask(&index, text) {
                    assert!(error.is_mended_by_catching_up(), "{error} for {}", path.display());
                }
            }
        }
        fs::write(&path, &whole).expect("writable");
    }
}

#[test]
fn a_deleted_folder_or_another_version_is_rebuilt() {
    let (folder, mut shelf) = (folder(), shelf());
    let index = built(folder.path(), &mut shelf);
    let before = shelf.pointer.clone().expect("one");
    fs::remove_dir_all(folder.path()).expect("removed");
    drop(index);
    let index = built(folder.path(), &mut shelf);
    assert_eq!(slugs(&index, "helm rollback"), ["rollback/helm-release"]);

    let other = folder.path().join("9999-4");
    fs::rename(folder.path().join(shelf.pointer.as_deref().expect("one")), &other).expect("moved");
    shelf.pointer = Some("9999-4".to_owned());
    let index = Index::open(folder.path(), Some("9999-4"));
    let done = index.catch_up(&mut shelf).expect("rebuilt");
    assert_eq!(done.outcome, Outcome::Rebuilt);
    assert_eq!(done.set_aside, Some(folder.path().join("broken-9999-4")));
    assert_ne!(shelf.pointer, Some(before));
    assert_eq!(slugs(&index, "helm rollback"), ["rollback/helm-release"]);
}

#[test]
fn an_index_of_another_past_is_rebuilt() {
    let (folder, mut shelf) = (folder(), shelf());
    let index = built(folder.path(), &mut shelf);
    shelf.log.truncate(2);
    assert_eq!(index.catch_up(&mut shelf).expect("rebuilt").outcome, Outcome::Rebuilt);
    shelf.lineage = "restored".to_owned();
    let done = index.catch_up(&mut shelf).expect("rebuilt");
    assert_eq!((done.outcome, done.set_aside), (Outcome::Rebuilt, None));
    // What nobody points to is gone.
    assert_eq!(names(folder.path()), [shelf.pointer.expect("one")]);
}

#[test]
fn somebody_else_writing_is_no_error_and_wipes_nothing() {
    let (folder, mut shelf) = (folder(), shelf());
    let index = built(folder.path(), &mut shelf);
    let lock = fs::File::open(folder.path().join("writer.lock")).expect("the lock");
    lock.try_lock().expect("free");
    shelf.page("dns", &[("Mitigate", "Restart coredns.")]);
    assert_eq!(index.catch_up(&mut shelf).expect("skipped").outcome, Outcome::Busy);
    assert!(slugs(&index, "coredns").is_empty());
    assert_eq!(slugs(&index, "helm rollback"), ["rollback/helm-release"]);
    lock.unlock().expect("let go");
    assert_eq!(index.catch_up(&mut shelf).expect("read").outcome, Outcome::Updated);
    assert_eq!(slugs(&index, "coredns"), ["dns"]);
}

#[test]
fn another_process_is_followed() {
    let (folder, mut shelf) = (folder(), shelf());
    let one = built(folder.path(), &mut shelf);
    let other = Index::open(folder.path(), shelf.pointer.as_deref());
    assert_eq!(slugs(&other, "helm rollback").len(), 1);
    shelf.page("dns", &[("Mitigate", "Restart coredns.")]);
    one.catch_up(&mut shelf).expect("read");
    assert_eq!(other.catch_up(&mut shelf).expect("seen").outcome, Outcome::Current);
    assert_eq!(slugs(&other, "coredns"), ["dns"]);
    one.rebuild(&mut shelf).expect("rebuilt");
    assert_eq!(other.catch_up(&mut shelf).expect("seen").outcome, Outcome::Current);
    assert_eq!(slugs(&other, "coredns"), ["dns"]);
}

#[test]
fn what_the_system_or_the_source_refuses_wipes_nothing() {
    let (folder, mut shelf) = (folder(), shelf());
    let index = built(folder.path(), &mut shelf);
    let before = names(folder.path());
    shelf.page("dns", &[("Mitigate", "Restart coredns.")]);
    shelf.refuses = true;
    assert!(matches!(index.catch_up(&mut shelf), Err(SearchError::Source(_))));
    assert!(matches!(index.rebuild(&mut shelf), Err(SearchError::Source(_))));
    assert_eq!(slugs(&index, "helm rollback"), ["rollback/helm-release"]);
    shelf.refuses = false;
    index.catch_up(&mut shelf).expect("caught up");
    assert_eq!(names(folder.path()), before);

    // A file where the folder should be cannot be locked in.
    let file = folder.path().join("file");
    fs::write(&file, "precious").expect("written");
    let elsewhere = Index::open(&file, None);
    shelf.pointer = None;
    assert!(matches!(elsewhere.catch_up(&mut shelf), Err(SearchError::Io { .. })));
    assert_eq!(fs::read_to_string(&file).expect("there"), "precious");
}

#[test]
fn what_people_type_is_understood() {
    let (folder, mut shelf) = (folder(), shelf());
    shelf.page("oom", &[("Meaning", "The kernel ran out of memory.")]);
    let index = built(folder.path(), &mut shelf);
    let check = |text: &str, expected: &str| {
        assert_eq!(slugs(&index, text).first().map(String::as_str), Some(expected), "of {text}");
    };
    check("KubePodCrashLooping", "KubePodCrashLooping");
    check("kubepodcrashlooping", "KubePodCrashLooping");
    check("kube-pod-crash-looping", "KubePodCrashLooping");
    check("kube pod crash looping", "KubePodCrashLooping");
    check("kube pod carsh looping", "KubePodCrashLooping");
    check("kubepodcrashlopping", "KubePodCrashLooping");
    check("postgres repl", "postgres-replication-lag");
    check("pgstatreplication", "postgres-replication-lag");
    check("pg stat replication", "postgres-replication-lag");
    check("replicaiton lag", "postgres-replication-lag");
    check("out of memory", "oom");
    check("helm roll back", "rollback/helm-release");
    check(
        "2026-05-20T10:04:33Z ERROR [checkout-7d9f8b6c5-x2x9z] helm: rollback of 10.0.4.21 failed (3m2s)",
        "rollback/helm-release",
    );
}

#[test]
fn a_hit_says_why_and_shows_where() {
    let (folder, mut shelf) = (folder(), shelf());
    let mut alerted = section("api-down", "Meaning", "The API server does not answer.");
    alerted.alerts = vec!["KubeAPIDown".to_owned()];
    let mut false_start = section("api-down", "False starts", "Restarting etcd does not help.");
    false_start.false_starts = "Waiting for it\nRestarting etcd".to_owned();
    shelf.put("api-down", Part::Text, vec![alerted, false_start]);
    let index = built(folder.path(), &mut shelf);
    let check = |text: &str, expected: &str| {
        let hits = ask(&index, text).expect("an answer");
        assert_eq!(hits[0].why.first().map(String::as_str), Some(expected), "of {text}");
    };
    check("kube api down", "alert name is KubeAPIDown");
    check("KubeAPIDwon", "alert name is nearly KubeAPIDown");
    check("restarting etcd", "false start: Restarting etcd");
    check("helm rollbakc checkout", "title has: helm");
    check("old logs", "text has: old logs");
    let hits = ask(&index, "helm rollbakc checkout").expect("an answer");
    assert!(hits[0].why.contains(&"a typo forgiven: rollbakc → rollback".to_owned()));
    let marked: Vec<_> = hits[0].snippet.iter().filter(|fragment| fragment.hit).collect();
    assert_eq!(marked.len(), 3, "{marked:?}");
    assert_eq!(
        (hits[0].anchor.as_str(), hits[0].path.as_str()),
        ("mitigate", "rollback/helm-release.md")
    );
}

#[test]
fn of_two_that_are_alike_the_fresher_comes_first_then_the_name_decides() {
    let (folder, mut shelf) = (folder(), Shelf::default());
    for slug in ["b-page", "a-page", "c-page"] {
        let mut docs = vec![section(slug, "Mitigate", "Drain the walrus.")];
        docs[0].title = "Walrus".to_owned();
        docs[0].identifiers.clear();
        shelf.put(slug, Part::Text, docs);
    }
    let index = built(folder.path(), &mut shelf);
    let fresher = |slug: &str| u8::from(slug != "c-page");
    let request = Request {
        text: "drain walrus",
        limit: 10,
        by: By::Runbook,
        kinds: &[],
        explain: false,
        freshness_rank: &fresher,
    };
    let hits = index.search(&request).expect("an answer").hits;
    let order: Vec<_> = hits.iter().map(|hit| hit.slug.as_str()).collect();
    assert_eq!(order, ["c-page", "a-page", "b-page"]);
}

#[test]
fn nothing_pasted_is_an_error_and_nothing_takes_long() {
    let (folder, mut shelf) = (folder(), shelf());
    let index = built(folder.path(), &mut shelf);
    let log = (0..2_000).map(|n| format!("10:00:{n} pod-{n:x} word{n} lost{n} \"x\": {{[}}\n"));
    let long = log.collect::<String>() + "helm rollback";
    assert!(long.len() > 60_000);
    let cases = [
        "",
        " ",
        "\"",
        "AND",
        "a AND (b",
        "title:x^2~",
        "[1 TO 2]",
        "\u{0}",
        "🔥🔥",
        "../../etc",
        "<script>alert(1)</script>",
        "{\"a\": [1, 2}",
        "\u{202e}evil",
        "the of and",
        "~ ~ ~",
    ];
    for text in cases {
        for by in [By::Runbook, By::Section] {
            ask_for(&index, text, by, &[]).expect("an answer");
        }
    }
    let started = std::time::Instant::now();
    assert_eq!(slugs(&index, &long)[0], "rollback/helm-release");
    assert!(started.elapsed().as_secs() < 60, "{:?}", started.elapsed());
    let one_word = "x".repeat(100_000);
    ask(&index, &one_word).expect("an answer");
    assert!(ask(&index, "helm").expect("an answer").len() <= 10);
}
