//! What real teams write, and what nobody should: each read without a fuss.

use std::time::{Duration, Instant};

use super::{DocKind, Runbook, SectionKind, Severity, parse, prints, summarise};

fn read(text: &str) -> Runbook {
    parse(text, "some-file").0
}

fn ids(runbook: &Runbook) -> Vec<&str> {
    runbook.steps.iter().map(|step| step.id.as_str()).collect()
}

fn anchors(runbook: &Runbook) -> Vec<&str> {
    runbook.sections.iter().map(|section| section.anchor.as_str()).collect()
}

#[test]
fn titles_are_found_or_made_up() {
    let check = |text, expected: &str| assert_eq!(read(text).title, expected, "{text}");
    check("# Runbook — Roll back\n", "Roll back");
    check("Roll back\n=========\n\ntext", "Roll back");
    check("Runbook: roll back\n===\n", "roll back");
    check("---\ntitle: From above\n---\n# Other\n", "From above");
    check("## Only a section\n", "some-file");
    check("# One\n\n# Two\n", "One");
    check("", "some-file");
    check("# `helm` *back*\n", "helm back");
}

#[test]
fn anchors_and_parents_are_those_of_the_page() {
    let runbook = read("intro\n\n# A\n\n### Deep\n\n## Same\n\n## Same\n\n> ## Same\n\n## Same\n");
    assert_eq!(anchors(&runbook), ["", "a", "deep", "same", "same-1", "same-3"]);
    let parents: Vec<_> = runbook.sections.iter().map(|section| section.parent).collect();
    assert_eq!(parents, [None, None, Some(1), Some(1), Some(1), Some(1)]);
    assert_eq!(runbook.sections[4].text, "Same\n");
}

#[test]
fn without_numbers_sections_of_a_telling_kind_are_steps() {
    let text = "# FooBarDown\n\n## Meaning\n\nx\n\n## Impact\n\nx\n\n## Diagnosis\n\nlook\n\n### Slow disk\n\n```\n$ iostat\n```\n\n## Mitigation\n\nact\n\n### Defrag\n\n```shell\netcdctl defrag\n```\n";
    let runbook = read(text);
    assert_eq!(runbook.kind, DocKind::Runbook);
    assert_eq!(ids(&runbook), ["diagnosis", "slow-disk", "mitigation", "defrag"]);
    assert_eq!(runbook.steps[3].parent.as_ref().map(|id| id.as_str()), Some("mitigation"));
    assert_eq!(runbook.steps[1].commands[0].text, "iostat");
    assert!(runbook.steps[2].commands.is_empty(), "commands of sub-steps are theirs");
    let tracked: Vec<_> =
        summarise(&runbook, Vec::new()).steps.iter().map(|step| step.facts.tracked).collect();
    assert_eq!(tracked, [false, false, true, true]);
    assert_eq!(runbook.when_to_use.as_ref().map(|when| when.value.as_str()), Some("x"));

    let symptoms = read("## Symptoms\n\ns\n\n## Possible checks\n\nc\n\n## Resolution\n\nr\n");
    assert_eq!(ids(&symptoms), ["possible-checks", "resolution"]);
    assert_eq!(symptoms.sections[0].kind, SectionKind::WhenToUse);
}

#[test]
fn numbered_headings_are_steps_in_every_notation() {
    let check = |text: &str, expected: &[&str]| assert_eq!(ids(&read(text)), expected, "{text}");
    check(
        "## 1. Look\n\nx\n\n## 2. Fix\n\n### 2.1 Drain\n\n### 2.2. Reboot\n",
        &["1", "2", "2.1", "2.2"],
    );
    check(
        "## Step 1: Look\n\n## Step 2: Fix it\n\n### 1. not a step\n\n## Mitigation\n",
        &["1", "2"],
    );
    check("## Step 1 - a\n\n## Step 1 - b\n", &["1", "step-1---b"]);
    check("## 1. Introduction\n\n## 2. Goals\n", &["1", "2"]);
    check("## 2026. A year\n\n## 5xx errors\n\n## 3 ways\n", &[]);
    let pages = read("## 1. Introduction\n\n## 2. Goals\n");
    assert_eq!(pages.kind, DocKind::Page);
    assert_eq!(read("## Step 1\n\nx\n").kind, DocKind::Runbook);
}

