//! Which files are documents.

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};

/// What is read, and what not.
#[derive(Clone, Debug)]
pub struct Rules {
    /// Ends of names, lower case, each with its dot, the longest first.
    endings: Vec<String>,
    ignored: GlobSet,
    pub(super) max_file_size: u64,
}

impl Rules {
    /// Rules from the settings: extensions without their leading dot (`md`, `html.md.erb`),
    /// patterns of what is ignored, and the largest file in bytes.
    ///
    /// A pattern is relative to a runbooks folder; one without a slash matches at any depth.
    ///
    /// # Errors
    /// A pattern is none.
    pub fn new(
        extensions: &[String],
        ignore: &[String],
        max_file_size: u64,
    ) -> Result<Self, globset::Error> {
        let mut endings: Vec<_> =
            extensions.iter().map(|extension| format!(".{}", extension.to_lowercase())).collect();
        endings.sort_by_key(|ending| std::cmp::Reverse(ending.len()));
        let mut ignored = GlobSetBuilder::new();
        for pattern in ignore {
            let trimmed = pattern.trim_end_matches('/');
            let anchored = match trimmed.strip_prefix('/') {
                Some(anchored) => anchored.to_owned(),
                None if trimmed.contains('/') => trimmed.to_owned(),
                None => format!("**/{trimmed}"),
            };
            ignored.add(GlobBuilder::new(&anchored).literal_separator(true).build()?);
        }
        Ok(Self { endings, ignored: ignored.build()?, max_file_size })
    }

    /// A document's path without its extension; none if it is no document.
    pub(super) fn stem<'a>(&self, path: &'a str) -> Option<&'a str> {
        let name = path.rsplit('/').next().unwrap_or(path);
        self.endings.iter().find_map(|ending| {
            let at = name.len().checked_sub(ending.len()).filter(|at| *at > 0)?;
            let matches = name.get(at..)?.to_lowercase() == *ending;
            matches.then(|| &path[..path.len() - ending.len()])
        })
    }

    pub(super) fn ignores(&self, path: &str) -> bool {
        self.ignored.is_match(path)
    }
}
