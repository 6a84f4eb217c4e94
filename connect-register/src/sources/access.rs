//! How workers are reached, from the environment: addresses, credentials, transport security. Names
//! that other tools use for the same thing are taken as well; all mistakes are told at once, and no
//! secret is ever read from the command line.

use std::fs::File;
use std::io::{self, Read};
use std::os::unix::fs::PermissionsExt;

use service::{Env, Exit, Failure, Secret};

use super::environment::names;
use crate::connect::address::{self, Address};
use crate::connect::{Client, Credentials, HttpTransport, Identity, Login, Route, Tls, Trust};
use crate::core::Redactor;

/// A certificate file longer than this is none.
const LONGEST: u64 = 4 << 20;
/// Where a worker is that nobody has named.
const DEFAULT_URL: &str = "http://localhost:8083";

/// How the workers of one cluster are reached.
#[derive(Debug)]
pub struct Access {
    /// Their addresses, at least one.
    pub addresses: Vec<Address>,
    /// How a request travels to them.
    pub route: Route,
    /// What whoever runs this should know, each on a line of its own.
    pub warnings: Vec<String>,
}

/// What was said on the command line, and goes before the environment.
#[derive(Clone, Copy, Debug, Default)]
pub struct Said<'a> {
    /// Addresses.
    pub urls: &'a [String],
    /// The user for basic authentication.
    pub username: Option<&'a str>,
}

impl Access {
    /// Reads how workers are reached.
    ///
    /// # Errors
    /// All that is wrong, without any secret.
    pub fn read(mut env: Env, said: Said<'_>) -> Result<Self, Failure> {
        let mut reading = Reading { env: &mut env, warnings: Vec::new() };
        let urls = match said.urls {
            [] => alias(reading.env, &names::CONNECT_URLS).unwrap_or_else(|| DEFAULT_URL.to_owned()),
            urls => urls.join(","),
        };
        let credentials = reading.credentials(said.username);
        let tls = reading.tls();
        let proxy = reading.env.secret(names::PROXY);
        let mut warnings = reading.warnings;
        env.finish()?;
        let addresses = address::parse_all(urls.split(','))?;
        let route = Route { credentials, tls, proxy };
        warnings.extend(about(&addresses, &route));
        Ok(Self { addresses, route, warnings })
    }

    /// A client of the workers, which tells no secret of `redactor` nor of this access.
    ///
    /// # Errors
    /// When the proxy is none, or this machine gives no HTTP client.
    pub fn client(self, redactor: Redactor) -> Result<Client<HttpTransport>, Failure> {
        let redactor = redactor.and(self.secrets());
        let mut workers = HttpTransport::to_all(self.addresses, &self.route)?.into_iter();
        let first = workers.next().ok_or_else(|| Failure::new(Exit::Invalid, "there is no address of a worker"))?;
        Ok(Client::of_all(first, workers, redactor))
    }

    /// All that may not be told.
    pub fn secrets(&self) -> impl Iterator<Item = Secret> {
        self.route.credentials.secrets().chain(self.route.proxy.clone())
    }
}

/// What is unwise about a way to workers.
fn about(addresses: &[Address], route: &Route) -> Vec<String> {
    let mut warnings = Vec::new();
    let list = |of: &dyn Fn(&Address) -> bool| {
        addresses.iter().filter(|address| of(address)).map(Address::as_str).collect::<Vec<_>>().join(", ")
    };
    let exposed = list(&Address::is_exposed);
    if !route.credentials.is_empty() && !exposed.is_empty() {
        warnings.push(format!("credentials go to {exposed} in the clear; whoever is on the way can read them"));
    }
    let encrypted = list(&Address::is_encrypted);
    let is_set = route.tls.identity.is_some() || !matches!(route.tls.trust, Trust::System);
    if encrypted.is_empty() && is_set {
        warnings.push("the settings of TLS are of no use: no address begins with https://".to_owned());
    } else if matches!(route.tls.trust, Trust::Unchecked) {
        warnings.push(format!(
            "{} is set: whoever answers at {encrypted} is believed to be the worker, and gets all that is sent",
            names::TLS_INSECURE[0]
        ));
    }
    warnings
}

/// Settings while they are read.
struct Reading<'a> {
    env: &'a mut Env,
    warnings: Vec<String>,
}

