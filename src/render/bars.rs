//! Lengths of time side by side as a small picture: for each row a bar up to the median, and a
//! thin one on to the 90th percentile. The figures stand beside the bars, so that nothing is told
//! by length alone.
//!
//! The picture has no style of its own: classes are coloured by the page, so that it follows
//! light, dark and paper.

use std::fmt::Write as _;

use crate::runbook::html::escape;

/// A row's height, and room for the names on the left and the figures on the right.
const ROW: usize = 26;
const LEFT: f64 = 110.0;
const BARS: f64 = 330.0;
const RIGHT: f64 = 290.0;

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
    let (width, height) = (LEFT + BARS + RIGHT, ROW * rows.len().max(1));
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
    let base = top + 17;
    write!(svg, "<text x=\"0\" y=\"{base}\">{}</text>", escape(&shortened(&row.name)))?;
    let (Some(median), Some(most)) = (row.median, row.most) else {
        return write!(svg, "<text x=\"{LEFT}\" y=\"{base}\">not known</text>");
    };
    let (to_median, to_most) = (median * scale, most * scale);
    if row.n > 1 {
        let y = top + 11;
        write!(
            svg,
            "<rect class=\"rest\" x=\"{LEFT}\" y=\"{y}\" width=\"{to_most:.1}\" height=\"4\"/>"
        )?;
    }
    let y = top + 5;
    write!(
        svg,
        "<rect class=\"median\" x=\"{LEFT}\" y=\"{y}\" width=\"{:.1}\" height=\"16\"/>",
        to_median.max(1.0)
    )?;
    let words = match row.n {
        1 => format!("{median} min, 1 incident"),
        n => format!("{median} min, 90 % in {most} min, n {n}"),
    };
    let x = LEFT + to_most.max(1.0) + 8.0;
    write!(svg, "<text x=\"{x:.1}\" y=\"{base}\">{words}</text>")
}

/// A name that fits beside the bars.
fn shortened(name: &str) -> String {
    crate::text::truncate_to_width(name, 14)
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
        assert!(svg.contains("class=\"rest\" x=\"110\" y=\"11\" width=\"165.0\""), "{svg}");
        assert!(svg.contains("class=\"median\" x=\"110\" y=\"31\" width=\"330.0\""), "{svg}");
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
