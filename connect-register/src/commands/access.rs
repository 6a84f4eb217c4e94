//! Which workers a command speaks to, and as whom: the command line and the environment, turned once
//! into a client.

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
        let access = Access::read(Env::from_process(), said)?;
        for warning in &access.warnings {
            tracing::warn!("{warning}");
        }
        access.client(redactor)
    }
}
