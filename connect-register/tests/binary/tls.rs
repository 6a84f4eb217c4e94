//! The binary against a server that speaks TLS, with certificates made for each test.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa, KeyPair,
    KeyUsagePurpose, date_time_ymd,
};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig, ServerConnection, Stream};
use tempfile::TempDir;

use crate::fixture::{Ran, command};

/// Who signs certificates, and the folder that they are in.
struct Authority {
    issuer: CertifiedIssuer<'static, KeyPair>,
    folder: TempDir,
}

/// A certificate and its key, as text.
struct Pair {
    certificate: String,
    key: String,
}

#[derive(Clone, Copy)]
enum Dates {
    Valid,
    Past,
}

impl Authority {
    fn new(name: &str) -> Self {
        let mut params = CertificateParams::new([]).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::DigitalSignature];
        params.distinguished_name.push(DnType::CommonName, name);
        let issuer = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
        Self { issuer, folder: tempfile::tempdir().unwrap() }
    }

    fn signs(&self, host: &str, dates: Dates) -> Pair {
        let mut params = CertificateParams::new([host.to_owned()]).unwrap();
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth, ExtendedKeyUsagePurpose::ClientAuth];
        (params.not_before, params.not_after) = match dates {
            Dates::Valid => (date_time_ymd(2020, 1, 1), date_time_ymd(2999, 1, 1)),
            Dates::Past => (date_time_ymd(2019, 1, 1), date_time_ymd(2020, 2, 3)),
        };
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        Pair { certificate: certificate.pem(), key: key.serialize_pem() }
    }

    fn certificate(&self) -> CertificateDer<'static> {
        self.issuer.der().clone()
    }

    /// The file of its certificate.
    fn file(&self) -> PathBuf {
        let path = self.folder.path().join("ca.pem");
        std::fs::write(&path, self.issuer.pem()).unwrap();
        path
    }
}

/// Whether a server wants a certificate.
enum Wants<'a> {
    Nothing,
    CertificateOf(&'a Authority),
}

/// Starts a worker without connectors behind TLS; returns its port. It ends with this process.
fn start(own: &Pair, wants: &Wants<'_>) -> u16 {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ServerConfig::builder_with_provider(provider.clone()).with_safe_default_protocol_versions().unwrap();
    let builder = match wants {
        Wants::Nothing => builder.with_no_client_auth(),
        Wants::CertificateOf(authority) => {
            let mut roots = RootCertStore::empty();
            roots.add(authority.certificate()).unwrap();
            let verifier = WebPkiClientVerifier::builder_with_provider(roots.into(), provider).build().unwrap();
            builder.with_client_cert_verifier(verifier)
        }
    };
    let chain = vec![CertificateDer::from_pem_slice(own.certificate.as_bytes()).unwrap()];
    let key = PrivateKeyDer::from_pem_slice(own.key.as_bytes()).unwrap();
    let config = Arc::new(builder.with_single_cert(chain, key).unwrap());
    serve(move |mut stream| {
        if talk(&mut stream, config.clone()).is_none() {
            // What it has to say stands before the end of the connection, not behind a reset.
            let _ = stream.shutdown(Shutdown::Write);
            let _ = stream.read_to_end(&mut Vec::new());
        }
    })
}

fn serve(answer: impl Fn(TcpStream) + Send + 'static) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let stream = stream.unwrap();
            stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
            answer(stream);
        }
    });
    port
}

fn talk(stream: &mut TcpStream, config: Arc<ServerConfig>) -> Option<()> {
    let mut connection = ServerConnection::new(config).ok()?;
    let mut tls = Stream::new(&mut connection, stream);
    let (mut head, mut byte) = (Vec::new(), [0]);
    while !head.ends_with(b"\r\n\r\n") {
        tls.read_exact(&mut byte).ok()?;
        head.push(byte[0]);
    }
    tls.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{}").ok()?;
    tls.conn.send_close_notify();
    tls.flush().ok()
}

/// Asks for the status of the connectors, of which there are none.
fn status(url: &str, env: &[(&str, &str)]) -> Ran {
    command(url, &["status"]).envs(env.iter().copied()).output().unwrap().into()
}

fn here(port: u16) -> String {
    format!("https://localhost:{port}")
}

/// The error line of a run, without what differs from run to run.
#[track_caller]
fn error_of(ran: Ran, exit: i32, port: u16) -> String {
    let stderr = ran.ends_with(exit).stderr.replace(&format!(":{port}"), ":PORT");
    stderr.lines().filter(|line| !line.starts_with("hint:")).collect::<Vec<_>>().join("\n")
}

