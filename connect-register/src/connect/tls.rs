//! Transport security: which authorities are trusted, which certificate is shown to a worker, and, in
//! words, why the two sides do not trust each other. Nothing is read from files or sent here.

use jiff::Timestamp;
use rustls::pki_types::pem::{self, PemObject};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::sign::CertifiedKey;
use rustls::{AlertDescription, CertificateError, Error, InconsistentKeys, RootCertStore};
use service::Secret;

/// Whose word about a worker is taken.
#[derive(Clone, Debug, Default)]
pub enum Trust {
    /// The authorities that this machine trusts.
    #[default]
    System,
    /// These authorities, and none of this machine's.
    Own(Vec<CertificateDer<'static>>),
    /// Nobody's: whoever answers is believed.
    Unchecked,
}

impl Trust {
    /// Trusts the authorities in a PEM text.
    ///
    /// # Errors
    /// Why there are none.
    pub fn own(pem: &str) -> Result<Self, String> {
        let certificates = certificates(pem)?;
        let mut store = RootCertStore::empty();
        for certificate in &certificates {
            store.add(certificate.clone()).map_err(|_| "a certificate in it is none of an authority's")?;
        }
        Ok(Self::Own(certificates))
    }
}

/// A certificate to be shown to a worker that asks for one, with its key.
#[derive(Clone, Debug)]
pub struct Identity(Secret);

impl Identity {
    /// A certificate (its chain after it) and its key, as PEM texts, which may be the same one.
    ///
    /// # Errors
    /// Why they cannot be used; nothing of the key is in it.
    pub fn new(certificate: &str, key: &Secret) -> Result<Self, String> {
        let chain = certificates(certificate).map_err(|why| format!("the certificate: {why}"))?;
        let parsed = private_key(key.expose()).map_err(|why| format!("the key: {why}"))?;
        CertifiedKey::from_der(chain, parsed, &rustls::crypto::ring::default_provider()).map_err(|error| {
            match error {
                Error::InconsistentKeys(InconsistentKeys::KeyMismatch) => "the key is not that of the certificate",
                Error::InvalidCertificate(_) => "the certificate is none",
                _ => "the key is of a kind that is not known here (RSA, ECDSA P-256 or P-384, or Ed25519)",
            }
            .to_owned()
        })?;
        let only_key = sections(key.expose(), "PRIVATE KEY");
        let only_certificates = sections(certificate, "CERTIFICATE");
        Ok(Self(Secret::new(format!("{only_certificates}{only_key}"))))
    }

    /// Certificates and key as one PEM text.
    pub(super) fn pem(&self) -> &Secret {
        &self.0
    }
}

/// Transport security of a client.
#[derive(Clone, Debug, Default)]
pub struct Tls {
    /// Who is trusted.
    pub trust: Trust,
    /// What is shown.
    pub identity: Option<Identity>,
}

fn certificates(text: &str) -> Result<Vec<CertificateDer<'static>>, String> {
    let certificates: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(text.as_bytes()).collect();
    let certificates = certificates.map_err(|_| "a certificate in it is cut or altered".to_owned())?;
    if certificates.is_empty() {
        let has_key = text.contains("PRIVATE KEY-----");
        let what = if has_key { "there is a key in it, and no certificate" } else { "there is no certificate in it" };
        return Err(format!("{what}; it is PEM, and begins with -----BEGIN CERTIFICATE-----"));
    }
    Ok(certificates)
}

fn private_key(text: &str) -> Result<PrivateKeyDer<'static>, &'static str> {
    let tells = |line: &str| line.starts_with("-----BEGIN ") || line.starts_with("Proc-Type");
    if text.lines().any(|line| tells(line) && line.contains("ENCRYPTED")) {
        return Err("it is encrypted; let `openssl pkey -in FILE -passin …` print it, as the …_COMMAND of it");
    }
    match PrivateKeyDer::from_pem_slice(text.as_bytes()) {
        Ok(key) => Ok(key),
        Err(pem::Error::NoItemsFound) => Err("there is none in it; it is PEM, and has -----BEGIN PRIVATE KEY-----"),
        Err(_) => Err("it is cut or altered"),
    }
}

