//! `runledger incident role`: say who does what.

use super::{Done, MannerArgs, Session, Which, report};
use crate::app::incidents::{RoleChange, role_named};
use crate::error::Error;

/// Say who does what
///
/// The roles are commander, deputy, scribe, communications and expert; there may be several
/// experts.
#[derive(clap::Args, Debug)]
pub(crate) struct Args {
    #[command(flatten)]
    which: Which,
    /// The role
    #[arg(value_name = "ROLE")]
    role: String,
    /// Who has it; you, if nobody is named
    #[arg(value_name = "NAME")]
    people: Vec<String>,
    /// Take it away, from everybody if nobody is named
    #[arg(long)]
    remove: bool,
    #[command(flatten)]
    manner: MannerArgs,
}

pub(crate) fn run(args: &Args, session: &mut Session) -> Result<Done, Error> {
    let actor = session.actor();
    let mut app = session.app()?;
    let role = role_named(&args.role)?;
    let change = match (args.remove, args.people.as_slice()) {
        (true, people) => RoleChange::Leave(people.to_vec()),
        (false, []) => RoleChange::Take(vec![actor.name.clone()]),
        (false, people) => RoleChange::Take(people.to_vec()),
    };
    let manner = args.manner.manner();
    let view = app.set_incident_role(&args.which.label, role, &change, &manner, &actor)?;
    report(session, &view, args.which.json);
    if !args.which.json {
        let people = view.roles.get(role.as_str()).map(|people| people.join(", "));
        let people = people.unwrap_or_else(|| "nobody".to_owned());
        session.out.line(&format!("{}: {people}", crate::text::capitalised(role.title())));
    }
    Ok(Done::Well)
}
