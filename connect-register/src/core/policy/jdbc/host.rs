//! Hosts: the plain spelling that every parser reads alike, and patterns of hosts with ports. Names
//! are not resolved.

use std::net::{Ipv4Addr, Ipv6Addr};

use super::super::allowed::matches;

/// A host in its plain spelling.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::core::policy) enum Host {
    /// In lower case.
    Name(String),
    V4(Ipv4Addr),
    V6(Ipv6Addr),
}

/// Names of the services that tell a machine in a cloud its credentials.
const METADATA_NAMES: [&str; 4] =
    ["metadata", "metadata.google.internal", "instance-data", "instance-data.ec2.internal"];

/// Reads a host, an IPv6 address in brackets.
///
/// # Errors
/// Why it is not plain.
pub(in crate::core::policy) fn parse(text: &str) -> Result<Host, &'static str> {
    const ANOTHER: &str = "the host can be read in more than one way";
    if text.is_empty() {
        return Err("no host is named");
    }
    if let Some(inside) = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
        let address: Ipv6Addr = inside.parse().map_err(|_| ANOTHER)?;
        return if embeds_v4(address) { Err("the IPv6 address stands for another one") } else { Ok(Host::V6(address)) };
    }
    let name = text.to_ascii_lowercase();
    let is_label = |label: &str| {
        !label.is_empty()
            && label.len() <= 63
            && label.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'))
    };
    if name.len() > 253 || !name.split('.').all(is_label) {
        return Err(ANOTHER);
    }
    // What ends in a number is an IPv4 address (https://url.spec.whatwg.org/#ends-in-a-number-checker),
    // which resolvers also take as one number, in hexadecimal, in octal, and short.
    let last = name.rsplit('.').next().unwrap_or(&name);
    let is_number = last.chars().all(|c| c.is_ascii_digit())
        || last.strip_prefix("0x").is_some_and(|digits| digits.chars().all(|c| c.is_ascii_hexdigit()));
    if is_number {
        return name.parse().map(Host::V4).map_err(|_| ANOTHER);
    }
    Ok(Host::Name(name))
}

/// Mapped, compatible, translated (RFC 6052) and tunnelled (RFC 3056, RFC 4380) IPv4 addresses.
fn embeds_v4(address: Ipv6Addr) -> bool {
    let is_loopback_or_none = address.is_loopback() || address.is_unspecified();
    matches!(
        address.segments(),
        [0, 0, 0, 0, 0, 0 | 0xffff, ..]
            | [0, 0, 0, 0, 0xffff, 0, ..]
            | [0x64, 0xff9b, ..]
            | [0x2002, ..]
            | [0x2001, 0, ..]
    ) && !is_loopback_or_none
}

impl Host {
    /// Hosts that nobody means who writes a `*`: link-local and metadata addresses, all and none.
    fn is_special(&self) -> bool {
        match self {
            Self::Name(name) => METADATA_NAMES.contains(&name.as_str()),
            Self::V4(address) => {
                address.is_link_local()
                    || address.is_unspecified()
                    || address.is_broadcast()
                    || address.is_multicast()
                    || *address == Ipv4Addr::new(100, 100, 100, 200)
            }
            Self::V6(address) => {
                let is_metadata = address.segments() == [0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254];
                address.is_unicast_link_local() || address.is_unspecified() || address.is_multicast() || is_metadata
            }
        }
    }
}

/// Hosts that are allowed: `HOST`, `HOST:PORT`, `HOST:*`, where a host may hold `*`, each for one label,
/// or be `*` alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::core::policy) struct HostPattern {
    host: String,
    exact: Option<Host>,
    port: PortPattern,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum PortPattern {
    /// The one that the scheme has where none is written.
    Usual,
    Any,
    One(u16),
}