impl Reading<'_> {
    fn credentials(&mut self, username: Option<&str>) -> Credentials {
        let username = username.filter(|username| !username.is_empty()).map(str::to_owned);
        let username = username.or_else(|| self.env.text(names::USERNAME));
        let token = self.env.secret(names::BEARER_TOKEN);
        let login = match (username, token) {
            (Some(_), Some(_)) => {
                let both = format!("both {} and {} are set; keep one of them", names::USERNAME, names::BEARER_TOKEN);
                self.env.mistake(both);
                return Credentials::default();
            }
            (Some(username), None) if username.contains(':') => {
                self.env
                    .mistake(format!("{} holds a colon, which no user of basic authentication has", names::USERNAME));
                None
            }
            (Some(username), None) => {
                Some(Login::Basic { username, password: self.env.required_secret(names::PASSWORD) })
            }
            (None, token) => {
                if self.env.secret(names::PASSWORD).is_some() {
                    self.env.mistake(format!("{} is set, but {} is not", names::PASSWORD, names::USERNAME));
                }
                token.map(Login::Bearer)
            }
        };
        let headers = self.env.secret(names::HEADERS);
        Credentials::new(login, headers.as_ref()).unwrap_or_else(|mistakes| {
            for mistake in mistakes {
                let of = if mistake.starts_with("line ") { names::HEADERS } else { names::BEARER_TOKEN };
                self.env.mistake(format!("{of}: {mistake}"));
            }
            Credentials::default()
        })
    }

    fn tls(&mut self) -> Tls {
        let own = alias(self.env, &[names::TLS_CA]);
        let is_unchecked = alias(self.env, &names::TLS_INSECURE).is_some_and(|text| self.is_yes(&text));
        let own = own.and_then(|ca| self.pem(names::TLS_CA, &ca));
        let trust = match own.map(|pem| Trust::own(pem.expose())) {
            Some(Ok(trust)) => trust,
            Some(Err(why)) => {
                self.env.mistake(format!("{}: {why}", names::TLS_CA));
                Trust::System
            }
            None => Trust::System,
        };
        let identity = self.identity();
        Tls { trust: if is_unchecked { Trust::Unchecked } else { trust }, identity }
    }

    fn identity(&mut self) -> Option<Identity> {
        let [certificate_name, ..] = names::TLS_CERT;
        let [key_name, key_alias] = names::TLS_KEY;
        let said = alias(self.env, &names::TLS_CERT);
        let certificate = said.as_deref().map(|text| self.pem(certificate_name, text));
        let key = match alias(self.env, &names::TLS_KEY) {
            // What a file or a command gives is the key itself, and never taken for a path.
            None => self.env.secret(key_name),
            Some(text) if self.env.text(key_name).is_none() => self.key(key_alias, &text),
            Some(text) => self.env.secret(key_name).and_then(|_| self.key(key_name, &text)),
        };
        let (certificate, key) = match (certificate, key) {
            // That it cannot be read has been told.
            (Some(None), _) | (None, None) => return None,
            (Some(Some(certificate)), Some(key)) => (certificate, key),
            (Some(Some(both)), None) if both.expose().contains("PRIVATE KEY-----") => (both.clone(), both),
            (Some(Some(_)), None) => {
                self.env.mistake(format!("{certificate_name} is set, but {key_name} is not"));
                return None;
            }
            (None, Some(_)) => {
                self.env.mistake(format!("{key_name} is set, but {certificate_name} is not"));
                return None;
            }
        };
        let identity = Identity::new(certificate.expose(), &key);
        identity.map_err(|why| self.env.mistake(format!("{certificate_name} and {key_name}: {why}"))).ok()
    }

    fn key(&mut self, name: &str, text: &str) -> Option<Secret> {
        if !is_pem(text) && std::fs::metadata(text).is_ok_and(|file| file.permissions().mode() & 0o007 != 0) {
            self.warnings
                .push(format!("the key that {name} names can be read or changed by everybody on this machine"));
        }
        self.pem(name, text)
    }

    /// A PEM text, or that of the file that it names. What it says is not told: it may be a key.
    fn pem(&mut self, name: &str, text: &str) -> Option<Secret> {
        if is_pem(text) {
            return Some(Secret::new(text));
        }
        let read = File::open(text).and_then(|file| {
            let mut text = Vec::new();
            file.take(LONGEST).read_to_end(&mut text)?;
            String::from_utf8(text).map_err(|_| io::Error::other("it is no text; DER is turned into PEM by openssl"))
        });
        match read {
            Ok(text) => Some(Secret::new(text)),
            Err(error) => {
                let mistake = format!("{name} is neither a PEM text nor a file that can be read: {error}");
                self.env.mistake(mistake);
                None
            }
        }
    }

    fn is_yes(&mut self, text: &str) -> bool {
        match text.to_ascii_lowercase().as_str() {
            "1" | "true" | "yes" | "on" => true,
            "0" | "false" | "no" | "off" => false,
            _ => {
                self.env.mistake(format!("{} is true or false", names::TLS_INSECURE[0]));
                false
            }
        }
    }
}

fn is_pem(text: &str) -> bool {
    text.trim_start().starts_with("-----BEGIN ")
}

/// The text of a variable that goes by several names.
fn alias(env: &mut Env, names: &[&str]) -> Option<String> {
    let set: Vec<_> = names.iter().filter_map(|name| Some((name, env.text(name)?))).collect();
    let (_, text) = set.first()?;
    if let Some((other, _)) = set.iter().find(|(_, other)| other != text) {
        env.mistake(format!("{} and {other} are set to different values; keep one of them", set[0].0));
    }
    Some(text.clone())
}

#[cfg(test)]
#[path = "access_tests.rs"]
mod tests;
