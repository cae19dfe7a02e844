//! Conventions as tests: what a reviewer would otherwise have to say twice.

use std::fs;
use std::path::{Path, PathBuf};

/// The layers, lowest first; a module imports from lower layers only.
const LAYERS: [&[&str]; 9] = [
    &["at_once", "clock", "dice", "text", "whole_file"],
    &["domain"],
    &["runbook", "triage", "writeup", "render", "views"],
    &["ledger", "search", "assets", "workspace", "delivery"],
    &["error"],
    &["config"],
    &["app"],
    &["web"],
    &["cli"],
];

/// Modules that wrap one engine or folder each, and do not know each other.
const APART: &[&str] = LAYERS[3];

/// Lines a source file may have, its tests left out.
const CEILING: usize = 450;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn files(folder: &str, endings: &[&str]) -> Vec<PathBuf> {
    let mut found = Vec::new();
    collect(&root().join(folder), endings, &mut found);
    found.sort();
    found
}

fn collect(folder: &Path, endings: &[&str], found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            collect(&path, endings, found);
        } else if endings.iter().any(|end| path.extension().is_some_and(|e| e == *end)) {
            found.push(path);
        }
    }
}

fn shown(path: &Path) -> String {
    path.strip_prefix(root()).unwrap_or(path).display().to_string()
}

/// A source without its tests and comments: what other modules can see of its imports.
fn code(path: &Path) -> String {
    let text = fs::read_to_string(path).expect("a source file");
    let end = text.find("#[cfg(test)]\nmod tests {").unwrap_or(text.len());
    let lines = text[..end].lines().filter(|line| !line.trim_start().starts_with("//"));
    lines.collect::<Vec<_>>().join("\n")
}

fn is_test(path: &Path) -> bool {
    let name = path.file_stem().map(|stem| stem.to_string_lossy().into_owned());
    name.is_some_and(|name| name == "tests" || name.ends_with("_tests") || name == "model")
        || path.components().any(|part| part.as_os_str() == "tests")
}

fn layer(module: &str) -> Option<usize> {
    LAYERS.iter().position(|modules| modules.contains(&module))
}

#[test]
fn imports_point_down_only() {
    let mut wrong = Vec::new();
    for path in files("src", &["rs"]) {
        let relative = path.strip_prefix(root().join("src")).expect("inside src");
        let first = relative.components().next().expect("a name").as_os_str().to_string_lossy();
        let module = first.trim_end_matches(".rs").to_owned();
        if matches!(module.as_str(), "main" | "lib") || is_test(&path) {
            continue;
        }
        let here = layer(&module).unwrap_or_else(|| panic!("{module} is in no layer"));
        let code = code(&path);
        for (at, _) in code.match_indices("crate::") {
            let rest = &code[at + "crate::".len()..];
            let name: String =
                rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
            let Some(there) = layer(&name) else { continue };
            let apart = module != name
                && APART.contains(&module.as_str())
                && APART.contains(&name.as_str());
            if there > here || apart {
                wrong.push(format!("{}: {module} imports {name}", shown(&path)));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// All of the style that a browser can be asked to read, in bytes.
const STYLE: u64 = 40 << 10;

#[test]
fn the_style_stays_small() {
    let styles = files("static", &["css"]);
    let bytes: u64 = styles.iter().map(|path| path.metadata().expect("a file").len()).sum();
    assert!(bytes < STYLE, "{bytes} bytes of style");
}

#[test]
fn every_module_says_what_it_is() {
    let sources = files("src", &["rs"]).into_iter().chain(files("tests", &["rs"]));
    let silent: Vec<String> = sources
        .filter(|path| !fs::read_to_string(path).expect("a file").starts_with("//!"))
        .map(|path| shown(&path))
        .collect();
    assert!(silent.is_empty(), "{silent:?}");
}

#[test]
fn no_file_outgrows_its_noun() {
    let mut long = Vec::new();
    for path in files("src", &["rs"]).into_iter().filter(|path| !is_test(path)) {
        let text = fs::read_to_string(&path).expect("a file");
        let end = text.find("#[cfg(test)]\nmod tests {").unwrap_or(text.len());
        let lines = text[..end].lines().count();
        if lines > CEILING {
            long.push(format!("{}: {lines} lines", shown(&path)));
        }
    }
    assert!(long.is_empty(), "{}", long.join("\n"));
}

#[test]
fn only_the_output_module_prints() {
    let mut wrong = Vec::new();
    for path in files("src", &["rs"]).into_iter().filter(|path| !is_test(path)) {
        if path.ends_with("src/cli/output.rs") {
            continue;
        }
        let code = code(&path);
        for call in ["println!", "print!(", "io::stdout()", "io::stderr()"] {
            if code.contains(call) {
                wrong.push(format!("{}: {call}", shown(&path)));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn no_drawer_files_and_no_glob_imports_from_parents() {
    let mut wrong = Vec::new();
    for path in files("src", &["rs"]) {
        let name = path.file_stem().expect("a name").to_string_lossy().into_owned();
        if ["utils", "util", "helpers", "common", "misc", "manager"].contains(&name.as_str()) {
            wrong.push(shown(&path));
        }
        if !is_test(&path) && code(&path).contains("use super::*") {
            wrong.push(format!("{}: use super::*", shown(&path)));
        }
    }
    assert!(wrong.is_empty(), "{wrong:?}");
}

#[test]
fn the_top_level_stays_small() {
    let allowed = [
        "Cargo.toml",
        "Cargo.lock",
        "README.md",
        "CHANGELOG.md",
        "LICENSE-MIT",
        "LICENSE-APACHE",
        "src",
        "runbooks",
        "templates",
        "data",
        "static",
        "tests",
        "benches",
        "target",
    ];
    let mut extra = Vec::new();
    for entry in fs::read_dir(root()).expect("the top level").flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        if !name.starts_with('.') && !allowed.contains(&name.as_str()) {
            extra.push(name);
        }
    }
    assert!(extra.is_empty(), "{extra:?}");
}

#[test]
fn nothing_names_the_machine_it_was_written_on() {
    // In two parts, so that this file does not name them itself.
    let names = [concat!("/wo", "rk/"), concat!("/ro", "ot/.")];
    let endings =
        ["rs", "md", "toml", "yaml", "html", "js", "css", "sql", "py", "json", "jsonl", "snap"];
    let mut wrong = Vec::new();
    for folder in ["src", "tests", "runbooks", "templates", "static", "data", ".ci"] {
        for path in files(folder, &endings) {
            let text = fs::read_to_string(&path).unwrap_or_default();
            for name in names.iter().filter(|name| text.contains(**name)) {
                wrong.push(format!("{}: {name}", shown(&path)));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_dependency_comes_from_one_registry() {
    let lock = fs::read_to_string(root().join("Cargo.lock")).expect("a lock file");
    let mut sources: Vec<&str> =
        lock.lines().filter(|line| line.starts_with("source = ")).collect();
    sources.dedup();
    let from_a_registry = sources.iter().all(|line| line.starts_with("source = \"registry+"));
    assert!(sources.len() == 1 && from_a_registry, "{sources:?}");
}
