use std::fs::{self, Permissions};
use std::path::Path;

use super::*;

fn read(pairs: &[(&str, &str)]) -> Result<Access, String> {
    Access::read(Env::from_pairs(pairs.iter().copied()), Said::default()).map_err(|failure| failure.to_string())
}

fn addresses(access: &Access) -> Vec<&str> {
    access.addresses.iter().map(Address::as_str).collect()
}

/// A certificate for `localhost`, and its key.
fn pair() -> (String, String) {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    (made.cert.pem(), made.signing_key.serialize_pem())
}

fn write(folder: &Path, name: &str, text: impl AsRef<[u8]>, mode: u32) -> String {
    let path = folder.join(name);
    fs::write(&path, text).unwrap();
    fs::set_permissions(&path, Permissions::from_mode(mode)).unwrap();
    path.to_str().unwrap().to_owned()
}

#[test]
fn the_workers_go_by_several_names_and_the_command_line_goes_first() {
    assert_eq!(addresses(&read(&[]).unwrap()), ["http://localhost:8083"]);
    for name in names::CONNECT_URLS {
        assert_eq!(addresses(&read(&[(name, "http://a:1/,http://b:1")]).unwrap()), ["http://a:1", "http://b:1"]);
    }
    assert!(read(&[("KAFKA_CONNECT_URL", "http://a"), ("CONNECT_URL", "http://a")]).is_ok());
    insta::assert_snapshot!(read(&[("KAFKA_CONNECT_URL", "http://a"), ("KAFKA_CONNECT_REST", "http://b")]).unwrap_err(), @r"
    a setting is wrong:
      - KAFKA_CONNECT_URL and KAFKA_CONNECT_REST are set to different values; keep one of them
    ");
    let urls = ["http://c".to_owned()];
    let said = Said { urls: &urls, username: None };
    let access = Access::read(Env::from_pairs([("KAFKA_CONNECT_URL", "nonsense")]), said).unwrap();
    assert_eq!(addresses(&access), ["http://c"]);
}

#[test]
fn all_mistakes_of_an_access_are_told_at_once_and_no_secret_with_them() {
    let error = read(&[
        ("KAFKA_CONNECT_BASIC_AUTH_PASSWORD", "canary"),
        ("KAFKA_CONNECT_HEADERS", "canary"),
        ("KAFKA_CONNECT_BEARER_TOKEN_COMMAND", "false"),
        ("KAFKA_CONNECT_TLS_CA", "/nowhere/ca.pem"),
        ("KAFKA_CONNECT_TLS_KEY", "canary"),
        ("KAFKA_CONNECT_TLS_AUTH_KEY", "canary2"),
        ("KAFKA_CONNECT_TLS_INSECURE", "canary"),
    ])
    .unwrap_err();
    insta::assert_snapshot!(error, @r"
    7 settings are wrong:
      - KAFKA_CONNECT_BEARER_TOKEN_COMMAND: its command ended with exit status: 1
      - KAFKA_CONNECT_BASIC_AUTH_PASSWORD is set, but KAFKA_CONNECT_BASIC_AUTH_USERNAME is not
      - KAFKA_CONNECT_HEADERS: line 1: this is no `Name: value`
      - KAFKA_CONNECT_TLS_INSECURE is true or false
      - KAFKA_CONNECT_TLS_CA is neither a PEM text nor a file that can be read: No such file or directory (os error 2)
      - KAFKA_CONNECT_TLS_KEY and KAFKA_CONNECT_TLS_AUTH_KEY are set to different values; keep one of them
      - KAFKA_CONNECT_TLS_KEY is neither a PEM text nor a file that can be read: No such file or directory (os error 2)
    ");
    let both = [("KAFKA_CONNECT_BASIC_AUTH_USERNAME", "u"), ("KAFKA_CONNECT_BEARER_TOKEN", "canary")];
    insta::assert_snapshot!(read(&both).unwrap_err(), @r"
    a setting is wrong:
      - both KAFKA_CONNECT_BASIC_AUTH_USERNAME and KAFKA_CONNECT_BEARER_TOKEN are set; keep one of them
    ");
}

#[test]
fn a_certificate_and_its_key_come_as_files_as_text_as_one_file_or_by_a_command() {
    let (folder, (certificate, key)) = (tempfile::tempdir().unwrap(), pair());
    let file = |name: &str, text: &str| write(folder.path(), name, text, 0o600);
    let (certificate_file, key_file) = (file("a.crt", &certificate), file("a.key", &key));
    let both_file = file("both.pem", &format!("{key}{certificate}"));
    let print = format!("cat {key_file}");
    let ways: [&[(&str, &str)]; 6] = [
        &[("KAFKA_CONNECT_TLS_CERT", &certificate_file), ("KAFKA_CONNECT_TLS_KEY", &key_file)],
        &[("KAFKA_CONNECT_TLS_AUTH_CRT", &certificate_file), ("KAFKA_CONNECT_TLS_AUTH_KEY", &key_file)],
        &[("KAFKA_CONNECT_TLS_CERT", &certificate), ("KAFKA_CONNECT_TLS_KEY", &key)],
        &[("KAFKA_CONNECT_TLS_CERT", &certificate_file), ("KAFKA_CONNECT_TLS_KEY_FILE", &key_file)],
        &[("KAFKA_CONNECT_TLS_CERT", &certificate_file), ("KAFKA_CONNECT_TLS_KEY_COMMAND", &print)],
        &[("KAFKA_CONNECT_TLS_CERT", &both_file)],
    ];
    for way in ways {
        let access = read(&[way, &[("KAFKA_CONNECT_URL", "https://a")]].concat()).unwrap();
        assert!(access.route.tls.identity.is_some() && access.warnings.is_empty(), "{way:?} {:?}", access.warnings);
        assert!(!format!("{access:?}").contains("PRIVATE"));
    }
}

#[test]
fn a_certificate_or_a_key_that_cannot_be_used_says_why() {
    let (folder, (certificate, key)) = (tempfile::tempdir().unwrap(), pair());
    let (_, other_key) = pair();
    let file = |name: &str, text: &[u8]| write(folder.path(), name, text, 0o600);
    let encrypted = "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n";
    let cut = &certificate[..certificate.len() / 2];
    let der = file("a.der", &[0x30, 0x82, 0xff, 0xfe]);
    let why = |certificate: &str, key: &str| {
        read(&[("KAFKA_CONNECT_TLS_CERT", certificate), ("KAFKA_CONNECT_TLS_KEY", key)]).unwrap_err()
    };
    let told = [
        why(&certificate, &other_key),
        why(&certificate, encrypted),
        why(&certificate, &certificate),
        why(&key, &key),
        why(cut, &key),
        why(&certificate, &file("cut.key", &key.as_bytes()[..key.len() / 2])),
        why(&der, &key),
        why(&file("empty", b""), &key),
        why(folder.path().to_str().unwrap(), &key),
        read(&[("KAFKA_CONNECT_TLS_CA", &key)]).unwrap_err(),
        read(&[("KAFKA_CONNECT_TLS_CERT", &certificate)]).unwrap_err(),
        read(&[("KAFKA_CONNECT_TLS_KEY", &key)]).unwrap_err(),
    ];
    let told: Vec<_> = told.iter().map(|error| error.trim_start_matches("a setting is wrong:\n  - ")).collect();
    insta::assert_snapshot!(told.join("\n"), @r"
    KAFKA_CONNECT_TLS_CERT and KAFKA_CONNECT_TLS_KEY: the key is not that of the certificate
    KAFKA_CONNECT_TLS_CERT and KAFKA_CONNECT_TLS_KEY: the key: it is encrypted; let `openssl pkey -in FILE -passin …` print it, as the …_COMMAND of it
    KAFKA_CONNECT_TLS_CERT and KAFKA_CONNECT_TLS_KEY: the key: there is none in it; it is PEM, and has -----BEGIN PRIVATE KEY-----
    KAFKA_CONNECT_TLS_CERT and KAFKA_CONNECT_TLS_KEY: the certificate: there is a key in it, and no certificate; it is PEM, and begins with -----BEGIN CERTIFICATE-----
    KAFKA_CONNECT_TLS_CERT and KAFKA_CONNECT_TLS_KEY: the certificate: a certificate in it is cut or altered
    KAFKA_CONNECT_TLS_CERT and KAFKA_CONNECT_TLS_KEY: the key: it is cut or altered
    KAFKA_CONNECT_TLS_CERT is neither a PEM text nor a file that can be read: it is no text; DER is turned into PEM by openssl
    KAFKA_CONNECT_TLS_CERT and KAFKA_CONNECT_TLS_KEY: the certificate: there is no certificate in it; it is PEM, and begins with -----BEGIN CERTIFICATE-----
    KAFKA_CONNECT_TLS_CERT is neither a PEM text nor a file that can be read: Is a directory (os error 21)
    KAFKA_CONNECT_TLS_CA: there is a key in it, and no certificate; it is PEM, and begins with -----BEGIN CERTIFICATE-----
    KAFKA_CONNECT_TLS_CERT is set, but KAFKA_CONNECT_TLS_KEY is not
    KAFKA_CONNECT_TLS_KEY is set, but KAFKA_CONNECT_TLS_CERT is not
    ");
}

#[test]
fn what_is_unwise_is_told_and_what_is_not_is_not() {
    let (folder, (certificate, key)) = (tempfile::tempdir().unwrap(), pair());
    let open_key = write(folder.path(), "open.key", &key, 0o644);
    let token = ("KAFKA_CONNECT_BEARER_TOKEN", "canary");
    let warnings = |pairs: &[(&str, &str)]| read(pairs).unwrap().warnings.join("\n");
    assert_eq!(warnings(&[token]), "");
    assert_eq!(warnings(&[token, ("KAFKA_CONNECT_URL", "https://a,http://[::1]:8083")]), "");
    assert_eq!(warnings(&[("KAFKA_CONNECT_URL", "http://a:8083")]), "");
    let secure = [("KAFKA_CONNECT_URL", "https://a"), ("KAFKA_CONNECT_TLS_IS_INSECURE", "false")];
    assert_eq!(warnings(&secure), "");
    let told = [
        warnings(&[token, ("KAFKA_CONNECT_URL", "http://a:8083,https://b,http://c:8083")]),
        warnings(&[("KAFKA_CONNECT_URL", "https://a,http://b"), ("KAFKA_CONNECT_TLS_INSECURE", "true")]),
        warnings(&[("KAFKA_CONNECT_TLS_CA", &certificate)]),
        warnings(&[
            ("KAFKA_CONNECT_URL", "https://a"),
            ("KAFKA_CONNECT_TLS_CERT", &certificate),
            ("KAFKA_CONNECT_TLS_KEY", &open_key),
        ]),
    ];
    insta::assert_snapshot!(told.join("\n"), @r"
    credentials go to http://a:8083, http://c:8083 in the clear; whoever is on the way can read them
    KAFKA_CONNECT_TLS_INSECURE is set: whoever answers at https://a is believed to be the worker, and gets all that is sent
    the settings of TLS are of no use: no address begins with https://
    the key that KAFKA_CONNECT_TLS_KEY names can be read or changed by everybody on this machine
    ");
}