impl HostPattern {
    /// Reads an item of a policy.
    ///
    /// # Errors
    /// Why it is none.
    pub(in crate::core::policy) fn parse(text: &str) -> Result<Self, &'static str> {
        let (host, port) = split_port(text);
        let port = match port {
            None => PortPattern::Usual,
            Some("*") => PortPattern::Any,
            Some(digits) => PortPattern::One(parse_port(digits).ok_or("the port is no number from 1 to 65535")?),
        };
        let host = host.to_ascii_lowercase();
        let exact = if host.contains('*') {
            let is_pattern = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '*');
            if !host.chars().all(is_pattern) {
                return Err("a host is a name, an address, or either with `*` in it");
            }
            None
        } else {
            Some(parse(&host)?)
        };
        Ok(Self { host, exact, port })
    }

    /// Whether a host and a port are allowed; `usual` is the scheme's port.
    pub(super) fn covers(&self, host: &Host, port: u16, usual: u16) -> bool {
        let is_port = match self.port {
            PortPattern::Usual => port == usual,
            PortPattern::Any => true,
            PortPattern::One(one) => port == one,
        };
        is_port && self.covers_host(host)
    }

    fn covers_host(&self, host: &Host) -> bool {
        if let Some(exact) = &self.exact {
            return exact == host;
        }
        let is_of_addresses = self.host.chars().all(|c| c.is_ascii_digit() || matches!(c, '.' | '*'));
        !host.is_special()
            && match host {
                _ if self.host == "*" => true,
                Host::Name(name) => !is_of_addresses && matches(&self.host, name, &['.']),
                Host::V4(address) => is_of_addresses && matches(&self.host, &address.to_string(), &['.']),
                Host::V6(_) => false,
            }
    }
}

/// Takes a port off the end, where there is one.
pub(super) fn split_port(text: &str) -> (&str, Option<&str>) {
    match text.rsplit_once(':') {
        Some((host, port)) if !port.contains(']') => (host, Some(port)),
        _ => (text, None),
    }
}

pub(super) fn parse_port(digits: &str) -> Option<u16> {
    let is_plain = !digits.starts_with('0') && digits.bytes().all(|b| b.is_ascii_digit());
    digits.parse().ok().filter(|_| is_plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_covered(pattern: &str, text: &str) -> bool {
        let (host, port) = split_port(text);
        let port = port.map_or(5432, |port| parse_port(port).unwrap());
        HostPattern::parse(pattern).unwrap().covers(&parse(host).unwrap(), port, 5432)
    }

    #[test]
    fn a_pattern_covers_what_it_says_and_no_more() {
        for (pattern, host) in [
            ("db", "DB"),
            ("db", "db:5432"),
            ("db:6432", "db:6432"),
            ("db:*", "db:1"),
            ("*.db.internal", "a.db.internal"),
            ("10.0.*.*", "10.0.3.4"),
            ("*", "anything.example"),
            ("*", "10.1.2.3"),
            ("[::1]", "[0:0:0:0:0:0:0:1]"),
            ("169.254.169.254", "169.254.169.254"),
        ] {
            assert!(is_covered(pattern, host), "{pattern} {host}");
        }
        for (pattern, host) in [
            ("db", "db:1"),
            ("db", "db2"),
            ("*.db.internal", "db.internal"),
            ("*.db.internal", "a.b.db.internal"),
            ("db-*", "db-1.evil.example"),
            ("10.0.*.*", "10.0.a.evil"),
            ("*.evil", "10.0.0.1"),
            ("*", "169.254.169.254"),
            ("*", "metadata.google.internal"),
            ("*", "0.0.0.0"),
            ("*", "[fe80::1]"),
            ("*", "[fd00:ec2::254]"),
        ] {
            assert!(!is_covered(pattern, host), "{pattern} {host}");
        }
    }

    #[test]
    fn a_host_that_can_be_read_in_more_than_one_way_is_none() {
        for text in [
            "",
            "2130706433",
            "0x7f000001",
            "0x7f.0.0.1",
            "0177.0.0.1",
            "127.1",
            "127.0.0.01",
            "127.0.0.1.",
            "db.",
            ".db",
            "a..b",
            "a b",
            "a%2eb",
            "a@b",
            "a\\b",
            "１２７.0.0.1",
            "a。b",
            "::1",
            "[::ffff:127.0.0.1]",
            "[::ffff:7f00:1]",
            "[::127.0.0.1]",
            "[64:ff9b::7f00:1]",
            "[2002:7f00:1::]",
            "[fe80::1%eth0]",
            "[::1",
            "[db]",
        ] {
            assert!(parse(text).is_err(), "{text}");
        }
        assert_eq!(parse("localhost"), Ok(Host::Name("localhost".to_owned())));
        assert_eq!(parse("[::1]"), Ok(Host::V6(Ipv6Addr::LOCALHOST)));
    }
}
