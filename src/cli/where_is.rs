//! `runledger where`: print where everything is.

use super::{Done, Session, Style};
use crate::error::Error;

/// Print where everything is
#[derive(clap::Args, Debug)]
pub(crate) struct Args {
    /// Print JSON
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(args: &Args, session: &mut Session) -> Result<Done, Error> {
    let places = session.config.where_();
    if args.json {
        let map: std::collections::BTreeMap<_, _> =
            places.iter().map(|(name, path)| (name, path.display().to_string())).collect();
        session.out.json(&map);
    } else {
        for (name, path) in &places {
            let path = path.display().to_string();
            session.out.styled(&[(Style::Dim, &format!("{name:>14}  ")), (Style::Plain, &path)]);
        }
    }
    Ok(Done::Well)
}
