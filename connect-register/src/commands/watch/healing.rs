//! The options of `watch` that say what it does about connectors that do not work.

use std::time::Duration;

use clap::ValueEnum;

use crate::commands::options::duration;
use crate::reconcile::{HealingPolicy, RestartPolicy, Stalled};
use crate::sources::environment::names;

/// What is done about connectors that do not work.
#[derive(Clone, Copy, Debug, clap::Args)]
pub(super) struct HealingArgs {
    /// What is done about connectors and tasks that have failed
    #[arg(long, value_enum, value_name = "POLICY", default_value_t = Restart::Failed)]
    restart: Restart,
    /// So many restarts without ten healthy minutes between them, and a connector is given up until it is
    /// changed or runs again; `unlimited` never gives up
    #[arg(long, env = names::MAX_RESTARTS, hide_env_values = true, value_name = "N|unlimited", default_value = "unlimited", value_parser = Most::parse)]
    max_restarts: Most,
    /// The unit of the pauses between restarts, which are 2, 6, 12, 20 … and at most 60 of it
    #[arg(long, env = names::RESTART_BACKOFF, hide_env_values = true, value_name = "DURATION", default_value = "1m", value_parser = duration)]
    restart_backoff: Duration,
    /// How long tasks may be without a worker before that is told: the workers'
    /// `scheduled.rebalance.max.delay.ms` and a bit
    #[arg(long, env = names::REBALANCE_DELAY, hide_env_values = true, value_name = "DURATION", default_value = "5m30s", value_parser = duration)]
    rebalance_delay: Duration,
    /// How long a connector may run without a task before it is restarted
    #[arg(long, value_name = "DURATION", default_value = "1m", value_parser = duration)]
    no_tasks_delay: Duration,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Restart {
    /// They are restarted
    Failed,
    /// Nothing
    Never,
}

/// The most restarts, where there is a limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Most(Option<u32>);

impl Most {
    fn parse(text: &str) -> Result<Self, String> {
        match text.parse() {
            _ if text == "unlimited" => Ok(Self(None)),
            Ok(0) => Err("no restart at all is --restart never".to_owned()),
            Ok(most) => Ok(Self(Some(most))),
            Err(_) => Err("it is a number of restarts, or `unlimited`".to_owned()),
        }
    }
}

impl HealingArgs {
    pub(super) fn restarts(self) -> RestartPolicy {
        match self.restart {
            Restart::Failed => RestartPolicy::Failed,
            Restart::Never => RestartPolicy::Never,
        }
    }

    pub(super) fn policy(self, stalled: Stalled) -> HealingPolicy {
        HealingPolicy {
            unit: self.restart_backoff,
            most: self.max_restarts.0,
            rebalance_delay: self.rebalance_delay,
            idle: self.no_tasks_delay,
            stalled,
            ..HealingPolicy::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_of_none_at_all_is_said_in_another_way() {
        assert_eq!(Most::parse("7"), Ok(Most(Some(7))));
        assert_eq!(Most::parse("unlimited"), Ok(Most(None)));
        for bad in ["0", "-1", "", "many"] {
            assert!(Most::parse(bad).is_err(), "{bad}");
        }
    }
}
