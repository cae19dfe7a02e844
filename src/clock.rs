//! The one place that asks the operating system what time it is.

use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};

/// Does something and says how long it took. That passes whatever day it is.
pub fn timed<T>(work: impl FnOnce() -> T) -> (T, Duration) {
    let began = Instant::now();
    let done = work();
    (done, began.elapsed())
}

/// Where "now" comes from: the system, or a fixed moment in tests.
#[derive(Clone, Copy, Debug, Default)]
pub struct Clock {
    fixed_ms: Option<i64>,
}

impl Clock {
    /// The system's clock.
    pub const fn system() -> Self {
        Self { fixed_ms: None }
    }

    /// A clock that stands still, at milliseconds since 1970 in UTC.
    pub const fn fixed(unix_ms: i64) -> Self {
        Self { fixed_ms: Some(unix_ms) }
    }

    /// Now, in UTC.
    #[expect(clippy::disallowed_methods, reason = "this is the place that may ask")]
    pub fn now(&self) -> DateTime<Utc> {
        self.fixed_ms.and_then(DateTime::from_timestamp_millis).unwrap_or_else(Utc::now)
    }

    /// Now, in milliseconds since 1970.
    pub fn now_ms(&self) -> i64 {
        self.now().timestamp_millis()
    }
}
