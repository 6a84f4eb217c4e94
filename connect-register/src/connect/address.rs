//! The REST addresses of workers, read from text, with all mistakes told at once. Whether anybody is
//! there is not found out here.

use std::fmt;
use std::net::IpAddr;

use service::{Exit, Failure};
use url::{Host, Url};

/// The root of a worker's REST API: `http` or `https`, a host, maybe a port and a path; no credentials.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    text: String,
    is_encrypted: bool,
    is_loopback: bool,
}

impl Address {
    /// Reads an address such as `http://localhost:8083`; a slash at its end is dropped.
    ///
    /// # Errors
    /// Why it is none; credentials that it may hold are not in it.
    pub fn parse(text: &str) -> Result<Self, String> {
        let url = Url::parse(text.trim()).map_err(|error| error.to_string())?;
        let host = url.host().filter(|_| matches!(url.scheme(), "http" | "https"));
        let host = host.ok_or("it starts with http:// or https://, then a host")?;
        if !url.username().is_empty() || url.password().is_some() {
            return Err("it holds a user or a password; set KAFKA_CONNECT_BASIC_AUTH_USERNAME and \
                        KAFKA_CONNECT_BASIC_AUTH_PASSWORD (or …_PASSWORD_FILE) instead"
                .to_owned());
        }
        if url.query().is_some() || url.fragment().is_some() {
            return Err("it has a query or a fragment".to_owned());
        }
        let text = url.as_str().trim_end_matches('/').to_owned();
        if text.ends_with("/connectors") {
            return Err("it is that of the list of connectors; drop `/connectors`".to_owned());
        }
        Ok(Self { text, is_encrypted: url.scheme() == "https", is_loopback: is_loopback(&host) })
    }

    /// The address without a slash at its end.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether what is sent to it is encrypted.
    pub fn is_encrypted(&self) -> bool {
        self.is_encrypted
    }

    /// Whether it is on this machine.
    pub fn is_loopback(&self) -> bool {
        self.is_loopback
    }

    /// Whether somebody on the way could read what is sent to it.
    pub fn is_exposed(&self) -> bool {
        !self.is_encrypted && !self.is_loopback
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

fn is_loopback(host: &Host<&str>) -> bool {
    match host {
        Host::Domain(name) => *name == "localhost" || name.ends_with(".localhost"),
        Host::Ipv4(ip) => ip.is_loopback(),
        Host::Ipv6(ip) => IpAddr::V6(*ip).to_canonical().is_loopback(),
    }
}

/// Reads the addresses of the workers of one cluster; one that comes again is dropped.
///
/// # Errors
/// All that is wrong with them.
pub fn parse_all<'a>(texts: impl IntoIterator<Item = &'a str>) -> Result<Vec<Address>, Failure> {
    let texts: Vec<_> = texts.into_iter().filter(|text| !text.trim().is_empty()).collect();
    let (mut addresses, mut mistakes) = (Vec::new(), Vec::new());
    for (at, text) in texts.iter().enumerate() {
        match Address::parse(text) {
            Ok(address) if addresses.contains(&address) => {}
            Ok(address) => addresses.push(address),
            Err(why) if texts.len() == 1 => mistakes.push(why),
            Err(why) => mistakes.push(format!("number {} of {}: {why}", at + 1, texts.len())),
        }
    }
    if texts.is_empty() {
        mistakes.push("it is empty".to_owned());
    }
    let what = "the address of the Connect worker cannot be used";
    let failure = match &*mistakes {
        [] => return Ok(addresses),
        [one] => Failure::new(Exit::Invalid, format!("{what}: {one}")),
        _ => Failure::all(Exit::Invalid, what, &mistakes),
    };
    Err(failure.hint("KAFKA_CONNECT_URL=http://localhost:8083, or several workers: http://a:8083,http://b:8083"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_the_root_of_a_worker_without_credentials() {
        for (text, address) in [
            ("http://localhost:8083/", "http://localhost:8083"),
            ("https://proxy/connect/", "https://proxy/connect"),
            (" http://[::1]:8083 ", "http://[::1]:8083"),
        ] {
            assert_eq!(Address::parse(text).unwrap().as_str(), address);
        }
        for bad in [
            "localhost:8083",
            "ftp://x",
            "http://u:canary@x",
            "http://canary@x",
            "http://x?y=1",
            "http://x#y",
            "http://x:8083/connectors/",
            "http://",
            "",
        ] {
            let why = Address::parse(bad).unwrap_err();
            assert!(!why.contains("canary"), "{why}");
        }
    }

    #[test]
    fn what_is_sent_in_the_clear_to_another_machine_is_exposed() {
        for (text, is_exposed) in [
            ("http://localhost:8083", false),
            ("http://127.1.2.3", false),
            ("http://[::1]:1", false),
            ("http://[::ffff:127.0.0.1]", false),
            ("http://a.localhost", false),
            ("https://connect", false),
            ("http://connect:8083", true),
            ("http://localhost.example.com", true),
            ("http://10.0.0.1", true),
        ] {
            assert_eq!(Address::parse(text).unwrap().is_exposed(), is_exposed, "{text}");
        }
    }

    #[test]
    fn all_mistakes_of_several_addresses_are_told_at_once() {
        let parsed = parse_all(["http://a:1", " http://b:1/", "http://a:1/", ""]).unwrap();
        assert_eq!(parsed.iter().map(Address::as_str).collect::<Vec<_>>(), ["http://a:1", "http://b:1"]);
        let error = parse_all(["http://a:1", "b:1", "http://u:canary@c"]).unwrap_err();
        insta::assert_snapshot!(error, @r"
        the address of the Connect worker cannot be used:
          - number 2 of 3: it starts with http:// or https://, then a host
          - number 3 of 3: it holds a user or a password; set KAFKA_CONNECT_BASIC_AUTH_USERNAME and KAFKA_CONNECT_BASIC_AUTH_PASSWORD (or …_PASSWORD_FILE) instead
        ");
        assert!(parse_all([""]).is_err());
    }
}
