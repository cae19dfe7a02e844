//! Text made harmless inside HTML.

use super::super::Command;
use super::super::placeholder::places;
use crate::text::is_reordering;

/// The text with the five characters that mean something in HTML written as entities. NUL and
/// other controls, which no page can show, are left out; what would reorder the letters is written
/// out as `\u{202e}`.
pub fn escape(text: &str) -> String {
    let mut html = String::with_capacity(text.len() + text.len() / 8);
    for c in text.chars() {
        match c {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            '\'' => html.push_str("&#39;"),
            '\n' | '\t' => html.push(c),
            c if c.is_control() => {}
            // A command is copied as it is seen.
            c if is_reordering(c) => html.extend(c.escape_unicode()),
            c => html.push(c),
        }
    }
    html
}

/// A command with each placeholder marked, so that the page can fill it: `data-name` says which,
/// `data-quote` how the shell will read a value there: `bare`, `double`, `single`, `heredoc` or
/// `raw`; `data-ticks` that it does so between backticks. A bound literal has a `data-default`
/// too: itself, which stays where no value is given.
pub fn command_html(command: &Command) -> String {
    let text = &command.text;
    let mut html = String::new();
    let mut done = 0;
    for place in places(command) {
        html.push_str(&escape(text.get(done..place.range.start).unwrap_or_default()));
        let (name, quote) = (escape(place.name), place.quote);
        let ticks = if place.backticks { " data-ticks=\"yes\"" } else { "" };
        let words = escape(text.get(place.range.clone()).unwrap_or_default());
        let (class, default) = match place.bound {
            // A literal that is offered and not bound yet goes by its own name.
            true if place.name == &text[place.range.clone()] => {
                ("ph bound offer", format!(" data-default=\"{words}\""))
            }
            true => ("ph bound", format!(" data-default=\"{words}\"")),
            false => ("ph", String::new()),
        };
        html.push_str(&format!(
            "<span class=\"{class}\" data-name=\"{name}\" data-quote=\"{quote}\"{ticks}{default}>{words}</span>"
        ));
        done = place.range.end;
    }
    html.push_str(&escape(text.get(done..).unwrap_or_default()));
    html
}
