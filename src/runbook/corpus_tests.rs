//! The reader on other teams' runbooks. Skipped where the shared corpus is not at hand.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::last_worked::{insert_row, remove_row, replace_row};
use super::{DocKind, Runbook, SectionKind, parse};
use crate::domain::exercise::Outcome;

/// The corpus folder, or a printed line and nothing.
fn corpus() -> Option<PathBuf> {
    #[expect(clippy::disallowed_methods, reason = "tests find the shared folder themselves")]
    let shared = std::env::var_os("RUNLEDGER_SHARED")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared"), PathBuf::from);
    let corpus = shared.join("corpus");
    if !corpus.is_dir() {
        eprintln!("skipped: no corpus at {}", corpus.display());
        return None;
    }
    Some(corpus)
}

/// Every Markdown file below a folder of the corpus, as (path, text).
fn files(folder: &str) -> Vec<(String, String)> {
    let Some(corpus) = corpus() else { return Vec::new() };
    let mut files: Vec<(String, String)> = walkdir::WalkDir::new(corpus.join(folder))
        .into_iter()
        .filter_map(Result::ok)
        .filter(|entry| entry.path().extension().is_some_and(|extension| extension == "md"))
        .filter_map(|entry| {
            let path = entry.path().strip_prefix(&corpus).ok()?.to_string_lossy().into_owned();
            Some((path, std::fs::read_to_string(entry.path()).ok()?))
        })
        .collect();
    files.sort();
    files
}

fn stem(path: &str) -> &str {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.strip_suffix(".md").unwrap_or(name)
}

fn runbook(path: &str) -> Option<(String, Runbook)> {
    let text = std::fs::read_to_string(corpus()?.join(path)).ok()?;
    let (runbook, diagnostics) = parse(&text, stem(path));
    assert_eq!(diagnostics, [], "{path}");
    Some((text, runbook))
}

fn ids(runbook: &Runbook) -> Vec<&str> {
    runbook.steps.iter().map(|step| step.id.as_str()).collect()
}

#[test]
fn the_helm_rollback_is_read_in_full() {
    let Some((text, runbook)) = runbook("bookstore/rollback/code-rollback-helm.md") else { return };
    assert_eq!(runbook.kind, DocKind::Runbook);
    assert_eq!(runbook.title, "code rollback via Helm (CODE layer)");
    assert_eq!(ids(&runbook), ["1", "2", "3", "3a", "3b", "3c", "4", "5"]);
    let budgets: Vec<_> = runbook.steps.iter().filter_map(|step| step.budget_s).collect();
    assert_eq!(budgets, [60, 120]);
    use SectionKind::*;
    let kinds: Vec<_> = runbook.steps.iter().map(|step| step.kind).collect();
    assert_eq!(
        kinds,
        [Check, Diagnose, Mitigate, Mitigate, Verify, Mitigate, Communicate, Postmortem]
    );
    let parents: Vec<_> = runbook.steps.iter().filter_map(|step| step.parent.as_ref()).collect();
    assert!(parents.iter().all(|parent| parent.as_str() == "3") && parents.len() == 3);
    let time = runbook.time_to_mitigate.as_ref().map(|time| (time.value.min_s, time.value.max_s));
    assert_eq!(time, Some((60, 180)));
    let alerts: Vec<_> = runbook.alerts.iter().map(|alert| alert.value.as_str()).collect();
    assert_eq!(
        alerts,
        ["KubeProxyDown", "IngressNginxConfigReloadFailing", "ExternalSecretsControllerNotReady"]
    );
    assert_eq!(runbook.questions.len(), 3);
    assert!(runbook.questions.iter().all(|question| question.question.ends_with('?')));
    assert!(runbook.questions.iter().all(|question| question.if_no.is_some()));
    assert_eq!(runbook.false_starts.len(), 3);
    assert!(runbook.false_starts[1].advice.contains("helm fetch"));
    let related: Vec<_> = runbook.related.iter().map(|other| other.target.as_str()).collect();
    assert_eq!(related, ["code-rollback-argocd.md", "config-rollback-argocd-app.md"]);
    assert_eq!(runbook.stale_after_days.as_ref().map(|limit| limit.value), Some(90));
    for command in runbook.steps.iter().flat_map(|step| &step.commands) {
        assert_eq!(text[command.span.start..command.span.end].trim(), command.text);
    }
    assert_eq!(runbook.steps[5].placeholders, ["SHA-of-58.2.0-bump"]);
    assert_eq!(runbook.steps[1].commands.len(), 6);
    let expected = runbook.steps[0].commands[0].expected.as_deref().unwrap_or_default();
    assert!(expected.starts_with("NAME: kube-prometheus-stack\nLAST DEPLOYED"), "{expected}");
}

