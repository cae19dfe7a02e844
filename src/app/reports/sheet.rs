//! Reports as tables for spreadsheets (RFC 4180). No cell can be taken for a formula: one that
//! begins like one gets an apostrophe in front.

use super::Report;
use crate::text::printable;
use crate::views::action::ActionItemView;
use crate::views::report::{ActionsReport, Frame, IncidentsReport, ReportLine, StaleReport};

/// Rows being written.
struct Sheet(String);

impl Sheet {
    fn row<C: AsRef<str>>(&mut self, cells: impl IntoIterator<Item = C>) {
        let cells: Vec<String> = cells.into_iter().map(|it| cell(it.as_ref())).collect();
        self.0.push_str(&cells.join(","));
        self.0.push_str("\r\n");
    }
}

/// A cell that is text and stays text. Prefixed is what programs take for a formula, also behind
/// characters that they skip.
fn cell(text: &str) -> String {
    let is_formula =
        text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '\0', '＝', '＋', '－', '＠']);
    let text = printable(text);
    let text = if is_formula { format!("'{text}") } else { text };
    match text.contains([',', '"', '\n', '\r', '\'']) {
        true => format!("\"{}\"", text.replace('"', "\"\"")),
        false => text,
    }
}

fn or_empty(value: Option<impl ToString>) -> String {
    value.map(|it| it.to_string()).unwrap_or_default()
}

/// A report as rows, its sections told apart by the first column.
pub(super) fn sheet(report: &Report) -> String {
    match report {
        Report::Stale(report) => stale(report),
        Report::Incidents(report) => incidents(report),
        Report::Actions(report) => actions(report),
    }
}

const STALE: [&str; 15] = [
    "section",
    "slug",
    "title",
    "owner",
    "status",
    "failing",
    "last_worked",
    "days_since",
    "limit_days",
    "overdue_days",
    "stale_on",
    "points",
    "why",
    "steps",
    "minutes",
];

fn stale(report: &StaleReport) -> String {
    let mut sheet = Sheet(String::new());
    sheet.row(STALE);
    let sections = [
        ("newly-stale", &report.newly_stale),
        ("failing", &report.failing),
        ("stale", &report.stale),
        ("due", &report.due),
        ("never", &report.never),
    ];
    for (section, lines) in sections {
        lines.iter().for_each(|line| sheet.row(stale_row(section, line)));
    }
    for it in &report.exercised {
        let mut row = empty_row("exercised", it.slug.as_str(), &it.title, it.owner.as_deref());
        row[6] = it.date.to_string();
        row[12] = format!("{}, {}", it.kind, it.outcome);
        if let Some(worked_for) = &it.worked_for {
            row[12] = format!("{}: {worked_for}", row[12]);
        }
        sheet.row(row);
    }
    for it in &report.untried {
        let mut row = empty_row("untried", it.slug.as_str(), &it.title, it.owner.as_deref());
        row[13] = joined(&it.steps);
        sheet.row(row);
    }
    for owner in &report.by_owner {
        for it in &owner.runbooks {
            let name = owner.owner.as_deref();
            let mut row = empty_row("owner", it.slug.as_str(), &it.title, name);
            it.state.clone_into(&mut row[4]);
            sheet.row(row);
        }
    }
    for it in &report.drills.drills {
        let mut row = empty_row("drill", it.slug.as_str(), &it.title, it.owner.as_deref());
        row[12].clone_from(&it.minutes_from);
        row[13] = joined(&it.steps);
        row[14] = it.minutes.to_string();
        sheet.row(row);
    }
    about(&mut sheet, &report.frame, Some(&report.change.sentence));
    sheet.0
}

fn stale_row(section: &str, line: &ReportLine) -> [String; 15] {
    let why: Vec<String> =
        line.reasons.iter().map(|it| format!("{} ({})", it.reason, it.points)).collect();
    [
        section.to_owned(),
        line.slug.to_string(),
        line.title.clone(),
        or_empty(line.owner.as_deref()),
        line.status.as_str().to_owned(),
        line.failing.to_string(),
        or_empty(line.last_worked),
        or_empty(line.days_since),
        line.limit_days.to_string(),
        or_empty(line.overdue_days),
        or_empty(line.stale_on),
        line.points.to_string(),
        why.join("; "),
        String::new(),
        String::new(),
    ]
}

fn empty_row(section: &str, slug: &str, title: &str, owner: Option<&str>) -> [String; 15] {
    let mut row: [String; 15] = std::array::from_fn(|_| String::new());
    section.clone_into(&mut row[0]);
    slug.clone_into(&mut row[1]);
    title.clone_into(&mut row[2]);
    row[3] = or_empty(owner);
    row
}

fn joined(steps: &[crate::domain::id::StepId]) -> String {
    let steps: Vec<&str> = steps.iter().map(crate::domain::id::StepId::as_str).collect();
    steps.join(" ")
}

