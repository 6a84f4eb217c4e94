//! A session with PostgreSQL: connecting, waiting until the server answers, and ending with the
//! session object. Plain text only for now; encryption comes in here.

use std::time::{Duration, Instant};

use anyhow::Context;
use service::{Exit, Failure};
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};
use tokio_postgres::{Client, NoTls};

use super::failure::{Trouble, failure, trouble, words};
use super::settings::Postgres;

/// Longer than this no attempt may take, so that a server that accepts and then hangs is noticed.
const ATTEMPT: Duration = Duration::from_secs(5);
const PAUSE: Duration = Duration::from_millis(250);

/// One open session. Dropping it closes the connection.
#[derive(Debug)]
pub struct Session {
    /// The driver's client.
    pub client: Client,
    /// Where it is connected to, for messages.
    pub postgres: Postgres,
    connection: JoinHandle<()>,
}

impl Session {
    /// Connects once.
    ///
    /// # Errors
    /// [`Exit::Unreachable`], [`Exit::Denied`], or [`Exit::Invalid`] where the database is missing.
    pub async fn open(postgres: &Postgres, application: &str) -> Result<Self, Failure> {
        match Self::attempt(postgres, application).await {
            Ok(session) => Ok(session),
            Err(Attempt::Hangs) => Err(hangs(postgres)),
            Err(Attempt::Failed(error)) => Err(failure(postgres, "cannot connect to PostgreSQL", &error)),
        }
    }

    /// Connects, trying again for as long as the server is away and `patience` lasts; `tell` hears
    /// what it waits for.
    ///
    /// # Errors
    /// As [`Session::open`]; what does not pass by itself is not waited for.
    pub async fn wait(
        postgres: &Postgres,
        application: &str,
        patience: Duration,
        tell: impl Fn(&str),
    ) -> Result<Self, Failure> {
        let deadline = Instant::now() + patience;
        loop {
            let (why, error) = match Self::attempt(postgres, application).await {
                Ok(session) => return Ok(session),
                Err(Attempt::Hangs) => ("it does not answer".to_owned(), hangs(postgres)),
                Err(Attempt::Failed(error)) => {
                    let told = failure(postgres, "cannot connect to PostgreSQL", &error);
                    if trouble(&error) != Trouble::Away {
                        return Err(told);
                    }
                    (words(&error), told)
                }
            };
            if Instant::now() + PAUSE >= deadline {
                return Err(error);
            }
            tell(&format!("waiting for PostgreSQL ({postgres}): {why}"));
            sleep(PAUSE).await;
        }
    }

    /// Refuses to go on where the server is a standby, which may be behind.
    ///
    /// # Errors
    /// [`Exit::Invalid`] on a standby.
    pub async fn on_primary(self) -> anyhow::Result<Self> {
        let standby: bool = self.client.query_one("SELECT pg_is_in_recovery()", &[]).await?.try_get(0)?;
        if standby {
            return Err(Failure::new(
                Exit::Invalid,
                format!("{} is a standby, which may be behind what has landed", self.postgres),
            )
            .hint("point PGHOST at the primary")
            .into());
        }
        Ok(self)
    }

    /// A setting of the server, such as `track_commit_timestamp`.
    ///
    /// # Errors
    /// When the server does not answer.
    pub async fn setting(&self, name: &str) -> anyhow::Result<String> {
        let row = self.client.query_one("SELECT current_setting($1)", &[&name]).await;
        row.and_then(|row| row.try_get(0))
            .with_context(|| format!("cannot read the setting {name} of {}", self.postgres))
    }

    async fn attempt(postgres: &Postgres, application: &str) -> Result<Self, Attempt> {
        let config = postgres.config(application);
        let (client, connection) =
            timeout(ATTEMPT, config.connect(NoTls)).await.map_err(|_| Attempt::Hangs)?.map_err(Attempt::Failed)?;
        let connection = tokio::spawn(async move {
            if let Err(error) = connection.await {
                tracing::debug!("the connection to PostgreSQL ended: {}", words(&error));
            }
        });
        Ok(Self { client, postgres: postgres.clone(), connection })
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        // Not waiting for a server that may hang; it notices the closed socket.
        self.connection.abort();
    }
}

enum Attempt {
    Hangs,
    Failed(tokio_postgres::Error),
}

fn hangs(postgres: &Postgres) -> Failure {
    let seconds = ATTEMPT.as_secs();
    Failure::new(Exit::Unreachable, format!("PostgreSQL ({postgres}) accepts but does not answer within {seconds} s"))
        .hint("is PGPORT that of PostgreSQL, and is the server not stopped or overloaded?")
}
