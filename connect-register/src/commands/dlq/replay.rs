//! `dlq replay`: dead letters back to the topics they came from, each once.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::fmt::Write;
use std::time::Duration;

use kafka::{Kafka, ReadError};
use serde::Serialize;
use service::{Exit, Failure, Shutdown};
use tokio::sync::mpsc;
use tokio::task::{block_in_place, spawn_blocking};
use tokio::time::{Instant, sleep_until};

use super::super::consent;
use super::super::format::OutputArgs;
use super::super::options::{ConnectArgs, ReadTimeout, backoff};
use super::super::progress::Progress;
use super::super::show::count;
use super::Chosen;
use crate::core::letter::{At, Judge, Judgement, Letter, Origins, Refusal, Replayed};
use crate::core::plain;
use crate::kafka::{Letters, Memory, Outbox, outbox::Sent};
use crate::reconcile::{ConnectReader, persist::persist};
use crate::sources::Environment;

/// Send dead letters back to the topics they came from
///
/// Key and value go back byte by byte, with the record's own headers, its time and, where it is still there,
/// to its partition; the headers that told the cause are left out, and `connect-register.replays` counts. A
/// letter is replayed once: which ones have been is kept by Kafka, as the offsets of the group
/// `connect-register.replay.TOPIC`. A record that fails again becomes a new letter, and after --max-replays of
/// them it stays where it is. What the producer refused never was a valid event and is not replayed.
///
/// Where a letter says that it came from is believed only if a connector that has TOPIC for its dead letters
/// reads that topic, or if --origin names it. The records are written again: the sink has to upsert by key.
///
/// Examples:
///   connect-register dlq replay sales.dlq --dry-run
///   connect-register dlq replay sales.dlq --where exception=PSQLException --rate 50 --yes
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub(super) struct Args {
    #[command(flatten)]
    chosen: Chosen,
    /// A topic that letters may go back to, instead of asking Connect; may be given several times
    #[arg(long = "origin", value_name = "TOPIC")]
    origins: Vec<String>,
    /// At most so many records a second
    #[arg(long, value_name = "N", default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    rate: u32,
    /// At most so many letters, the oldest of each partition first
    #[arg(long, value_name = "N")]
    max: Option<usize>,
    /// A letter that has been replayed so often, and has come back each time, stays
    #[arg(long, value_name = "N", default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..))]
    max_replays: u32,
    /// Replay also what has been replayed already
    #[arg(long)]
    again: bool,
    /// Tell what would be replayed, and send nothing
    #[arg(long)]
    dry_run: bool,
    /// Send without asking
    #[arg(long, short)]
    yes: bool,
    #[command(flatten)]
    timeout: ReadTimeout,
    #[command(flatten)]
    output: OutputArgs,
}

/// What a look at the letters gave.
#[derive(Debug, Default)]
struct Plan {
    chosen: BTreeSet<At>,
    /// How many go to which topic.
    targets: BTreeMap<String, usize>,
    refused: BTreeMap<Refusal, usize>,
    parked: usize,
    already: usize,
    beyond_max: usize,
}

#[derive(Serialize)]
struct Body<'a> {
    topic: &'a str,
    dry_run: bool,
    replayed: usize,
    targets: &'a BTreeMap<String, usize>,
    already_replayed: usize,
    parked: usize,
    refused: Vec<Refused>,
    beyond_max: usize,
}

#[derive(Serialize)]
struct Refused {
    letters: usize,
    why: String,
}

pub(super) async fn run(args: &Args, connect: &ConnectArgs) -> anyhow::Result<Exit> {
    let kafka = connect.kafka()?;
    let judge =
        Judge { letters: args.chosen.topic.clone(), origins: origins(args, connect).await?, most: args.max_replays };
    let memory = Memory::new(&kafka, &args.chosen.topic)?;
    let letters = block_in_place(|| Letters::open(&kafka, &args.chosen.topic, args.chosen.since));
    let letters = letters.map_err(|error| error.failure(&kafka))?;
    let replayed = block_in_place(|| memory.read(letters.spans()))?;
    drop(letters);
    let mut plan = Plan::default();
    if let Some(exit) = args.chosen.read(&kafka, |letter| plan.add(args, &judge, &replayed, &letter))? {
        return Ok(exit);
    }
    if args.dry_run || plan.chosen.is_empty() {
        args.report(&plan, if args.dry_run { plan.chosen.len() } else { 0 })?;
        return Ok(Exit::Ok);
    }
    // What could not be remembered is not sent.
    let mut after = replayed.clone();
    for at in &plan.chosen {
        after.entry(at.partition).or_default().add(at.offset);
    }
    for of in after.values() {
        of.metadata().map_err(|error| {
            Failure::new(Exit::Invalid, error.to_string())
                .hint("choose more of them, or the oldest: --max; nothing was sent")
        })?;
    }
    if !args.yes {
        let lines: Vec<String> = plan
            .targets
            .iter()
            .map(|(topic, n)| format!("{} to {}", count(*n, "letter"), plain::line(topic)))
            .collect();
        consent::ask(&consent::Question {
            fact: "These letters are written again to where they came from",
            offer: "Replay them?",
            unasked: "letters would be written again, and nobody can be asked",
            hint: "look at --dry-run, then say --yes; nothing was sent",
            names: &lines,
        })?;
    }
    let mut outbox = Outbox::new(&kafka)?;
    for topic in plan.targets.keys() {
        block_in_place(|| outbox.address(topic)).map_err(|error| {
            Failure::new(Exit::Failed, format!("nothing can be sent to {}", plain::line(topic)))
                .because(error)
                .hint("nothing was sent")
        })?;
    }
    let replay = Replay { args, kafka, judge, memory, outbox, replayed, sent: 0 };
    replay.send(plan).await
}

