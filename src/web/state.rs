//! What all handlers share.

use std::sync::Arc;

use chrono::NaiveDate;
use tokio::sync::Semaphore;

use super::error::Failure;
use super::pool::{Lost, Pool};
use super::usage::Usage;
use crate::app::App;
use crate::assets::Assets;
use crate::config::Config;
use crate::error::Error;
use crate::render::Renderer;

/// What the server tells its caller, who decides where it goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// It accepts connections at this address.
    Listening(std::net::SocketAddr),
    /// Something went wrong that no visitor can mend.
    Problem(String),
}

/// A place to tell events to.
pub(super) type Tell = Box<dyn Fn(Event) + Send + Sync>;

/// The state behind an [`Arc`], as handlers get it.
pub(super) type Shared = Arc<State>;

/// What all handlers share.
pub(super) struct State {
    /// The settings.
    pub(super) config: Arc<Config>,
    /// The day that pages speak of, if it is not simply today.
    pub(super) as_of: Option<NaiveDate>,
    /// The templates, compiled once.
    pub(super) renderer: Renderer,
    /// The files for browsers.
    pub(super) assets: Assets,
    /// Everything below the web, synchronous.
    pub(super) apps: Arc<Pool<App, Error>>,
    /// What was opened.
    pub(super) usage: Usage,
    /// Held by whoever guesses what was meant by an address that is not there.
    pub(super) guessing: Semaphore,
    /// Where events go.
    pub(super) tell: Tell,
}

impl State {
    /// Does something with an [`App`] where blocking is allowed.
    ///
    /// # Errors
    /// What the app refuses or what failed, in words for the visitor. Failures that are nobody's
    /// fault out there are logged with all they come from.
    pub(super) async fn run<R, F>(&self, work: F) -> Result<R, Failure>
    where
        F: FnOnce(&mut App) -> Result<R, Error> + Send + 'static,
        R: Send + 'static,
    {
        self.apps.run(work).await.map_err(|lost| match lost {
            Lost::Failed(error) => {
                if error.http_status() >= 500 {
                    let causes: String =
                        error.causes().iter().map(|cause| format!(": {cause}")).collect();
                    self.log(&format!("{error}{causes}"));
                }
                Failure::from(error)
            }
            Lost::Panicked(words) => {
                self.log(&format!("a request panicked: {words}"));
                Failure::panicked()
            }
        })
    }

    /// Tells the caller about something that no visitor can mend.
    pub(super) fn log(&self, problem: &str) {
        (self.tell)(Event::Problem(problem.to_owned()));
    }
}
