//! The pure core: templates, specs, diff, plan, health verdict and back-off, as values in and values
//! out. Nothing here is async, reads a file, the network, the environment or a clock.

pub mod applied;
pub mod backoff;
pub mod contrast;
pub mod desired;
pub mod diff;
pub mod document;
pub mod draft;
pub mod env_file;
pub mod export;
pub mod fault;
pub mod health;
pub mod ignored;
pub mod impact;
pub mod lint;
pub mod mentions;
pub mod mistake;
pub mod name;
pub mod observed;
pub mod offline;
pub mod payload;
pub mod plain;
pub mod plan;
pub mod plugin;
pub mod policy;
pub mod prune;
pub mod record;
pub mod redact;
pub mod reference;
pub mod render;
pub mod restore;
pub mod saved;
pub mod selection;
pub mod spec;
pub mod template;
pub mod value;
pub mod worker_version;
pub mod write;
pub mod yaml;

pub use applied::{Applied, Fingerprint};
pub use backoff::Backoff;
pub use desired::DesiredState;
pub use diff::{Comparison, KeyChange, compare};
pub use draft::Draft;
pub use fault::{Class, Fault, Remedy};
pub use health::{ConnectorStatus, State, TaskStatus, Verdict};
pub use ignored::IgnoredKeys;
pub use mentions::Mentions;
pub use mistake::{Mistake, Place};
pub use name::ConnectorName;
pub use observed::{Observation, Observed};
pub use payload::{Patch, Payload};
pub use plan::{Action, Difference, Plan, StateChange};
pub use plugin::{KeyDefinition, Plugin};
pub use prune::Prune;
pub use record::Record;
pub use redact::Redactor;
pub use reference::Reference;
pub use render::{SecretMode, Variables};
pub use saved::SavedPlan;
pub use selection::Selection;
pub use spec::{Entry, Spec};
pub use value::Value;
pub use worker_version::KafkaVersion;
pub use write::{Care, Write};

use std::collections::BTreeMap;

/// A connector's configuration as a worker returns it: a flat map of strings.
pub type ObservedConfig = BTreeMap<String, String>;
