//! `wait`: until a worker is ready for what is wanted of it.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use serde::Serialize;
use service::{Exit, Failure, Shutdown};
use tokio::time::{Instant, sleep_until};

use super::format::{OutputArgs, names as connectors};
use super::options::{ConnectArgs, TemplateArgs, backoff, duration, show_duration};
use super::progress::Progress;
use crate::core::KafkaVersion;
use crate::core::{Class, ConnectorName, Fault, Verdict, lint};
use crate::reconcile::ConnectReader;
use crate::reconcile::inspect::missing_providers;
use crate::sources::environment::names;
use crate::sources::{Loaded, templates::invalid};

/// Wait until the worker is ready
///
/// Ready is a worker that answers, has joined its cluster, has the plug-ins that the templates need,
/// and has the config providers that they refer to.
///
/// Example: connect-register wait -f connectors/ --timeout 2m
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// What to wait for: api, plugin=CLASS, or connector=NAME:running; may be given several times
    #[arg(long = "for", value_name = "WHAT")]
    wanted: Vec<Wanted>,
    #[command(flatten)]
    templates: TemplateArgs,
    /// How long to wait
    #[arg(long, env = names::TIMEOUT, hide_env_values = true, value_name = "DURATION", default_value = "2m", value_parser = duration)]
    timeout: Duration,
    #[command(flatten)]
    output: OutputArgs,
}

#[derive(Serialize)]
struct Body<'a> {
    worker: &'a str,
    ready: bool,
    waited_for: Vec<String>,
}

/// Something to wait for.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Wanted {
    Api,
    Plugin(String),
    Running(ConnectorName),
}

impl FromStr for Wanted {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        const FORMS: &str = "api, plugin=CLASS, or connector=NAME:running";
        match text.split_once('=') {
            None if text == "api" => Ok(Self::Api),
            Some(("plugin", class)) if !class.is_empty() => Ok(Self::Plugin(class.to_owned())),
            Some(("connector", rest)) => {
                let name = rest.strip_suffix(":running").ok_or_else(|| format!("this is none of {FORMS}"))?;
                Ok(Self::Running(ConnectorName::parse(name)?))
            }
            _ => Err(format!("this is none of {FORMS}")),
        }
    }
}

impl fmt::Display for Wanted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Api => f.write_str("api"),
            Self::Plugin(class) => write!(f, "plugin={class}"),
            Self::Running(name) => write!(f, "connector={}:running", name.as_str()),
        }
    }
}

/// What is not yet as wanted.
enum Pending {
    /// It may come.
    Yet { what: String, exit: Exit },
    /// It will not come.
    Never(anyhow::Error),
}

impl From<Fault> for Pending {
    fn from(fault: Fault) -> Self {
        match fault.class {
            Class::Denied | Class::Untrusted => {
                Self::Never(fault.into_failure("the worker will not be spoken to").into())
            }
            _ => Self::Yet { what: fault.to_string(), exit: Exit::Unreachable },
        }
    }
}

pub(super) async fn run(args: &Args, connect: &ConnectArgs) -> anyhow::Result<Exit> {
    let loaded = args.templates.load_any()?;
    if !loaded.mistakes.is_empty() {
        return Err(invalid(&loaded.mistakes).into());
    }
    let client = connect.client(loaded.environment.redactor.clone())?;
    let (deadline, backoff, shutdown) = (Instant::now() + args.timeout, backoff(), Shutdown::on_signals()?);
    let mut progress = Progress::new();
    for attempt in 0.. {
        let (what, exit) = match look(&client, args, &loaded).await {
            Ok(()) => break,
            Err(Pending::Never(error)) => return Err(error),
            Err(Pending::Yet { what, exit }) => (what, exit),
        };
        progress.waiting(&format!("waiting: {what}"));
        let again = Instant::now() + backoff.delay(attempt.min(2), 0);
        if again >= deadline {
            progress.finish();
            let message = format!("{} is not ready after {}: {what}", client.address(), show_duration(args.timeout));
            return Err(Failure::new(exit, message)
                .hint("look at the worker's log, or give it longer with --timeout")
                .into());
        }
        tokio::select! {
            () = sleep_until(again) => {}
            () = shutdown.asked() => return Ok(shutdown.exit()),
        }
    }
    progress.finish();
    let running = args.wanted.iter().filter_map(|wanted| match wanted {
        Wanted::Running(name) => Some(name),
        Wanted::Api | Wanted::Plugin(_) => None,
    });
    let waited_for = args.wanted.iter().map(ToString::to_string).collect();
    let body = Body { worker: client.address(), ready: true, waited_for };
    args.output.print(&body, connectors(running), |_| format!("{} is ready\n", client.address()))?;
    Ok(Exit::Ok)
}

