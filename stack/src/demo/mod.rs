//! The demo: the whole pipeline on real sales, from an empty machine to a ledger that closes. It
//! runs the toolkit's own programs as a user would, and shows what they measure.

mod finale;
mod reading;
mod sidecars;
mod view;

use std::path::PathBuf;
use std::time::{Duration, Instant};

use anyhow::Context;
use indicatif::HumanCount;
use serde::Deserialize;
use service::{Exit, Failure, Shutdown};

use crate::environment;
use crate::folder::Folder;
use crate::kit::SalesUnavailable;
use crate::kit::{self, Cache};
use crate::parts::Kind;
use crate::programs::Programs;
use crate::settings::Settings;
use crate::supervise::detach::{self, Started};
use crate::supervise::{Lock, State, say};
use finale::Counts;
use reading::Reading;
use sidecars::Sidecars;
use view::View;

/// Rows in Complete Journey's file, and how many of them have the quantity 0.
const REAL: Counts = Counts { read: 1_469_307, refused: 8_869 };
/// Between two looks.
const TICK: Duration = Duration::from_millis(500);
/// Copies of a topic where there are brokers enough.
const COPIES: usize = 3;
/// A sink that lands nothing for this long while there is lag has stopped.
const STANDSTILL: Duration = Duration::from_mins(2);

/// What the demo is to do.
#[derive(Clone, Debug)]
pub(crate) struct Demo {
    /// The stack it runs on; started where it does not run yet.
    pub(crate) settings: Settings,
    /// The arguments that start it in the background.
    pub(crate) up: Vec<std::ffi::OsString>,
    /// How long generated sales go on after the replay.
    pub(crate) generate_for: Duration,
    /// Generated sales a second.
    pub(crate) rate: f64,
    /// The folder that holds `connectors/`.
    pub(crate) root: PathBuf,
    /// Whether the stack is stopped at the end.
    pub(crate) stop: bool,
}

/// What the producer says at its end.
#[derive(Debug, Deserialize)]
struct Summary {
    read: u64,
    acked: u64,
    refused: u64,
    seconds: f64,
}

/// Which sales are replayed.
enum Sales {
    Real(PathBuf),
    /// Of the same number, for the data package could not be fetched.
    Generated,
}

impl Demo {
    /// Runs the demo. Ends with [`Exit::Ok`] only if the ledger closes.
    ///
    /// # Errors
    /// When a part of the pipeline cannot be started or fails.
    pub(crate) async fn run(self) -> anyhow::Result<Exit> {
        let shutdown = Shutdown::on_signals()?;
        let sales = match kit::sales(&Cache::locate()?).await {
            Ok(file) => Sales::Real(file),
            Err(error) if error.downcast_ref::<SalesUnavailable>().is_some() => {
                say(&format!("{error:#}\nGoing on with {} generated sales instead.", REAL.read));
                Sales::Generated
            }
            Err(error) => return Err(error),
        };
        let folder = Folder::of(&self.settings.name)?;
        let mine = !Lock::is_held(&folder)?;
        if mine {
            match detach::start(&self.settings, self.up.clone()).await? {
                Started::Ready => {}
                Started::Ended(exit) | Started::Interrupted(exit) => return Ok(exit),
            }
        } else {
            say(&format!("the stack {} runs already; the demo uses it", self.settings.name));
        }
        let state = State::read(&folder.state())?.context("the stack's state cannot be read")?;
        let mut env = environment::of(&state, &folder);
        // Programs of ours that run beside the demo must not take their address from the caller's shell.
        env.push(("METRICS_ADDR", "127.0.0.1:0".to_owned()));
        let env = env.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        let programs = Programs::beside_me(
            &["producer", "connect-register", "landing", "stack"],
            env,
            folder.path().join("logs").join("demo"),
        )?;

        let outcome = tokio::select! {
            outcome = self.story(&programs, &folder, &state, &sales) => outcome,
            () = shutdown.asked() => Ok(shutdown.exit()),
        };
        let name = self.settings.name.as_str();
        if self.stop || (mine && shutdown.is_asked()) {
            let down = programs.run("stack", &["down", "--name", name], &[0]).await;
            // What went wrong before tells more than a stop that failed after it.
            let exit = outcome?;
            return down.map(|_| exit);
        }
        if outcome.is_err() {
            say(&format!("the stack goes on running; it stops with: stack down{}", self.settings.name.option()));
        }
        outcome
    }

    async fn story(&self, programs: &Programs, folder: &Folder, state: &State, sales: &Sales) -> anyhow::Result<Exit> {
        let templates = self.root.join(&state.templates).display().to_string();
        say("making the topics");
        let brokers = state.parts.iter().filter(|part| part.kind == Kind::Kafka).count();
        let copies = brokers.clamp(1, COPIES).to_string();
        programs.run("producer", &["topics", "--replication-factor", &copies], &[0]).await?;
        say("making the table");
        programs.run("landing", &["migrate"], &[0]).await?;
        say("putting the connector on Connect");
        programs.run("connect-register", &["wait", "-f", &templates, "--timeout", "120"], &[0]).await?;
        programs.run("connect-register", &["apply", "-f", &templates, "--wait", "--timeout", "120"], &[0]).await?;
        let mut sidecars = Sidecars::start(programs, &templates).await?;

        let replayed = self.replay(programs, &mut sidecars, sales).await?;
        let begin = Instant::now();
        self.generate(programs, &mut sidecars).await?;
        sidecars.stop().await;

        let ledger = programs.run("landing", &["ledger", "--wait", "60s", "-o", "json"], &[0, 3, 5, 6]).await?;
        let window = format!("{}s", begin.elapsed().as_secs() + 1);
        let latency = programs.run("landing", &["latency", "--window", &window, "-o", "json"], &[0]).await?;
        let database = finale::connect(state, folder).await?;
        let ending = finale::Ending {
            counts: Counts { read: replayed.read, refused: replayed.refused },
            wanted: match sales {
                Sales::Real(_) => REAL,
                Sales::Generated => Counts { refused: 0, ..REAL },
            },
            landed: finale::landed(&database, matches!(sales, Sales::Real(_))).await?,
            ledger: serde_json::from_str(&ledger).context("what `landing ledger` printed")?,
            latency: serde_json::from_str(&latency).context("what `landing latency` printed")?,
        };
        let top = finale::Top::read(&database).await?;
        service::output::print(&finale::tell(&ending, &top, (!self.stop).then_some(&self.settings.name)))?;
        Ok(ending.exit())
    }

