//! The plug-ins of the imitated worker: one sink with a handful of keys, and what the worker has
//! against a configuration of it. Values are checked as Kafka's `ConfigDef` checks them.

use serde_json::{Value, json};

use crate::cluster::Config;

/// The class of the one connector there is.
pub const SINK: &str = "org.example.imitation.ImitatedSinkConnector";

/// A key of the sink.
struct Key {
    name: &'static str,
    kind: &'static str,
    default: Option<&'static str>,
    documentation: &'static str,
}

const fn key(name: &'static str, kind: &'static str, default: Option<&'static str>, of: &'static str) -> Key {
    Key { name, kind, default, documentation: of }
}

const KEYS: [Key; 10] = [
    key("name", "STRING", None, "Globally unique name to use for this connector."),
    key("connector.class", "STRING", None, "Name or alias of the class for this connector."),
    key("tasks.max", "INT", Some("1"), "Maximum number of tasks to use for this connector."),
    key("topics", "LIST", Some(""), "List of topics to consume, separated by commas"),
    key("errors.tolerance", "STRING", Some("none"), "Behavior for tolerating errors during connector operation."),
    key("number", "INT", Some("0"), "Any number."),
    key("text", "STRING", Some(""), "Any text."),
    key("url", "STRING", Some(""), "Where it would write to."),
    key("user", "STRING", Some(""), "As whom it would write."),
    key("password", "PASSWORD", None, "The user's password."),
];

const OTHERS: [(&str, &str); 4] = [
    ("org.apache.kafka.connect.json.JsonConverter", "converter"),
    ("org.apache.kafka.connect.storage.StringConverter", "converter"),
    ("org.apache.kafka.connect.transforms.InsertField$Value", "transformation"),
    ("org.apache.kafka.connect.transforms.predicates.TopicNameMatches", "predicate"),
];

/// Whether a value is what a worker shows in place of a secret.
pub(crate) fn is_mask(value: &str) -> bool {
    !value.is_empty() && value.chars().all(|c| c == '\u{2022}')
}

/// Whether a key holds a secret.
pub(crate) fn is_password(name: &str) -> bool {
    KEYS.iter().any(|key| key.name == name && key.kind == "PASSWORD")
}

/// `GET /connector-plugins`
pub(crate) fn list(connectors_only: bool) -> Value {
    let plugin = |class: &str, kind: &str| json!({"class": class, "type": kind, "version": "1.0"});
    let others = OTHERS.iter().filter(|_| !connectors_only);
    std::iter::once(plugin(SINK, "sink")).chain(others.map(|(class, kind)| plugin(class, kind))).collect()
}

/// `GET /connector-plugins/{class}/config`
pub(crate) fn definitions() -> Value {
    KEYS.iter().map(definition).collect()
}

fn definition(key: &Key) -> Value {
    json!({
        "name": key.name, "type": key.kind, "required": is_required(key), "default_value": key.default,
        "importance": "HIGH", "documentation": key.documentation, "group": "Common", "width": "MEDIUM",
        "display_name": key.name, "dependents": [], "order": 1,
    })
}

fn is_required(key: &Key) -> bool {
    matches!(key.name, "name" | "connector.class")
}

/// Whether a class, by its full or its simple name, is that of the sink.
pub(crate) fn is_known(class: &str) -> bool {
    class == SINK || SINK.rsplit('.').next() == Some(class)
}

/// `PUT /connector-plugins/{class}/config/validate`; an error in a worker's own words.
pub(crate) fn validate(config: &Config) -> Result<Value, (u16, String)> {
    if let Some(path) = config.values().find_map(|value| probed(value)) {
        let what = "Path is not supported for EnvVarConfigProvider, invalid value";
        return Err((500, format!("org.apache.kafka.common.config.ConfigException: {what} '{path}'")));
    }
    let mut count = 0;
    let mut of_key = |key: &Key| {
        let value = config.get(key.name).map(String::as_str).or(key.default);
        let errors = errors(key, value);
        count += errors.len();
        let shown = value.map(|value| if key.kind == "PASSWORD" { "[hidden]" } else { value });
        let value = json!({
            "name": key.name, "value": shown, "recommended_values": [], "errors": errors, "visible": true,
        });
        json!({"definition": definition(key), "value": value})
    };
    let configs: Vec<Value> = KEYS.iter().map(&mut of_key).collect();
    Ok(json!({"name": SINK, "error_count": count, "groups": ["Common"], "configs": configs}))
}

fn errors(key: &Key, value: Option<&str>) -> Vec<String> {
    match value {
        None if is_required(key) => {
            vec![format!("Missing required configuration \"{}\" which has no default value.", key.name)]
        }
        Some(value) if key.kind == "INT" && value.trim().parse::<i32>().is_err() => {
            vec![format!("Invalid value {value} for configuration {}: Not a number of type INT", key.name)]
        }
        _ => Vec::new(),
    }
}

/// Why a worker refuses to write a configuration: with its status, and in its words.
pub(crate) fn refusal(name: &str, config: &Config) -> Option<(u16, String)> {
    let Some(class) = config.get("connector.class") else {
        return Some((400, format!("Connector config {config:?} contains no connector type")));
    };
    if !is_known(class) {
        return Some((500, unknown(class)));
    }
    if let Some(other) = config.get("name").filter(|other| *other != name) {
        let what = format!("Connector name configuration ({other}) doesn't match connector name in the URL ({name})");
        return Some((400, what));
    }
    let of_key = |key: &Key| match key.name {
        "name" => Vec::new(),
        name => errors(key, config.get(name).map(String::as_str).or(key.default)),
    };
    let errors: Vec<String> = KEYS.iter().flat_map(of_key).collect();
    if errors.is_empty() {
        return None;
    }
    let count = errors.len();
    let all = errors.join("\n");
    Some((400, format!("Connector configuration is invalid and contains the following {count} error(s):\n{all}\n")))
}

/// What a worker says of a class that it does not have.
pub(crate) fn unknown(class: &str) -> String {
    format!(
        "Failed to find any class that implements Connector and which name matches {class}, available connectors \
         are: PluginDesc{{klass=class {SINK}, name='{SINK}', version='1.0', type=sink}}"
    )
}

/// The path in a reference to the environment, which has none.
fn probed(value: &str) -> Option<&str> {
    let (path, _) = value.split_once("${env:")?.1.split_once('}')?.0.split_once(':')?;
    (!path.is_empty()).then_some(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(entries: &[(&str, &str)]) -> Config {
        entries.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn a_number_is_one_and_a_class_is_known() {
        let refused = |entries| refusal("a", &config(entries)).map(|(status, _)| status);
        assert_eq!(refused(&[("connector.class", SINK), ("number", "5")]), None);
        assert_eq!(refused(&[("connector.class", SINK), ("number", "five")]), Some(400));
        assert_eq!(refused(&[("connector.class", SINK), ("name", "b")]), Some(400));
        assert_eq!(refused(&[("connector.class", "x.Y")]), Some(500));
        assert_eq!(refused(&[]), Some(400));
    }

    #[test]
    fn a_path_in_the_environment_is_complained_about_and_a_name_is_not() {
        let said = |value| validate(&config(&[("name", value), ("connector.class", SINK)])).err();
        assert!(said("${env:probe:PATH}").unwrap().1.ends_with("invalid value 'probe'"));
        assert_eq!(said("${env:PGPASSWORD}"), None);
    }
}
