//! How fast the sink lands a replay, against `COPY` of the same rows into the same table in the same
//! round, and how long an event takes to become a row at a steady rate.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use futures_util::{SinkExt, TryStreamExt};
use serde::Deserialize;
use tokio_postgres::{Client, NoTls};

use super::figures::Spread;
use super::report;
use crate::kit::SinkChoice;
use crate::parts::http;
use crate::programs::Programs;
use crate::settings::StackName;
use crate::supervise::say;
use crate::{Lease, LeaseOptions};

/// Rows of one `COPY` transaction: as many as the sink's tuned batch.
const BATCH: usize = 3000;
/// How long all rows may take to land.
const PATIENCE: Duration = Duration::from_mins(15);
const COLUMNS: &str = "event_id, store_id, sku, qty, ts";

/// What is measured.
#[derive(Clone, Debug)]
pub struct Load {
    /// The file that is replayed.
    pub sales: PathBuf,
    /// At most so many rows of it.
    pub rows: u64,
    /// How many rounds of sink and `COPY`.
    pub rounds: u32,
    /// Events a second while the latency is measured.
    pub rate: u32,
    /// For how long.
    pub seconds: u32,
    /// The folder that holds `connectors/`.
    pub root: PathBuf,
}

/// The figures of one sink.
#[derive(Clone, Debug)]
pub struct Landing {
    sink: String,
    rows: u64,
    /// Rows a second through the sink, and of `COPY`, a pair a round.
    rounds: Vec<(f64, f64)>,
    latency: Percentiles,
    /// How long `landing ledger` takes over all of it.
    ledger: Duration,
}

/// In seconds, as `landing latency` gives them.
#[derive(Clone, Copy, Debug, Deserialize)]
struct Percentiles {
    p50: f64,
    p95: f64,
    p99: f64,
    max: f64,
}

#[derive(Deserialize)]
struct Latency {
    seconds: Option<Percentiles>,
}

#[derive(Deserialize)]
struct Sent {
    acked: u64,
}

/// One sink on a stack of its own.
struct Bench<'a> {
    load: &'a Load,
    lease: &'a Lease,
    programs: Programs,
    database: Client,
    template: PathBuf,
    scratch: PathBuf,
}

impl Landing {
    /// Measures one sink on a stack that is started for it and removed after.
    ///
    /// # Errors
    /// When the stack or a program of ours fails, or the rows do not land in time.
    pub async fn measure(load: &Load, sink: SinkChoice) -> anyhow::Result<Self> {
        let args = ["--ports", "auto", "--sink", &sink.to_string()].map(str::to_owned).to_vec();
        let lease = Lease::start(&LeaseOptions { name: StackName::random("bench"), ephemeral: true, args }).await?;
        let name = lease.state()?.sink;
        say(&format!("measuring {name}"));
        let mut env = lease.env().to_vec();
        env.push(("METRICS_ADDR".to_owned(), "off".to_owned()));
        let scratch = lease.folder().path().join("logs").join("bench");
        let programs = Programs::beside_me(&["producer", "connect-register", "landing"], env, scratch.clone())?;
        let (database, connection) = lease.pg()?.connect(NoTls).await.context("PostgreSQL cannot be reached")?;
        tokio::spawn(connection);
        let template = load.root.join(lease.get("CONNECTOR_TEMPLATES")).join("pg_sink.json");
        let bench = Bench { load, lease: &lease, programs, database, template, scratch };
        let figures = bench.run(name).await?;
        drop(bench);
        lease.end().await?;
        Ok(figures)
    }
}

