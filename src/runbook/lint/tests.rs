//! Each rule against the smallest text that breaks it.

use super::*;
use crate::domain::exercise::{Context, Outcome};
use crate::domain::id::{RowKey, StepId};
use crate::runbook::{
    Command, FrontMatter, LastWorked, LastWorkedRow, Lifecycle, Link, Located, Related, RowReading,
    Section, Step,
};

const BUILT_IN: &str = include_str!("../../../data/lint.yaml");

/// The place of a part of a text.
fn span(text: &str, part: &str) -> Span {
    let start = text.find(part).expect("a part of the text");
    let lines = LineIndex::new(text);
    let end = start + part.len();
    Span { start, end, line: lines.line(start), end_line: lines.line(end - 1) }
}

/// A runbook about which there is nothing to say.
fn fine(text: &str) -> Runbook {
    Runbook {
        kind: DocKind::Runbook,
        last_worked: Some(LastWorked { newest_first: true, ..LastWorked::default() }),
        sections: vec![Section {
            level: 1,
            heading: text.lines().next().map_or_else(Span::default, |line| span(text, line)),
            ..Section::default()
        }],
        ..Runbook::default()
    }
}

/// What is known besides the document, for tests that know little.
struct Known {
    reader: Vec<Diagnostic>,
    has_owner: bool,
    removed: Vec<String>,
}

impl Default for Known {
    fn default() -> Self {
        Self { reader: Vec::new(), has_owner: true, removed: Vec::new() }
    }
}

fn found(text: &str, runbook: &Runbook, known: &Known) -> Vec<Diagnostic> {
    let dangers = include_str!("../../../data/dangers.yaml");
    lint(
        text,
        runbook,
        &LintContext {
            rules: &LintRules::from_yaml(BUILT_IN).expect("the built-in rules"),
            dangers: &danger::Rules::from_yaml(dangers).expect("the built-in dangers"),
            today: "2026-11-21".parse().expect("a date"),
            reader: &known.reader,
            has_owner: known.has_owner,
            link: &|target| match target {
                "there.md" => LinkState::Found,
                "there.md#stpe" => LinkState::NoAnchor { nearest: Some("step".to_owned()) },
                "#nothing" => LinkState::NoAnchor { nearest: None },
                "picture.png" => LinkState::NotChecked,
                _ => LinkState::NoDocument,
            },
            claimed: &|alert| match alert {
                "DiskFull" => vec!["disk".to_owned(), "node/disk".to_owned()],
                _ => Vec::new(),
            },
            removed: &known.removed,
        },
    )
}

/// Expects findings as `(rule, line, column, part of the message)`.
fn check(text: &str, runbook: &Runbook, known: &Known, expected: &[(&str, usize, usize, &str)]) {
    let found = found(text, runbook, known);
    let places: Vec<_> = found.iter().map(|f| (f.rule.as_str(), f.line, f.column)).collect();
    let wanted: Vec<_> = expected.iter().map(|e| (e.0, e.1, e.2)).collect();
    assert_eq!(places, wanted, "{found:#?}");
    for (finding, (_, _, _, part)) in found.iter().zip(expected) {
        assert!(finding.message.contains(part), "{:?} has no {part:?}", finding.message);
    }
}

fn links(text: &str, targets: &[&str]) -> Vec<Link> {
    let link = |target: &&str| Link { target: (*target).to_owned(), span: span(text, target) };
    targets.iter().map(link).collect()
}

#[test]
fn a_sound_runbook_has_no_findings() {
    check("# a\n", &fine("# a\n"), &Known::default(), &[]);
}

#[test]
fn links_that_lead_nowhere_are_found_on_pages_too() {
    let text = "# é\n\nsé gone.md#x there.md#stpe #nothing picture.png http://a.b/c.md\n`x.md`\n";
    let targets = ["gone.md#x", "there.md#stpe", "#nothing", "picture.png", "http://a.b/c.md"];
    let of = |target: &str| Related {
        target: target.to_owned(),
        why: String::new(),
        span: span(text, target),
    };
    let page = Runbook {
        links: links(text, &targets),
        related: vec![of("gone.md#x"), of("x.md")],
        ..Runbook::default()
    };
    let expected = [
        ("link-not-found", 3, 4, "there is no `gone.md`: correct"),
        ("link-not-found", 3, 14, "there.md has the anchor `#stpe` (is it `#step`?)"),
        ("link-not-found", 3, 28, "this document has the anchor `#nothing`"),
        ("related-not-found", 4, 2, "there is no `x.md`"),
    ];
    check(text, &page, &Known::default(), &expected);
    check(text, &Runbook { kind: DocKind::Runbook, ..fine(text) }, &Known::default(), &[]);
}

