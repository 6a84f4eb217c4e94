//! What the database remembers of migrations: the table `landing_migrations`, and the lock that lets
//! one `landing migrate` in at a time.

use std::time::{Duration, Instant};

use tokio::time::sleep;
use tokio_postgres::{Client, Error, Transaction};

use super::File;
use super::plan::History;

/// The key of the advisory lock: "landing" in ASCII.
const LOCK: i64 = 0x006c_616e_6469_6e67;
const PAUSE: Duration = Duration::from_millis(200);

const TABLE: &str = "
CREATE TABLE IF NOT EXISTS landing_migrations (
    name text PRIMARY KEY,
    checksum text NOT NULL,
    ran_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    ran_by text NOT NULL
);
COMMENT ON TABLE landing_migrations IS 'The files of sql/ that landing migrate has run: name, SHA-256, when and by which version';";

/// Takes the lock, waiting for another migration until `deadline`; the session holds it to its end.
/// Whether it was got.
///
/// # Errors
/// When the server fails.
pub async fn lock(client: &Client, deadline: Instant, tell: impl Fn(&str)) -> Result<bool, Error> {
    loop {
        if client.query_one("SELECT pg_try_advisory_lock($1)", &[&LOCK]).await?.try_get(0)? {
            return Ok(true);
        }
        if Instant::now() >= deadline {
            return Ok(false);
        }
        tell("waiting for another landing migrate to finish");
        sleep(PAUSE).await;
    }
}

/// Gives the lock back.
///
/// # Errors
/// When the server fails.
pub async fn unlock(client: &Client) -> Result<(), Error> {
    client.execute("SELECT pg_advisory_unlock($1)", &[&LOCK]).await.map(drop)
}

/// What has run so far; nothing where the table is not there. Reads only.
///
/// # Errors
/// When the server fails.
pub async fn read(client: &Client) -> Result<History, Error> {
    let exists = client.query_one("SELECT to_regclass('landing_migrations') IS NOT NULL", &[]).await?;
    if !exists.try_get::<_, bool>(0)? {
        return Ok(History::new());
    }
    let rows = client.query("SELECT name, checksum FROM landing_migrations", &[]).await?;
    rows.iter().map(|row| Ok((row.try_get(0)?, row.try_get(1)?))).collect()
}

/// Makes the table where it is missing.
///
/// # Errors
/// When the server fails or the role may not create it.
pub async fn prepare(client: &Client) -> Result<(), Error> {
    client.batch_execute(TABLE).await
}

/// Records that `file` has run, in the transaction in which it ran.
///
/// # Errors
/// When the server fails.
pub async fn record(transaction: &Transaction<'_>, file: &File) -> Result<(), Error> {
    let version = concat!("landing ", env!("CARGO_PKG_VERSION"));
    let statement = "
        INSERT INTO landing_migrations (name, checksum, ran_by) VALUES ($1, $2, $3)
        ON CONFLICT (name) DO UPDATE
        SET checksum = excluded.checksum, ran_by = excluded.ran_by, ran_at = clock_timestamp()";
    transaction.execute(statement, &[&file.name, &file.checksum, &version]).await.map(drop)
}
