use super::*;
use proptest::prelude::*;

fn variables(plain: &[(&str, &str)], secrets: &[(&str, &str)]) -> Variables {
    Variables {
        plain: plain.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
        secrets: secrets.iter().map(|(name, value)| ((*name).to_owned(), Secret::new(*value))).collect(),
    }
}

fn rendered(text: &str, variables: &Variables, mode: SecretMode) -> String {
    match render(&Template::compile(text).unwrap(), variables, mode) {
        Ok(rendered) => format!("{}{}", rendered.text, if rendered.is_secret { " (secret)" } else { "" }),
        Err(problems) => problems.iter().map(|(what, _)| format!("! {what}")).collect::<Vec<_>>().join("\n"),
    }
}

#[test]
fn variables_secrets_and_conditions_are_rendered_and_references_pass_through() {
    let variables = variables(&[("HOST", "h"), ("OFF", ""), ("DB_PASSWORD", "p")], &[("PW", "s3\"cret")]);
    for (template, expected) in [
        ("jdbc://{{HOST}}:{{default PORT 5432}}/{{{HOST}}}", "jdbc://h:5432/h"),
        ("${env:X} ${file:/a:b} {{HOST}}", "${env:X} ${file:/a:b} h"),
        ("{{secret \"PW\"}}", "${env:PW}"),
        ("{{#if HOST}}a{{else}}{{MISSING}}{{/if}}{{#if OFF}}b{{/if}}{{#unless OFF}}c{{/unless}}", "ac"),
        ("{{#if (eq HOST \"h\")}}yes{{else if OFF}}no{{/if}}{{!-- nothing --}}", "yes"),
        ("{{DB_PASSWORD}}", "p (secret)"),
        ("<a> & \"b\" {{default OFF \"<&>\"}}", "<a> & \"b\" <&>"),
    ] {
        assert_eq!(rendered(template, &variables, SecretMode::Reference), expected, "{template}");
    }
    assert_eq!(rendered("x{{secret 'PW'}}", &variables, SecretMode::Inline), "xs3\"cret (secret)");
}

#[test]
fn every_mistake_of_a_value_is_told_at_once() {
    let template = "{{A}} {{#if B}}{{C}}{{/if}} {{#each D}}{{/each}} {{> e}} {{lookup F g}} {{secret G}} \
                    {{secret \"CONNECT_PW\"}} {{secret \"a-b\"}} {{this.h}} {{OFF}} {{#if (eq I \"x\")}}{{/if}} {{secret \"PW\"}}";
    insta::assert_snapshot!(rendered(template, &variables(&[("OFF", "")], &[]), SecretMode::Inline), @r#"
    ! the variable A is not set
    ! the variable B is not set
    ! there is no block helper named "each"
    ! partials and decorators are not available
    ! there is no helper named "lookup"
    ! `secret` takes one name in quotes
    ! the secret CONNECT_PW may not start with CONNECT_
    ! "a-b" is no name of an environment variable
    ! the variable h is not set
    ! the variable OFF is empty
    ! the variable I is not set
    ! the secret PW is not set (nor PW_FILE)
    "#);
}

#[test]
fn a_secret_that_connect_would_resolve_is_refused_inline() {
    let variables = variables(&[], &[("PW", "a${env:HOME}b")]);
    assert!(rendered("{{secret \"PW\"}}", &variables, SecretMode::Inline).contains("would resolve as a reference"));
    assert_eq!(rendered("{{secret \"PW\"}}", &variables, SecretMode::Reference), "${env:PW}");
}

proptest! {
    /// Where nothing is wrong, the text is what Handlebars itself renders in strict mode.
    #[test]
    fn a_valid_template_renders_as_handlebars_renders_it(value in ".*", other in "[^{}\\\\]{0,20}", is_on: bool) {
        let template = format!("{other}{{{{X}}}} {{{{#if ON}}}}on {{{{{{X}}}}}}{{{{else}}}}off{{{{/if}}}}{other}");
        let value = format!("v{value}");
        let on = if is_on { "1" } else { "" };
        let mut registry = handlebars::Handlebars::new();
        registry.set_strict_mode(true);
        registry.register_escape_fn(handlebars::no_escape);
        let expected = registry.render_template(&template, &serde_json::json!({"X": value, "ON": on})).unwrap();
        prop_assert_eq!(rendered(&template, &variables(&[("X", &value), ("ON", on)], &[]), SecretMode::Reference), expected);
    }
}
