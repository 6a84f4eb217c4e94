//! What `watch` keeps: the templates, read anew when a file of them has changed or a SIGHUP comes. Mistakes
//! are told all at once, and what was declared before stays.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use service::{Failure, Shutdown};
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::mpsc::Sender;
use tokio::time::sleep;

use super::metrics::WatchMetrics;
use crate::commands::options::TemplateArgs;
use crate::commands::pruning::{PruneArgs, SetArgs};
use crate::connect::{Client, HttpTransport};
use crate::core::{Prune, Redactor, Spec};
use crate::reconcile::Event;
use crate::sources::Stamp;

/// Whoever writes a file, or several, is done when nothing has changed for so long.
const WRITTEN: Duration = Duration::from_millis(250);

/// What is declared, and how it is read.
#[derive(Clone, Debug)]
pub(super) struct Declaration {
    pub(super) templates: TemplateArgs,
    pub(super) set: SetArgs,
    pub(super) prune: PruneArgs,
}

/// What was read.
#[derive(Debug)]
pub(super) struct Declared {
    pub(super) specs: Vec<Arc<Spec>>,
    pub(super) prune: Option<Prune>,
    pub(super) redactor: Redactor,
    /// The files that secrets came from.
    pub(super) files: Vec<PathBuf>,
}

impl Declaration {
    /// Reads all of it.
    pub(super) fn read(&self) -> Result<Declared, Failure> {
        let mut loaded = self.templates.load_for(self.prune)?;
        let prune = self.prune.prune(&self.set, &loaded)?;
        let specs = self.set.own(loaded.take_specs()?);
        let environment = loaded.environment;
        Ok(Declared { specs, prune, redactor: environment.redactor, files: environment.files })
    }

    fn stamp(&self, secrets: &[PathBuf]) -> Stamp {
        let (templates, others) = self.templates.files();
        Stamp::of(templates, others.into_iter().chain(secrets.iter().cloned()))
    }
}

/// Whoever reads the declaration again.
#[derive(Debug)]
pub(super) struct Keeper {
    declaration: Declaration,
    secrets: Vec<PathBuf>,
    /// What the files were like that were read last, well or not.
    seen: Stamp,
    hangup: Signal,
    pub(super) client: Arc<Client<HttpTransport>>,
    pub(super) metrics: WatchMetrics,
    pub(super) events: Sender<Event>,
}

impl Keeper {
    /// What was read first is not read again before it changes.
    pub(super) fn new(
        declaration: Declaration,
        secrets: Vec<PathBuf>,
        client: Arc<Client<HttpTransport>>,
        metrics: WatchMetrics,
        events: Sender<Event>,
    ) -> std::io::Result<Self> {
        let seen = declaration.stamp(&secrets);
        let hangup = signal(SignalKind::hangup())?;
        Ok(Self { declaration, secrets, seen, hangup, client, metrics, events })
    }

    /// Looks for changes every interval, until a stop is asked for.
    pub(super) async fn keep(mut self, interval: Duration, shutdown: Shutdown) {
        loop {
            let is_asked = tokio::select! {
                () = shutdown.asked() => return,
                _ = self.hangup.recv() => true,
                () = sleep(interval) => false,
            };
            if self.declaration.templates.is_once() {
                if is_asked {
                    tracing::warn!("standard input cannot be read again; nothing is reloaded");
                }
                continue;
            }
            if is_asked || self.declaration.stamp(&self.secrets) != self.seen {
                self.reload().await;
            }
        }
    }

    async fn reload(&mut self) {
        self.seen = self.declaration.stamp(&self.secrets);
        loop {
            sleep(WRITTEN).await;
            let now = self.declaration.stamp(&self.secrets);
            if std::mem::replace(&mut self.seen, now.clone()) == now {
                break;
            }
        }
        let declaration = self.declaration.clone();
        // Files may be slow, and a command that prints a secret too.
        let read = tokio::task::spawn_blocking(move || declaration.read()).await;
        let Ok(read) = read else { return };
        self.metrics.reloaded(read.is_ok());
        match read {
            Ok(declared) => {
                tracing::info!(connectors = declared.specs.len(), "the templates were read again");
                if declared.files != self.secrets {
                    self.secrets = declared.files;
                    self.seen = self.declaration.stamp(&self.secrets);
                }
                self.client.keep_secret(&declared.redactor);
                // Nobody listens any more only when all ends.
                let _ = self.events.send(Event::Declared(declared.specs)).await;
            }
            Err(failure) => tracing::error!("{failure}\nwhat was declared before stays"),
        }
    }
}
