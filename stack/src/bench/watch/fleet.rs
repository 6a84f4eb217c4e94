//! Many connectors of the imitation, of which tasks fail all the time.

use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use connect_imitation::{Imitation, Setting};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use tokio::time::sleep;

use super::super::register::templates;
use super::{Load, Memory};
use crate::programs::Programs;
use crate::supervise::say;

/// Between two looks of `watch`.
const INTERVAL: Duration = Duration::from_secs(1);
const TRACE: &str = "org.apache.kafka.connect.errors.ConnectException: java.net.ConnectException: Connection refused";
const LIST: &str = "GET /connectors";

/// What it took.
#[derive(Clone, Debug)]
pub struct Fleet {
    pub(super) connectors: usize,
    pub(super) seconds: f64,
    /// Requests, those of them that are looks, and those that are restarts.
    pub(super) requests: [u64; 3],
    /// Tasks that were made to fail.
    pub(super) failures: u64,
    pub(super) memory: Memory,
    /// Processor time of one look, with all that follows from it.
    pub(super) look: Duration,
}

impl Fleet {
    /// Watches over them for a while.
    ///
    /// # Errors
    /// When `connect-register` is missing or ends.
    pub async fn measure(load: &Load) -> anyhow::Result<Self> {
        say(&format!("watching over {} connectors", load.connectors));
        let folder = templates(&load.scratch.join("fleet"), load.connectors)?;
        let connect = Imitation::start(Setting::default())?;
        let env = [("KAFKA_CONNECT_URL", connect.url()), ("METRICS_ADDR", "127.0.0.1:0".to_owned())];
        let env = env.map(|(name, value)| (name.to_owned(), value)).to_vec();
        let programs = Programs::beside_me(&["connect-register"], env, load.scratch.join("logs"))?;
        let (folder, interval) = (folder.display().to_string(), format!("{}s", INTERVAL.as_secs()));
        let args = ["watch", "-f", &folder, "--interval", &interval, "--restart-backoff", "5s", "--policy", "none"];
        let mut watch = programs.start("connect-register", &args)?;
        let process = watch.process().context("watch has ended at once")?;
        while connect.names().len() < load.connectors {
            ensure!(!watch.ended()?, "watch has ended");
            sleep(Duration::from_millis(200)).await;
        }
        connect.settle();
        // The round that has made them is over.
        sleep(INTERVAL * 5).await;
        connect.forget_tally();
        let (began, used) = (Instant::now(), process.processor_time().unwrap_or_default());
        let (mut random, mut memory, mut failures) = (StdRng::seed_from_u64(load.seed), Memory::default(), 0);
        while began.elapsed() < load.calm {
            // One of a thousand in each look.
            let name = format!("bench-{:04}", random.random_range(0..load.connectors));
            connect.fail(&name, 0, TRACE);
            failures += 1;
            memory.look(process);
            ensure!(!watch.ended()?, "watch has ended");
            sleep(INTERVAL).await;
        }
        let (tally, seconds) = (connect.tally(), began.elapsed().as_secs_f64());
        let used = process.processor_time().unwrap_or_default().saturating_sub(used);
        watch.stop().await;
        let (looks, restarts) = (tally.count(LIST), tally.count("POST "));
        let look = used / u32::try_from(looks.max(1)).unwrap_or(u32::MAX);
        let requests = [tally.requests, looks, restarts];
        Ok(Self { connectors: load.connectors, seconds, requests, failures, memory, look })
    }
}
