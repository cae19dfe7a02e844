//! Names of months, in English and German.

const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];
/// German names that do not begin like the English ones.
const GERMAN: [(&str, u32); 9] = [
    ("januar", 1),
    ("februar", 2),
    ("märz", 3),
    ("maerz", 3),
    ("mai", 5),
    ("juni", 6),
    ("juli", 7),
    ("oktober", 10),
    ("dezember", 12),
];

/// The month's number, by its name or the beginning of its English one.
pub fn month(name: &str) -> Option<u32> {
    let name = name.to_lowercase();
    if let Some((_, month)) = GERMAN.iter().find(|(german, _)| *german == name) {
        return Some(*month);
    }
    let at = MONTHS.iter().position(|month| month.starts_with(&name))?;
    u32::try_from(at + 1).ok()
}
