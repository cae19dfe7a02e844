//! The one bridge between the asynchronous server and everything below it, which is synchronous:
//! a pool of workers (each with its own connection to the ledger) and the threads that use them.

use std::sync::{Arc, Mutex, PoisonError};

use tokio::task::{JoinError, spawn_blocking};

/// How many idle workers are kept; more are opened under load and dropped after it.
const KEPT: usize = 8;

/// Opens one worker.
type Open<T, E> = Box<dyn Fn() -> Result<T, E> + Send + Sync>;

/// Workers of type `T`, opened when needed and kept for the next request.
pub(super) struct Pool<T, E> {
    open: Open<T, E>,
    idle: Mutex<Vec<T>>,
}

/// Why a piece of work has no answer.
#[derive(Debug)]
pub(super) enum Lost<E> {
    /// No worker could be opened, or the work itself failed.
    Failed(E),
    /// It panicked; the worker was thrown away.
    Panicked(String),
}

impl<T: Send + 'static, E: Send + 'static> Pool<T, E> {
    /// A pool that has opened nothing yet.
    pub(super) fn new(open: impl Fn() -> Result<T, E> + Send + Sync + 'static) -> Arc<Self> {
        Arc::new(Self { open: Box::new(open), idle: Mutex::new(Vec::new()) })
    }

    /// Does a piece of work on a worker of the pool, on a thread where blocking is allowed.
    pub(super) async fn run<R, F>(self: &Arc<Self>, work: F) -> Result<R, Lost<E>>
    where
        F: FnOnce(&mut T) -> Result<R, E> + Send + 'static,
        R: Send + 'static,
    {
        let pool = Arc::clone(self);
        match spawn_blocking(move || pool.run_here(work)).await {
            Ok(done) => done.map_err(Lost::Failed),
            Err(error) => Err(Lost::Panicked(panic_words(error))),
        }
    }

    /// The same on the calling thread. A worker whose work panics is dropped on the way out.
    pub(super) fn run_here<R>(&self, work: impl FnOnce(&mut T) -> Result<R, E>) -> Result<R, E> {
        let idle = self.lock().pop();
        let mut worker = match idle {
            Some(worker) => worker,
            None => (self.open)()?,
        };
        let done = work(&mut worker);
        let mut idle = self.lock();
        if idle.len() < KEPT {
            idle.push(worker);
        }
        done
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<T>> {
        // Nothing panics while the list is held, and a list of workers cannot be half changed.
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What a panic said.
fn panic_words(error: JoinError) -> String {
    match error.try_into_panic() {
        Ok(panic) => super::error::panic_message(panic.as_ref()),
        Err(error) => error.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    fn counting() -> (Arc<Pool<usize, String>>, Arc<AtomicUsize>) {
        let opened = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&opened);
        (Pool::new(move || Ok(counter.fetch_add(1, Ordering::SeqCst))), opened)
    }

    fn block_on<F: Future>(future: F) -> F::Output {
        let runtime = tokio::runtime::Builder::new_multi_thread().build().expect("a runtime");
        runtime.block_on(future)
    }

    #[test]
    fn a_worker_is_used_again() {
        let (pool, opened) = counting();
        block_on(async {
            for _ in 0..3 {
                assert_eq!(pool.run(|worker| Ok(*worker)).await.ok(), Some(0));
            }
        });
        assert_eq!(opened.load(Ordering::SeqCst), 1);
    }

    #[test]
    fn a_panic_costs_one_worker_and_nothing_else() {
        let (pool, opened) = counting();
        block_on(async {
            let lost = pool.run::<(), _>(|_| panic!("on purpose")).await;
            assert!(matches!(lost, Err(Lost::Panicked(words)) if words.contains("on purpose")));
            assert_eq!(pool.run(|worker| Ok(*worker)).await.ok(), Some(1));
        });
        assert_eq!(opened.load(Ordering::SeqCst), 2);
    }

    #[test]
    fn no_more_than_a_few_idle_workers_are_kept() {
        let (pool, _) = counting();
        let deep = |pool: &Pool<usize, String>| {
            fn nest(pool: &Pool<usize, String>, depth: usize) -> Result<(), String> {
                if depth == 0 { Ok(()) } else { pool.run_here(|_| nest(pool, depth - 1)) }
            }
            nest(pool, 20)
        };
        assert_eq!(deep(&pool), Ok(()));
        assert_eq!(pool.lock().len(), KEPT);
    }
}
