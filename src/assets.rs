//! Templates, static files and data: built into the program, and what a workspace puts in their
//! place.
//!
//! The program needs no file of its own at run time. A file of the same name in the workspace's
//! `templates/` or `data/` folder takes the place of a built-in one; static files are always the
//! built-in ones, because they run in a browser.

mod overrides;
mod scenarios;

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use self::overrides::{Unusable, is_plain_name, list, no_folder, read_regular};
use crate::domain::id::Hash;

/// Builds the table of a folder's text files: their names with their texts.
macro_rules! texts {
    ($folder:literal: $($name:literal,)*) => {
        &[$(($name, include_str!(concat!("../", $folder, "/", $name)))),*]
    };
}

/// Builds the table of a folder's files of any kind.
macro_rules! bytes {
    ($folder:literal: $($name:literal,)*) => {
        &[$(($name, include_bytes!(concat!("../", $folder, "/", $name)).as_slice())),*]
    };
}

// Each file on a line of its own, sorted; a test says which is missing.

const TEMPLATES: &[(&str, &str)] = texts! { "templates":
    "feeds/reports.xml",
    "layout.html",
    "pages/action_list.html",
    "pages/alert.html",
    "pages/changes_show.html",
    "pages/checklist_show.html",
    "pages/error.html",
    "pages/follow_start.html",
    "pages/home.html",
    "pages/home_results.html",
    "pages/incident_list.html",
    "pages/incident_show.html",
    "pages/metrics_show.html",
    "pages/postmortem_show.html",
    "pages/report_list.html",
    "pages/report_show.html",
    "pages/run_finish.html",
    "pages/run_show.html",
    "pages/runbook_list.html",
    "pages/runbook_show.html",
    "pages/scenario_list.html",
    "pages/scenario_show.html",
    "pages/stale.html",
    "pages/triage_show.html",
    "partials/banner.html",
    "partials/blocks.html",
    "partials/calendar.html",
    "partials/card.html",
    "partials/chip.html",
    "partials/command.html",
    "partials/count.html",
    "partials/diff_line.html",
    "partials/false_starts.html",
    "partials/form_row.html",
    "partials/found.html",
    "partials/history.html",
    "partials/hit.html",
    "partials/incident_chip.html",
    "partials/incident_facts.html",
    "partials/incident_roles.html",
    "partials/incident_runbooks.html",
    "partials/incident_state.html",
    "partials/incident_timeline.html",
    "partials/incident_times.html",
    "partials/incident_ways.html",
    "partials/note.html",
    "partials/notice.html",
    "partials/overview.html",
    "partials/part.html",
    "partials/pick.html",
    "partials/question.html",
    "partials/record.html",
    "partials/report.html",
    "partials/results.html",
    "partials/run.html",
    "partials/runbook_rows.html",
    "partials/scenario_state.html",
    "partials/table.html",
    "partials/timeline.html",
    "partials/toast.html",
    "partials/triage_told.html",
    "partials/under.html",
    "partials/values.html",
    "postmortems/standard.md",
    "reports/actions.chat.txt",
    "reports/actions.html",
    "reports/actions.md",
    "reports/actions.txt",
    "reports/incidents.chat.txt",
    "reports/incidents.html",
    "reports/incidents.md",
    "reports/incidents.txt",
    "reports/made_from.txt",
    "reports/mail.html",
    "reports/stale.chat.txt",
    "reports/stale.html",
    "reports/stale.md",
    "reports/stale.txt",
};

const DATA: &[(&str, &str)] = texts! { "data":
    "checklists/change-rollback.yaml",
    "checklists/communication.yaml",
    "checklists/detection.yaml",
    "checklists/runbook-quality.yaml",
    "dangers.yaml",
    "lint.yaml",
    "patterns/auth.yaml",
    "patterns/backup.yaml",
    "patterns/certificate.yaml",
    "patterns/cloud.yaml",
    "patterns/components.yaml",
    "patterns/container.yaml",
    "patterns/control-plane.yaml",
    "patterns/cpu.yaml",
    "patterns/database.yaml",
    "patterns/deeds.yaml",
    "patterns/delivery.yaml",
    "patterns/disk.yaml",
    "patterns/dns.yaml",
    "patterns/generic.yaml",
    "patterns/grammar.yaml",
    "patterns/helm.yaml",
    "patterns/labels.yaml",
    "patterns/languages.yaml",
    "patterns/load-balancer.yaml",
    "patterns/memory.yaml",
    "patterns/monitoring.yaml",
    "patterns/network.yaml",
    "patterns/node.yaml",
    "patterns/queue.yaml",
    "patterns/security.yaml",
    "patterns/services.yaml",
    "patterns/severity-languages.yaml",
    "patterns/severity.yaml",
    "patterns/signals.yaml",
    "patterns/storage.yaml",
    "patterns/tiers.yaml",
    "patterns/virtualization.yaml",
    "plan-allowed.yaml",
    "plan-dangers.yaml",
    "plan-prose.yaml",
    "questions.yaml",
    "synonyms.yaml",
};

