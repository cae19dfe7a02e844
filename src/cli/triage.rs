//! `runledger triage`: what messages may mean, and the runbook step to open.

use std::fs::File;
use std::io::{IsTerminal as _, Read};
use std::path::{Path, PathBuf};

use super::{Done, Session, Style};
use crate::app::triage::{Hypothesis, Paste};
use crate::domain::freshness::Status;
use crate::error::Error;
use crate::text::{LineIndex, truncate_to_width};
use crate::triage::{Also, LeftOut, Level, Link, Place};
use crate::views::StepFreshnessView;
use crate::views::triage::{BesideView, TriageStep, TriageView};

/// Say what messages may mean, how bad it is, and which runbook step to open
///
/// Takes a pasted log, what Alertmanager sends, Kubernetes events, `helm history` or `helm
/// status`, and says a hypothesis with the words that speak for it. It changes nothing.
#[derive(clap::Args, Debug)]
pub(crate) struct Args {
    /// A file; `-` or nothing reads standard input
    #[arg(value_name = "FILE")]
    file: Option<PathBuf>,
    /// Print JSON
    #[arg(long)]
    json: bool,
    /// Show every place that speaks for it or against it
    #[arg(long)]
    explain: bool,
    /// Add the result to this incident's timeline, as a hypothesis
    #[arg(long, value_name = "LABEL")]
    incident: Option<String>,
    /// Which service needs which, in place of data/topology.yaml
    #[arg(long, value_name = "FILE")]
    topology: Option<PathBuf>,
}

/// The largest text that is read, in bytes; a longer one is cut there.
const LARGEST: u64 = 32 << 20;

/// So many places are shown.
const PLACES: usize = 60;

/// So many linked incidents are shown.
const LINKS: usize = 5;

pub(crate) fn run(args: &Args, session: &mut Session) -> Result<Done, Error> {
    let Given { text, is_cut } = read(args.file.as_deref(), session)?;
    let actor = session.actor();
    let topology = args.topology.as_ref().map(|file| session.here.join(file));
    let mut app = session.app()?;
    let paste =
        Paste { text: &text, incident: args.incident.as_deref(), topology: topology.as_deref() };
    let mut view = app.triage(&paste)?;
    if is_cut {
        view.notes
            .push(format!("the text is longer than {} MiB: its end was not read", LARGEST >> 20));
    }
    if !args.json {
        print(session, &view);
        if args.explain {
            explain(session, &view);
        }
        // What nobody could read is added to no timeline.
        if args.incident.is_some() {
            session
                .out
                .check()
                .map_err(|error| error.hinted("nothing was added to the timeline"))?;
        }
    }
    let noted = match &args.incident {
        Some(incident) => Some((incident, app.note_hypothesis(incident, &view, &actor)?)),
        None => None,
    };
    view.noted = noted.as_ref().map(|(_, noted)| noted.id);
    view.noted_before = noted.as_ref().is_some_and(|(_, noted)| noted.stood);
    let told = noted.map(|(incident, Hypothesis { id, stood, not_kept })| {
        let told = match stood {
            true => {
                format!(
                    "It stands in {incident} already, word for word: nothing was added.  ({id})"
                )
            }
            false => format!("Noted in {incident}, as a hypothesis.  ({id})"),
        };
        let told = not_kept.iter().fold(told, |told, words| format!("{told}\n{words}"));
        view.notes.extend(not_kept);
        told
    });
    match &told {
        _ if args.json => session.out.json(&view),
        Some(told) => session.out.line(told),
        None => {}
    }
    // Nobody is to add again what was added, because its answer got lost.
    session.out.check().map_err(|error| match told {
        Some(told) => error.hinted(told),
        None => error,
    })?;
    Ok(Done::Well)
}

/// A text that was given.
pub(super) struct Given {
    pub(super) text: String,
    /// Whether it was longer than is read.
    pub(super) is_cut: bool,
}

