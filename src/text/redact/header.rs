//! Secrets in what is sent over HTTP: who asks, and the cookies.

use std::sync::LazyLock;

use regex::Regex;

use super::base64::is_name_and_password;
use super::made::{is_random, looks_made};
use super::{Checked, Spot, checked, stands_for_one};
use crate::text::pattern::pattern;

/// `Authorization: Bearer …`, also in JSON and with any scheme.
static AUTHORIZATION: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r#"(?i)(?-u:\b)authorization\\?["']?[ \t]*(?:=>|[:=])[ \t]*(?:\[[ \t]*)?\\?["']?(?:(bearer|basic|token|bot|apikey|api-key|key|negotiate|digest|aws4-hmac-sha256|sharedkey|splunk|geniekey|ssws|apitoken|private-token|aws|hawk)[ \t]+)?([!-~]+)([^\n]*)"#,
    )
});
/// What follows a scheme, perhaps under a name.
static NEXT: LazyLock<Regex> =
    LazyLock::new(|| pattern(r#"^[ \t]+(?:[0-9A-Za-z_-]+=)?["']?([0-9A-Za-z_.~+/=-]{10,})"#));
static BEARER: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?i)(?-u:\b)bearer[ \t]+([0-9a-z._~+/-]{12,}={0,2})"));
static BASIC: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?i)(?-u:\b)basic[ \t]+([0-9a-z+/_-]{8,}={0,2})"));
/// The `auth` of a Docker login.
static DOCKER_AUTH: LazyLock<Regex> =
    LazyLock::new(|| pattern(r#"\\?"auth\\?"[ \t\r\n]*:[ \t\r\n]*\\?"([0-9A-Za-z+/]{8,}={0,2})"#));
static COOKIES: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r#"(?i)(?:(?-u:\b)cookie2?\\?["']?[ \t]*[:=][ \t]*|[ \t]--cookie[ =]|(?-u:\b)curl[ \t][^\r\n]*?[ \t]-b[ \t]+)([^\r\n]+)"#,
    )
});
static COOKIE: LazyLock<Regex> = LazyLock::new(|| pattern(r#"([0-9A-Za-z_.$-]+)=([^\s;,"'\\]+)"#));
/// Cookies whose names say, wherever they stand, that they keep somebody logged in.
static SESSION: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r#"(?i)(?-u:\b)(?:JSESSIONID|PHPSESSID|ASPSESSIONID[a-z]*|ASP\.NET_SessionId|connect\.sid|laravel_session|_?session_?id|_[0-9a-z_]+_session|__(?:host|secure)-[0-9a-z_-]+|XSRF-TOKEN|csrftoken)=([^\s;,&"'\\]+)"#,
    )
});

/// The same in a log, where a session may also be a number.
static SESSION_ID: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r#"(?i)(?-u:\b)(?:x-)?(?:session(?:[ _-]?(?:id|key|cookie))?|sess(?:ion)?[_-]?id|sid|phpsessid|jsessionid)\\?["']?(?:[ \t]*[:=][ \t]*|[ \t]+)\\?["']?([0-9A-Za-z_.+/=%-]{12,})"#,
    )
});

pub(super) fn find(text: &str, spots: &mut Vec<Spot>) {
    authorizations(text, spots);
    let rules: [Checked; 5] = [
        (&BEARER, "bearer token", looks_made),
        (&BASIC, "basic login", is_name_and_password),
        (&DOCKER_AUTH, "basic login", is_name_and_password),
        (&SESSION_ID, "session cookie", is_session_id),
        (&SESSION, "session cookie", |value| value.len() >= 12 && looks_made(value)),
    ];
    checked(text, &rules, spots);
    for line in COOKIES.captures_iter(text).filter_map(|found| found.get(1)) {
        for cookie in COOKIE.captures_iter(line.as_str()) {
            let Some(value) = cookie.get(2) else { continue };
            if is_session(&cookie[1], value.as_str()) {
                let range = line.start() + value.start()..line.start() + value.end();
                spots.push(Spot { range, kind: "session cookie" });
            }
        }
    }
}

fn authorizations(text: &str, spots: &mut Vec<Spot>) {
    for found in AUTHORIZATION.captures_iter(text) {
        let (scheme, Some(value), rest) = (found.get(1), found.get(2), found.get(3)) else {
            continue;
        };
        let scheme = scheme.map(|scheme| scheme.as_str().to_lowercase());
        let quote = value.as_str().find(['"', '\'', '\\']).unwrap_or(value.len());
        let shown = value.as_str()[..quote].trim_end_matches([',', ';', ')', '}', ']']);
        let secret = match scheme {
            Some(_) => shown.len() >= 8 || looks_made(shown),
            None => shown.len() >= 12 && looks_made(shown),
        };
        if !secret || stands_for_one(shown) {
            // Behind a scheme that nobody knows.
            let next =
                rest.filter(|_| scheme.is_none()).and_then(|rest| NEXT.captures(rest.as_str()));
            if let (Some(rest), Some(next)) = (rest, next.and_then(|found| found.get(1)))
                && is_random(next.as_str())
            {
                let range = rest.start() + next.start()..rest.start() + next.end();
                spots.push(Spot { range, kind: "authorization" });
            }
            continue;
        }
        // These two tell their secret in several fields.
        let fields = matches!(scheme.as_deref(), Some("digest" | "aws4-hmac-sha256"));
        let end = match rest {
            Some(rest) if fields => {
                rest.start() + rest.as_str().trim_end_matches(['"', '\'']).len()
            }
            _ => value.start() + shown.len(),
        };
        let kind = match scheme.as_deref() {
            Some("basic") => "basic login",
            Some("bearer") => "bearer token",
            _ => "authorization",
        };
        spots.push(Spot { range: value.start()..end, kind });
    }
}

/// Whether a session's name is one that lets in: a UUID in a log tells only which session it was.
fn is_session_id(value: &str) -> bool {
    let is_uuid = value.len() == 36 && value.matches('-').count() == 4;
    is_random(value) && !is_uuid
}

/// Whether a cookie keeps somebody logged in: by its name, or because nothing else is so long.
fn is_session(name: &str, value: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let attribute = ["path", "domain", "expires", "max-age", "samesite", "priority", "version"];
    let telling = ["sess", "sid", "auth", "token", "jwt", "csrf", "xsrf", "remember", "login"];
    let named = telling.iter().any(|word| name.contains(word));
    !attribute.contains(&name.as_str())
        && !stands_for_one(value)
        && (named && value.len() >= 4 || value.len() >= 16 && looks_made(value))
}
