//! Finding things: the workspace by walking up, the store by the workspace's id, and both again
//! after the configuration file is lost.
//!
//! The store is outside the workspace, so that cleaning the workspace cannot take the ledger.
//! The data folder keeps a small `workspaces.json` that says which folder had which id and
//! store. It is a memory, not a truth: without it a workspace with its file is found all the
//! same.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::{ConfigError, Environment, FILE_NAME, Flags};
use crate::domain::id::Hash;
use crate::whole_file::write_atomically;
use crate::workspace::lock::Lock;

const REGISTRY: &str = "workspaces.json";

/// Where the workspace is.
#[derive(Debug)]
pub(super) struct Place {
    /// Its folder, absolute and without links.
    pub(super) folder: PathBuf,
    /// Its configuration file.
    pub(super) file: Option<PathBuf>,
    /// The id it had when there still was a file.
    pub(super) remembered_id: Option<String>,
    /// What a person should know.
    pub(super) notices: Vec<String>,
}

/// Finds the workspace: the flag, the variable, the nearest folder above with a file, one that
/// had a file, else the current folder.
pub(super) fn workspace(
    flags: &Flags,
    environment: &Environment,
    cwd: &Path,
    home: Option<&DataHome>,
) -> Result<Place, ConfigError> {
    let registry = home.map(DataHome::registry).unwrap_or_default();
    let named = flags.workspace.as_ref().or(environment.workspace.as_ref());
    if let Some(named) = named {
        let path = cwd.join(named);
        let folder = fs::canonicalize(&path)
            .map_err(|source| ConfigError::Unreadable { path: path.clone(), source })?;
        if !folder.is_dir() {
            return Err(ConfigError::hinted(
                format!("the workspace {} is not a folder", path.display()),
                "name the folder that holds runledger.toml",
            ));
        }
        return Ok(registry.place(&folder).unwrap_or(Place {
            folder,
            file: None,
            remembered_id: None,
            notices: Vec::new(),
        }));
    }
    let cwd = fs::canonicalize(cwd)
        .map_err(|source| ConfigError::Unreadable { path: cwd.to_path_buf(), source })?;
    let found = cwd.ancestors().find_map(|folder| registry.place(folder));
    Ok(found.unwrap_or(Place { folder: cwd, file: None, remembered_id: None, notices: Vec::new() }))
}

/// Which folders have which ids and stores.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Registry {
    folders: BTreeMap<PathBuf, Known>,
}

/// What is known of a folder.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Known {
    /// The id its file had.
    workspace: String,
    /// The name of its store's folder.
    store: String,
}

impl Registry {
    /// The workspace that this very folder is, if it is one or was.
    fn place(&self, folder: &Path) -> Option<Place> {
        let file = folder.join(FILE_NAME);
        if file.is_file() {
            return Some(Place {
                folder: folder.to_path_buf(),
                file: Some(file),
                remembered_id: None,
                notices: Vec::new(),
            });
        }
        let known = self.folders.get(folder)?;
        let notice = format!(
            "{} is gone; using the ledger of workspace `{}` all the same: get the file back, or \
             write a new one with `runledger init`",
            file.display(),
            known.workspace
        );
        Some(Place {
            folder: folder.to_path_buf(),
            file: None,
            remembered_id: Some(known.workspace.clone()),
            notices: vec![notice],
        })
    }
}

/// The program's folder among the user's data.
#[derive(Clone, Debug)]
pub(super) struct DataHome {
    folder: PathBuf,
}

impl DataHome {
    /// `$XDG_DATA_HOME/runledger`, else `~/.local/share/runledger`.
    pub(super) fn of(environment: &Environment) -> Option<Self> {
        let fallback = || environment.home.as_ref().map(|home| home.join(".local/share"));
        let data = environment.data_home.clone().or_else(fallback)?;
        Some(Self { folder: data.join("runledger") })
    }

    /// The store with a name.
    pub(super) fn store(&self, key: &str) -> PathBuf {
        self.folder.join(key)
    }

    fn has_ledger(&self, key: &str) -> bool {
        self.store(key).join("ledger.db").is_file()
    }

    /// What is remembered; a missing or damaged file remembers nothing.
    fn registry(&self) -> Registry {
        fs::read(self.folder.join(REGISTRY))
            .ok()
            .and_then(|bytes| serde_json::from_slice(&bytes).ok())
            .unwrap_or_default()
    }

    /// The name of a workspace's store.
    ///
    /// A ledger that exists always wins over one that would have to be made: the one this folder
    /// used last, the one it had before it was given an id, the one that another clone with the
    /// same id uses.
    pub(super) fn store_key(
        &self,
        workspace: &Path,
        id: Option<&str>,
        notices: &mut Vec<String>,
    ) -> String {
        let of_path = path_key(workspace);
        let Some(id) = id else { return of_path };
        let registry = self.registry();
        let mine = registry.folders.get(workspace).filter(|known| known.workspace == id);
        if let Some(known) = mine.filter(|known| self.has_ledger(&known.store)) {
            return known.store.clone();
        }
        if self.has_ledger(&of_path) {
            if self.has_ledger(id) {
                notices.push(format!(
                    "two ledgers belong to workspace `{id}`: {} is used; bring the entries of {} \
                     over with `runledger export` and `runledger import`",
                    self.store(&of_path).display(),
                    self.store(id).display()
                ));
            }
            return of_path;
        }
        let elsewhere = registry.folders.values().find(|known| known.workspace == id);
        match elsewhere.filter(|known| self.has_ledger(&known.store)) {
            Some(known) => known.store.clone(),
            None => id.to_owned(),
        }
    }

    /// Notes which id and store a folder has.
    pub(super) fn remember(&self, workspace: &Path, id: &str, store: &str) -> io::Result<()> {
        let known = Known { workspace: id.to_owned(), store: store.to_owned() };
        if self.registry().folders.get(workspace) == Some(&known) {
            return Ok(());
        }
        fs::create_dir_all(&self.folder)?;
        let _lock = Lock::take(&self.folder.join("workspaces.lock"))?;
        let mut registry = self.registry();
        registry.folders.insert(workspace.to_path_buf(), known);
        let mut json = serde_json::to_vec_pretty(&registry)?;
        json.push(b'\n');
        write_atomically(&self.folder.join(REGISTRY), &json)
    }
}

/// The name of the store of a folder without an id.
fn path_key(workspace: &Path) -> String {
    let hash = Hash::of(workspace.as_os_str().as_encoded_bytes()).to_string();
    format!("path-{}", &hash[..16])
}
