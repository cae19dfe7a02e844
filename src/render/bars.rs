//! Lengths of time side by side as a small picture: for each row a bar up to the median, and a
//! thin one on to the 90th percentile. The figures stand beside the bars, so that nothing is told
//! by length alone.
//!
//! The picture has no style of its own: classes are coloured by the page, so that it follows
//! light, dark and paper.

use std::fmt::Write as _;

use crate::runbook::html::escape;
use crate::text::lengths::minutes_words;

/// A row's height with its words above its bar, and the picture's width. It is as wide as the
/// narrowest screen, so that its words are never drawn smaller than they are meant.
const ROW: usize = 44;
const BARS: f64 = 340.0;

/// A thin line where there is nothing to show a length of.
const LEAST: f64 = 1.0;

/// One row.
#[derive(Clone, Debug, PartialEq)]
pub struct Bar {
    /// What it is of.
    pub name: String,
    /// The median in minutes; none where nothing is known.
    pub median: Option<f64>,
    /// The 90th percentile in minutes.
    pub most: Option<f64>,
    /// Over how many.
    pub n: usize,
}

/// The picture as SVG. `id` tells the pictures of one page apart; `title` is what it says to those
/// who do not see it.
pub fn bars(id: &str, title: &str, rows: &[Bar]) -> String {
    let longest = rows.iter().filter_map(|row| row.most).fold(0.0_f64, f64::max);
    let scale = if longest > 0.0 { BARS / longest } else { 0.0 };
    let (width, height) = (BARS, ROW * rows.len().max(1));
    let id = escape(id);
    let mut svg = format!(
        "<svg class=\"chart\" viewBox=\"0 0 {width} {height}\" role=\"img\" \
         aria-labelledby=\"Chart-{id}\"><title id=\"Chart-{id}\">{}</title>",
        escape(title)
    );
    for (at, row) in rows.iter().enumerate() {
        // Writing into a string cannot fail.
        let _ = draw(&mut svg, row, at * ROW, scale);
    }
    svg.push_str("</svg>");
    svg
}

fn draw(svg: &mut String, row: &Bar, top: usize, scale: f64) -> std::fmt::Result {
    let base = top + 14;
    let name = escape(&shortened(&row.name));
    write!(svg, "<text class=\"name\" x=\"0\" y=\"{base}\">{name}</text>")?;
    let figures = |svg: &mut String, words: &str| {
        write!(svg, "<text class=\"figures\" x=\"{BARS}\" y=\"{base}\">{words}</text>")
    };
    let (Some(median), Some(most)) = (row.median, row.most) else {
        return figures(svg, "not known");
    };
    let words = match row.n {
        1 => format!("{}, 1 incident", minutes_words(median)),
        n => format!("{}, 90 % in {}, n {n}", minutes_words(median), minutes_words(most)),
    };
    figures(svg, &words)?;
    if row.n > 1 {
        let (y, width) = (top + 26, most * scale);
        write!(svg, "<rect class=\"rest\" x=\"0\" y=\"{y}\" width=\"{width:.1}\" height=\"4\"/>")?;
    }
    let (y, width) = (top + 22, (median * scale).max(LEAST));
    write!(svg, "<rect class=\"median\" x=\"0\" y=\"{y}\" width=\"{width:.1}\" height=\"12\"/>")
}

/// A name that fits beside the bars.
fn shortened(name: &str) -> String {
    crate::text::truncate_to_width(name, 16)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bar(name: &str, median: Option<f64>, most: Option<f64>, n: usize) -> Bar {
        Bar { name: name.to_owned(), median, most, n }
    }

    #[test]
    fn the_longest_row_fills_the_room_and_the_figures_stand_beside() {
        let rows =
            [bar("2026-Q1", Some(5.0), Some(10.0), 3), bar("2026-Q2", Some(20.0), Some(20.0), 1)];
        let svg = bars("detect", "Detect", &rows);
        assert!(svg.contains("class=\"rest\" x=\"0\" y=\"26\" width=\"170.0\""), "{svg}");
        assert!(svg.contains("class=\"median\" x=\"0\" y=\"66\" width=\"340.0\""), "{svg}");
        assert!(svg.contains("5 min, 90 % in 10 min, n 3"), "{svg}");
        assert!(svg.contains("20 min, 1 incident"), "{svg}");
    }

    #[test]
    fn what_is_not_known_is_no_bar_and_names_cannot_leave_their_place() {
        let svg = bars("x", "A & B", &[bar("<script>", None, None, 0)]);
        assert!(svg.contains("not known") && !svg.contains("<rect"), "{svg}");
        assert!(svg.contains("&lt;script&gt;") && svg.contains("A &amp; B"), "{svg}");
    }
}
