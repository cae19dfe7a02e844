//! `runledger incident set`: tell or correct fields, context and times.

use super::{Done, MannerArgs, Session, Which, parse_link, report, told_severity, told_time};
use crate::app::App;
use crate::app::incidents::{Change, Manner};
use crate::domain::incident::{Role, TimeName};
use crate::error::Error;
use crate::text::redact::redact;
use crate::text::{is_slip_of, shell_quote};
use crate::views::incident::IncidentView;

/// Tell or correct fields, context and times
///
/// `title`, `severity`, `services` (a,b), `detection`, `link`, `unlink`; the times `started`,
/// `detected`, `acknowledged`, `mitigated`, `resolved`, also as `n/a` or `unknown`; any other
/// name is one of the context, like release or namespace. An empty value takes a name away. A name
/// that is close to a field's is refused, unless it is written `context.NAME`.
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
    // What the incident has already is no slip.
    let known = app.incident(&args.which.label)?.context;
    let is_known = |name: &str| known.contains_key(name);
    let changes: Vec<Change> =
        args.changes.iter().map(|text| change(&app, text, is_known)).collect::<Result<_, _>>()?;
    let manner = Manner { source: args.source.clone(), ..args.manner.manner() };
    let view = app.edit_incident(&args.which.label, &changes, &manner, &actor)?;
    report(session, &view, args.which.json);
    if !args.which.json {
        changes.iter().for_each(|change| told(session, &view, change));
    }
    Ok(Done::Well)
}

/// Fields whose names a slip may have missed.
const FIELDS: [&str; 7] =
    ["title", "severity", "services", "service", "detection", "unlink", "status"];

fn change(app: &App, text: &str, is_known: impl Fn(&str) -> bool) -> Result<Change, Error> {
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
        other => {
            let given = other.strip_prefix("context.");
            if given.is_none() && !is_known(other) {
                check_meant(other, value)?;
            }
            Change::Context { name: given.unwrap_or(other).to_owned(), value: text }
        }
    })
}

/// Refuses what was meant as something else than a name of the context: a slip of the fingers
/// would hide a severity or a time there, and nobody would miss it.
fn check_meant(name: &str, value: &str) -> Result<(), Error> {
    if let Some(role) = Role::parse(name) {
        return Err(Error::refused(format!("{name} is a role, and is given, not set"))
            .hinted(format!("`runledger incident role LABEL {role} {}`", shell_quote(value))));
    }
    let fields = FIELDS.into_iter().chain(TimeName::ALL.map(TimeName::as_str));
    match fields.into_iter().find(|field| is_slip_of(name, field)) {
        None => Ok(()),
        Some(field) => Err(Error::refused(format!("`{name}` is neither a field nor a time"))
            .hinted(format!(
                "did you mean {field}? A name of the context that is close to one is written \
                 context.{name}={}",
                shell_quote(value)
            ))),
    }
}

/// Says what is stored now: secrets left out, times on the clock here.
fn told(session: &mut Session, view: &IncidentView, change: &Change) {
    let line = match change {
        Change::Time(name, _) => return told_time(session, view, *name),
        Change::Severity(written) => return told_severity(session, view, written),
        Change::Title(_) => format!("title {}", view.line.title),
        Change::Services(_) => format!("services {}", named(&view.line.services.join(", "))),
        Change::Detection(_) => {
            format!("detection {}", named(view.detection.as_deref().unwrap_or_default()))
        }
        Change::Link(link) => format!("link {}", redact(&link.url).text),
        Change::Unlink(url) => format!("without the link {url}"),
        Change::Context { name, .. } => {
            let name = name.trim().to_lowercase();
            let value = view.context.get(&name).map_or("", String::as_str);
            format!("{name} {}", named(value))
        }
    };
    session.out.line(&format!("  {line}"));
}

const fn named(value: &str) -> &str {
    if value.is_empty() { "is not told any more" } else { value }
}
