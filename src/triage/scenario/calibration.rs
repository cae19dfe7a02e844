//! How true confidence is: what was believed beside what was right.

use serde::Serialize;

/// Bins of equal count.
const BINS: usize = 5;

/// The 97.5 % point of the normal distribution, for intervals of 95 %.
const Z: f64 = 1.959_964;

/// Cases of about the same confidence.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Bin {
    /// The least confidence in it.
    pub from: f64,
    /// The most.
    pub to: f64,
    /// How many cases.
    pub count: usize,
    /// The mean of their confidence.
    pub believed: f64,
    /// The share that was right.
    pub right: f64,
    /// The lower end of Wilson's interval of 95 % for that share.
    pub low: f64,
    /// The upper end.
    pub high: f64,
}

/// How true confidence is over cases.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Calibration {
    /// How many cases.
    pub count: usize,
    /// Bins of about equal count, least confidence first.
    pub bins: Vec<Bin>,
    /// Expected calibration error: the mean gap between believed and right, by count.
    pub expected_error: f64,
    /// Brier score: the mean squared gap of single cases. 0 is best.
    pub brier: f64,
    /// Too few cases to fit anything by.
    pub few: bool,
}

/// Compares beliefs (0 to 1) with whether they were right.
pub fn calibration(beliefs: &[(f64, bool)]) -> Calibration {
    let mut sorted = beliefs.to_vec();
    sorted.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    let count = sorted.len();
    if count == 0 {
        return Calibration { few: true, ..Calibration::default() };
    }
    let size = count.div_ceil(BINS);
    let bins: Vec<Bin> = sorted.chunks(size).map(bin).collect();
    let gap = |bin: &Bin| bin.count as f64 * (bin.believed - bin.right).abs();
    let truth = |right: bool| if right { 1.0 } else { 0.0 };
    let brier = sorted.iter().map(|(p, right)| (p - truth(*right)).powi(2)).sum::<f64>();
    Calibration {
        count,
        expected_error: rounded(bins.iter().map(gap).sum::<f64>() / count as f64),
        brier: rounded(brier / count as f64),
        few: count < 300,
        bins,
    }
}

fn bin(cases: &[(f64, bool)]) -> Bin {
    let count = cases.len();
    let right = cases.iter().filter(|(_, right)| *right).count();
    let (low, high) = wilson(right, count);
    Bin {
        from: cases.first().map_or(0.0, |case| case.0),
        to: cases.last().map_or(0.0, |case| case.0),
        count,
        believed: rounded(cases.iter().map(|case| case.0).sum::<f64>() / count.max(1) as f64),
        right: rounded(right as f64 / count.max(1) as f64),
        low: rounded(low),
        high: rounded(high),
    }
}

/// Wilson's interval for a share.
fn wilson(right: usize, count: usize) -> (f64, f64) {
    if count == 0 {
        return (0.0, 1.0);
    }
    let (n, share) = (count as f64, right as f64 / count as f64);
    let scale = 1.0 + Z * Z / n;
    let middle = (share + Z * Z / (2.0 * n)) / scale;
    let spread = Z * (share * (1.0 - share) / n + Z * Z / (4.0 * n * n)).sqrt() / scale;
    ((middle - spread).max(0.0), (middle + spread).min(1.0))
}

fn rounded(value: f64) -> f64 {
    (value * 1000.0).round() / 1000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_interval_is_that_of_wilson() {
        let (low, high) = wilson(8, 10);
        assert!((low - 0.490).abs() < 0.001 && (high - 0.943).abs() < 0.001, "{low} {high}");
        assert_eq!(wilson(0, 0), (0.0, 1.0));
        assert!(wilson(10, 10).1 <= 1.0 && wilson(0, 10).0 >= 0.0);
    }

    #[test]
    fn what_is_believed_is_held_against_what_is_right() {
        let all_right: Vec<(f64, bool)> = vec![(1.0, true); 10];
        let perfect = calibration(&all_right);
        assert_eq!((perfect.expected_error, perfect.brier, perfect.count), (0.0, 0.0, 10));
        assert_eq!(perfect.bins.len(), 5);
        let wrong = calibration(&[(0.9, false), (0.9, false)]);
        assert_eq!((wrong.expected_error, wrong.brier), (0.9, 0.81));
        assert!(calibration(&[]).bins.is_empty());
    }
}
