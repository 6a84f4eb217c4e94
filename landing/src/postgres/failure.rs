//! What an error of PostgreSQL means: whether it passes by itself, how the program ends, and what to
//! do next.

use service::{Exit, Failure};
use tokio_postgres::Error;
use tokio_postgres::error::SqlState;

use super::Postgres;

/// What is wrong between us and the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// Not there, not yet there, or too busy: it may pass.
    Away,
    /// Password, role or permission refused.
    Denied,
    /// The database does not exist.
    NoDatabase,
    /// A table, column or function we need does not exist.
    NotMigrated,
    /// A lock was not given in time.
    Locked,
    /// Anything else that the server said.
    Other,
}

/// Sorts an error.
pub fn trouble(error: &Error) -> Trouble {
    let Some(code) = error.code() else {
        // The driver has no kind for "the server asks for a password and there is none".
        let denied = words(error).contains("password missing");
        return if denied { Trouble::Denied } else { Trouble::Away };
    };
    match code.code() {
        code if code == SqlState::INVALID_CATALOG_NAME.code() => Trouble::NoDatabase,
        code if code == SqlState::INSUFFICIENT_PRIVILEGE.code() || code.starts_with("28") => Trouble::Denied,
        "42P01" | "42703" | "42883" => Trouble::NotMigrated,
        code if code == SqlState::LOCK_NOT_AVAILABLE.code() => Trouble::Locked,
        // Connections spent, starting up, shutting down, connection errors.
        code if code.starts_with("53") || code.starts_with("57P") || code.starts_with("08") => Trouble::Away,
        _ => Trouble::Other,
    }
}

/// The server's own words, or those of the driver and the system below it.
pub fn words(error: &Error) -> String {
    if let Some(said) = error.as_db_error() {
        return said.message().to_owned();
    }
    let mut text = error.to_string();
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        text = format!("{text}: {cause}");
        source = cause.source();
    }
    text
}

/// The failure a person sees; `what` is what we were about to do.
pub fn failure(postgres: &Postgres, what: &str, error: &Error) -> Failure {
    let because = anyhow::anyhow!(words(error));
    let failure = |exit| Failure::new(exit, format!("{what} ({postgres})"));
    match trouble(error) {
        Trouble::Away => failure(Exit::Unreachable).hint("is PostgreSQL up, and are PGHOST and PGPORT right?"),
        Trouble::Denied => failure(Exit::Denied)
            .hint(format!("check PGPASSWORD (or PGPASSWORD_FILE) and what the role {} may do", postgres.user)),
        Trouble::NoDatabase => failure(Exit::Invalid).hint(format!(
            "create it with `createdb {}`, or set POSTGRES_DB to the one that exists",
            postgres.database
        )),
        Trouble::NotMigrated => failure(Exit::Invalid).hint("run `landing migrate` first"),
        Trouble::Locked => failure(Exit::Unreachable)
            .hint("another session holds the table; see pg_locks and pg_stat_activity, then run it again"),
        Trouble::Other => failure(Exit::Failed),
    }
    .because(because)
}
