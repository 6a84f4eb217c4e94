//! How long a stack takes from its start until all of it answers, for the kinds of start: without
//! class archives, with them on an empty folder, with them over data, and that with the quick compiler.

use std::time::{Duration, Instant};

use super::figures::Spread;
use super::report;
use crate::folder::Folder;
use crate::kit::{KafkaVersion, Kit, SinkChoice};
use crate::parts::Kind;
use crate::settings::StackName;
use crate::supervise::{Process, State, say};
use crate::{Lease, LeaseOptions};

/// One start.
#[derive(Clone, Debug)]
struct Boot {
    all: Duration,
    state: State,
    processor: Duration,
}

/// Several starts of each kind.
#[derive(Clone, Debug, Default)]
pub struct Boots {
    without_archives: Vec<Boot>,
    on_empty: Vec<Boot>,
    over_data: Vec<Boot>,
    quick: Vec<Boot>,
}

impl Boots {
    /// Measures each kind of start `runs` times, in turns, so that a change of the machine's load
    /// meets them all.
    ///
    /// # Errors
    /// When a stack cannot be started.
    pub async fn measure(runs: u32, kafka: KafkaVersion, sink: SinkChoice) -> anyhow::Result<Self> {
        let (kafka, sink) = (kafka.to_string(), sink.to_string());
        let args = ["--ports", "auto", "--kafka", &kafka, "--sink", &sink].map(str::to_owned).to_vec();
        let kept = LeaseOptions { name: StackName::random("bench"), ephemeral: false, args };
        let measured = Self::in_turns(runs, &kept).await;
        let removed = Folder::of(&kept.name)?.remove();
        let boots = measured?;
        removed.map(|()| boots)
    }

    async fn in_turns(runs: u32, kept: &LeaseOptions) -> anyhow::Result<Self> {
        // The first start makes the data, and the class archives where there are none yet.
        boot(kept, "making the data").await?;
        let mut boots = Self::default();
        for run in 1..=runs {
            let empty = LeaseOptions { name: StackName::random("bench"), ephemeral: true, args: kept.args.clone() };
            let without = empty.clone().with(&["--no-archives"]);
            boots.without_archives.push(boot(&without, &format!("run {run}: without class archives")).await?);
            boots.on_empty.push(boot(&empty, &format!("run {run}: on an empty folder")).await?);
            boots.over_data.push(boot(kept, &format!("run {run}: over data")).await?);
            let quick = kept.clone().with(&["--quick"]);
            boots.quick.push(boot(&quick, &format!("run {run}: over data, --quick")).await?);
        }
        Ok(boots)
    }
}

async fn boot(options: &LeaseOptions, what: &str) -> anyhow::Result<Boot> {
    let started = Instant::now();
    let lease = Lease::start(options).await?;
    let all = started.elapsed();
    let state = lease.state()?;
    let processes = state.parts.iter().filter_map(|part| part.process);
    let processor = processes.filter_map(Process::processor_time).sum();
    say(&format!("{what}: {} ms", all.as_millis()));
    lease.end().await?;
    Ok(Boot { all, state, processor })
}

/// The figures as Markdown.
pub fn report(boots: &Boots, kit: &Kit, command: &str) -> String {
    let rows: Vec<Vec<String>> = [
        ("first start, without class archives", &boots.without_archives),
        ("first start, with class archives", &boots.on_empty),
        ("start over data, with class archives", &boots.over_data),
        ("the same with `--quick`", &boots.quick),
    ]
    .into_iter()
    .map(|(name, boots)| row(name, boots))
    .collect();
    let header = ["start", "all ready", "PostgreSQL", "Kafka", "Connect", "processor time"];
    format!(
        "Seconds from `stack up` until every part answers, median (least–most). A part's own time counts from the start \
         of its process; a first start also makes the data folders. Kafka {}, {}, both JIT compilers on but \
         for `--quick`.\n\n{}\n\
         Repeat with `{command}`. Measured on {} ({} at the end).\n",
        kit.kafka.full(),
        kit.sink,
        report::table(&header, &rows),
        report::machine(),
        report::load(),
    )
}

fn row(name: &str, boots: &[Boot]) -> Vec<String> {
    let shown = |spread: Option<Spread>| spread.map_or_else(|| "-".to_owned(), |spread| spread.to_string());
    let part = |kind: Kind| {
        let ready = |boot: &Boot| {
            let parts = boot.state.parts.iter().filter(|part| part.kind == kind);
            parts.filter_map(|part| part.ready_after).max().map(Duration::from_millis)
        };
        shown(Spread::of_seconds(boots.iter().filter_map(ready)))
    };
    vec![
        name.to_owned(),
        shown(Spread::of_seconds(boots.iter().map(|boot| boot.all))),
        part(Kind::Postgres),
        part(Kind::Kafka),
        part(Kind::Connect),
        shown(Spread::of_seconds(boots.iter().map(|boot| boot.processor))),
    ]
}
