//! Which words of raw HTML a reader sees: comments and known tags are gone, a placeholder like
//! `<RELEASE>`, which only looks like a tag, stays.

use std::borrow::Cow;

const TAGS: [&str; 62] = [
    "a",
    "abbr",
    "article",
    "aside",
    "b",
    "blockquote",
    "body",
    "br",
    "center",
    "cite",
    "code",
    "col",
    "dd",
    "del",
    "details",
    "div",
    "dl",
    "dt",
    "em",
    "figcaption",
    "figure",
    "font",
    "footer",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "head",
    "header",
    "hr",
    "html",
    "i",
    "iframe",
    "img",
    "ins",
    "kbd",
    "li",
    "main",
    "mark",
    "nav",
    "ol",
    "p",
    "picture",
    "pre",
    "q",
    "s",
    "samp",
    "script",
    "section",
    "small",
    "source",
    "span",
    "strong",
    "style",
    "sub",
    "summary",
    "sup",
    "svg",
    "table",
    "tbody",
];
const MORE_TAGS: [&str; 9] = ["td", "tfoot", "th", "thead", "tr", "u", "ul", "var", "video"];

/// An inline tag as words: nothing for a tag or comment, itself for anything else.
pub(crate) fn visible_inline(html: &str) -> Cow<'_, str> {
    if html.starts_with("<!--") || is_tag(html) { Cow::Borrowed("") } else { Cow::Borrowed(html) }
}

/// A block of HTML as words.
pub(super) fn visible_block(html: &str) -> String {
    let mut shown = String::with_capacity(html.len());
    let mut rest = html;
    while let Some(open) = rest.find('<') {
        shown.push_str(&rest[..open]);
        rest = &rest[open..];
        if let Some(comment) = rest.strip_prefix("<!--") {
            rest = comment.find("-->").map_or("", |end| &comment[end + 3..]);
        } else if is_tag(rest) {
            // A tag that never ends hides nothing after its line.
            let line = rest.find('\n').unwrap_or(rest.len());
            let end = rest[..line].find('>').map_or(line, |end| end + 1);
            rest = &rest[end..];
            shown.push(' ');
        } else {
            shown.push('<');
            rest = &rest[1..];
        }
    }
    shown.push_str(rest);
    shown
}

fn is_tag(html: &str) -> bool {
    // One bracket and one slash: taking more costs the square of a long row of them.
    let name = html.strip_prefix('<').unwrap_or(html);
    let name = name.strip_prefix('/').unwrap_or(name);
    let end = name.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(name.len());
    let follows = name[end..].chars().next();
    // `<p-value>` only begins like a tag.
    if !matches!(follows, Some('>' | ' ' | '\t' | '\n' | '\r' | '/')) {
        return false;
    }
    let name = &name[..end];
    // Nobody shouts `<SOURCE>` and means the tag.
    if name.len() > 3 && !name.contains(|c: char| c.is_ascii_lowercase()) {
        return false;
    }
    let name = name.to_ascii_lowercase();
    TAGS.contains(&name.as_str()) || MORE_TAGS.contains(&name.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_and_comments_are_not_words_but_placeholders_are() {
        let check = |html, expected: &str| assert_eq!(visible_block(html), expected);
        check("<details>\n<summary>Why</summary>", " \n Why ");
        check("a<!-- secret -->b", "ab");
        check("a<!-- open", "a");
        check("<RELEASE> and <pod-name>", "<RELEASE> and <pod-name>");
        check("<SOURCE> <BR>", "<SOURCE>  ");
        check("<div class='x'\nrest", " \nrest");
        check("</div> <<b>", "  < ");
        assert_eq!(visible_inline("<br>"), "");
        assert_eq!(visible_inline("<NAMESPACE>"), "<NAMESPACE>");
    }

    #[test]
    fn a_long_row_of_brackets_is_read_in_linear_time() {
        for piece in ["<", "</", "<!-", "<div "] {
            let text = piece.repeat(200_000);
            let started = std::time::Instant::now();
            visible_block(&text);
            assert!(started.elapsed().as_secs() < 60, "{piece}");
        }
    }
}
