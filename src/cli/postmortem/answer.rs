//! `runledger postmortem answer`: answer a question of the checklist.

use super::{Done, Session, Style, Which, parse_date, report};
use crate::app::{Follow, NewAnswer};
use crate::cli::DateArg;
use crate::cli::worked::parse_pair;
use crate::domain::action_item::{ActionKind, Priority};
use crate::domain::checklist::Verdict;
use crate::error::Error;
use crate::views::postmortem::{ChecklistQuestionView, PostmortemView};

/// Answer a question of the checklist
///
/// A good answer names its evidence; a bad one needs an action item, or a reason why there is
/// none; "not applicable" needs a reason, too. Open questions are answered in words.
#[derive(clap::Args, Debug)]
pub(crate) struct Args {
    #[command(flatten)]
    which: Which,
    /// Its number or its id, as `postmortem status` shows it
    #[arg(value_name = "QUESTION")]
    question: String,
    /// yes, no, na, or words where the question is open
    #[arg(value_name = "ANSWER")]
    answer: String,
    /// What a good answer names; may be given several times
    #[arg(long, value_name = "NAME=VALUE", value_parser = parse_pair)]
    evidence: Vec<(String, String)>,
    /// Why it does not apply, or a remark
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
    /// Open the action item that the question proposes, or this one
    #[arg(
        long,
        value_name = "TEXT",
        num_args = 0..=1,
        default_missing_value = "",
        conflicts_with = "no_action"
    )]
    action: Option<String>,
    /// No action item follows, and why
    #[arg(long, value_name = "REASON")]
    no_action: Option<String>,
    /// Who does the action item
    #[arg(long, value_name = "NAME", requires = "action")]
    owner: Option<String>,
    /// Until when
    #[arg(long, value_name = "DATE", value_parser = parse_date, requires = "action")]
    due: Option<DateArg>,
    /// How much it matters: high, medium or low
    #[arg(long, value_name = "WORD", value_parser = super::super::action::parse_priority)]
    #[arg(requires = "action")]
    priority: Option<Priority>,
    /// What it is for: prevent, detect, mitigate or process
    #[arg(long, value_name = "WORD", value_parser = super::super::action::parse_kind)]
    #[arg(requires = "action")]
    kind: Option<ActionKind>,
    /// Refuse unless this version stands, as `status --json` tells it
    #[arg(long, value_name = "VERSION")]
    if_version: Option<String>,
}

pub(crate) fn run(args: &Args, session: &mut Session) -> Result<Done, Error> {
    let actor = session.actor();
    let mut app = session.app()?;
    let today = app.today();
    let follow = match (&args.action, &args.no_action) {
        (Some(text), _) => Some(Follow::Action {
            text: text.clone(),
            kind: args.kind,
            priority: args.priority,
            owner: args.owner.clone().unwrap_or_default(),
            due: args.due.map(|due| due.on(today)),
        }),
        (None, Some(reason)) => Some(Follow::Decline(reason.clone())),
        (None, None) => None,
    };
    let new = NewAnswer {
        answer: args.answer.clone(),
        evidence: args.evidence.clone(),
        reason: args.reason.clone(),
        follow,
        seen: args.if_version.clone(),
    };
    let (view, id) = app.answer_question(&args.which.label, &args.question, &new, &actor)?;
    if !args.which.json {
        let mut questions = view.checklist.iter().flat_map(|group| &group.questions);
        if let Some(question) = questions.find(|question| question.id == id) {
            tell(session, &view, question);
        }
    }
    report(session, &view, args.which.json);
    Ok(Done::Well)
}

/// What the answer came to, and what it still wants.
fn tell(session: &mut Session, view: &PostmortemView, question: &ChecklistQuestionView) {
    let style = if question.complete { Style::Good } else { Style::Warn };
    let answer = question.answer.as_deref().unwrap_or_default();
    session.out.styled(&[(Style::Plain, &format!("{}  ", question.text)), (style, answer)]);
    if let Some(label) = &question.action {
        let action = view.actions.iter().find(|action| action.label == *label);
        if let Some(action) = action {
            session.out.line(&format!("Action item {label}: {}", action.text));
        }
    }
    if question.verdict == Some(Verdict::Bad) && !question.complete {
        let proposal = question.proposal.as_deref().unwrap_or("say what shall be different");
        session.out.line(&format!("Proposed action item: {proposal}"));
        session.out.say("Open it with --action, or say with --no-action why nothing follows.");
    }
    for label in &question.left_over {
        session.out.say(&format!(
            "Action item {label} followed from the answer before and is still open: \
             `runledger action drop {label} --reason WHY` if it is not needed any more."
        ));
    }
    let about = format!("question:{}", question.id);
    let lacking = view.missing.iter().filter(|it| it.about.to_string() == about);
    for missing in lacking.filter(|_| question.verdict == Some(Verdict::Good)) {
        session.out.say(&missing.message);
    }
}