/// File, columns between date and notes, rows as (date, outcome, steps).
type Table = (&'static str, &'static str, &'static [(&'static str, Outcome, &'static str)]);

const TABLES: [Table; 13] = {
    use Outcome::{NotUsed, Worked};
    [
        (
            "hotfix/HOTFIX-RUNBOOK",
            "Date|Incident|Resolved by|Notes",
            &[("2026-04-02", Worked, ""), ("2026-01-29", NotUsed, "")],
        ),
        (
            "hotfix/cleanup-after-breakglass",
            "Date|Session|Resolved by|Notes",
            &[("2026-03-15", Worked, "1 2 3 4 5 6 7")],
        ),
        (
            "rollback/code-rollback-argocd",
            "Date|App|Region|Resolved by|Notes",
            &[("2026-05-01", Worked, "3b"), ("2026-04-14", Worked, "3b")],
        ),
        (
            "rollback/code-rollback-helm",
            "Date|Release|Resolved by|Notes",
            &[("2026-05-12", Worked, "3a"), ("2026-03-30", Worked, "3a 3c")],
        ),
        (
            "rollback/code-rollback-rollouts",
            "Date|Rollout|Region|Resolved by|Notes",
            &[("2026-05-04", Worked, "3a"), ("2026-04-22", Worked, "3b")],
        ),
        (
            "rollback/config-rollback-argocd-app",
            "Date|Repo / path|Resolved by|Notes",
            &[("2026-05-03", Worked, "3"), ("2026-04-19", Worked, "3")],
        ),
        (
            "rollback/data-rollback-postgres-pitr",
            "Date|Cluster|Resolved by|Notes",
            &[("2026-04-09", Worked, "3"), ("2026-02-18", Worked, "3")],
        ),
        (
            "rollback/data-rollback-s3-versioning",
            "Date|Bucket|Resolved by|Notes",
            &[("2026-04-26", Worked, "3a"), ("2026-03-08", Worked, "3b")],
        ),
        (
            "rollback/data-rollback-velero",
            "Date|Namespace|Resolved by|Notes",
            &[("2026-03-21", Worked, "3a"), ("2026-01-12", Worked, "3a 3c")],
        ),
        (
            "runbooks/runbook-api-latency-p99",
            "Date|Tenant|Region|Resolved by|Notes",
            &[("2026-04-12", Worked, "3a"), ("2026-03-04", Worked, "3b")],
        ),
        (
            "runbooks/runbook-database-replication-lag",
            "Date|Region|Lag peak|Cause|Resolved by",
            &[
                ("2026-04-15", NotUsed, ""),
                ("2026-02-09", Worked, "3b"),
                ("2026-01-20", Worked, "3c"),
            ],
        ),
        (
            "runbooks/runbook-payments-failure-rate",
            "Date|Tenant|Region|Cause|Resolved by",
            &[
                ("2026-04-22", Worked, "3a"),
                ("2026-02-18", Worked, "3c"),
                ("2026-01-30", Worked, "3b"),
            ],
        ),
        (
            "runbooks/runbook-tenant-budget",
            "Date|Tenant|Resolved by|Notes",
            &[("2026-04-22", Worked, "3c"), ("2026-03-18", Worked, "3b")],
        ),
    ]
};

#[test]
fn thirteen_tables_are_read_without_a_wrong_cell() {
    for (path, columns, expected) in TABLES {
        let Some((text, runbook)) = runbook(&format!("bookstore/{path}.md")) else { return };
        assert_eq!(runbook.kind, DocKind::Runbook, "{path}");
        assert_eq!(runbook.stale_after_days.map(|limit| limit.value), Some(90), "{path}");
        let table = runbook.last_worked.unwrap_or_default();
        assert_eq!(table.columns.join("|"), columns, "{path}");
        assert!(table.newest_first, "{path}");
        let rows: Vec<_> = table
            .rows
            .iter()
            .map(|row| {
                let steps: Vec<_> = row.reading.steps.iter().map(|step| step.id.as_str()).collect();
                (row.date.to_string(), row.reading.outcome, steps.join(" "))
            })
            .collect();
        let expected: Vec<_> = expected
            .iter()
            .map(|(date, outcome, steps)| ((*date).to_owned(), *outcome, (*steps).to_owned()))
            .collect();
        assert_eq!(rows, expected, "{path}");
        for row in &table.rows {
            let line = text.lines().nth(row.span.line - 1).unwrap_or_default();
            let cells: Vec<_> = line.trim_matches('|').split('|').map(str::trim).collect();
            assert_eq!(row.cells, cells, "{path}");
            assert_eq!(&text[row.span.start..row.span.end], line, "{path}");
            let named = row.reading.context.len()
                + usize::from(!row.reading.notes.is_empty())
                + usize::from(!row.reading.resolved_by.is_empty());
            assert_eq!(named + 1, cells.len(), "{path}");
        }
    }
}

/// Every table, also with CRLF and turned upside down.
fn variants() -> Vec<(String, String)> {
    let mut variants = Vec::new();
    for (path, text) in files("bookstore") {
        let runbook = parse(&text, stem(&path)).0;
        let Some(table) = runbook.last_worked else { continue };
        let rows: Vec<&str> =
            table.rows.iter().map(|row| &text[row.span.start..row.span.end]).collect();
        let block = rows.join("\n");
        let turned: Vec<&str> = rows.iter().rev().copied().collect();
        variants.push((format!("{path} turned"), text.replace(&block, &turned.join("\n"))));
        variants.push((format!("{path} crlf"), text.replace('\n', "\r\n")));
        let at_end = text[..table.rows.last().map_or(0, |row| row.span.end)].to_owned();
        variants.push((format!("{path} cut"), at_end));
        variants.push((path, text));
    }
    variants
}

#[test]
fn a_row_that_comes_and_goes_leaves_every_byte_as_it_was() {
    for (path, text) in variants() {
        let table = parse(&text, stem(&path)).0.last_worked.unwrap_or_default();
        for day in ["2026-06-01", "2026-03-25", "2020-01-01", "2026-04-22"] {
            let date = day.parse().unwrap_or_default();
            let mut cells = vec![String::new(); table.columns.len()];
            cells[1] = "a | b\nc, a long value that is wider than its column ever was".into();
            let edited = insert_row(&text, &table, date, &cells);
            let added: Vec<&str> =
                edited.lines().filter(|line| line.contains("a \\| b c")).collect();
            assert_eq!(added.len(), 1, "{path}");
            assert_eq!(edited.lines().count(), text.lines().count() + 1, "{path}");
            assert_eq!(edited.contains("\r\n"), text.contains("\r\n"), "{path}");

            let after = parse(&edited, stem(&path)).0.last_worked.unwrap_or_default();
            assert_eq!(after.rows.len(), table.rows.len() + 1, "{path} {day}");
            let dates: Vec<_> = after.rows.iter().map(|row| row.date).collect();
            let in_order = if table.newest_first {
                dates.is_sorted_by(|a, b| a >= b)
            } else {
                dates.is_sorted()
            };
            assert!(in_order, "{path} {day} {dates:?}");
            let before: BTreeSet<_> = table.rows.iter().map(|row| row.key.clone()).collect();
            let new: Vec<_> = after.rows.iter().filter(|row| !before.contains(&row.key)).collect();
            assert_eq!(new.len(), 1, "{path} {day}");
            assert!(new[0].cells[1].starts_with("a | b c,"), "{path}");

            let moved = replace_row(&edited, &after, &new[0].key, date, &new[0].cells);
            assert_eq!(moved.as_deref(), Some(edited.as_str()), "{path} {day}");
            let back = remove_row(&edited, &after, &new[0].key);
            assert_eq!(back.as_deref(), Some(text.as_str()), "{path} {day}");
        }
    }
}

#[test]
fn the_first_row_stands_above_the_older_ones_and_fits_the_table() {
    let Some((text, runbook)) = runbook("bookstore/rollback/code-rollback-helm.md") else { return };
    let table = runbook.last_worked.unwrap_or_default();
    let cells = ["", "ingress-nginx", "Step 3a", ""].map(str::to_owned);
    let edited = insert_row(&text, &table, "2026-06-01".parse().unwrap_or_default(), &cells);
    let line = edited.lines().nth(table.rows[0].span.line - 1).unwrap_or_default();
    let expected = format!("| 2026-06-01 | {:<29} | {:<26} |       |", "ingress-nginx", "Step 3a");
    assert_eq!(line, expected);
}

#[test]
fn what_is_no_runbook_is_a_page() {
    let runbooks: BTreeSet<String> =
        TABLES.iter().map(|(path, ..)| format!("bookstore/{path}.md")).collect();
    for (path, text) in files("bookstore") {
        let (runbook, diagnostics) = parse(&text, stem(&path));
        let expected = if runbooks.contains(&path) { DocKind::Runbook } else { DocKind::Page };
        assert_eq!(runbook.kind, expected, "{path}");
        assert_eq!(diagnostics, [], "{path}");
        assert!(!runbook.title.is_empty() && !runbook.sections.is_empty(), "{path}");
    }
}

#[test]
fn pages_named_for_alerts_are_runbooks_without_findings() {
    let mut alerts = 0;
    for (path, text) in files("prometheus-operator") {
        let (runbook, diagnostics) = parse(&text, stem(&path));
        // One file does leave a code block open.
        let rules: Vec<_> = diagnostics.iter().map(|found| found.rule.as_str()).collect();
        let open = path.ends_with("PrometheusOperatorNodeLookupErrors.md");
        assert_eq!(rules, if open { vec!["fence-unclosed"] } else { vec![] }, "{path}");
        let is_alert = path.contains("/runbooks/") && stem(&path) != "_index";
        let expected = if is_alert { DocKind::Runbook } else { DocKind::Page };
        assert_eq!(runbook.kind, expected, "{path}");
        if is_alert {
            alerts += 1;
            let names: Vec<_> = runbook.alerts.iter().map(|alert| alert.value.as_str()).collect();
            assert!(names.contains(&stem(&path)) || names.len() == 1, "{path}: {names:?}");
        }
    }
    assert!(corpus().is_none() || alerts > 90, "{alerts}");
}

#[test]
fn a_page_of_many_alerts_names_them_all() {
    let Some((text, runbook)) = runbook("kubernetes-mixin/runbook.md") else { return };
    let named: BTreeSet<&str> = text
        .lines()
        .filter_map(|line| line.strip_prefix("##### Alert Name: "))
        .map(|name| name.trim_matches('"'))
        .collect();
    let found: BTreeSet<&str> = runbook.alerts.iter().map(|alert| alert.value.as_str()).collect();
    assert_eq!(found, named);
    assert!(named.len() > 40);
    assert_eq!(runbook.kind, DocKind::Runbook);
    assert_eq!(runbook.severity, None);
}

#[test]
fn house_styles_are_read() {
    let Some((_, runbook)) = runbook("bookstore/runbooks/runbook-database-replication-lag.md")
    else {
        return;
    };
    let of = |id: &str| runbook.steps.iter().find(|step| step.id.as_str() == id).map(|s| s.kind);
    assert_eq!(of("2d"), Some(SectionKind::Diagnose));
    assert_eq!(of("3d"), Some(SectionKind::Mitigate));
    assert_eq!(runbook.severity.as_ref().map(|severity| severity.value.as_str()), Some("P1"));
    assert_eq!(runbook.dashboards.len(), 1);
    let third = runbook.steps.iter().find(|step| step.id.as_str() == "3");
    assert_eq!(third.map(|step| step.commands.len()), Some(1), "the safety check is step 3's");
}

#[test]
fn no_piece_of_a_file_can_make_reading_fail() {
    for (path, text) in ["bookstore", "prometheus-operator"].into_iter().flat_map(files) {
        for at in (0..text.len()).step_by(97) {
            let mut cut = at;
            while !text.is_char_boundary(cut) {
                cut += 1;
            }
            let stride = if text.len() > 9000 { 7 } else { 1 };
            if (at / 97) % stride == 0 {
                parse(&text[..cut], stem(&path));
                parse(&text[cut..], stem(&path));
            }
        }
    }
}

#[test]
fn spans_are_of_the_whole_file() {
    for (path, text) in ["bookstore", "prometheus-operator"].into_iter().flat_map(files) {
        let marked = format!("\u{feff}{}", text.replace('\n', "\r\n"));
        let runbook = parse(&marked, stem(&path)).0;
        let plain = parse(&text, stem(&path)).0;
        assert_eq!(runbook.sections.len(), plain.sections.len(), "{path}");
        for (section, plain) in runbook.sections.iter().zip(&plain.sections) {
            assert_eq!(section.span.line, plain.span.line, "{path}");
            assert_eq!(section.span.end_line, plain.span.end_line, "{path}");
            assert_eq!((&section.anchor, section.kind), (&plain.anchor, plain.kind), "{path}");
            let heading = &marked[section.heading.start..section.heading.end];
            assert!(section.level == 0 || heading.starts_with('#'), "{path}: {heading}");
        }
        for (step, plain) in runbook.steps.iter().zip(&plain.steps) {
            assert_eq!(step.fingerprint, plain.fingerprint, "{path}");
            for (command, plain) in step.commands.iter().zip(&plain.commands) {
                assert_eq!(command.text, plain.text, "{path}");
                assert_eq!(command.span.line, plain.span.line, "{path}");
            }
        }
    }
}

#[test]
fn names_to_fill_may_have_spaces_and_no_sentence_is_one() {
    let all = ["bookstore", "kubernetes-mixin", "prometheus-operator"].map(files).concat();
    let mut spaced: BTreeSet<String> = BTreeSet::new();
    for (path, text) in &all {
        let (runbook, _) = parse(text, stem(path));
        let of_steps = runbook.steps.iter().flat_map(|step| &step.commands);
        let commands = of_steps.chain(&runbook.loose_commands);
        let names = commands.flat_map(|command| command.placeholders.clone());
        spaced.extend(names.filter(|name| name.contains(' ')));
    }
    assert!(!spaced.iter().any(|name| name.starts_with("will ")), "{spaced:?}");
    let named = spaced.iter().filter(|name| name.ends_with("label from alert")).count();
    assert!(all.is_empty() || named >= 2, "{spaced:?}");
}

#[test]
fn false_starts_of_the_corpus_stand_beside_few_steps() {
    for (path, text) in files("bookstore/rollback") {
        let (runbook, _) = parse(&text, stem(&path));
        let beside = super::false_starts_beside(&runbook);
        assert_eq!(beside.len(), runbook.steps.len(), "{path}");
        for at in 0..runbook.false_starts.len() {
            let steps = beside.iter().filter(|starts| starts.contains(&at)).count();
            assert!(steps <= 3, "{path}: {}", runbook.false_starts[at].symptom);
        }
    }
}

/// Letters and digits alone: what is left of a line however it is laid out.
fn bare(text: &str) -> String {
    // What HTML writes as entities would leave letters behind.
    let text = text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&");
    let text = text.replace("&quot;", "").replace("&#39;", "");
    text.chars().filter(|letter| letter.is_alphanumeric()).collect()
}

#[test]
fn no_line_of_a_fence_is_missing_from_the_page() {
    use super::html::{Block, render_sections};
    let mut lines = 0;
    for (path, text) in files("") {
        let (runbook, _) = parse(&text, stem(&path));
        let shown: String = render_sections(&text, &runbook, &|_| None)
            .into_iter()
            .flat_map(|section| section.blocks)
            .map(|block| match block {
                Block::Html(html) => bare(&html),
                Block::Commands { commands, .. } => commands
                    .iter()
                    .flat_map(|command| {
                        let said = [&command.comment, &command.expected, &command.after];
                        said.into_iter().flatten().chain([&command.text])
                    })
                    .map(|text| bare(text))
                    .collect::<Vec<_>>()
                    .join("\n"),
                Block::LastWorkedTable => String::new(),
            })
            .collect::<Vec<_>>()
            .join("\n");
        let mut inside = false;
        for line in text.lines() {
            if line.trim_start().starts_with("```") {
                inside = !inside;
            } else if inside {
                lines += 1;
                assert!(shown.contains(&bare(line)), "{path}: {line}");
            }
        }
    }
    assert!(lines == 0 || lines > 1_000, "{lines} lines");
}
