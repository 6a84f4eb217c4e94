//! Watches over the parts of a running stack: starts them in order, keeps them running, stops them
//! in order, and cleans up after a supervisor that was killed. What a part is, is told by `parts`.

mod backoff;
mod board;
mod child;
pub(crate) mod detach;
mod keeper;
mod lifeline;
mod lock;
mod process;
pub(crate) mod session;
mod state;
pub(crate) mod stop;
mod sweep;

use std::sync::Arc;

use service::{Exit, Failure};
use tokio::sync::watch;
use tokio::task::JoinHandle;

pub(crate) use board::say;
pub(crate) use lock::Lock;
pub use process::Process;
pub(crate) use state::now;
pub use state::{Condition, PartState, State};

use crate::parts::{Kind, Part, Plan};
use board::Board;
use keeper::{Keeper, Want};
pub(crate) use lifeline::Order;

/// A running stack.
struct Supervisor {
    board: Board,
    kept: Vec<Kept>,
}

struct Kept {
    part: Arc<dyn Part>,
    want: watch::Sender<Want>,
    keeper: JoinHandle<()>,
}

impl Supervisor {
    /// Starts keeping all parts; each starts as soon as what it waits for is there.
    fn start(plan: &Arc<Plan>, parts: Vec<Arc<dyn Part>>, board: Board) -> Self {
        let keep = |part: Arc<dyn Part>| {
            child::begin_log(&plan.folder, part.id().as_str());
            let (want, wanted) = watch::channel(Want::Up);
            let keeper = Keeper { part: part.clone(), plan: plan.clone(), board: board.clone(), want: wanted };
            Kept { part, want, keeper: tokio::spawn(keeper.run()) }
        };
        Self { kept: parts.into_iter().map(keep).collect(), board }
    }

    /// Waits until every part answers.
    ///
    /// # Errors
    /// When a part fails instead; all that failed by then are told.
    async fn ready(&self) -> Result<(), Failure> {
        let failed = |state: &State| -> Vec<String> {
            let failed = state.parts.iter().filter(|part| part.condition == Condition::Failed);
            failed.map(|part| format!("{}: {}", part.id, part.cause.as_deref().unwrap_or("?"))).collect()
        };
        self.board.until(|state| state.is_ready() || !failed(state).is_empty()).await;
        match failed(&self.board.state()).as_slice() {
            [] => Ok(()),
            failed => Err(Failure::all(Exit::Failed, "the stack could not be started", failed)
                .hint("the whole of what a part said: stack logs PART; what the machine lacks: stack doctor")),
        }
    }

    /// Does what the holder of the lifeline asks.
    fn obey(&self, order: &Order) {
        let (id, wanted) = match order {
            Order::Start(id) => (id, Want::Up),
            Order::Stop(id) => (id, Want::Down),
        };
        if let Some(kept) = self.kept.iter().find(|kept| kept.part.id().as_str() == id) {
            kept.want.send_replace(wanted);
        } else {
            tracing::warn!(part = %id, "there is no such part");
        }
    }

    /// Stops all parts, each kind before those it stands on.
    async fn stop(self) {
        for kind in Kind::ALL.into_iter().rev() {
            for kept in self.kept.iter().filter(|kept| kept.part.kind() == kind) {
                kept.want.send_replace(Want::Down);
            }
            let stopped = |state: &State| {
                state.parts.iter().all(|part| part.kind != kind || part.condition == Condition::Stopped)
            };
            self.board.until(stopped).await;
        }
        for Kept { want, keeper, .. } in self.kept {
            drop(want);
            // A keeper that panicked has nothing left to keep.
            let _ = keeper.await;
        }
    }
}
