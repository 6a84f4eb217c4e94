//! What it costs to declare connectors: `connect-register` and what is used in its place, each
//! against the same imitated Connect, in the same run, in calm and in foul weather. No connector runs
//! in the imitation, so the figures are those of the tools and not of Connect.

mod contender;
mod report;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, ensure};
use connect_imitation::{Imitation, SINK, Setting, Tally, Weather};
use serde_json::json;

pub use contender::Contender;
pub use report::report;

use super::measured::Measured;
use crate::programs::Programs;
use crate::supervise::say;

/// What is measured.
#[derive(Clone, Debug)]
pub struct Load {
    /// Connectors in calm weather.
    pub connectors: usize,
    /// Connectors in foul weather.
    pub few: usize,
    /// How often each is measured in calm weather.
    pub runs: u32,
    /// The share of requests that go wrong in foul weather, as a share of one.
    pub share: f64,
    /// The seed of the weather.
    pub seed: u64,
    /// `quarkus-run.jar` of a built kcctl.
    pub kcctl: Option<PathBuf>,
    /// Where templates, settings and logs are put.
    pub scratch: PathBuf,
}

/// Runs of one thing, and what the cluster counted during the last of them.
#[derive(Clone, Debug)]
struct Series {
    runs: Vec<Measured>,
    tally: Tally,
}

/// The figures of one contender.
#[derive(Clone, Debug)]
struct Figures {
    contender: Contender,
    /// None of what differs from another contender in foul weather alone.
    calm: Option<Calm>,
    foul: Foul,
}

/// What an apply costs where nothing goes wrong.
#[derive(Clone, Debug)]
struct Calm {
    first: Series,
    again: Series,
}

/// What became of an apply in foul weather.
#[derive(Clone, Debug)]
struct Foul {
    run: Measured,
    tally: Tally,
    /// Connectors that were there in the end.
    there: usize,
}

/// All figures.
#[derive(Clone, Debug)]
pub struct Register {
    contenders: Vec<Figures>,
    /// What else `connect-register` does with that many connectors, by the words of the command.
    commands: Vec<(String, Series)>,
    /// What the smallest of programs takes, measured alike.
    nothing: Measured,
    size: u64,
    few: usize,
}

impl Register {
    /// Measures all contenders that can be had.
    ///
    /// # Errors
    /// When a program cannot be started, or fails in calm weather.
    pub async fn measure(load: &Load) -> anyhow::Result<Self> {
        let many = templates(&load.scratch.join("many"), load.connectors)?;
        let few = templates(&load.scratch.join("few"), load.few)?;
        let mut figures = Vec::new();
        let mut commands = Vec::new();
        let size = fs::metadata(Programs::path("connect-register")?)?.len();
        for contender in Contender::at_hand(load) {
            let calm = if contender.is_for_foul_weather() {
                None
            } else {
                say(&format!("measuring {}: {} connectors", contender.name(), load.connectors));
                let connect = Imitation::start(Setting::default())?;
                let programs = contender.programs(load, &connect.url())?;
                let first = series(&programs, &connect, load.runs, true, &contender.command(&many)?).await?;
                let again = series(&programs, &connect, load.runs, false, &contender.command(&many)?).await?;
                ensure!(connect.names().len() == load.connectors, "{} left connectors out", contender.name());
                if contender == Contender::Register {
                    commands = others(&programs, &connect, load, &many).await?;
                }
                Some(Calm { first, again })
            };
            let foul = foul(load, &contender, &few).await?;
            figures.push(Figures { contender, calm, foul });
        }
        let programs = Programs::beside_me(&["stack"], Vec::new(), load.scratch.join("logs"))?;
        let nothing = Measured::of(&programs, &["true"]).await?;
        Ok(Self { contenders: figures, commands, nothing, size, few: load.few })
    }
}

/// Templates of so many connectors in a folder of their own.
pub(super) fn templates(folder: &Path, count: usize) -> anyhow::Result<PathBuf> {
    fs::create_dir_all(folder).with_context(|| format!("making {}", folder.display()))?;
    for number in 0..count {
        let name = format!("bench-{number:04}");
        let config = json!({
            "connector.class": SINK, "tasks.max": "1", "topics": format!("topic-{number:04}"),
            "url": "jdbc:postgresql://localhost:5432/retail_ops", "user": "retail", "number": number.to_string(),
            "text": "one of many", "errors.tolerance": "none",
        });
        let template = serde_json::to_string_pretty(&json!({"name": name, "config": config}))?;
        fs::write(folder.join(format!("{name}.json")), template)?;
    }
    Ok(folder.to_owned())
}

/// Several runs of one command, each on a cluster without connectors where `afresh` says so.
async fn series(
    programs: &Programs,
    connect: &Imitation,
    count: u32,
    afresh: bool,
    command: &[String],
) -> anyhow::Result<Series> {
    let command: Vec<&str> = command.iter().map(String::as_str).collect();
    let mut runs = Vec::new();
    for _ in 0..count {
        if afresh {
            connect.clear();
        }
        connect.forget_tally();
        let run = Measured::of(programs, &command).await?;
        ensure!(run.exit == Some(0), "`{}` ended with {:?} in calm weather", command.join(" "), run.exit);
        runs.push(run);
    }
    Ok(Series { runs, tally: connect.tally() })
}

/// What else the tool does with as many connectors.
async fn others(
    programs: &Programs,
    connect: &Imitation,
    load: &Load,
    templates: &Path,
) -> anyhow::Result<Vec<(String, Series)>> {
    let (program, folder) =
        (Programs::path("connect-register")?.display().to_string(), templates.display().to_string());
    let mut measured = Vec::new();
    for words in [&["plan", "-f", &folder][..], &["status"], &["render", "-f", &folder], &["--version"]] {
        let command: Vec<String> =
            std::iter::once(program.as_str()).chain(words.iter().copied()).map(str::to_owned).collect();
        let word = words.first().copied().unwrap_or_default();
        measured.push((word.to_owned(), series(programs, connect, load.runs, false, &command).await?));
    }
    Ok(measured)
}

/// One first apply while a share of the requests goes wrong.
async fn foul(load: &Load, contender: &Contender, templates: &Path) -> anyhow::Result<Foul> {
    say(&format!("{} in foul weather: {} connectors", contender.name(), load.few));
    let weather = Weather::foul(load.seed, load.share);
    let connect = Imitation::start(Setting { weather, ..Setting::default() })?;
    let programs = contender.programs(load, &connect.url())?;
    let command = contender.command(templates)?;
    let command: Vec<&str> = command.iter().map(String::as_str).collect();
    let run = Measured::of(&programs, &command).await?;
    connect.settle();
    Ok(Foul { run, tally: connect.tally(), there: connect.names().len() })
}
