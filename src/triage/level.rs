//! The scale of harm, and the lines of the table that place a failure on it.

use serde::{Deserialize, Serialize};

/// How bad it is; the order is that of the harm.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "UPPERCASE")]
pub enum Level {
    /// Good to know.
    #[default]
    Info,
    /// Housekeeping.
    Low,
    /// Degraded, with others serving.
    Medium,
    /// A service, or the reserve of one, is gone.
    High,
    /// Users, data or control are lost, or will be at the next fault.
    Critical,
}

impl Level {
    /// Its name in JSON, scenarios and pages.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Info => "INFO",
            Self::Low => "LOW",
            Self::Medium => "MEDIUM",
            Self::High => "HIGH",
            Self::Critical => "CRITICAL",
        }
    }

    pub(super) const fn raised(self) -> Self {
        match self {
            Self::Info => Self::Low,
            Self::Low => Self::Medium,
            Self::Medium => Self::High,
            Self::High | Self::Critical => Self::Critical,
        }
    }

    pub(super) const fn lowered(self) -> Self {
        match self {
            Self::Info | Self::Low => Self::Info,
            Self::Medium => Self::Low,
            Self::High => Self::Medium,
            Self::Critical => Self::High,
        }
    }

    /// How many levels lie between two.
    pub const fn distance(self, other: Self) -> u8 {
        (self as u8).abs_diff(other as u8)
    }
}

/// A line of the severity table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[expect(missing_docs, reason = "data/patterns/severity.yaml says what each stands for")]
pub enum Line {
    C1,
    C2,
    C3,
    C4,
    C5,
    C6,
    C7,
    C8,
    H1,
    H2,
    H3,
    H4,
    H5,
    H6,
    M1,
    M2,
    M3,
    M4,
    M5,
    L1,
    L2,
    L3,
    I1,
}

impl Line {
    /// The level it gives.
    pub const fn level(self) -> Level {
        match self {
            Self::C1
            | Self::C2
            | Self::C3
            | Self::C4
            | Self::C5
            | Self::C6
            | Self::C7
            | Self::C8 => Level::Critical,
            Self::H1 | Self::H2 | Self::H3 | Self::H4 | Self::H5 | Self::H6 => Level::High,
            Self::M1 | Self::M2 | Self::M3 | Self::M4 | Self::M5 => Level::Medium,
            Self::L1 | Self::L2 | Self::L3 => Level::Low,
            Self::I1 => Level::Info,
        }
    }
}