const STATIC: &[(&str, &[u8])] = bytes! { "static":
    "app.css",
    "app.js",
    "changes.css",
    "favicon.svg",
    "follow.css",
    "follow.js",
    "incident.css",
    "incident.js",
    "runbook.css",
    "runbook.js",
    "search.js",
    "toast.js",
    "unsaved.js",
    "values.js",
};

/// Where a text comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// The program.
    BuiltIn,
    /// This file of the workspace.
    Workspace(PathBuf),
}

/// A template or a data file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asset {
    /// Its name under its folder, `/`-separated.
    pub name: String,
    /// Its text.
    pub text: Cow<'static, str>,
    /// Where it comes from.
    pub origin: Origin,
}

impl Asset {
    /// Whether the program has the same data file with the same text: a checkout of its source is a
    /// workspace, too, and holds nothing else until somebody edits it.
    pub fn is_as_built_in(&self) -> bool {
        let same = |built_in: Self| built_in.text == self.text;
        self.origin == Origin::BuiltIn || DATA_SHELF.built_in(&self.name).is_ok_and(same)
    }
}

/// A file for browsers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StaticFile {
    /// Its name under `static/`.
    pub name: &'static str,
    /// Its contents.
    pub bytes: &'static [u8],
    /// Its media type.
    pub content_type: &'static str,
    /// A strong entity tag, quotes included.
    pub etag: String,
}

/// Why an asset cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum AssetError {
    /// Nothing has that name.
    #[error("there is no {folder} file named {name}")]
    Unknown {
        /// `templates` or `data`.
        folder: &'static str,
        /// The name asked for.
        name: String,
    },
    /// The workspace's file cannot be used.
    #[error("cannot use {}: {reason}", path.display())]
    Override {
        /// The workspace's file.
        path: PathBuf,
        /// Why not.
        reason: String,
    },
}

/// A folder of text assets.
#[derive(Clone, Copy)]
struct Shelf {
    folder: &'static str,
    built_in: [&'static [(&'static str, &'static str)]; 2],
}

impl Shelf {
    /// A file of the program.
    fn built_in(self, name: &str) -> Result<Asset, AssetError> {
        match self.built_in.iter().copied().flatten().find(|(built_in, _)| *built_in == name) {
            Some(&(_, text)) => Ok(Asset {
                name: name.to_owned(),
                text: Cow::Borrowed(text),
                origin: Origin::BuiltIn,
            }),
            None => Err(AssetError::Unknown { folder: self.folder, name: name.to_owned() }),
        }
    }
}

const TEMPLATE_SHELF: Shelf = Shelf { folder: "templates", built_in: [TEMPLATES, &[]] };
const DATA_SHELF: Shelf = Shelf { folder: "data", built_in: [DATA, scenarios::SCENARIOS] };

static STATIC_FILES: LazyLock<Vec<StaticFile>> = LazyLock::new(|| {
    STATIC
        .iter()
        .map(|&(name, bytes)| StaticFile {
            name,
            bytes,
            content_type: content_type(name),
            etag: format!("\"{}\"", Hash::of(bytes)),
        })
        .collect()
});

/// The assets as a workspace sees them.
#[derive(Clone, Debug, Default)]
pub struct Assets {
    workspace: Option<PathBuf>,
}

impl Assets {
    /// The built-in assets, with those of a workspace in their place if one is given.
    pub fn new(workspace: Option<&Path>) -> Self {
        Self { workspace: workspace.map(Path::to_path_buf) }
    }

    /// A template.
    ///
    /// # Errors
    /// There is none of that name, or the workspace's cannot be used.
    pub fn template(&self, name: &str) -> Result<Asset, AssetError> {
        self.find(TEMPLATE_SHELF, name)
    }

    /// A template and those of its folder that it names, by name, itself first. An error in one
    /// that it does not name stops nobody.
    ///
    /// # Errors
    /// There is none of that name, or one of the workspace's cannot be used.
    pub fn template_with_parts(&self, name: &str) -> Result<Vec<(String, String)>, AssetError> {
        let mut found: Vec<(String, String)> = Vec::new();
        let mut wanted = vec![name.to_owned()];
        let folder = name.rfind('/').map_or("", |at| &name[..=at]);
        let mut names = self.template_names();
        names.retain(|name| name.starts_with(folder));
        while let Some(next) = wanted.pop() {
            if found.iter().any(|(known, _)| *known == next) {
                continue;
            }
            let text = self.template(&next)?.text.into_owned();
            wanted.extend(names.iter().filter(|name| text.contains(name.as_str())).cloned());
            found.push((next, text));
        }
        Ok(found)
    }

