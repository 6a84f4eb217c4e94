//! Which part of a connector is restarted.

/// What of a connector is restarted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// Itself and all its tasks, also those that run (Kafka 3.0 and newer; before, itself).
    All,
    /// What has failed, itself and its tasks.
    Failed,
    /// Itself, which makes its tasks anew where they are not what they should be.
    Connector,
}