impl Bench<'_> {
    async fn run(&self, sink: String) -> anyhow::Result<Landing> {
        self.programs.run("producer", &["topics"], &[0]).await?;
        self.programs.run("landing", &["migrate"], &[0]).await?;

        let connector = self.connector("latency").await?;
        self.generate(self.load.seconds / 2 + 5).await?;
        let begin = Instant::now();
        self.generate(self.load.seconds).await?;
        self.ledger(&connector).await?;
        let window = format!("{}s", begin.elapsed().as_secs() + 1);
        let latency = self.programs.run("landing", &["latency", "--window", &window, "-o", "json"], &[0]).await?;
        let latency: Latency = serde_json::from_str(&latency).context("what `landing latency` printed")?;
        let latency = latency.seconds.context("no generated sale has landed")?;
        say(&format!("P95 at {}/s: {:.1} ms", self.load.rate, latency.p95 * 1000.0));
        self.delete(&connector).await?;
        let generated = self.count().await?;

        let file = self.load.sales.to_str().context("the path of the sales is not UTF-8")?;
        let limit = self.load.rows.to_string();
        let args = ["replay", file, "--limit", &limit, "--speed", "max", "-o", "json"];
        let sent = self.programs.run("producer", &args, &[0]).await?;
        let sent: Sent = serde_json::from_str(&sent).context("what `producer replay` printed")?;

        let rows = generated + sent.acked;
        let mut rounds = Vec::new();
        let mut batches = Vec::new();
        for round in 1..=self.load.rounds {
            let landed = self.land(round, rows).await?;
            if batches.is_empty() {
                batches = self.batches().await?;
            }
            let copied = self.copy(&batches, rows).await?;
            say(&format!("round {round}: sink {landed:.0} rows/s, COPY {copied:.0} rows/s"));
            rounds.push((landed, copied));
        }
        let ledger = self.ledger(&format!("bench-round-{}", self.load.rounds)).await?;
        Ok(Landing { sink, rows, rounds, latency, ledger })
    }

    async fn generate(&self, seconds: u32) -> anyhow::Result<()> {
        let (rate, duration) = (self.load.rate.to_string(), format!("{seconds}s"));
        self.programs.run("producer", &["generate", "--rate", &rate, "--duration", &duration], &[0]).await?;
        Ok(())
    }

    /// Proves that what was sent is in the table. How long that took.
    async fn ledger(&self, connector: &str) -> anyhow::Result<Duration> {
        let begin = Instant::now();
        let group = format!("connect-{connector}");
        self.programs.run("landing", &["ledger", "--wait", "60s", "--group", &group], &[0]).await?;
        Ok(begin.elapsed())
    }

    /// Lands all that the topic holds with a connector that nobody has had before. Rows a second
    /// from the first row to the last.
    async fn land(&self, round: u32, rows: u64) -> anyhow::Result<f64> {
        self.empty().await?;
        let before = self.inserted().await?;
        let connector = self.connector(&format!("round-{round}")).await?;
        let begin = Instant::now();
        // The statistics are cheap to ask and a second late; the count at the end is exact.
        while self.inserted().await?.saturating_sub(before) < rows || self.count().await? < rows {
            ensure!(begin.elapsed() < PATIENCE, "only {} of {rows} rows have landed", self.count().await?);
            tokio::time::sleep(Duration::from_millis(500)).await;
        }
        let sql = "SELECT extract(epoch FROM max(landed_at) - min(landed_at))::float8 FROM sales_raw";
        let seconds: f64 = self.database.query_one(sql, &[]).await?.get(0);
        self.delete(&connector).await?;
        Ok(per_second(rows, seconds))
    }

    /// The landed rows as `COPY` text, in batches.
    async fn batches(&self) -> anyhow::Result<Vec<Vec<u8>>> {
        let sql = format!("COPY (SELECT {COLUMNS} FROM sales_raw ORDER BY landed_at) TO STDOUT");
        let mut stream = std::pin::pin!(self.database.copy_out(&sql).await?);
        let (mut batches, mut batch, mut lines) = (Vec::new(), Vec::new(), 0);
        while let Some(row) = stream.try_next().await? {
            batch.extend_from_slice(&row);
            lines += 1;
            if lines == BATCH {
                batches.push(std::mem::take(&mut batch));
                lines = 0;
            }
        }
        batches.push(batch);
        Ok(batches)
    }

    /// Copies them into the emptied table, a transaction a batch, over one connection.
    async fn copy(&self, batches: &[Vec<u8>], rows: u64) -> anyhow::Result<f64> {
        self.empty().await?;
        let sql = format!("COPY sales_raw ({COLUMNS}) FROM STDIN");
        let begin = Instant::now();
        for batch in batches {
            let mut sink = std::pin::pin!(self.database.copy_in::<_, std::io::Cursor<Vec<u8>>>(&sql).await?);
            sink.send(std::io::Cursor::new(batch.clone())).await?;
            sink.close().await?;
        }
        let seconds = begin.elapsed().as_secs_f64();
        let copied = self.count().await?;
        ensure!(copied == rows, "COPY made {copied} rows of {rows}");
        Ok(per_second(rows, seconds))
    }

    /// Applies the sink's template under a name of its own, hence with a consumer group of its own.
    async fn connector(&self, suffix: &str) -> anyhow::Result<String> {
        let text =
            std::fs::read_to_string(&self.template).with_context(|| format!("reading {}", self.template.display()))?;
        let mut template: serde_json::Value = serde_json::from_str(&text)?;
        let name = format!("bench-{suffix}");
        template["name"] = name.clone().into();
        let file = self.scratch.join(format!("{name}.json"));
        std::fs::write(&file, template.to_string()).with_context(|| format!("writing {}", file.display()))?;
        let file = file.display().to_string();
        self.programs.run("connect-register", &["apply", "-f", &file, "--wait", "--timeout", "120"], &[0]).await?;
        Ok(name)
    }

    async fn delete(&self, connector: &str) -> anyhow::Result<()> {
        let url = self.lease.connect_url();
        let port = url.rsplit_once(':').context("Connect's address has no port")?.1.parse()?;
        let path = format!("/connectors/{connector}");
        let answer = http::ask("DELETE", port, &path, Duration::from_mins(1)).await?;
        ensure!(answer.status == 204, "DELETE {path} answers {}: {}", answer.status, answer.body);
        Ok(())
    }

    async fn empty(&self) -> anyhow::Result<()> {
        // The checkpoint is paid for before the clock starts, for both sides.
        Ok(self.database.batch_execute("TRUNCATE sales_raw; CHECKPOINT").await?)
    }

    async fn count(&self) -> anyhow::Result<u64> {
        let row = self.database.query_one("SELECT count(*) FROM sales_raw", &[]).await?;
        Ok(u64::try_from(row.get::<_, i64>(0))?)
    }

    async fn inserted(&self) -> anyhow::Result<u64> {
        let sql = "SELECT n_tup_ins FROM pg_stat_user_tables WHERE relname = 'sales_raw'";
        Ok(u64::try_from(self.database.query_one(sql, &[]).await?.get::<_, i64>(0))?)
    }
}

