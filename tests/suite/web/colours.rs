//! The colours of the style: every text can be read on every ground it stands on, by day and by
//! night, and no rule has a colour of its own beside the roles.

use std::collections::BTreeMap;
use std::path::Path;

/// The grounds that a text may stand on whose rule names none.
const GROUNDS: [&str; 3] = ["paper", "sheet", "well"];

/// What WCAG asks of text.
const LEAST: f64 = 4.5;

fn styles() -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("static");
    let files = std::fs::read_dir(folder).expect("a folder").flatten();
    let mut styles: Vec<(String, String)> = files
        .filter(|file| file.path().extension().is_some_and(|ext| ext == "css"))
        .map(|file| {
            let text = std::fs::read_to_string(file.path()).expect("a style");
            (file.file_name().to_string_lossy().into_owned(), without_comments(&text))
        })
        .collect();
    styles.sort();
    styles
}

fn without_comments(text: &str) -> String {
    let mut parts = text.split("/*");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| text + part.split_once("*/").map_or("", |(_, after)| after))
}

/// The colour roles that a block declares.
fn roles(block: &str) -> BTreeMap<String, [f64; 3]> {
    let declared = block.split(['{', '}', ';']).filter_map(|part| part.trim().split_once(':'));
    declared
        .filter_map(|(name, value)| Some((name.trim().strip_prefix("--")?, colour(value.trim())?)))
        .map(|(name, colour)| (name.to_owned(), colour))
        .collect()
}

fn colour(hex: &str) -> Option<[f64; 3]> {
    let digits: Vec<u32> = hex.strip_prefix('#')?.chars().map_while(|c| c.to_digit(16)).collect();
    let pair = |at: usize| match digits.len() {
        3 => Some(digits[at] * 17),
        6 => Some(digits[2 * at] * 16 + digits[2 * at + 1]),
        _ => None,
    };
    Some([f64::from(pair(0)?), f64::from(pair(1)?), f64::from(pair(2)?)])
}

fn contrast(one: [f64; 3], other: [f64; 3]) -> f64 {
    let luminance = |colour: [f64; 3]| {
        let linear = colour.map(|part| match part / 255.0 {
            part if part <= 0.04045 => part / 12.92,
            part => ((part + 0.055) / 1.055).powf(2.4),
        });
        0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    };
    let (a, b) = (luminance(one), luminance(other));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

/// The innermost rules of a style: selector and declarations, those of print left out.
fn rules(style: &str) -> Vec<(String, BTreeMap<String, String>)> {
    let screen = style.split("@media print").next().unwrap_or_default();
    let mut rules = Vec::new();
    for block in screen.split('}') {
        let Some((before, body)) = block.rsplit_once('{') else { continue };
        let selector = before.rsplit(['{', ';']).next().unwrap_or_default().trim().to_owned();
        let declared = body.split(';').filter_map(|part| part.trim().split_once(':'));
        let declared =
            declared.map(|(name, value)| (name.trim().to_owned(), value.trim().to_owned()));
        rules.push((selector, declared.collect()));
    }
    rules
}

fn role(value: &str) -> Option<&str> {
    let name = value.split("var(--").nth(1)?;
    name.split(')').next()
}

#[test]
fn every_text_can_be_read_on_every_ground_it_stands_on_by_day_and_by_night() {
    let styles = styles();
    let app = &styles.iter().find(|(name, _)| name == "app.css").expect("app.css").1;
    let (day, night) = app.split_once("@media (prefers-color-scheme: dark)").expect("both");
    let night = night.split("\n}").next().expect("a block");
    let day = roles(day);
    let mut by_night = day.clone();
    by_night.extend(roles(night));
    assert!(day.len() >= 20 && roles(night).len() >= 20, "{} roles by day", day.len());
    let mut unread = Vec::new();
    let mut pairs = 0;
    for (file, style) in &styles {
        for (selector, declared) in rules(style) {
            let Some(text) = declared.get("color").and_then(|value| role(value)) else { continue };
            let own = declared.get("background").or_else(|| declared.get("background-color"));
            let own = own.and_then(|value| role(value));
            let grounds: Vec<&str> = own.map_or_else(|| GROUNDS.to_vec(), |own| vec![own]);
            // A text that is meant for the accent alone stands on nothing else.
            for ground in grounds.into_iter().filter(|_| own.is_some() || !text.starts_with("on-"))
            {
                for (when, colours) in [("day", &day), ("night", &by_night)] {
                    let (Some(a), Some(b)) = (colours.get(text), colours.get(ground)) else {
                        unread.push(format!("{file}: {selector}: {text} on {ground} is no role"));
                        continue;
                    };
                    pairs += 1;
                    let ratio = contrast(*a, *b);
                    if ratio < LEAST {
                        unread.push(format!(
                            "{file}: {selector}: {text} on {ground} by {when} is {ratio:.2}"
                        ));
                    }
                }
            }
        }
    }
    // What inherits its colour stands on these too.
    for ground in [
        "paper",
        "sheet",
        "well",
        "accent-soft",
        "mark",
        "fill",
        "fresh-soft",
        "due-soft",
        "stale-soft",
        "failing-soft",
        "never-soft",
    ] {
        for text in ["ink", "muted", "accent"] {
            for (when, colours) in [("day", &day), ("night", &by_night)] {
                let ratio = contrast(colours[text], colours[ground]);
                if ratio < LEAST {
                    unread.push(format!("{text} on {ground} by {when} is {ratio:.2}"));
                }
            }
        }
    }
    assert!(unread.is_empty(), "{}", unread.join("\n"));
    assert!(pairs > 80, "{pairs} pairs");
}

#[test]
fn borders_of_fields_can_be_seen() {
    let styles = styles();
    let app = &styles.iter().find(|(name, _)| name == "app.css").expect("app.css").1;
    let (day, night) = app.split_once("@media (prefers-color-scheme: dark)").expect("both");
    let mut by_night = roles(day);
    by_night.extend(roles(night.split("\n}").next().expect("a block")));
    for colours in [roles(day), by_night] {
        for ground in ["paper", "sheet"] {
            let ratio = contrast(colours["edge"], colours[ground]);
            assert!(ratio >= 3.0, "edge on {ground} is {ratio:.2}");
        }
    }
}

#[test]
fn no_rule_has_a_colour_of_its_own() {
    let mut own = Vec::new();
    for (file, style) in styles() {
        for (selector, declared) in rules(&style) {
            for (name, value) in declared.iter().filter(|(name, _)| !name.starts_with("--")) {
                let coloured = name.contains("color")
                    || name.starts_with("background")
                    || name.starts_with("border")
                    || name == "fill"
                    || name == "stroke"
                    || name == "outline";
                let free = value.contains('#') || value.contains("rgb(") || value.contains("hsl(");
                let veil = selector.ends_with("::backdrop");
                if coloured && free && !veil {
                    own.push(format!("{file}: {selector} {{ {name}: {value} }}"));
                }
            }
        }
    }
    assert!(own.is_empty(), "{}", own.join("\n"));
}
