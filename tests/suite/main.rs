//! The one test binary; each module drives the real program.

mod tidy;
