//! What tells that a file is the same, without reading it.

use std::fs::Metadata;
use std::os::unix::fs::MetadataExt as _;

/// A file that changed less than this long ago may change again without its stat telling.
const YOUNG_NS: i64 = 2_000_000_000;

/// What tells without reading that a file is the same.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Stat {
    /// Its size in bytes.
    pub size: u64,
    /// When its contents changed, in nanoseconds since 1970.
    pub mtime_ns: i64,
    /// When anything of it changed, in nanoseconds since 1970.
    pub ctime_ns: i64,
    /// Which file it is.
    pub inode: u64,
}

impl Stat {
    pub(super) fn of(meta: &Metadata) -> Self {
        Self {
            size: meta.size(),
            mtime_ns: ns(meta.mtime(), meta.mtime_nsec()),
            ctime_ns: ns(meta.ctime(), meta.ctime_nsec()),
            inode: meta.ino(),
        }
    }

    /// The same, of an entry of an open folder.
    #[expect(clippy::unnecessary_cast, reason = "the fields' types differ between systems")]
    pub(super) fn of_raw(stat: &rustix::fs::Stat) -> Self {
        Self {
            size: u64::try_from(stat.st_size).unwrap_or(0),
            mtime_ns: ns(stat.st_mtime as i64, stat.st_mtime_nsec as i64),
            ctime_ns: ns(stat.st_ctime as i64, stat.st_ctime_nsec as i64),
            inode: stat.st_ino,
        }
    }

    /// Whether it changed so lately, or by its own account in the future, that the same stat may
    /// yet stand for other contents.
    pub(super) const fn is_young(&self, now_ns: i64) -> bool {
        let changed = if self.mtime_ns > self.ctime_ns { self.mtime_ns } else { self.ctime_ns };
        changed.saturating_add(YOUNG_NS) > now_ns
    }

    /// A stat that no file has: what was read under it is read again at the next scan.
    pub(super) const fn unsettled(self) -> Self {
        Self { ctime_ns: i64::MIN, ..self }
    }
}

const fn ns(seconds: i64, nanos: i64) -> i64 {
    seconds.saturating_mul(1_000_000_000).saturating_add(nanos)
}
