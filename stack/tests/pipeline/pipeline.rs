//! A pipeline of a law's own: topics, table and connector made anew, on the stack that all laws share
//! and that ends with this process. What is proved on it is the affair of the laws.

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::path::PathBuf;
use std::process::Command;
use std::sync::{LazyLock, Mutex, PoisonError};
use std::time::{Duration, Instant};

use serde_json::Value;
use stack::supervise::Condition;
use stack::{Lease, LeaseOptions};
use tempfile::TempDir;
use tokio::runtime::Runtime;

use crate::kafka::Cluster;
use crate::program::{Programs, Ran, Running};
use crate::table::Table;
use crate::worker::Worker;

/// The connector of the templates.
pub(crate) const CONNECTOR: &str = "pg-sales-jdbc-sink";
const GROUP: &str = "connect-pg-sales-jdbc-sink";
/// How long anything may take: much, for the machine may be small and busy.
pub(crate) const PATIENCE: Duration = Duration::from_mins(6);

/// All of it runs here, for what the stack is held by must outlive each law.
static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| Runtime::new().unwrap());
static SHARED: Mutex<Option<Result<Pipeline, String>>> = Mutex::new(None);

/// Which sink lands the sales.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sink {
    /// Confluent's.
    Stock,
    /// Debezium's.
    StandIn,
}

/// The servers, the programs, and the folder of a law's files.
pub(crate) struct Pipeline {
    pub(crate) lease: Lease,
    pub(crate) sink: Sink,
    pub(crate) kafka: Cluster,
    pub(crate) worker: Worker,
    pub(crate) table: Table,
    /// PostgreSQL's: 32 random letters and digits, so that it is found wherever it is.
    pub(crate) password: String,
    programs: Programs,
    files: TempDir,
}

/// Runs a law on a pipeline of its own; the others wait meanwhile.
pub(crate) fn on_a_fresh_pipeline(law: impl AsyncFnOnce(&Pipeline)) {
    // A law that failed leaves nothing that the next one does not make anew.
    let mut shared = SHARED.lock().unwrap_or_else(PoisonError::into_inner);
    let begin = Instant::now();
    let booted = shared.get_or_insert_with(|| RUNTIME.block_on(Pipeline::boot()).map_err(|error| format!("{error:#}")));
    let pipeline = booted.as_ref().unwrap_or_else(|error| panic!("the stack does not start: {error}"));
    RUNTIME.block_on(async {
        pipeline.renew().await;
        eprintln!("{:?}: a pipeline of its own after {:.1} s", pipeline.sink, begin.elapsed().as_secs_f64());
        law(pipeline).await;
        eprintln!("done after {:.1} s", begin.elapsed().as_secs_f64());
    });
}

/// Looks again and again until there is what is waited for; else tells what was there last.
pub(crate) async fn until<T>(what: &str, mut look: impl AsyncFnMut() -> Result<T, String>) -> T {
    let begin = Instant::now();
    loop {
        match look().await {
            Ok(found) => return found,
            Err(seen) if begin.elapsed() > PATIENCE => {
                panic!("waited {} s for {what}; at last: {seen}", PATIENCE.as_secs());
            }
            Err(_) => tokio::time::sleep(Duration::from_millis(100)).await,
        }
    }
}

impl Pipeline {
    async fn boot() -> anyhow::Result<Self> {
        let sink = std::env::var("PIPELINE_SINK").unwrap_or_else(|_| "auto".to_owned());
        let lease = Lease::start(&LeaseOptions::default().with(&["--sink", &sink])).await?;
        let sink = match lease.get("CONNECTOR_TEMPLATES") {
            "connectors" => Sink::Stock,
            "connectors/stand-in" => Sink::StandIn,
            other => anyhow::bail!("what sink has its templates in {other:?}?"),
        };
        Ok(Self {
            sink,
            kafka: Cluster::at(lease.bootstrap()),
            worker: Worker::at(lease.connect_url()),
            table: Table::of(lease.pg()?),
            password: lease.password()?.expose().to_owned(),
            programs: Programs::of_this_build(lease.env().to_vec()),
            files: tempfile::tempdir()?,
            lease,
        })
    }

    /// Removes what the law before has left, and makes the pipeline as its documentation says.
    async fn renew(&self) {
        for part in ["postgres", "kafka", "connect"] {
            let ready = self.lease.until(part, Condition::Ready, PATIENCE).await;
            ready.unwrap_or_else(|error| panic!("{error:#}\n{}", self.lease.said()));
        }
        self.worker.remove().await;
        self.kafka.forget(&["sales", "sales.dlq"], GROUP).await;
        self.table.run("DROP TABLE IF EXISTS sales_raw, landing_migrations").await;
        self.run("producer", &["topics"]).ok();
        self.run("landing", &["migrate"]).ok();
        self.run("connect-register", &["wait", "-f", self.templates(), "--timeout", "5m"]).ok();
        self.apply(self.templates());
    }

    /// The folder of templates that fits the sink.
    pub(crate) fn templates(&self) -> &str {
        self.lease.get("CONNECTOR_TEMPLATES")
    }

