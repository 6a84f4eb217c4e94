//! Failures of records: what was written into a topic is not what its reader expects.

use super::Clue::{Class, In, Says, SaysAny};
use super::{Failure, Restart};

/// Letters that fail all by themselves are worth a place of their own.
const TOLERATE: &str = "To let such records pass: errors.tolerance=all with errors.deadletterqueue.topic.name; they \
                        are looked at with `connect-register dlq` then.";

pub(super) const ALL: &[Failure] = &[
    Failure {
        id: "schema-envelope",
        title: "the JSON has no schema in it",
        clues: &[Class("DataException"), Says("requires \"schema\" and \"payload\" fields")],
        why: "The converter is told to expect {\"schema\": …, \"payload\": …} in every record, and this one is bare JSON.",
        fix: &[
            "If the producer writes bare JSON: value.converter.schemas.enable=false (key.converter… for keys). A sink \
             that needs a schema, as JDBC sinks do, cannot take it then.",
            "Else let the producer write the envelope, or use Avro, Protobuf or JSON Schema with a registry.",
            TOLERATE,
        ],
        restart: Restart::Useless,
    },
    Failure {
        id: "not-json",
        title: "the record is no JSON",
        clues: &[Class("JsonParseException")],
        why: "JsonConverter cannot read the key or the value: it is plain text, Avro, or cut.",
        fix: &[
            "Look at one: the message names the word that it broke off at. Keys are often plain text: \
             key.converter=org.apache.kafka.connect.storage.StringConverter.",
            "Set the converter to what the producer writes.",
            TOLERATE,
        ],
        restart: Restart::Useless,
    },
    Failure {
        id: "schema-type-unknown",
        title: "the schema in the JSON names a type that there is not",
        clues: &[Class("DataException"), Says("Unknown schema type: ")],
        why: "The `schema` of the record has a `type` that Connect does not know. Its types are int8 to int64, float, \
              double, boolean, string, bytes, array, map and struct.",
        fix: &["Let the producer write one of these types.", TOLERATE],
        restart: Restart::Useless,
    },
    Failure {
        id: "required-field-missing",
        title: "a field that the schema requires is missing",
        clues: &[Class("DataException"), SaysAny(&["Invalid null value for required", "null used for required field"])],
        why: "The schema of the record says that a field is not optional, and the record has none or null.",
        fix: &["Let the producer write the field, or make it optional in its schema.", TOLERATE],
        restart: Restart::Useless,
    },
    Failure {
        id: "converter-wrong-size",
        title: "the bytes are not those of the converter's type",
        clues: &[Says("Size of data received by")],
        why: "A converter for numbers expects a fixed count of bytes, and the record has another.",
        fix: &["Set the converter to what the producer writes.", TOLERATE],
        restart: Restart::Useless,
    },
    Failure {
        id: "transform-field-missing",
        title: "a transform wants a field that the record does not have",
        clues: &[Class("DataException"), SaysAny(&["Field does not exist: ", "Unknown field: "])],
        why: "A transform (transforms.… in the configuration) names a field that is not in this record.",
        fix: &[
            "Compare the names, upper and lower case count.",
            "If only some records lack it, give the transform a predicate, or let the producer write the field.",
            TOLERATE,
        ],
        restart: Restart::Useless,
    },
    Failure {
        id: "transform-needs-struct",
        title: "a transform wants fields, and the record has none",
        clues: &[SaysAny(&[
            "Only Struct objects supported for",
            "Only Map objects supported in absence of schema for",
        ])],
        why: "The transform works on records with fields, and this value is text, a number or nothing: the converter \
              before it did not make fields of it, or it is a tombstone.",
        fix: &[
            "Use a converter that makes fields (JsonConverter, Avro) instead of StringConverter or ByteArrayConverter.",
            "Leave tombstones out with the predicate org.apache.kafka.connect.transforms.predicates.RecordIsTombstone \
             and negate=true.",
        ],
        restart: Restart::Useless,
    },
    Failure {
        id: "schema-required",
        title: "a transform works on schemas, and the record has none",
        clues: &[Class("DataException"), Says("Schema required for [")],
        why: "The transform changes the schema of records, and this one has none: bare JSON, or a tombstone.",
        fix: &[
            "Let records have a schema: value.converter.schemas.enable=true and the envelope, or a registry.",
            TOLERATE,
        ],
        restart: Restart::Useless,
    },
    Failure {
        id: "cast-failed",
        title: "a value cannot be cast to the type that is wanted",
        clues: &[In("org.apache.kafka.connect.transforms.Cast"), SaysAny(&["could not be parsed", "For input string"])],
        why: "The Cast transform is to make a number of a text that is none.",
        fix: &["Leave the field out of transforms.….spec, or let the producer write a number.", TOLERATE],
        restart: Restart::Useless,
    },
    Failure {
        id: "timestamp-unreadable",
        title: "a text is no time in the format that is expected",
        clues: &[In("TimestampConverter"), Says("Could not parse timestamp")],
        why: "TimestampConverter has a `format` (that of java.text.SimpleDateFormat), and the text is written otherwise.",
        fix: &[
            "Set transforms.….format to how the producer writes it, letter by letter, time zone included.",
            TOLERATE,
        ],
        restart: Restart::Useless,
    },
];