#[test]
fn what_the_reader_found_is_passed_on_with_the_severity_of_the_data() {
    let of = |rule: &str, line| Diagnostic {
        line,
        column: 1,
        rule: rule.to_owned(),
        severity: Severity::Info,
        message: "as it was".to_owned(),
    };
    let reader = vec![of("row-without-date", 3), of("front-matter-invalid", 1), of("new", 9)];
    let known = Known { reader, ..Known::default() };
    let runbook = fine("# a\n");
    let severities: Vec<_> =
        found("# a\n", &runbook, &known).iter().map(|found| found.severity).collect();
    assert_eq!(severities, [Severity::Error, Severity::Error, Severity::Info]);
    let page = Runbook::default();
    check("# a\n", &page, &known, &[("front-matter-invalid", 1, 1, "as it was")]);
}

fn row(text: &str, date: &str) -> LastWorkedRow {
    LastWorkedRow {
        key: RowKey::default(),
        occurrence: 0,
        date: date.parse().expect("a date"),
        cells: Vec::new(),
        span: text
            .lines()
            .find(|line| line.contains(date))
            .map_or_else(Span::default, |line| span(text, line)),
        reading: RowReading {
            outcome: Outcome::Worked,
            steps: Vec::new(),
            resolved_by: String::new(),
            notes: String::new(),
            context: Context::default(),
            kind: None,
            minutes: None,
        },
    }
}

#[test]
fn a_row_of_a_day_that_has_begun_nowhere_is_in_the_future() {
    let text = "# a\n\n| Date |\n|--|\n| 2026-11-22 |\n| 2026-11-21 |\n";
    let mut runbook = fine(text);
    if let Some(table) = &mut runbook.last_worked {
        table.rows = vec![row(text, "2026-11-22"), row(text, "2026-11-21")];
        table.header = span(text, "| Date |");
    }
    let expected = [("row-in-future", 5, 1, "2026-11-22 lies in the future")];
    check(text, &runbook, &Known::default(), &expected);

    let removed = vec!["the row of 2026-05-12 (Step 3a)".to_owned()];
    let known = Known { removed, ..Known::default() };
    let expected = [
        ("row-removed", 3, 1, "the row of 2026-05-12 (Step 3a) is gone"),
        ("row-in-future", 5, 1, "2026-11-22"),
    ];
    check(text, &runbook, &known, &expected);
}

#[test]
fn a_runbook_should_have_an_owner_and_a_table() {
    let text = "\n# a\n";
    let heading = span(text, "# a");
    let bare = Runbook {
        kind: DocKind::Runbook,
        sections: vec![Section { level: 1, heading, ..Section::default() }],
        ..Runbook::default()
    };
    let nobody = Known { has_owner: false, ..Known::default() };
    let expected =
        [("no-last-worked-table", 2, 1, "Last worked"), ("no-owner", 2, 1, "owner: TEAM")];
    check(text, &bare, &nobody, &expected);
    check(text, &Runbook { kind: DocKind::Page, ..bare.clone() }, &nobody, &[]);
    for front in [
        FrontMatter { exercise_not_required: true, ..FrontMatter::default() },
        FrontMatter { status: Lifecycle::Deprecated, ..FrontMatter::default() },
    ] {
        check(text, &Runbook { front, ..bare.clone() }, &Known::default(), &[]);
    }
}

#[test]
fn an_empty_step_is_found_unless_its_parts_speak() {
    let text = "# a\n\n## 1. One\n\n## 2. Two\n\n### 2a. Part\n\nDo.\n";
    let step = |id: &str, heading: &str, parent: Option<&str>, empty| Step {
        id: StepId::new(id),
        title: heading.to_owned(),
        span: span(text, heading),
        parent: parent.map(StepId::new),
        empty,
        ..Step::default()
    };
    let steps = vec![
        step("1", "## 1. One", None, true),
        step("2", "## 2. Two", None, true),
        step("2a", "### 2a. Part", Some("2"), false),
    ];
    let runbook = Runbook { steps, ..fine(text) };
    check(text, &runbook, &Known::default(), &[("step-empty", 3, 1, "One")]);
}

#[test]
fn an_alert_claimed_by_others_names_them() {
    let text = "# a\n\nAlerts: DiskFull, Fine\n";
    let alert = |name: &str| Located { value: name.to_owned(), span: span(text, name) };
    let runbook = Runbook { alerts: vec![alert("DiskFull"), alert("Fine")], ..fine(text) };
    let expected = [("alert-claimed-twice", 3, 9, "disk, node/disk")];
    check(text, &runbook, &Known::default(), &expected);
}

fn with_commands(text: &str, commands: &[&str]) -> Runbook {
    let commands = commands
        .iter()
        .map(|command| Command {
            text: (*command).to_owned(),
            span: span(text, command),
            ..Command::default()
        })
        .collect();
    Runbook { steps: vec![Step { commands, ..Step::default() }], ..fine(text) }
}

