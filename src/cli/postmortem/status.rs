//! `runledger postmortem status`: questions and answers, and all that is missing.

use super::super::when::local;
use super::{Done, Session, Style, Which, headline};
use crate::domain::checklist::Verdict;
use crate::domain::postmortem::Missing;
use crate::error::Error;
use crate::views::postmortem::{ChecklistQuestionView, PostmortemView, SectionView};

/// Show questions and answers, and all that is missing
#[derive(clap::Args, Debug)]
pub(crate) struct Args {
    #[command(flatten)]
    which: Which,
}

pub(crate) fn run(args: &Args, session: &mut Session) -> Result<Done, Error> {
    let view = session.app()?.postmortem(&args.which.label)?;
    if args.which.json {
        session.out.json(&view);
        return Ok(Done::Well);
    }
    headline(session, &view.line);
    facts(session, &view);
    session.out.styled(&[(Style::Bold, "\nSections")]);
    view.sections.iter().for_each(|it| section(session, it));
    for group in &view.checklist {
        session.out.styled(&[(Style::Bold, &format!("\n{}", group.title))]);
        group.questions.iter().for_each(|it| question(session, it));
    }
    if !view.actions.is_empty() {
        session.out.styled(&[(Style::Bold, "\nAction items")]);
        for action in &view.actions {
            super::super::action::line(session, action);
        }
    }
    missing(session, &view.missing);
    Ok(Done::Well)
}

fn facts(session: &mut Session, view: &PostmortemView) {
    let cause = match (view.cause, view.cause_said) {
        ("change", true) => "a change",
        ("change", false) => "a change, as the runbooks used show",
        (_, true) => "no change of ours",
        (_, false) => "nobody said yet",
    };
    session.out.line(&format!("  Cause: {cause}"));
    for (what, due) in [("Draft", &view.line.draft_due), ("Publication", &view.line.publish_due)] {
        if let Some(due) = due {
            let due = local(session.config.timezone, due);
            session.out.line(&format!("  {what} due: {due}"));
        }
    }
    if let (Some(at), Some(file)) = (&view.line.published_at, &view.line.file) {
        let at = local(session.config.timezone, at);
        session.out.line(&format!("  Published: {at} in {file}"));
    }
}

fn section(session: &mut Session, section: &SectionView) {
    let words = section.text.split_whitespace().count();
    let (style, state) = match words {
        0 if section.required => (Style::Warn, "not written".to_owned()),
        0 => (Style::Dim, "not written".to_owned()),
        words => (Style::Good, crate::text::count(words, "word", "words")),
    };
    session.out.styled(&[(Style::Plain, &format!("  {:<21}", section.name)), (style, &state)]);
}

fn question(session: &mut Session, question: &ChecklistQuestionView) {
    let (style, answer) = match (&question.answer, question.verdict) {
        (None, _) => (Style::Warn, "not answered"),
        (Some(answer), Some(Verdict::Bad)) => (Style::Bad, answer.as_str()),
        (Some(answer), _) if question.complete => (Style::Good, answer.as_str()),
        (Some(answer), _) => (Style::Warn, answer.as_str()),
    };
    session.out.styled(&[
        (Style::Plain, &format!("  {:>2}  {}  ", question.number, question.text)),
        (style, answer),
        (Style::Dim, &format!("  {}", question.id)),
    ]);
    for by in &question.also {
        session.out.wrapped(Style::Dim, "      ", &format!("{} asks: {}", by.slug, by.question));
    }
    for evidence in &question.evidence {
        let value = evidence.value.as_deref().unwrap_or("-");
        let line = format!("      {} ({}): {value}", evidence.label, evidence.name);
        session.out.styled(&[(Style::Dim, &line)]);
    }
    if let Some(reason) = &question.reason {
        session.out.wrapped(Style::Dim, "      ", reason);
    }
    if let Some(label) = &question.action {
        session.out.styled(&[(Style::Dim, &format!("      action item {label}"))]);
    } else if let Some(reason) = &question.declined {
        session.out.wrapped(Style::Dim, "      no action item: ", reason);
    } else if let (Some(Verdict::Bad), Some(proposal)) = (question.verdict, &question.proposal) {
        session.out.wrapped(Style::Warn, "      proposed: ", proposal);
    }
}

fn missing(session: &mut Session, missing: &[Missing]) {
    if missing.is_empty() {
        session.out.styled(&[(Style::Good, "\nNothing is missing.")]);
        return;
    }
    session.out.styled(&[(Style::Bold, "\nMissing")]);
    for it in missing {
        session.out.wrapped(Style::Plain, "  - ", &it.message);
        session.out.styled(&[(Style::Dim, &format!("    {}", it.fix))]);
    }
}
