//! Publishing: nothing is missing, the template renders, and the file is ours to write.

use std::collections::BTreeMap;
use std::fs;
use std::io::ErrorKind;
use std::path::{Component, Path, PathBuf};

use serde::Serialize;

use crate::domain::actor::Actor;
use crate::domain::event::{Event, PostmortemPublished};
use crate::domain::id::{Hash, IncidentId};
use crate::domain::postmortem::{Missing, Postmortem, Published};
use crate::error::{Error, Kind};
use crate::render::{RenderError, Renderer};
use crate::text::{count, nearest};
use crate::views::incident::IncidentView;
use crate::views::postmortem::{PostmortemView, PublicationView};
use crate::whole_file::{write_atomically, write_new_atomically};

use super::super::App;
use super::Case;
use super::drafting::STANDARD;

/// Where templates of postmortems stand, among the templates.
const FOLDER: &str = "postmortems/";

/// How a file with facts begins.
const HEAD: &str = "---\n";

/// The fact that vouches for all others, and for the text.
const DIGEST: &str = "digest: sha256:";

/// What publishing came to.
#[derive(Clone, Debug)]
pub enum Publication {
    /// It was refused, because this is missing.
    Refused(Vec<Missing>),
    /// It was done.
    Done(PublicationView),
}

impl Publication {
    /// The refusal as an error that names everything missing.
    ///
    /// # Errors
    /// It was refused.
    pub fn or_refused(self, label: &str) -> Result<PublicationView, Error> {
        match self {
            Self::Done(view) => Ok(view),
            Self::Refused(missing) => {
                let many = count(missing.len(), "thing is", "things are");
                let all: Vec<String> =
                    missing.iter().map(|it| format!("\n  - {}", it.message)).collect();
                Err(Error::refused(format!(
                    "{label} cannot be published: {many} missing{}",
                    all.concat()
                ))
                .hinted(format!("`runledger postmortem status {label}` says what mends each")))
            }
        }
    }
}

/// What templates are given.
#[derive(Serialize)]
struct Values<'a> {
    incident: &'a IncidentView,
    postmortem: &'a PostmortemView,
    text: BTreeMap<String, &'a str>,
    zone: String,
    published: bool,
    /// The kinds of lines of the timeline that tell what happened; the others tell how the record
    /// of it came about.
    told: [&'static str; 5],
}

/// The facts at the head of a published file.
#[derive(Serialize)]
struct FrontMatter<'a> {
    title: String,
    kind: &'static str,
    incident: &'a str,
    incident_id: String,
    severity: &'a str,
    cause: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    owner: Option<&'a str>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    services: &'a [String],
    times: BTreeMap<&'static str, &'a str>,
    minutes: BTreeMap<&'static str, i64>,
    runbooks: Vec<&'a str>,
    action_items: usize,
    published_on: String,
}

impl App {
    /// The postmortem as it would be published, with what is missing said in it.
    ///
    /// # Errors
    /// The incident is not known, or the template has an error.
    pub fn render_postmortem(&mut self, name: &str) -> Result<String, Error> {
        self.refresh()?;
        let case = self.case(self.find_incident(name)?)?;
        self.rendered(&case, false)
    }

    /// Publishes a postmortem: writes its file and says so in the ledger, both or neither.
    ///
    /// # Errors
    /// The incident is not known, the template has an error, or the file is not ours to write.
    /// What is missing is no error but the answer.
    pub fn publish_postmortem(&mut self, name: &str, actor: &Actor) -> Result<Publication, Error> {
        self.refresh()?;
        let case = self.case(self.find_incident(name)?)?;
        let missing = case.missing();
        if !missing.is_empty() {
            return Ok(Publication::Refused(missing));
        }
        let text = self.rendered(&case, true)?;
        let label = case.incident.label.clone();
        let before = case.postmortem.published.clone();
        let file = match &before {
            Some(published) => published.file.clone(),
            None => format!("{}/{label}.md", self.config.postmortems.folder),
        };
        let workspace = self.config.workspace.clone();
        let id = self.write_postmortem(case.incident.id, actor, |desk| {
            let incident = desk.tx.incident(case.incident.id)?;
            let same = desk.postmortem == case.postmortem && desk.actions == case.actions;
            if !same || incident.as_ref() != Some(&case.incident) {
                let message = "somebody changed the postmortem or its incident at this moment";
                return Err(Error::new(Kind::Outdated, message).hinted("publish it again"));
            }
            let hash = desk.tx.put_blob(text.as_bytes())?;
            let published = PostmortemPublished { file: file.clone(), text: hash };
            let id = desk.append(&Event::PostmortemPublished(published))?;
            // The last thing that can fail: what is in the ledger stands in the folder, too.
            write_file(&workspace, &file, &text, case.incident.id, before.as_ref())?;
            Ok(id)
        })?;
        let again = before.is_some();
        Ok(Publication::Done(PublicationView { incident: label, file, id, again }))
    }

