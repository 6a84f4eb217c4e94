//! `stack bench register`: what it costs to declare connectors.

use std::path::PathBuf;

use service::{Exit, Failure};

use crate::bench::register::{self, Load, Register};
use crate::folder::Folder;
use crate::settings::StackName;

const EXAMPLES: &str = "\
Examples:
  stack bench register
  KCCTL_JAR=~/kcctl/target/quarkus-app/quarkus-run.jar stack bench register --write docs/benchmarks.md

The worker is an imitation: neither Kafka nor Connect is started.";

/// Arguments of `stack bench register`.
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// How many connectors in calm weather
    #[arg(long, default_value_t = 1000, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    connectors: u32,
    /// How many connectors in foul weather
    #[arg(long, default_value_t = 200, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    few: u32,
    /// How often each is measured in calm weather
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..=50))]
    runs: u32,
    /// How many requests of a hundred go wrong in foul weather
    #[arg(long, default_value_t = 20, value_name = "PERCENT", value_parser = clap::value_parser!(u32).range(0..=90))]
    faults: u32,
    /// The seed of the faults
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// The `quarkus-run.jar` of a built kcctl, to be measured beside it
    #[arg(long, env = "KCCTL_JAR", value_name = "FILE", hide_env_values = true)]
    kcctl_jar: Option<PathBuf>,
    /// Write the figures into this document too, in place of those of an earlier run
    #[arg(long, value_name = "FILE")]
    write: Option<PathBuf>,
}

/// Runs `stack bench register`.
pub(super) async fn run(args: &Args) -> anyhow::Result<Exit> {
    if let Some(jar) = args.kcctl_jar.as_deref().filter(|jar| !jar.is_file()) {
        let message = format!("there is no kcctl in {}", jar.display());
        return Err(Failure::new(Exit::Invalid, message).hint("build it: mvn package -DskipTests").into());
    }
    let folder = Folder::of(&StackName::random("bench"))?;
    let Args { connectors, few, runs, faults, seed, .. } = *args;
    let load = Load {
        connectors: connectors as usize,
        few: few as usize,
        runs,
        share: f64::from(faults) / 100.0,
        seed,
        kcctl: args.kcctl_jar.clone(),
        scratch: folder.path().join("register"),
    };
    let measured = Register::measure(&load).await;
    let removed = folder.remove();
    let measured = measured?;
    removed?;
    let kcctl = if load.kcctl.is_some() { "KCCTL_JAR=… " } else { "" };
    let command = format!(
        "{kcctl}stack bench register --connectors {connectors} --few {few} --runs {runs} --faults {faults} --seed {seed}"
    );
    super::publish("register", &register::report(&measured, &load, &command), args.write.as_deref())
}