#[test]
fn an_own_authority_is_trusted_and_no_other_with_it() {
    let (authority, other) = (Authority::new("ours"), Authority::new("other"));
    let port = start(&authority.signs("localhost", Dates::Valid), &Wants::Nothing);
    let (ours, others) = (authority.file(), other.file());
    let (ours, others) = (ours.to_str().unwrap(), others.to_str().unwrap());
    status(&here(port), &[("KAFKA_CONNECT_TLS_CA", ours)]).ends_with(0);
    status(&here(port), &[("KAFKA_CONNECT_TLS_CA", &authority.issuer.pem())]).ends_with(0);
    // What this machine trusts, which is named so for this run alone.
    status(&here(port), &[("SSL_CERT_FILE", ours)]).ends_with(0);
    let env = [("KAFKA_CONNECT_TLS_CA", others), ("SSL_CERT_FILE", ours)];
    let ran = status(&here(port), &env);
    assert!(ran.stderr.contains("hint: KAFKA_CONNECT_TLS_CA names who vouches for the worker"), "{}", ran.stderr);
    insta::assert_snapshot!(error_of(ran, 8, port), @"error: the connectors could not be read: GET https://localhost:PORT/connectors?expand=info&expand=status: the worker's certificate is signed by nobody who is trusted here, or by itself");
}

#[test]
fn a_certificate_of_another_host_an_expired_and_a_self_signed_one_are_refused_each_by_its_name() {
    let authority = Authority::new("ours");
    let ca = authority.file();
    let env = [("KAFKA_CONNECT_TLS_CA", ca.to_str().unwrap())];
    let self_signed = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let self_signed = Pair { certificate: self_signed.cert.pem(), key: self_signed.signing_key.serialize_pem() };
    let of = |pair: &Pair| {
        let port = start(pair, &Wants::Nothing);
        let error = error_of(status(&here(port), &env), 8, port);
        error.rsplit("expand=status: ").next().unwrap().to_owned()
    };
    insta::assert_snapshot!(of(&authority.signs("other.example", Dates::Valid)), @"the worker's certificate is not for localhost, but for other.example");
    insta::assert_snapshot!(of(&authority.signs("localhost", Dates::Past)), @"the worker's certificate has expired (2020-02-03 00:00 UTC)");
    insta::assert_snapshot!(of(&self_signed), @"the worker's certificate is signed by nobody who is trusted here, or by itself");

    let port = start(&self_signed, &Wants::Nothing);
    for name in ["KAFKA_CONNECT_TLS_INSECURE", "KAFKA_CONNECT_TLS_IS_INSECURE"] {
        let ran = status(&here(port), &[(name, "true")]).ends_with(0);
        assert!(ran.stderr.contains("whoever answers at https://localhost:"), "{}", ran.stderr);
    }
}

#[test]
fn a_worker_that_wants_a_certificate_is_shown_one_and_says_what_is_wrong_with_it() {
    let (authority, other) = (Authority::new("ours"), Authority::new("other"));
    let port = start(&authority.signs("localhost", Dates::Valid), &Wants::CertificateOf(&authority));
    let ca = authority.file();
    let with = |pair: Option<&Pair>| {
        let mut env = vec![("KAFKA_CONNECT_TLS_CA", ca.to_str().unwrap())];
        if let Some(Pair { certificate, key }) = pair {
            env.extend([("KAFKA_CONNECT_TLS_CERT", &**certificate), ("KAFKA_CONNECT_TLS_KEY", &**key)]);
        }
        status(&here(port), &env)
    };
    with(Some(&authority.signs("me", Dates::Valid))).ends_with(0);
    let told = |pair: Option<&Pair>| {
        let error = error_of(with(pair), 8, port);
        error.rsplit("expand=status: ").next().unwrap().to_owned()
    };
    insta::assert_snapshot!(told(None), @"the worker wants a certificate, and none is set to be shown to it");
    insta::assert_snapshot!(told(Some(&authority.signs("me", Dates::Past))), @"the certificate that was shown to the worker has expired");
    insta::assert_snapshot!(told(Some(&other.signs("me", Dates::Valid))), @"the worker does not trust who signed the certificate that was shown to it");
}

#[test]
fn an_address_of_the_wrong_scheme_is_told_as_such() {
    let port = serve(|mut stream| {
        let _ = stream.read(&mut [0; 16]);
        let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n");
    });
    let error = error_of(status(&here(port), &[]), 8, port);
    assert!(error.ends_with("what answers does not speak TLS: is the address http:// ?"), "{error}");

    let authority = Authority::new("ours");
    let port = start(&authority.signs("localhost", Dates::Valid), &Wants::Nothing);
    let ran = status(&format!("http://localhost:{port}"), &[]);
    assert!(ran.stderr.contains("is the address https:// ?"), "{}", ran.stderr);
}

#[test]
fn a_worker_that_is_not_trusted_is_passed_over_and_told() {
    let (authority, other) = (Authority::new("ours"), Authority::new("other"));
    let bad = start(&other.signs("localhost", Dates::Valid), &Wants::Nothing);
    let good = start(&authority.signs("localhost", Dates::Valid), &Wants::Nothing);
    let urls = format!("{},{}", here(bad), here(good));
    let ran = status(&urls, &[("KAFKA_CONNECT_TLS_CA", authority.file().to_str().unwrap())]).ends_with(0);
    let told =
        format!("{} is asked from now on, and not {}: the worker's certificate is signed", here(good), here(bad));
    assert!(ran.stderr.contains(&told), "{}", ran.stderr);
}
