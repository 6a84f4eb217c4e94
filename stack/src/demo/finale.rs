//! How the demo ends: the ledger, the latency, the top of the table straight from SQL, where to look
//! next, and the exit code.

use std::fmt::Write as _;
use std::path::Path;

use anyhow::Context;
use indicatif::HumanCount;
use serde::Deserialize;
use service::{Exit, Secret};
use tokio_postgres::{Client, NoTls};

use crate::folder::Folder;
use crate::parts::postgres;
use crate::settings::StackName;
use crate::supervise::State;

/// Rows read from the file, and rows of it that the producer refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Counts {
    pub(super) read: u64,
    pub(super) refused: u64,
}

/// What `landing ledger -o json` says.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Ledger {
    pub(super) state: String,
    pub(super) produced: u64,
    pub(super) landed: u64,
    pub(super) dead: u64,
    pub(super) in_flight: u64,
    pub(super) missing: u64,
    pub(super) doubled: u64,
}

/// What `landing latency -o json` says.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Latency {
    pub(super) measured: u64,
    pub(super) seconds: Option<Percentiles>,
}

/// In seconds.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Percentiles {
    p50: f64,
    p95: f64,
    p99: f64,
    max: f64,
}

/// All that the demo has found.
#[derive(Clone, Debug)]
pub(super) struct Ending {
    /// What the replay read and refused.
    pub(super) counts: Counts,
    /// What it should have.
    pub(super) wanted: Counts,
    /// Rows of the replayed sales in the table; not asked for where they were generated.
    pub(super) landed: Option<u64>,
    pub(super) ledger: Ledger,
    pub(super) latency: Latency,
}

/// The stores and the products that sold most, with their quantities.
#[derive(Clone, Debug, Default)]
pub(super) struct Top {
    stores: Vec<(i32, i64)>,
    products: Vec<(i32, i64)>,
}

impl Ending {
    /// What is not as it should be, each in a sentence.
    fn faults(&self) -> Vec<String> {
        let mut faults = Vec::new();
        if self.ledger.state != "closed" {
            faults.push(format!("the ledger is {}", self.ledger.state));
        }
        if self.counts != self.wanted {
            let Counts { read, refused } = self.wanted;
            faults.push(format!(
                "{} sales were read and {} refused, but the file has {} and {}",
                HumanCount(self.counts.read),
                HumanCount(self.counts.refused),
                HumanCount(read),
                HumanCount(refused)
            ));
        }
        let valid = self.counts.read - self.counts.refused;
        if let Some(landed) = self.landed
            && landed != valid
        {
            faults.push(format!(
                "{} valid sales were read, but {} rows are there",
                HumanCount(valid),
                HumanCount(landed)
            ));
        }
        faults
    }

    /// [`Exit::Ok`] only if all is as it should be.
    pub(super) fn exit(&self) -> Exit {
        if self.faults().is_empty() { Exit::Ok } else { Exit::Difference }
    }
}

/// A session of the stack's own user.
pub(super) async fn connect(state: &State, folder: &Folder) -> anyhow::Result<Client> {
    let port = state.ports.postgres.context("the stack has no PostgreSQL")?;
    let file = folder.password();
    let text = std::fs::read_to_string(&file).with_context(|| format!("reading {}", file.display()))?;
    let config = postgres::client_config(port, &Secret::new(text.trim_end_matches('\n')));
    let (client, connection) = config.connect(NoTls).await.context("PostgreSQL cannot be reached")?;
    tokio::spawn(connection);
    Ok(client)
}

/// How many rows of the file that was replayed in original time are in the table, each counted as often
/// as it is there. Replayed in another time, an event has its time in its id, too.
pub(super) async fn landed(database: &Client, real: bool) -> anyhow::Result<Option<u64>> {
    if !real {
        return Ok(None);
    }
    let row = database.query_one("SELECT count(*) FROM sales_raw WHERE event_id ~ '^cj-[0-9]+-[0-9]+$'", &[]).await?;
    Ok(Some(u64::try_from(row.get::<_, i64>(0))?))
}

impl Top {
    /// Asks the table.
    pub(super) async fn read(database: &Client) -> anyhow::Result<Self> {
        let by = async |column: &str| -> anyhow::Result<Vec<(i32, i64)>> {
            let sql = format!("SELECT {column}, sum(qty) FROM sales_raw GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 5");
            Ok(database.query(&sql, &[]).await?.iter().map(|row| (row.get(0), row.get(1))).collect())
        };
        Ok(Self { stores: by("store_id").await?, products: by("sku").await? })
    }
}

