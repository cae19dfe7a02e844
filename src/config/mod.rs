//! Settings, merged once: default < file < environment < flag.
//!
//! This is the only place that reads the environment ([`Environment::read`]). What is found here goes on as values, so
//! that everything below can be tested without touching the process.

pub mod destinations;
mod discover;
mod environment;
mod error;
mod file;
mod incidents;
mod init_template;
mod postmortems;
mod reports;
mod secrets;
mod support_hours;
mod values;

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;

use crate::clock::Clock;
use crate::domain::actor::Actor;
use crate::domain::freshness::Policy;
use crate::domain::support_hours::SupportHours;
use crate::text::percent_encode;
use crate::workspace::git;

pub use destinations::Setting;
pub use environment::{Environment, Flags, Variables};
pub use error::ConfigError;
pub use file::{KEYS, Problem};
pub use incidents::{Incidents, Severities};
pub use init_template::{init_text, new_workspace_id};
pub use postmortems::Postmortems;
pub use reports::PlannedReport;

/// The name of the configuration file.
pub const FILE_NAME: &str = "runledger.toml";

/// What happens to the row of an exercise that runledger records.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WriteBack {
    /// It is inserted into the runbook's table.
    File,
    /// The same, and that file is committed.
    Commit,
    /// The ledger alone has it.
    Off,
}

impl WriteBack {
    /// The words of the configuration file.
    pub const WORDS: [&str; 3] = ["file", "commit", "off"];
}

impl FromStr for WriteBack {
    type Err = ();

    fn from_str(word: &str) -> Result<Self, ()> {
        match word {
            "file" => Ok(Self::File),
            "commit" => Ok(Self::Commit),
            "off" => Ok(Self::Off),
            _ => Err(()),
        }
    }
}

/// How to reach an owner.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Owner {
    /// Where to write to.
    pub chat: Option<String>,
    /// How to page.
    pub page: Option<String>,
}

/// A pattern for addresses of sources, with `{path}` and perhaps `{line}`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceUrl(String);

impl SourceUrl {
    /// The address of a line of a file; `path` is relative to the workspace, `/`-separated.
    pub fn of(&self, path: &str, line: usize) -> String {
        self.0
            .replace("{line}", &line.max(1).to_string())
            .replace("{path}", &percent_encode(path, true))
    }
}

/// The address under which others reach the server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicUrl {
    /// The address, without a slash at its end.
    pub text: String,
    /// Its host, with the port if one is written: what a `Host` header says.
    pub host: String,
}

/// The settings in force.
#[derive(Clone, Debug)]
pub struct Config {
    /// The workspace's folder, absolute.
    pub workspace: PathBuf,
    /// The configuration file, if there is one.
    pub file: Option<PathBuf>,
    /// The workspace's id, from the file or, where the file is gone, from memory.
    pub id: Option<String>,
    /// The folder of ledger and index.
    pub store: PathBuf,
    /// The runbooks folders, absolute, in the configured order.
    pub runbooks: Vec<PathBuf>,
    /// Ends of names that make a file a document, without the leading dot.
    pub extensions: Vec<String>,
    /// Globs of what is not read, relative to a runbooks folder.
    pub ignore: Vec<String>,
    /// A runbook's limit, where it does not say one itself.
    pub stale_after_days: u32,
    /// How long before the limit it is due.
    pub due_within_days: u32,
    /// The zone whose days count.
    pub timezone: Tz,
    /// Where the server listens: a loopback address.
    pub listen: SocketAddr,
    /// What happens to rows; none where nobody said.
    pub write_back: Option<WriteBack>,
    /// Who owns a runbook that names nobody.
    pub default_owner: Option<String>,
    /// How to reach owners.
    pub owners: BTreeMap<String, Owner>,
    /// How to open the source of a runbook.
    pub source_url: Option<SourceUrl>,
    /// Under which address others reach the server.
    pub public_url: Option<PublicUrl>,
    /// How incidents are handled.
    pub incidents: Incidents,
    /// After which incidents a postmortem has to be written, and until when.
    pub postmortems: Postmortems,
    /// Where reports can go, by name; [`Self::destination`] gives one with its secrets.
    pub destinations: BTreeMap<String, destinations::Setting>,
    /// The reports that are made on a schedule.
    pub reports: Vec<PlannedReport>,
    /// The node that makes and sends them; none where nobody said.
    pub reporter: Option<String>,
    /// Whether the server counts how often runbooks are opened.
    pub count_use: bool,
    /// The largest file that is read, in bytes.
    pub max_file_size: u64,
    /// When somebody is there to answer, and which days are business days.
    pub support_hours: SupportHours,
    /// Where "now" comes from.
    pub clock: Clock,
    /// The day asked about, if not today.
    pub as_of: Option<NaiveDate>,
    /// What the environment says.
    pub environment: Environment,
    /// What a person should know about how all this was found.
    pub notices: Vec<String>,
    actor: Option<Actor>,
    home: Option<discover::DataHome>,
    store_key: Option<String>,
}

