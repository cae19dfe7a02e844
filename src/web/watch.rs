//! The thread that keeps an eye on the files, so that an edited runbook shows within two seconds
//! even while nobody asks for anything; makes the day's backup, and has counted what was opened.

use std::sync::Arc;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::Duration;

use super::state::State;
use super::usage::Keeper;
use crate::app::App;
use crate::error::Error;

/// How often it looks.
const EVERY: Duration = Duration::from_secs(1);

/// The thread, until it is stopped.
pub(super) struct Watch {
    stop: Sender<()>,
    thread: JoinHandle<()>,
}

impl Watch {
    /// Starts to look.
    pub(super) fn start(state: Arc<State>) -> Self {
        let (stop, stopped) = channel();
        let thread = std::thread::spawn(move || {
            let (mut of_files, mut of_counts) = (Chore::default(), Chore::default());
            let mut keeper = Keeper::default();
            let mut is_last = false;
            while !is_last {
                is_last = stopped.recv_timeout(EVERY) != Err(RecvTimeoutError::Timeout);
                if !is_last {
                    of_files.see_to(&state, "looking after the runbooks", |app| {
                        app.refresh()?;
                        app.daily_backup().map(drop)
                    });
                }
                // By itself, so that neither trouble keeps the other from being seen to.
                of_counts.see_to(&state, "counting what is opened", |app| {
                    keeper.look(&state, app, is_last)
                });
            }
        });
        Self { stop, thread }
    }

    /// Stops looking, once the look that is under way is done.
    pub(super) fn stop(self) {
        let _ = self.stop.send(());
        let _ = self.thread.join();
    }
}

/// Something that is seen to again and again, and the trouble it had the last time.
#[derive(Default)]
struct Chore {
    said: Option<String>,
}

impl Chore {
    /// Does it. The same trouble every second is one line in the log, not a flood.
    fn see_to(
        &mut self,
        state: &State,
        what: &str,
        work: impl FnOnce(&mut App) -> Result<(), Error>,
    ) {
        let work = std::panic::AssertUnwindSafe(|| state.apps.run_here(work));
        let problem = match std::panic::catch_unwind(work) {
            Ok(Ok(())) => None,
            Ok(Err(error)) => Some(format!("while {what}: {error}")),
            Err(panic) => {
                let words = super::error::panic_message(panic.as_ref());
                Some(format!("{what} panicked: {words}"))
            }
        };
        if let Some(problem) = problem.as_deref().filter(|_| problem != self.said) {
            state.log(problem);
        }
        self.said = problem;
    }
}
