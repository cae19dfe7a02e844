//! Rendering: Tera over strings. Templates come in as texts, values as anything that serialises;
//! nothing is read from disk here.
//!
//! What is escaped is decided by the *root* template's name: `.html`, `.htm`, `.xml` and `.svg`
//! are, all else is not, whatever they include. Reports in Markdown therefore send user text
//! through the `md_cell` filter. User text is never compiled as a template.

pub mod bars;
pub mod calendar;
pub mod diff;
mod filters;
pub mod icalendar;
pub mod states;

use std::{fmt, io};

use chrono_tz::Tz;
use serde::Serialize;
use tera::{Context, ErrorKind, Tera};

use crate::text::is_reordering;

/// Names that end so are escaped as HTML. Tera's own list has no `.svg`.
const ESCAPED: [&str; 4] = [".html", ".htm", ".xml", ".svg"];

/// How much a template may write, in bytes: one of a team's own may go round in a circle.
const LONGEST: usize = 16 << 20;

/// Why a template cannot be compiled or rendered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RenderError {
    /// The template; empty where none is to blame.
    pub template: String,
    /// Line, from 1; 0 where it has no place.
    pub line: usize,
    /// Column in characters, from 1; 0 where it has no place.
    pub column: usize,
    /// What is wrong.
    pub message: String,
}

impl fmt::Display for RenderError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.line > 0 {
            write!(f, "{}:{}:{}: {}", self.template, self.line, self.column, self.message)
        } else if self.template.is_empty() {
            f.write_str(&self.message)
        } else {
            write!(f, "{}: {}", self.template, self.message)
        }
    }
}

impl std::error::Error for RenderError {}

/// Compiled templates.
#[derive(Clone)]
pub struct Renderer {
    tera: Tera,
}

impl fmt::Debug for Renderer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Renderer").finish_non_exhaustive()
    }
}

impl Renderer {
    /// Compiles templates, given as names and texts; they may extend and include each other.
    ///
    /// # Errors
    /// One of them is no template, or names something that is not there.
    pub fn new<N: AsRef<str>, T: AsRef<str>>(templates: &[(N, T)]) -> Result<Self, RenderError> {
        Self::in_zone(templates, Tz::UTC)
    }

    /// The same for pages that tell moments as people in a zone read them.
    ///
    /// # Errors
    /// As for [`Renderer::new`].
    pub fn in_zone<N: AsRef<str>, T: AsRef<str>>(
        templates: &[(N, T)],
        zone: Tz,
    ) -> Result<Self, RenderError> {
        let mut tera = Tera::new();
        tera.autoescape_on(ESCAPED);
        tera.set_escape_fn(escape);
        filters::register(&mut tera, zone);
        tera.add_raw_templates(templates.iter().map(|(name, text)| (name, text)))
            .map_err(|error| explain("", &error))?;
        Ok(Self { tera })
    }

    /// Renders a template with the fields of a value.
    ///
    /// # Errors
    /// There is no such template, the value is no struct or map, or the template asks for
    /// something that the value does not have, or writes without an end.
    pub fn render(&self, name: &str, value: &impl Serialize) -> Result<String, RenderError> {
        let context = Context::from_serialize(value).map_err(|error| explain(name, &error))?;
        let mut written = Bounded(Vec::new());
        self.tera.render_to(name, &context, &mut written).map_err(|error| {
            let explained = explain(name, &error);
            // Tera tells neither where that was nor why.
            match written.0.len() >= LONGEST {
                true => RenderError { message: endless(), ..explained },
                false => explained,
            }
        })?;
        // Nothing but text was written.
        Ok(String::from_utf8_lossy(&written.0).into_owned())
    }

    /// The names of all templates, sorted.
    pub fn names(&self) -> Vec<&str> {
        let mut names: Vec<_> = self.tera.get_template_names().collect();
        names.sort_unstable();
        names
    }
}

fn endless() -> String {
    format!("it writes more than {} MiB", LONGEST >> 20)
}

/// What a template has written, as long as that is a document that somebody could read.
struct Bounded(Vec<u8>);

impl io::Write for Bounded {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.0.len() + bytes.len() > LONGEST {
            self.0.resize(LONGEST, b' ');
            return Err(io::Error::other(endless()));
        }
        self.0.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Writes user text into HTML.
fn escape(text: &str, out: &mut dyn io::Write) -> io::Result<()> {
    if text.contains(|letter: char| letter.is_control() || is_reordering(letter)) {
        return tera::escape_html(&shown(text), out);
    }
    tera::escape_html(text, out)
}

/// A text without controls, which no page can show, and with what would reorder its letters
/// written out.
fn shown(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '\n' | '\r' | '\t' => shown.push(letter),
            letter if letter.is_control() => {}
            letter if is_reordering(letter) => shown.extend(letter.escape_unicode()),
            letter => shown.push(letter),
        }
    }
    shown
}

