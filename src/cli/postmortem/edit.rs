//! `runledger postmortem edit`: write a section, or tell owner, template or cause differently.

use std::fs;
use std::io::{Read as _, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::process::Command;

use super::{Done, Session, Which, report};
use crate::app::{PostmortemRetold, cause_named, section_named};
use crate::domain::actor::Actor;
use crate::domain::postmortem::Section;
use crate::error::{Error, Kind};

/// The largest text that is read from standard input, in bytes.
const MAX_INPUT: u64 = 1 << 20;

/// Write a section, or say that owner, template or cause are others
///
/// Without --text, the section is opened in your editor (VISUAL, else EDITOR). Sections: summary,
/// impact, detection, root-cause, whys, contributing-factors, went-well, went-wrong, lucky,
/// lessons.
#[derive(clap::Args, Debug)]
pub(crate) struct Args {
    #[command(flatten)]
    which: Which,
    /// The section
    #[arg(value_name = "SECTION", required_unless_present_any = ["owner", "template", "cause"])]
    section: Option<String>,
    /// Its whole new text, in Markdown; `-` reads standard input
    #[arg(long, value_name = "TEXT", requires = "section")]
    text: Option<String>,
    /// Refuse unless this version stands, as `status --json` tells it
    #[arg(long, value_name = "VERSION")]
    if_version: Option<String>,
    /// Who sees to it that it is published
    #[arg(long, value_name = "NAME", conflicts_with = "section")]
    owner: Option<String>,
    /// After which template of templates/postmortems/ it is written
    #[arg(long, value_name = "NAME", conflicts_with = "section")]
    template: Option<String>,
    /// What caused the incident: change or other
    #[arg(long, value_name = "CAUSE", conflicts_with = "section")]
    cause: Option<String>,
    /// Why that cause
    #[arg(long, value_name = "TEXT", default_value = "", hide_default_value = true)]
    reason: String,
}

pub(crate) fn run(args: &Args, session: &mut Session) -> Result<Done, Error> {
    let view = match &args.section {
        Some(section) => {
            let section = section_named(section)?;
            match args.text.as_deref() {
                None => in_editor(args, section, session)?,
                Some("-") => write(args, section, &read_input()?, session)?,
                Some(text) => write(args, section, text, session)?,
            }
        }
        None => {
            let retold = PostmortemRetold {
                template: args.template.clone(),
                owner: args.owner.clone(),
                cause: args.cause.as_deref().map(cause_named).transpose()?,
                reason: args.reason.clone(),
                seen: args.if_version.clone(),
            };
            let actor = session.actor();
            session.app()?.change_postmortem(&args.which.label, &retold, &actor)?
        }
    };
    report(session, &view, args.which.json);
    Ok(Done::Well)
}

type View = crate::views::postmortem::PostmortemView;

fn write(args: &Args, section: Section, text: &str, session: &Session) -> Result<View, Error> {
    let actor = session.actor();
    let mut app = session.app()?;
    let label = &args.which.label;
    let seen = match &args.if_version {
        Some(version) => version.clone(),
        None => seen_by(&actor, &app.postmortem(label)?, section)?,
    };
    app.write_section(label, section, text, Some(&seen), &actor)
}

/// The version of a section that somebody has seen without naming it: what they wrote themselves,
/// or nothing.
fn seen_by(actor: &Actor, before: &View, section: Section) -> Result<String, Error> {
    let stands = before.sections.iter().find(|it| it.name == section.as_str());
    let Some((it, version)) = stands.and_then(|it| Some((it, it.version?))) else {
        return Ok(String::new());
    };
    let by = it.written_by.as_deref().unwrap_or_default();
    if it.text.trim().is_empty() || by == actor.to_string() {
        return Ok(version.to_string());
    }
    let (name, label) = (by.split_once(':').map_or(by, |(_, name)| name), &before.line.incident);
    Err(Error::new(Kind::Outdated, format!("{name} wrote \"{}\"", section.title())).hinted(
        format!(
            "`runledger postmortem history {label} {section}` shows it; \
         --if-version {version} puts your text in its place"
        ),
    ))
}

/// Opens the section in the editor. What somebody else wrote meanwhile is not overwritten, and
/// what was written here is kept.
fn in_editor(args: &Args, section: Section, session: &Session) -> Result<View, Error> {
    let Some(editor) = &session.editor else {
        return Err(Error::refused("no editor is set")
            .hinted("set EDITOR, or give the text: --text \"…\", or --text - to read it"));
    };
    let actor = session.actor();
    let mut app = session.app()?;
    let before = app.postmortem(&args.which.label)?;
    let stands = before.sections.iter().find(|it| it.name == section.as_str());
    let (text, version) = match stands {
        Some(it) => (it.text.clone(), it.version),
        None => (String::new(), None),
    };
    let seen = version.map(|id| id.to_string()).unwrap_or_default();
    let name = format!("{}-{section}-{}.md", before.line.incident, std::process::id());
    let path = session.config.store.join("drafts").join(name);
    let lead = format!("<!-- {}: {} This line is left out. -->", section.title(), section.asks());
    let draft = format!("{lead}\n{text}\n");
    save(&path, &draft)?;
    let stored = edited(editor, &path).and_then(|written| {
        let written = written.strip_prefix(&lead).unwrap_or(&written);
        app.write_section(&args.which.label, section, written, Some(&seen), &actor)
    });
    // It is in the ledger, or nobody wrote anything: then nothing is lost, and what might be a
    // secret stays nowhere.
    let is_untouched = fs::read(&path).is_ok_and(|now| now == draft.as_bytes());
    let is_kept = stored.is_err() && !is_untouched && path.exists();
    if !is_kept {
        let _ = fs::remove_file(&path);
    }
    stored.map_err(|error| if is_kept { with_draft(error, &path) } else { error })
}

/// What is in the file once the editor is closed.
fn edited(editor: &str, path: &Path) -> Result<String, Error> {
    let status = Command::new("sh")
        .args(["-c", &format!("{editor} \"$1\""), "sh"])
        .arg(path)
        .status()
        .map_err(|error| Error::failed(format!("cannot run {editor}")).caused_by(error))?;
    if !status.success() {
        return Err(
            Error::failed(format!("{editor} ended without success")).hinted("nothing was changed")
        );
    }
    fs::read_to_string(path).map_err(|error| Error::io("read", path, error))
}

/// An error that also says where the text is that could not be stored.
fn with_draft(error: Error, path: &Path) -> Error {
    let again = if error.kind() == Kind::Outdated { "; edit again" } else { "" };
    let kept = format!("your text is in {}{again}", path.display());
    let hint = match error.hint() {
        Some(hint) if !again.is_empty() => format!("{kept}; {hint}"),
        Some(hint) => format!("{hint}; {kept}"),
        None => kept,
    };
    error.hinted(hint)
}

/// Writes a draft that nobody else can read: nothing was taken out of it yet.
fn save(path: &Path, text: &str) -> Result<(), Error> {
    let folder: PathBuf = path.parent().map(Path::to_path_buf).unwrap_or_default();
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(&folder)
        .map_err(|error| Error::io("make the folder", &folder, error))?;
    let open =
        || fs::File::options().write(true).create(true).truncate(true).mode(0o600).open(path);
    let write = |mut file: fs::File| {
        file.set_permissions(fs::Permissions::from_mode(0o600))?;
        file.write_all(text.as_bytes())
    };
    open().and_then(write).map_err(|error| Error::io("write", path, error))
}

fn read_input() -> Result<String, Error> {
    let mut text = String::new();
    std::io::stdin()
        .take(MAX_INPUT + 1)
        .read_to_string(&mut text)
        .map_err(|e| Error::refused(format!("reading standard input: {e}")))?;
    if text.len() as u64 > MAX_INPUT {
        return Err(Error::refused(format!("the text is larger than {MAX_INPUT} bytes")));
    }
    Ok(text)
}
