//! The thread that makes and delivers reports, where this node is the one that does.

use std::sync::Arc;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::time::Duration;

use super::state::State;
use crate::app::reporter::Duties;

/// How often it looks whether something is due.
const EVERY: Duration = Duration::from_secs(2);

/// How often at most while something is wrong that a look may make worse: a full disk, a report
/// that cannot be made.
const RARELY: Duration = Duration::from_secs(300);

/// The thread, until it is stopped.
pub(super) struct Reporter {
    /// Dropped, it stops the thread.
    _stop: Sender<()>,
}

impl Reporter {
    /// Starts it, unless another node makes the reports, or the server shows another day than
    /// today and so may not speak of today.
    pub(super) fn start(state: Arc<State>) -> Option<Self> {
        let config = &state.config;
        let is_reporter = config.reporter.as_deref() == Some(config.node().as_str());
        if !config.reports.is_empty() && config.reporter.is_none() {
            let node = config.node();
            state.log(&format!(
                "reports are planned and no node makes them: set `reporter = \"{node}\"` in \
                 runledger.toml; this node is {node}"
            ));
        }
        if !is_reporter || state.as_of.is_some() {
            return None;
        }
        let (stop, stopped) = channel();
        // Nobody waits for it to end: a receiver may take a minute to answer, and a delivery that
        // is cut off is made again under the same key.
        std::thread::spawn(move || {
            let (mut said, mut wait) = (None, EVERY);
            while stopped.recv_timeout(wait) == Err(RecvTimeoutError::Timeout) {
                let problem = look(&state);
                wait = if problem.is_some() { (wait * 2).min(RARELY) } else { EVERY };
                // The same trouble at every look is one line in the log, not a flood.
                if let Some(problem) = problem.as_deref().filter(|_| problem != said) {
                    state.log(problem);
                }
                said = problem;
            }
        });
        Some(Self { _stop: stop })
    }
}

/// Does what is due, and says what went wrong with the doing itself.
fn look(state: &State) -> Option<String> {
    let duties = || state.apps.run_here(crate::app::App::report_duties);
    match std::panic::catch_unwind(std::panic::AssertUnwindSafe(duties)) {
        Ok(Ok(duties)) => tell(state, &duties),
        Ok(Err(error)) => Some(format!("while making reports: {error}")),
        Err(panic) => {
            let words = super::error::panic_message(panic.as_ref());
            Some(format!("making reports panicked: {words}"))
        }
    }
}

/// What did not arrive is worth a line each time: it is tried ever more rarely. What cannot be
/// made is tried at every look, and so is told to the caller.
fn tell(state: &State, duties: &Duties) -> Option<String> {
    for (label, to, reason) in &duties.failed {
        state.log(&format!("the report {label} did not reach {to}: {reason}"));
    }
    let unmade = duties.unmade.iter();
    let told: Vec<String> =
        unmade.map(|(name, why)| format!("the report {name} cannot be made: {why}")).collect();
    (!told.is_empty()).then(|| told.join("; "))
}
