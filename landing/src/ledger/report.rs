//! The verdict in words, for people: an aligned list, what is wrong by name, and one sentence.

use std::fmt::Write;

use super::verdict::{Example, State, Verdict};

/// The whole of it.
pub fn table(verdict: &Verdict) -> String {
    let counts = &verdict.counts;
    let lag: i64 = verdict.lag.values().sum();
    let scope = &verdict.scope;
    let mut text = format!("Ledger of {}: {}\n", scope.topic, window(verdict));
    let mut line = |name: &str, count: u64, what: &str| {
        let _ = writeln!(text, "  {name:<10} {:>14}  {what}", grouped(count));
    };
    let in_topic = counts.produced - counts.refused;
    line(
        "produced",
        counts.produced,
        &format!(
            "distinct sales: {} in {}, {} refused by the producer",
            grouped(in_topic),
            scope.topic,
            grouped(counts.refused)
        ),
    );
    line("landed", counts.landed, "have a row in sales_raw");
    line("dead", counts.dead, &format!("are in {} and have no row{}", scope.dead_letters, stages(verdict)));
    line("in flight", counts.in_flight, &format!("on their way: not yet committed by {}", scope.group));
    if counts.expired > 0 {
        line("expired", counts.expired, "are older than the rows that the table keeps");
    }
    line("missing", counts.missing, "are nowhere else");
    line("doubled", counts.doubled, "are on more than one row");
    let _ = writeln!(
        text,
        "  from {} records, {} rows; lag {} records",
        grouped(verdict.records),
        grouped(verdict.rows),
        grouped(lag.unsigned_abs())
    );
    notes(verdict, &mut text);
    let _ = writeln!(text, "{}", sentence(verdict));
    text
}

/// One sentence that says it all.
pub fn sentence(verdict: &Verdict) -> String {
    let counts = &verdict.counts;
    match verdict.state {
        State::Closed if counts.produced == 0 => "closed: nothing was produced".to_owned(),
        State::Closed => "closed: everything that was produced has landed once or is a dead letter".to_owned(),
        State::Open => format!("open: nothing is lost, {} still on the way", sales(counts.in_flight)),
        State::Broken => {
            let mut wrong = Vec::new();
            if counts.missing > 0 {
                wrong.push(format!("{} missing", sales(counts.missing)));
            }
            if counts.doubled > 0 {
                wrong.push(format!("{} doubled", sales(counts.doubled)));
            }
            if verdict.overrun > 0 {
                wrong.push(format!("{} records expired before the sink had read them", verdict.overrun));
            }
            format!("broken: {}", wrong.join(", "))
        }
    }
}

/// A number with its thousands apart: 1,469,307.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

fn sales(count: u64) -> String {
    let noun = if count == 1 { "sale" } else { "sales" };
    format!("{} {noun}", grouped(count))
}

fn window(verdict: &Verdict) -> String {
    match (verdict.scope.since, verdict.scope.until) {
        (None, None) => "all that the topic still holds".to_owned(),
        (Some(since), None) => format!("what was produced since {since}"),
        (None, Some(until)) => format!("what was produced before {until}"),
        (Some(since), Some(until)) => format!("what was produced from {since} to {until}"),
    }
}

fn stages(verdict: &Verdict) -> String {
    let stages: Vec<String> =
        verdict.dead_letters_by_stage.iter().map(|(stage, count)| format!("{stage} {}", grouped(*count))).collect();
    if stages.is_empty() { String::new() } else { format!(" (all letters by stage: {})", stages.join(", ")) }
}

