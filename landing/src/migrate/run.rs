//! Running what is due: each file in its own transaction together with its record, so that a file has
//! either run and is recorded, or neither.

use std::time::{Duration, Instant};

use service::{Exit, Failure};
use tokio_postgres::Error;
use tokio_postgres::error::ErrorPosition;

use super::place::Place;
use super::plan::{Plan, State};
use super::{File, history};
use crate::postgres::Session;
use crate::postgres::failure::{Trouble, failure, trouble};

/// How long a file may wait for a lock. A statement that waits longer would hold up the sink, which
/// queues behind it.
const LOCK_TIMEOUT: &str = "SET LOCAL lock_timeout = '10s'; SET LOCAL client_min_messages = warning;";

/// A file as it went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ran {
    /// Its name.
    pub name: String,
    /// How it stood before.
    pub state: State,
    /// How long it took; none where it did not run.
    pub took: Option<Duration>,
}

/// What a migration did, or would do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// All files, in order.
    pub files: Vec<Ran>,
    /// Files that the database has run and we do not have.
    pub unknown: Vec<String>,
}

/// What would run. Reads only.
///
/// # Errors
/// When the server fails.
pub async fn dry(session: &Session, files: Vec<File>) -> Result<Outcome, Failure> {
    let history = history::read(&session.client).await.map_err(|error| of_history(session, &error))?;
    let plan = Plan::new(files, &history);
    let files = plan.files.into_iter().map(|(file, state)| Ran { name: file.name, state, took: None }).collect();
    Ok(Outcome { files, unknown: plan.unknown })
}

/// Runs what is due, in order; what ran before a failure stays run. Waits until `deadline` for
/// another migration that is running.
///
/// # Errors
/// [`Exit::Invalid`] with file, line and column where PostgreSQL refuses a statement,
/// [`Exit::Denied`] where the role may not run it, [`Exit::Unreachable`] where a lock is not given.
pub async fn run(
    session: &mut Session,
    files: Vec<File>,
    deadline: Instant,
    tell: impl Fn(&str),
) -> Result<Outcome, Failure> {
    let locked = history::lock(&session.client, deadline, &tell).await;
    if !locked.map_err(|error| of_history(session, &error))? {
        return Err(Failure::new(Exit::Unreachable, "another landing migrate is running and does not finish")
            .hint("see `SELECT * FROM pg_locks WHERE locktype = 'advisory'`, or give it more --timeout"));
    }
    let result = run_locked(session, files, &tell).await;
    // A session that is pooled outlives us, and so would its lock.
    if let Err(error) = history::unlock(&session.client).await {
        tracing::debug!("the lock went with its session: {error}");
    }
    result
}

async fn run_locked(session: &mut Session, files: Vec<File>, tell: &impl Fn(&str)) -> Result<Outcome, Failure> {
    let history = history::read(&session.client).await.map_err(|error| of_history(session, &error))?;
    let plan = Plan::new(files, &history);
    let mut ran = Vec::new();
    let mut prepared = false;
    for (file, state) in plan.files {
        if !state.is_due() {
            ran.push(Ran { name: file.name, state, took: None });
            continue;
        }
        if !prepared {
            history::prepare(&session.client).await.map_err(|error| of_history(session, &error))?;
            prepared = true;
        }
        tell(&format!("running {}", file.name));
        let started = Instant::now();
        run_file(session, &file).await.map_err(|error| of_file(session, &file, &error))?;
        ran.push(Ran { name: file.name, state, took: Some(started.elapsed()) });
    }
    Ok(Outcome { files: ran, unknown: plan.unknown })
}

async fn run_file(session: &mut Session, file: &File) -> Result<(), Error> {
    let transaction = session.client.transaction().await?;
    transaction.batch_execute(LOCK_TIMEOUT).await?;
    transaction.batch_execute(&file.sql).await?;
    history::record(&transaction, file).await?;
    transaction.commit().await
}

fn of_history(session: &Session, error: &Error) -> Failure {
    failure(&session.postgres, "cannot use the table landing_migrations", error)
}

fn of_file(session: &Session, file: &File, error: &Error) -> Failure {
    let place = match error.as_db_error().and_then(|said| said.position()) {
        Some(ErrorPosition::Original(position)) => format!(":{}", Place::of(&file.sql, *position)),
        _ => String::new(),
    };
    let what = format!("{}{place} cannot be run", file.name);
    match trouble(error) {
        // The statement itself is wrong; nothing of the file was done.
        Trouble::Other | Trouble::NotMigrated => {
            let said = error.as_db_error().map_or_else(|| error.to_string(), ToString::to_string);
            Failure::new(Exit::Invalid, format!("{what} ({})", session.postgres))
                .because(anyhow::anyhow!(said))
                .hint("nothing of this file was done, files before it stay done; mend it and run again")
        }
        _ => failure(&session.postgres, &what, error),
    }
}