#[test]
fn a_step_is_all_that_stands_under_it_but_its_sub_steps() {
    let text = "## Step 3 — Act\n\none\n\n### Note\n\ntwo\n\n### 3a. Sub\n\n```sh\na\n```\n\n### Safety check\n\n```sh\nb <X>\n```\n";
    let runbook = read(text);
    let [third, sub] = runbook.steps.as_slice() else { panic!("{:?}", ids(&runbook)) };
    assert_eq!((third.span.line, third.span.end_line), (1, 7));
    assert_eq!(third.commands.len(), 1);
    assert_eq!(third.placeholders, ["X"]);
    assert_eq!((sub.commands.len(), sub.empty), (1, false));
    assert!(read("## Step 1 — x\n\n## Step 2 — y\n\nz\n").steps[0].empty);
}

#[test]
fn fingerprints_change_with_what_is_said_and_not_with_how_it_is_laid_out() {
    let print = |text: &str| prints(&read(text)).remove(0).print;
    let original =
        print("## Step 1 — Act\n\nSome words\nhere.\n\n```sh\nhelm x \\\n  -n y\n# out\n```\n");
    let same = [
        "## Step 1 — Act\n\nSome\nwords here.\n\n```sh\nhelm   x -n y\n#   out\n```\n\n\n",
        "## Step 7 — Act\n\nSome **words** here.\n\n```bash\nhelm x \\\n-n y\n# out\n```\n\n### 7a. More\n\nx\n",
    ];
    for text in same {
        assert_eq!(print(text), original, "{text}");
    }
    let command = print("## Step 1 — Act\n\nSome words\nhere.\n\n```sh\nhelm x -n z\n# out\n```\n");
    assert!(command.commands != original.commands && command.words == original.words);
    let wording =
        print("## Step 1 — Act\n\nOther words\nhere.\n\n```sh\nhelm x -n y\n# out\n```\n");
    assert!(wording.commands == original.commands && wording.words != original.words);
    let table = |pad: &str| {
        print(&format!("## Step 1 — Act\n\n| a{pad} | b |\n|---|---|\n| c | d{pad} |\n"))
    };
    assert_eq!(table(""), table("     "));
    assert!(original.words.starts_with("f1:") && original.words.len() == 35);
}

#[test]
fn variables_that_the_runbook_sets_are_no_placeholders() {
    let text = "## Pre-flight\n\n```sh\nexport A=1\n```\n\n## Step 1 — Act\n\n```sh\nB=$(date)\nx $A \"$B\" $C <A>\n```\n\n```sh\ny $C\n```\n";
    let runbook = read(text);
    assert_eq!(runbook.steps[0].placeholders, ["C", "A"]);
    assert_eq!(runbook.steps[0].commands[2].placeholders, ["C"]);
}

#[test]
fn fences_are_read_wherever_they_stand() {
    let text = "## Step 1 — Act\r\n\r\n1. First:\r\n\r\n   ```\r\n   $ kubectl get pods \\\r\n   >   -A\r\n   NAME\r\n   ```\r\n\r\n> ```sh\r\n> helm list\r\n> ```\r\n\r\n    kubectl top pods\r\n\r\n```sh\r\nlast\r\n";
    let (runbook, diagnostics) = parse(text, "x");
    let commands = &runbook.steps[0].commands;
    let texts: Vec<_> = commands.iter().map(|command| command.text.as_str()).collect();
    assert_eq!(texts, ["kubectl get pods \\\n  -A", "helm list", "kubectl top pods", "last"]);
    let lines: Vec<_> = commands.iter().map(|c| (c.span.line, c.span.end_line)).collect();
    assert_eq!(lines, [(6, 7), (12, 12), (15, 15), (18, 18)]);
    assert_eq!(&text[commands[1].span.start..commands[1].span.end], "helm list");
    assert_eq!(commands[0].expected.as_deref(), Some("NAME"));
    let found: Vec<_> = diagnostics.iter().map(|d| (d.rule.as_str(), d.line, d.severity)).collect();
    assert_eq!(found, [("fence-unclosed", 17, Severity::Info)]);
}

