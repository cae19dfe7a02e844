//! The words of the corpus: which begin like this one, which are a slip of the finger away.

use tantivy::schema::Field;

use super::snapshot::Snapshot;

/// What a query's words are looked up in.
pub(super) trait Dictionary {
    /// How many sections hold a word as it is spelled.
    fn spelled(&self, word: &str) -> tantivy::Result<u32>;
    /// How many sections hold a stem.
    fn stemmed(&self, stem: &str) -> tantivy::Result<u32>;
    /// How many sections hold a squashed identifier.
    fn identifier(&self, squashed: &str) -> tantivy::Result<u32>;
    /// How many sections go by a squashed name.
    fn name(&self, squashed: &str) -> tantivy::Result<u32>;
    /// Words that begin so, the most frequent first.
    fn prefixed(&self, prefix: &str, cap: usize) -> tantivy::Result<Vec<String>>;
    /// Words at most so many slips away, the nearest first, then the most frequent.
    fn near(&self, word: &str, slips: usize, cap: usize) -> tantivy::Result<Vec<(String, usize)>>;
}

impl Dictionary for Snapshot {
    fn spelled(&self, word: &str) -> tantivy::Result<u32> {
        self.count(self.fields.spell, word)
    }

    fn stemmed(&self, stem: &str) -> tantivy::Result<u32> {
        let fields = &self.fields;
        let mut most = 0;
        for field in [fields.words, fields.title, fields.heading, fields.labels] {
            most = most.max(self.count(field, stem)?);
        }
        Ok(most)
    }

    fn identifier(&self, squashed: &str) -> tantivy::Result<u32> {
        self.count(self.fields.ident, squashed)
    }

    fn name(&self, squashed: &str) -> tantivy::Result<u32> {
        self.count(self.fields.name, squashed)
    }

    fn prefixed(&self, prefix: &str, cap: usize) -> tantivy::Result<Vec<String>> {
        let mut found = Vec::new();
        collect(self, self.fields.spell, prefix, &mut |word| found.push((word.to_owned(), 0)))?;
        for (word, count) in &mut found {
            *count = self.spelled(word)?;
        }
        found.retain(|(word, count)| *count > 0 && word != prefix);
        found.sort_by(|a, b| (b.1, &a.0).cmp(&(a.1, &b.0)));
        found.truncate(cap);
        Ok(found.into_iter().map(|(word, _)| word).collect())
    }

    fn near(&self, word: &str, slips: usize, cap: usize) -> tantivy::Result<Vec<(String, usize)>> {
        let mut found = Vec::new();
        for (near, distance) in self.spelling()?.near(word, slips) {
            let count = self.spelled(near)?.max(self.identifier(near)?);
            if count > 0 {
                found.push((distance, u32::MAX - count, near));
            }
        }
        found.sort_unstable();
        found.truncate(cap);
        Ok(found.into_iter().map(|(distance, _, near)| (near.to_owned(), distance)).collect())
    }
}

/// Shows every word of a field that begins with `prefix`, deleted documents' words included.
fn collect(
    snapshot: &Snapshot,
    field: Field,
    prefix: &str,
    see: &mut dyn FnMut(&str),
) -> tantivy::Result<()> {
    for reader in snapshot.searcher.segment_readers() {
        let index = reader.inverted_index(field)?;
        let mut words = index.terms().range().ge(prefix.as_bytes()).into_stream()?;
        while let Some((word, _)) = words.next() {
            if !word.starts_with(prefix.as_bytes()) {
                break;
            }
            if let Ok(word) = std::str::from_utf8(word) {
                see(word);
            }
        }
    }
    Ok(())
}

/// Every word and identifier, ready to be compared.
pub(super) struct Spelling {
    /// By length in letters, with the letters they hold.
    words: Vec<(usize, u64, String)>,
}

impl Spelling {
    pub(super) fn read(snapshot: &Snapshot) -> tantivy::Result<Self> {
        let mut words = Vec::new();
        for field in [snapshot.fields.spell, snapshot.fields.ident, snapshot.fields.name] {
            collect(snapshot, field, "", &mut |word| words.push(word.to_owned()))?;
        }
        Ok(Self::of(words))
    }

    fn of(words: impl IntoIterator<Item = String>) -> Self {
        let mut words: Vec<_> = words
            .into_iter()
            .map(|word| (word.chars().count(), letters(&word), word))
            .filter(|(length, ..)| *length >= 3)
            .collect();
        words.sort();
        words.dedup();
        Self { words }
    }

    /// Words at most `slips` away, with how far.
    fn near(&self, word: &str, slips: usize) -> impl Iterator<Item = (&str, usize)> {
        let typed: Vec<char> = word.chars().collect();
        let held = letters(word);
        let from = self.words.partition_point(|(length, ..)| *length + slips < typed.len());
        let to = self.words.partition_point(|(length, ..)| *length <= typed.len() + slips);
        let most = u32::try_from(2 * slips).unwrap_or(u32::MAX);
        self.words[from..to].iter().filter_map(move |(_, letters, near)| {
            // A slip changes at most two letters of what a word holds.
            if (letters ^ held).count_ones() > most {
                return None;
            }
            let distance = distance(&typed, near, slips)?;
            (distance > 0).then_some((near.as_str(), distance))
        })
    }
}

/// Which letters a word holds, as bits.
fn letters(word: &str) -> u64 {
    word.chars().fold(0, |held, c| held | 1 << (u32::from(c) % 64))
}

/// How many letters were missed, doubled, mistaken or swapped with their neighbour between two
/// words; none if more than `most`.
pub(super) fn distance(typed: &[char], other: &str, most: usize) -> Option<usize> {
    let other: Vec<char> = other.chars().collect();
    let width = other.len() + 1;
    let mut two_above: Vec<usize> = vec![0; width];
    let mut above: Vec<usize> = (0..width).collect();
    for i in 1..=typed.len() {
        let mut row = vec![i; width];
        let mut least = i;
        for j in 1..width {
            let same = typed[i - 1] == other[j - 1];
            let mut cost =
                (above[j - 1] + usize::from(!same)).min(above[j] + 1).min(row[j - 1] + 1);
            let swapped =
                i > 1 && j > 1 && typed[i - 1] == other[j - 2] && typed[i - 2] == other[j - 1];
            if swapped {
                cost = cost.min(two_above[j - 2] + 1);
            }
            row[j] = cost;
            least = least.min(cost);
        }
        if least > most {
            return None;
        }
        two_above = above;
        above = row;
    }
    Some(above[width - 1]).filter(|distance| *distance <= most)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_is_a_letter_missed_doubled_mistaken_or_swapped() {
        let check = |typed: &str, other: &str, expected: Option<usize>| {
            let typed: Vec<char> = typed.chars().collect();
            assert_eq!(distance(&typed, other, 2), expected, "{typed:?} and {other}");
        };
        check("crahs", "crash", Some(1));
        check("overccommit", "overcommit", Some(1));
        check("miamatch", "mismatch", Some(1));
        check("kublet", "kubelet", Some(1));
        check("replicaitno", "replication", Some(2));
        check("rollback", "rollout", None);
        check("", "ab", Some(2));
    }

    #[test]
    fn near_words_are_found_by_their_letters() {
        let words = ["kubelet", "kubectl", "kube", "etcd"].map(str::to_owned);
        let spelling = Spelling::of(words);
        let near: Vec<_> = spelling.near("kubelte", 1).collect();
        assert_eq!(near, [("kubelet", 1)]);
        assert_eq!(spelling.near("kubelet", 1).count(), 0);
    }
}
