//! One run from start to end: endpoint, broker, pump, drain, summary. The commands say what to run;
//! what each part does is its own business.

use std::time::{Duration, Instant};

use anyhow::Context;
use service::{Endpoint, Exit, Failure, Readiness, Shutdown};
use tokio::net::TcpListener;
use tokio::task::spawn_blocking;

use crate::control::{Control, http};
use crate::event::{Envelope, Refusal, Sale};
use crate::kafka::outlet::KafkaOutlet;
use crate::kafka::{Client, KafkaSettings};
use crate::metrics::Metrics;
use crate::progress;
use crate::pump::{self, Clock, Ended, Order, Outlet, RealClock};
use crate::schedule::Speed;
use crate::source::Source;
use crate::summary::Summary;

/// How often the brokers are asked again after they were lost, for a paused producer hears nothing.
const PROBE_EVERY: Duration = Duration::from_secs(2);

/// How often a run with an end tells how far it is, where it cannot draw.
const TELL_EVERY: Duration = Duration::from_secs(5);

/// How often a service does.
const TELL_SERVICE_EVERY: Duration = Duration::from_mins(1);

/// What to run.
pub struct Job {
    /// Where the events come from; everything that can be checked beforehand was.
    pub source: Box<dyn Source>,
    /// How fast, and with which time.
    pub order: Order,
    /// The hard cap of the rate.
    pub rate_max: f64,
    /// How long to wait for acknowledgements once the run was told to stop.
    pub drain: Duration,
    /// Whether the run has an end of its own; being stopped before it is no success then.
    pub bounded: bool,
}

/// Runs a job into Kafka. `listener` serves health, metrics and control, where there is one.
///
/// # Errors
/// When the brokers cannot be reached at the start, the source cannot be read on, or nothing can be
/// delivered any more. What came of the run until then is logged.
pub async fn run(
    job: Job,
    settings: &KafkaSettings,
    listener: Option<TcpListener>,
    shutdown: Shutdown,
) -> anyhow::Result<(Summary, Exit)> {
    let Job { mut source, order, rate_max, drain, bounded } = job;
    let (metrics, readiness) = (Metrics::default(), Readiness::default());
    let control = control(&order, rate_max);
    let _server = listener.map(|listener| serve(listener, &metrics, &readiness, &control)).transpose()?;
    let _stopper = stop_with(&shutdown, &control);

    readiness.not_ready(format!("connecting to Kafka at {}", settings.bootstrap_servers));
    let client = Client::new(settings, metrics.clone(), readiness.clone())?;
    if !connect(&client, &control, settings.timeout).await? {
        let exit = if bounded { shutdown.exit() } else { Exit::Ok };
        return Ok((Summary::of(&metrics, Duration::ZERO, false), exit));
    }
    tracing::info!("connected to Kafka at {}", settings.bootstrap_servers);

    let every = if bounded { TELL_EVERY } else { TELL_SERVICE_EVERY };
    let _progress = Task(tokio::spawn(progress::show(metrics.clone(), source.size(), every, progress::delivery)));
    let _prober = Task(tokio::spawn(probe(client.clone())));
    let clock = RealClock::start();
    let mut outlet = KafkaOutlet::new(client.clone(), control.clone(), metrics.clone());
    let pumped = {
        let (control, metrics, clock) = (control.clone(), metrics.clone(), clock.clone());
        spawn_blocking(move || pump::run(order, &mut *source, &mut outlet, &control, &metrics, &clock)).await?
    };
    let fault = drained(&client, &control, drain).await?;
    let summary = Summary::of(&metrics, clock.elapsed(), false);
    let ended = match (pumped, fault) {
        (Ok(ended), None) => ended,
        (Err(error), _) => return Err(error.context(summary.tell())),
        (Ok(_), Some(fault)) => return Err(anyhow::Error::from(fault).context(summary.tell())),
    };
    if summary.undelivered > 0 {
        let why = client.delivery().first_failure().or_else(|| client.delivery().last_error());
        tracing::error!("{} events were not delivered: {}", summary.undelivered, why.unwrap_or_default());
    }
    let otherwise = if bounded && ended == Ended::Stopped { shutdown.exit() } else { Exit::Ok };
    let exit = summary.exit(otherwise);
    Ok((summary, exit))
}

