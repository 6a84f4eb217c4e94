//! Variables and secrets that templates name, from all their sources. The names of all other variables
//! that this program reads are in [`names`].

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use service::{Env, Failure, Secret};

use super::variables::{self, Given};
use crate::core::applied::FingerprintKey;
use crate::core::{Mentions, Redactor, Variables, redact};

/// The environment variables of this program, beside those that templates name.
pub mod names {
    /// The addresses of the workers of a Connect cluster, separated by commas; then what other tools
    /// call it.
    pub const CONNECT_URLS: [&str; 3] = ["KAFKA_CONNECT_URL", "CONNECT_URL", "KAFKA_CONNECT_REST"];
    /// The user for HTTP basic authentication.
    pub const USERNAME: &str = "KAFKA_CONNECT_BASIC_AUTH_USERNAME";
    /// The user's password; also `…_FILE` and `…_COMMAND`.
    pub const PASSWORD: &str = "KAFKA_CONNECT_BASIC_AUTH_PASSWORD";
    /// A token, instead of a user; also `…_FILE` and `…_COMMAND`.
    pub const BEARER_TOKEN: &str = "KAFKA_CONNECT_BEARER_TOKEN";
    /// Further headers, one `Name: value` a line; also `…_FILE` and `…_COMMAND`.
    pub const HEADERS: &str = "KAFKA_CONNECT_HEADERS";
    /// The authorities that vouch for a worker, instead of those that this machine trusts: a PEM file, or
    /// its text.
    pub const TLS_CA: &str = "KAFKA_CONNECT_TLS_CA";
    /// The certificate that is shown to a worker: a PEM file, or its text; then what the Terraform
    /// provider calls it.
    pub const TLS_CERT: [&str; 2] = ["KAFKA_CONNECT_TLS_CERT", "KAFKA_CONNECT_TLS_AUTH_CRT"];
    /// The key of that certificate: a PEM file, or its text; its text also by `…_FILE` and `…_COMMAND`.
    pub const TLS_KEY: [&str; 2] = ["KAFKA_CONNECT_TLS_KEY", "KAFKA_CONNECT_TLS_AUTH_KEY"];
    /// Whether whoever answers is believed to be the worker.
    pub const TLS_INSECURE: [&str; 2] = ["KAFKA_CONNECT_TLS_INSECURE", "KAFKA_CONNECT_TLS_IS_INSECURE"];
    /// The URL of an HTTP proxy on the way to the workers; also `…_FILE` and `…_COMMAND`.
    pub const PROXY: &str = "KAFKA_CONNECT_PROXY";
    /// The file of contexts.
    pub const CONTEXTS: &str = "CONNECT_REGISTER_CONFIG";
    /// The name of the context that counts.
    pub const CONTEXT: &str = "CONNECT_REGISTER_CONTEXT";
    /// Template files and folders, separated by commas.
    pub const FILES: &str = "CONNECT_REGISTER_FILES";
    /// Files of variables, separated by commas.
    pub const ENV_FILES: &str = "CONNECT_REGISTER_ENV_FILES";
    /// The pause between two looks of `watch`.
    pub const INTERVAL: &str = "CONNECT_REGISTER_INTERVAL";
    /// The most restarts of a connector by `watch`, or `unlimited`.
    pub const MAX_RESTARTS: &str = "CONNECT_REGISTER_MAX_RESTARTS";
    /// The unit of the pauses between restarts by `watch`.
    pub const RESTART_BACKOFF: &str = "CONNECT_REGISTER_RESTART_BACKOFF";
    /// How long tasks may be without a worker before `watch` tells of it.
    pub const REBALANCE_DELAY: &str = "CONNECT_REGISTER_REBALANCE_DELAY";
    /// How long a command may take.
    pub const TIMEOUT: &str = "CONNECT_REGISTER_TIMEOUT";
    /// What connectors may hold: a file, `default` or `none`.
    pub const POLICY: &str = "CONNECT_REGISTER_POLICY";
    /// How secrets reach Connect.
    pub const SECRETS: &str = "CONNECT_REGISTER_SECRETS";
    /// The key of the fingerprints of secrets; also `…_FILE` and `…_COMMAND`.
    pub const FINGERPRINT_KEY: &str = "CONNECT_REGISTER_FINGERPRINT_KEY";
    /// The name of the set that the templates are.
    pub const SET_NAME: &str = "CONNECT_REGISTER_SET_NAME";
    /// How many requests may be under way at once.
    pub const PARALLEL: &str = "CONNECT_REGISTER_PARALLEL";
    /// Where `watch` serves its health and metrics.
    pub const METRICS_ADDR: &str = "METRICS_ADDR";
}

/// What was found in the environment.
#[derive(Debug)]
pub struct Environment {
    /// What templates can name.
    pub variables: Variables,
    /// The key of fingerprints.
    pub key: Option<FingerprintKey>,
    /// Takes every secret that was found out of text of others.
    pub redactor: Redactor,
    /// The files that values were read from.
    pub files: Vec<PathBuf>,
}

impl Environment {
    /// What is known of the environment where there is no template: what may not be told.
    ///
    /// # Errors
    /// As those of [`Self::read`].
    pub fn without_templates() -> Result<Self, Failure> {
        Self::read(&Mentions::default(), &Given::default())
    }

    /// Reads the variables and secrets that templates mention. One that is not set may come from the
    /// file that `<NAME>_FILE` names, or from what the command line in `<NAME>_COMMAND` prints.
    ///
    /// # Errors
    /// When a secret is given twice, or its file or command fails: all of it at once; and what is wrong
    /// with what was given.
    pub fn read(mentions: &Mentions, given: &Given) -> Result<Self, Failure> {
        let mut plain = variables::read(given, mentions)?;
        let names = mentions.secrets.iter().chain(&mentions.variables).map(String::as_str);
        let names: BTreeSet<&str> = names.chain([names::FINGERPRINT_KEY]).collect();
        let is_plain = |name: &str| plain.contains_key(name);
        let file = |name: &str| Some(PathBuf::from(plain.get(&format!("{name}_FILE")).filter(|_| !is_plain(name))?));
        let files = names.into_iter().filter_map(file).collect();
        let mut env = Env::from_pairs(plain.clone());
        let found = |name: &String| env.secret(name).map(|secret| (name.clone(), secret));
        let secrets: BTreeMap<String, Secret> = mentions.secrets.iter().filter_map(found).collect();
        for name in mentions.variables.iter().filter(|name| !plain.contains_key(*name)).cloned().collect::<Vec<_>>() {
            if let Some(value) = env.secret(&name) {
                plain.insert(name, value.expose().to_owned());
            }
        }
        let key = env.secret(names::FINGERPRINT_KEY);
        env.finish()?;
        // Where a secret is to be found is no secret.
        let is_place = |name: &str| name.ends_with("_FILE") || name.ends_with("_COMMAND");
        let named_like_secrets = plain.iter().filter(|(name, _)| redact::names_a_secret(name) && !is_place(name));
        let known = named_like_secrets.map(|(_, value)| Secret::new(value.clone()));
        let redactor = Redactor::new(known.chain(secrets.values().cloned()).chain(key.clone()));
        Ok(Self { variables: Variables { plain, secrets }, key: key.map(FingerprintKey::new), redactor, files })
    }
}