    fn rendered(&self, case: &Case, published: bool) -> Result<String, Error> {
        let incident = self.incident_view(&case.incident)?;
        let mut postmortem = self.postmortem_view(case)?;
        for section in &mut postmortem.sections {
            close_fence(&mut section.text);
        }
        let texts = postmortem.sections.iter();
        let text = texts.map(|it| (it.name.replace('-', "_"), it.text.as_str())).collect();
        let values = Values {
            incident: &incident,
            postmortem: &postmortem,
            text,
            zone: self.config.timezone.to_string(),
            published,
            told: ["opened", "note", "status", "runbook", "exercise"],
        };
        let name = format!("{FOLDER}{}.md", postmortem.template);
        let renderer =
            Renderer::new(&self.assets.template_with_parts(&name)?).map_err(in_template)?;
        let body = renderer.render(&name, &values).map_err(in_template)?;
        let body = format!("{}\n", body.trim());
        if !published {
            return Ok(body);
        }
        let front = self.front_matter(case, &incident, &postmortem);
        let front = serde_yaml::to_string(&front).map_err(|e| {
            Error::failed(format!("writing the facts of {}: {e}", incident.line.label))
        })?;
        Ok(signed(&format!("---\n{front}---\n\n{body}")))
    }

    fn front_matter<'a>(
        &self,
        case: &Case,
        incident: &'a IncidentView,
        postmortem: &'a PostmortemView,
    ) -> FrontMatter<'a> {
        let line = &incident.line;
        let times = &line.times;
        let times = [
            ("started", &times.started),
            ("detected", &times.detected),
            ("acknowledged", &times.acknowledged),
            ("mitigated", &times.mitigated),
            ("resolved", &times.resolved),
        ];
        let lengths = &line.durations;
        let minutes = [
            ("detect", lengths.detect_min),
            ("acknowledge", lengths.acknowledge_min),
            ("mitigate", lengths.mitigate_min),
            ("resolve", lengths.resolve_min),
            ("impact", lengths.impact_min),
        ];
        FrontMatter {
            title: format!("{}: {}", line.label, line.title),
            kind: "postmortem",
            incident: line.label.as_str(),
            incident_id: case.incident.id.to_string(),
            severity: &line.severity,
            cause: postmortem.cause,
            owner: postmortem.line.owner.as_deref(),
            services: &line.services,
            times: times.into_iter().filter_map(|(n, at)| Some((n, at.as_deref()?))).collect(),
            minutes: minutes.into_iter().filter_map(|(n, it)| Some((n, it?))).collect(),
            runbooks: incident.runbooks.iter().map(|used| used.slug.as_str()).collect(),
            action_items: case.actions.len(),
            published_on: self.real_today().to_string(),
        }
    }

    /// What is wrong with the template that a postmortem is written after.
    pub(super) fn broken_template(&self, postmortem: &Postmortem) -> Option<String> {
        let begun = postmortem.begun.as_ref();
        let template = begun.map_or(STANDARD, |begun| begun.template.as_str());
        let name = format!("{FOLDER}{template}.md");
        let error = match self.assets.template_with_parts(&name) {
            Ok(templates) => in_template(Renderer::new(&templates).err()?),
            Err(error) => error.into(),
        };
        Some(error.to_string())
    }

    /// The kinds of postmortems that there are templates for.
    pub fn postmortem_templates(&self) -> Vec<String> {
        let names = self.template_names();
        let kind = |name: &String| Some(name.strip_prefix(FOLDER)?.strip_suffix(".md")?.to_owned());
        names.iter().filter_map(kind).collect()
    }

    fn template_names(&self) -> Vec<String> {
        let all = self.assets.template_names();
        all.into_iter().filter(|name| name.starts_with(FOLDER)).collect()
    }

    /// Whether there is a template of that name.
    pub(super) fn check_template(&self, template: &str) -> Result<(), Error> {
        let kinds = self.postmortem_templates();
        if kinds.iter().any(|kind| kind == template) {
            return Ok(());
        }
        let error = Error::refused(format!("no template {template}"));
        Err(match nearest(template, kinds.iter().map(String::as_str)) {
            Some(near) => error.hinted(format!("did you mean {near}?")),
            None => error.hinted(format!("there are: {}", kinds.join(", "))),
        })
    }
}

