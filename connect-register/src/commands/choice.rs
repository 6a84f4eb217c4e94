//! Which connectors a command is about: names as arguments, and regular expressions.

use service::{Exit, Failure};

use crate::core::{ConnectorName, Draft, Selection};
use crate::sources::Loaded;

/// Which connectors.
#[derive(Clone, Debug, clap::Args)]
pub(super) struct ChoiceArgs {
    /// Only these connectors, as NAME or connector/NAME
    #[arg(value_name = "CONNECTOR")]
    names: Vec<String>,
    /// Only connectors whose whole name matches; may be given several times
    #[arg(short = 'e', long = "regex", value_name = "REGEX")]
    expressions: Vec<String>,
}

impl ChoiceArgs {
    /// The choice.
    pub(super) fn selection(&self) -> Result<Selection, Failure> {
        Selection::new(self.names.clone(), self.expressions.clone())
            .map_err(|why| Failure::new(Exit::Usage, why).hint("-e 'pg-.*' matches whole names"))
    }

    /// The choice among connectors of a worker: names have to be there, and there has to be one at all.
    pub(super) fn among<'a>(
        &self,
        there: impl IntoIterator<Item = &'a ConnectorName> + Clone,
    ) -> Result<Selection, Failure> {
        let selection = self.selection()?;
        let absent = selection.absent(there.clone());
        if !absent.is_empty() {
            let failure = Failure::all(Exit::Failed, "these connectors are not there", &absent);
            return Err(failure.hint("`connect-register status -o name` tells which are"));
        }
        if !selection.is_all() && !there.into_iter().any(|name| selection.has(name)) {
            let failure = Failure::new(Exit::Failed, format!("no connector matches {}", selection.words()));
            return Err(failure.hint("an expression has to match the whole name"));
        }
        Ok(selection)
    }

    /// Leaves of the templates those that are chosen; what could not be rendered stays.
    pub(super) fn apply(&self, loaded: &mut Loaded) -> Result<(), Failure> {
        let selection = self.selection()?;
        if selection.is_all() {
            return Ok(());
        }
        let declared: Vec<_> = loaded.drafts.iter().filter_map(|draft| draft.name.clone()).collect();
        let absent = selection.absent(&declared);
        if !absent.is_empty() && loaded.mistakes.is_empty() {
            return Err(Failure::all(Exit::Usage, "no template declares", &absent));
        }
        let is_chosen = |draft: &Draft| draft.name.as_ref().is_none_or(|name| selection.has(name));
        let (kept, left): (Vec<_>, Vec<_>) = loaded.drafts.drain(..).partition(is_chosen);
        let is_of = |drafts: &[Draft], file: &str| drafts.iter().any(|draft| &*draft.place.file == file);
        loaded.mistakes.retain(|mistake| is_of(&kept, &mistake.place.file) || !is_of(&left, &mistake.place.file));
        if kept.is_empty() && loaded.mistakes.is_empty() {
            return Err(Failure::new(Exit::Usage, format!("no template matches {}", selection.words())));
        }
        loaded.drafts = kept;
        Ok(())
    }
}