impl Config {
    /// Finds the workspace and merges its settings.
    ///
    /// # Errors
    /// A folder is missing, the file cannot be read, or something in it is not understood.
    pub fn load(flags: &Flags, environment: &Environment, cwd: &Path) -> Result<Self, ConfigError> {
        let home = discover::DataHome::of(environment);
        let place = discover::workspace(flags, environment, cwd, home.as_ref())?;
        let settings = match &place.file {
            Some(path) => file::read(path)?,
            None => file::Settings::default(),
        };
        let mut notices = place.notices;
        let id = settings.workspace.or(place.remembered_id);
        let explicit = flags
            .store
            .as_ref()
            .or(environment.store.as_ref())
            .map(|store| cwd.join(store))
            .or_else(|| {
                settings.store.map(|store| place.folder.join(untilde(&store, environment)))
            });
        let (store, store_key) = match (explicit, &home) {
            (Some(store), _) => (store, None),
            (None, Some(home)) => {
                let key = home.store_key(&place.folder, id.as_deref(), &mut notices);
                (home.store(&key), Some(key))
            }
            (None, None) => return Err(no_home()),
        };
        let runbooks = runbooks_folders(
            &place.folder,
            settings.runbooks,
            place.file.as_deref(),
            &mut notices,
        )?;
        let listen = match &flags.listen {
            Some(listen) => values::listen(listen)
                .map_err(|why| ConfigError::wrong(format!("--listen: {why}")))?,
            None => settings.listen,
        };
        Ok(Self {
            file: place.file,
            id,
            store,
            store_key,
            home,
            runbooks,
            extensions: settings.extensions,
            ignore: settings.ignore,
            stale_after_days: settings.stale_after_days,
            due_within_days: settings.due_within_days,
            timezone: settings.timezone,
            listen,
            write_back: settings.write_back,
            default_owner: settings.default_owner,
            owners: settings.owners,
            source_url: settings.source_url,
            public_url: settings.public_url,
            incidents: settings.incidents,
            postmortems: settings.postmortems,
            destinations: settings.destinations,
            reports: settings.reports,
            reporter: settings.reporter,
            count_use: settings.count_use,
            max_file_size: settings.max_file_size,
            support_hours: settings.support_hours.hours(settings.timezone),
            clock: clock(flags, environment)?,
            as_of: flags.as_of,
            actor: stated_actor(flags, environment)?,
            environment: environment.clone(),
            notices,
            workspace: place.folder,
        })
    }

    /// Notes which folder has which id and store, so that a lost configuration file is noticed
    /// and the ledger found again. To be called once the store exists; writes only when
    /// something is new.
    ///
    /// # Errors
    /// The note cannot be written; the ledger does not depend on it.
    pub fn remember(&self) -> io::Result<()> {
        match (&self.home, &self.id, &self.store_key) {
            (Some(home), Some(id), Some(key)) => home.remember(&self.workspace, id, key),
            _ => Ok(()),
        }
    }

    /// Who acts: the flag, `RUNLEDGER_ACTOR`, git's user, the login; never nobody.
    pub fn actor(&self) -> Actor {
        let login = || {
            self.environment
                .login
                .clone()
                .unwrap_or_else(|| format!("uid-{}", rustix::process::getuid().as_raw()))
        };
        self.actor
            .clone()
            .or_else(|| Actor::parse(&format!("person:{}", git::user_name(&self.workspace)?)).ok())
            .or_else(|| Actor::parse(&format!("person:{}", login())).ok())
            .unwrap_or_else(|| Actor { name: "somebody".to_owned(), ..Actor::scan() })
    }

    /// What this node is called: `RUNLEDGER_NODE`, else the machine's name.
    pub fn node(&self) -> String {
        let machine = || rustix::system::uname().nodename().to_string_lossy().into_owned();
        let named = self.environment.node.as_deref().map(str::trim).map(str::to_owned);
        let node = named.filter(|name| !name.is_empty()).unwrap_or_else(machine);
        if node.is_empty() { "unnamed".to_owned() } else { node }
    }

    /// The date of a moment in the configured zone.
    pub fn date_of(&self, moment: DateTime<Utc>) -> NaiveDate {
        moment.with_timezone(&self.timezone).date_naive()
    }

    /// Today, in the configured zone.
    pub fn today(&self) -> NaiveDate {
        self.date_of(self.clock.now())
    }