    /// The sink's template with some keys changed, as a file of its own.
    pub(crate) fn template_with(&self, changes: &[(&str, &str)]) -> String {
        let shipped = self.programs.root().join(self.templates()).join("pg_sink.json");
        let mut template: Value = serde_json::from_str(&std::fs::read_to_string(shipped).unwrap()).unwrap();
        for (key, value) in changes {
            template["config"][*key] = Value::from(*value);
        }
        let file = self.file("template.json");
        std::fs::write(&file, serde_json::to_string_pretty(&template).unwrap()).unwrap();
        file.display().to_string()
    }

    /// Applies templates, and waits until the connector runs.
    pub(crate) fn apply(&self, templates: &str) -> Ran {
        self.run("connect-register", &["apply", "-f", templates, "--wait", "--timeout", "5m", "-o", "json"]).ok()
    }

    /// The name of the stack.
    pub(crate) fn name(&self) -> &str {
        self.lease.folder().path().file_name().unwrap().to_str().unwrap()
    }

    /// A new file.
    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.files.path().join(format!("{}-{name}", crate::sales::word()))
    }

    /// A program, not yet run.
    pub(crate) fn command(&self, name: &str, args: &[&str]) -> Command {
        self.programs.command(name, args)
    }

    /// Runs a program to its end. Whatever it says, it does not say the password.
    pub(crate) fn run(&self, name: &str, args: &[&str]) -> Ran {
        self.quiet(Ran::of(self.command(name, args)))
    }

    /// Starts a program that goes on.
    pub(crate) fn start(&self, name: &str, args: &[&str]) -> Running {
        Running::of(self.command(name, args), self.files.path())
    }

    /// What a program said, in which the password is not.
    pub(crate) fn quiet(&self, ran: Ran) -> Ran {
        assert!(!ran.says(&self.password), "the password is told by {ran}");
        ran
    }

    /// Replays a file and gives the producer's summary.
    pub(crate) fn replay(&self, file: &std::path::Path) -> Value {
        self.run("producer", &["replay", file.to_str().unwrap(), "-o", "json"]).ok().json()
    }

    /// The ledger, with the exit code that has to go with it.
    pub(crate) fn ledger(&self, args: &[&str], code: i32) -> Value {
        let args: Vec<&str> = ["ledger", "-o", "json"].iter().chain(args).copied().collect();
        self.run("landing", &args).ended_with(code).json()
    }

    /// The ledger, once nothing is in flight any more; it has to be closed then.
    pub(crate) async fn closed_ledger(&self) -> Value {
        until("the ledger to close", async || {
            let ran = self.run("landing", &["ledger", "-o", "json", "--wait", "60s"]);
            match ran.code() {
                0 => Ok(ran.json()),
                5 => Err(format!("{ran}\n{:#?}", self.worker.tasks())),
                _ => panic!("the ledger does not close: {ran}"),
            }
        })
        .await
    }

    /// Waits until the sink has committed all that there is, which is some seconds after it has landed.
    pub(crate) async fn committed(&self) {
        until("the sink to commit", async || {
            let ran = self.run("landing", &["ledger", "-o", "json"]);
            let is_all = ran.json()["lag"].as_object().unwrap().values().all(|lag| *lag == 0);
            if is_all { Ok(()) } else { Err(ran.to_string()) }
        })
        .await;
    }

    /// Waits until so many rows have landed.
    pub(crate) async fn landed(&self, least: u64) {
        until(&format!("{least} rows to land"), async || {
            let (rows, _) = self.table.counts().await?;
            if rows >= least { Ok(()) } else { Err(format!("{rows} rows, tasks: {:#?}", self.worker.tasks())) }
        })
        .await;
    }
}

/// Some numbers of a JSON document, by name.
#[track_caller]
pub(crate) fn assert_numbers(document: &Value, wanted: &[(&str, u64)]) {
    let found: BTreeMap<&str, Option<u64>> = wanted.iter().map(|(name, _)| (*name, document[*name].as_u64())).collect();
    let wanted: BTreeMap<&str, Option<u64>> = wanted.iter().map(|(name, number)| (*name, Some(*number))).collect();
    assert_eq!(found, wanted, "{document:#}");
}

/// Two lists without regard to order; shows only what one of them lacks.
#[track_caller]
pub(crate) fn assert_same<T: Ord + Clone + Debug>(found: &[T], wanted: &[T]) {
    let sorted = |list: &[T]| {
        let mut list = list.to_vec();
        list.sort();
        list
    };
    let (found, wanted) = (sorted(found), sorted(wanted));
    if found != wanted {
        let lacking: Vec<_> = wanted.iter().filter(|item| found.binary_search(item).is_err()).take(5).collect();
        let foreign: Vec<_> = found.iter().filter(|item| wanted.binary_search(item).is_err()).take(5).collect();
        let (is, should) = (found.len(), wanted.len());
        panic!("{is} instead of {should}; lacking, the first: {lacking:#?}; foreign, the first: {foreign:#?}");
    }
}
