use super::*;
use proptest::prelude::*;
use service::Secret;

fn drafted(file: &str, text: &str, plain: &[(&str, &str)]) -> (Draft, Vec<Mistake>) {
    let mut mistakes = Vec::new();
    let template = super::super::template::parse(&file.into(), text, &mut mistakes);
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
    t.json:5:1: c: invalid Handlebars syntax, at character 7 of the value
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

proptest! {
    #[test]
    fn a_rendered_template_has_the_same_keys_whatever_a_variable_holds(value in ".+") {
        let text = r#"{"name": "n", "config": {"connector.class": "c", "x": "a{{X}}b", "y": "{{X}}"}}"#;
        let (draft, mistakes) = drafted("t.json", text, &[("X", &value)]);
        prop_assert!(mistakes.is_empty());
        let payload = draft.into_spec("default", &Variables::default(), None).unwrap().payload();
        let body = serde_json::to_string(&payload).unwrap();
        let back: BTreeMap<String, String> = serde_json::from_str(&body).unwrap();
        prop_assert_eq!(back.keys().map(String::as_str).collect::<Vec<_>>(), ["connect-register.applied", "connector.class", "x", "y"]);
        prop_assert_eq!(&back["x"], &format!("a{value}b"));
    }
}
