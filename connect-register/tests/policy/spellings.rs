//! Spellings that a generator comes up with: whatever the case, the encoding and the white space, what
//! is forbidden is not accepted.

use connect_register::core::policy::POSTGRESQL;
use proptest::prelude::*;

use crate::{built_in, check};

const SINK: &str = "io.confluent.connect.jdbc.JdbcSinkConnector";

/// A forbidden name with some letters in the other case, some encoded, and white space about.
fn spelled() -> impl Strategy<Value = String> {
    let allowed = &built_in().jdbc.parameters;
    let names: Vec<&str> = POSTGRESQL
        .into_iter()
        .filter(|name| !allowed.has(name, &[]) && allowed.in_other_case(name).is_none())
        .collect();
    let white = prop_oneof![6 => Just(""), 1 => Just(" "), 1 => Just("%20"), 1 => Just("\t"), 1 => Just("+"), 1 => Just("\u{a0}")];
    (proptest::sample::select(names), proptest::collection::vec(0..6_u8, 40), white.clone(), white).prop_map(
        |(name, how, before, behind)| {
            let letter = |(c, how): (char, u8)| match how {
                0 => format!("%{:02X}", u32::from(c)),
                1 => format!("%{:02x}", u32::from(c)),
                2 => c.to_ascii_uppercase().to_string(),
                3 => c.to_ascii_lowercase().to_string(),
                _ => c.to_string(),
            };
            let name: String = name.chars().zip(how).map(letter).collect();
            format!("{before}{name}{behind}")
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn a_forbidden_parameter_is_not_accepted_in_any_spelling(
        name in spelled(), value in "[a-z.=]{0,8}", before in "(tcpKeepAlive=true&){0,1}", is_upper: bool,
    ) {
        let url = format!("jdbc:postgresql://localhost/db?{before}{name}={value}");
        prop_assert!(!check(built_in(), "c", &[("connector.class", SINK), ("connection.url", &url)]).is_empty(), "{url}");
        let prefix = if is_upper { "CONNECTION." } else { "connection." };
        let is_own = matches!(name.as_str(), "user" | "password");
        let key = format!("{prefix}{name}");
        prop_assert!(is_own || !check(built_in(), "c", &[("connector.class", SINK), (&key, &value)]).is_empty(), "{key}");
    }

    #[test]
    fn only_the_one_host_is_accepted(host in "[a-z0-9.:@%/\\[\\],_ -]{1,16}") {
        let url = format!("jdbc:postgresql://{host}/db");
        let is_it = ["localhost", "localhost:5432"].contains(&host.as_str());
        prop_assert_eq!(check(built_in(), "c", &[("connection.url", &url)]).is_empty(), is_it, "{}", url);
    }

    #[test]
    fn only_the_classes_that_are_listed_are_accepted(
        class in "(org\\.apache\\.kafka\\.connect\\.(json|storage)\\.)?[ $.]?(Json|String|json|Evil)(Converter|CONVERTER)?[$ \\n]?",
    ) {
        let allowed = &built_in().classes.converters;
        let full: Vec<&str> = allowed.items().collect();
        let is_alias = ["Json", "JsonConverter", "String", "StringConverter"].contains(&class.as_str());
        let is_accepted = check(built_in(), "c", &[("value.converter", &class)]).is_empty();
        prop_assert_eq!(is_accepted, full.contains(&class.as_str()) || is_alias, "{:?}", class);
    }

    #[test]
    fn no_text_makes_the_policy_stumble(key in "\\PC{0,40}", value in any::<String>(), prefix in "(connection\\.url|transforms|jdbc:|x\\.sasl\\.jaas\\.config|)") {
        check(built_in(), "c", &[("connector.class", SINK), (&key, &value), (&prefix, &value), ("connection.url", &format!("{prefix}{value}"))]);
    }
}