fn in_template(error: RenderError) -> Error {
    let place = match (error.template.as_str(), error.line) {
        ("", _) => "templates".to_owned(),
        (name, 0) => format!("templates/{name}"),
        (name, line) => format!("templates/{name}:{line}:{}", error.column),
    };
    Error::refused(error.message).at(place).hinted("nothing was published")
}

/// Closes a fence that a text left open, so that it does not swallow what comes behind it.
fn close_fence(text: &mut String) {
    let mut open: Option<String> = None;
    for line in text.lines() {
        let line = line.trim_start();
        let mark = line.chars().next().filter(|c| matches!(c, '`' | '~')).unwrap_or(' ');
        let fence: String = line.chars().take_while(|c| *c == mark).collect();
        match &open {
            None if mark != ' ' && fence.len() >= 3 => open = Some(fence),
            Some(by) if fence.starts_with(by.as_str()) && line.trim_end() == fence => open = None,
            _ => {}
        }
    }
    if let Some(fence) = open {
        text.push('\n');
        text.push_str(&fence);
    }
}

/// Writes the file, unless what stands there is somebody else's.
fn write_file(
    workspace: &Path,
    file: &str,
    text: &str,
    incident: IncidentId,
    before: Option<&Published>,
) -> Result<(), Error> {
    let path = place_of(workspace, file)?;
    let stands = match fs::read(&path) {
        Ok(bytes) => Some(bytes),
        Err(error) if error.kind() == ErrorKind::NotFound => None,
        Err(error) => return Err(Error::io("read", &path, error)),
    };
    let ours = |stands: &[u8]| {
        before.is_some_and(|published| published.text == Hash::of(stands))
            || is_untouched(stands, incident)
    };
    let done = match stands {
        Some(stands) if stands == text.as_bytes() => return Ok(()),
        None => write_new_atomically(&path, text.as_bytes()),
        Some(stands) if ours(&stands) => write_atomically(&path, text.as_bytes()),
        Some(_) => {
            let what = if before.is_some() {
                "was changed by hand since it was published"
            } else {
                "exists, and runledger did not write it"
            };
            return Err(Error::conflict(format!("{file} {what}"))
                .hinted("take what matters over into the sections, and move the file away"));
        }
    };
    done.map_err(|error| Error::io("write", &path, error))
}

/// A file with the digest of everything else in it, as the first of its facts: so it can be told
/// from one that somebody edited, also where the ledger was cut off before it knew of it.
fn signed(text: &str) -> String {
    let rest = text.strip_prefix(HEAD).unwrap_or(text);
    format!("{HEAD}{DIGEST}{}\n{rest}", Hash::of(rest.as_bytes()))
}

/// Whether a file is a postmortem of this incident as runledger wrote it.
fn is_untouched(file: &[u8], incident: IncidentId) -> bool {
    let told = || {
        let text = std::str::from_utf8(file).ok()?;
        let (digest, rest) = text.strip_prefix(HEAD)?.strip_prefix(DIGEST)?.split_once('\n')?;
        let (front, _) = rest.split_once("\n---\n")?;
        let id = front.lines().find_map(|line| line.strip_prefix("incident_id: "))?;
        Some(Hash::parse(digest)? == Hash::of(rest.as_bytes()) && id == incident.to_string())
    };
    told().unwrap_or(false)
}