/// Reads and checks everything and sends nothing.
///
/// # Errors
/// When the source cannot be read on.
pub async fn check(job: Job, shutdown: Shutdown) -> anyhow::Result<(Summary, Exit)> {
    let Job { mut source, order, rate_max, .. } = job;
    let order = Order { speed: Speed::Max, ..order };
    let (metrics, control, clock) = (Metrics::default(), control(&order, rate_max), RealClock::start());
    let _stopper = stop_with(&shutdown, &control);
    let _progress = Task(tokio::spawn(progress::show(metrics.clone(), source.size(), TELL_EVERY, progress::checking)));
    let mut outlet = Nowhere { metrics: metrics.clone(), envelope: Envelope::default(), shown: 0 };
    let (counted, ticking) = (metrics.clone(), clock.clone());
    let pumped =
        spawn_blocking(move || pump::run(order, &mut *source, &mut outlet, &control, &counted, &ticking)).await?;
    let summary = Summary::of(&metrics, clock.elapsed(), true);
    let ended = pumped.with_context(|| summary.tell())?;
    Ok((summary, if ended == Ended::Stopped { shutdown.exit() } else { Exit::Ok }))
}

fn control(order: &Order, rate_max: f64) -> Control {
    let rate = match order.speed {
        Speed::Rate(rate) => Some(rate),
        Speed::Recorded(_) | Speed::Max => None,
    };
    Control::new(rate, rate_max)
}

fn serve(listener: TcpListener, metrics: &Metrics, readiness: &Readiness, control: &Control) -> anyhow::Result<Task> {
    let address = listener.local_addr().context("the address of the endpoint")?;
    tracing::info!("serving /livez, /readyz, /metrics and /rate on http://{address}");
    let endpoint = Endpoint::new(metrics.registry(), readiness.clone()).routes(http::routes(control.clone()));
    // It answers until the very end, so that the drain can be watched too.
    Ok(Task(tokio::spawn(async move {
        if let Err(error) = endpoint.serve(listener, Shutdown::manual()).await {
            tracing::error!("the endpoint failed: {error:#}");
        }
    })))
}

fn stop_with(shutdown: &Shutdown, control: &Control) -> Task {
    let (shutdown, control) = (shutdown.clone(), control.clone());
    Task(tokio::spawn(async move {
        shutdown.asked().await;
        control.stop();
    }))
}

async fn connect(client: &Client, control: &Control, timeout: Duration) -> anyhow::Result<bool> {
    let (client, control) = (client.clone(), control.clone());
    Ok(spawn_blocking(move || client.connect(&control, timeout)).await??)
}

async fn probe(client: Client) {
    loop {
        tokio::time::sleep(PROBE_EVERY).await;
        if client.delivery().is_down() {
            let client = client.clone();
            // Whether they answer is noted by the probe itself.
            let _ = spawn_blocking(move || client.probe()).await;
        }
    }
}

/// Waits for all acknowledgements: for ever, until the run is told to stop, then for `drain`.
async fn drained(client: &Client, control: &Control, drain: Duration) -> anyhow::Result<Option<Failure>> {
    let (client, control) = (client.clone(), control.clone());
    let drained = move || {
        let mut deadline = None;
        loop {
            if let Err(fault) = client.check() {
                return Some(fault);
            }
            if client.flush(Duration::from_millis(200)) {
                return None;
            }
            if control.is_stopped() {
                let deadline = *deadline.get_or_insert_with(|| {
                    tracing::info!("waiting up to {drain:?} for {} acknowledgements", client.waiting());
                    Instant::now() + drain
                });
                if Instant::now() >= deadline {
                    return None;
                }
            }
        }
    };
    Ok(spawn_blocking(drained).await?)
}

/// The outlet of a dry run: serialises, counts, and tells of the first refused rows.
struct Nowhere {
    metrics: Metrics,
    envelope: Envelope,
    shown: u32,
}

impl Nowhere {
    const SHOWN: u32 = 10;
}

impl Outlet for Nowhere {
    fn sale(&mut self, sale: &Sale) -> anyhow::Result<bool> {
        self.envelope.write(sale);
        self.metrics.attempted.inc();
        Ok(true)
    }

    fn dead(&mut self, refusal: &Refusal) -> anyhow::Result<bool> {
        self.metrics.refuse(refusal.reason());
        if self.shown < Self::SHOWN {
            tracing::warn!("would be a dead letter: {}", refusal.message());
        } else if self.shown == Self::SHOWN {
            tracing::warn!("further refused rows are only counted");
        }
        self.shown = self.shown.saturating_add(1);
        Ok(true)
    }
}

/// A task that ends with its handle.
struct Task(tokio::task::JoinHandle<()>);

impl Drop for Task {
    fn drop(&mut self) {
        self.0.abort();
    }
}
