//! Where a link may lead, and how links and images are shown.

use super::{DEEPEST, Sink, Writer, escape};

/// Where it leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Target {
    /// To a page of ours.
    Inside(String),
    /// To `http`, `https` or `mailto`.
    Outside(String),
    /// Nowhere that is allowed or known.
    Nowhere,
}

/// Judges a destination as a browser would read it: controls and white space do not count, so a
/// scheme cannot be smuggled past with a tab in it.
pub(super) fn target(url: &str, links: super::Links<'_>) -> Target {
    let url: String = url.chars().filter(|c| !c.is_control()).collect();
    let url = url.trim();
    let bare: String = url.chars().filter(|c| !c.is_whitespace()).collect();
    if let Some(scheme) = scheme(&bare) {
        let allowed = ["http", "https", "mailto"].iter().any(|s| scheme.eq_ignore_ascii_case(s));
        return if allowed { Target::Outside(bare) } else { Target::Nowhere };
    }
    if bare.starts_with("//") || bare.starts_with('\\') || bare.starts_with("/\\") {
        return Target::Nowhere;
    }
    match links(url) {
        Some(found) if is_local(&found) => Target::Inside(found),
        _ => Target::Nowhere,
    }
}

fn scheme(url: &str) -> Option<&str> {
    let end = url.find(['/', '?', '#', ':'])?;
    url[end..].starts_with(':').then(|| &url[..end])
}

fn is_local(url: &str) -> bool {
    url.starts_with('#') || (url.starts_with('/') && !url.starts_with("//"))
}

impl Writer<'_> {
    pub(super) fn link(&mut self, url: &str) {
        match target(url, self.links) {
            Target::Inside(url) => self.open(&format!("<a href=\"{}\">", escape(&url)), "</a>"),
            Target::Outside(url) => {
                let url = escape(&url);
                self.open(&format!("<a href=\"{url}\" rel=\"noreferrer noopener\">"), "</a>");
            }
            Target::Nowhere => self.open("<span class=\"dead-link\">", "</span>"),
        }
    }

    pub(super) fn image(&mut self) {
        let Sink::Image { target, text, .. } = std::mem::replace(&mut self.sink, Sink::Body) else {
            return;
        };
        let words = if text.trim().is_empty() { "image" } else { text.trim() };
        let words = escape(words);
        match target {
            Target::Outside(url) if !self.in_link() => {
                let url = escape(&url);
                self.push(&format!(
                    "<a class=\"image\" href=\"{url}\" rel=\"noreferrer noopener\">{words}</a>"
                ));
            }
            _ => self.push(&format!("<span class=\"image\">{words}</span>")),
        }
    }

    pub(super) fn in_link(&self) -> bool {
        // Deeper ones are not shown, so there is no link among them.
        self.open.iter().take(DEEPEST).any(|open| open.closes("</a>"))
    }
}
