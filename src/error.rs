//! The one error of `app`, `cli` and `web`: what sort of failure it is, what went wrong, where,
//! because of what, and what to do about it.
//!
//! The layers below return precise enums of their own; here they become something that a person
//! can act on, an exit code and an HTTP status.

use std::error::Error as StdError;
use std::fmt;
use std::io;
use std::path::Path;

use crate::assets::AssetError;
use crate::domain::id::EntryId;
use crate::ledger::LedgerError;
use crate::render::RenderError;
use crate::search::SearchError;
use crate::workspace::write_back::WriteBackError;

/// What sort of failure it is; decides the HTTP status.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// What was asked for is wrong in itself: an unknown step, a future date.
    Refused,
    /// What was asked for does not fit what is there already: a run that is over, a taken name.
    Conflict,
    /// What was asked for is there already; it can be meant all the same.
    Duplicate,
    /// What was asked for was written before something that happened since; it can be meant all
    /// the same.
    Outdated,
    /// What was asked about does not exist.
    NotFound,
    /// Somebody else is at it; the same again a little later may work.
    Busy,
    /// There is no room left on the disk.
    Full,
    /// The store cannot be written: it is read-only, or not where it was.
    Unwritable,
    /// Something broke that should not.
    Failed,
}

/// An error for people.
#[derive(Debug)]
pub struct Error {
    kind: Kind,
    message: String,
    place: Option<String>,
    cause: Option<Box<dyn StdError + Send + Sync>>,
    hint: Option<String>,
    stands: Option<Standing>,
}

/// The version that stands where an edit named another one; none where nothing stands any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing(pub Option<EntryId>);

/// The result of a verb.
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    /// An error of a kind. The message is lower case, without a final stop.
    pub fn new(kind: Kind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), place: None, cause: None, hint: None, stands: None }
    }

    /// What was asked for is wrong in itself.
    pub fn refused(message: impl Into<String>) -> Self {
        Self::new(Kind::Refused, message)
    }

    /// What was asked for does not fit what is there already.
    pub fn conflict(message: impl Into<String>) -> Self {
        Self::new(Kind::Conflict, message)
    }

    /// What was asked about does not exist.
    pub fn not_found(message: impl Into<String>) -> Self {
        Self::new(Kind::NotFound, message)
    }

    /// Somebody else is at it.
    pub fn busy(message: impl Into<String>) -> Self {
        Self::new(Kind::Busy, message)
    }

    /// Something broke that should not.
    pub fn failed(message: impl Into<String>) -> Self {
        Self::new(Kind::Failed, message)
    }

    /// The operating system refused something: says what was being done, and with which file.
    pub fn io(doing: &str, path: &Path, cause: io::Error) -> Self {
        let kind = kind_of_io(&cause);
        let error = Self::new(kind, format!("cannot {doing} {}", path.display()));
        let error = if kind == Kind::Full { error.hinted(FULL_HINT) } else { error };
        error.caused_by(cause)
    }

    /// Says where: a file with line and column, a field of a request.
    #[must_use]
    pub fn at(mut self, place: impl Into<String>) -> Self {
        self.place = Some(place.into());
        self
    }

    /// Says what to do about it.
    #[must_use]
    pub fn hinted(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Says which version stands, so that whoever insists replaces that one and no later one.
    #[must_use]
    pub const fn standing(mut self, version: Option<EntryId>) -> Self {
        self.stands = Some(Standing(version));
        self
    }

    /// The version that stands where an edit named another one.
    pub const fn stands(&self) -> Option<Standing> {
        self.stands
    }

    /// Says what it comes from.
    #[must_use]
    pub fn caused_by(mut self, cause: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.cause = Some(cause.into());
        self
    }

    /// What sort of failure it is.
    pub const fn kind(&self) -> Kind {
        self.kind
    }

    /// What went wrong, without place, cause and hint.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// Where it went wrong.
    pub fn place(&self) -> Option<&str> {
        self.place.as_deref()
    }

    /// What to do about it.
    pub fn hint(&self) -> Option<&str> {
        self.hint.as_deref()
    }

    /// What it comes from, nearest first; a cause that only repeats what was said is left out.
    pub fn causes(&self) -> Vec<String> {
        let mut said = self.message.clone();
        let mut causes = Vec::new();
        let mut next = self.source();
        while let Some(cause) = next {
            let text = cause.to_string();
            if !said.contains(&text) {
                said = text.clone();
                causes.push(text);
            }
            next = cause.source();
        }
        causes
    }

    /// The exit code of a command that ends with this: refused or failed.
    pub const fn exit_code(&self) -> u8 {
        2
    }

    /// The HTTP status of an answer that tells of this.
    pub const fn http_status(&self) -> u16 {
        match self.kind {
            Kind::Refused => 400,
            Kind::NotFound => 404,
            Kind::Conflict | Kind::Duplicate | Kind::Outdated => 409,
            Kind::Failed => 500,
            Kind::Busy | Kind::Unwritable => 503,
            Kind::Full => 507,
        }
    }
}

