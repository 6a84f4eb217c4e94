//! What can be done to connectors, as values: so that it can be done now, later, or never.

use std::collections::BTreeMap;

use crate::cluster::Config;
use crate::offsets::Entry;

/// The state that a connector is asked to be in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// With tasks that run.
    Running,
    /// With tasks that do nothing.
    Paused,
    /// Without tasks.
    Stopped,
}

impl Target {
    /// Connect's word for it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Running => "RUNNING",
            Self::Paused => "PAUSED",
            Self::Stopped => "STOPPED",
        }
    }

    pub(crate) fn parse(word: &str) -> Option<Self> {
        [Self::Running, Self::Paused, Self::Stopped].into_iter().find(|target| target.word() == word)
    }
}

/// Something that is done to one connector.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Change {
    pub(crate) name: String,
    pub(crate) what: What,
}

/// What is done to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum What {
    /// `PUT …/config`
    Put(Config),
    /// `POST /connectors`
    Create(Config, Target),
    /// `PATCH …/config`
    Patch(BTreeMap<String, Option<String>>),
    /// `PUT …/pause`, `…/resume`, `…/stop`
    Ask(Target),
    /// `POST …/restart`, of the connector alone or with its tasks
    Restart {
        /// With its tasks.
        tasks: bool,
    },
    /// `POST …/tasks/{t}/restart`
    RestartTask(u32),
    /// A task fails with this trace; no request asks for it.
    Fail(u32, String),
    /// `PATCH …/offsets`
    Alter(Vec<Entry>),
    /// `DELETE …/offsets`
    Clear,
    /// `DELETE`
    Delete,
}