#[test]
fn comments_and_rules_are_nothing_to_read() {
    let text = "# T\n\n<!-- ## Step 9 -->\n\ntext\n\n---\n\n<!--\n| Date | x |\n-->\n\n## Last worked\n\n<!-- none -->\n";
    let (runbook, diagnostics) = parse(text, "x");
    assert_eq!((runbook.sections.len(), diagnostics.len()), (2, 0));
    assert!(runbook.steps.is_empty() && runbook.last_worked.is_none());
    assert_eq!(runbook.sections[0].text, "text\n");
}

#[test]
fn rows_without_a_date_are_reported_where_they_stand() {
    let text = "---\nid: x\n---\n## Last exercised\n\n| Date | Region | Resolved by |\n|---|---|---|\n| 05/06/2026 | a | Step 1 |\n| 2026-05-12 | b \\| c | maybe Step 1 |\n| TBD | | |\n| | | |\n|  last week | x | Step 1 |\n| 12 May 2026 | d |\nGlued prose.\n";
    let (runbook, diagnostics) = parse(text, "x");
    let found: Vec<_> = diagnostics.iter().map(|d| (d.rule.as_str(), d.line, d.column)).collect();
    let expected = [
        ("row-without-date", 8, 3),
        ("row-doubtful", 9, 1),
        ("row-without-date", 12, 4),
        ("row-doubtful", 13, 1),
    ];
    assert_eq!(found, expected);
    let table = runbook.last_worked.unwrap_or_default();
    assert_eq!(table.rows[0].cells, ["2026-05-12", "b | c", "maybe Step 1"]);
    assert_eq!(table.rows[1].cells, ["12 May 2026", "d", ""]);
    assert_eq!((table.header.line, table.delimiter.line, table.rows[1].span.line), (6, 7, 13));
}

#[test]
fn a_table_of_dates_counts_only_under_its_heading() {
    let table = "| Date | Resolved by |\n|---|---|\n| 2026-05-12 | Step 1 |\n";
    assert!(read(&format!("## Changes\n\n{table}")).last_worked.is_none());
    assert!(read(&format!("## History\n\n### Last worked\n\n{table}")).last_worked.is_some());
    assert!(read("## Last worked\n\n| Step | Who |\n|---|---|\n| 3 | x |\n").last_worked.is_none());
    assert!(read("## Last worked\n\n| Date | Who |\n|---|---|\n").last_worked.is_some());
}

#[test]
fn a_summary_survives_being_stored() {
    let text = "---\nowner: x\nexample: true\n---\n# T\n\n## Step 1 — Fix (< 60s)\n\n```sh\na\n```\n\n## Last worked\n\n| Date | Resolved by |\n|---|---|\n| 2026-05-12 | Step 1 |\n| 2026-04-12 | Step 1 failed |\n";
    let (runbook, diagnostics) = parse(text, "t");
    let summary = summarise(&runbook, diagnostics);
    let stored = serde_json::to_string(&summary).unwrap_or_default();
    assert_eq!(serde_json::from_str(&stored).ok(), Some(summary.clone()));
    assert_eq!(summary.rows.iter().map(|row| row.order).collect::<Vec<_>>(), [1, 0]);
    assert!(summary.required && summary.example);
}

