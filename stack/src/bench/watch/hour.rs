//! Real connectors on two workers, sales that flow all the time, and `watch` beside them while workers are
//! killed, tables taken away and PostgreSQL stopped.

use std::fs;
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use serde_json::Value;
use tokio::time::{sleep, timeout};
use tokio_postgres::{Client, NoTls};

use super::trouble::{Trouble, Troubles};
use super::witness::Witness;
use super::{Load, Memory};
use crate::programs::{Programs, Running};
use crate::settings::StackName;
use crate::supervise::say;
use crate::{Lease, LeaseOptions};

/// Sinks beside the one of the ledger, each into a table of its own.
const TABLES: usize = 4;
/// Between two looks of the witness.
const LOOK: Duration = Duration::from_millis(500);
/// How long a part may take to come back.
const BACK: Duration = Duration::from_mins(3);
/// How long all may take to run in the end: what fails the same way is tried every 60 units.
const END: Duration = Duration::from_mins(10);

/// What was seen.
#[derive(Debug)]
pub struct Hour {
    pub(super) sink: String,
    pub(super) seconds: f64,
    pub(super) connectors: usize,
    /// Workers killed, tables taken away, stops of PostgreSQL.
    pub(super) troubles: [u64; 3],
    pub(super) failures: u64,
    pub(super) restarts: u64,
    pub(super) wrong: Vec<String>,
    /// The longest that something was dead although it could run.
    pub(super) longest: Duration,
    pub(super) memory: Memory,
    /// Sales that were produced, and rows of each table in the end.
    pub(super) produced: u64,
    pub(super) landed: Vec<u64>,
}

/// All that is at work.
struct Site<'a> {
    load: &'a Load,
    lease: Lease,
    ports: Vec<u16>,
    names: Vec<String>,
    watch: Running,
    witness: Witness,
}

impl Hour {
    /// Watches over them for as long as the load says.
    ///
    /// # Errors
    /// When a part or a program does not do its work, something is dead in the end, or a sale is missing.
    pub async fn measure(load: &Load) -> anyhow::Result<Self> {
        let minutes = load.hour.as_secs_f64() / 60.0;
        say(&format!("watching over real connectors for {minutes:.0} min, troubles of seed {}", load.seed));
        let args = ["--ports", "auto", "--workers", "2", "--sink", &load.sink.to_string()].map(str::to_owned).to_vec();
        let lease = Lease::start(&LeaseOptions { name: StackName::random("bench"), ephemeral: true, args }).await?;
        let mut env = lease.env().to_vec();
        env.extend(
            [("METRICS_ADDR", "127.0.0.1:0"), ("LOG_FORMAT", "json")].map(|(k, v)| (k.to_owned(), v.to_owned())),
        );
        let programs =
            Programs::beside_me(&["producer", "connect-register", "landing"], env, load.scratch.join("logs"))?;
        programs.run("producer", &["topics"], &[0]).await?;
        programs.run("landing", &["migrate"], &[0]).await?;
        let (folder, names) = templates(load, &lease).await?;
        let apply = ["apply", "-f", &folder, "--wait", "--timeout", "180s", "--policy", "none"];
        programs.run("connect-register", &apply, &[0]).await?;
        let args = ["watch", "-f", &folder, "--interval", "2s", "--restart-backoff", "5s", "--rebalance-delay", "30s"];
        let args = [&args[..], &["--policy", "none"]].concat();
        let watch = programs.start("connect-register", &args)?;
        let rate = load.rate.to_string();
        let sales = programs.start("producer", &["generate", "--rate", &rate, "-o", "json"])?;
        let state = lease.state()?;
        let ports = state.ports.connect.clone();
        let mut site = Site { load, lease, ports, names, watch, witness: Witness::default() };
        let began = Instant::now();
        let troubles = site.go().await?;
        let seconds = began.elapsed().as_secs_f64();
        sales.stop().await;
        programs.run("landing", &["ledger", "--wait", "5m"], &[0]).await?;
        let landed = site.landed().await?;
        let produced = landed.first().copied().unwrap_or_default();
        let Site { lease, names, watch, witness, .. } = site;
        watch.stop().await;
        lease.end().await?;
        let Witness { failures, restarts, wrong, longest, memory, .. } = witness;
        let connectors = names.len();
        let sink = state.sink;
        Ok(Self { sink, seconds, connectors, troubles, failures, restarts, wrong, longest, memory, produced, landed })
    }
}

