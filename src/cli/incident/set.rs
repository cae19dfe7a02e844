//! `runledger incident set`: tell or correct fields, context and times.

use super::{Done, MannerArgs, Session, Which, parse_link, report};
use crate::app::App;
use crate::app::incidents::{Change, Manner};
use crate::domain::incident::TimeName;
use crate::error::Error;

/// Tell or correct fields, context and times
///
/// `title`, `severity`, `services` (a,b), `detection`, `link`, `unlink`; the times `started`,
/// `detected`, `acknowledged`, `mitigated`, `resolved`, also as `n/a` or `unknown`; any other
/// name is one of the context, like release or namespace. An empty value takes a name away.
#[derive(clap::Args, Debug)]
pub(crate) struct Args {
    #[command(flatten)]
    which: Which,
    /// What to set, like severity=P1, started=14:03 or release=ingress-nginx
    #[arg(value_name = "NAME=VALUE", required = true)]
    changes: Vec<String>,
    #[command(flatten)]
    manner: MannerArgs,
    /// Where a time is known from, like a dashboard
    #[arg(long, value_name = "TEXT", default_value = "", hide_default_value = true)]
    source: String,
}

pub(crate) fn run(args: &Args, session: &mut Session) -> Result<Done, Error> {
    let actor = session.actor();
    let mut app = session.app()?;
    let changes: Vec<Change> =
        args.changes.iter().map(|text| change(&app, text)).collect::<Result<_, _>>()?;
    let manner = Manner { source: args.source.clone(), ..args.manner.manner() };
    let view = app.edit_incident(&args.which.label, &changes, &manner, &actor)?;
    report(session, &view, args.which.json);
    Ok(Done::Well)
}

fn change(app: &App, text: &str) -> Result<Change, Error> {
    let Some((name, value)) = text.split_once('=') else {
        return Err(Error::refused(format!("`{text}` says no value"))
            .hinted("write NAME=VALUE, like severity=P1 or started=14:03"));
    };
    let (name, value) = (name.trim(), value.trim());
    if let Some(time) = TimeName::parse(name) {
        return Ok(Change::Time(time, app.time_told(value)?));
    }
    let text = value.to_owned();
    Ok(match name.to_lowercase().as_str() {
        "title" => Change::Title(text),
        "severity" | "sev" => Change::Severity(text),
        "service" | "services" => {
            Change::Services(value.split(',').map(|name| name.trim().to_owned()).collect())
        }
        "detection" => Change::Detection(text),
        "link" => Change::Link(parse_link(value).map_err(Error::refused)?),
        "unlink" => Change::Unlink(text),
        "status" => {
            return Err(Error::refused("a status is changed, not set")
                .hinted("`runledger incident status LABEL mitigated`"));
        }
        _ => Change::Context {
            name: name.strip_prefix("context.").unwrap_or(name).to_owned(),
            value: text,
        },
    })
}