#[test]
fn a_table_in_a_quote_is_written_to_in_the_quote() {
    let text = "## Last worked\n\n> Date | By\n> --- | ---\n> 2026-01-01 | Step 1\n\nend\n";
    let table = read(text).last_worked.unwrap_or_default();
    let cells = ["".to_owned(), "Step 2".to_owned()];
    let date = "2026-02-01".parse().unwrap_or_default();
    let edited = super::last_worked::insert_row(text, &table, date, &cells);
    let expected = text.replace("> 2026-01", "> 2026-02-01 | Step 2\n> 2026-01");
    assert_eq!(edited, expected);
}

#[test]
fn an_empty_table_gets_its_first_row_below_the_dashes() {
    let text = "## Last worked\n\n| Date | By |\n|------|----|";
    let table = read(text).last_worked.unwrap_or_default();
    let cells = ["".to_owned(), "x".to_owned()];
    let date = "2026-02-01".parse().unwrap_or_default();
    let edited = super::last_worked::insert_row(text, &table, date, &cells);
    assert_eq!(edited, format!("{text}\n| 2026-02-01 | x  |"));
    let table = read(&edited).last_worked.unwrap_or_default();
    let back = super::last_worked::remove_row(&edited, &table, &table.rows[0].key);
    assert_eq!(back.as_deref(), Some(text));
}

/// Reads a text, which must take seconds at most even in a slow build.
fn quickly(what: &str, text: &str) {
    let start = Instant::now();
    let (runbook, diagnostics) = parse(text, "x");
    let stored = summarise(&runbook, diagnostics);
    drop(stored);
    let took = start.elapsed();
    assert!(took < Duration::from_secs(300), "{what}: {took:?} for {} bytes", text.len());
}

#[test]
fn hostile_texts_are_read_in_linear_time() {
    quickly("quotes", &">".repeat(100_000));
    quickly("quotes with text", &format!("{} x", "> ".repeat(100_000)));
    quickly(
        "lists",
        &(0..300).map(|depth| format!("{}- x\n", "  ".repeat(depth))).collect::<String>(),
    );
    quickly("brackets", &"[".repeat(100_000));
    quickly("links", &"[a](b) ".repeat(100_000));
    quickly("emphasis", &"*a _b ".repeat(100_000));
    quickly("headings", &"# a\n".repeat(100_000));
    quickly(
        "numbered",
        &(0..50_000).map(|n| format!("## Step {}a — x\n\ny\n", n % 999)).collect::<String>(),
    );
    quickly("openings", &format!("## Step 1 — x\n\n```sh\n{}\n```\n", "$(".repeat(100_000)));
    quickly(
        "quotes in shell",
        &format!("## Step 1 — x\n\n```sh\n{}```\n", "echo 'it\n\"".repeat(50_000)),
    );
    quickly("heredocs", &format!("## Step 1 — x\n\n```sh\n{}```\n", "cat <<A\n".repeat(50_000)));
    quickly(
        "placeholders",
        &format!("## Step 1 — x\n\n```sh\n{}\n```\n", "<a> </b> $C ".repeat(50_000)),
    );
    quickly("prompts", &format!("## Step 1 — x\n\n```\n{}```\n", "$ a 'b\n".repeat(50_000)));
    quickly("html", &"<a <!-- <b>\n".repeat(50_000));
    quickly(
        "parentheses",
        &format!(
            "## Last worked\n\n| Date | Resolved by |\n|---|---|\n| 2026-01-01 | {} |\n",
            "Step 3a (".repeat(20_000)
        ),
    );
    quickly("rules", &"---\n".repeat(100_000));
    quickly("code spans", &"`".repeat(99_999));
    quickly("a deep front matter", &format!("---\na: {}\n---\n", "[".repeat(60_000)));
    quickly("a deep TOML front matter", &format!("+++\na = {}\n+++\n", "[".repeat(60_000)));
}

