//! Whom we believe to be who they say they are: the authorities of this machine's own store, so
//! that a company's are among them, and those of one more file.

use std::error::Error as StdError;
use std::fs;
use std::io;
use std::path::Path;

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use rustls::{CertificateError, Error as TlsError};

use super::DeliveryError;

/// The certificates of the machine's store. One that cannot be read is left out, as everywhere
/// else on the machine.
pub(super) fn of_the_machine() -> Vec<CertificateDer<'static>> {
    rustls_native_certs::load_native_certs().certs
}

/// The certificates of a file in PEM, at least one.
pub(super) fn of_file(path: &Path) -> Result<Vec<CertificateDer<'static>>, DeliveryError> {
    let wrong = |why: String| {
        DeliveryError::new(format!("cannot read the certificates of {}: {why}", path.display()))
            .hinted(
                "`ca_file` is a file of certificates that begin with -----BEGIN CERTIFICATE-----",
            )
    };
    let bytes = fs::read(path).map_err(|error| wrong(error.to_string()))?;
    let read: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&bytes).collect();
    let certificates = read.map_err(|error| wrong(error.to_string()))?;
    let is_certificate =
        |it: &CertificateDer<'_>| rustls::RootCertStore::empty().add(it.clone()).is_ok();
    if certificates.is_empty() {
        return Err(wrong("there is none".to_owned()));
    }
    if !certificates.iter().all(is_certificate) {
        return Err(wrong("not all of them are certificates".to_owned()));
    }
    Ok(certificates)
}

/// What was wrong with the other side's proof of who it is, where that is what an error is about.
pub(super) fn doubt<'a>(error: &'a (dyn StdError + 'static)) -> Option<&'a TlsError> {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(tls) = error.downcast_ref::<TlsError>() {
            return Some(tls);
        }
        let wrapped = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        next = match wrapped {
            Some(wrapped) => Some(wrapped),
            None => error.source(),
        };
    }
    None
}

/// A failure of TLS with whoever `whom` is, in plain words.
pub(super) fn refused(whom: &str, error: &TlsError) -> DeliveryError {
    const NAME_IT: &str =
        "if it is your company's own authority, name the file with its certificate as `ca_file`";
    let why = match error {
        TlsError::InvalidCertificate(why) => why,
        TlsError::InvalidMessage(_) => {
            return DeliveryError::new(format!("no TLS with {whom}: what it says is no TLS"))
                .hinted("see that its port is one where encryption begins at once");
        }
        other => return DeliveryError::new(format!("no TLS with {whom}: {other}")),
    };
    let (why, hint) = match why {
        CertificateError::UnknownIssuer => {
            ("an authority that this machine does not know has signed it".to_owned(), Some(NAME_IT))
        }
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => (
            "it is for another name".to_owned(),
            Some("write the name that the certificate is for"),
        ),
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
            ("it is no longer valid".to_owned(), None)
        }
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            ("it is not valid yet".to_owned(), Some("if it is, the clock of this machine is wrong"))
        }
        other => (other.to_string(), None),
    };
    let refused = DeliveryError::new(format!("the certificate of {whom} is not trusted: {why}"));
    match hint {
        Some(hint) => refused.hinted(hint),
        None => refused,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wrong_with_a_certificate_is_told_in_plain_words() {
        let check = |error: TlsError, message: &str, has_hint: bool| {
            let told = refused("the webhook at chat.example", &error);
            assert_eq!(told.message, message);
            assert_eq!(told.hint.is_some(), has_hint, "{message}");
        };
        let trusted = |why: &str| {
            format!("the certificate of the webhook at chat.example is not trusted: {why}")
        };
        let expired = TlsError::InvalidCertificate(CertificateError::Expired);
        check(expired, &trusted("it is no longer valid"), false);
        let early = TlsError::InvalidCertificate(CertificateError::NotValidYet);
        check(early, &trusted("it is not valid yet"), true);
        let revoked = TlsError::InvalidCertificate(CertificateError::Revoked);
        check(revoked, &trusted(&CertificateError::Revoked.to_string()), false);
        let older = TlsError::HandshakeNotComplete;
        let expected = format!("no TLS with the webhook at chat.example: {older}");
        check(older, &expected, false);
    }

    #[test]
    fn a_doubt_is_found_in_whatever_it_is_wrapped() {
        let expired = || TlsError::InvalidCertificate(CertificateError::Expired);
        let wrapped = io::Error::other(io::Error::other(expired()));
        assert_eq!(doubt(&wrapped), Some(&expired()));
        assert_eq!(doubt(&expired()), Some(&expired()));
        assert_eq!(doubt(&io::Error::other("something else")), None);
    }
}