/// A file, or standard input.
pub(super) fn read(file: Option<&Path>, session: &Session) -> Result<Given, Error> {
    let mut bytes = Vec::new();
    let mut take = |from: &mut dyn Read| from.take(LARGEST + 1).read_to_end(&mut bytes);
    match file {
        Some(file) if file != Path::new("-") => {
            let path = session.here.join(file);
            let opened = File::open(&path).and_then(|mut file| take(&mut file));
            opened.map_err(|error| Error::io("read", &path, error))?;
        }
        None if std::io::stdin().is_terminal() => {
            return Err(Error::refused("which text?")
                .hinted("name a file, or pipe one in: kubectl get events | runledger triage"));
        }
        _ => {
            let taken = take(&mut std::io::stdin());
            taken.map_err(|e| Error::failed(format!("reading standard input: {e}")))?;
        }
    }
    let is_cut = bytes.len() as u64 > LARGEST;
    bytes.truncate(usize::try_from(LARGEST).unwrap_or(usize::MAX));
    if let Some(looks) = crate::text::no_text(&bytes) {
        return Err(Error::refused(format!("this is no text that can be read: {looks}")).hinted(
            "give it as UTF-8: `iconv -f UTF-16LE -t UTF-8`, `zcat`, or `strings` may help",
        ));
    }
    let text = crate::text::decoded(&bytes);
    // An empty pipe is a command that failed, and no good news.
    if text.trim().is_empty() {
        return Err(Error::refused("the text is empty")
            .hinted("did the command before the pipe print anything?"));
    }
    Ok(Given { text, is_cut })
}

fn print(session: &mut Session, view: &TriageView) {
    head(session, view);
    if !view.root_cause.is_empty() {
        session.out.wrapped(Style::Plain, "Cause     ", &view.root_cause);
    }
    route(session, view);
    for link in view.linked.iter().take(LINKS) {
        session.out.wrapped(Style::Plain, "Linked    ", &linked(link));
    }
    if view.linked.len() > LINKS {
        session.out.line(&format!("          and {} more", view.linked.len() - LINKS));
    }
    let chain: Vec<&str> = view.cascade.iter().map(|stage| stage.service.as_str()).collect();
    if !chain.is_empty() {
        session.out.wrapped(Style::Plain, "Cascade   ", &chain.join(" → "));
    }
    if !view.plan.is_empty() {
        session.out.styled(&[(Style::Bold, "Plan")]);
    }
    let routed = view.routing.runbook.is_some();
    view.plan.iter().for_each(|one| step(session, one, routed));
    if !view.left_out.is_empty() {
        session.out.styled(&[(Style::Bold, "Left out")]);
    }
    view.left_out.iter().for_each(|one| left_out(session, one));
    if !view.to_check.is_empty() {
        session.out.styled(&[(Style::Bold, "To check")]);
    }
    for open in &view.to_check {
        session.out.wrapped(Style::Plain, "  - ", open);
    }
    for note in &view.notes {
        session.out.wrapped(Style::Dim, "", note);
    }
    if !view.redacted.is_empty() {
        let what = view.redacted.join(", ");
        session.out.say(&format!("Left out, because it looked secret: {what}."));
    }
}

fn head(session: &mut Session, view: &TriageView) {
    let subtype = view.subtype.as_ref().map(|name| format!(" / {name}")).unwrap_or_default();
    let sure = view.confidence.map(|value| format!("  {:.0} %", value * 100.0));
    session.out.styled(&[
        (Style::Bold, &format!("{}{subtype}", view.pattern)),
        (Style::Plain, &sure.unwrap_or_default()),
        (Style::Dim, "  a hypothesis; --explain shows what speaks for it"),
    ]);
    let style = match view.severity.judged.level {
        Level::Critical | Level::High => Style::Bad,
        Level::Medium => Style::Warn,
        Level::Low | Level::Info => Style::Plain,
    };
    let mut said: Vec<String> = Vec::new();
    for ground in &view.severity.judged.grounds {
        let line = format!("{:?}: {}", ground.line, ground.says);
        if !said.contains(&line) {
            said.push(line);
        }
    }
    let because =
        if said.is_empty() { view.severity.judged.because.clone() } else { said.join("; ") };
    let words = format!("{} ({because})", view.severity.words);
    session.out.wrapped(style, "Severity  ", &words);
    let who = view.escalate_to.as_ref().map(|it| format!("{}; ", it.words)).unwrap_or_default();
    let because = &view.remediation_because;
    session.out.wrapped(
        Style::Plain,
        "Who       ",
        &format!("{}: {who}{because}", view.remediation.as_str()),
    );
    for because in &view.because {
        session.out.wrapped(Style::Plain, "Because   ", because);
    }
    for one in &view.also {
        session.out.wrapped(Style::Plain, "Also      ", &other(view, &one.also));
        if let Some(runbook) = &one.runbook {
            let BesideView { slug, title, anchor, reason, warning } = runbook;
            let place = if anchor.is_empty() { String::new() } else { format!("#{anchor}") };
            let open = format!("open {slug}{place}  {title}; why: {reason}");
            session.out.wrapped(Style::Plain, "          ", &open);
            if !warning.is_empty() {
                session.out.wrapped(Style::Warn, "          ", warning);
            }
        }
    }
    if let Some(other) = view.runner_up.as_ref().filter(|_| view.also.is_empty()) {
        session.out.wrapped(
            Style::Dim,
            "Else      ",
            &format!("{}, which less speaks for", other.pattern),
        );
    }
}

