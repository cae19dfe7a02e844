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
    use std::sync::Barrier;

    use super::*;

    #[test]
    fn both_are_done_at_the_same_time_and_a_panic_is_passed_on() {
        // Each waits for the other.
        let meet = Barrier::new(2);
        let both = at_once(|| (meet.wait(), 1).1, || (meet.wait(), "two").1);
        assert_eq!(both, (1, "two"));
        let panic = std::panic::catch_unwind(|| at_once(|| 1, || -> usize { panic!("no") }));
        assert!(panic.is_err());
    }
}
