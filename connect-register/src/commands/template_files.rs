//! What runs, as templates: what `export` and `import` share. Reads the connectors chosen, takes their
//! secrets out, and tells which have to be set.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use clap::ValueEnum;
use service::{Exit, Failure};
use tokio::time::Instant;

use super::choice::ChoiceArgs;
use super::look;
use super::options::backoff;
use super::progress::Progress;
use super::show::count;
use crate::core::export::{Exported, FileNames, VariableNames, export};
use crate::core::{ConnectorName, Observation, Selection, plain, yaml};
use crate::reconcile::{ConnectReader, definitions};
use crate::sources::template_folder;
use crate::sources::whole::Existing;

/// How templates are written, and where to.
#[derive(Clone, Debug, clap::Args)]
pub(super) struct WriteArgs {
    /// Replace files that are there already
    #[arg(long)]
    force: bool,
    /// The format of the templates
    #[arg(short, long, value_enum, value_name = "FORMAT", default_value_t)]
    pub(super) output: TemplateFormat,
}

/// The format of templates.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum TemplateFormat {
    /// JSON
    #[default]
    Json,
    /// YAML
    Yaml,
}

/// Templates of the connectors chosen, and what no template can hold.
#[derive(Debug)]
pub(super) struct Taken {
    pub(super) templates: Vec<Exported>,
    pub(super) left: Vec<String>,
    pub(super) observation: Observation,
}

/// Reads the connectors and makes templates of them.
pub(super) async fn take(reader: &impl ConnectReader, choice: &ChoiceArgs, deadline: Instant) -> anyhow::Result<Taken> {
    let (backoff, progress) = (backoff(), Progress::new());
    let observation = look::all(reader, deadline).await?;
    let selection: Selection = choice.among(observation.keys())?;
    let chosen: Vec<_> = observation.iter().filter(|(name, _)| selection.has(name)).collect();
    let class = |config: &crate::core::ObservedConfig| config.get("connector.class").cloned();
    let classes: BTreeSet<String> = chosen.iter().filter_map(|(_, observed)| class(&observed.config)).collect();
    let passwords = definitions::passwords(reader, classes.iter().map(String::as_str), deadline, &backoff).await;
    let passwords = passwords.map_err(|fault| fault.into_failure("the worker could not be asked for definitions"))?;
    for class in classes.iter().filter(|class| !passwords.contains_key(*class)) {
        let class = plain::line(class);
        progress.line(&format!("the worker does not tell which keys of {class} are passwords: look its values over"));
    }
    let (mut variables, mut templates, mut left) = (VariableNames::default(), Vec::new(), Vec::new());
    let none = BTreeSet::new();
    for (name, observed) in chosen {
        let secret = class(&observed.config).and_then(|class| passwords.get(&class)).unwrap_or(&none);
        match export(name, observed, secret, &mut variables) {
            Ok(exported) => templates.push(exported),
            Err(why) => left.push(format!("{name}: {why}")),
        }
    }
    Ok(Taken { templates, left, observation })
}

impl WriteArgs {
    /// Writes a file for each template, and tells which.
    pub(super) fn write(&self, folder: &Path, templates: &[Exported]) -> anyhow::Result<Vec<PathBuf>> {
        let mut names = FileNames::default();
        let mut files = Vec::new();
        for exported in templates {
            let stem = names.stem(exported.name.as_str());
            files.push(match self.output {
                TemplateFormat::Json => {
                    (format!("{stem}.json"), serde_json::to_string_pretty(&exported.template)? + "\n")
                }
                TemplateFormat::Yaml => (format!("{stem}.yaml"), yaml::write(&exported.template)),
            });
        }
        let existing = if self.force { Existing::Replace } else { Existing::Keep };
        Ok(template_folder::write(folder, &files, existing)?)
    }

    /// Prints all templates: a JSON list, or a stream of YAML documents.
    pub(super) fn print(&self, templates: &[Exported]) -> anyhow::Result<()> {
        let templates: Vec<_> = templates.iter().map(|exported| &exported.template).collect();
        match self.output {
            TemplateFormat::Json => service::output::print_json(&templates),
            TemplateFormat::Yaml => Ok(service::output::print(&yaml::write_stream(templates))?),
        }
    }
}

/// Tells which secrets have to be set before the templates can be applied.
pub(super) fn tell_secrets(templates: &[Exported]) {
    let secrets: Vec<_> =
        templates.iter().flat_map(|exported| exported.secrets.iter().map(|s| (&exported.name, s))).collect();
    if secrets.is_empty() {
        return;
    }
    let progress = Progress::new();
    let number = count(secrets.len(), "secret");
    progress.line(&format!("{number} taken out; what the templates name has to be set before they are applied:"));
    for (name, taken) in secrets {
        progress.line(&format!("  {}  {name}: {} ({})", taken.variable, plain::line(&taken.key), taken.why.words()));
    }
    progress.line(
        "by default the worker resolves them as ${env:NAME}; --secrets inline takes them from NAME or NAME_FILE here",
    );
}

/// The failure of connectors that no template can hold.
pub(super) fn left_out(left: &[String]) -> Option<Failure> {
    let failure = || {
        Failure::all(Exit::Partial, "these could not be made templates", left)
            .hint("all others were; see the lines above")
    };
    (!left.is_empty()).then(failure)
}

/// The names of templates.
pub(super) fn names_of(templates: &[Exported]) -> Vec<&ConnectorName> {
    templates.iter().map(|exported| &exported.name).collect()
}
