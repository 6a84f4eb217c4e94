//! Options that several commands share, turned once into what the engine takes.

use std::path::PathBuf;
use std::time::Duration;

use clap::ValueEnum;
use service::{Exit, Failure};
use tokio::time::Instant;

pub(super) use super::access::{ConnectArgs, OtherArgs};
use super::policy::PolicyArgs;
use super::progress::Progress;
use super::pruning::PruneArgs;
use crate::core::document::Format as InputFormat;
use crate::core::lint::UnknownKeys;
use crate::core::{Backoff, Mistake, SecretMode};
use crate::sources::environment::names;
use crate::sources::{Given, Inputs, Loaded, load};

/// Which templates, and how they are rendered.
#[derive(Clone, Debug, clap::Args)]
pub(super) struct TemplateArgs {
    /// Connectors: a file, a folder (`*.json`, `*.yaml`, `*.yml`, `*.properties`, not recursed), or `-` for
    /// standard input; may be given several times
    ///
    /// JSON or YAML: `{name, config}` with `state` and `ignore_keys` beside them, a flat configuration with
    /// its name inside, a list of either, several YAML documents, Strimzi's `KafkaConnector`. Properties:
    /// what Connect's standalone mode reads.
    #[arg(short = 'f', long = "file", env = names::FILES, hide_env_values = true, value_name = "FILE|DIR|-", value_delimiter = ',')]
    files: Vec<PathBuf>,
    /// The format of standard input and of files whose names do not tell it; guessed where not given
    #[arg(long, value_enum, value_name = "FORMAT")]
    input_format: Option<Input>,
    /// A file of variables (NAME=VALUE, as for docker compose, without interpolation); may be given several
    /// times, and of a variable that stands in several the last counts
    ///
    /// Variables, also those of secrets, come from --set, else from the environment, else from these
    /// files; `NAME_FILE` names a file that holds the value of NAME, `NAME_COMMAND` a command that prints it.
    #[arg(long = "env-file", env = names::ENV_FILES, hide_env_values = true, value_name = "FILE", value_delimiter = ',')]
    env_files: Vec<PathBuf>,
    /// A variable, before all others; refused for secrets, since everybody can read a command line
    #[arg(long = "set", value_name = "NAME=VALUE")]
    assignments: Vec<String>,
    /// How a secret reaches Connect: by reference its value never leaves this machine
    #[arg(long, env = names::SECRETS, hide_env_values = true, value_enum, default_value_t = Secrets::Reference)]
    secrets: Secrets,
    #[command(flatten)]
    policy: PolicyArgs,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Input {
    /// JSON
    Json,
    /// YAML
    Yaml,
    /// Java's properties
    Properties,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Secrets {
    /// As `${env:NAME}`, which the worker resolves
    Reference,
    /// As its value
    Inline,
}

impl TemplateArgs {
    /// The templates; at least one file or folder has to be named, and none may be without any.
    pub(super) fn load(&self) -> Result<Loaded, Failure> {
        self.load_for(PruneArgs::default())
    }

    /// The same; a folder may be without any where that is said to be meant.
    pub(super) fn load_for(&self, prune: PruneArgs) -> Result<Loaded, Failure> {
        if self.files.is_empty() {
            let failure = Failure::new(Exit::Usage, "no template was named");
            return Err(failure.hint(format!("name a file or a folder: -f connectors/ (or set {})", names::FILES)));
        }
        self.read(prune.allows_empty())
    }

    /// The templates, where any are named.
    pub(super) fn load_any(&self) -> Result<Loaded, Failure> {
        self.read(false)
    }

    fn read(&self, may_be_empty: bool) -> Result<Loaded, Failure> {
        let inputs = Inputs {
            paths: self.files.clone(),
            format: self.input_format.map(|format| match format {
                Input::Json => InputFormat::Json,
                Input::Yaml => InputFormat::Yaml,
                Input::Properties => InputFormat::Properties,
            }),
            may_be_empty,
            given: Given { files: self.env_files.clone(), assignments: self.assignments.clone() },
            secrets: match self.secrets {
                Secrets::Reference => SecretMode::Reference,
                Secrets::Inline => SecretMode::Inline,
            },
        };
        let mut loaded = load(&inputs)?;
        tell(&loaded.notes);
        if let Some(policy) = self.policy.read(&loaded.environment.variables)? {
            loaded.restrain(&policy);
        }
        Ok(loaded)
    }

    /// The same, under the default policy where none is named.
    #[must_use]
    pub(super) fn guarded(&self) -> Self {
        Self { policy: self.policy.or_default(), ..self.clone() }
    }

    /// The files and folders of templates, and the other files that they are read with.
    pub(super) fn files(&self) -> (&[PathBuf], Vec<PathBuf>) {
        (&self.files, self.env_files.iter().cloned().chain(self.policy.file()).collect())
    }

    /// Whether they come from where nothing can be read twice.
    pub(super) fn is_once(&self) -> bool {
        self.files.iter().any(|file| file.as_os_str() == "-" || (file.exists() && !file.is_dir() && !file.is_file()))
    }

    /// Whether any was named.
    pub(super) fn is_given(&self) -> bool {
        !self.files.is_empty()
    }
}

/// Tells what was left out; of very much of it only the beginning.
fn tell(notes: &[Mistake]) {
    const MOST: usize = 20;
    let progress = Progress::new();
    notes.iter().take(MOST).for_each(|note| progress.line(&format!("note: {note}")));
    if notes.len() > MOST {
        progress.line(&format!("note: and {} more of these", notes.len() - MOST));
    }
}

/// What is done about keys that the worker does not know.
#[derive(Clone, Copy, Debug, clap::Args)]
pub(super) struct LintArgs {
    /// What is done about keys that the worker's plug-in does not know
    #[arg(long, value_enum, value_name = "POLICY", default_value_t = Unknown::Refuse)]
    unknown_keys: Unknown,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Unknown {
    /// They are mistakes
    Refuse,
    /// They are let through
    Allow,
}

impl LintArgs {
    pub(super) fn policy(self) -> UnknownKeys {
        match self.unknown_keys {
            Unknown::Refuse => UnknownKeys::Refuse,
            Unknown::Allow => UnknownKeys::Allow,
        }
    }
}

/// How long a command that only reads may take.
#[derive(Clone, Copy, Debug, clap::Args)]
pub(super) struct ReadTimeout {
    /// How long the worker may be busy (a rebalance, a restart) before this gives up
    #[arg(long, env = names::TIMEOUT, hide_env_values = true, value_name = "DURATION", default_value = "15s", value_parser = duration)]
    timeout: Duration,
}

impl ReadTimeout {
    pub(super) fn deadline(self) -> Instant {
        Instant::now() + self.timeout
    }
}

/// The pauses between attempts of this run.
pub(super) fn backoff() -> Backoff {
    Backoff::of_requests(rand::random())
}

/// Reads `500ms`, `30s`, `2m`, `1h 30m`, or a number of seconds.
pub(super) fn duration(text: &str) -> Result<Duration, String> {
    const LONGEST: Duration = Duration::from_hours(24 * 365);
    let seconds = text.parse::<f64>().ok().and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
    let duration = match seconds {
        Some(duration) => Some(duration),
        None => text.parse::<jiff::SignedDuration>().ok().and_then(|duration| Duration::try_from(duration).ok()),
    };
    let duration = duration.filter(|duration| !duration.is_zero() && *duration <= LONGEST);
    duration.ok_or_else(|| "a duration is 500ms, 30s, 2m or 1h30m, longer than nothing".to_owned())
}

/// Shows a duration as `duration` reads it.
pub(super) fn show_duration(duration: Duration) -> String {
    if duration.subsec_millis() == 0 {
        format!("{}s", duration.as_secs())
    } else {
        format!("{:.1}s", duration.as_secs_f64())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read_as_people_write_them() {
        for (text, millis) in [("500ms", 500), ("30s", 30_000), ("2m", 120_000), ("1h 30m", 5_400_000), ("1.5", 1500)] {
            assert_eq!(duration(text), Ok(Duration::from_millis(millis)), "{text}");
        }
        for bad in ["", "0", "-1s", "soon", "NaN", "1e300"] {
            assert!(duration(bad).is_err(), "{bad}");
        }
    }
}
