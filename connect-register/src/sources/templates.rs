//! From files and the environment to drafts and specs, with all mistakes collected on the way.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;

use service::{Exit, Failure};

use super::environment::Environment;
use super::files;
use crate::core::applied::DEFAULT_SET;
use crate::core::{Draft, Mistake, SecretMode, Spec, draft, template};

/// All templates, rendered as far as they go.
#[derive(Debug)]
pub struct Loaded {
    /// The templates in the order of their files.
    pub drafts: Vec<Draft>,
    /// All that is wrong with them, in the order of places.
    pub mistakes: Vec<Mistake>,
    /// What they were rendered with.
    pub environment: Environment,
}

/// Reads and renders the templates that `paths` name.
///
/// # Errors
/// When the environment cannot be read. Mistakes in templates are no error here.
pub fn load(paths: &[PathBuf], mode: SecretMode) -> Result<Loaded, Failure> {
    let mut mistakes = Vec::new();
    let files = files::read(paths, &mut mistakes);
    let templates: Vec<_> = files.iter().map(|file| template::parse(&file.file, &file.text, &mut mistakes)).collect();
    let secrets: BTreeSet<String> = templates.iter().flat_map(template::Template::secret_names).collect();
    let environment = Environment::read(&secrets)?;
    let drafts: Vec<_> =
        templates.iter().map(|template| draft::draft(template, &environment.variables, mode, &mut mistakes)).collect();
    draft::check_names(&drafts, &mut mistakes);
    mistakes.sort();
    Ok(Loaded { drafts, mistakes, environment })
}

impl Loaded {
    /// The specs of templates without mistakes.
    ///
    /// # Errors
    /// A failure that tells all mistakes.
    pub fn specs(&self) -> Result<Vec<Arc<Spec>>, Failure> {
        self.specs_of(self.drafts.iter().cloned())
    }

    /// The specs of templates without mistakes, made of the drafts, which are gone then: a large set
    /// is not held twice.
    ///
    /// # Errors
    /// A failure that tells all mistakes.
    pub fn take_specs(&mut self) -> Result<Vec<Arc<Spec>>, Failure> {
        let drafts = std::mem::take(&mut self.drafts);
        self.specs_of(drafts.into_iter())
    }

    fn specs_of(&self, drafts: impl Iterator<Item = Draft>) -> Result<Vec<Arc<Spec>>, Failure> {
        if !self.mistakes.is_empty() {
            return Err(invalid(&self.mistakes));
        }
        let environment = &self.environment;
        let spec = |draft: Draft| draft.into_spec(DEFAULT_SET, &environment.variables, environment.key.as_ref());
        Ok(drafts.filter_map(spec).map(Arc::new).collect())
    }
}

/// The failure that tells all mistakes.
pub fn invalid(mistakes: &[Mistake]) -> Failure {
    let what = match mistakes.len() {
        1 => "a mistake in the templates".to_owned(),
        n => format!("{n} mistakes in the templates"),
    };
    Failure::all(Exit::Invalid, &what, mistakes).hint("nothing was changed on the worker")
}
