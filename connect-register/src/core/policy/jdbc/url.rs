//! JDBC URLs as the drivers of `PostgreSQL`, `MySQL` and `MariaDB` read them (`parseURL` of pgjdbc's
//! `Driver`), with everything refused that one of them reads in another way than the others.

use percent_encoding::percent_decode_str;

use super::host::{self, Host};

/// A URL in its plain form.
#[derive(Debug)]
pub(super) struct JdbcUrl<'a> {
    /// Hosts as they stand, and as they are read, with their ports.
    pub(super) hosts: Vec<(&'a str, Host, u16)>,
    /// The kind of the database.
    pub(super) scheme: &'static str,
    /// The port of the scheme.
    pub(super) usual_port: u16,
    /// Names as they stand, and decoded values.
    pub(super) parameters: Vec<(&'a str, String)>,
}

/// What is wrong with the form of a URL.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Malformed {
    Url(&'static str),
    Host(&'static str),
    Parameter(&'static str),
}

/// The schemes whose URLs can be read, and their ports.
pub(in crate::core::policy) const SCHEMES: [(&str, u16); 3] =
    [("postgresql", 5432), ("mysql", 3306), ("mariadb", 3306)];

/// The scheme of a JDBC URL, of what reads like one.
pub(super) fn scheme_of(text: &str) -> Option<&str> {
    text.strip_prefix("jdbc:")?.split([':', '/', '?', ';']).next()
}

/// Whether a driver manager may take a text for a JDBC URL, however it is spelled.
pub(super) fn reads_like_jdbc(text: &str) -> bool {
    let decoded = percent_decode_str(text).decode_utf8_lossy();
    let mut letters = decoded.chars().filter(|c| !c.is_whitespace() && !c.is_control());
    let start: String = letters.by_ref().take(5).collect();
    start.eq_ignore_ascii_case("jdbc:")
}

/// Reads a URL.
///
/// # Errors
/// What is wrong with its form.
pub(super) fn parse(text: &str) -> Result<JdbcUrl<'_>, Malformed> {
    let is_plain = |c: char| c.is_ascii_graphic() && !matches!(c, '"' | '\\' | '<' | '>' | '^' | '`' | '{' | '|' | '}');
    if !text.chars().all(is_plain) {
        return Err(Malformed::Url("it has characters that a URL has only encoded"));
    }
    if text.contains([';', '#', '(', ')']) {
        return Err(Malformed::Url("it has `;`, `#` or brackets, which drivers read in different ways"));
    }
    let (server, query) = text.split_once('?').unwrap_or((text, ""));
    if query.contains('?') {
        return Err(Malformed::Url("it has more than one `?`"));
    }
    let known = SCHEMES.iter().find_map(|(scheme, port)| {
        let rest = server.strip_prefix("jdbc:")?.strip_prefix(scheme)?.strip_prefix(':')?;
        Some((*scheme, *port, rest))
    });
    let (scheme, usual_port, rest) = known.ok_or(Malformed::Url("it is of a kind that cannot be checked"))?;
    let rest = rest.strip_prefix("//").ok_or(Malformed::Url("it names no host"))?;
    let (authority, database) = rest.split_once('/').ok_or(Malformed::Url("it has no `/` behind the host"))?;
    if database.contains('/') {
        return Err(Malformed::Url("it has more `/` than one behind the host"));
    }
    decode(database).map_err(Malformed::Url)?;
    if authority.contains('@') {
        return Err(Malformed::Url("it holds a user"));
    }
    let hosts = authority.split(',').map(|one| host_of(one, usual_port)).collect::<Result<_, _>>()?;
    Ok(JdbcUrl { hosts, scheme, usual_port, parameters: parameters(query)? })
}

fn host_of(text: &str, usual_port: u16) -> Result<(&str, Host, u16), Malformed> {
    let (host, port) = host::split_port(text);
    let port = match port {
        None => usual_port,
        Some(digits) => host::parse_port(digits).ok_or(Malformed::Host("the port is no number from 1 to 65535"))?,
    };
    Ok((text, host::parse(host).map_err(Malformed::Host)?, port))
}

fn parameters(query: &str) -> Result<Vec<(&str, String)>, Malformed> {
    let mut parameters: Vec<(&str, String)> = Vec::new();
    for token in query.split('&').filter(|token| !token.is_empty()) {
        let (name, value) = token.split_once('=').unwrap_or((token, ""));
        if name.is_empty() || !name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-')) {
            return Err(Malformed::Parameter("a parameter's name is encoded, or none"));
        }
        if parameters.iter().any(|(other, _)| other.eq_ignore_ascii_case(name)) {
            return Err(Malformed::Parameter("a parameter occurs twice"));
        }
        parameters.push((name, decode(value).map_err(Malformed::Parameter)?));
    }
    Ok(parameters)
}

/// Decodes once; what is then still encoded, or no text, is refused.
fn decode(text: &str) -> Result<String, &'static str> {
    let is_digits = |part: &str| part.get(..2).is_some_and(|two| two.bytes().all(|b| b.is_ascii_hexdigit()));
    if !text.split('%').skip(1).all(is_digits) {
        return Err("a `%` does not begin an encoded character");
    }
    let decoded = percent_decode_str(text).decode_utf8().map_err(|_| "it decodes to no text")?;
    if decoded.chars().any(char::is_control) {
        return Err("it decodes to control characters");
    }
    Ok(decoded.into_owned())
}