/// One look at all that is wanted.
async fn look(reader: &impl ConnectReader, args: &Args, loaded: &Loaded) -> Result<(), Pending> {
    api(reader).await?;
    let mut classes: BTreeSet<&str> = loaded
        .drafts
        .iter()
        .flat_map(|draft| draft.entries.iter().filter(|entry| entry.key == "connector.class"))
        .map(|entry| entry.value.expose())
        .collect();
    classes.extend(args.wanted.iter().filter_map(|wanted| match wanted {
        Wanted::Plugin(class) => Some(class.as_str()),
        Wanted::Api | Wanted::Running(_) => None,
    }));
    if !classes.is_empty() {
        plugins(reader, &classes).await?;
        providers(reader, loaded).await?;
    }
    for wanted in &args.wanted {
        if let Wanted::Running(name) = wanted {
            running(reader, name).await?;
        }
    }
    Ok(())
}

/// `GET /` is answered long before a worker has joined its cluster; its herder's answers prove that.
async fn api(reader: &impl ConnectReader) -> Result<(), Pending> {
    let version = reader.worker().await?.version;
    if KafkaVersion::parse(&version).is_some_and(KafkaVersion::has_health) {
        match reader.health().await {
            // A proxy may not let it through.
            Err(fault) if matches!(fault.class, Class::Missing | Class::Unsupported) => {}
            other => return Ok(other?),
        }
    }
    let nobody = ConnectorName::reported(format!("connect-register-{:016x}", rand::random::<u64>()));
    reader.config(&nobody).await?;
    Ok(())
}

async fn plugins(reader: &impl ConnectReader, classes: &BTreeSet<&str>) -> Result<(), Pending> {
    let there = reader.plugins().await?;
    let Some(missing) = classes.iter().find(|class| !there.iter().any(|plugin| plugin == *class)) else {
        return Ok(());
    };
    let hint = match lint::nearest(missing, there.iter().map(String::as_str)) {
        Some(near) => format!("; did you mean `{near}`?"),
        None => String::new(),
    };
    // A worker finds its plug-ins once, when it starts; but another worker may answer the next time.
    Err(Pending::Yet { what: format!("the worker has no connector {missing}{hint}"), exit: Exit::Unreachable })
}

/// A provider that is missing will not come without a new start of the worker.
async fn providers(reader: &impl ConnectReader, loaded: &Loaded) -> Result<(), Pending> {
    let mut mistakes = Vec::new();
    for draft in &loaded.drafts {
        let class = draft.entries.iter().find(|entry| entry.key == "connector.class").map(|entry| entry.value.expose());
        let Some(class) = class else { continue };
        let found = missing_providers(reader, &draft.entries, class).await?;
        mistakes.extend(found);
    }
    if mistakes.is_empty() { Ok(()) } else { Err(Pending::Never(invalid(&mistakes).into())) }
}

async fn running(reader: &impl ConnectReader, name: &ConnectorName) -> Result<(), Pending> {
    let observation = reader.observe().await?;
    let verdict = Verdict::of(observation.get(name).and_then(|observed| observed.status.as_ref()));
    match verdict {
        Verdict::Running => Ok(()),
        Verdict::Failed { .. } | Verdict::Paused | Verdict::Stopped => {
            Err(Pending::Yet { what: crate::core::health::tell(name, &verdict), exit: Exit::Unhealthy })
        }
        Verdict::Starting | Verdict::Missing => {
            Err(Pending::Yet { what: crate::core::health::tell(name, &verdict), exit: Exit::Unreachable })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_to_wait_for_is_read_as_documented() {
        assert_eq!("api".parse(), Ok(Wanted::Api));
        assert_eq!("plugin=a.B".parse(), Ok(Wanted::Plugin("a.B".to_owned())));
        assert_eq!("connector=a:b:running".parse(), Ok(Wanted::Running(ConnectorName::reported("a:b"))));
        for bad in ["", "plugin=", "connector=a", "connector=:running", "task=1", "API"] {
            assert!(bad.parse::<Wanted>().is_err(), "{bad}");
        }
    }
}
