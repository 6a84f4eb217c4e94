use super::*;
use proptest::collection::btree_map;
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::fmt::Write;

type Config = BTreeMap<String, String>;

/// Keys as people write them, and some that nobody should.
fn config() -> impl Strategy<Value = Config> {
    let key = "[a-zA-Z][a-zA-Z0-9._$-]{0,12}|[a-z#!:= \\\\é😀\"'-]{1,8}";
    let value = "[a-z0-9:=#!,.${}/ -]{0,20}|(yes|no|null|~|1e3|010|0x10|1_0|true)|[^\0]{0,12}";
    btree_map(key, value, 0..6).prop_map(|mut config: Config| {
        // The name stands elsewhere, and a merge is no key.
        config.retain(|key, _| key != "name" && key != "<<" && !key.contains("{{"));
        config.insert("connector.class".to_owned(), "x".to_owned());
        config
    })
}

fn in_json(config: &Config) -> String {
    serde_json::json!({"name": "a", "config": config}).to_string()
}

fn in_yaml(config: &Config) -> String {
    let mut text = "name: a\nconfig:\n".to_owned();
    for (key, value) in config {
        // Strings of JSON are strings of YAML; texts that are nothing else stand without quotes.
        let quoted = |text: &str| {
            serde_json::to_string(text).unwrap().replace('\u{feff}', "\\ufeff").replace('\u{7f}', "\\u007f")
        };
        let is_plain = !value.is_empty() && value.chars().all(|c| c.is_ascii_alphanumeric()) && value != "null";
        let value = if is_plain { value.clone() } else { quoted(value) };
        writeln!(text, "  {}: {value}", quoted(key)).unwrap();
    }
    text
}

fn in_properties(config: &Config) -> String {
    let escaped = |text: &str| {
        let mut out = String::new();
        for unit in text.encode_utf16() {
            match u8::try_from(unit).map(char::from) {
                Ok(c) if c.is_ascii_alphanumeric() => out.push(c),
                Ok(c @ ('.' | '=' | ':' | ' ' | '#' | '!' | '\\')) => out.extend(['\\', c]),
                _ => write!(out, "\\u{unit:04x}").unwrap(),
            }
        }
        out
    };
    let lines = config.iter().map(|(key, value)| format!("{} = {}\n", escaped(key), escaped(value)));
    "name = a\n".to_owned() + &lines.collect::<String>()
}

fn read_back(name: &str, text: &str) -> Result<Config, TestCaseError> {
    let mut findings = Findings::default();
    let documents = read(&name.into(), text, Format::of_name(name.as_ref()).unwrap(), &mut findings);
    prop_assert!(findings.mistakes.is_empty(), "{name}: {:?}\n{text}", findings.mistakes);
    prop_assert_eq!(documents.len(), 1);
    let members = documents[0].config.iter().map(|member| match &member.scalar {
        Scalar::Text(text) | Scalar::Literal(text) => (member.key.clone(), text.clone()),
    });
    Ok(members.collect())
}

proptest! {
    #[test]
    fn a_configuration_reads_the_same_in_every_format(config in config()) {
        prop_assert_eq!(&read_back("t.json", &in_json(&config))?, &config);
        prop_assert_eq!(&read_back("t.yaml", &in_json(&config))?, &config, "JSON is YAML");
        prop_assert_eq!(&read_back("t.yaml", &in_yaml(&config))?, &config);
        prop_assert_eq!(&read_back("t.properties", &in_properties(&config))?, &config);
    }
}