/// What to do with a stack that goes on running, to be pasted as it is.
fn next(name: &StackName) -> String {
    let option = name.option();
    let folder = std::env::current_exe().ok().and_then(|file| file.parent().map(Path::to_owned)).unwrap_or_default();
    format!(
        "\nThe stack goes on running. Where to look next:\n  \
         export PATH=\"{}:$PATH\"\n  \
         stack status{option}\n  \
         stack sql{option} \"SELECT * FROM sales_raw ORDER BY landed_at DESC LIMIT 5\"\n  \
         eval \"$(stack env{option})\"; connect-register status; landing ledger\n  \
         stack down{option}            # its data stays; --volumes removes it\n",
        folder.display(),
    )
}

/// The end in words; `stays` is the name of a stack that goes on running.
pub(super) fn tell(ending: &Ending, top: &Top, stays: Option<&StackName>) -> String {
    let Ending { ledger, latency, counts, .. } = ending;
    let mut text = String::from("\nLedger\n");
    for (what, count) in [
        ("produced", ledger.produced),
        ("landed", ledger.landed),
        ("dead letters", ledger.dead),
        ("in flight", ledger.in_flight),
        ("missing", ledger.missing),
        ("doubled", ledger.doubled),
    ] {
        let _ = writeln!(text, "  {what:<13} {:>12}", HumanCount(count).to_string());
    }
    let _ = write!(text, "  of them replayed: {} read", HumanCount(counts.read));
    if let Some(landed) = ending.landed {
        let _ = write!(text, ", {} dead (quantity 0), {} rows", HumanCount(counts.refused), HumanCount(landed));
    }
    text.push('\n');
    if let Some(Percentiles { p50, p95, p99, max }) = &latency.seconds {
        let ms = |seconds: &f64| format!("{:.0} ms", seconds * 1000.0);
        let _ = writeln!(
            text,
            "\nLatency of {} generated sales, event to committed row\n  P50 {}   P95 {}   P99 {}   max {}",
            HumanCount(latency.measured),
            ms(p50),
            ms(p95),
            ms(p99),
            ms(max)
        );
    }
    let _ = writeln!(text, "\nTop five by quantity, from sales_raw");
    let _ = writeln!(text, "  {0:>9} {2:>12}    {1:>9} {2:>12}", "store", "product", "quantity");
    for index in 0..top.stores.len().max(top.products.len()) {
        let cell = |rows: &[(i32, i64)]| {
            rows.get(index).map_or(String::new(), |(id, sum)| {
                format!("{id:>9} {:>12}", HumanCount(u64::try_from(*sum).unwrap_or_default()).to_string())
            })
        };
        let _ = writeln!(text, "  {:<22}    {:<22}", cell(&top.stores), cell(&top.products));
    }
    if let Some(name) = stays {
        text.push_str(&next(name));
    }
    text.push('\n');
    let faults = ending.faults();
    if faults.is_empty() {
        text.push_str("The ledger is closed: every sale landed exactly once or is a dead letter with its cause.\n");
    }
    for fault in faults {
        let _ = writeln!(text, "NOT as it should be: {fault}");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ending() -> Ending {
        Ending {
            counts: Counts { read: 100, refused: 1 },
            wanted: Counts { read: 100, refused: 1 },
            landed: Some(99),
            ledger: Ledger {
                state: "closed".to_owned(),
                produced: 120,
                landed: 119,
                dead: 1,
                in_flight: 0,
                missing: 0,
                doubled: 0,
            },
            latency: Latency { measured: 20, seconds: None },
        }
    }

    #[test]
    fn only_a_closed_ledger_with_every_count_right_ends_well() {
        assert_eq!(ending().exit(), Exit::Ok);
        let open = Ending { ledger: Ledger { state: "open".to_owned(), ..ending().ledger }, ..ending() };
        assert_eq!(open.exit(), Exit::Difference);
        assert_eq!(Ending { landed: Some(100), ..ending() }.exit(), Exit::Difference);
        let short = Ending { counts: Counts { read: 99, refused: 0 }, ..ending() };
        assert_eq!(short.exit(), Exit::Difference);
        assert!(tell(&short, &Top::default(), None).contains("NOT as it should be"));
    }
}
