//! How many runbooks were in which state, week by week, as a small picture: a column for each
//! week, its parts stacked in one order. The figures stand beside it in words, so that nothing is
//! told by colour alone.
//!
//! The picture has no style of its own: classes are coloured by the page. No week has words of its
//! own: mail programs that know no pictures would show them all in a row.

use std::fmt::Write as _;

use crate::runbook::html::escape;

/// A column's width, the height of all of them, and the room for the words below.
const PITCH: usize = 20;
const HEIGHT: usize = 120;
const BELOW: usize = 18;

/// A week.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Week {
    /// Its last day.
    pub name: String,
    /// The class of each part and how many it stands for, from the bottom up.
    pub parts: Vec<(&'static str, usize)>,
}

/// The picture as SVG; `title` is what it says to those who do not see it.
pub fn states(title: &str, weeks: &[Week]) -> String {
    let most = weeks.iter().map(sum).max().unwrap_or(0).max(1);
    let (width, height) = (PITCH * weeks.len().max(1), HEIGHT + BELOW);
    let mut svg = format!(
        "<svg class=\"states\" viewBox=\"0 0 {width} {height}\" role=\"img\" \
         aria-labelledby=\"StatesTitle\"><title id=\"StatesTitle\">{}</title>",
        escape(title)
    );
    for (at, week) in weeks.iter().enumerate() {
        // Writing into a string cannot fail.
        let _ = draw(&mut svg, week, at * PITCH, most);
    }
    let base = HEIGHT + 13;
    if let (Some(first), Some(last)) = (weeks.first(), weeks.last()) {
        let (first, last) = (escape(&first.name), escape(&last.name));
        let _ = write!(svg, "<text x=\"0\" y=\"{base}\">{first}</text>");
        let _ = write!(svg, "<text x=\"{width}\" y=\"{base}\" text-anchor=\"end\">{last}</text>");
    }
    svg.push_str("</svg>");
    svg
}

fn sum(week: &Week) -> usize {
    week.parts.iter().map(|(_, many)| many).sum()
}

fn draw(svg: &mut String, week: &Week, left: usize, most: usize) -> std::fmt::Result {
    let mut below = 0;
    for (class, many) in &week.parts {
        // Both ends are rounded, not the height: parts neither overlap nor leave a gap.
        let (from, to) = (below * HEIGHT / most, (below + many) * HEIGHT / most);
        if to > from {
            let (x, y) = (left + 2, HEIGHT - to);
            let (width, height) = (PITCH - 4, to - from);
            write!(
                svg,
                "<rect class=\"{class}\" x=\"{x}\" y=\"{y}\" width=\"{width}\" \
                 height=\"{height}\"/>"
            )?;
        }
        below += many;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fullest_week_fills_the_room_and_parts_stand_on_each_other() {
        let week = |name: &str, parts: &[(&'static str, usize)]| Week {
            name: name.to_owned(),
            parts: parts.to_vec(),
        };
        let weeks = [
            week("2026-07-10", &[("fresh", 1)]),
            week("2026-07-17", &[("fresh", 3), ("stale", 1)]),
        ];
        let svg = states("A & B", &weeks);
        assert!(svg.contains("viewBox=\"0 0 40 138\""), "{svg}");
        assert!(svg.contains("class=\"fresh\" x=\"2\" y=\"90\" width=\"16\" height=\"30\""));
        assert!(svg.contains("class=\"fresh\" x=\"22\" y=\"30\" width=\"16\" height=\"90\""));
        assert!(svg.contains("class=\"stale\" x=\"22\" y=\"0\" width=\"16\" height=\"30\""));
        assert!(svg.contains("A &amp; B"), "{svg}");
    }

    #[test]
    fn no_weeks_and_empty_ones_are_drawn_too() {
        assert!(states("x", &[]).ends_with("</svg>"));
        let empty = Week { name: "<w>".to_owned(), parts: vec![("fresh", 0)] };
        let svg = states("x", &[empty]);
        assert!(!svg.contains("<rect") && svg.contains("&lt;w&gt;"), "{svg}");
    }
}
