//! Which workers a command speaks to, and as whom: the command line and the environment, turned once
//! into a client.

use std::ffi::OsString;

use service::{Env, Failure};

use crate::connect::{Client, HttpTransport};
use crate::core::Redactor;
use crate::sources::access::{Access, Said};
use crate::sources::environment::names;

/// Which workers, and as whom.
#[derive(Clone, Debug, clap::Args)]
pub(super) struct ConnectArgs {
    /// The REST address of a Connect worker, by default that in `KAFKA_CONNECT_URL`, else
    /// `http://localhost:8083`; several of one cluster, given again or separated by commas, are asked in
    /// turn where one cannot be reached
    #[arg(long = "connect-url", global = true, value_name = "URL", value_delimiter = ',')]
    connect_urls: Vec<String>,
    /// The user for basic authentication; the password comes from `KAFKA_CONNECT_BASIC_AUTH_PASSWORD`,
    /// the file in `…_FILE` or the command in `…_COMMAND`
    #[arg(long, global = true, env = names::USERNAME, hide_env_values = true, value_name = "USER")]
    username: Option<String>,
}

impl ConnectArgs {
    /// A client of the workers; what is unwise about the way to them is told.
    pub(super) fn client(&self, redactor: Redactor) -> Result<Client<HttpTransport>, Failure> {
        let said = Said { urls: &self.connect_urls, username: self.username.as_deref() };
        client(Env::from_process(), said, redactor)
    }
}

/// What stands before the names of variables that are for the second cluster.
const OTHER: &str = "TO_";

/// The workers of a second cluster, and as whom.
#[derive(Clone, Debug, clap::Args)]
pub(super) struct OtherArgs {
    /// The REST address of a worker of the second cluster; several as for --connect-url
    #[arg(
        long = "to",
        env = "TO_KAFKA_CONNECT_URL",
        hide_env_values = true,
        value_name = "URL",
        value_delimiter = ',',
        required = true
    )]
    urls: Vec<String>,
    /// The user there; the password comes from `TO_KAFKA_CONNECT_BASIC_AUTH_PASSWORD`, the file in
    /// `…_FILE` or the command in `…_COMMAND`
    #[arg(
        long = "to-username",
        env = "TO_KAFKA_CONNECT_BASIC_AUTH_USERNAME",
        hide_env_values = true,
        value_name = "USER"
    )]
    username: Option<String>,
}

impl OtherArgs {
    /// A client of those workers: all that is set for the first cluster is set for this one by variables
    /// with `TO_` before their names.
    pub(super) fn client(&self, redactor: Redactor) -> Result<Client<HttpTransport>, Failure> {
        let text = |(name, value): (OsString, OsString)| Some((name.into_string().ok()?, value.into_string().ok()?));
        let all = std::env::vars_os().filter_map(text);
        let theirs = all.filter_map(|(name, value)| Some((name.strip_prefix(OTHER)?.to_owned(), value)));
        let said = Said { urls: &self.urls, username: self.username.as_deref() };
        client(Env::from_pairs(theirs), said, redactor).map_err(|failure| {
            failure.hint(format!("this is about the second cluster, whose variables have {OTHER} before their names"))
        })
    }
}

fn client(env: Env, said: Said<'_>, redactor: Redactor) -> Result<Client<HttpTransport>, Failure> {
    let access = Access::read(env, said)?;
    for warning in &access.warnings {
        tracing::warn!("{warning}");
    }
    access.client(redactor)
}
