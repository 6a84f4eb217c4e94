//! `import`: takes connectors that run under management. Their templates are written, and they get the
//! name of the set.

use std::path::PathBuf;

use service::{Exit, Failure};

use super::choice::ChoiceArgs;
use super::consent;
use super::options::{ConnectArgs, ReadTimeout, backoff};
use super::pruning::SetArgs;
use super::show::table;
use super::template_files::{WriteArgs, left_out, names_of, take, tell_secrets};
use crate::core::export::Exported;
use crate::core::{Applied, ConnectorName, Fingerprint, KafkaVersion, prune};
use crate::reconcile::adopt::{Adoption, adopt};
use crate::reconcile::{ConnectReader, persist::persist};
use crate::sources::Environment;

/// Take connectors that run under management: write their templates, and give them the name of the set
///
/// The templates are those of `export`. Then each connector's configuration gets the one key that says
/// which set manages it, so that `apply --prune` knows it, and nothing else of it changes; its secrets
/// stay as the worker has them. Every write of a configuration restarts the connector, and its tasks
/// where the worker hands the change on: it is asked before, or --yes said. What another set manages
/// is refused.
///
/// Example: connect-register import pg-sales-jdbc-sink --dir connectors/
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    choice: ChoiceArgs,
    /// The folder of the templates
    #[arg(long, value_name = "DIR", required = true)]
    dir: PathBuf,
    #[command(flatten)]
    set: SetArgs,
    /// Do not ask
    #[arg(short, long)]
    yes: bool,
    #[command(flatten)]
    write: WriteArgs,
    #[command(flatten)]
    timeout: ReadTimeout,
}

struct Row<'a> {
    name: &'a ConnectorName,
    file: String,
    result: &'static str,
    message: Option<String>,
}

pub(super) async fn run(args: &Args, connect: &ConnectArgs) -> anyhow::Result<Exit> {
    if args.choice.selection()?.is_all() {
        let failure = Failure::new(Exit::Usage, "which connectors are to be managed was not said");
        return Err(failure.hint("name them, or say -e '.*' where all of them are meant").into());
    }
    let client = connect.client(Environment::without_templates()?.redactor)?;
    let (deadline, backoff) = (args.timeout.deadline(), backoff());
    let taken = take(&client, &args.choice, deadline).await?;
    let owner = |name: &ConnectorName| taken.observation.get(name).and_then(|observed| prune::owner(&observed.config));
    let names = names_of(&taken.templates);
    let others = names.iter().filter_map(|name| Some((*name, owner(name).filter(|owner| owner != args.set.name())?)));
    let others: Vec<_> = others.map(|(name, owner)| format!("{name} is of the set {owner:?}")).collect();
    if !others.is_empty() {
        let failure = Failure::all(Exit::Invalid, "these are managed already", &others);
        let hint = "import them into that set (--set-name), or take them over: `export`, then `apply --set-name`";
        return Err(failure.hint(format!("nothing was changed; {hint}")).into());
    }
    let to_write: Vec<_> = names.into_iter().filter(|name| owner(name).is_none()).collect();
    if !args.yes && !to_write.is_empty() {
        consent::ask(&consent::Question {
            fact: "The configuration of these connectors gets one more key, which restarts them",
            offer: "Take them under management?",
            unasked: "import restarts connectors, and nobody can be asked",
            hint: "say --yes; `export` writes the templates alone. Nothing was changed",
            names: &to_write,
        })?;
    }
    let worker = persist(deadline, &backoff, || client.worker()).await;
    let worker = worker.map_err(|fault| fault.into_failure("the worker could not be asked for its version"))?;
    let files = args.write.write(&args.dir, &taken.templates)?;
    let mut rows = Vec::new();
    for (exported, file) in taken.templates.iter().zip(files) {
        let applied = Applied::new(args.set.name(), fingerprint(exported));
        let version = KafkaVersion::parse(&worker.version);
        let (result, message) = match adopt(&client, &exported.name, &applied, version, deadline, &backoff).await {
            Ok(Adoption::Adopted) => ("adopted", None),
            Ok(Adoption::AlreadyOurs) => ("unchanged", None),
            Ok(Adoption::Gone) => ("failed", Some("it is not there any more".to_owned())),
            Ok(Adoption::Masked(keys)) => ("failed", Some(masked(&keys))),
            Err(fault) => ("failed", Some(fault.to_string())),
        };
        rows.push(Row { name: &exported.name, file: file.to_string_lossy().into_owned(), result, message });
    }
    let cells = |row: &Row<'_>| [row.name.to_string(), row.result.to_owned(), row.file.clone()];
    service::output::print(&table(["CONNECTOR", "RESULT", "TEMPLATE"], rows.iter().map(cells)))?;
    tell_secrets(&taken.templates);
    let failed: Vec<_> =
        rows.iter().filter_map(|row| Some(format!("{}: {}", row.name, row.message.as_ref()?))).collect();
    if !failed.is_empty() {
        let failure = Failure::all(Exit::Partial, "the templates were written, but these were not adopted", &failed);
        return Err(failure.hint("`import` with --force goes on from there, and `apply` adopts what it writes").into());
    }
    left_out(&taken.left).map_or(Ok(Exit::Ok), |failure| Err(failure.into()))
}

/// Of secrets that were taken out nothing is known.
fn fingerprint(exported: &Exported) -> Fingerprint {
    if exported.secrets.is_empty() { Fingerprint::None } else { Fingerprint::Unknown }
}

fn masked(keys: &[String]) -> String {
    let keys = keys.join(", ");
    format!("the worker masks {keys}, and is too old to change one key alone: apply the template with its secrets set")
}
