//! What secrets are called: the one list that every rule by name is made of.
//!
//! A space in a name stands for a space, a hyphen, an underscore, a dot or nothing: `api key` is `apiKey`,
//! `API_KEY` and `api.key` as well.

use std::collections::HashMap;
use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, MatchKind};

/// How careful to be with what stands under a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Family {
    /// Anything may be a password.
    Password,
    /// Tokens and keys look made.
    Key,
    /// So do secrets, whose names are also those of Kubernetes objects.
    Secret,
}

/// Names of one family, and what their secrets are called once they are out.
type Names = (Family, &'static str, &'static [&'static str]);

/// Names that end a longer one as well: `db_password`, `myApiKey`.
const NAMES: [Names; 6] = [
    (
        Family::Password,
        "password",
        &[
            "password",
            "passwd",
            "passphrase",
            "pass phrase",
            "passcode",
            "passw0rd",
            "p@ssword",
            "p@ssw0rd",
            "pwd",
            "passwort",
            "kennwort",
            "zugangscode",
            "wachtwoord",
            "contraseña",
            "contrasena",
            "senha",
            "palavra passe",
            "mot de passe",
            "mdp",
            "hasło",
            "haslo",
            "heslo",
            "lozinka",
            "geslo",
            "salasana",
            "lösenord",
            "losenord",
            "adgangskode",
            "passord",
            "parolă",
            "parola d'ordine",
            "şifre",
            "jelszó",
            "jelszo",
            "κωδικός",
            "пароль",
            "парола",
            "mật khẩu",
            "kata sandi",
            "密码",
            "密碼",
            "口令",
            "パスワード",
            "비밀번호",
            "סיסמה",
            "كلمة المرور",
            "wifi key",
            "wpa key",
            "wpa2 key",
            "luks key",
            "redis cli auth",
            "sshpass",
            "bindpw",
            "bind pw",
            "rootpw",
            "requirepass",
            "masterauth",
            "authtok",
        ],
    ),
    (Family::Secret, "secret", &["secret"]),
    (Family::Key, "token", &["token"]),
    (Family::Key, "Docker login", &["dockerconfigjson", "dockercfg"]),
    (Family::Key, "credential", &["credential", "credentials"]),
    (
        Family::Key,
        "key",
        &[
            "psk",
            "client key data",
            "secret id",
            "authorization header",
            "auth header",
            "recovery code",
            "backup code",
            "schlüssel",
            "geheimnis",
            "clave",
            "clave de acceso",
            "parola",
            "code secret",
            "clé api",
            "unseal key",
        ],
    ),
];

/// What makes a key a secret one: `api key`, `access key`. Other keys are those of a cache or a table.
const KEYS: &str = "api app application access secret private signing encryption master auth account \
    shared-access storage subscription license licence deploy ingest integration service ssh webhook \
    session hmac jwt consumer bot pre-shared instrumentation fernet activation product recovery \
    certificate preshared datadog pagerduty opsgenie decryption root-access admin registration";

/// Short words that are names only by themselves or behind a mark: `db_pass`, not `bypass`.
pub(super) const SHORT: [&str; 4] = ["pass", "auth", "cred", "pw"];

/// All names in lower case, as they are written in a sentence.
fn all() -> impl Iterator<Item = (Family, &'static str, String)> {
    let listed = NAMES.iter().flat_map(|(family, kind, names)| {
        names.iter().map(|it| (*family, *kind, (*it).to_owned()))
    });
    let keys = KEYS.split_whitespace();
    listed.chain(keys.map(|it| (Family::Key, "key", format!("{} key", it.replace('-', " ")))))
}

/// A regular expression for the last word of a name whose value is a secret.
pub(super) static WORDS: LazyLock<String> = LazyLock::new(|| {
    let mut names: Vec<String> = all().map(|(_, _, name)| name).collect();
    // The longer name comes first, since it says more.
    names.sort_by_key(|name| std::cmp::Reverse(name.len()));
    let names: Vec<String> =
        names.iter().map(|name| regex::escape(name).replace(' ', "[ ._-]?")).collect();
    let short = SHORT.join("|");
    format!(r"(?:{})(?:[ _-]?[0-9](?-u:\b))?|(?:{short})(?-u:\b)", names.join("|"))
});

/// What a secret is called in a sentence, in every way that it is written.
pub(super) static CALLED: LazyLock<Vec<String>> = LazyLock::new(|| {
    let mut called = vec!["pass".to_owned(), "pw".to_owned()];
    for (_, _, name) in all() {
        let mut letters = name.chars();
        // Only the letters of ASCII are found in both cases.
        if let Some(first) = letters.next().filter(|first| !first.is_ascii()) {
            called.push(first.to_uppercase().chain(letters).collect());
        }
        if name.contains(' ') {
            called.extend(["", "-", "_"].map(|mark| name.replace(' ', mark)));
        }
        called.push(name);
    }
    called
});

/// Finds the names in a text, whatever its case: far faster than a regular expression, since few
/// texts have one.
pub(super) static IN_TEXT: LazyLock<AhoCorasick> = LazyLock::new(|| any_of(&CALLED));

/// The longest word of each name, of which one stands wherever [`WORDS`] are found.
static PIECES: LazyLock<AhoCorasick> = LazyLock::new(|| {
    let names = all().map(|(_, _, name)| {
        let longest = name.split(' ').max_by_key(|piece| piece.len());
        longest.unwrap_or_default().to_owned()
    });
    let mut pieces: Vec<String> = names.chain(SHORT.map(str::to_owned)).collect();
    pieces.sort_unstable();
    pieces.dedup();
    any_of(&pieces)
});

/// Whether [`WORDS`] may be found in a text. Letters beyond ASCII may be one of it in another case.
pub(super) fn may_stand_in(text: &str) -> bool {
    !text.is_ascii() && text.chars().any(|it| !it.is_ascii() && it.is_alphabetic())
        || PIECES.is_match(text)
}

/// Finds any of a few words in ASCII of any case, the longest where several begin.
#[expect(clippy::expect_used, reason = "the words are constants; the first test shows a wrong one")]
pub(super) fn any_of(words: &[impl AsRef<[u8]>]) -> AhoCorasick {
    let mut builder = AhoCorasick::builder();
    builder.ascii_case_insensitive(true).match_kind(MatchKind::LeftmostLongest);
    builder.build(words).expect("few words")
}

static KNOWN: LazyLock<HashMap<String, (Family, &'static str)>> = LazyLock::new(|| {
    let listed = all().map(|(family, kind, name)| (squeezed(&name), (family, kind)));
    let short = ["pass", "pw"].map(|name| (name.to_owned(), (Family::Password, "password")));
    listed.chain(short).collect()
});

/// A name without what may stand between its words, and without the number behind it.
fn squeezed(name: &str) -> String {
    let lower = name.trim_end_matches(|c: char| c.is_ascii_digit()).to_lowercase();
    lower.chars().filter(|c| !matches!(c, ' ' | '_' | '-' | '.')).collect()
}

/// Whether a word is a whole name.
pub(super) fn is_name(word: &str) -> bool {
    KNOWN.contains_key(&squeezed(word))
}

/// How careful to be with what a name stands for, and what it is called.
pub(super) fn family(word: &str) -> (Family, &'static str) {
    KNOWN.get(&squeezed(word)).copied().unwrap_or_else(|| match word.to_lowercase() {
        word if word.starts_with("cred") => (Family::Key, "credential"),
        _ => (Family::Key, "key"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::pattern::pattern;

    #[test]
    fn no_name_is_kept_from_the_rules() {
        let words = pattern(&format!("(?i){}", &*WORDS));
        let mut written: Vec<String> = CALLED.clone();
        written.extend(all().map(|(_, _, name)| name.replace(' ', "")));
        written.extend(
            ["mot_de-passe", "Clave de_acceso", "db_PASS", "pa\u{17f}\u{17f}word", "PAROLĂ"]
                .map(str::to_owned),
        );
        for name in written.iter().flat_map(|name| [name.clone(), name.to_uppercase()]) {
            assert!(words.is_match(&name) <= may_stand_in(&name), "{name}");
        }
        assert!(!may_stand_in("all is well — 10 % → 5 %"));
    }

    #[test]
    fn a_name_is_known_however_its_words_are_joined() {
        let check = |name, expected| assert_eq!(family(name), expected, "{name}");
        check("Pass-Phrase", (Family::Password, "password"));
        check("MOT_DE_PASSE", (Family::Password, "password"));
        check("пароль", (Family::Password, "password"));
        check("apiKey", (Family::Key, "key"));
        check("api.key", (Family::Key, "key"));
        check("unseal key 3", (Family::Key, "key"));
        check("Secret", (Family::Secret, "secret"));
        check("creds", (Family::Key, "credential"));
        assert!(CALLED.iter().any(|it| it == "api_key"));
        assert!(CALLED.iter().any(|it| it == "Пароль"));
    }
}
