//! Addresses inside this site, percent-encoded.

use crate::text::percent_encode;

/// The page of a runbook, at one of its anchors if one is given.
pub(super) fn runbook(slug: &str, anchor: Option<&str>) -> String {
    let mut address = format!("/runbooks/{}", encode_path(slug));
    if let Some(anchor) = anchor.filter(|anchor| !anchor.is_empty()) {
        address.push('#');
        address.push_str(&encode(anchor));
    }
    address
}

/// The page of a runbook that an alert leads to, at one of its anchors and for one of its steps if
/// they are given. The address says so, for the page is what counts as opened and not the alert.
pub(super) fn from_alert(slug: &str, anchor: &str, step: Option<&str>) -> String {
    let mut query = "from=alert".to_owned();
    if let Some(step) = step {
        query.push_str("&at=");
        query.push_str(&encode(step));
    }
    asking(&runbook(slug, Some(anchor)), &query)
}

/// Where a runbook begins to be followed.
pub(super) fn follow(slug: &str) -> String {
    format!("/follow/{}", encode_path(slug))
}

/// What changed in a runbook since it, or one of its steps, last worked.
pub(super) fn changes(slug: &str, step: Option<&str>) -> String {
    let mut address = format!("/changes/{}", encode_path(slug));
    if let Some(step) = step {
        address.push_str("?step=");
        address.push_str(&encode(step));
    }
    address
}

/// The page of a runbook at one of its steps, with a notice for the reader.
pub(super) fn step(slug: &str, step: Option<&str>, notice: &str) -> String {
    let mut address = format!("/runbooks/{}?notice={notice}", encode_path(slug));
    if let Some(step) = step.filter(|step| !step.is_empty()) {
        address.push_str("#step-");
        address.push_str(&encode(step));
    }
    address
}

/// An address of a runbook or of one of its steps, read for an incident if one is given.
pub(super) fn within(address: &str, incident: Option<&str>) -> String {
    match incident.filter(|label| !label.is_empty()) {
        Some(label) => asking(address, &format!("incident={}", encode(label))),
        None => address.to_owned(),
    }
}

/// An address with something more asked for, before its place in the page.
pub(super) fn asking(address: &str, query: &str) -> String {
    let (page, place) = match address.split_once('#') {
        Some((page, place)) => (page, format!("#{place}")),
        None => (address, String::new()),
    };
    let sign = if page.contains('?') { '&' } else { '?' };
    format!("{page}{sign}{query}{place}")
}

/// The page of an incident, with a notice for the reader if there is one.
pub(super) fn incident(label: &str, notice: &str) -> String {
    let address = format!("/incidents/{}", encode(label));
    if notice.is_empty() { address } else { format!("{address}?notice={notice}") }
}

/// A page below that of an incident, like its `checklist`, with a notice if there is one.
pub(super) fn of_incident(label: &str, page: &str, notice: &str) -> String {
    let address = format!("/incidents/{}/{page}", encode(label));
    if notice.is_empty() { address } else { format!("{address}?notice={notice}") }
}

/// The page of a report, with a notice for the reader if there is one.
pub(super) fn report(label: &str, notice: &str) -> String {
    let address = format!("/reports/{}", encode_path(label));
    if notice.is_empty() { address } else { format!("{address}?notice={notice}") }
}

/// A path with its slashes kept and everything else encoded that is not plain.
pub(super) fn encode_path(path: &str) -> String {
    percent_encode(path, true)
}

/// A text as one component of an address or one value of a cookie.
pub(super) fn encode(text: &str) -> String {
    percent_encode(text, false)
}

/// What was encoded; nothing where it is no UTF-8 or a `%` stands alone.
pub(super) fn decode(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let high = char::from(rest.next()?).to_digit(16)?;
            let low = char::from(rest.next()?).to_digit(16)?;
            bytes.push(u8::try_from(high * 16 + low).ok()?);
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_encoded_part_by_part() {
        assert_eq!(runbook("a b/ü", Some("x?y")), "/runbooks/a%20b/%C3%BC#x%3Fy");
        assert_eq!(runbook("a", None), "/runbooks/a");
        assert_eq!(step("a", Some("3a"), "recorded"), "/runbooks/a?notice=recorded#step-3a");
        assert_eq!(from_alert("a", "", None), "/runbooks/a?from=alert");
        assert_eq!(from_alert("a", "b c", Some("3 a")), "/runbooks/a?from=alert&at=3%20a#b%20c");
        assert_eq!(follow("a b/c"), "/follow/a%20b/c");
        assert_eq!(changes("a b", None), "/changes/a%20b");
        assert_eq!(changes("a", Some("3 a")), "/changes/a?step=3%20a");
        assert_eq!(step("a", Some(""), "noted"), "/runbooks/a?notice=noted");
        assert_eq!(within("/runbooks/a", None), "/runbooks/a");
        assert_eq!(within("/runbooks/a", Some("INC-1")), "/runbooks/a?incident=INC-1");
        assert_eq!(within("/runbooks/a?x=y#z", Some("b c")), "/runbooks/a?x=y&incident=b%20c#z");
    }

    #[test]
    fn decoding_undoes_encoding_and_refuses_what_is_broken() {
        let text = "Ana Lima; ü%\r\n";
        assert_eq!(decode(&encode(text)).as_deref(), Some(text));
        for broken in ["%", "%4", "%zz", "%ff"] {
            assert_eq!(decode(broken), None, "{broken}");
        }
    }
}
