//! The files of knowledge that come with the program, for tests: every one that is in its folder.

use std::fs;
use std::path::Path;
use std::sync::LazyLock;

use super::plan_lint::PlanSources;
use super::source::Source;

/// Rules, signals and subtypes.
pub(super) static PATTERNS: LazyLock<Vec<Source<'static>>> = LazyLock::new(|| all("patterns"));

/// Our own cases.
pub(super) static SCENARIOS: LazyLock<Vec<Source<'static>>> = LazyLock::new(|| all("scenarios"));

/// The rules for plans.
pub(super) static PLAN: LazyLock<PlanSources<'static>> = LazyLock::new(|| PlanSources {
    commands: one("dangers.yaml"),
    more: one("plan-dangers.yaml"),
    prose: one("plan-prose.yaml"),
    allowed: one("plan-allowed.yaml"),
});

/// The files of a folder under `data/`, by name.
fn all(folder: &str) -> Vec<Source<'static>> {
    let entries = fs::read_dir(data().join(folder)).expect("a folder");
    let name = |entry: fs::DirEntry| entry.file_name().into_string().expect("a name");
    let mut names: Vec<String> = entries.map(|entry| name(entry.expect("a file"))).collect();
    names.retain(|name| name.ends_with(".yaml"));
    names.sort();
    assert!(!names.is_empty(), "nothing is in {folder}");
    names.iter().map(|name| one(&format!("{folder}/{name}"))).collect()
}

/// A file under `data/`. It is kept until the tests end, as what is built in is.
fn one(name: &str) -> Source<'static> {
    let text = fs::read_to_string(data().join(name)).expect("a text");
    Source { name: name.to_owned().leak(), text: text.leak(), built_in: true }
}

fn data() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/data"))
}
