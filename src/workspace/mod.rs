//! The team's folder: what is read from it ([`scan`]), what git knows about it ([`git`]), and
//! the one thing that is ever written into it ([`write_back`]). Other files of ours are written
//! as a whole ([`crate::whole_file`]), under a [`lock`] where several processes do.
//!
//! Nothing here follows a symbolic link out of the folder, waits for the other end of a pipe, or
//! trusts what a path meant a moment ago: a file is judged by what was opened.

pub mod git;
mod history;
pub mod lock;
mod rules;
pub mod scan;
mod stat;
pub mod write_back;

use std::fs::File;
use std::io;
use std::path::Path;

use rustix::fs::{Mode, OFlags};

/// Opens what stands at a relative path beneath a folder. No part of the path may be a symbolic
/// link, and a pipe is opened without waiting.
fn open_beneath(folder: &File, path: &Path, flags: OFlags) -> io::Result<File> {
    let flags = flags | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
    let path = if path.as_os_str().is_empty() { Path::new(".") } else { path };
    #[cfg(target_os = "linux")]
    {
        use rustix::fs::ResolveFlags;
        use rustix::io::Errno;
        let resolve = ResolveFlags::BENEATH | ResolveFlags::NO_SYMLINKS;
        match rustix::fs::openat2(folder, path, flags, Mode::empty(), resolve) {
            Ok(file) => return Ok(File::from(file)),
            // An old kernel, or a container that does not know the call: links in the middle of
            // the path are then found by the walk alone.
            Err(Errno::NOSYS | Errno::PERM) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(File::from(rustix::fs::openat(folder, path, flags, Mode::empty())?))
}