/// The topics that letters may go back to.
async fn origins(args: &Args, connect: &ConnectArgs) -> anyhow::Result<Origins> {
    if !args.origins.is_empty() {
        return Ok(Origins::of(args.origins.iter().cloned()));
    }
    let client = connect.client(Environment::without_templates()?.redactor)?;
    let observed = persist(args.timeout.deadline(), &backoff(), || client.observe()).await;
    let observed = observed.map_err(|fault| {
        fault.into_failure("Connect could not be asked which topics the letters may go back to (--origin names them)")
    })?;
    let origins = Origins::read_by(observed.values().map(|observed| &observed.config), &args.chosen.topic);
    if origins.is_empty() {
        let what = format!("no connector has {} for its dead letters", plain::line(&args.chosen.topic));
        return Err(Failure::new(Exit::Invalid, what)
            .hint("name the topics that they may go back to with --origin")
            .into());
    }
    Ok(origins)
}

impl Plan {
    fn add(&mut self, args: &Args, judge: &Judge, replayed: &BTreeMap<i32, Replayed>, letter: &Letter) {
        let is_done = replayed.get(&letter.at.partition).is_some_and(|of| of.has(letter.at.offset));
        if is_done && !args.again {
            self.already += 1;
            return;
        }
        match judge.judge(letter) {
            Judgement::Replay(_) if args.max.is_some_and(|max| self.chosen.len() >= max) => self.beyond_max += 1,
            Judgement::Replay(outgoing) => {
                self.chosen.insert(letter.at);
                *self.targets.entry(outgoing.topic).or_default() += 1;
            }
            Judgement::Parked(_) => self.parked += 1,
            Judgement::Refused(refusal) => *self.refused.entry(refusal).or_default() += 1,
        }
    }
}

impl Args {
    fn report(&self, plan: &Plan, replayed: usize) -> anyhow::Result<()> {
        let refused = |(refusal, letters): (&Refusal, &usize)| Refused { letters: *letters, why: refusal.words() };
        let body = Body {
            topic: &self.chosen.topic,
            dry_run: self.dry_run,
            replayed,
            targets: &plan.targets,
            already_replayed: plan.already,
            parked: plan.parked,
            refused: plan.refused.iter().map(refused).collect(),
            beyond_max: plan.beyond_max,
        };
        let targets: Vec<_> = plan.targets.keys().cloned().collect();
        self.output.print(&body, targets, |_| {
            let mut text = String::new();
            // Writing to a string does not fail.
            let _ = lines(&mut text, &body, self.max_replays);
            text
        })
    }
}

fn lines(text: &mut String, body: &Body<'_>, most: u32) -> std::fmt::Result {
    let topics = body.targets.iter().map(|(topic, letters)| format!("{letters} to {}", plain::line(topic)));
    let topics = topics.collect::<Vec<_>>().join(", ");
    let (letters, word) = (count(body.replayed, "letter"), if body.dry_run { "would be replayed" } else { "replayed" });
    if body.replayed == 0 {
        writeln!(text, "no letter {}", if body.dry_run { "would be replayed" } else { "was replayed" })?;
    } else {
        writeln!(text, "{letters} {word}: {topics}")?;
    }
    for (number, what) in [
        (body.already_replayed, "replayed before: --again replays them once more".to_owned()),
        (body.parked, format!("parked: replayed {most} times, and dead again each time")),
        (body.beyond_max, "left for later: --max".to_owned()),
    ] {
        if number > 0 {
            writeln!(text, "{} {what}", count(number, "letter"))?;
        }
    }
    for Refused { letters, why } in &body.refused {
        writeln!(text, "{} not replayed: {why}", count(*letters, "letter"))?;
    }
    Ok(())
}

