//! Two things at once.

use std::panic::resume_unwind;
use std::thread::{Builder, scope};

/// Does two things at once, or one after the other where the system has no thread to spare.
pub fn at_once<A, B: Send>(one: impl FnOnce() -> A, other: impl Fn() -> B + Send + Sync) -> (A, B) {
    scope(|scope| {
        let beside = Builder::new().spawn_scoped(scope, &other);
        let one = one();
        let other = match beside {
            Ok(thread) => thread.join().unwrap_or_else(|panic| resume_unwind(panic)),
            Err(_) => other(),
        };
        (one, other)
    })
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;
    use std::sync::mpsc::{Receiver, Sender, channel};
    use std::time::Duration;

    use super::*;

    #[test]
    fn both_are_done_at_the_same_time_and_a_panic_is_passed_on() {
        // Each waits for a word of the other, but not for ever: where no thread can be had, none
        // comes.
        let ((to_one, for_one), (to_other, for_other)) = (channel(), channel());
        let for_other = Mutex::new(for_other);
        let meet = |theirs: &Sender<()>, own: &Receiver<()>| {
            theirs.send(()).is_ok() && own.recv_timeout(Duration::from_secs(60)).is_ok()
        };
        let both = at_once(
            || (meet(&to_other, &for_one), 1),
            || (meet(&to_one, &for_other.lock().expect("its own")), "two"),
        );
        assert_eq!(both, ((true, 1), (true, "two")));
        let panic = std::panic::catch_unwind(|| at_once(|| 1, || -> usize { panic!("no") }));
        assert!(panic.is_err());
    }
}
