//! Which workers a command speaks to, and as whom: the command line, the environment and a context,
//! turned once into a client.

use kafka::Kafka;
use service::{Env, Failure};

use crate::connect::{Client, HttpTransport};
use crate::core::Redactor;
use crate::kafka::CLIENT_ID;
use crate::sources::access::{Access, Said};
use crate::sources::contexts::{Choice, Pairs, Surroundings, surround};
use crate::sources::environment::names;

/// Which workers, and as whom.
#[derive(Clone, Debug, Default, clap::Args)]
pub(super) struct ConnectArgs {
    /// The REST address of a Connect worker, by default that in `KAFKA_CONNECT_URL`, else that of the
    /// context, else `http://localhost:8083`; several of one cluster, given again or separated by commas,
    /// are asked in turn where one cannot be reached
    #[arg(long = "connect-url", global = true, value_name = "URL", value_delimiter = ',')]
    connect_urls: Vec<String>,
    /// The user for basic authentication; the password comes from `KAFKA_CONNECT_BASIC_AUTH_PASSWORD`,
    /// the file in `…_FILE` or the command in `…_COMMAND`
    #[arg(long, global = true, env = names::USERNAME, hide_env_values = true, value_name = "USER")]
    username: Option<String>,
    /// The cluster, by the name that `connect-register context` gave it; by default the current one, where
    /// no address is given
    #[arg(long, global = true, env = names::CONTEXT, hide_env_values = true, value_name = "CONTEXT")]
    context: Option<String>,
}

impl ConnectArgs {
    /// A client of the workers; what is unwise about the way to them is told.
    pub(super) fn client(&self, redactor: Redactor) -> Result<Client<HttpTransport>, Failure> {
        client(self.surroundings()?, self.said(), redactor)
    }

    /// What the words of a command line say of this, written as far as they are.
    pub(super) fn written(words: &[&str]) -> Self {
        let value = |option: &str| {
            let at = words.iter().rposition(|word| {
                word.strip_prefix(option).is_some_and(|rest| rest.is_empty() || rest.starts_with('='))
            })?;
            let after = words[at].strip_prefix(option)?.strip_prefix('=');
            after.or_else(|| words.get(at + 1).copied()).map(str::to_owned)
        };
        let context = value("--context").or_else(|| std::env::var(names::CONTEXT).ok());
        let urls =
            value("--connect-url").into_iter().flat_map(|urls| urls.split(',').map(str::to_owned).collect::<Vec<_>>());
        Self { connect_urls: urls.collect(), username: value("--username"), context }
    }

    /// A client for what is asked on the way: it tells nothing, and no command is run that prints a secret,
    /// for somebody may have to touch a key for it.
    pub(super) fn silent_client(&self) -> Option<Client<HttpTransport>> {
        let pairs = self.surroundings().ok()?.pairs.into_iter().filter(|(name, _)| !name.ends_with("_COMMAND"));
        let access = Access::read(Env::from_pairs(pairs), self.said()).ok()?;
        access.client(Redactor::default()).ok()
    }

    /// How the workers are reached, by all that is set.
    pub(super) fn access(&self, all: &Surroundings) -> Result<Access, Failure> {
        Access::read(Env::from_pairs(all.pairs.clone()), self.said())
    }

    fn said(&self) -> Said<'_> {
        Said { urls: &self.connect_urls, username: self.username.as_deref() }
    }

    fn choice(&self) -> Choice<'_> {
        Choice {
            name: self.context.as_deref(),
            or_current: true,
            urls: &self.connect_urls,
            username: self.username.as_deref(),
        }
    }

    /// Kafka, where the environment or the context says where it is, else where it is by default.
    pub(super) fn kafka(&self) -> Result<Kafka, Failure> {
        let mut env = Env::from_pairs(self.surroundings()?.pairs);
        let kafka = Kafka::from_env(CLIENT_ID, &mut env);
        env.finish()?;
        Ok(kafka)
    }

    /// The same, where anything says where it is.
    pub(super) fn kafka_if_set(&self) -> Result<Option<Kafka>, Failure> {
        let is_set = self.surroundings()?.pairs.get(SERVERS).is_some_and(|servers| !servers.is_empty());
        if is_set { self.kafka().map(Some) } else { Ok(None) }
    }

    /// The environment with what the context adds to it, of workers and of Kafka.
    pub(super) fn surroundings(&self) -> Result<Surroundings, Failure> {
        let process = process();
        surround(process.clone(), &process, self.choice())
    }
}

/// The variable that says where Kafka is.
const SERVERS: &str = "KAFKA_BOOTSTRAP_SERVERS";

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
        required_unless_present = "to_context"
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
    /// The second cluster, by the name that `connect-register context` gave it
    #[arg(long = "to-context", env = "TO_CONNECT_REGISTER_CONTEXT", hide_env_values = true, value_name = "CONTEXT")]
    to_context: Option<String>,
}

impl OtherArgs {
    /// A client of those workers: all that is set for the first cluster is set for this one by variables
    /// with `TO_` before their names.
    pub(super) fn client(&self, redactor: Redactor) -> Result<Client<HttpTransport>, Failure> {
        let process = process();
        let theirs: Pairs = process
            .iter()
            .filter_map(|(name, value)| Some((name.strip_prefix(OTHER)?.to_owned(), value.clone())))
            .collect();
        // clap does not tell the variable from the option: an address that is that of the variable counts as such.
        let is_said = theirs.get(names::CONNECT_URLS[0]).is_none_or(|urls| *urls != self.urls.join(","));
        let urls: &[String] = if is_said { &self.urls } else { &[] };
        let username = self.username.as_deref();
        let choice = Choice { name: self.to_context.as_deref(), or_current: false, urls, username };
        let said = Said { urls, username };
        let client = surround(theirs, &process, choice).and_then(|all| client(all, said, redactor));
        client.map_err(|failure| {
            failure.hint(format!("this is about the second cluster, whose variables have {OTHER} before their names"))
        })
    }
}

/// The environment of this process, less what is no text.
pub(super) fn process() -> Pairs {
    std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.to_string_lossy().into_owned())))
        .collect()
}

fn client(all: Surroundings, said: Said<'_>, redactor: Redactor) -> Result<Client<HttpTransport>, Failure> {
    let access = Access::read(Env::from_pairs(all.pairs), said)?;
    for warning in all.warnings.iter().chain(&access.warnings) {
        tracing::warn!("{warning}");
    }
    access.client(redactor)
}
