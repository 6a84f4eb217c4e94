//! Variables and secrets of the environment of this process. The names of all other variables that
//! this program reads are in [`names`].

use std::collections::{BTreeMap, BTreeSet};

use service::{Env, Failure, Secret};

use crate::core::applied::FingerprintKey;
use crate::core::{Redactor, Variables, redact};

/// The environment variables of this program, beside those that templates name.
pub mod names {
    /// The address of a Connect worker.
    pub const CONNECT_URL: &str = "KAFKA_CONNECT_URL";
    /// The user for HTTP basic authentication.
    pub const USERNAME: &str = "KAFKA_CONNECT_BASIC_AUTH_USERNAME";
    /// The user's password; also `…_FILE`.
    pub const PASSWORD: &str = "KAFKA_CONNECT_BASIC_AUTH_PASSWORD";
    /// Template files and folders, separated by commas.
    pub const FILES: &str = "CONNECT_REGISTER_FILES";
    /// The pause between two looks of `watch`.
    pub const INTERVAL: &str = "CONNECT_REGISTER_INTERVAL";
    /// How long a command may take.
    pub const TIMEOUT: &str = "CONNECT_REGISTER_TIMEOUT";
    /// How secrets reach Connect.
    pub const SECRETS: &str = "CONNECT_REGISTER_SECRETS";
    /// The key of the fingerprints of secrets; also `…_FILE`.
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
}

impl Environment {
    /// Reads the environment, and the secrets named.
    ///
    /// # Errors
    /// When a secret is given twice, or its file cannot be read: all of it at once.
    pub fn read(secret_names: &BTreeSet<String>) -> Result<Self, Failure> {
        let plain: BTreeMap<String, String> = std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.to_string_lossy().into_owned())))
            .collect();
        let mut env = Env::from_process();
        let found = |name: &String| env.secret(name).map(|secret| (name.clone(), secret));
        let secrets: BTreeMap<String, Secret> = secret_names.iter().filter_map(found).collect();
        let key = env.secret(names::FINGERPRINT_KEY);
        let password = env.secret(names::PASSWORD);
        env.finish()?;
        let named_like_secrets =
            plain.iter().filter(|(name, _)| redact::names_a_secret(name) && !name.ends_with("_FILE"));
        let known = named_like_secrets.map(|(_, value)| Secret::new(value.clone()));
        let redactor = Redactor::new(known.chain(secrets.values().cloned()).chain(key.clone()).chain(password));
        Ok(Self { variables: Variables { plain, secrets }, key: key.map(FingerprintKey::new), redactor })
    }
}
