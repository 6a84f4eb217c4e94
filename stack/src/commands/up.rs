//! `stack up`: starts a stack and watches over it, in the foreground or in the background.

use std::ffi::OsString;
use std::time::Duration;

use service::{Exit, Failure};

use super::shape::Shape;
use crate::parts::Kind;
use crate::settings::{Archives, Compile, Keep, OnDeath, Settings};
use crate::supervise::detach::{self, Started};
use crate::supervise::say;
use crate::supervise::session::{self, Request, Until};

const EXAMPLES: &str = "\
Examples:
  stack up                                 one of each, on the default ports
  stack up --detach && eval \"$(stack env)\" in the background
  stack up --name two --ports auto         a second one beside it
  stack up --kafka 3.6 --name old          the Kafka of the 7.6.0 images
  stack up --parts postgres --ports auto   the database alone";

/// Arguments of `stack up`.
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of the command line; below they are enums")]
pub struct Args {
    #[command(flatten)]
    shape: Shape,
    /// Return when all is ready, and leave the stack running in the background
    #[arg(long, short)]
    detach: bool,
    /// Leave a part dead that dies, instead of starting it again
    #[arg(long)]
    no_restart: bool,
    /// Compile the JVMs' code with the quick compiler only: boots on less, is slower under load
    #[arg(long)]
    quick: bool,
    /// Start the JVMs without class archives, and make none
    #[arg(long)]
    no_archives: bool,
    /// How long each part may take until it answers, in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 180, value_parser = clap::value_parser!(u64).range(1..=3600))]
    timeout: u64,
    /// Remove the data when it stops
    #[arg(long, conflicts_with = "detach")]
    ephemeral: bool,
    /// Stop when standard input ends, and print the stack's environment as JSON when it is ready
    #[arg(long, conflicts_with = "detach", hide = true)]
    lifeline: bool,
    /// Be the background process of `--detach`
    #[arg(long, conflicts_with = "detach", hide = true)]
    background: bool,
}

/// Runs `stack up`.
pub(super) async fn run(args: Args) -> anyhow::Result<Exit> {
    let settings = args.settings()?;
    if args.detach {
        return in_background(&settings).await;
    }
    if args.background {
        // Out of the terminal's session, whose end would end it too. It fails only for a process
        // that leads a group already, which then has a session of its own.
        let _ = nix::unistd::setsid();
    }
    let (choice, named) = args.shape.ports();
    let until = match (args.lifeline, args.background) {
        (true, _) => Until::Lifeline,
        (_, true) => Until::Down,
        _ => Until::Signal,
    };
    session::run(&Request { settings, choice, named, until }).await
}

impl Args {
    fn settings(&self) -> anyhow::Result<Settings> {
        let mut settings = self.shape.settings();
        settings.keep = if self.ephemeral { Keep::Nothing } else { Keep::Data };
        settings.on_death = if self.no_restart { OnDeath::Leave } else { OnDeath::Restart };
        settings.compile = if self.quick { Compile::Quick } else { Compile::Full };
        settings.archives = if self.no_archives { Archives::Ignore } else { Archives::Use };
        settings.deadline = Duration::from_secs(self.timeout);
        if settings.has(Kind::Connect) && !settings.has(Kind::Kafka) {
            return Err(Failure::new(Exit::Usage, "Connect keeps its state in Kafka and cannot run without it")
                .hint("--parts kafka,connect")
                .into());
        }
        Ok(settings)
    }
}

async fn in_background(settings: &Settings) -> anyhow::Result<Exit> {
    let is_detach = |arg: &OsString| arg == "--detach" || arg == "-d";
    let args = std::env::args_os().skip(1).map(|arg| if is_detach(&arg) { "--background".into() } else { arg });
    match detach::start(settings, args.collect()).await? {
        Started::Ready => {
            let name = settings.name.option();
            say(&format!(
                "all ready, in the background. Use it: eval \"$(stack env{name})\"; stop it: stack down{name}"
            ));
            Ok(Exit::Ok)
        }
        Started::Interrupted(exit) | Started::Ended(exit) => Ok(exit),
    }
}
