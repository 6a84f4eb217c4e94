//! Failures between records and tables: of the JDBC sink, and of PostgreSQL where it refuses a row.

use super::Clue::{Says, SaysAny};
use super::{Failure, Restart};

const LETTER: &str = "If a few records are like that: errors.tolerance=all and a topic of dead letters, then \
                      `connect-register dlq stats`.";

pub(super) const ALL: &[Failure] = &[
    Failure {
        id: "table-missing",
        title: "the table does not exist",
        clues: &[SaysAny(&["is missing and auto-creation is disabled", "Could not find table: "])],
        why: "The sink looked for the table and did not find it; it may not create it (auto.create=false, or \
              schema.evolution=none of Debezium's sink).",
        fix: &[
            "Create the table (here: `landing migrate`), or correct table.name.format (Debezium: \
             collection.name.format); the message names the table that it looked for.",
            "A partitioned table is found only with table.types=TABLE,PARTITIONED TABLE.",
        ],
        restart: Restart::Afterwards,
    },
    Failure {
        id: "column-missing",
        title: "the table lacks a column",
        clues: &[Says("is missing fields ("), SaysAny(&["auto-evolution is disabled", "is unsupported"])],
        why: "Records have a field that the table has no column for, and the sink may not add it (auto.evolve=false).",
        fix: &[
            "Add the column: ALTER TABLE … ADD COLUMN …; the message names the fields.",
            "Or leave the field out: fields.whitelist, or the transform ReplaceField$Value with exclude.",
        ],
        restart: Restart::Afterwards,
    },
    Failure {
        id: "column-not-addable",
        title: "a column cannot be added because it would have to be filled",
        clues: &[Says("Cannot ALTER"), Says("to add missing field")],
        why: "The sink may add columns (auto.evolve=true), but the new field is required and has no default, so that \
              the rows that are there would have no value for it.",
        fix: &["Add the column by hand, with a default.", "Or make the field optional in the schema of the records."],
        restart: Restart::Afterwards,
    },
    Failure {
        id: "key-field-missing",
        title: "a field of the primary key is not in the record",
        clues: &[Says("PK mode for table"), Says("schema does not contain field")],
        why: "pk.fields names a field that the record's key (pk.mode=record_key) or value (record_value) does not have.",
        fix: &["Correct pk.fields; upper and lower case count.", "Or take it from the other side: pk.mode."],
        restart: Restart::Useless,
    },
    Failure {
        id: "tombstone",
        title: "a record without a value",
        clues: &[Says("and therefore requires records with a non-null"), Says("with a null value and")],
        why: "A tombstone means that its key is to be deleted. With this pk.mode and delete.enabled=false the sink has \
              no use for it, and fails.",
        fix: &[
            "To delete rows: delete.enabled=true and pk.mode=record_key.",
            "To leave tombstones out: the predicate RecordIsTombstone with the transform Filter.",
            LETTER,
        ],
        restart: Restart::Useless,
    },
    Failure {
        id: "value-without-schema",
        title: "a JDBC sink needs records with a schema",
        clues: &[Says("and therefore requires records with a non-null"), Says("null value schema")],
        why: "The sink takes columns and their types from the schema of the record, and this one has none: bare JSON.",
        fix: &[
            "Let records have a schema: value.converter.schemas.enable=true and the envelope, Avro, Protobuf or JSON \
             Schema.",
        ],
        restart: Restart::Useless,
    },
    Failure {
        id: "duplicate-in-batch",
        title: "the same key stands twice in one statement",
        clues: &[Says("ON CONFLICT DO UPDATE command cannot affect row a second time")],
        why: "With reWriteBatchedInserts=true the driver makes one INSERT of many rows, and PostgreSQL refuses to \
              update a row twice in one statement. Two records of one key came in one batch.",
        fix: &[
            "Take reWriteBatchedInserts=true out of connection.url, or let keys come once in a batch.",
            "A sink that reduces its batches by key (Debezium's use.reduction.buffer=true) does not have this.",
        ],
        restart: Restart::Useless,
    },
    Failure {
        id: "no-unique-constraint",
        title: "the table has no unique key over pk.fields",
        clues: &[Says("no unique or exclusion constraint matching the ON CONFLICT specification")],
        why: "An upsert needs a primary key or a unique index over exactly the columns of pk.fields.",
        fix: &["Make it: ALTER TABLE … ADD PRIMARY KEY (…).", "Or correct pk.fields, or use insert.mode=insert."],
        restart: Restart::Afterwards,
    },
    Failure {
        id: "unique-violated",
        title: "a row of that key is there already",
        clues: &[Says("duplicate key value violates unique constraint")],
        why: "Connect delivers at least once: after a restart records come again. insert.mode=insert writes them a \
              second time, and the key refuses that.",
        fix: &["Use insert.mode=upsert with pk.mode and pk.fields.", LETTER],
        restart: Restart::Useless,
    },
    Failure {
        id: "not-null",
        title: "a column that must not be null would be",
        clues: &[Says("violates not-null constraint")],
        why: "The record has null, or no such field, for a column that is NOT NULL and has no default.",
        fix: &["Let the producer write it, or give the column a default.", LETTER],
        restart: Restart::Useless,
    },
    Failure {
        id: "check-violated",
        title: "a value breaks a rule of the table",
        clues: &[Says("violates check constraint")],
        why: "The table has a CHECK, which the message names, and the record breaks it.",
        fix: &["Look at the record: is it the data that is wrong, or the rule?", LETTER],
        restart: Restart::Useless,
    },
    Failure {
        id: "foreign-key-violated",
        title: "a row refers to one that is not there",
        clues: &[Says("violates foreign key constraint")],
        why: "Topics are not read in step: the row that is referred to may not have come yet.",
        fix: &["Drop the foreign key on tables that a sink fills, or make it DEFERRABLE.", LETTER],
        restart: Restart::Afterwards,
    },
    Failure {
        id: "value-too-long",
        title: "a text is longer than its column",
        clues: &[Says("value too long for type character")],
        why: "The column has a length, and the record has a longer text.",
        fix: &["Make the column text, or longer.", LETTER],
        restart: Restart::Useless,
    },
    Failure {
        id: "number-out-of-range",
        title: "a number is too large for its column",
        clues: &[SaysAny(&["out of range for type", "integer out of range", "numeric field overflow"])],
        why: "The column's type cannot hold the number of the record.",
        fix: &["Make the column bigint or numeric.", LETTER],
        restart: Restart::Useless,
    },
    Failure {
        id: "nul-byte",
        title: "a text holds a NUL, which PostgreSQL cannot store",
        clues: &[Says("invalid byte sequence for encoding"), Says("0x00")],
        why: "PostgreSQL's text cannot hold the character U+0000.",
        fix: &["Let the producer leave it out, or store the field as bytes (bytea).", LETTER],
        restart: Restart::Useless,
    },
    Failure {
        id: "type-mismatch",
        title: "a column has another type than the record's field",
        clues: &[SaysAny(&["but expression is of type", "operator does not exist: "])],
        why: "The sink binds what the record's schema says, and PostgreSQL does not turn it into the column's type.",
        fix: &[
            "Make both the same: ALTER TABLE … ALTER COLUMN … TYPE …, or the transform Cast or TimestampConverter.",
            "For json, uuid and enum columns: stringtype=unspecified in connection.url lets PostgreSQL turn texts into them.",
        ],
        restart: Restart::Useless,
    },
    Failure {
        id: "no-partition",
        title: "no partition takes the row",
        clues: &[Says("no partition of relation")],
        why: "The table is partitioned, and there is no partition for the row's value; often a day that is not made yet, \
              or a time that is wrong.",
        fix: &["Make the partition (here: `landing migrate`), or one that is DEFAULT.", LETTER],
        restart: Restart::Afterwards,
    },
    Failure {
        id: "permission-denied",
        title: "the user may not write the table",
        clues: &[SaysAny(&["permission denied for table", "permission denied for schema", "must be owner of"])],
        why: "PostgreSQL let the user in and does not let it do this.",
        fix: &["GRANT SELECT, INSERT, UPDATE, DELETE ON … TO …; and USAGE on its schema."],
        restart: Restart::Afterwards,
    },
    Failure {
        id: "read-only",
        title: "the database takes no writes",
        clues: &[SaysAny(&["in a read-only transaction", "recovery is in progress"])],
        why: "It is a standby, or default_transaction_read_only is on, as after a fail-over or when a disk is full.",
        fix: &[
            "Name the primary in connection.url; with several hosts targetServerType=primary finds it.",
            "If it should be the primary, look why it is read-only.",
        ],
        restart: Restart::Afterwards,
    },
    Failure {
        id: "statement-timeout",
        title: "a statement took longer than the database allows",
        clues: &[SaysAny(&["canceling statement due to statement timeout", "canceling statement due to lock timeout"])],
        why: "statement_timeout or lock_timeout of the database ended it: a lock is held, or the batch is too large.",
        fix: &[
            "Look who holds the lock: SELECT * FROM pg_stat_activity WHERE wait_event_type = 'Lock'.",
            "Make batch.size smaller, or the time-out longer for this user.",
        ],
        restart: Restart::Afterwards,
    },
    Failure {
        id: "sql-failed",
        title: "the database refused a statement",
        clues: &[Says("ERROR: ")],
        why: "What stands behind ERROR is PostgreSQL's own word for it.",
        fix: &["Look it up: https://www.postgresql.org/docs/current/errcodes-appendix.html", LETTER],
        restart: Restart::Afterwards,
    },
];
