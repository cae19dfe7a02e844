//! Lines of one shape: which of them are looked at again although only their numbers differ.
//!
//! A status, a count or the number of a host is what a line is about; a time or the number of a
//! request is not. Nobody says which is which, so each place of a shape is watched: while it shows
//! few values, each of them counts; once it shows many, only their magnitude does. A line is looked
//! at when it shows something that was not shown before, and that is bounded for each shape.

use std::collections::{HashMap, HashSet};

use crate::triage::reading::Judgement;
use crate::triage::template::{hash, masked_with};

/// How many shapes are told apart before lines of new ones are each taken for new.
const MAX_SHAPES: usize = 50_000;

/// How many shapes are watched place by place, the first ones that come twice.
const MAX_WATCHED: usize = 4000;

/// How much of a line counts for its shape, in bytes.
const MAX_SHAPE: usize = 2 << 10;

/// How many places of a shape are watched; the others count by their magnitude.
const MAX_PLACES: usize = 48;

/// So many values of a place are told apart.
const FEW_VALUES: usize = 16;

/// So many lines of a shape are looked at because values come together in a new way.
const MAX_WAYS: usize = 512;

/// How many messages a shape may have that say the same of other things.
const MAX_NAMED: usize = 8;

/// How many messages a shape may have in all.
const MAX_VARIANTS: usize = 32;

/// A shape and what was seen of it.
#[derive(Debug, Default)]
struct Shape {
    /// The values of its first line, all in one.
    first: u64,
    /// What it is known by from its second line on.
    watched: Option<Box<Watched>>,
    /// What its lines amount to, and which message says so; none for what was only counted.
    variants: Vec<(Judgement, Option<usize>)>,
}

/// The places of a shape, and in which ways their values came together.
#[derive(Debug, Default)]
struct Watched {
    places: Vec<Vec<u32>>,
    ways: HashSet<u64>,
}

impl Watched {
    /// Whether values show something new.
    fn shows_new(&mut self, values: &[&str]) -> bool {
        let mut new_value = false;
        let mut way = 0_u64;
        for (at, value) in values.iter().enumerate() {
            if at >= self.places.len() && at < MAX_PLACES {
                self.places.push(Vec::new());
            }
            let short = u32::try_from(hash(value) & 0xffff_ffff).unwrap_or_default();
            let known = self.places.get_mut(at).filter(|known| known.len() < FEW_VALUES);
            let counts = match known {
                Some(known) => {
                    if !known.contains(&short) {
                        known.push(short);
                        new_value = true;
                    }
                    u64::from(short)
                }
                None => magnitude(value),
            };
            way = (way ^ counts).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(23);
        }
        if self.ways.len() < MAX_WAYS { self.ways.insert(way) } else { new_value }
    }
}

/// How large the first number in a piece is: its first digit and how many follow.
fn magnitude(piece: &str) -> u64 {
    let digits = piece.bytes().skip_while(|byte| !byte.is_ascii_digit());
    let mut digits = digits.take_while(u8::is_ascii_digit).skip_while(|byte| *byte == b'0');
    let first = digits.next().map_or(0, u64::from);
    first + 256 * digits.count() as u64
}

/// What a line is to the shapes before it.
pub(super) enum Seen {
    /// It shows nothing that was not shown: it repeats this message of its shape, or one that was
    /// not kept.
    Before(u64, Option<usize>),
    /// It has to be looked at.
    New(u64),
}

/// All shapes of a text.
#[derive(Debug, Default)]
pub(super) struct Shapes {
    shapes: HashMap<u64, Shape>,
    watched: usize,
}

impl Shapes {
    /// Looks a line up.
    pub(super) fn see(&mut self, line: &str) -> Seen {
        let head = &line[..line.floor_char_boundary(MAX_SHAPE)];
        let mut values = Vec::new();
        let id = hash(&masked_with(head, |piece| values.push(piece)));
        // What stands further on is not masked: a long line is like another only if it ends alike.
        let tail = hash(&line[head.len()..]);
        let mix = |all: u64, value: &&str| (all ^ hash(value)).wrapping_mul(0x0100_0000_01b3);
        let all = values.iter().fold(tail, mix);
        let full = self.shapes.len() >= MAX_SHAPES;
        let Some(shape) = self.shapes.get_mut(&id) else {
            if !full {
                self.shapes.insert(id, Shape { first: all, ..Shape::default() });
            }
            return Seen::New(id);
        };
        let same = shape.first == all;
        if !same && shape.watched.is_none() && self.watched < MAX_WATCHED {
            self.watched += 1;
            shape.watched = Some(Box::default());
        }
        let new = match &mut shape.watched {
            _ if same => false,
            Some(watched) => watched.shows_new(&values) || line.len() > head.len(),
            None => true,
        };
        if new {
            return Seen::New(id);
        }
        Seen::Before(id, shape.variants.first().and_then(|(_, message)| *message))
    }

    /// The message of the shape that says the same, if there is one: of the same things, or of
    /// others where enough of them are known. None within it where that was only counted.
    pub(super) fn like(&self, id: u64, judgement: &Judgement) -> Option<Option<usize>> {
        let shape = self.shapes.get(&id)?;
        let same = shape.variants.iter().find(|(known, _)| known == judgement);
        let alike = || {
            let mut alike = shape.variants.iter().filter(|(it, _)| it.rules == judgement.rules);
            let enough = alike.clone().count() >= MAX_NAMED;
            alike.rfind(|_| enough)
        };
        let many = shape.variants.len() >= MAX_VARIANTS;
        let last = || shape.variants.last().filter(|_| many);
        same.or_else(alike).or_else(last).map(|(_, message)| *message)
    }

    /// Keeps what a line amounts to, and the message that it is, if it is one.
    pub(super) fn keep(&mut self, id: u64, judgement: Judgement, message: Option<usize>) {
        if let Some(shape) = self.shapes.get_mut(&id) {
            shape.variants.push((judgement, message));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn looked_at(lines: impl Iterator<Item = String>) -> Vec<String> {
        let mut shapes = Shapes::default();
        lines.filter(|line| matches!(shapes.see(line), Seen::New(_))).collect()
    }

    #[test]
    fn a_value_that_is_new_where_values_are_few_is_looked_at_among_any_number_of_lines() {
        let line =
            |at: u32, status: u32| format!("req {} status {status} {} ms", at * 7919, at % 60);
        let all = (0..100_000).map(|at| line(at, if at == 70_000 { 503 } else { 200 }));
        let seen = looked_at(all);
        assert!(seen.len() < 2000, "{}", seen.len());
        assert!(seen.contains(&line(70_000, 503)));
    }

    #[test]
    fn a_magnitude_that_is_new_is_looked_at_where_values_are_many() {
        let seen =
            looked_at((0..400).map(|at| format!("lag {at} s")).chain(["lag 40000 s".to_owned()]));
        assert_eq!(seen.last().map(String::as_str), Some("lag 40000 s"));
        assert!(seen.len() < 50, "{}", seen.len());
        assert_ne!(magnitude("9ms"), magnitude("12ms"));
        assert_eq!((magnitude("0"), magnitude("00")), (0, 0));
    }
}
