//! The two watchers that run beside the demo, `landing watch` and `connect-register watch`, and what
//! they and the producer show at each moment.

use std::collections::VecDeque;
use std::net::TcpListener;
use std::time::{Duration, Instant};

use anyhow::Context;
use service::{Exit, Failure};

use super::reading::{Pages, Reading};
use crate::parts::http;
use crate::programs::{Programs, Running};
use crate::scrape::Page;

const PATIENCE: Duration = Duration::from_secs(2);
/// Rates are of this last while: the watchers look once a second.
const SPAN: Duration = Duration::from_secs(4);
/// How long a watcher may take until it serves its metrics.
const START: Duration = Duration::from_mins(1);

/// Both watchers.
#[derive(Debug)]
pub(super) struct Sidecars {
    landing: Running,
    register: Running,
    addresses: [String; 2],
}

/// Looks at all metrics pages again and again.
#[derive(Debug)]
pub(super) struct Watch {
    addresses: [Option<String>; 3],
    /// Of the last [`SPAN`], oldest first.
    seen: VecDeque<(Instant, Pages)>,
}

impl Sidecars {
    /// Starts both and waits until they serve.
    pub(super) async fn start(programs: &Programs, templates: &str) -> anyhow::Result<Self> {
        let addresses = [free_address()?, free_address()?];
        let landing = programs.start("landing", &["watch", "--metrics-addr", &addresses[0]])?;
        let register = programs.start(
            "connect-register",
            &["watch", "-f", templates, "--interval", "2s", "--metrics-addr", &addresses[1]],
        )?;
        let mut sidecars = Self { landing, register, addresses };
        let begin = Instant::now();
        for index in 0..2 {
            while page(&sidecars.addresses[index]).await.is_none() {
                sidecars.run_still()?;
                if begin.elapsed() > START {
                    let failure = Failure::new(Exit::Unreachable, "a watcher of the demo does not serve its metrics");
                    return Err(failure.hint("its log lies in the stack's folder, below logs/demo").into());
                }
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
        Ok(sidecars)
    }

    /// An error that names the one that has ended, where one has: they go on until they are stopped.
    pub(super) fn run_still(&mut self) -> anyhow::Result<()> {
        for sidecar in [&mut self.landing, &mut self.register] {
            if sidecar.ended()? {
                let message = format!("`{} watch` ended in the middle of the demo", sidecar.name());
                return Err(Failure::new(Exit::Failed, message)
                    .hint(format!("its log is {}", sidecar.log().display()))
                    .into());
            }
        }
        Ok(())
    }

    /// Watches them, and a producer where one runs.
    pub(super) fn watch(&self, producer: Option<&str>) -> Watch {
        let [landing, register] = self.addresses.clone();
        Watch { addresses: [producer.map(str::to_owned), Some(landing), Some(register)], seen: VecDeque::new() }
    }

    /// Stops both.
    pub(super) async fn stop(self) {
        self.landing.stop().await;
        self.register.stop().await;
    }
}

impl Watch {
    /// What is so now. A page that cannot be had is empty, and what it holds is not known.
    pub(super) async fn look(&mut self) -> Reading {
        let [producer, landing, register] = self.addresses.each_ref().map(|address| async move {
            match address {
                Some(address) => page(address).await.unwrap_or_default(),
                None => Page::default(),
            }
        });
        let (producer, landing, register) = tokio::join!(producer, landing, register);
        let (at, now) = (Instant::now(), Pages { producer, landing, register });
        let reading = match self.seen.front() {
            Some((before_at, before)) => Reading::of(before, &now, at - *before_at),
            None => Reading::of(&Pages::default(), &now, Duration::ZERO),
        };
        while self.seen.front().is_some_and(|(before_at, _)| at - *before_at >= SPAN) {
            self.seen.pop_front();
        }
        self.seen.push_back((at, now));
        reading
    }
}

/// An address nobody listens on. Another program may take it before it is used; then that program's
/// start fails loudly.
pub(super) fn free_address() -> anyhow::Result<String> {
    let listener = TcpListener::bind("127.0.0.1:0").context("no free port")?;
    Ok(listener.local_addr()?.to_string())
}

async fn page(address: &str) -> Option<Page> {
    let port = address.rsplit_once(':')?.1.parse().ok()?;
    let answer = http::get(port, "/metrics", PATIENCE).await.ok()?;
    (answer.status == 200).then(|| Page::parse(&answer.body))
}
