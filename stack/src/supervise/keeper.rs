//! Keeps one part as it is wanted: starts it, waits until it answers, starts it again when it dies,
//! and stops it when it is not wanted any more. It knows nothing of the other parts.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::{Instant, sleep, timeout_at};

use super::backoff::Backoff;
use super::board::{Board, Event};
use super::child::Child;
use super::state::State;
use crate::parts::{Part, Plan};
use crate::settings::OnDeath;

/// The pause between two questions whether a part answers.
const ASK: Duration = Duration::from_millis(80);

/// Whether a part is to run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Want {
    /// It is to run.
    Up,
    /// It is to be stopped, and may be started again.
    Down,
}

/// The keeper of one part.
pub(crate) struct Keeper {
    pub(crate) part: Arc<dyn Part>,
    pub(crate) plan: Arc<Plan>,
    pub(crate) board: Board,
    pub(crate) want: watch::Receiver<Want>,
}

/// How a life of a part ended.
enum End {
    /// It was asked to stop, and did.
    Asked,
    /// It died.
    Died { cause: String, lived: Duration, ever_answered: bool },
}

impl Keeper {
    /// Keeps the part until nobody is left to want anything of it.
    pub(crate) async fn run(mut self) {
        let mut backoff = Backoff::default();
        let mut ever_answered = false;
        while self.until(Want::Up).await {
            let end = self.live().await;
            let (cause, lived) = match end {
                End::Asked => {
                    self.tell(&Event::Stopped);
                    backoff = Backoff::default();
                    continue;
                }
                End::Died { cause, lived, ever_answered: answered } => {
                    ever_answered |= answered;
                    (cause, lived)
                }
            };
            // A part that never answered is set up wrongly: again would be the same.
            let restart = ever_answered && self.plan.settings.on_death == OnDeath::Restart;
            if let Some(pause) = restart.then(|| backoff.after_death(lived)).flatten() {
                self.tell(&Event::WillRestart { cause, pause });
                tokio::select! {
                    () = sleep(pause) => {}
                    () = self.unwanted() => self.tell(&Event::Stopped),
                }
            } else {
                self.tell(&Event::Failed(cause));
                if !self.until(Want::Down).await {
                    return;
                }
                self.tell(&Event::Stopped);
            }
        }
    }

    /// One life of the part: from its preparation to its end.
    async fn live(&mut self) -> End {
        let born = Instant::now();
        let died = |cause: String, ever_answered| End::Died { cause, lived: born.elapsed(), ever_answered };

        let prepared = tokio::select! {
            prepared = self.prepare() => prepared,
            () = self.unwanted() => return End::Asked,
        };
        let child = prepared.and_then(|()| Child::spawn(&*self.part, &self.plan.folder, &self.plan.account));
        let mut child = match child {
            Ok(child) => child,
            Err(error) => return died(format!("{error:#}"), false),
        };
        let started = Instant::now();
        self.tell(&Event::Started(child.process));

        let answered = tokio::select! {
            answered = self.answers(started) => answered,
            cause = child.death() => return died(cause, false),
            () = self.unwanted() => return self.part_with(child).await,
        };
        if let Err(cause) = answered {
            child.stop(self.part.farewell(), self.plan.settings.keep).await;
            return died(cause, false);
        }
        self.tell(&Event::Answers(started.elapsed()));

        tokio::select! {
            cause = child.death() => died(cause, true),
            () = self.unwanted() => self.part_with(child).await,
        }
    }

    async fn prepare(&self) -> anyhow::Result<()> {
        self.part.prepare().await?;
        if let Some(kind) = self.part.stands_on() {
            let runs = |state: &State| state.parts.iter().any(|part| part.kind == kind && part.process.is_some());
            self.board.until(runs).await;
        }
        Ok(())
    }

    /// Asks the part until it answers; the error is what it said last.
    async fn answers(&self, started: Instant) -> Result<(), String> {
        let deadline = started + self.plan.settings.deadline;
        let mut last = "it was never asked".to_owned();
        loop {
            match timeout_at(deadline, self.part.answers()).await {
                Ok(Ok(())) => return Ok(()),
                Ok(Err(error)) => last = format!("{error:#}"),
                Err(_) => {}
            }
            if Instant::now() >= deadline {
                let seconds = self.plan.settings.deadline.as_secs();
                return Err(format!("it did not answer within {seconds} s ({last})"));
            }
            sleep(ASK).await;
        }
    }

    async fn part_with(&self, mut child: Child) -> End {
        self.tell(&Event::Stopping);
        let by_itself = child.stop(self.part.farewell(), self.plan.settings.keep).await;
        if !by_itself {
            tracing::warn!(part = %self.part.id(), "did not stop in time and was killed");
        } else if let Err(error) = self.part.ended() {
            tracing::warn!(part = %self.part.id(), "{error:#}");
        }
        End::Asked
    }

    /// Returns when the part is not wanted any more, or nobody is left to want it.
    async fn unwanted(&self) {
        // An error is the sender's end, which counts as unwanted.
        let _ = self.want.clone().wait_for(|want| *want == Want::Down).await;
    }

    /// Waits until `want` is wanted; false when nobody is left to want anything.
    async fn until(&mut self, want: Want) -> bool {
        self.want.wait_for(|wanted| *wanted == want).await.is_ok()
    }

    fn tell(&self, event: &Event) {
        self.board.tell(self.part.id(), event);
    }
}
