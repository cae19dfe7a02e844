//! Reports as bytes: the view itself, a table, or a template filled, the team's own where there
//! is one.

use std::collections::BTreeMap;

use serde::Serialize;

use super::super::App;
use super::sheet::sheet;
use super::{Form, Kind, Report, Written};
use crate::assets::Assets;
use crate::domain::id::Hash;
use crate::error::Error;
use crate::render::bars::{Bar, bars};
use crate::render::calendar::{Mark, calendar, first_day};
use crate::render::states::{Week, states};
use crate::render::{RenderError, Renderer};
use crate::text::{count, display_width, printable};
use crate::views::metrics::{GroupView, MeasureView};
use crate::views::report::StaleReport;

/// Where the templates of reports stand, among the templates.
const FOLDER: &str = "reports";

/// How wide a report in plain text is.
const WIDTH: usize = 76;

/// What templates are given.
#[derive(Serialize)]
struct Values<'a> {
    #[serde(flatten)]
    report: &'a serde_json::Value,
    /// Pictures as SVG; none outside HTML.
    pictures: &'a BTreeMap<&'static str, String>,
}

impl App {
    pub(super) fn written(
        &self,
        kind: Kind,
        report: &mut Report,
        form: Form,
    ) -> Result<Written, Error> {
        let frame = report.frame();
        (frame.notice, frame.inputs.template, frame.inputs.template_from) = (None, None, None);
        let ending = match form {
            Form::Json => {
                return Ok(Written { text: report.json()?, warning: None });
            }
            Form::Csv => return Ok(Written { text: sheet(report), warning: None }),
            Form::Chat => "chat.txt",
            Form::Md => "md",
            Form::Html => "html",
            Form::Text => "txt",
        };
        let name = format!("{FOLDER}/{}.{ending}", kind.as_str());
        let pictures = match form {
            Form::Html => self.pictures(report)?,
            _ => BTreeMap::new(),
        };
        let (text, warning) = self.fill(&name, report, &pictures)?;
        let text = match form {
            Form::Text => tidied(&printable(&text), Some(WIDTH)),
            Form::Md | Form::Chat => tidied(&printable(&text), None),
            _ => format!("{}\n", text.trim()),
        };
        Ok(Written { text, warning })
    }

    /// The template filled; the built-in one where the team's has an error.
    fn fill(
        &self,
        name: &str,
        report: &mut Report,
        pictures: &BTreeMap<&'static str, String>,
    ) -> Result<(String, Option<String>), Error> {
        let built_in = Assets::default().template_with_parts(name)?;
        let broken = match self.assets.template_with_parts(name) {
            Ok(templates) if templates == built_in => None,
            Ok(templates) => {
                let from = format!("templates/{name}");
                match filled(&templates, name, &from, report, pictures)? {
                    Ok(text) => return Ok((text, None)),
                    Err(error) => Some(place_of(&error)),
                }
            }
            // The same on any machine, wherever the workspace is.
            Err(error) => {
                let workspace = format!("{}/", self.config.workspace.display());
                Some(error.to_string().replace(&workspace, ""))
            }
        };
        let frame = report.frame();
        frame.notice = broken.as_ref().map(|broken| {
            format!("The team's template has an error, so this is the built-in one: {broken}")
        });
        let text = filled(&built_in, name, "built-in", report, pictures)?
            .map_err(|error| Error::failed(format!("writing the report: {error}")))?;
        let warning = broken.map(|broken| format!("{broken}; the built-in template is used"));
        Ok((text, warning))
    }

    fn pictures(&self, report: &Report) -> Result<BTreeMap<&'static str, String>, Error> {
        match report {
            Report::Stale(report) => Ok(BTreeMap::from([
                ("states", picture_of_states(report)),
                ("calendar", self.picture_of_exercises(report)?),
            ])),
            Report::Incidents(report) => {
                Ok(BTreeMap::from([("measures", picture_of_measures(&report.metrics))]))
            }
            Report::Actions(_) => Ok(BTreeMap::new()),
        }
    }

    /// The exercises of the last twelve months, of the runbooks that the report speaks of.
    fn picture_of_exercises(&self, report: &StaleReport) -> Result<String, Error> {
        let as_of = report.frame.as_of;
        let asked = super::Asked { owner: report.frame.owner.clone(), ..super::Asked::default() };
        let first = first_day(as_of);
        let mut marks = Vec::new();
        for one in self.judged()? {
            let summary = &one.document.summary;
            if !super::is_of(&asked, self.owner_name(summary).as_deref()) {
                continue;
            }
            let known = one.exercises.iter().filter(|it| it.retracted.is_none());
            let known = known.filter(|it| first <= it.date && it.date <= as_of);
            marks.extend(known.map(|it| Mark {
                date: it.date,
                outcome: it.outcome,
                // Mail programs that know no pictures show such words all in a row.
                words: String::new(),
            }));
        }
        let title = format!("Exercises from {first} to {as_of}");
        let words = format!("{}.", count(marks.len(), "exercise", "exercises"));
        Ok(calendar(as_of, &marks, &title, &words))
    }
}

