//! Single values of the configuration file: what a text stands for, or why it stands for nothing.

use std::net::SocketAddr;

use chrono_tz::{TZ_VARIANTS, Tz};

use super::{PublicUrl, SourceUrl, WriteBack};
use crate::text::nearest;

/// Names the nearest of the words that would have been right, or all of them.
pub(super) fn unknown_word(what: &str, word: &str, known: &[&str]) -> String {
    match nearest(word, known.iter().copied()) {
        Some(near) => format!("unknown {what} `{word}`; did you mean `{near}`?"),
        None => format!("unknown {what} `{word}`; there are: {}", known.join(", ")),
    }
}

pub(super) fn filled(text: &str) -> Result<String, String> {
    if text.is_empty() { Err("must not be empty".to_owned()) } else { Ok(text.to_owned()) }
}

/// An id names a folder of the data home, so it must be a plain name.
pub(super) fn workspace_id(text: &str) -> Result<String, String> {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
    let starts = text.starts_with(|c: char| c.is_ascii_alphanumeric());
    if starts && text.len() <= 64 && text.chars().all(plain) && !text.starts_with("path-") {
        Ok(text.to_owned())
    } else {
        Err(format!(
            "`{text}` is no workspace id: up to 64 of a-z, A-Z, 0-9, `.`, `_`, `-`, the first a \
             letter or digit, not beginning with `path-`"
        ))
    }
}

pub(super) fn timezone(text: &str) -> Result<Tz, String> {
    text.parse().map_err(|_| {
        let names = TZ_VARIANTS.iter().map(|zone| zone.name());
        match nearest(text, names) {
            Some(near) => format!("unknown time zone `{text}`; did you mean `{near}`?"),
            None => format!("unknown time zone `{text}`; names look like `Europe/Lisbon`"),
        }
    })
}

pub(super) fn write_back(text: &str) -> Result<WriteBack, String> {
    text.parse().map_err(|()| unknown_word("value", text, &WriteBack::WORDS))
}

/// Reads a listen address; only the machine itself may reach it.
pub(super) fn listen(text: &str) -> Result<SocketAddr, String> {
    let spelled = match text.strip_prefix("localhost:") {
        Some(port) => format!("127.0.0.1:{port}"),
        None => text.to_owned(),
    };
    let address: SocketAddr = spelled
        .parse()
        .map_err(|_| format!("`{text}` is no address and port, like 127.0.0.1:7311"))?;
    if address.ip().is_loopback() {
        return Ok(address);
    }
    Err(format!(
        "`{text}` can be reached from other machines, and there are no logins yet: listen on \
         127.0.0.1 and let a tunnel or proxy in, whose address is `public_url`"
    ))
}

pub(super) fn source_url(text: &str) -> Result<SourceUrl, String> {
    if !text.starts_with("https://") && !text.starts_with("http://") {
        return Err(format!("`{text}` must begin with https:// or http://"));
    }
    let mut rest = text;
    let mut has_path = false;
    while let Some(start) = rest.find('{') {
        let Some(length) = rest[start..].find('}') else {
            return Err(format!("`{text}` has an open `{{`"));
        };
        match &rest[start + 1..start + length] {
            "path" => has_path = true,
            "line" => {}
            unknown => return Err(unknown_word("placeholder", unknown, &["path", "line"])),
        }
        rest = &rest[start + length + 1..];
    }
    if has_path {
        Ok(SourceUrl(text.to_owned()))
    } else {
        Err(format!("`{text}` needs {{path}} where the file's path belongs"))
    }
}

pub(super) fn public_url(text: &str) -> Result<PublicUrl, String> {
    let trimmed = text.trim_end_matches('/');
    let host = trimmed.strip_prefix("https://").or_else(|| trimmed.strip_prefix("http://"));
    let Some(host) = host.filter(|host| !host.is_empty()) else {
        return Err(format!("`{text}` is no address like https://runbooks.example.org"));
    };
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | ':' | '[' | ']');
    if !host.chars().all(plain) {
        return Err(format!("`{text}` must be a scheme and a host alone, perhaps with a port"));
    }
    Ok(PublicUrl { text: trimmed.to_owned(), host: host.to_ascii_lowercase() })
}

/// Reads a size like `1 MiB`, `500kB` or `4096`.
pub(super) fn size(text: &str) -> Option<u64> {
    let text = text.trim();
    let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (number, unit) = text.split_at(digits);
    let unit = match unit.trim().to_ascii_lowercase().as_str() {
        "" | "b" => 1,
        "kb" => 1000,
        "kib" | "k" => 1024,
        "mb" => 1_000_000,
        "mib" | "m" => 1024 * 1024,
        _ => return None,
    };
    number.parse::<u64>().ok()?.checked_mul(unit)
}