/// The PEM sections of a text whose label ends in `label`.
fn sections(text: &str, label: &str) -> String {
    let (mut out, mut is_inside) = (String::new(), false);
    for line in text.lines() {
        let (begin, end) = (line.starts_with("-----BEGIN "), line.starts_with("-----END "));
        is_inside |= begin && line.trim_end().ends_with(&format!("{label}-----"));
        if is_inside {
            out.push_str(line);
            out.push('\n');
        }
        is_inside &= !end;
    }
    out
}

/// Why a connection could not be secured, in words.
pub fn explain(error: &Error) -> String {
    match error {
        Error::InvalidCertificate(error) => format!("the worker's certificate {}", against(error)),
        Error::AlertReceived(alert) => alerted(*alert).to_owned(),
        Error::InvalidMessage(_) => "what answers does not speak TLS: is the address http:// ?".to_owned(),
        Error::PeerIncompatible(_) => {
            "the worker and this program have no version or cipher of TLS in common".to_owned()
        }
        error => format!("TLS failed: {error}"),
    }
}

/// What is wrong with a worker's certificate.
fn against(error: &CertificateError) -> String {
    let day = |seconds: u64| {
        let at = i64::try_from(seconds).ok().and_then(|seconds| Timestamp::from_second(seconds).ok());
        at.map_or_else(String::new, |at| format!(" ({})", at.strftime("%Y-%m-%d %H:%M UTC")))
    };
    match error {
        CertificateError::Expired => "has expired".to_owned(),
        CertificateError::ExpiredContext { not_after, .. } => format!("has expired{}", day(not_after.as_secs())),
        CertificateError::NotValidYet => "is not valid yet".to_owned(),
        CertificateError::NotValidYetContext { not_before, .. } => {
            format!("is not valid yet{}; is the clock right?", day(not_before.as_secs()))
        }
        CertificateError::NotValidForName => "is for another host".to_owned(),
        CertificateError::NotValidForNameContext { expected, presented } if presented.is_empty() => {
            format!("is not for {}, nor for any host", expected.to_str())
        }
        CertificateError::NotValidForNameContext { expected, presented } => {
            // The library gives a name in the notation of its own type: DnsName("other.example").
            let names: Vec<_> = presented.iter().map(|name| name.split('"').nth(1).unwrap_or(name)).collect();
            format!("is not for {}, but for {}", expected.to_str(), names.join(", "))
        }
        CertificateError::UnknownIssuer => "is signed by nobody who is trusted here, or by itself".to_owned(),
        CertificateError::Revoked => "is revoked".to_owned(),
        CertificateError::BadSignature => "has a wrong signature: another authority of the same name?".to_owned(),
        error => format!("is not accepted: {error}"),
    }
}

/// What a worker has against us.
fn alerted(alert: AlertDescription) -> &'static str {
    match alert {
        AlertDescription::CertificateRequired => "the worker wants a certificate, and none is set to be shown to it",
        AlertDescription::CertificateExpired => "the certificate that was shown to the worker has expired",
        AlertDescription::CertificateRevoked => "the certificate that was shown to the worker is revoked",
        AlertDescription::UnknownCA => "the worker does not trust who signed the certificate that was shown to it",
        AlertDescription::BadCertificate
        | AlertDescription::CertificateUnknown
        | AlertDescription::UnsupportedCertificate
        | AlertDescription::AccessDenied
        | AlertDescription::DecryptError => {
            "the worker does not accept the certificate that was shown to it, if any was"
        }
        AlertDescription::ProtocolVersion | AlertDescription::InsufficientSecurity => {
            "the worker and this program have no version or cipher of TLS in common"
        }
        AlertDescription::HandshakeFailure => {
            "the worker ended the handshake: it may want a certificate, or have no cipher in common"
        }
        AlertDescription::UnrecognisedName => "the worker does not know itself by the host in its address",
        _ => "the worker ended the connection with an alert of TLS",
    }
}

/// Whether an error can only come before a request is looked at: a worker that speaks TLS 1.3 refuses a
/// certificate after the client believes the handshake to be over.
pub fn is_of_handshake(error: &Error) -> bool {
    matches!(
        error,
        Error::AlertReceived(
            AlertDescription::CertificateRequired
                | AlertDescription::CertificateExpired
                | AlertDescription::CertificateRevoked
                | AlertDescription::CertificateUnknown
                | AlertDescription::UnsupportedCertificate
                | AlertDescription::BadCertificate
                | AlertDescription::UnknownCA
                | AlertDescription::AccessDenied
                | AlertDescription::HandshakeFailure
        )
    )
}