#[test]
fn a_table_of_a_million_rows_is_read_to_its_end() {
    let mut text = String::from("## Last worked\n\n| Date | Resolved by |\n|---|---|\n");
    let rows = 200_000;
    text.push_str(&"| 2026-05-12 | Step 1 |\n".repeat(rows));
    let start = Instant::now();
    let table = read(&text).last_worked.unwrap_or_default();
    assert_eq!(table.rows.len(), rows);
    assert_eq!(table.rows[0].occurrence as usize, rows - 1);
    assert!(start.elapsed() < Duration::from_secs(600), "{:?}", start.elapsed());
    let mut text = String::from("## Data\n\n| a | b |\n|---|---|\n");
    text.push_str(&"|1|2|\n".repeat(1_000_000));
    assert!(read(&text).last_worked.is_none());
}

/// Pieces that texts are thrown together from.
const PIECES: [&str; 58] = [
    "\n",
    "\n",
    "\n\n",
    "\r\n",
    " ",
    "  ",
    "\t",
    "# ",
    "## ",
    "### ",
    "Step 3 — ",
    "3a. ",
    "1. ",
    "- ",
    "> ",
    "    ",
    "```",
    "```sh\n",
    "~~~\n",
    "$ ",
    "| ",
    " |",
    "|---|---|\n",
    "Date",
    "--- ",
    "\n---\n",
    "+++\n",
    "title: x\n",
    "a: &b [*b]\n",
    "Last worked",
    "Mitigation",
    "Postmortem",
    "False starts",
    "Related",
    "Alert",
    "2026-05-12",
    "12 May 2026",
    "Step 3a failed",
    "`",
    "**",
    "_",
    "[x](y.md)",
    "<A>",
    "${B}",
    "<!--",
    "-->",
    "<div>",
    "'",
    "\"",
    "\\",
    "cat <<E\n",
    "$(",
    "é",
    "\u{feff}",
    "漢",
    "word",
    "why?",
    "→ action item: ",
];

#[test]
fn texts_thrown_together_are_read_and_their_places_are_true() {
    let mut seed = 7_u64;
    let mut random = |below: usize| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(seed >> 33).unwrap_or(0) % below
    };
    for round in 0..4_000 {
        let mut text = String::new();
        if round % 3 == 0 {
            text.push_str("## Last worked\n\n| Date | Resolved by |\n|---|---|\n| 2026-05-12 | ");
        }
        for _ in 0..random(60) {
            text.push_str(PIECES[random(PIECES.len())]);
        }
        let runbook = read(&text);
        let spans = runbook
            .sections
            .iter()
            .flat_map(|section| [section.span, section.heading])
            .chain(runbook.steps.iter().map(|step| step.span))
            .chain(runbook.steps.iter().flat_map(|s| s.commands.iter().map(|c| c.span)))
            .chain(runbook.links.iter().map(|link| link.span))
            .chain(runbook.false_starts.iter().map(|start| start.span))
            .chain(runbook.questions.iter().map(|question| question.span));
        for span in spans {
            assert!(text.get(span.start..span.end).is_some(), "{span:?} of {text:?}");
            assert!(span.line <= span.end_line, "{span:?} of {text:?}");
        }
        let Some(table) = &runbook.last_worked else { continue };
        for row in &table.rows {
            assert_eq!(row.cells.len(), table.columns.len(), "{text:?}");
        }
        let mut cells = vec![String::new(); table.columns.len()];
        if let Some(cell) = cells.get_mut(1) {
            "a fresh | one".clone_into(cell);
        }
        let date = "2026-05-12".parse().unwrap_or_default();
        let edited = super::last_worked::insert_row(&text, table, date, &cells);
        assert_eq!(edited.lines().count(), text.lines().count() + 1, "{text:?}");
        let after = read(&edited).last_worked.unwrap_or_default();
        let new: Vec<_> =
            after.rows.iter().filter(|row| row.cells.get(1) == cells.get(1)).collect();
        if let [new] = new.as_slice() {
            let back = super::last_worked::remove_row(&edited, &after, &new.key);
            assert_eq!(back.as_deref(), Some(text.as_str()), "{edited:?}");
        } else {
            assert!(table.columns.len() < 2 || text.contains("a fresh"), "{edited:?}");
        }
    }
}