const FULL_HINT: &str = "free some space on that disk; nothing that was acknowledged is lost";

/// What sort of failure the operating system reports.
pub fn kind_of_io(error: &io::Error) -> Kind {
    match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Kind::Full,
        io::ErrorKind::WouldBlock | io::ErrorKind::ResourceBusy => Kind::Busy,
        _ => Kind::Failed,
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.place {
            Some(place) => write!(f, "{place}: {}", self.message),
            None => f.write_str(&self.message),
        }
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.cause.as_deref().map(|cause| cause as _)
    }
}

impl From<AssetError> for Error {
    fn from(error: AssetError) -> Self {
        let kind = match &error {
            AssetError::Unknown { .. } => Kind::NotFound,
            AssetError::Override { .. } => Kind::Failed,
        };
        Self::new(kind, error.to_string()).caused_by(error)
    }
}

impl From<RenderError> for Error {
    fn from(error: RenderError) -> Self {
        Self::failed(error.message)
            .at(format!("{}:{}:{}", error.template, error.line, error.column))
    }
}

impl From<LedgerError> for Error {
    fn from(error: LedgerError) -> Self {
        let kind = match &error {
            LedgerError::Io { source, .. } => kind_of_io(source),
            LedgerError::Conflict { .. }
            | LedgerError::SlugTaken { .. }
            | LedgerError::NotOurs { .. }
            | LedgerError::WouldLose { .. } => Kind::Conflict,
            LedgerError::Invalid(_) | LedgerError::Import { .. } => Kind::Refused,
            LedgerError::NoEntry(_) | LedgerError::NoBlob(_) => Kind::NotFound,
            LedgerError::Full => Kind::Full,
            LedgerError::ReadOnly | LedgerError::Displaced { .. } => Kind::Unwritable,
            LedgerError::Busy | LedgerError::InUse { .. } => Kind::Busy,
            LedgerError::Newer { .. }
            | LedgerError::OldSqlite { .. }
            | LedgerError::Damaged(_)
            | LedgerError::Sync
            | LedgerError::Sqlite(_) => Kind::Failed,
        };
        let hint = error.hint();
        let converted = Self::new(kind, error.to_string()).caused_by(error);
        match hint {
            Some(hint) => converted.hinted(hint),
            None => converted,
        }
    }
}

impl From<SearchError> for Error {
    fn from(error: SearchError) -> Self {
        let kind = match &error {
            SearchError::Busy | SearchError::Missing => Kind::Busy,
            SearchError::Io { source, .. } => kind_of_io(source),
            SearchError::Damaged(_) | SearchError::Source(_) | SearchError::Engine(_) => {
                Kind::Failed
            }
        };
        let converted = Self::new(kind, error.to_string());
        let converted = match (kind, &error) {
            (Kind::Full, _) => converted.hinted(FULL_HINT),
            (_, SearchError::Busy) => converted.hinted("do it again in a moment"),
            _ => converted,
        };
        converted.caused_by(error)
    }
}

