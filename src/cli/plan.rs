//! `runledger plan`: what a plan would destroy.

use std::collections::BTreeSet;
use std::path::PathBuf;

use super::triage::Given;
use super::{Done, Session, Style};
use crate::app::triage::check_plan;
use crate::assets::Assets;
use crate::error::Error;
use crate::text::count;
use crate::triage::PlanFinding;
use crate::views::triage::PlanCheckView;

/// Say what a plan would destroy, before anybody follows it
#[derive(clap::Args, Debug)]
pub(crate) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(clap::Subcommand, Debug)]
enum Command {
    /// Check a plan: shell, Markdown or prose, also numbered within one line
    ///
    /// Exits with 1 where a step should not be taken as it is written.
    Check(CheckArgs),
}

#[derive(clap::Args, Debug)]
struct CheckArgs {
    /// A file; `-` or nothing reads standard input
    #[arg(value_name = "FILE")]
    file: Option<PathBuf>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(args: &Args, session: &mut Session) -> Result<Done, Error> {
    let Command::Check(args) = &args.command;
    let Given { text: plan, is_cut } = super::triage::read(args.file.as_deref(), session)?;
    if is_cut {
        return Err(Error::refused("the plan is too long to be read to its end")
            .hinted("check it in parts: what was not read may destroy something"));
    }
    let assets = Assets::new(Some(&session.config.workspace));
    let findings = check_plan(&assets, &plan)?;
    let denied = findings.iter().any(|one| one.danger.refuses());
    if args.json {
        session.out.json(&PlanCheckView { denied, findings });
    } else {
        findings.iter().for_each(|one| print(session, one));
        session.out.say(&summary(&findings));
    }
    Ok(if denied { Done::DoesNotHold } else { Done::Well })
}

/// How many steps to refuse there are, and how many more that only warn.
fn summary(findings: &[PlanFinding]) -> String {
    let steps: BTreeSet<usize> = findings.iter().map(|one| one.place).collect();
    let refused = findings.iter().filter(|one| one.danger.refuses()).map(|one| one.place);
    let refused = refused.collect::<BTreeSet<_>>().len();
    format!(
        "{}, {}.",
        count(refused, "step to refuse", "steps to refuse"),
        count(steps.len() - refused, "step with a warning", "steps with a warning")
    )
}

fn print(session: &mut Session, one: &PlanFinding) {
    let (word, style) =
        if one.danger.refuses() { ("DENY", Style::Bad) } else { ("WARN", Style::Warn) };
    session.out.styled(&[
        (Style::Bold, &format!("step {}", one.step)),
        (Style::Dim, &format!(" (line {}) ", one.line)),
        (style, word),
        (Style::Plain, &format!(" {}", one.danger.rule)),
    ]);
    session.out.wrapped(Style::Dim, "  ", &one.text);
    session.out.wrapped(Style::Plain, "  destroys: ", &one.danger.destroys);
    session.out.wrapped(Style::Plain, "  instead: ", &one.danger.safer);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_finding_shows_no_secret_of_its_command() {
        let plan = "PGPASSWORD=hunter2X9 psql -h db-3 -c 'DROP TABLE orders'\n\
            mysql -u root -pSeCr3tPw9 shop -e 'TRUNCATE orders'";
        let findings = check_plan(&Assets::new(None), plan).expect("the built-in rules");
        let shown: Vec<&str> = findings.iter().map(|one| one.text.as_str()).collect();
        assert_eq!(shown.len(), 2, "{shown:?}");
        for (text, secret, kept) in
            [(shown[0], "hunter2X9", "orders"), (shown[1], "SeCr3tPw9", "TRUNCATE")]
        {
            assert!(!text.contains(secret) && text.contains(kept), "{text}");
            assert!(text.contains("[redacted"), "{text}");
        }
        let view = PlanCheckView { denied: true, findings };
        let json = serde_json::to_string(&view).expect("JSON");
        assert!(!json.contains("hunter2X9") && !json.contains("SeCr3tPw9"), "{json}");
    }

    #[test]
    fn the_summary_counts_steps() {
        let check = |plan: &str, expected: &str| {
            let findings = check_plan(&Assets::new(None), plan).expect("the built-in rules");
            assert_eq!(summary(&findings), expected, "{plan}: {findings:?}");
        };
        check("rm -rf \"$DIR\"/pg_wal/*", "1 step to refuse, 0 steps with a warning.");
        check(
            "1. rm -rf /data\n1. rm -rf /srv\n1. systemctl stop sshd\n",
            "2 steps to refuse, 1 step with a warning.",
        );
        check("ls", "0 steps to refuse, 0 steps with a warning.");
    }
}