    /// The day that views are about: the one asked for, else today.
    pub fn day(&self) -> NaiveDate {
        self.as_of.unwrap_or_else(|| self.today())
    }

    /// The limits a runbook is held to, given what it says itself.
    pub fn policy(&self, stale_after_days: Option<u32>, required: bool) -> Policy {
        Policy {
            limit_days: stale_after_days.unwrap_or(self.stale_after_days),
            due_within_days: self.due_within_days,
            required,
        }
    }

    /// Everything that lies somewhere, with what it is.
    pub fn where_(&self) -> Vec<(&'static str, PathBuf)> {
        let mut places = vec![("workspace", self.workspace.clone())];
        places.extend(self.file.clone().map(|file| ("configuration", file)));
        places.extend(self.runbooks.iter().map(|folder| ("runbooks", folder.clone())));
        places.push(("templates", self.workspace.join("templates")));
        places.push(("data", self.workspace.join("data")));
        places.push(("store", self.store.clone()));
        places.push(("ledger", self.store.join("ledger.db")));
        places.push(("index", self.store.join("index")));
        places
    }
}

fn no_home() -> ConfigError {
    ConfigError::hinted(
        "nowhere to keep the ledger: neither XDG_DATA_HOME nor HOME is set",
        "name a folder with --store DIR or RUNLEDGER_STORE",
    )
}

/// `~/x` as the shell would read it.
fn untilde(path: &str, environment: &Environment) -> PathBuf {
    match (path.strip_prefix("~/"), &environment.home) {
        (Some(rest), Some(home)) => home.join(rest),
        _ => PathBuf::from(path),
    }
}

fn clock(flags: &Flags, environment: &Environment) -> Result<Clock, ConfigError> {
    let Some(now) = flags.now.as_ref().or(environment.now.as_ref()) else {
        return Ok(Clock::system());
    };
    let ms =
        now.trim().parse::<i64>().ok().filter(|ms| DateTime::from_timestamp_millis(*ms).is_some());
    ms.or_else(|| DateTime::parse_from_rfc3339(now.trim()).ok().map(|at| at.timestamp_millis()))
        .map(Clock::fixed)
        .ok_or_else(|| {
            ConfigError::hinted(
                format!("RUNLEDGER_NOW is no moment: {now}"),
                "write it like 2026-11-20T09:00:00Z, or as milliseconds since 1970",
            )
        })
}

fn stated_actor(flags: &Flags, environment: &Environment) -> Result<Option<Actor>, ConfigError> {
    let (name, from) = match (&flags.actor, &environment.actor) {
        (Some(name), _) => (name, "--actor"),
        (None, Some(name)) => (name, "RUNLEDGER_ACTOR"),
        (None, None) => return Ok(None),
    };
    Actor::parse(name).map(Some).map_err(|error| ConfigError::wrong(format!("{from}: {error}")))
}

/// The runbooks folders as absolute paths. One that does not exist stays in the list: the scan
/// then says so, and forgets nothing that it knew of it.
fn runbooks_folders(
    workspace: &Path,
    configured: Option<Vec<file::Placed>>,
    file: Option<&Path>,
    notices: &mut Vec<String>,
) -> Result<Vec<PathBuf>, ConfigError> {
    let Some(configured) = configured else {
        let usual = workspace.join("runbooks");
        return Ok(vec![if usual.is_dir() { usual } else { workspace.to_path_buf() }]);
    };
    let mut folders: Vec<PathBuf> = Vec::new();
    let mut problems = Vec::new();
    for placed in configured {
        let mut refuse = |message| problems.push(placed.problem(message));
        let name = &placed.value;
        let stated = workspace.join(name);
        let folder = match fs::canonicalize(&stated) {
            Ok(folder) => folder,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                notices.push(format!("the runbooks folder {} does not exist", stated.display()));
                stated
            }
            Err(error) => {
                refuse(format!("cannot read the runbooks folder `{name}`: {error}"));
                continue;
            }
        };
        if folder.exists() && !folder.is_dir() {
            refuse(format!("`{name}` is a file, and a folder is needed"));
        } else if Path::new(name).is_relative() && !folder.starts_with(workspace) {
            refuse(format!(
                "`{name}` leads outside the workspace; write the folder's absolute path if it is \
                 meant"
            ));
        } else if let Some(other) =
            folders.iter().find(|other| folder.starts_with(other) || other.starts_with(&folder))
        {
            refuse(format!(
                "`{name}` and {} overlap, so that files would be read twice",
                other.display()
            ));
        } else {
            folders.push(folder);
        }
    }
    match file {
        Some(path) if !problems.is_empty() => {
            Err(ConfigError::File { path: path.to_path_buf(), problems })
        }
        _ => Ok(folders),
    }
}

#[cfg(test)]
mod tests;
