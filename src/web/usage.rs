//! Counting what is opened, in memory: a request only adds one to a number. The thread of `watch`
//! takes the numbers from here once a minute and has them kept.
//!
//! A page counts when it is asked for with GET and answered, each time anew. A step counts when it
//! comes to be at hand in a run, or when an alert leads to it. What is scrolled to, and what stands
//! behind the `#` of an address, is never told to a server and so is not counted.

use std::convert::Infallible;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method};
use chrono::NaiveDate;

use super::state::State;
use crate::app::App;
use crate::config::Config;
use crate::domain::id::{RunbookId, StepId};
use crate::domain::usage::Tally;
use crate::error::Error;

/// How often what was counted is kept, at most.
const EVERY: Duration = Duration::from_secs(60);

/// What was counted since it was kept last.
pub(super) struct Usage {
    /// What this node is called; none where nothing is counted.
    node: Option<String>,
    fresh: Mutex<Tally>,
}

impl Usage {
    /// Counts from now on, if the settings have it so. A server that shows another day than today
    /// counts nothing: it is looked at for what was, and nobody works by it.
    pub(super) fn new(config: &Config, as_of: Option<NaiveDate>) -> Self {
        let counts = config.count_use && as_of.is_none();
        Self { node: counts.then(|| config.node()), fresh: Mutex::default() }
    }

    /// Whether anything is counted.
    pub(super) const fn is_on(&self) -> bool {
        self.node.is_some()
    }

    /// Somebody opened a runbook's page, or one of its steps.
    pub(super) fn opened(
        &self,
        day: NaiveDate,
        runbook: &RunbookId,
        step: Option<&StepId>,
        from_alert: bool,
    ) {
        let Some(node) = &self.node else { return };
        self.lock().opened(node, day, (runbook.clone(), step.cloned()), from_alert);
    }

    fn lock(&self) -> MutexGuard<'_, Tally> {
        // Adding to a number cannot be half done.
        self.fresh.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Has what was counted kept: soon after something was, then once a minute, at the end, and when a
/// day is over.
#[derive(Default)]
pub(super) struct Keeper {
    kept_at: Option<Instant>,
    open_day: Option<NaiveDate>,
    today: Option<NaiveDate>,
}

impl Keeper {
    /// Looks whether there is something to do, and does it.
    ///
    /// # Errors
    /// It cannot be kept or written; nothing is lost, and the next look tries again.
    pub(super) fn look(
        &mut self,
        state: &State,
        app: &mut App,
        is_last: bool,
    ) -> Result<(), Error> {
        let usage = &state.usage;
        if !usage.is_on() {
            return Ok(());
        }
        let day = app.first_open_day();
        let waited = is_last || self.kept_at.is_none_or(|at| at.elapsed() >= EVERY);
        // At midnight at once: another server of this store writes the entry a little later.
        let today = app.real_today();
        let waited = waited || self.today != Some(today);
        let is_due = self.open_day != Some(day) || waited && !usage.lock().is_empty();
        if !is_due {
            return Ok(());
        }
        let mut fresh = std::mem::take(&mut *usage.lock());
        let is_any = !fresh.is_empty();
        let kept = app.keep_counts(&mut fresh);
        // What could not be kept, beside what was counted meanwhile.
        usage.lock().merge(fresh);
        for notice in kept? {
            state.log(&notice);
        }
        // The first thing that is counted is kept soon, however long nobody opened anything.
        if is_any {
            self.kept_at = Some(Instant::now());
        }
        (self.open_day, self.today) = (Some(day), Some(today));
        Ok(())
    }
}

/// Whether a request is somebody opening a page: not one that asks for the head alone, and not a
/// browser that fetches what may be wanted next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Opens(pub(super) bool);

impl Opens {
    fn of(method: &Method, headers: &HeaderMap) -> Self {
        let prefetches = ["sec-purpose", "purpose", "x-moz"].iter().any(|name| {
            let mut said = headers.get_all(*name).iter().filter_map(|value| value.to_str().ok());
            said.any(|value| value.to_ascii_lowercase().contains("prefetch"))
        });
        Self(method == Method::GET && !prefetches)
    }
}

impl<S: Sync> FromRequestParts<S> for Opens {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self::of(&parts.method, &parts.headers))
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn only_what_is_got_to_be_read_is_opened() {
        let check = |method: Method, header: Option<(&'static str, &'static str)>, expected| {
            let headers = header.map(|(name, value)| {
                (axum::http::HeaderName::from_static(name), HeaderValue::from_static(value))
            });
            assert_eq!(Opens::of(&method, &headers.into_iter().collect()), Opens(expected));
        };
        check(Method::GET, None, true);
        check(Method::GET, Some(("sec-fetch-dest", "document")), true);
        check(Method::HEAD, None, false);
        check(Method::GET, Some(("sec-purpose", "prefetch")), false);
        check(Method::GET, Some(("sec-purpose", "prefetch;prerender")), false);
        check(Method::GET, Some(("purpose", "Prefetch")), false);
        check(Method::GET, Some(("x-moz", "prefetch")), false);
    }
}