fn notes(verdict: &Verdict, text: &mut String) {
    let mut note = |count: u64, what: &str| {
        if count > 0 {
            let _ = writeln!(text, "  note: {} {what}", grouped(count));
        }
    };
    note(
        verdict.counts.dead_before,
        "dead letters are of records that are not in this window, or have expired from the topic",
    );
    note(verdict.dead_letters_unknown, "dead letters name neither an event nor a record");
    for (what, examples) in [("missing", &verdict.missing_examples), ("doubled", &verdict.doubled_examples)] {
        for Example { event_id, record } in examples {
            let event_id = event_id.as_deref().map_or("a record without an id".to_owned(), |id| format!("{id:?}"));
            let place = record.as_deref().map(|record| format!(", last at {record}")).unwrap_or_default();
            let _ = writeln!(text, "  {what}: {event_id}{place}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::count::Counts;
    use crate::ledger::verdict::{Scope, state};
    use std::collections::BTreeMap;

    fn verdict(counts: Counts) -> Verdict {
        Verdict {
            schema_version: 1,
            state: state(&counts, 0),
            scope: Scope {
                topic: "sales".to_owned(),
                dead_letters: "sales.dlq".to_owned(),
                group: "connect-pg-sales-jdbc-sink".to_owned(),
                since: None,
                until: None,
                kept_since: None,
            },
            counts,
            records: 1_460_441,
            rows: 1_460_438,
            lag: BTreeMap::from([(0, 0), (1, 0)]),
            overrun: 0,
            dead_letters_by_stage: BTreeMap::from([("PRODUCER".to_owned(), 8_869)]),
            dead_letters_unknown: 0,
            missing_examples: Vec::new(),
            doubled_examples: Vec::new(),
        }
    }

    fn closed() -> Counts {
        Counts { produced: 1_469_307, refused: 8_869, landed: 1_460_438, dead: 8_869, ..Counts::default() }
    }

    #[test]
    fn a_closed_ledger_says_so_in_a_sentence() {
        insta::assert_snapshot!(table(&verdict(closed())), @r"
        Ledger of sales: all that the topic still holds
          produced        1,469,307  distinct sales: 1,460,438 in sales, 8,869 refused by the producer
          landed          1,460,438  have a row in sales_raw
          dead                8,869  are in sales.dlq and have no row (all letters by stage: PRODUCER 8,869)
          in flight               0  on their way: not yet committed by connect-pg-sales-jdbc-sink
          missing                 0  are nowhere else
          doubled                 0  are on more than one row
          from 1,460,441 records, 1,460,438 rows; lag 0 records
        closed: everything that was produced has landed once or is a dead letter
        ");
    }

    #[test]
    fn a_broken_ledger_names_what_is_wrong() {
        let mut broken = verdict(Counts { landed: 1_460_437, missing: 1, doubled: 2, ..closed() });
        broken.missing_examples =
            vec![Example { event_id: Some("cj-1-2\u{1b}".to_owned()), record: Some("sales/0@17".to_owned()) }];
        broken.doubled_examples = vec![Example { event_id: Some("cj-1-3".to_owned()), record: None }];
        let text = table(&broken);
        let tail: Vec<&str> = text.lines().rev().take(3).collect();
        assert_eq!(tail[0], "broken: 1 sale missing, 2 sales doubled");
        assert_eq!(tail[1], "  doubled: \"cj-1-3\"");
        assert_eq!(tail[2], "  missing: \"cj-1-2\\u{1b}\", last at sales/0@17");
    }

    #[test]
    fn the_document_is_flat_and_has_a_version() {
        insta::assert_snapshot!(serde_json::to_string_pretty(&verdict(closed())).unwrap(), @r#"
        {
          "schema_version": 1,
          "state": "closed",
          "topic": "sales",
          "dead_letters": "sales.dlq",
          "group": "connect-pg-sales-jdbc-sink",
          "since": null,
          "until": null,
          "kept_since": null,
          "produced": 1469307,
          "refused": 8869,
          "landed": 1460438,
          "dead": 8869,
          "in_flight": 0,
          "expired": 0,
          "missing": 0,
          "doubled": 0,
          "dead_before": 0,
          "records": 1460441,
          "rows": 1460438,
          "lag": {
            "0": 0,
            "1": 0
          },
          "overrun": 0,
          "dead_letters_by_stage": {
            "PRODUCER": 8869
          },
          "dead_letters_unknown": 0,
          "missing_examples": [],
          "doubled_examples": []
        }
        "#);
    }

    #[test]
    fn in_flight_alone_leaves_the_ledger_open() {
        let counts = Counts { landed: 1_460_430, in_flight: 8, ..closed() };
        assert_eq!(sentence(&verdict(counts)), "open: nothing is lost, 8 sales still on the way");
    }

    #[test]
    fn thousands_are_apart() {
        let numbers = [0, 999, 1_000, 1_469_307].map(grouped);
        assert_eq!(numbers, ["0", "999", "1,000", "1,469,307"]);
    }
}
