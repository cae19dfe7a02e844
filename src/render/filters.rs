//! The filters of our templates: pure functions of the value and their arguments.
//!
//! | filter | of | gives |
//! | --- | --- | --- |
//! | `md_cell` | text | the text, safe in a cell of a Markdown table |
//! | `chat` | text | the text, safe in a message of a chat: one line, no mention of anybody |
//! | `duration` | seconds | `2 min` |
//! | `minutes` | minutes | `45 min`, `1 h 30 min`, `2 d 3 h` |
//! | `local` | a moment in UTC | `2026-06-01 14:03`, where the team is |
//! | `plural(one, many)` | a count | `3 runbooks` |
//! | `days_ago` | days | `today`, `yesterday`, `107 days ago`, `in 3 days` |
//! | `url` | text | the text as one segment of a path |
//! | `url_path` | text | the text as a path, its slashes kept |

use chrono_tz::Tz;
use tera::{Kwargs, State, Tera, TeraResult};

use crate::text;
use crate::text::lengths::minutes_words;

/// The widest words of one thing in a message, in columns: chats cut or refuse what is too long.
const CHAT_WIDTH: usize = 300;

/// Makes the filters known; moments are told in this zone.
pub(super) fn register(tera: &mut Tera, zone: Tz) {
    tera.register_filter("md_cell", |value: &str, _: Kwargs, _: &State| md_cell(value));
    tera.register_filter("chat", |value: &str, _: Kwargs, _: &State| chat(value));
    tera.register_filter("duration", |value: u32, _: Kwargs, _: &State| {
        text::duration_words(value)
    });
    tera.register_filter("minutes", |value: f64, _: Kwargs, _: &State| minutes_words(value));
    tera.register_filter("local", move |value: &str, _: Kwargs, _: &State| local(value, zone));
    tera.register_filter("plural", plural);
    tera.register_filter("days_ago", |value: i64, _: Kwargs, _: &State| text::days_ago(value));
    tera.register_filter("url", |value: &str, _: Kwargs, _: &State| {
        text::percent_encode(value, false)
    });
    tera.register_filter("url_path", |value: &str, _: Kwargs, _: &State| {
        text::percent_encode(value, true)
    });
}

#[expect(clippy::needless_pass_by_value, reason = "the signature of a filter")]
fn plural(value: usize, args: Kwargs, _: &State) -> TeraResult<String> {
    let one: String = args.must_get("one")?;
    let many: String = args.must_get("many")?;
    Ok(text::count(value, &one, &many))
}

/// A moment as people in a zone read it; what is no moment stays what it is.
fn local(value: &str, zone: Tz) -> String {
    let moment = chrono::DateTime::parse_from_rfc3339(value);
    moment.map_or_else(
        |_| value.to_owned(),
        |moment| moment.with_timezone(&zone).format("%Y-%m-%d %H:%M").to_string(),
    )
}

/// A text that stays what it is inside a cell of a Markdown table: one line, no markup, no HTML.
fn md_cell(value: &str) -> String {
    let line = text::collapse_whitespace(value);
    let mut cell = String::with_capacity(line.len() + 8);
    for (at, c) in line.char_indices() {
        let starts_block = at == 0 && matches!(c, '#' | '+' | '-' | '=');
        let is_markup = matches!(
            c,
            '\\' | '`' | '*' | '_' | '~' | '[' | ']' | '<' | '>' | '|' | '&' | '!' | '$'
        );
        if starts_block || is_markup {
            cell.push('\\');
        }
        if !c.is_control() {
            cell.push(c);
        }
    }
    cell
}

/// A text that stays what it is inside a message in Slack's markup: what begins a link or a
/// mention is escaped or broken, and what would be bold or code is left to look so.
fn chat(value: &str) -> String {
    let line = text::truncate_to_width(&text::collapse_whitespace(value), CHAT_WIDTH);
    let mut safe = String::with_capacity(line.len() + 8);
    for c in line.chars().filter(|c| !c.is_control()) {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            // Chats that are like Slack take a bare @here for a mention.
            '@' => safe.push_str("@\u{200b}"),
            _ => safe.push(c),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::render::Renderer;

    #[test]
    fn a_cell_cannot_leave_its_table() {
        let check = |text, expected: &str| assert_eq!(md_cell(text), expected);
        check("plain words, v1.2", "plain words, v1.2");
        check("a | b\nc\r\n\td", "a \\| b c d");
        check("<script>[x](javascript:y)", "\\<script\\>\\[x\\](javascript:y)");
        check("`code` *b* _i_ \\|", "\\`code\\` \\*b\\* \\_i\\_ \\\\\\|");
        check("# title", "\\# title");
        check("\u{1b}[31mred", "\\[31mred");
    }

    #[test]
    fn an_escaped_cell_reads_back_as_the_text_it_was() {
        use pulldown_cmark::{Event, Options, Parser};
        for text in ["a|b", "<img src=x>", "[l](http://e)", "`c`", "a & b &lt; c", "**x** ~~y~~"] {
            let table = format!("| h |\n|---|\n| {} |\n", md_cell(text));
            let words: String = Parser::new_ext(&table, Options::ENABLE_TABLES)
                .filter_map(|event| match event {
                    Event::Text(words) => Some(words.to_string()),
                    Event::Html(_) | Event::InlineHtml(_) | Event::Code(_) => panic!("{text}"),
                    _ => None,
                })
                .collect();
            assert_eq!(words, format!("h{text}"));
        }
    }

    #[test]
    fn a_moment_is_told_where_the_team_is() {
        let said = |value| local(value, chrono_tz::Europe::Lisbon);
        assert_eq!(said("2026-06-01T23:30:05Z"), "2026-06-02 00:30");
        assert_eq!(said("2026-06-01"), "2026-06-01");
    }

    #[test]
    fn templates_know_every_filter() {
        let template = "{{ n | plural(one=\"runbook\", many=\"runbooks\") }}, {{ s | duration }}, \
                        {{ n | days_ago }}, {{ t | md_cell }}, {{ t | url }}, {{ t | url_path }}, \
                        {{ n | minutes }}, {{ at | local }}";
        let renderer = Renderer::new(&[("a.md", template)]).unwrap();
        let value = BTreeMap::from([
            ("n", serde_json::json!(3)),
            ("s", serde_json::json!(120)),
            ("t", serde_json::json!("a/b|c")),
            ("at", serde_json::json!("2026-06-01T14:03:59Z")),
        ]);
        let expected = "3 runbooks, 2 min, 3 days ago, a/b\\|c, a%2Fb%7Cc, a/b%7Cc, 3 min, \
                        2026-06-01 14:03";
        assert_eq!(renderer.render("a.md", &value).unwrap(), expected);
    }
}