impl Site<'_> {
    /// Goes through troubles until the time is over and all runs again.
    async fn go(&mut self) -> anyhow::Result<[u64; 3]> {
        let (began, mut counts) = (Instant::now(), [0; 3]);
        for (pause, trouble) in Troubles::new(self.load.seed, TABLES) {
            self.witness.mended = Some(Instant::now());
            self.wait(pause).await?;
            if began.elapsed() >= self.load.hour {
                break;
            }
            say(&format!("{:>5.0} s: {trouble}", began.elapsed().as_secs_f64()));
            self.witness.mended = None;
            counts[match trouble {
                Trouble::Worker(_) => 0,
                Trouble::Table(..) => 1,
                Trouble::Database(_) => 2,
            }] += 1;
            self.meet(trouble).await?;
        }
        let end = Instant::now();
        while !self.witness.all_run {
            ensure!(end.elapsed() < END, "not all connectors run {} s after the last trouble", END.as_secs());
            self.wait(LOOK).await?;
        }
        Ok(counts)
    }

    async fn meet(&mut self, trouble: Trouble) -> anyhow::Result<()> {
        match trouble {
            Trouble::Worker(worker) => {
                let part = format!("connect-{}", worker + 1);
                let old = self.lease.kill9(&part).await?;
                let began = Instant::now();
                loop {
                    self.wait(LOOK).await?;
                    if timeout(LOOK, self.lease.until_restarted(&part, old, BACK)).await.is_ok_and(|back| back.is_ok())
                    {
                        return Ok(());
                    }
                    ensure!(began.elapsed() < BACK, "{part} does not come back");
                }
            }
            Trouble::Table(table, pause) => {
                let name = table_of(table);
                self.rename(&name, &format!("{name}_away")).await?;
                self.wait(pause).await?;
                self.rename(&format!("{name}_away"), &name).await
            }
            Trouble::Database(pause) => {
                self.lease.stop_part("postgres", BACK).await?;
                self.wait(pause).await?;
                self.lease.start_part("postgres", BACK).await
            }
        }
    }

    async fn rename(&self, from: &str, to: &str) -> anyhow::Result<()> {
        // A lock that waits makes all who come after it wait too.
        let sql = format!("SET lock_timeout = '2s'; ALTER TABLE {from} RENAME TO {to}");
        for _ in 0..60 {
            match database(&self.lease).await?.batch_execute(&sql).await {
                Ok(()) => return Ok(()),
                Err(error) if error.code() == Some(&tokio_postgres::error::SqlState::LOCK_NOT_AVAILABLE) => {}
                Err(error) => return Err(error).with_context(|| format!("renaming {from}")),
            }
        }
        anyhow::bail!("{from} is never free to be renamed")
    }

    /// Looks on for a while.
    async fn wait(&mut self, pause: Duration) -> anyhow::Result<()> {
        let until = Instant::now() + pause;
        loop {
            self.witness.look(&self.ports, &self.names, &self.watch).await;
            ensure!(!self.watch.ended()?, "watch has ended");
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Ok(());
            }
            sleep(left.min(LOOK)).await;
        }
    }

    /// Rows of each table, once all have as many.
    async fn landed(&self) -> anyhow::Result<Vec<u64>> {
        let client = database(&self.lease).await?;
        let began = Instant::now();
        loop {
            let mut counts = Vec::new();
            for table in std::iter::once("sales_raw".to_owned()).chain((0..TABLES).map(table_of)) {
                let row = client.query_one(&format!("SELECT count(*) FROM {table}"), &[]).await?;
                counts.push(u64::try_from(row.get::<_, i64>(0))?);
            }
            if counts.iter().all(|count| Some(count) == counts.first()) {
                return Ok(counts);
            }
            ensure!(began.elapsed() < END, "sales are missing in some tables: {counts:?}");
            sleep(Duration::from_secs(1)).await;
        }
    }
}

async fn database(lease: &Lease) -> anyhow::Result<Client> {
    let (client, connection) = lease.pg()?.connect(NoTls).await.context("PostgreSQL cannot be reached")?;
    tokio::spawn(connection);
    Ok(client)
}

fn table_of(number: usize) -> String {
    format!("watched_{number}")
}

/// Templates of the sink as it is shipped, and of one for each table, whose failures are not tolerated.
async fn templates(load: &Load, lease: &Lease) -> anyhow::Result<(String, Vec<String>)> {
    let shipped = load.root.join(lease.get("CONNECTOR_TEMPLATES")).join("pg_sink.json");
    let shipped = fs::read_to_string(&shipped).with_context(|| format!("reading {}", shipped.display()))?;
    let shipped: Value = serde_json::from_str(&shipped)?;
    let folder = load.scratch.join("hour");
    fs::create_dir_all(&folder).with_context(|| format!("making {}", folder.display()))?;
    let client = database(lease).await?;
    let mut names = Vec::new();
    let mut write = |template: &Value| -> anyhow::Result<()> {
        let name = template["name"].as_str().context("the template has no name")?;
        fs::write(folder.join(format!("{name}.json")), template.to_string())?;
        names.push(name.to_owned());
        Ok(())
    };
    write(&shipped)?;
    for number in 0..TABLES {
        let (mut template, table) = (shipped.clone(), table_of(number));
        client
            .batch_execute(&format!("CREATE TABLE {table} (LIKE sales_raw INCLUDING ALL)"))
            .await
            .with_context(|| format!("making {table}"))?;
        template["name"] = table.clone().into();
        let config = template["config"].as_object_mut().context("the template has no config")?;
        for key in ["table.name.format", "collection.name.format"] {
            if let Some(value) = config.get_mut(key) {
                *value = table.clone().into();
            }
        }
        config.insert("tasks.max".to_owned(), "1".into());
        config.insert("errors.tolerance".to_owned(), "none".into());
        config.retain(|key, _| !key.starts_with("errors.deadletterqueue."));
        if config["connector.class"].as_str().is_some_and(|class| class.starts_with("io.debezium.")) {
            // It opens many connections for each task, of which a database has a hundred.
            for key in ["min_size", "max_size", "acquire_increment"] {
                config.insert(format!("connection.pool.{key}"), "1".into());
            }
        }
        write(&template)?;
    }
    Ok((folder.display().to_string(), names))
}
