//! JDBC: which databases a connector may connect to, and what its driver may be told, in the URL and
//! in the keys that are passed on to it.

mod driver;
pub(super) mod host;
mod tls;
pub(super) mod url;

pub use driver::POSTGRESQL;
pub use tls::SslMode;

use host::HostPattern;
use url::Malformed;

use super::finding::Findings;
use super::{Allowed, Rule};
use crate::core::{Entry, Place};

/// What a policy says of JDBC.
#[derive(Clone, Debug)]
pub struct Jdbc {
    /// Kinds of databases.
    pub schemes: Allowed,
    /// Hosts with ports.
    pub hosts: Allowed,
    pub(super) host_patterns: Vec<HostPattern>,
    /// URLs that are allowed whole, unread.
    pub urls: Allowed,
    /// Parameters of the driver.
    pub parameters: Allowed,
    /// Folders of files that the driver may read.
    pub files: Allowed,
    /// Keys of Hibernate, without `hibernate.`.
    pub hibernate: Allowed,
    /// The weakest TLS.
    pub sslmode: SslMode,
    /// Where that is said.
    pub sslmode_place: Place,
}

/// Whether a connector speaks JDBC, by its class or by what it is given.
pub(super) fn is_jdbc(class: &str, entries: &[Entry]) -> bool {
    class.to_ascii_lowercase().contains("jdbc")
        || entries.iter().any(|entry| url::reads_like_jdbc(entry.value.expose()))
}

impl Jdbc {
    /// Checks an entry; `beside` are the parameters of the driver that stand beside the URL.
    pub(super) fn check(&self, is_jdbc: bool, beside: &[&str], findings: &mut Findings<'_>) {
        let key = findings.key().to_ascii_lowercase();
        if url::reads_like_jdbc(findings.value()) || is_jdbc && key == "connection.url" {
            self.check_url(beside, findings);
        }
        // What a key is does not depend on what it holds.
        if key.starts_with("hibernate.") {
            self.check_hibernate(findings);
        } else {
            self.check_passed_on(is_jdbc, findings);
        }
    }

    fn check_url(&self, beside: &[&str], findings: &mut Findings<'_>) {
        let text = findings.value();
        if self.urls.items().any(|url| url == text) || findings.is_unresolved("a part of the URL") {
            return;
        }
        if let Some(scheme) = url::scheme_of(text)
            && !self.schemes.items().any(|allowed| allowed == scheme)
        {
            let shown = findings.shown(scheme);
            let is_readable = url::SCHEMES.iter().any(|(known, _)| *known == scheme);
            let next = if is_readable {
                self.schemes.line_for(&findings.item(scheme))
            } else {
                self.urls.line_for(&findings.item(text))
            };
            return findings.refuse(Rule::JdbcUrl, &format!("databases of the kind {shown} are not allowed"), next);
        }
        let url = match url::parse(text) {
            Ok(url) => url,
            Err(malformed) => return malformed_url(&malformed, findings),
        };
        for (shown, host, port) in &url.hosts {
            if !self.host_patterns.iter().any(|pattern| pattern.covers(host, *port, url.usual_port)) {
                let next = self.hosts.line_for(&findings.item(shown));
                let shown = findings.shown(shown);
                findings.refuse(Rule::JdbcHost, &format!("the database at {shown} is not allowed"), next);
            }
        }
        for (name, value) in &url.parameters {
            self.check_parameter(name, value, findings);
        }
        let mut names = url.parameters.iter().map(|(name, _)| *name).chain(beside.iter().copied());
        if self.sslmode > SslMode::UNTOLD && !names.any(|name| tls::decides(url.scheme, name)) {
            tls::untold(self, findings);
        }
    }

    fn check_hibernate(&self, findings: &mut Findings<'_>) {
        let name = findings.key().get("hibernate.".len()..).unwrap_or_default();
        if !self.hibernate.has(name, &[]) {
            let what = format!("Hibernate may not get {name:?}");
            let next = match self.hibernate.in_other_case(name) {
                Some(other) => format!("did you mean `hibernate.{other}`?"),
                None => self.hibernate.line_for(&format!("{name:?}")),
            };
            findings.refuse(Rule::Hibernate, &what, next);
        }
    }
}

/// The parameters that the JDBC connectors pass on to their driver beside the URL.
pub(super) fn beside(entries: &[Entry]) -> Vec<&str> {
    entries.iter().filter_map(|entry| entry.key.strip_prefix("connection.")).collect()
}

fn malformed_url(malformed: &Malformed, findings: &mut Findings<'_>) {
    let (rule, why) = match malformed {
        Malformed::Url(why) => (Rule::JdbcUrl, why),
        Malformed::Host(why) => (Rule::JdbcHost, why),
        Malformed::Parameter(why) => (Rule::JdbcParameter, why),
    };
    findings.refuse(
        rule,
        why,
        "write jdbc:postgresql://HOST:PORT/DATABASE?NAME=VALUE&…, or list it whole in `jdbc.urls`",
    );
}