impl<E: Into<Self> + fmt::Display> From<WriteBackError<E>> for Error {
    fn from(error: WriteBackError<E>) -> Self {
        let message = error.to_string();
        match error {
            WriteBackError::Edit(refused) => refused.into(),
            WriteBackError::Io { doing, path, source } => Self::io(doing, &path, source),
            WriteBackError::Unfit { .. } => Self::refused(message),
            WriteBackError::KeepsChanging { .. } => {
                Self::busy(message).hinted("the same again when nobody saves the file will work")
            }
            WriteBackError::LeftBehind { path, left } => Self::conflict(message).hinted(format!(
                "compare {} with {}, keep what is right, and remove the former",
                left.display(),
                path.display()
            )),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_place_comes_first_and_the_hint_stays_apart() {
        let error = Error::refused("no step 9").at("rollback.md:3:1").hinted("the steps are 1, 2");
        assert_eq!(error.to_string(), "rollback.md:3:1: no step 9");
        assert_eq!(error.hint(), Some("the steps are 1, 2"));
    }

    #[test]
    fn each_kind_has_its_status() {
        let check = |kind, expected| assert_eq!(Error::new(kind, "").http_status(), expected);
        check(Kind::Refused, 400);
        check(Kind::NotFound, 404);
        check(Kind::Conflict, 409);
        check(Kind::Duplicate, 409);
        check(Kind::Outdated, 409);
        check(Kind::Failed, 500);
        check(Kind::Busy, 503);
        check(Kind::Full, 507);
        check(Kind::Unwritable, 503);
    }

    #[test]
    fn a_full_disk_is_told_apart_from_other_failures() {
        let full = io::Error::from(io::ErrorKind::StorageFull);
        let error = Error::io("write", Path::new("/x/ledger.db"), full);
        assert_eq!(error.kind(), Kind::Full);
        assert_eq!(error.message(), "cannot write /x/ledger.db");
        assert!(error.hint().is_some_and(|hint| hint.contains("space")));
        let denied = io::Error::from(io::ErrorKind::PermissionDenied);
        assert_eq!(Error::io("read", Path::new("/x"), denied).kind(), Kind::Failed);
    }

    #[test]
    fn lower_errors_keep_their_hint_and_get_a_kind() {
        let check = |error: Error, kind, hinted| {
            assert_eq!((error.kind(), error.hint().is_some()), (kind, hinted), "{error}");
            assert_eq!(error.causes(), Vec::<String>::new(), "the message says it all");
        };
        let damaged = "flipped".to_owned();
        check(LedgerError::Full.into(), Kind::Full, true);
        check(LedgerError::Busy.into(), Kind::Busy, true);
        check(LedgerError::ReadOnly.into(), Kind::Unwritable, true);
        check(LedgerError::Damaged(damaged.clone()).into(), Kind::Failed, true);
        check(LedgerError::Invalid("no".to_owned()).into(), Kind::Refused, false);
        check(SearchError::Busy.into(), Kind::Busy, true);
        check(SearchError::Damaged(damaged).into(), Kind::Failed, false);
    }

    #[test]
    fn a_refused_edit_is_told_as_what_refused_it() {
        let refused = WriteBackError::Edit(Error::not_found("no such row"));
        assert_eq!(Error::from(refused).kind(), Kind::NotFound);
        let path = std::path::PathBuf::from("/w/a.md");
        let changing = WriteBackError::<Error>::KeepsChanging { path };
        assert_eq!(Error::from(changing).kind(), Kind::Busy);
    }

    #[test]
    fn causes_that_repeat_the_message_are_left_out() {
        let inner = Error::failed("disk on fire");
        let error = Error::failed("cannot save: disk on fire").caused_by(inner);
        assert_eq!(error.causes(), Vec::<String>::new());
        let error = Error::failed("cannot save").caused_by(Error::failed("disk on fire"));
        assert_eq!(error.causes(), vec!["disk on fire".to_owned()]);
    }
}