#[expect(clippy::cast_precision_loss, reason = "a figure for people")]
fn per_second(rows: u64, seconds: f64) -> f64 {
    if seconds > 0.0 { rows as f64 / seconds } else { 0.0 }
}

/// The figures as Markdown.
pub fn report(figures: &[Landing], load: &Load, command: &str) -> String {
    let thousands = |values: Vec<f64>| spread(values.into_iter().map(|value| value / 1000.0), 0);
    let throughput: Vec<Vec<String>> = figures
        .iter()
        .map(|f| {
            vec![
                f.sink.clone(),
                thousands(f.rounds.iter().map(|(landed, _)| *landed).collect()),
                thousands(f.rounds.iter().map(|(_, copied)| *copied).collect()),
                spread(f.rounds.iter().map(|(landed, copied)| landed / copied), 2),
            ]
        })
        .collect();
    let latency: Vec<Vec<String>> = figures
        .iter()
        .map(|f| {
            let Percentiles { p50, p95, p99, max } = f.latency;
            let ms = |seconds: f64| format!("{:.0} ms", seconds * 1000.0);
            vec![f.sink.clone(), ms(p50), ms(p95), ms(p99), ms(max)]
        })
        .collect();
    let ledger: Vec<String> = figures.iter().map(|f| format!("{:.1} s", f.ledger.as_secs_f64())).collect();
    let rows = figures.first().map_or(0, |f| f.rows);
    format!(
        "{rows} rows, of which up to {} are replayed real sales: from the first row landed to the last by `landed_at`, \
         against `COPY` of the same rows in transactions of {BATCH} over one connection, into the same table, emptied \
         before each. Thousand rows a second and their ratio within a round, median (least–most) of {} rounds in one \
         worker.\n\n{}\nEvent to committed row at {} events a second for {} s, after a warm-up:\n\n{}\n\
         `landing ledger` over all of it, each event against its row: {}.\n\n\
         Repeat with `{command}`. Measured on {} ({} at the end).\n",
        load.rows,
        load.rounds,
        report::table(&["sink", "sink, k rows/s", "COPY, k rows/s", "sink / COPY"], &throughput),
        load.rate,
        load.seconds,
        report::table(&["sink", "P50", "P95", "P99", "max"], &latency),
        ledger.join(" and "),
        report::machine(),
        report::load(),
    )
}

fn spread(values: impl IntoIterator<Item = f64>, digits: usize) -> String {
    Spread::of(values).map_or_else(|| "-".to_owned(), |spread| format!("{spread:.digits$}"))
}
