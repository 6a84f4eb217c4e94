//! Writes JSON values as YAML 1.2 in block style, so that they read back as what they were: text that
//! could be taken for something else, or could drive a terminal, stands in quotes. Reading YAML is not
//! done here.

use serde_json::Value;

use super::plain;

/// Words that YAML 1.1 or 1.2 takes for something else than text.
const WORDS: [&str; 9] = ["null", "true", "false", "yes", "no", "on", "off", "y", "n"];

/// A value as one YAML document, without a `---`, with a line break at its end.
pub fn write(value: &Value) -> String {
    let mut out = String::new();
    match value {
        Value::Object(map) if !map.is_empty() => mapping(&mut out, map, 0),
        Value::Array(list) if !list.is_empty() => sequence(&mut out, list, 0),
        other => {
            scalar(&mut out, other);
            out.push('\n');
        }
    }
    out
}

/// Several values as a stream of YAML documents.
pub fn write_stream<'a>(values: impl IntoIterator<Item = &'a Value>) -> String {
    values.into_iter().flat_map(|value| ["---\n".to_owned(), write(value)]).collect()
}

fn mapping(out: &mut String, map: &serde_json::Map<String, Value>, indent: usize) {
    for (number, (key, value)) in map.iter().enumerate() {
        // The first key of an item stands behind its dash.
        if number > 0 || out.is_empty() || out.ends_with('\n') {
            out.push_str(&" ".repeat(indent));
        }
        text(out, key);
        out.push(':');
        below(out, value, indent);
    }
}

fn sequence(out: &mut String, list: &[Value], indent: usize) {
    for value in list {
        out.push_str(&" ".repeat(indent));
        out.push('-');
        match value {
            Value::Object(map) if !map.is_empty() => {
                out.push(' ');
                mapping(out, map, indent + 2);
            }
            other => below(out, other, indent),
        }
    }
}

/// What stands behind a `key:` or a dash.
fn below(out: &mut String, value: &Value, indent: usize) {
    match value {
        Value::Object(map) if !map.is_empty() => {
            out.push('\n');
            mapping(out, map, indent + 2);
        }
        Value::Array(list) if !list.is_empty() => {
            out.push('\n');
            sequence(out, list, indent + 2);
        }
        other => {
            out.push(' ');
            scalar(out, other);
            out.push('\n');
        }
    }
}

fn scalar(out: &mut String, value: &Value) {
    match value {
        Value::Null => out.push_str("null"),
        Value::Bool(bool) => out.push_str(if *bool { "true" } else { "false" }),
        Value::Number(number) => out.push_str(&number.to_string()),
        Value::String(string) => text(out, string),
        Value::Array(_) => out.push_str("[]"),
        Value::Object(_) => out.push_str("{}"),
    }
}

fn text(out: &mut String, text: &str) {
    if is_plain(text) {
        out.push_str(text);
        return;
    }
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if must_be_escaped(c) => out.push_str(&escaped(u32::from(c))),
            c => out.push(c),
        }
    }
    out.push('"');
}

/// Whether a text can stand without quotes, in any YAML, and be nothing but text.
fn is_plain(text: &str) -> bool {
    let is_inner = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | '/' | '$' | ',' | '+' | '@');
    let begins_as_a_word = text.starts_with(|c: char| c.is_ascii_alphabetic() || matches!(c, '_' | '/'));
    let is_word = WORDS.iter().any(|word| text.eq_ignore_ascii_case(word));
    begins_as_a_word && !is_word && !text.ends_with(' ') && text.chars().all(|c| is_inner(c) || c == ' ')
}

/// What YAML does not print, and what can drive a terminal; what breaks lines in YAML 1.1 is among it.
fn must_be_escaped(c: char) -> bool {
    plain::can_drive(c) || u32::from(c) & 0xfffe == 0xfffe
}

fn escaped(code: u32) -> String {
    match code {
        0..=0xff => format!("\\x{code:02x}"),
        0x100..=0xffff => format!("\\u{code:04x}"),
        _ => format!("\\U{code:08x}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_document_reads_as_people_write_it() {
        let value = json!({
            "schema_version": 1, "worker": "http://h:8083", "empty": [], "none": null, "on": true,
            "connectors": [
                {"name": "a", "config": {"topics": "b, c", "tasks.max": "3", "x": "", "t$V": "o.S$Value"}},
                {"name": "yes", "tasks": [{"id": 0, "deep": [[1, 2], {}]}]},
                "é\u{1b}[2J\u{202e} \"\\",
            ],
        });
        insta::assert_snapshot!(write(&value), @r#"
        schema_version: 1
        worker: "http://h:8083"
        empty: []
        none: null
        "on": true
        connectors:
          - name: a
            config:
              topics: b, c
              tasks.max: "3"
              x: ""
              t$V: o.S$Value
          - name: "yes"
            tasks:
              - id: 0
                deep:
                  -
                    - 1
                    - 2
                  - {}
          - "é\x1b[2J\u202e \"\\"
        "#);
    }

    #[test]
    fn a_stream_is_one_document_after_the_other() {
        assert_eq!(write_stream([&json!({"a": 1}), &json!("b")]), "---\na: 1\n---\nb\n");
        assert_eq!(write(&json!({})), "{}\n");
    }

    proptest::proptest! {
        #[test]
        fn no_text_leaves_its_line_or_drives_a_terminal(text in proptest::prelude::any::<String>()) {
            let written = write(&json!({ "k": text }));
            proptest::prop_assert_eq!(written.lines().count(), 1);
            proptest::prop_assert!(!written.trim_end().chars().any(char::is_control));
        }
    }
}