impl Report {
    /// The report as JSON for people and programs.
    fn json(&self) -> Result<String, Error> {
        let text = match self {
            Self::Stale(report) => serde_json::to_string_pretty(report),
            Self::Incidents(report) => serde_json::to_string_pretty(report),
            Self::Actions(report) => serde_json::to_string_pretty(report),
        };
        text.map(|text| format!("{text}\n")).map_err(|e| untold(&e))
    }

    /// The report as a value for templates.
    fn value(&self) -> Result<serde_json::Value, Error> {
        let value = match self {
            Self::Stale(report) => serde_json::to_value(report),
            Self::Incidents(report) => serde_json::to_value(report),
            Self::Actions(report) => serde_json::to_value(report),
        };
        value.map_err(|e| untold(&e))
    }
}

fn untold(error: &serde_json::Error) -> Error {
    Error::failed(format!("telling the report: {error}"))
}

/// Fills a template, saying in the report which it was.
fn filled(
    templates: &[(String, String)],
    name: &str,
    from: &str,
    report: &mut Report,
    pictures: &BTreeMap<&'static str, String>,
) -> Result<Result<String, RenderError>, Error> {
    let all: Vec<&str> = templates.iter().map(|(_, text)| text.as_str()).collect();
    let inputs = &mut report.frame().inputs;
    inputs.template = Some(Hash::of(all.join("\0").as_bytes()).to_string());
    inputs.template_from = Some(from.to_owned());
    let values = Values { report: &report.value()?, pictures };
    Ok(Renderer::new(templates).and_then(|renderer| renderer.render(name, &values)))
}

fn place_of(error: &RenderError) -> String {
    match (error.template.as_str(), error.line) {
        ("", _) => error.message.clone(),
        _ => format!("templates/{error}"),
    }
}

fn picture_of_measures(group: &GroupView) -> String {
    let row = |it: &MeasureView| Bar {
        name: it.measure.to_owned(),
        median: it.figures.median_min,
        most: it.figures.p90_min,
        n: it.figures.n,
    };
    let rows: Vec<Bar> = group.measures.iter().map(row).collect();
    bars("measures", "How long things took", &rows)
}

fn picture_of_states(report: &StaleReport) -> String {
    let weeks: Vec<Week> = report
        .weeks
        .iter()
        .map(|week| {
            let counts = week.counts;
            let known = counts.fresh + counts.due + counts.stale + counts.never;
            // What fails and is fresh by age is counted in none of the others.
            let failing = report.runbooks.saturating_sub(known + counts.not_tracked);
            Week {
                name: week.date.to_string(),
                parts: vec![
                    ("stale", counts.stale),
                    ("failing", failing),
                    ("never", counts.never),
                    ("due", counts.due),
                    ("fresh", counts.fresh),
                ],
            }
        })
        .collect();
    states("Runbooks by state, at the end of each week", &weeks)
}

/// Lines without spaces at their ends, never two empty ones in a row, and none wider than asked
/// for where a word allows it.
fn tidied(text: &str, width: Option<usize>) -> String {
    let mut out = String::with_capacity(text.len());
    let mut empty = true;
    for line in text.lines() {
        let line = line.trim_end();
        if line.is_empty() && empty {
            continue;
        }
        empty = line.is_empty();
        match width {
            Some(width) => wrap(&mut out, line, width),
            None => out.push_str(line),
        }
        out.push('\n');
    }
    format!("{}\n", out.trim_end())
}

/// Breaks a line between words; what follows stands under where the words began.
fn wrap(out: &mut String, line: &str, width: usize) {
    if display_width(line) <= width {
        out.push_str(line);
        return;
    }
    let lead = &line[..lead_of(line)];
    let under = " ".repeat(display_width(lead));
    let mut used = display_width(lead);
    out.push_str(lead);
    let mut first = true;
    for word in line[lead.len()..].split_whitespace() {
        let wide = display_width(word);
        if !first && used + 1 + wide > width {
            out.push('\n');
            out.push_str(&under);
            used = under.len();
        } else if !first {
            out.push(' ');
            used += 1;
        }
        out.push_str(word);
        used += wide;
        first = false;
    }
}

/// How many bytes stand before the words of an item of a list: spaces, then `- ` or `12. `.
fn lead_of(line: &str) -> usize {
    let spaces = line.len() - line.trim_start_matches(' ').len();
    let rest = &line[spaces..];
    let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let mark = match digits {
        0 if rest.starts_with("- ") => 2,
        1.. if rest[digits..].starts_with(". ") => digits + 2,
        _ => 0,
    };
    spaces + mark
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_broken_under_their_words() {
        let check = |text: &str, expected: &str| assert_eq!(tidied(text, Some(16)), expected);
        check("\n\na\n\n\n\nb  \n\n", "a\n\nb\n");
        check("- one two three four", "- one two three\n  four\n");
        check("10. one two three", "10. one two\n    three\n");
        check("- 2026-07-10: one two", "- 2026-07-10:\n  one two\n");
        check("2026-07-10 nothing else", "2026-07-10\nnothing else\n");
        check("averyveryverylongword x", "averyveryverylongword\nx\n");
        assert_eq!(tidied("a very long line that stays", None), "a very long line that stays\n");
    }
}
