//! What `generate` and `replay` have in common on the command line, and how both end.

use std::time::Duration;

use service::{Env, Exit, Failure, Format, Shutdown};
use tokio::net::TcpListener;

use super::duration;
use crate::control::check_rate;
use crate::feed::{self, Job};
use crate::kafka::{KafkaArgs, KafkaSettings};
use crate::schedule::Speed;
use crate::summary::Summary;

/// The hard cap where the environment sets none.
const RATE_MAX: f64 = 10_000.0;

/// The arguments of a run.
#[derive(Clone, Debug, clap::Args)]
pub struct RunArgs {
    /// How to reach Kafka.
    #[command(flatten)]
    pub kafka: KafkaArgs,
    /// Where to serve /livez, /readyz, /metrics and /rate; `off` for nowhere
    #[arg(long, env = "METRICS_ADDR", default_value = "127.0.0.1:9464", value_name = "HOST:PORT")]
    pub metrics_addr: String,
    /// How long to wait for acknowledgements after being stopped, in seconds or as `10s`
    #[arg(long, default_value = "10", value_parser = duration::parse, value_name = "SECONDS")]
    pub drain_seconds: Duration,
    /// How the summary at the end looks: `table` for a line on stderr, `json` for a document on stdout
    #[arg(short, long, default_value = "table", value_enum)]
    pub output: Format,
    /// Read, check and count everything, and send nothing
    #[arg(long)]
    pub dry_run: bool,
}

/// What the environment says of a run.
pub struct RunSettings {
    kafka: KafkaSettings,
    /// The hard cap of the rate.
    pub rate_max: f64,
}

impl RunSettings {
    /// Reads the environment, and checks the speed against the cap.
    ///
    /// # Errors
    /// Every mistake in the settings.
    pub fn read(args: &RunArgs, speed: Speed) -> Result<Self, Failure> {
        let mut env = Env::from_process();
        let kafka = KafkaSettings::read(&args.kafka, &mut env);
        let rate_max = env.parsed_or("RATE_MAX_PER_SEC", RATE_MAX);
        if !rate_max.is_finite() || rate_max <= 0.0 {
            env.mistake(format!("RATE_MAX_PER_SEC={rate_max} is no cap: it takes a number above zero"));
        } else if let Speed::Rate(rate) = speed
            && let Err(refused) = check_rate(rate, rate_max)
        {
            env.mistake(refused.to_string());
        }
        env.finish()?;
        Ok(Self { kafka, rate_max })
    }
}

/// Runs a job as the arguments say, and tells what came of it.
///
/// # Errors
/// Those of the run.
pub async fn run(args: &RunArgs, settings: &RunSettings, job: Job) -> anyhow::Result<Exit> {
    let shutdown = Shutdown::on_signals()?;
    let (summary, exit) = if args.dry_run {
        feed::check(job, shutdown).await?
    } else {
        let listener = listener(&args.metrics_addr).await?;
        feed::run(job, &settings.kafka, listener, shutdown).await?
    };
    tell(&summary, args.output)?;
    Ok(exit)
}

async fn listener(address: &str) -> Result<Option<TcpListener>, Failure> {
    if address == "off" { Ok(None) } else { service::endpoint::bind(address).await.map(Some) }
}

fn tell(summary: &Summary, output: Format) -> anyhow::Result<()> {
    tracing::info!("{}", summary.tell());
    if output == Format::Json {
        service::output::print_json(summary)?;
    }
    Ok(())
}