/// A failure beside the one that the verdict is about, with the line that says most of it.
fn other(view: &TriageView, also: &Also) -> String {
    let subtype = also.subtype.as_ref().map(|name| format!(" / {name}")).unwrap_or_default();
    let level = also.level.map(|level| format!(", {}", level.as_str())).unwrap_or_default();
    let place = also.evidence.and_then(|at| view.evidence.get(at)).map(|one| one.place);
    let place = place.map(|place| format!(", {}", line_of(view, place))).unwrap_or_default();
    let of = also.of.as_ref().map(|of| format!(" ({of})")).unwrap_or_default();
    let relation = also.relation();
    format!("{}{subtype}{level}: {}{of}{place}; {relation}", also.pattern, also.says)
}

fn route(session: &mut Session, view: &TriageView) {
    let Some(route) = &view.routing.runbook else {
        let nearest: Vec<&str> = view.routing.nearest.iter().map(|one| one.slug.as_str()).collect();
        let words = match &view.without_runbooks {
            Some(words) => words.clone(),
            None if nearest.is_empty() => "no runbook fits".to_owned(),
            None => format!("no runbook fits well; nearest: {}", nearest.join(", ")),
        };
        session.out.wrapped(Style::Warn, "Open      ", &words);
        return;
    };
    let (step, title) = match &route.step {
        Some(step) => (format!("#{step}"), &route.step_title),
        None if route.section.is_empty() => (String::new(), &route.title),
        None => (format!("#{}", route.anchor), &route.section),
    };
    session.out.wrapped(Style::Bold, "Open      ", &format!("{}{step}  {title}", route.slug));
    session.out.wrapped(Style::Dim, "          ", &format!("why: {}", route.reason));
    if let Some(fits) = &route.fits {
        let words = format!("look first; the words fit step {} best: {}", fits.id, fits.title);
        session.out.wrapped(Style::Plain, "          ", &words);
    }
    if !route.done.is_empty() {
        let done: Vec<&str> = route.done.iter().map(|step| step.as_str()).collect();
        let words = format!("recorded as done in the incident: {}", done.join(", "));
        session.out.wrapped(Style::Plain, "          ", &words);
    }
    if !route.warning.is_empty() {
        session.out.wrapped(Style::Bad, "          ", &route.warning);
    } else if let Some(freshness) = &route.freshness {
        session.out.wrapped(Style::Good, "          ", &freshness.sentence);
    }
}

fn linked(link: &Link) -> String {
    let kind = format!("{:?}", link.kind).to_lowercase();
    let title = if link.title == link.id { String::new() } else { format!(" {}", link.title) };
    format!("{}{title} ({kind}: {})", link.id, link.reasons.join("; "))
}

