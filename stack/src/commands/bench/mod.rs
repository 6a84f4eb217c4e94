//! `stack bench`: measures, prints the figures as Markdown, and writes them into a document.

mod boot;
mod landing;
mod register;
mod watch;

use std::path::Path;

use anyhow::Context;
use clap::Subcommand;
use service::Exit;

use crate::bench::report;
use crate::supervise::say;

/// What to measure.
#[derive(Clone, Debug, Subcommand)]
pub enum Command {
    /// How long a stack takes from its start until all of it answers
    Boot(boot::Args),
    /// How fast sales land against COPY, and how soon
    Landing(landing::Args),
    /// What it costs to declare connectors, against what is used in its place
    Register(register::Args),
    /// Whether `connect-register watch` can be left alone: an hour under load while things fail
    Watch(watch::Args),
}

impl Command {
    /// Measures it.
    pub(super) async fn run(self) -> anyhow::Result<Exit> {
        match self {
            Self::Boot(args) => boot::run(&args).await,
            Self::Landing(args) => landing::run(&args).await,
            Self::Register(args) => register::run(&args).await,
            Self::Watch(args) => watch::run(&args).await,
        }
    }
}

/// Prints a section, and puts it into a document where one is named.
fn publish(section: &str, body: &str, document: Option<&Path>) -> anyhow::Result<Exit> {
    service::output::print(body)?;
    if let Some(path) = document {
        report::write(path, section, body).with_context(|| format!("writing the section {section}"))?;
        say(&format!("wrote the section {section} of {}", path.display()));
    }
    Ok(Exit::Ok)
}