const INCIDENTS: [&str; 9] =
    ["section", "label", "title", "owner", "severity", "status", "date", "minutes", "why"];

fn incidents(report: &IncidentsReport) -> String {
    let mut sheet = Sheet(String::new());
    sheet.row(INCIDENTS);
    for it in &report.incidents {
        sheet.row([
            "incident".to_owned(),
            it.label.to_string(),
            it.title.clone(),
            or_empty(it.commander.as_deref()),
            it.severity.clone(),
            it.status.to_string(),
            it.began.clone(),
            or_empty(it.durations.mitigate_min),
            it.services.join(" "),
        ]);
    }
    for it in &report.metrics.measures {
        let figures = &it.figures;
        let why = format!(
            "median from {} to {}; 90th percentile {}; n {}, {} missing, {} not applicable",
            it.from,
            it.to,
            figures.p90_min.map_or_else(|| "not known".to_owned(), |it| format!("{it} min")),
            figures.n,
            figures.missing,
            figures.not_applicable
        );
        let mut row = blank(["measure", it.measure, ""]);
        row[7] = or_empty(figures.median_min);
        row[8] = why;
        sheet.row(row);
    }
    for it in &report.recurrence.recurred {
        let mut row = blank(["recurred", it.label.as_str(), ""]);
        let same = it.runbook.as_ref().map(|slug| slug.as_str().to_owned());
        let same =
            same.or_else(|| Some(format!("{} {}", it.service.as_ref()?, it.symptom.as_ref()?)));
        row[8] = format!("{} days after {}: {}", it.days, it.before, or_empty(same));
        sheet.row(row);
    }
    for it in &report.repeated {
        let mut row = blank(["bad-answers", it.question.as_str(), &it.text]);
        row[8] = format!("{} of {} answers, {} %", it.bad, it.answered, it.percent_bad);
        sheet.row(row);
    }
    for it in &report.postmortems {
        let mut row = blank(["postmortem", it.incident.as_str(), &it.title]);
        row[3] = or_empty(it.owner.as_deref());
        row[4].clone_from(&it.severity);
        if let Some(overdue) = &it.overdue {
            row[6].clone_from(&overdue.due);
            row[8] = format!("{} late by {} days", overdue.what, overdue.days);
        }
        sheet.row(row);
    }
    about(&mut sheet, &report.frame, None);
    sheet.0
}

/// A row of incidents with its first cells filled.
fn blank(first: [&str; 3]) -> [String; 9] {
    let mut row: [String; 9] = std::array::from_fn(|_| String::new());
    for (cell, text) in row.iter_mut().zip(first) {
        text.clone_into(cell);
    }
    row
}

const ACTIONS: [&str; 9] =
    ["section", "label", "text", "owner", "priority", "state", "due", "days_overdue", "link"];

fn actions(report: &ActionsReport) -> String {
    let mut sheet = Sheet(String::new());
    sheet.row(ACTIONS);
    let sections: [(&str, &[ActionItemView]); 5] = [
        ("overdue", &report.overdue),
        ("due", &report.due),
        ("later", &report.later),
        ("opened", &report.opened),
        ("closed", &report.closed),
    ];
    for (section, items) in sections {
        for it in items {
            sheet.row([
                section.to_owned(),
                it.label.clone(),
                it.text.clone(),
                or_empty(it.owner.as_deref()),
                it.priority.to_string(),
                it.state.as_str().to_owned(),
                or_empty(it.due),
                or_empty(it.days_overdue),
                or_empty(it.link.as_deref()),
            ]);
        }
    }
    about(&mut sheet, &report.frame, None);
    sheet.0
}

/// What is no row of its own stands in the third column of rows named `about`.
fn about(sheet: &mut Sheet, frame: &Frame, more: Option<&str>) {
    let inputs = &frame.inputs;
    let made_from = format!(
        "{}, as of {}, ledger {} {}, texts {}, configuration {}",
        inputs.program,
        inputs.as_of,
        inputs.entries,
        inputs.head,
        inputs.texts,
        inputs.configuration
    );
    for words in [Some(frame.headline.as_str()), more, Some(&made_from)].into_iter().flatten() {
        sheet.row(["about", "", words]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cell_is_a_formula_and_every_cell_stays_one() {
        let check = |text: &str, expected: &str| assert_eq!(cell(text), expected, "{text:?}");
        check("plain", "plain");
        check("=1+1", "\"'=1+1\"");
        check("+1", "\"'+1\"");
        check("-1", "\"'-1\"");
        check("@SUM(A1)", "\"'@SUM(A1)\"");
        check("\t=1", "\"'\t=1\"");
        check("\0=1", "\"'\\u{0}=1\"");
        check("\r=1", "\"'\\u{d}=1\"");
        check("a,b", "\"a,b\"");
        check("say \"x\"", "\"say \"\"x\"\"\"");
        check("two\nlines", "\"two\nlines\"");
        check("", "");
    }
}
