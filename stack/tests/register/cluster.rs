//! Two real workers with all they stand on, templates of connectors on them, and runs of
//! `connect-register`. What is proved with them is the affair of the laws.

use std::cell::OnceCell;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use rdkafka::ClientConfig;
use rdkafka::consumer::{BaseConsumer, Consumer};
use serde_json::Value;
use stack::programs::{Programs, Running};
use stack::{Lease, LeaseOptions};
use tempfile::TempDir;
use tokio::runtime::Runtime;
use tokio_postgres::{NoTls, SimpleQueryMessage};

use crate::operate::other::Other;
use crate::templates::Templates;
use crate::workers::Worker;

/// How long anything may take: much, for the machine may be small and busy.
pub(crate) const PATIENCE: Duration = Duration::from_mins(6);

/// The workers and the programs.
pub(crate) struct Cluster {
    pub(crate) version: String,
    pub(crate) workers: [Worker; 2],
    pub(crate) files: TempDir,
    runtime: Runtime,
    lease: Lease,
    programs: Programs,
    /// The template of the sink that is at hand.
    shipped: Value,
    /// The worker of another cluster, once a law has asked for it.
    other: OnceCell<Other>,
}

impl Cluster {
    /// Boots a Kafka, a PostgreSQL and two workers.
    pub(crate) fn boot(version: &str) -> Self {
        let runtime = Runtime::new().unwrap();
        let sink = std::env::var("PIPELINE_SINK").unwrap_or_else(|_| "auto".to_owned());
        let options = LeaseOptions::default().with(&["--kafka", version, "--workers", "2", "--sink", &sink]);
        let lease = runtime.block_on(Lease::start(&options));
        let lease = lease.unwrap_or_else(|error| panic!("Kafka {version}: {error:#}"));
        let ports = lease.state().unwrap().ports.connect;
        let [first, second] = ports[..] else { panic!("two workers, not {ports:?}") };
        let files = tempfile::tempdir().unwrap();
        let programs =
            Programs::beside_me(&["connect-register", "stack"], lease.env().to_vec(), files.path().join("logs"));
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
        let shipped = root.join(lease.get("CONNECTOR_TEMPLATES")).join("pg_sink.json");
        let shipped = serde_json::from_str(&fs::read_to_string(shipped).unwrap()).unwrap();
        Self {
            version: version.to_owned(),
            workers: [Worker::at(first), Worker::at(second)],
            files,
            programs: programs.unwrap(),
            shipped,
            other: OnceCell::new(),
            lease,
            runtime,
        }
    }

    /// Ends all of it.
    pub(crate) fn end(self) {
        let Self { runtime, lease, other, .. } = self;
        drop(other);
        runtime.block_on(lease.end()).unwrap();
    }

    /// A worker of another cluster over the same brokers.
    pub(crate) fn other(&self) -> &Other {
        self.other.get_or_init(|| Other::boot(self))
    }

    /// A new folder of templates.
    pub(crate) fn templates(&self) -> Templates {
        Templates::like(&self.shipped, self.files.path())
    }

    /// Runs `connect-register` against the first worker; it has to end with this code.
    pub(crate) fn run(&self, args: &[&str], code: u8) -> String {
        self.run_at(0, args, code)
    }

    /// Runs it against the first worker; it has to end well, and prints JSON.
    pub(crate) fn json(&self, args: &[&str]) -> Value {
        parsed(&self.run(&[args, &["-o", "json"]].concat(), 0))
    }

    /// Runs it against one of the workers.
    pub(crate) fn run_at(&self, worker: usize, args: &[&str], code: u8) -> String {
        let url = self.workers[worker].url();
        self.run_with(&[args, &["--connect-url", url.as_str()]].concat(), code)
    }

    /// Runs it against the workers that it is told.
    pub(crate) fn run_with(&self, args: &[&str], code: u8) -> String {
        let ran = self.runtime.block_on(self.programs.run("connect-register", args, &[code]));
        ran.unwrap_or_else(|error| panic!("connect-register {}: {error:#}", args.join(" ")))
    }

    /// Runs it, whatever its exit code.
    pub(crate) fn run_any(&self, args: &[&str]) -> Said {
        let mut command = Command::new(Programs::path("connect-register").unwrap());
        command.args(args).args(["--connect-url", &self.workers[0].url()]);
        let output = command.envs(self.lease.env().iter().cloned()).output().unwrap();
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Said { code: output.status.code().unwrap_or(-1), text: text(&output.stdout) + &text(&output.stderr) }
    }

    /// Whether no worker has it, once they agree.
    pub(crate) fn is_gone(&self, name: &str) -> bool {
        until(&format!("{name} to go"), || {
            let is_there = self.workers.iter().any(|worker| worker.config(name).is_some());
            if is_there { Err("it is there".to_owned()) } else { Ok(true) }
        })
    }

    /// Starts it against one of the workers.
    pub(crate) fn start_at(&self, worker: usize, args: &[&str]) -> Running {
        let url = self.workers[worker].url();
        self.start(&[args, &["--connect-url", url.as_str()]].concat())
    }

    /// Starts it against the workers that it is told.
    pub(crate) fn start(&self, args: &[&str]) -> Running {
        let _inside = self.runtime.enter();
        self.programs.start("connect-register", args).unwrap()
    }

