//! Raw HTML in a runbook: shown as text, but for a few tags that cannot do harm.

/// Tags that pass, without any attribute.
const PASSING: [&str; 10] =
    ["b", "code", "details", "em", "i", "kbd", "strong", "sub", "summary", "sup"];

/// A tag that is open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Open {
    /// Of ours, with what closes it.
    Ours(String),
    /// Of the text.
    Raw(&'static str),
}

impl Open {
    pub(super) const fn is_raw(&self) -> bool {
        matches!(self, Self::Raw(_))
    }

    pub(super) fn is_tag(&self, tag: &str) -> bool {
        matches!(self, Self::Raw(name) if *name == tag)
    }

    pub(super) fn closes(&self, close: &str) -> bool {
        matches!(self, Self::Ours(text) if text == close)
    }

    pub(super) fn close(&self) -> String {
        match self {
            Self::Ours(close) => close.clone(),
            Self::Raw(tag) => format!("</{tag}>"),
        }
    }
}

/// A piece of raw HTML.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Raw<'a> {
    /// Shown as it stands.
    Text(&'a str),
    /// A tag that opens.
    Open(&'static str),
    /// A tag that closes.
    Close(&'static str),
    /// A tag without content.
    Void(&'static str),
}

/// Takes raw HTML apart. Comments are left out; a tag with an attribute is text.
pub(super) fn pieces(html: &str) -> Vec<Raw<'_>> {
    let mut pieces = Vec::new();
    let mut rest = html;
    let mut text_from = rest;
    while let Some(at) = rest.find('<') {
        let here = &rest[at..];
        let before = &text_from[..text_from.len() - here.len()];
        if let Some(comment) = here.strip_prefix("<!--") {
            push_text(&mut pieces, before);
            rest = comment.find("-->").map_or("", |end| &comment[end + 3..]);
            text_from = rest;
        } else if let Some((piece, after)) = tag(here) {
            push_text(&mut pieces, before);
            pieces.push(piece);
            rest = after;
            text_from = rest;
        } else {
            rest = &here[1..];
        }
    }
    push_text(&mut pieces, text_from);
    pieces
}

fn push_text<'a>(pieces: &mut Vec<Raw<'a>>, text: &'a str) {
    if !text.is_empty() {
        pieces.push(Raw::Text(text));
    }
}

fn tag(html: &str) -> Option<(Raw<'static>, &str)> {
    // A bare tag holds nothing else, so that a row of brackets is no search to the text's end.
    let html = html.strip_prefix('<')?;
    let bare = |c: char| c.is_ascii_alphanumeric() || matches!(c, '/' | ' ' | '\t' | '\n');
    let (inside, rest) = html.split_at(html.find(|c| !bare(c))?);
    let after = rest.strip_prefix('>')?;
    let closes = inside.starts_with('/');
    let name = inside.trim_start_matches('/').trim_end().trim_end_matches('/').trim_end();
    if name.eq_ignore_ascii_case("br") {
        return Some((Raw::Void("br"), after));
    }
    let name = PASSING.iter().find(|passing| passing.eq_ignore_ascii_case(name))?;
    Some((if closes { Raw::Close(name) } else { Raw::Open(name) }, after))
}

#[cfg(test)]
mod tests {
    use super::{Raw, pieces};

    #[test]
    fn only_bare_known_tags_pass() {
        assert_eq!(
            pieces("a<B>b</b><!-- x --><i onclick=x>c"),
            [
                Raw::Text("a"),
                Raw::Open("b"),
                Raw::Text("b"),
                Raw::Close("b"),
                Raw::Text("<i onclick=x>c"),
            ]
        );
        assert_eq!(pieces("<!-- never closed <b>"), []);
        assert_eq!(pieces("1 < 2<br/>"), [Raw::Text("1 < 2"), Raw::Void("br")]);
    }
}
