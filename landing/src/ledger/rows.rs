//! What the ledger asks PostgreSQL: all rows that have settled, the rows that came since, and whether
//! given ids have rows. It only reads.

use std::time::SystemTime;

use futures_util::{TryStreamExt, pin_mut};
use jiff::Timestamp;
use tokio_postgres::Error;
use tokio_postgres::binary_copy::BinaryCopyOutStream;
use tokio_postgres::types::Type;

use crate::postgres::{Postgres, Session};

/// How many ids are asked for at once.
const CHUNK: usize = 5_000;

/// Every row whose `landed_at` is before this moment is committed and visible: no writer that is at
/// work now began earlier. (`landed_at` is taken before the commit, so rows do not become visible in
/// its order.) Where the role may not see when a writer began, it is assumed that a minute ago.
///
/// The moment is that of the start of the statement: a writer that locks the table after it stamps
/// its rows after it.
const HORIZON: &str = "
SELECT least(
    statement_timestamp(),
    min(coalesce(writer.xact_start, statement_timestamp() - interval '60 s'))
)
FROM pg_locks AS held
LEFT JOIN pg_stat_activity AS writer ON writer.pid = held.pid
WHERE held.locktype = 'relation'
    AND held.relation = 'sales_raw'::regclass
    AND held.database = (SELECT oid FROM pg_database WHERE datname = current_database())
    AND held.mode = 'RowExclusiveLock'
    AND held.granted";

/// A row as it landed.
#[derive(Clone, Copy, Debug)]
pub struct Row<'a> {
    /// The event id.
    pub event_id: &'a str,
    /// When the event was made, epoch milliseconds.
    pub ts: i64,
    /// When the row was inserted.
    pub landed_at: SystemTime,
    /// When it was committed, where the server knows.
    pub committed_at: Option<SystemTime>,
}

/// The table `sales_raw`, over one session.
#[derive(Debug)]
pub struct Table {
    session: Session,
    commit_times: bool,
}

impl Table {
    /// Reads over `session`, which must be with the primary.
    ///
    /// # Errors
    /// When the server is a standby, or fails.
    pub async fn new(session: Session) -> anyhow::Result<Self> {
        let session = session.on_primary().await?;
        let commit_times = session.setting("track_commit_timestamp").await? == "on";
        Ok(Self { session, commit_times })
    }

    /// Whether the server remembers when transactions were committed.
    pub fn has_commit_times(&self) -> bool {
        self.commit_times
    }

    /// Where it is.
    pub fn postgres(&self) -> &Postgres {
        &self.session.postgres
    }

    /// The time by the clock of the server.
    ///
    /// # Errors
    /// When the server fails.
    pub async fn now(&self) -> Result<SystemTime, Error> {
        self.session.client.query_one("SELECT clock_timestamp()", &[]).await?.try_get(0)
    }

    /// Before which moment every row is visible.
    ///
    /// # Errors
    /// When the server fails or the table is missing.
    pub async fn horizon(&self) -> Result<SystemTime, Error> {
        self.session.client.query_one(HORIZON, &[]).await?.try_get(0)
    }

    /// The event ids of all rows that landed before `horizon`.
    ///
    /// # Errors
    /// When the server fails; some rows may have been given then.
    pub async fn settled(&self, horizon: SystemTime, mut each: impl FnMut(&str)) -> Result<(), Error> {
        // COPY takes no parameters.
        let horizon = Timestamp::try_from(horizon).unwrap_or(Timestamp::MAX);
        let copy = format!(
            "COPY (SELECT event_id FROM sales_raw WHERE landed_at < '{horizon}'::timestamptz) TO STDOUT (FORMAT binary)"
        );
        let stream = BinaryCopyOutStream::new(self.session.client.copy_out(&copy).await?, &[Type::TEXT]);
        pin_mut!(stream);
        while let Some(row) = stream.try_next().await? {
            each(row.try_get(0)?);
        }
        Ok(())
    }

    /// All rows that landed at `since` or later, with their times.
    ///
    /// # Errors
    /// When the server fails; some rows may have been given then.
    pub async fn since(&self, since: SystemTime, mut each: impl FnMut(&Row<'_>)) -> Result<(), Error> {
        let committed_at = if self.commit_times { "pg_xact_commit_timestamp(xmin)" } else { "NULL::timestamptz" };
        let query = format!("SELECT event_id, ts, landed_at, {committed_at} FROM sales_raw WHERE landed_at >= $1");
        let stream = self.session.client.query_raw(&query, [since]).await?;
        pin_mut!(stream);
        while let Some(row) = stream.try_next().await? {
            each(&Row {
                event_id: row.try_get(0)?,
                ts: row.try_get(1)?,
                landed_at: row.try_get(2)?,
                committed_at: row.try_get(3)?,
            });
        }
        Ok(())
    }

    /// How many rows each of these ids has, by their place in `ids`; those without a row are left out.
    ///
    /// # Errors
    /// When the server fails.
    pub async fn count(&self, ids: &[&str]) -> Result<Vec<(usize, i64)>, Error> {
        let query = "
            SELECT asked.place, count(*)
            FROM unnest($1::text[]) WITH ORDINALITY AS asked (event_id, place)
            JOIN sales_raw USING (event_id)
            GROUP BY asked.place";
        let mut found = Vec::new();
        for (chunk, from) in ids.chunks(CHUNK).zip((0..).step_by(CHUNK)) {
            for row in self.session.client.query(query, &[&chunk]).await? {
                let place: i64 = row.try_get(0)?;
                found.push((from + usize::try_from(place - 1).unwrap_or_default(), row.try_get(1)?));
            }
        }
        Ok(found)
    }

    /// Brings the index on `landed_at` up to the last rows, so that asking for them reads no others.
    /// Autovacuum does it too, but once a minute. Where the role may not, nothing is lost but time.
    pub async fn summarise(&self) {
        let query = "SELECT brin_summarize_new_values('sales_raw_landed_at_idx')";
        if let Err(error) = self.session.client.query(query, &[]).await {
            tracing::debug!("cannot summarise the index on landed_at: {error}");
        }
    }
}
