//! A letter as a mail: the same bytes at each attempt.

use lettre::Message;
use lettre::message::header::{ContentTransferEncoding, ContentType, HeaderName, HeaderValue};
use lettre::message::{MultiPart, SinglePart};
use sha2::{Digest as _, Sha256};

use super::{DeliveryError, Letter, Mail};
use crate::text::{collapse_whitespace, without_controls};

/// The mail, in ASCII alone, so that every server can take it.
pub(super) fn compose(mail: &Mail, letter: &Letter<'_>) -> Result<Message, DeliveryError> {
    let domain = mail.from.email.domain();
    let subject = collapse_whitespace(&without_controls(&letter.subject.replace('\n', " ")));
    let mut message = Message::builder()
        .from(mail.from.clone())
        .message_id(Some(format!("<{}@{domain}>", letter.key)))
        .date(letter.sent_at.into())
        .subject(subject)
        // So that nobody's answer about a holiday comes back.
        .raw_header(HeaderValue::new(
            HeaderName::new_from_ascii_str("Auto-Submitted"),
            "auto-generated".to_owned(),
        ));
    for to in &mail.to {
        message = message.to(to.clone());
    }
    if let Some(link) =
        letter.link.filter(|link| link.is_ascii() && !link.contains(char::is_whitespace))
    {
        let name = HeaderName::new_from_ascii_str("Archived-At");
        message = message.raw_header(HeaderValue::new(name, format!("<{link}>")));
    }
    let body = MultiPart::alternative()
        .boundary(boundary(letter.key))
        .singlepart(part(ContentType::TEXT_PLAIN, letter.text))
        .singlepart(part(ContentType::TEXT_HTML, letter.html));
    message
        .multipart(body)
        .map_err(|error| DeliveryError::new(format!("cannot put the mail together: {error}")))
}

fn part(kind: ContentType, text: &str) -> SinglePart {
    SinglePart::builder()
        .header(kind)
        .header(ContentTransferEncoding::QuotedPrintable)
        .body(text.to_owned())
}

/// What stands between the parts. Quoted-printable text never has `=_`, so that no report can
/// have it; and it follows from the key, so that each attempt sends the same bytes.
fn boundary(key: &str) -> String {
    let hash = Sha256::digest(key.as_bytes());
    let hash: String = hash.iter().take(16).map(|byte| format!("{byte:02x}")).collect();
    format!("=_{hash}")
}
