//! Moments as people type them, in the workspace's time zone.

use crate::domain::entry::Timestamp;
use crate::domain::incident::Moment;
use crate::domain::moment::parse_moment;
use crate::error::Error;

use super::super::App;

impl App {
    /// The moment that a text means: `14:03`, `-12m`, `2026-04-15 14:03`.
    ///
    /// # Errors
    /// It is no time, or one that the clocks skipped or showed twice.
    pub fn moment_told(&self, text: &str) -> Result<Timestamp, Error> {
        let now = Timestamp(self.clock.now_ms());
        parse_moment(text, now, self.config.timezone)
            .map_err(|wrong| Error::refused(wrong.to_string()).hinted(wrong.hint()))
    }

    /// What somebody says of a time: a moment, `n/a` where there is none, `unknown`.
    ///
    /// # Errors
    /// As [`App::moment_told`].
    pub fn time_told(&self, text: &str) -> Result<Moment, Error> {
        match text.trim().to_lowercase().as_str() {
            "n/a" | "na" | "none" | "not applicable" | "not-applicable" => {
                Ok(Moment::NotApplicable)
            }
            "" | "unknown" | "?" | "not yet known" => Ok(Moment::Unknown),
            _ => Ok(Moment::At(self.moment_told(text)?)),
        }
    }
}
