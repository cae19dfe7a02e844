//! A hypothesis in an incident's timeline: only because a person wants it there.

use crate::app::App;
use crate::app::incidents::{NewNote, Noted};
use crate::domain::actor::Actor;
use crate::error::Error;
use crate::text::truncate_to_width;
use crate::views::triage::TriageView;

/// The longest note that a hypothesis makes, in columns.
const LONGEST: usize = 1500;

impl App {
    /// Adds a hypothesis to an incident's timeline, labelled as one. The incident's severity stays
    /// as it is.
    ///
    /// # Errors
    /// The incident is not known or over, or the store cannot be written.
    pub fn note_hypothesis(
        &mut self,
        incident: &str,
        view: &TriageView,
        actor: &Actor,
    ) -> Result<Noted, Error> {
        let known = self.find_incident(incident)?;
        let status = known.status.value;
        if !status.is_open() {
            let label = &known.label;
            return Err(Error::conflict(format!(
                "{label} is {}: a hypothesis is for an incident that goes on",
                status.as_str()
            ))
            .hinted(format!(
                "name an open one, or `runledger incident reopen {label} --reason WHY` first"
            )));
        }
        let source = super::known::SOURCE.to_owned();
        let note = NewNote { text: words(view), source, ..NewNote::default() };
        self.note_incident(incident, &[note], actor)
    }
}

/// What it says, in a few lines.
fn words(view: &TriageView) -> String {
    let subtype = view.subtype.as_ref().map(|name| format!(" / {name}")).unwrap_or_default();
    let sure = view.confidence.map(|it| format!(", confidence {:.0} %", it * 100.0));
    let rules: Vec<String> = view.severity.rules.iter().map(|line| format!("{line:?}")).collect();
    let by = if rules.is_empty() { String::new() } else { format!(" ({})", rules.join(", ")) };
    let mut lines = vec![format!(
        "Hypothesis of triage, checked by nobody: {}{subtype}{}; {}{by}.",
        view.pattern,
        sure.unwrap_or_default(),
        view.severity.words,
    )];
    if !view.root_cause.is_empty() {
        lines.push(view.root_cause.clone());
    }
    if let Some(route) = &view.routing.runbook {
        let step = route.step.as_ref().map(|step| format!("#{step}")).unwrap_or_default();
        lines.push(format!("Runbook: {}{step}", route.slug));
    }
    truncate_to_width(&lines.join("\n"), LONGEST)
}
