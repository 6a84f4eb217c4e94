//! Failures of the worker, its plug-ins and its place in the cluster.

use super::Clue::{Says, SaysAny};
use super::{Failure, Restart};

pub(super) const ALL: &[Failure] = &[
    Failure {
        id: "dead-letters-impossible",
        title: "the topic of dead letters cannot be made",
        clues: &[SaysAny(&["Could not initialize dead letter queue", "Could not initialize errant record reporter"])],
        why: "The topic is not there, and cannot be made with the replication factor that is asked for, which is three \
              where nothing is said.",
        fix: &[
            "With fewer brokers: errors.deadletterqueue.topic.replication.factor=1.",
            "Or make the topic by hand, and let the worker write to it.",
        ],
        restart: Restart::Afterwards,
    },
    Failure {
        id: "tolerance-exceeded",
        title: "a record failed, and none may",
        clues: &[Says("Tolerance exceeded in error handler")],
        why: "errors.tolerance=none lets a task end with the first record that cannot be read or transformed; what stands \
              behind `Caused by` is why.",
        fix: &["Mend the cause, or let such records pass: errors.tolerance=all with a topic of dead letters."],
        restart: Restart::Useless,
    },
];
