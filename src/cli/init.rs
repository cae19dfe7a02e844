//! `runledger init`: write a commented runledger.toml here.

use super::{Done, Session};
use crate::error::Error;
use crate::whole_file::write_new_atomically;

/// Write a commented runledger.toml here
#[derive(clap::Args, Debug)]
pub(crate) struct Args {}

pub(crate) fn run(_args: &Args, session: &mut Session) -> Result<Done, Error> {
    let folder = match &session.flags.workspace {
        Some(folder) => folder.clone(),
        None => session.here.clone(),
    };
    let file = folder.join(crate::config::FILE_NAME);
    if file.exists() {
        return Err(Error::refused("there is a runledger.toml already")
            .at(file.display().to_string())
            .hinted("edit it; `runledger where` shows what it leads to"));
    }
    let random = uuid::Uuid::new_v4();
    let mut bytes = [0; 4];
    bytes.copy_from_slice(&random.as_bytes()[..4]);
    let id = crate::config::new_workspace_id(&folder, bytes);
    write_new_atomically(&file, crate::config::init_text(&id).as_bytes())
        .map_err(|e| Error::io("write", &file, e))?;
    session.out.line(&format!("Wrote {}.", file.display()));
    session.out.say("Next: `runledger sync` reads your runbooks, `runledger serve` shows them.");
    Ok(Done::Well)
}
