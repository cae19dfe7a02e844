//! The thread that keeps an eye on the files, so that an edited runbook shows within two seconds
//! even while nobody asks for anything; and makes the day's backup.

use std::sync::Arc;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::Duration;

use super::state::State;

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
            let mut said = None;
            while stopped.recv_timeout(EVERY) == Err(RecvTimeoutError::Timeout) {
                let look = || {
                    state.apps.run_here(|app| {
                        app.refresh()?;
                        app.daily_backup().map(drop)
                    })
                };
                let problem = match std::panic::catch_unwind(std::panic::AssertUnwindSafe(look)) {
                    Ok(Ok(())) => None,
                    Ok(Err(error)) => Some(format!("while looking after the runbooks: {error}")),
                    Err(panic) => {
                        let words = super::error::panic_message(panic.as_ref());
                        Some(format!("looking after the runbooks panicked: {words}"))
                    }
                };
                // The same trouble every second is one line in the log, not a flood.
                if let Some(problem) = problem.as_deref().filter(|_| problem != said) {
                    state.log(problem);
                }
                said = problem;
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
