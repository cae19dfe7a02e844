//! What the process was started with: flags and environment variables, read once.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fmt;
use std::path::PathBuf;

use chrono::NaiveDate;

use crate::delivery::Secret;

/// What the command line says about where to work and as whom.
#[derive(Clone, Debug, Default)]
pub struct Flags {
    /// `--workspace DIR`.
    pub workspace: Option<PathBuf>,
    /// `--store DIR`.
    pub store: Option<PathBuf>,
    /// `--actor NAME`.
    pub actor: Option<String>,
    /// A fixed moment in place of the clock, RFC 3339 or milliseconds since 1970.
    pub now: Option<String>,
    /// `--as-of DATE`.
    pub as_of: Option<NaiveDate>,
    /// `--listen ADDRESS`.
    pub listen: Option<String>,
}

/// What the environment says; an empty variable says nothing.
#[derive(Clone, Debug, Default)]
pub struct Environment {
    /// `RUNLEDGER_WORKSPACE`: as `--workspace`.
    pub workspace: Option<PathBuf>,
    /// `RUNLEDGER_STORE`: as `--store`.
    pub store: Option<PathBuf>,
    /// `RUNLEDGER_ACTOR`: as `--actor`.
    pub actor: Option<String>,
    /// `RUNLEDGER_NODE`: what this node is called, in place of the machine's name.
    pub node: Option<String>,
    /// `RUNLEDGER_NOW`: a moment at which the clock stands still, RFC 3339 or milliseconds since
    /// 1970; for tests and simulations.
    pub now: Option<String>,
    /// `XDG_DATA_HOME`; only an absolute path counts.
    pub data_home: Option<PathBuf>,
    /// `HOME`.
    pub home: Option<PathBuf>,
    /// `USER`, else `LOGNAME`.
    pub login: Option<String>,
    /// `NO_COLOR` is set to anything.
    pub no_color: bool,
    /// `COLUMNS`.
    pub columns: Option<usize>,
    /// `VISUAL`, else `EDITOR`.
    pub editor: Option<String>,
    /// Every variable, for settings that name one.
    pub variables: Variables,
}

/// The variables that the process was started with. Which of them the configuration file names is
/// known later, and what it names is secret, so they show only how many they are.
#[derive(Clone, Default)]
pub struct Variables(BTreeMap<String, Secret>);

impl Variables {
    /// A variable's value; one that is no text is none.
    pub fn get(&self, name: &str) -> Option<&Secret> {
        self.0.get(name)
    }
}

impl FromIterator<(OsString, OsString)> for Variables {
    fn from_iter<T: IntoIterator<Item = (OsString, OsString)>>(variables: T) -> Self {
        let text = |(name, value): (OsString, OsString)| {
            Some((name.into_string().ok()?, Secret::new(value.into_string().ok()?)))
        };
        Self(variables.into_iter().filter_map(text).collect())
    }
}

impl fmt::Debug for Variables {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} variables", self.0.len())
    }
}

impl Environment {
    /// Reads the process's environment.
    #[expect(clippy::disallowed_methods, reason = "this is the place that reads the environment")]
    pub fn read() -> Self {
        let variables = std::env::vars_os().collect();
        Self { variables, ..Self::from_lookup(|name| std::env::var_os(name)) }
    }

    pub(super) fn from_lookup(lookup: impl Fn(&str) -> Option<OsString>) -> Self {
        let raw = |name: &str| lookup(name).filter(|value| !value.is_empty());
        let path = |name: &str| raw(name).map(PathBuf::from);
        let text = |name: &str| raw(name).and_then(|value| value.into_string().ok());
        Self {
            workspace: path("RUNLEDGER_WORKSPACE"),
            store: path("RUNLEDGER_STORE"),
            actor: text("RUNLEDGER_ACTOR"),
            node: text("RUNLEDGER_NODE"),
            now: text("RUNLEDGER_NOW"),
            data_home: path("XDG_DATA_HOME").filter(|path| path.is_absolute()),
            home: path("HOME"),
            login: text("USER").or_else(|| text("LOGNAME")),
            no_color: raw("NO_COLOR").is_some(),
            columns: text("COLUMNS").and_then(|columns| columns.trim().parse().ok()),
            editor: text("VISUAL").or_else(|| text("EDITOR")),
            variables: Variables::default(),
        }
    }
}