    /// The names of all templates, the workspace's own among them, sorted.
    pub fn template_names(&self) -> Vec<String> {
        self.names(TEMPLATE_SHELF).into_iter().collect()
    }

    /// A data file.
    ///
    /// # Errors
    /// There is none of that name, or the workspace's cannot be used.
    pub fn data(&self, name: &str) -> Result<Asset, AssetError> {
        self.find(DATA_SHELF, name)
    }

    /// The names of all data files that begin with `prefix` (`scenarios/`), sorted.
    pub fn data_names(&self, prefix: &str) -> Vec<String> {
        self.names(DATA_SHELF).into_iter().filter(|name| name.starts_with(prefix)).collect()
    }

    /// Every data file whose name begins with `prefix` (`patterns/`), by name.
    ///
    /// # Errors
    /// One of the workspace's cannot be used.
    pub fn data_under(&self, prefix: &str) -> Result<Vec<Asset>, AssetError> {
        self.all(DATA_SHELF, prefix)
    }

    /// A file for browsers; always a built-in one.
    pub fn static_file(&self, name: &str) -> Option<&'static StaticFile> {
        STATIC_FILES.iter().find(|file| file.name == name)
    }

    fn find(&self, shelf: Shelf, name: &str) -> Result<Asset, AssetError> {
        if let Some(asset) = self.overriding(shelf, name)? {
            return Ok(asset);
        }
        shelf.built_in(name)
    }

    fn all(&self, shelf: Shelf, prefix: &str) -> Result<Vec<Asset>, AssetError> {
        if let Some(workspace) = &self.workspace {
            let folder = workspace.join(shelf.folder);
            for path in [folder.clone(), folder.join(prefix.trim_end_matches('/'))] {
                if let Some(reason) = no_folder(&path) {
                    return Err(AssetError::Override { path, reason });
                }
            }
        }
        let names = self.names(shelf);
        let wanted = names.iter().filter(|name| name.starts_with(prefix));
        wanted.map(|name| self.find(shelf, name)).collect()
    }

    fn names(&self, shelf: Shelf) -> BTreeSet<String> {
        let mut names: BTreeSet<String> =
            shelf.built_in.iter().copied().flatten().map(|(name, _)| (*name).to_owned()).collect();
        if let Some(workspace) = &self.workspace {
            list(&workspace.join(shelf.folder), "", 0, &mut names);
        }
        names
    }

    /// The workspace's file of that name, if it has one.
    fn overriding(&self, shelf: Shelf, name: &str) -> Result<Option<Asset>, AssetError> {
        let Some(workspace) = &self.workspace else { return Ok(None) };
        if !is_plain_name(name) {
            return Ok(None);
        }
        let folder = workspace.join(shelf.folder);
        let path = folder.join(name);
        match read_regular(&folder, &path) {
            Ok(text) => Ok(Some(Asset {
                name: name.to_owned(),
                text: Cow::Owned(text),
                origin: Origin::Workspace(path),
            })),
            Err(Unusable::Missing) => Ok(None),
            Err(Unusable::Because(reason)) => Err(AssetError::Override { path, reason }),
        }
    }
}