/// Tera's error with its place as fields.
fn explain(template: &str, error: &tera::Error) -> RenderError {
    match error.kind() {
        ErrorKind::SyntaxError(report) | ErrorKind::RenderingError(report) => RenderError {
            template: report.filename().to_owned(),
            line: report.span().start_line,
            column: report.span().start_col + 1,
            message: first_lower(report.message()),
        },
        _ => located(&error.to_string()).unwrap_or_else(|| RenderError {
            template: template.to_owned(),
            line: 0,
            column: 0,
            message: first_lower(&error.to_string()),
        }),
    }
}

/// Reads the place back from a report that Tera hands out as text alone (it does so for names
/// that lead nowhere): `error: MESSAGE`, then ` --> TEMPLATE:LINE:COLUMN`.
fn located(report: &str) -> Option<RenderError> {
    let mut lines = report.lines();
    let message = lines.next()?.strip_prefix("error: ")?;
    let mut place = lines.next()?.trim_start().strip_prefix("--> ")?.rsplitn(3, ':');
    let column = place.next()?.parse().ok()?;
    let line = place.next()?.parse().ok()?;
    let template = place.next()?.to_owned();
    Some(RenderError { template, line, column, message: first_lower(message) })
}

/// Our messages begin in lower case.
fn first_lower(message: &str) -> String {
    let mut chars = message.trim_end_matches('.').chars();
    match chars.next() {
        Some(first) => first.to_lowercase().chain(chars).collect(),
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn check(templates: &[(&str, &str)], expected: &str) {
        let value = BTreeMap::from([("x", "<b>\"&'|")]);
        let renderer = Renderer::new(templates).unwrap();
        assert_eq!(renderer.render(templates[0].0, &value).unwrap(), expected);
    }

    #[test]
    fn user_text_is_escaped_in_html_xml_and_svg() {
        let escaped = "&lt;b&gt;&quot;&amp;&#39;|";
        for name in ["a.html", "a.htm", "a.xml", "a.svg"] {
            check(&[(name, "{{ x }}")], escaped);
        }
        check(&[("a.md", "{{ x }}")], "<b>\"&'|");
    }

    #[test]
    fn the_root_template_decides_for_what_it_includes() {
        check(
            &[("a.html", "{% include \"b.md\" %}"), ("b.md", "{{ x }}")],
            "&lt;b&gt;&quot;&amp;&#39;|",
        );
        check(&[("a.md", "{% include \"b.html\" %}"), ("b.html", "{{ x }}")], "<b>\"&'|");
        let layout = "[{% block body %}{% endblock %}]";
        let page = "{% extends \"l.html\" %}{% block body %}{{ x }}{% endblock %}";
        check(&[("p.html", page), ("l.html", layout)], "[&lt;b&gt;&quot;&amp;&#39;|]");
    }

    #[test]
    fn a_component_escapes_as_its_caller_does() {
        let component = "{% component Chip(label) %}<i>{{ label }}</i>{% endcomponent Chip %}";
        check(
            &[("a.html", "{{<Chip label={x} />}}"), ("c.html", component)],
            "<i>&lt;b&gt;&quot;&amp;&#39;|</i>",
        );
    }

    #[test]
    fn our_own_html_passes_through_safe_alone() {
        check(&[("a.html", "{{ x | safe }}")], "<b>\"&'|");
    }

    #[test]
    fn what_cannot_be_seen_is_left_out_and_what_reorders_is_written_out() {
        let renderer = Renderer::new(&[("a.html", "{{ t }}")]).unwrap();
        let said = |text: &str| {
            renderer.render("a.html", &std::collections::BTreeMap::from([("t", text)])).unwrap()
        };
        assert_eq!(said("a\u{7}b\u{1b}[31m\u{0}\r\n\t<"), "ab[31m\r\n\t&lt;");
        assert_eq!(said("rm \u{202e}fdp.bak"), "rm \\u{202e}fdp.bak");
    }

    #[test]
    fn user_text_is_never_a_template() {
        let value = BTreeMap::from([("x", "{{ 7 * 7 }}{% include \"a.html\" %}")]);
        let renderer = Renderer::new(&[("a.html", "{{ x | safe }}")]).unwrap();
        assert_eq!(renderer.render("a.html", &value).unwrap(), value["x"]);
    }

    #[test]
    fn errors_name_template_line_and_column() {
        let place = |error: RenderError| (error.template, error.line, error.column);
        let broken = Renderer::new(&[("a.html", "ok\n  {% if %}")]).unwrap_err();
        assert_eq!(place(broken), ("a.html".to_owned(), 2, 9));
        let unknown = Renderer::new(&[("b.html", "\n{{ x | nosuch }}")]).unwrap_err();
        assert!(unknown.message.contains("unknown filter `nosuch`"), "{unknown}");
        assert_eq!((unknown.template.as_str(), unknown.line), ("b.html", 2));

        let renderer = Renderer::new(&[("c.html", "\n\n{{ missing }}")]).unwrap();
        let missing = renderer.render("c.html", &BTreeMap::<String, String>::new()).unwrap_err();
        assert_eq!((missing.template.as_str(), missing.line), ("c.html", 3));
        let absent = renderer.render("no.html", &BTreeMap::<String, String>::new()).unwrap_err();
        assert_eq!(absent.to_string(), "no.html: template 'no.html' not found");
    }
}
