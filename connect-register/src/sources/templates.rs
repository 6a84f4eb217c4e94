//! From files and the environment to drafts and specs, with all mistakes collected on the way.

use std::path::PathBuf;
use std::sync::Arc;

use service::{Exit, Failure};

use super::environment::Environment;
use super::files;
use super::variables::Given;
use crate::core::applied::DEFAULT_SET;
use crate::core::document::{Findings, Format};
use crate::core::policy::Policy;
use crate::core::{Draft, Mentions, Mistake, SecretMode, Spec, draft, template};

/// What is to be read, and how.
#[derive(Clone, Debug, Default)]
pub struct Inputs {
    /// Files and folders, or `-` for standard input.
    pub paths: Vec<PathBuf>,
    /// The format of what no name tells; guessed where it is absent.
    pub format: Option<Format>,
    /// Whether a folder without a template is no mistake.
    pub may_be_empty: bool,
    /// Variables beside the environment.
    pub given: Given,
    /// How a secret reaches Connect.
    pub secrets: SecretMode,
}

/// All templates, rendered as far as they go.
#[derive(Debug)]
pub struct Loaded {
    /// The templates in the order of their files.
    pub drafts: Vec<Draft>,
    /// All that is wrong with them, in the order of places.
    pub mistakes: Vec<Mistake>,
    /// What was left out, or is taken in another way than some would expect.
    pub notes: Vec<Mistake>,
    /// What they were rendered with.
    pub environment: Environment,
}

/// Reads and renders templates.
///
/// # Errors
/// When the variables cannot be read. Mistakes in templates are no error here.
pub fn load(inputs: &Inputs) -> Result<Loaded, Failure> {
    let (mut findings, mut templates) = (Findings::default(), Vec::new());
    for path in files::find(&inputs.paths, inputs.may_be_empty, &mut findings.mistakes) {
        match files::read(&path, inputs.format) {
            Ok(file) => templates.extend(template::parse(&file.file, &file.text, file.format, &mut findings)),
            Err(mistake) => findings.mistake(mistake),
        }
    }
    let environment = Environment::read(&Mentions::of(&templates), &inputs.given)?;
    let Findings { mut mistakes, notes } = findings;
    let drawn = |template| draft::draft(template, &environment.variables, inputs.secrets, &mut mistakes);
    let drafts: Vec<_> = templates.iter().map(drawn).collect();
    draft::check_names(&drafts, &mut mistakes);
    mistakes.sort();
    Ok(Loaded { drafts, mistakes, notes, environment })
}

impl Loaded {
    /// Adds what a policy has against the templates. A draft that it forbids is emptied, so that
    /// nothing of it can be sent: not even to be validated, for a worker runs what it validates.
    pub fn restrain(&mut self, policy: &Policy) {
        for draft in &mut self.drafts {
            let found = policy.check_draft(draft);
            if !found.is_empty() {
                draft.entries.clear();
                self.mistakes.extend(found);
            }
        }
        self.mistakes.sort();
    }

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
