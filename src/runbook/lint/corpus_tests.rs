//! The rules on other teams' runbooks. Skipped where the shared corpus is not at hand.

use std::path::{Path, PathBuf};

use super::*;
use crate::runbook::parse;

/// Every finding about the Markdown files below a folder of the corpus, as (path, finding).
fn findings(folder: &str) -> Option<Vec<(String, Diagnostic)>> {
    #[expect(clippy::disallowed_methods, reason = "tests find the shared folder themselves")]
    let shared = std::env::var_os("RUNLEDGER_SHARED")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared"), PathBuf::from);
    let root = shared.join("corpus").join(folder);
    if !root.is_dir() {
        eprintln!("skipped: no corpus at {}", root.display());
        return None;
    }
    let rules = LintRules::from_yaml(include_str!("../../../data/lint.yaml")).expect("rules");
    let dangers = danger::Rules::from_yaml(include_str!("../../../data/dangers.yaml"));
    let dangers = dangers.expect("dangers");
    let mut found = Vec::new();
    for entry in walkdir::WalkDir::new(&root).sort_by_file_name().into_iter().flatten() {
        let path = entry.path();
        if path.extension().is_none_or(|extension| extension != "md") {
            continue;
        }
        let Ok(text) = std::fs::read_to_string(path) else { continue };
        let name = path.file_stem().unwrap_or_default().to_string_lossy();
        let (runbook, reader) = parse(&text, &name);
        let folder = path.parent().unwrap_or(&root);
        let link = |target: &str| match target.split('#').next().unwrap_or_default() {
            "" => LinkState::NotChecked,
            file if !file.ends_with(".md") => LinkState::NotChecked,
            file if folder.join(file).exists() => LinkState::Found,
            _ => LinkState::NoDocument,
        };
        let context = LintContext {
            rules: &rules,
            dangers: &dangers,
            today: "2026-11-21".parse().expect("a date"),
            reader: &reader,
            has_owner: true,
            link: &link,
            claimed: &|_| Vec::new(),
            removed: &[],
        };
        let shown = path.strip_prefix(&root).unwrap_or(path).to_string_lossy().into_owned();
        found.extend(lint(&text, &runbook, &context).into_iter().map(|f| (shown.clone(), f)));
    }
    Some(found)
}

#[test]
fn other_teams_runbooks_have_no_findings_that_are_not_their_own_fault() {
    for folder in ["bookstore", "prometheus-operator", "kubernetes-mixin"] {
        let Some(found) = findings(folder) else { return };
        let unjust = ["row-in-future", "namespace-not-explicit"];
        let unjust = found.iter().find(|(_, finding)| unjust.contains(&finding.rule.as_str()));
        assert!(unjust.is_none(), "{unjust:?}");
        // Many speak of commands that destroy something; seven are there to be run.
        let of = |rule: &str| {
            let rule = format!("({rule})");
            let found = found.iter().filter(|(_, finding)| finding.rule == "dangerous-command");
            found.filter(|(_, finding)| finding.message.contains(&rule)).count()
        };
        let expected = if folder == "bookstore" { [1, 2, 2, 2] } else { [0; 4] };
        let rules = ["k8s-delete-database", "k8s-scale-to-zero", "s3-delete", "argocd-prune"];
        assert_eq!(rules.map(of), expected, "{folder}");
        let all = found.iter().filter(|(_, finding)| finding.rule == "dangerous-command").count();
        assert_eq!(all, expected.iter().sum::<usize>(), "{folder}");
        // Only links out of the copied part of a repository are errors.
        let errors = found.iter().filter(|(_, finding)| finding.severity == Severity::Error);
        for (path, finding) in errors {
            assert_eq!(finding.rule, "link-not-found", "{path}: {finding:?}");
            assert!(finding.message.contains("../"), "{path}: {finding:?}");
        }
    }
}

#[test]
fn a_heading_with_nothing_below_is_found_where_it_stands() {
    let Some(found) = findings("prometheus-operator/content/runbooks/node") else { return };
    let empty = found.iter().find(|(path, finding)| {
        path == "NodeFilesystemAlmostOutOfFiles.md" && finding.rule == "step-empty"
    });
    let (_, empty) = empty.expect("a finding");
    assert_eq!((empty.line, empty.column), (24, 1));
}