#[test]
fn a_dangerous_command_says_what_it_destroys_and_the_safer_way() {
    let text =
        "# a\n\n- x\n  ```sh\n  $ kubectl delete ns shop\n  $ kubectl -n a apply -f b\n  ```\n";
    let commands = ["kubectl delete ns shop", "kubectl -n a apply -f b"];
    let expected = [("dangerous-command", 5, 5, "everything inside the namespace")];
    check(text, &with_commands(text, &commands), &Known::default(), &expected);
    let message = &found(text, &with_commands(text, &commands), &Known::default())[0].message;
    assert!(message.contains("; safer: ") && message.contains("(k8s-delete-namespace)"));
}

#[test]
fn commands_outside_of_steps_are_looked_at_too() {
    let text = "# a\n\n```\n# kubectl delete ns x\nls\nkubectl \\\n  delete ns y\n```\n\n~~~console\n$ rm -rf /\nrm -rf /data\n~~~\n\n```yaml\nrm -rf /\n```\n\n```sql\nDELETE FROM a\nWHERE b = 1;\nDELETE FROM c;\n```\n\n```sh\nrm -rf $X";
    let expected = [
        ("dangerous-command", 6, 1, "kubectl delete ns y"),
        ("dangerous-command", 11, 3, "rm -rf /"),
        ("dangerous-command", 22, 1, "DELETE FROM c"),
        ("dangerous-command", 26, 1, "rm -rf $X"),
    ];
    check(text, &Runbook::default(), &Known::default(), &expected);
}

#[test]
fn a_change_must_say_where_unless_a_context_was_chosen_above() {
    let text = "# a\n\n```\nkubectl apply -f a\nkubens shop\nkubectl delete pod b\n```\n";
    let commands = ["kubectl apply -f a", "kubens shop", "kubectl delete pod b"];
    let expected = [("namespace-not-explicit", 4, 1, "add `-n NAMESPACE`")];
    check(text, &with_commands(text, &commands), &Known::default(), &expected);
    let page = Runbook { kind: DocKind::Page, ..with_commands(text, &commands) };
    check(text, &page, &Known::default(), &[]);
}

#[test]
fn a_wrong_file_of_rules_is_refused_with_its_line() {
    let check = |from: &str, to: &str, line: Option<&str>, expected: &str| {
        assert!(BUILT_IN.contains(from), "{from}");
        let yaml = BUILT_IN.replacen(from, to, 1);
        let error = LintRules::from_yaml(&yaml).expect_err(expected);
        let at = line.map_or(yaml.lines().count(), |part| {
            1 + yaml.lines().position(|line| line.contains(part)).expect("a line")
        });
        assert_eq!(error.line, at, "{error}");
        assert!(error.message.contains(expected), "{error}");
    };
    check("id: row-removed", "id: row-remove", Some("row-remove"), "did you mean row-removed?");
    check(
        "id: no-owner, severity: w",
        "id: row-removed, severity: w",
        Some("put it back"),
        "twice",
    );
    check("severity: info}", "severity: loud}", Some("loud"), "unknown word `loud`");
    let line = "  - {id: step-empty, severity: warning, advice: \"say what to do or leave the step out\"}\n";
    check(line, "", None, "step-empty is missing");
}

#[test]
fn the_known_rules_are_in_order() {
    assert!(rules::KNOWN.is_sorted());
}

#[test]
fn a_push_below_a_hard_reset_in_one_fence_is_dangerous() {
    let text = "# a\n\n```\ngit reset --hard HEAD~1\nls\ngit push\n```\n\n```\ngit push\n```\n";
    let expected = [("dangerous-command", 6, 1, "git-force-push")];
    check(text, &Runbook::default(), &Known::default(), &expected);
}

#[test]
fn an_exported_context_holds_for_what_is_below() {
    let text = "# a\n\n```\nexport KUBECONFIG=x\nkubectl delete pod b\n```\n";
    check(text, &fine(text), &Known::default(), &[]);
}

#[test]
fn each_of_thousands_of_steps_and_related_runbooks_is_looked_at() {
    const MANY: usize = 20_000;
    let steps = "## Step 1 \u{2014} x\n".repeat(MANY);
    let links = "## Related\n".to_owned() + &"- [a](b.md) x\n".repeat(MANY);
    for (text, rule) in [(steps, "step-empty"), (links, "link-not-found")] {
        let (runbook, _) = crate::runbook::parse(&text, "a");
        let found = found(&text, &runbook, &Known::default());
        let lines: std::collections::BTreeSet<usize> =
            found.iter().filter(|one| one.rule == rule).map(|one| one.line).collect();
        assert!(lines.len() >= MANY / 2, "{rule}: {}", lines.len());
    }
}