    /// Waits until a started program has ended well.
    pub(crate) fn ends_well(&self, mut running: Running) -> String {
        let _inside = self.runtime.enter();
        until("the program to end", || match running.ended() {
            Ok(true) => Ok(running.stdout()),
            Ok(false) => Err(fs::read_to_string(running.log()).unwrap_or_default()),
            Err(error) => panic!("{error:#}"),
        })
    }

    /// How much was ever written about connectors: whatever is written makes it longer.
    pub(crate) fn written(&self) -> i64 {
        let mut config = ClientConfig::new();
        let consumer: BaseConsumer = config.set("bootstrap.servers", self.lease.bootstrap()).create().unwrap();
        consumer.fetch_watermarks("connect-configs", 0, Duration::from_secs(30)).unwrap().1
    }

    /// The stack.
    pub(crate) fn lease(&self) -> &Lease {
        &self.lease
    }

    /// Waits for something that is not done at once.
    pub(crate) fn block_on<T>(&self, future: impl Future<Output = T>) -> T {
        self.runtime.block_on(future)
    }

    /// Runs statements, and gives the rows of the last one as texts.
    pub(crate) fn sql(&self, sql: &str) -> Vec<Vec<String>> {
        self.runtime.block_on(async {
            let (client, connection) = self.lease.pg().unwrap().connect(NoTls).await.unwrap();
            // It ends with its client, and what goes wrong is told to the client.
            tokio::spawn(connection);
            let said = client.simple_query(sql).await.unwrap_or_else(|error| panic!("{sql}: {error}"));
            let row = |message: &SimpleQueryMessage| match message {
                SimpleQueryMessage::Row(row) => {
                    Some((0..row.len()).map(|at| row.get(at).unwrap_or_default().to_owned()).collect())
                }
                _ => None,
            };
            said.iter().filter_map(row).collect()
        })
    }

    /// How often the workers have told this in their logs since they were started.
    pub(crate) fn told(&self, text: &str) -> usize {
        let of = |worker| fs::read(self.lease.folder().log(&part(worker))).unwrap();
        [0, 1].map(|worker| String::from_utf8_lossy(&of(worker)).matches(text).count()).iter().sum()
    }

    /// Stops a worker cleanly, and starts it again.
    pub(crate) fn restart(&mut self, worker: usize) {
        let part = part(worker);
        self.runtime.block_on(self.lease.stop_part(&part, PATIENCE)).unwrap();
        self.runtime.block_on(self.lease.start_part(&part, PATIENCE)).unwrap();
    }

    /// Kills a worker, which is started again by whoever watches over it.
    pub(crate) fn kill(&self, worker: usize) {
        let part = part(worker);
        self.runtime.block_on(async {
            let old = self.lease.kill9(&part).await.unwrap();
            self.lease.until_restarted(&part, old, PATIENCE).await.unwrap();
        });
    }

    /// Deletes all connectors, so that the next law has the machine for itself.
    pub(crate) fn clear(&self) {
        until("all connectors to be gone", || {
            let names = self.workers[0].get("/connectors");
            let names: Vec<&str> = names.as_array().unwrap().iter().filter_map(Value::as_str).collect();
            for name in &names {
                self.workers[0].ask("DELETE", &format!("/connectors/{name}"));
            }
            if names.is_empty() { Ok(()) } else { Err(names.join(", ")) }
        });
    }

    /// Which worker leads, as the workers tell it in their logs.
    pub(crate) fn leader(&self) -> usize {
        let told = |worker: usize| {
            let log = fs::read(self.lease.folder().log(&part(worker))).unwrap();
            let log = String::from_utf8_lossy(&log).into_owned();
            let (_, after) = log.rsplit_once("leaderUrl='")?;
            let url = after.split_once('\'')?.0.trim_end_matches('/').to_owned();
            self.workers.iter().position(|worker| url == worker.url())
        };
        until("a worker to tell who leads", || told(0).or_else(|| told(1)).ok_or_else(String::new))
    }

    /// All these connectors are there and run, as both workers tell.
    pub(crate) fn all_run(&self, names: &[String]) {
        for name in names {
            until(&format!("{name} to run"), || {
                let states: Vec<_> = self.workers.iter().map(|worker| worker.states(name)).collect();
                let runs = |states: &Vec<String>| states.len() > 1 && states.iter().all(|state| state == "RUNNING");
                if states.iter().all(runs) { Ok(()) } else { Err(format!("{states:?}")) }
            });
        }
    }
}

/// How a run ended, and all it said.
#[derive(Debug)]
pub(crate) struct Said {
    pub(crate) code: i32,
    pub(crate) text: String,
}

/// The stack's name of a worker.
fn part(worker: usize) -> String {
    format!("connect-{}", worker + 1)
}

/// Looks again and again until there is what is waited for; else tells what was there last.
pub(crate) fn until<T>(what: &str, mut look: impl FnMut() -> Result<T, String>) -> T {
    let begin = Instant::now();
    loop {
        match look() {
            Ok(found) => return found,
            Err(seen) if begin.elapsed() > PATIENCE => {
                panic!("waited {} s for {what}; at last: {seen}", PATIENCE.as_secs());
            }
            Err(_) => std::thread::sleep(Duration::from_millis(100)),
        }
    }
}

/// What a program printed as JSON.
pub(crate) fn parsed(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}
