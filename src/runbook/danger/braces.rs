//! Braces that a shell writes out: `/data{1,2}` is two words.

use super::shell::Word;

/// How many words one may become: each pair of braces multiplies them.
const MOST: usize = 64;

/// The words that one stands for; itself where none of its braces hold a list, or too many do.
pub(super) fn written_out(word: Word) -> Vec<Word> {
    let mut texts = vec![word.text.clone()];
    let mut at = 0;
    while let Some(text) = texts.get(at) {
        match first_list(text) {
            None => at += 1,
            Some(more) if texts.len() + more.len() <= MOST => {
                texts.splice(at..=at, more);
            }
            Some(_) => return vec![word],
        }
    }
    texts.into_iter().map(|text| Word { text, ..word.clone() }).collect()
}

/// A text with each part of its first list in the place of that list.
fn first_list(text: &str) -> Option<Vec<String>> {
    let opens = text.match_indices('{').map(|(at, _)| at);
    // `${A}` and `{{ a }}` are no lists.
    let mut opens =
        opens.filter(|&at| !text[..at].ends_with(['$', '{']) && !text[at + 1..].starts_with('{'));
    opens.find_map(|open| {
        let (mut parts, mut depth, mut from) = (Vec::new(), 0_usize, open + 1);
        for (at, letter) in
            text[open + 1..].char_indices().map(|(at, letter)| (open + 1 + at, letter))
        {
            match letter {
                '{' => depth += 1,
                '}' if depth > 0 => depth -= 1,
                ',' | '}' if depth == 0 => {
                    parts.push(&text[from..at]);
                    from = at + 1;
                    if letter == '}' {
                        let whole = |part| format!("{}{part}{}", &text[..open], &text[from..]);
                        return (parts.len() > 1).then(|| parts.into_iter().map(whole).collect());
                    }
                }
                _ => {}
            }
        }
        None
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_in_braces_is_a_word_for_each_of_its_parts() {
        let check = |text: &str, expected: &[&str]| {
            let word = Word { text: text.to_owned(), ..Word::default() };
            let words: Vec<String> = written_out(word).into_iter().map(|word| word.text).collect();
            assert_eq!(words, expected, "{text}");
        };
        check("/data{1,2}", &["/data1", "/data2"]);
        check("/{data,srv}/x", &["/data/x", "/srv/x"]);
        check("{a,b}{c,d}", &["ac", "ad", "bc", "bd"]);
        check("a{,.bak}", &["a", "a.bak"]);
        check("{a,{b,c}d}", &["a", "bd", "cd"]);
        for text in ["{}", "{a}", "${a,b}", "{{ a, b }}", "{a,b", "a}", "{1..3}"] {
            check(text, &[text]);
        }
        let many = "{a,b,c,d,e,f,g,h}".repeat(20);
        check(&many, &[&many]);
    }
}
