//! A piece of inline Markdown as people read it.

use pulldown_cmark::{Event, Parser};

use super::html_text::visible_inline;
use super::outline::options;
use crate::text::collapse_whitespace;

/// The words of a cell or another piece of inline Markdown: markup removed, on one line.
pub fn plain_words(source: &str) -> String {
    if !source.contains(['*', '_', '`', '~', '[', '\\', '<', '&']) {
        return collapse_whitespace(source);
    }
    // A letter in front keeps `- x` and `# x` from being a list and a heading.
    let paragraph = format!("x {}", collapse_whitespace(source));
    let mut words = String::with_capacity(source.len());
    for event in Parser::new_ext(&paragraph, options()) {
        match event {
            Event::Text(text) | Event::Code(text) => words.push_str(&text),
            Event::InlineHtml(html) => words.push_str(&visible_inline(&html)),
            Event::SoftBreak | Event::HardBreak => words.push(' '),
            _ => {}
        }
    }
    collapse_whitespace(words.strip_prefix('x').unwrap_or(&words))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_is_removed_and_words_stay() {
        let check = |source, expected: &str| assert_eq!(plain_words(source), expected, "{source}");
        check("Step 3a (`abort` at 25%)", "Step 3a (abort at 25%)");
        check("**2026-05-12**", "2026-05-12");
        check("[INC-1](https://x/y)", "INC-1");
        check("a_b_c 5 * 3", "a_b_c 5 * 3");
        check("- `x`", "- x");
        check("`x | y` \\*", "x | y *");
        check("  a   b ", "a b");
        check("x &amp; <RELEASE>", "x & <RELEASE>");
    }
}