/// A step of the plan. Beside a runbook's, those that only the rules know are told as such.
fn step(session: &mut Session, step: &TriageStep, routed: bool) {
    let mut words = step.text.clone();
    if step.source == "template" {
        words.push_str(if routed { "  [from the rules]" } else { "" });
    } else {
        words.push_str(&format!("  [{}", step.source));
        if let Some(seconds) = step.budget_s {
            words.push_str(&format!(", within {}", crate::text::duration_words(seconds)));
        }
        if let Some(state) = step.freshness.as_ref().and_then(state) {
            words.push_str(&format!(", {state}"));
        }
        words.push(']');
    }
    session.out.wrapped(Style::Plain, &format!("  {}. ", step.step), &words);
    // Who is tired copies what stands first: it has the names of this case.
    for command in step.instead.iter().flat_map(|command| command.lines()) {
        session.out.line(&format!("       {command}"));
    }
    for words in cautions(step) {
        session.out.wrapped(Style::Warn, "       ! ", &words);
    }
    for command in step.commands.iter().flat_map(|command| command.lines()) {
        session.out.line(&format!("       {command}"));
    }
    for danger in &step.dangers {
        let words = format!("{}: destroys {}; {}", danger.rule, danger.destroys, danger.safer);
        session.out.wrapped(Style::Warn, "       ! ", &words);
    }
}

/// What a step of a runbook does not say itself about this incident.
fn cautions(step: &TriageStep) -> Vec<String> {
    let mut cautions = Vec::new();
    if !step.rests_on.is_empty() {
        let before = step.rests_on.join("; ");
        cautions.push(format!("from here on it rests on what is left out: {before}"));
    }
    let values = step.samples.join(", ");
    if !step.instead.is_empty() {
        let of = if values.is_empty() { String::new() } else { format!(" ({values})") };
        cautions
            .push(format!("not as they stand: the runbook's own lines are of another case{of}"));
    } else if !step.samples.is_empty() {
        cautions.push(format!("values of the runbook's example, put in yours: {values}"));
    }
    cautions
}

/// How far a step can be trusted, where anything is known of it.
fn state(step: &StepFreshnessView) -> Option<String> {
    let last = step.days_since.map(|days| format!("last worked {}", crate::text::days_ago(days)));
    match (step.failing, last) {
        (true, Some(last)) => Some(format!("FAILING, {last}")),
        (true, None) => Some("FAILING".to_owned()),
        (false, Some(last)) => Some(last),
        (false, None) => (step.status == Status::Never).then(|| "never worked yet".to_owned()),
    }
}

fn left_out(session: &mut Session, one: &LeftOut) {
    session.out.wrapped(Style::Warn, "  - ", &one.text);
    session.out.wrapped(Style::Plain, "      would destroy: ", &one.destroys.join("; "));
    session.out.wrapped(Style::Plain, "      instead: ", &one.safer.join("; "));
}

/// The places, as lines of the text that was given.
fn explain(session: &mut Session, view: &TriageView) {
    session.out.styled(&[(Style::Bold, "Evidence")]);
    let width = session.out.width();
    // A line that follows from what was found has no place of its own.
    for ground in view.severity.judged.grounds.iter().filter(|one| one.evidence.is_none()) {
        let found = view.subtype.as_deref().unwrap_or(view.pattern.as_str());
        let line = format!("  + {:?} of {found}  [{}] {}", ground.line, ground.rule, ground.says);
        session.out.line(&truncate_to_width(&line, width.max(60) * 2));
    }
    for one in view.evidence.iter().take(PLACES) {
        let sign = if one.affirmed { "+" } else { "-" };
        let place = line_of(view, one.place);
        let text = crate::text::collapse_whitespace(&one.text);
        let adds = if one.adds > 0.0 { format!(" {:.1}", one.adds) } else { String::new() };
        let line = format!(
            "  {sign}{adds} {} {place}  [{}] {}: {text}",
            one.speaks_for, one.rule, one.says
        );
        session.out.line(&truncate_to_width(&line, width.max(60) * 2));
    }
    if view.evidence.len() > PLACES {
        session.out.line(&format!("  and {} more; --json has all", view.evidence.len() - PLACES));
    }
}

fn line_of(view: &TriageView, place: Place) -> String {
    let Some(message) = place.message.and_then(|at| view.messages.get(at)) else {
        return "conditions".to_owned();
    };
    if message.line == 0 {
        return format!("message {}", place.message.map_or(0, |at| at + 1));
    }
    let line = message.line + LineIndex::new(&message.text).line(place.start) - 1;
    format!("line {line}")
}