/// The media type that a name's extension stands for.
fn content_type(name: &str) -> &'static str {
    match name.rsplit('.').next().unwrap_or_default() {
        "css" => "text/css; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "json" | "webmanifest" => "application/json",
        "txt" => "text/plain; charset=utf-8",
        "html" => "text/html; charset=utf-8",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use rustix::fs::Mode;

    use super::overrides::MAX_OVERRIDE;
    use super::*;

    /// Every file of a folder on the disk, so that none is forgotten in the tables above.
    fn on_disk(folder: &str) -> Vec<String> {
        let mut names = BTreeSet::new();
        list(&Path::new(env!("CARGO_MANIFEST_DIR")).join(folder), "", 0, &mut names);
        names.into_iter().collect()
    }

    #[test]
    fn every_file_on_disk_is_built_in_and_the_tables_are_sorted() {
        let names = |table: &[(&str, &str)]| -> Vec<String> {
            table.iter().map(|(name, _)| (*name).to_owned()).collect()
        };
        assert_eq!(names(TEMPLATES), on_disk("templates"), "const TEMPLATES in assets.rs");
        let mut data = [DATA, scenarios::SCENARIOS].concat();
        data.sort_unstable();
        assert_eq!(names(&data), on_disk("data"), "const DATA in assets.rs, and SCENARIOS");
        let statics: Vec<_> = STATIC.iter().map(|(name, _)| (*name).to_owned()).collect();
        assert_eq!(statics, on_disk("static"), "const STATIC in assets.rs");
    }

    #[test]
    fn a_workspace_that_is_a_checkout_holds_nothing_of_its_own() {
        let checkout = Assets::new(Some(Path::new(env!("CARGO_MANIFEST_DIR"))));
        let file = checkout.data("patterns/deeds.yaml").expect("a file");
        assert!(file.origin != Origin::BuiltIn && file.is_as_built_in());
        assert!(!Asset { text: "words: {}".into(), ..file.clone() }.is_as_built_in());
        assert!(!Asset { name: "patterns/own.yaml".to_owned(), ..file }.is_as_built_in());
    }

    #[test]
    fn every_static_file_has_a_type_a_browser_knows() {
        for file in STATIC_FILES.iter() {
            assert_ne!(file.content_type, "application/octet-stream", "{}", file.name);
            assert_eq!(file.etag.len(), 66);
        }
    }

    #[test]
    fn a_file_of_the_workspace_takes_the_place_of_a_built_in_one() {
        let shelf =
            Shelf { folder: "data", built_in: [&[("a/x.yaml", "ours"), ("b.yaml", "b")], &[]] };
        let folder = tempfile::tempdir().unwrap();
        let assets = Assets::new(Some(folder.path()));
        assert_eq!(assets.find(shelf, "a/x.yaml").unwrap().origin, Origin::BuiltIn);

        fs::create_dir_all(folder.path().join("data/a")).unwrap();
        fs::write(folder.path().join("data/a/x.yaml"), "theirs").unwrap();
        fs::write(folder.path().join("data/own.yaml"), "own").unwrap();
        fs::write(folder.path().join("data/.hidden.yaml"), "").unwrap();
        let asset = assets.find(shelf, "a/x.yaml").unwrap();
        assert_eq!(asset.text, "theirs");
        assert_eq!(asset.origin, Origin::Workspace(folder.path().join("data/a/x.yaml")));

        let all = assets.all(shelf, "").unwrap();
        let names: Vec<_> = all.iter().map(|asset| asset.name.as_str()).collect();
        assert_eq!(names, ["a/x.yaml", "b.yaml", "own.yaml"]);
        assert_eq!(assets.all(shelf, "a/").unwrap().len(), 1);
    }

    #[test]
    fn nothing_outside_the_folder_can_be_named_or_linked_to() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("secret"), "secret").unwrap();
        fs::create_dir_all(folder.path().join("data")).unwrap();
        fs::create_dir_all(folder.path().join("elsewhere")).unwrap();
        fs::write(folder.path().join("elsewhere/y.yaml"), "outside").unwrap();
        let assets = Assets::new(Some(folder.path()));
        for name in ["../secret", "/etc/passwd", "", ".", "a/../../secret"] {
            assert!(matches!(assets.data(name), Err(AssetError::Unknown { .. })), "{name}");
        }
        let link = folder.path().join("data/link.yaml");
        std::os::unix::fs::symlink("../secret", &link).unwrap();
        assert!(matches!(assets.data("link.yaml"), Err(AssetError::Override { .. })));
        std::os::unix::fs::symlink("../elsewhere", folder.path().join("data/d")).unwrap();
        assert!(matches!(assets.data("d/y.yaml"), Err(AssetError::Override { .. })));
    }

    #[test]
    fn a_pipe_a_large_file_and_bytes_that_are_no_text_are_refused_at_once() {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("data");
        fs::create_dir(&data).unwrap();
        let mode = Mode::from_raw_mode(0o600);
        rustix::fs::mknodat(
            rustix::fs::CWD,
            data.join("pipe.yaml"),
            rustix::fs::FileType::Fifo,
            mode,
            0,
        )
        .unwrap();
        fs::write(data.join("large.yaml"), vec![b'a'; MAX_OVERRIDE as usize + 1]).unwrap();
        fs::write(data.join("latin.yaml"), b"caf\xe9").unwrap();
        let assets = Assets::new(Some(folder.path()));
        let reason = |name| assets.data(name).unwrap_err().to_string();
        assert!(reason("pipe.yaml").contains("not a regular file"));
        assert!(reason("large.yaml").contains("larger than 1048576 bytes"));
        assert!(reason("latin.yaml").contains("not UTF-8"));
    }
}
