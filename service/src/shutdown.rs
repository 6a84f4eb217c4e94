//! Shutdown: one token that every loop of a program watches, cancelled by Ctrl-C or SIGTERM.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;

use crate::Exit;

/// Asked to stop, and by which signal. Clones share one state.
#[derive(Clone, Debug, Default)]
pub struct Shutdown {
    token: CancellationToken,
    signal: Arc<AtomicU8>,
}

impl Shutdown {
    /// A shutdown that only [`Shutdown::stop`] triggers: for tests and for parts of a program.
    pub fn manual() -> Self {
        Self::default()
    }

    /// A shutdown triggered by the first SIGINT or SIGTERM. A second one falls through to nothing:
    /// programs drain with a deadline, so nobody needs it.
    ///
    /// # Errors
    /// When the signal handlers cannot be installed.
    pub fn on_signals() -> std::io::Result<Self> {
        let shutdown = Self::default();
        let mut interrupt = signal(SignalKind::interrupt())?;
        let mut terminate = signal(SignalKind::terminate())?;
        let trigger = shutdown.clone();
        tokio::spawn(async move {
            let exit = tokio::select! {
                _ = interrupt.recv() => Exit::Interrupted,
                _ = terminate.recv() => Exit::Terminated,
            };
            trigger.signal.store(exit.code(), Ordering::SeqCst);
            trigger.token.cancel();
        });
        Ok(shutdown)
    }

    /// Asks everything to stop.
    pub fn stop(&self) {
        self.token.cancel();
    }

    /// Returns once a stop was asked for.
    pub async fn asked(&self) {
        self.token.cancelled().await;
    }

    /// Whether a stop was asked for.
    pub fn is_asked(&self) -> bool {
        self.token.is_cancelled()
    }

    /// How a program ends that was stopped before its work was done: 130 or 143 after a signal.
    /// A service, whose work is never done, ends with [`Exit::Ok`] instead.
    pub fn exit(&self) -> Exit {
        match self.signal.load(Ordering::SeqCst) {
            130 => Exit::Interrupted,
            143 => Exit::Terminated,
            _ => Exit::Ok,
        }
    }
}