    /// Replays the sales and waits until the sink has them.
    async fn replay(&self, programs: &Programs, sidecars: &mut Sidecars, sales: &Sales) -> anyhow::Result<Summary> {
        let count = REAL.read.to_string();
        let (title, args): (_, Vec<&str>) = match sales {
            Sales::Real(file) => {
                let file = file.to_str().context("the path of the sales is not UTF-8")?;
                ("Replaying a year of real sales", vec!["replay", file, "--speed", "max"])
            }
            Sales::Generated => ("Sending generated sales", vec!["generate", "--rate", "max", "--count", &count]),
        };
        let before = sidecars.watch(None).look().await.landed;
        let begin = Instant::now();
        let mut view = View::begin(title, Some(REAL.read));
        let summary = self.produce(programs, sidecars, &mut view, &args).await?;
        let landed = self.drained(sidecars, &mut view).await?;
        let whole = begin.elapsed().as_secs_f64();
        #[expect(
            clippy::cast_precision_loss,
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a figure for people"
        )]
        let rate = |count: u64, seconds: f64| HumanCount((count as f64 / seconds.max(0.001)) as u64);
        view.end(&format!(
            "{} events: in Kafka after {:.1} s ({}/s), through the sink after {whole:.1} s ({}/s){}",
            HumanCount(summary.acked),
            summary.seconds,
            rate(summary.acked, summary.seconds),
            rate(summary.acked, whole),
            if landed == before { "; nothing new for the table" } else { "" },
        ));
        Ok(summary)
    }

    /// Goes on with generated sales at a steady rate, and waits until the sink has them.
    async fn generate(&self, programs: &Programs, sidecars: &mut Sidecars) -> anyhow::Result<()> {
        if self.generate_for.is_zero() {
            return Ok(());
        }
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a count of events")]
        let count = (self.rate * self.generate_for.as_secs_f64()).round() as u64;
        let title = format!("Generating {} sales a second for {} s", self.rate, self.generate_for.as_secs());
        let mut view = View::begin(&title, Some(count));
        let (rate, count) = (self.rate.to_string(), count.to_string());
        let args = ["generate", "--rate", &rate, "--count", &count];
        let summary = self.produce(programs, sidecars, &mut view, &args).await?;
        self.drained(sidecars, &mut view).await?;
        view.end(&format!("{} generated sales are through the sink", HumanCount(summary.acked)));
        Ok(())
    }

    /// Runs a producer to its end, with the view kept fresh.
    async fn produce(
        &self,
        programs: &Programs,
        sidecars: &mut Sidecars,
        view: &mut View,
        args: &[&str],
    ) -> anyhow::Result<Summary> {
        let address = sidecars::free_address()?;
        let mut watch = sidecars.watch(Some(&address));
        let args: Vec<&str> = args.iter().copied().chain(["-o", "json", "--metrics-addr", &address]).collect();
        let mut producer = programs.start("producer", &args)?;
        while !producer.ended()? {
            tokio::time::sleep(TICK).await;
            sidecars.run_still()?;
            view.show(&watch.look().await);
        }
        let summary: Summary =
            serde_json::from_str(&producer.stdout()).context("what the producer printed at its end")?;
        view.sent(summary.acked + summary.refused);
        Ok(summary)
    }

    /// Waits until the sink has committed all there is. Returns how many rows were seen landing so far.
    async fn drained(&self, sidecars: &mut Sidecars, view: &mut View) -> anyhow::Result<Option<f64>> {
        let mut watch = sidecars.watch(None);
        let (mut moved, mut lag, mut landed) = (Instant::now(), f64::INFINITY, None);
        loop {
            tokio::time::sleep(TICK).await;
            sidecars.run_still()?;
            let reading = watch.look().await;
            view.show(&reading);
            let is_landing = reading.landed.is_some() && reading.landed != landed;
            landed = reading.landed.or(landed);
            stopped(&reading, moved)?;
            if let Some(now) = reading.lag {
                if now == 0.0 && !is_landing {
                    return Ok(landed);
                }
                if now < lag || is_landing {
                    (moved, lag) = (Instant::now(), now);
                }
            }
        }
    }
}

/// An error where the sink will not go on by itself.
fn stopped(reading: &Reading, moved: Instant) -> anyhow::Result<()> {
    let failed = reading.connector.as_deref() == Some("FAILED") || (reading.tasks.1 > 0 && reading.tasks.0 == 0);
    let patience = if failed { STANDSTILL / 4 } else { STANDSTILL };
    if moved.elapsed() < patience {
        return Ok(());
    }
    let what = if failed { "the connector's tasks do not run" } else { "the sink lands nothing" };
    Err(Failure::new(Exit::Unhealthy, format!("{what} since {} s", moved.elapsed().as_secs()))
        .hint("connect-register status tells why (after: eval \"$(stack env)\"); stack logs connect has it all")
        .into())
}
