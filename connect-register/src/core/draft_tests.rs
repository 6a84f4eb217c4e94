use super::*;
use crate::core::document::{Findings, Format};
use crate::core::template;
use proptest::prelude::*;
use service::Secret;

fn drafted(file: &str, text: &str, plain: &[(&str, &str)]) -> (Draft, Vec<Mistake>) {
    let mut findings = Findings::default();
    let format = Format::of_name(file.as_ref()).unwrap();
    let template = template::parse(&file.into(), text, format, &mut findings).remove(0);
    let mut mistakes = findings.mistakes;
    let variables = Variables {
        plain: plain.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
        secrets: BTreeMap::from([("PW".to_owned(), Secret::new("canary"))]),
    };
    let draft = draft(&template, &variables, SecretMode::Inline, &mut mistakes);
    (draft, mistakes)
}

#[test]
fn mistakes_of_shape_syntax_and_variables_are_told_together() {
    let text = "{\"name\": \"{{N}}\",\n\"config\": {\n\"a\": {},\n\"b\": \"{{B}} {{C}}\",\n\"c\": \"{{#if\",\n\"name\": \"x\"}}";
    let (_, mistakes) = drafted("t.json", text, &[("N", "n")]);
    let shown = mistakes.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n");
    insta::assert_snapshot!(shown, @r#"
    t.json:3:1: a: the value is an object; Connect takes a flat map of strings
    t.json:5:1: c: invalid Handlebars syntax, at character 7 of the value ({{ that is text is written \{{)
    t.json:4:1: b: the variable B is not set (set it, or write {{default B "…"}})
    t.json:4:1: b: the variable C is not set (set it, or write {{default C "…"}})
    t.json:2:1: `connector.class` is missing
    t.json:6:1: name: this is not the name of the connector (leave `name` out of `config`: Connect adds it)
    "#);
}

#[test]
fn one_name_in_two_files_is_a_mistake() {
    let text = r#"{"name": "n", "config": {"connector.class": "c"}}"#;
    let (one, two) = (drafted("a.json", text, &[]).0, drafted("b.json", text, &[]).0);
    let mut mistakes = Vec::new();
    check_names([&one, &two], &mut mistakes);
    insta::assert_snapshot!(mistakes[0].to_string(), @"b.json:1:2: the connector n is declared at a.json:1:2 too");
}

#[test]
fn a_secret_shows_as_a_mask_and_is_sent_as_it_is() {
    let text = r#"{"name": "n", "config": {"connector.class": "c", "p": "{{secret \"PW\"}}", "n": 3}}"#;
    let (draft, mistakes) = drafted("t.json", text, &[]);
    assert!(mistakes.is_empty());
    let spec = draft.into_spec("default", &Variables::default(), None).unwrap();
    assert!(!format!("{spec:?}").contains("canary"));
    assert_eq!(spec.payload()["p"], "canary");
    assert_eq!(spec.payload()["n"], "3");
}

fn keys_of(file: &str, text: &str, value: &str) -> Result<(Vec<String>, String), TestCaseError> {
    let (draft, mistakes) = drafted(file, text, &[("X", value)]);
    prop_assert!(mistakes.is_empty(), "{mistakes:?}");
    let payload = draft.into_spec("default", &Variables::default(), None).unwrap().payload();
    let body = serde_json::to_string(&payload).unwrap();
    let back: BTreeMap<String, String> = serde_json::from_str(&body).unwrap();
    let x = back["x"].clone();
    Ok((back.into_keys().collect(), x))
}

proptest! {
    #[test]
    fn a_rendered_template_has_the_same_keys_whatever_a_variable_holds_in_every_format(value in ".+") {
        let strimzi = "apiVersion: kafka.strimzi.io/v1\nkind: KafkaConnector\nmetadata: {name: n}\n\
                       spec: {class: c, config: {x: 'a{{X}}b', y: '{{X}}'}}";
        for (file, text) in [
            ("t.json", r#"{"name": "n", "config": {"connector.class": "c", "x": "a{{X}}b", "y": "{{X}}"}}"#),
            ("flat.json", r#"{"name": "n", "connector.class": "c", "x": "a{{X}}b", "y": "{{X}}"}"#),
            ("t.yaml", "name: n\nconfig:\n  connector.class: c\n  x: a{{X}}b\n  y: |-\n    {{X}}"),
            ("strimzi.yml", strimzi),
            ("t.properties", "name=n\nconnector.class=c\nx=a{{X}}b\ny:{{X}}"),
        ] {
            let (keys, x) = keys_of(file, text, &value)?;
            prop_assert_eq!(keys, ["connect-register.applied", "connector.class", "x", "y"]);
            prop_assert_eq!(x, format!("a{value}b"));
        }
    }
}
