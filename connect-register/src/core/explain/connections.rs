//! Failures on the way to something else: databases, registries, brokers.

use super::Clue::{Class, Says, SaysAny};
use super::{Failure, Restart};

pub(super) const ALL: &[Failure] = &[
    Failure {
        id: "password-wrong",
        title: "the database does not accept the password",
        clues: &[Says("password authentication failed for user")],
        why: "User or password are wrong, or the password was rotated and the connector still has the old one. A \
              reference such as ${env:PGPASSWORD} that no provider resolves is sent as it stands.",
        fix: &[
            "Set the right one where the connector takes it from, and start the worker anew where that is its environment.",
            "`connect-register plan` tells whether what is declared is what runs.",
        ],
        restart: Restart::Afterwards,
    },
    Failure {
        id: "database-missing",
        title: "the database does not exist",
        clues: &[Says("database \""), Says("\" does not exist")],
        why: "The server is there, and has no database of that name.",
        fix: &["Correct connection.url, or create the database."],
        restart: Restart::Afterwards,
    },
    Failure {
        id: "too-many-connections",
        title: "the database has no connection left",
        clues: &[SaysAny(&[
            "too many clients already",
            "remaining connection slots are reserved",
            "too many connections for",
        ])],
        why: "max_connections is spent. Each task of a JDBC sink holds one connection, other sinks hold more.",
        fix: &["Make tasks.max smaller or max_connections larger, or put a pooler between them."],
        restart: Restart::Afterwards,
    },
    Failure {
        id: "host-unknown",
        title: "a host's name means nothing here",
        clues: &[Class("UnknownHostException")],
        why: "The worker asked for a name that nobody knows there; names of compose or Kubernetes hold in their own \
              network only.",
        fix: &["Correct the name, as seen from the worker."],
        restart: Restart::Afterwards,
    },
    Failure {
        id: "connection-refused",
        title: "nothing listens at the address",
        clues: &[SaysAny(&[
            "Connection refused",
            "Connection to localhost",
            "Check that the hostname and port are correct",
        ])],
        why: "The host is there and no server listens on the port: it is down, or the port or the host is wrong. \
              `localhost` is the worker itself.",
        fix: &[
            "Start the server, or correct the address, as seen from the worker.",
            "connection.attempts lets a JDBC sink wait longer.",
        ],
        restart: Restart::Afterwards,
    },
    Failure {
        id: "socket-timeout",
        title: "a server did not answer in time",
        clues: &[SaysAny(&["Read timed out", "connect timed out", "Connect timed out", "SocketTimeoutException"])],
        why: "A connection was there, or was being made, and nothing came within the time-out of the client: the server \
              is overloaded, or a lock or a firewall holds it.",
        fix: &[
            "Look at the server.",
            "Make the batch smaller, or the time-out longer (socketTimeout in connection.url, in seconds).",
        ],
        restart: Restart::Afterwards,
    },
    Failure {
        id: "connection-lost",
        title: "the database ended the connection",
        clues: &[SaysAny(&[
            "An I/O error occurred while sending to the backend",
            "terminating connection due to",
            "This connection has been closed",
        ])],
        why: "The server was restarted, failed over, or somebody ended the session; max.retries was not enough to wait.",
        fix: &["Is the database back? With max.retries and retry.backoff.ms a sink waits by itself."],
        restart: Restart::Afterwards,
    },
];