/// A replay under way.
struct Replay<'a> {
    args: &'a Args,
    kafka: Kafka,
    judge: Judge,
    memory: Memory,
    outbox: Outbox,
    replayed: BTreeMap<i32, Replayed>,
    sent: usize,
}

/// So many records are on their way at once.
const UNDER_WAY: usize = 500;
/// So often what has arrived is remembered.
const REMEMBER: Duration = Duration::from_secs(2);

impl Replay<'_> {
    async fn send(mut self, plan: Plan) -> anyhow::Result<Exit> {
        let stop = Shutdown::on_signals()?;
        let reading = Shutdown::manual();
        let (sender, mut letters) = mpsc::channel(64);
        let reader = {
            let (kafka, topic, since, stop) =
                (self.kafka.clone(), self.args.chosen.topic.clone(), self.args.chosen.since, reading.clone());
            let chosen = plan.chosen.clone();
            spawn_blocking(move || {
                Letters::open(&kafka, &topic, since)?.read(&stop, |letter| {
                    // Whoever has stopped listening has stopped the reading, too.
                    if chosen.contains(&letter.at) && sender.blocking_send(letter).is_err() {
                        stop.stop();
                    }
                })
            })
        };
        let ended = self.pump(&mut letters, plan.chosen.len(), &stop).await;
        reading.stop();
        drop(letters);
        let read = reader.await?;
        block_in_place(|| self.memory.write(&self.replayed))?;
        let all = plan.chosen.len();
        if let Err(error) = ended {
            let exit = if self.sent == 0 { Exit::Failed } else { Exit::Partial };
            let failure = Failure::new(exit, format!("{} of {all} letters were replayed", self.sent)).because(error);
            return Err(failure.hint("run it again for the rest: what arrived is not sent again").into());
        }
        match read {
            Err(ReadError::Stopped) if stop.is_asked() => {
                Progress::new()
                    .line(&format!("stopped after {} of {all} letters; run it again for the rest", self.sent));
                return Ok(stop.exit());
            }
            Err(error) if self.sent < all => return Err(error.failure(&self.kafka).into()),
            Ok(()) | Err(_) => {}
        }
        if self.sent < all {
            let what = format!("{} of {all} letters were replayed: the others are gone meanwhile", self.sent);
            return Err(Failure::new(Exit::Partial, what).hint("retention deletes what is old").into());
        }
        self.args.report(&plan, self.sent)?;
        Ok(Exit::Ok)
    }

    /// Sends what is read, at the rate that is asked for, until all is sent or it was stopped.
    async fn pump(&mut self, letters: &mut mpsc::Receiver<Letter>, all: usize, stop: &Shutdown) -> anyhow::Result<()> {
        let (began, mut progress, mut remembered) = (Instant::now(), Progress::new(), Instant::now());
        let mut under_way: VecDeque<(At, Sent)> = VecDeque::new();
        let mut handed: u32 = 0;
        while usize::try_from(handed).is_ok_and(|handed| handed < all) {
            let due = began + Duration::from_secs_f64(f64::from(handed) / f64::from(self.args.rate));
            let letter = tokio::select! {
                () = stop.asked() => break,
                letter = async { sleep_until(due).await; letters.recv().await } => letter,
            };
            let Some(letter) = letter else { break };
            if let Judgement::Replay(outgoing) = self.judge.judge(&letter) {
                under_way.push_back((letter.at, self.outbox.send(&letter, &outgoing)?));
            }
            handed += 1;
            while under_way.len() >= UNDER_WAY {
                self.arrive(&mut under_way).await?;
            }
            if remembered.elapsed() >= REMEMBER {
                while !under_way.is_empty() {
                    self.arrive(&mut under_way).await?;
                }
                block_in_place(|| self.memory.write(&self.replayed))?;
                remembered = Instant::now();
            }
            progress.waiting(&format!("{} of {all} letters replayed", self.sent));
        }
        while !under_way.is_empty() {
            self.arrive(&mut under_way).await?;
        }
        progress.finish();
        Ok(())
    }

    async fn arrive(&mut self, under_way: &mut VecDeque<(At, Sent)>) -> anyhow::Result<()> {
        let Some((at, sent)) = under_way.pop_front() else { return Ok(()) };
        sent.arrived().await?;
        self.replayed.entry(at.partition).or_default().add(at.offset);
        self.sent += 1;
        Ok(())
    }
}