/// The file's place; its folder is made where it is missing, and may not lead out of the
/// workspace.
fn place_of(workspace: &Path, file: &str) -> Result<PathBuf, Error> {
    let path = workspace.join(file);
    let folder = path.parent().unwrap_or(workspace);
    let outside = || {
        Error::refused(format!("{file} does not lead to a file of the workspace"))
            .hinted("set `folder` under [postmortems] to a folder of its own")
    };
    let climbs = |part: Component<'_>| !matches!(part, Component::Normal(_) | Component::CurDir);
    if Path::new(file).components().any(climbs) {
        return Err(outside());
    }
    fs::create_dir_all(folder).map_err(|error| Error::io("make the folder", folder, error))?;
    let real = |path: &Path| {
        fs::canonicalize(path).map_err(|error| Error::io("look at the folder", path, error))
    };
    let is_link = fs::symlink_metadata(&path).is_ok_and(|meta| !meta.is_file());
    if is_link || !real(folder)?.starts_with(real(workspace)?) {
        return Err(outside());
    }
    Ok(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fence_left_open_is_closed() {
        let check = |text: &str, expected: &str| {
            let mut closed = text.to_owned();
            close_fence(&mut closed);
            assert_eq!(closed, expected);
        };
        check("words", "words");
        check("```sh\nls\n```\nwords", "```sh\nls\n```\nwords");
        check("```sh\nls", "```sh\nls\n```");
        check("~~~~\n```\nls", "~~~~\n```\nls\n~~~~");
        check("`inline` words", "`inline` words");
    }

    #[test]
    fn only_our_own_file_is_replaced() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = "postmortems/x.md";
        let incident = IncidentId::new(crate::domain::id::EntryId::derived(&["incident"]));
        let published = |text: &str| Published {
            id: crate::domain::id::EntryId::derived(&["x"]),
            at: crate::domain::entry::Timestamp(0),
            by: Actor::scan(),
            file: file.to_owned(),
            text: Hash::of(text.as_bytes()),
        };
        let write = |text: &str, before: Option<&Published>| {
            write_file(folder.path(), file, text, incident, before)
                .map_err(|error| error.to_string())
        };
        let stands = || fs::read_to_string(folder.path().join(file)).expect("a file");
        assert_eq!(write("one", None), Ok(()));
        assert_eq!(write("one", None), Ok(()), "the same again");
        assert!(write("two", None).is_err_and(|why| why.contains("did not write it")));
        assert_eq!(write("two", Some(&published("one"))), Ok(()));
        assert!(write("three", Some(&published("one"))).is_err_and(|why| why.contains("by hand")));
        assert_eq!(stands(), "two");
        let of = |body: &str| signed(&format!("---\nincident_id: {incident}\n---\n\n{body}"));
        fs::write(folder.path().join(file), of("three")).expect("written");
        assert_eq!(write(&of("four"), None), Ok(()), "left by a crash");
        assert_eq!(write(&of("five"), Some(&published("two"))), Ok(()), "and by one of the next");
        assert_eq!(stands(), of("five"));
        fs::write(folder.path().join(file), of("five").replace("five", "5")).expect("written");
        assert!(write(&of("six"), None).is_err(), "somebody edited it");
        let other = IncidentId::new(crate::domain::id::EntryId::derived(&["other"]));
        let theirs = signed(&format!("---\nincident_id: {other}\n---\n\nfive"));
        fs::write(folder.path().join(file), theirs).expect("written");
        assert!(write(&of("six"), None).is_err(), "it is of another incident");
        fs::write(folder.path().join(file), "two").expect("written");

        let link = folder.path().join("postmortems/link.md");
        std::os::unix::fs::symlink("/etc/hostname", link).expect("a link");
        assert!(write_file(folder.path(), "postmortems/link.md", "x", incident, None).is_err());
        let outside = tempfile::tempdir().expect("a folder");
        std::os::unix::fs::symlink(outside.path(), folder.path().join("out")).expect("a link");
        assert!(write_file(folder.path(), "out/x.md", "x", incident, None).is_err());
    }
}
