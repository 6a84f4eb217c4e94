//! What runs, as templates: a connector's configuration with its secrets taken out, so that it can be
//! kept beside code and applied again. Writing files is not done here.

mod escape;
mod file_name;
mod secret;

pub use escape::escape;
pub use file_name::FileNames;
pub use secret::{VariableNames, Why};

use std::collections::BTreeSet;

use serde_json::{Map, Value as Json, json};

use super::diff::is_workers_own;
use super::{ConnectorName, DesiredState, Observed};

/// A connector as a template.
#[derive(Clone, Debug, PartialEq)]
pub struct Exported {
    /// Its name.
    pub name: ConnectorName,
    /// The template: `{name, state?, config}`.
    pub template: Json,
    /// The secrets that were taken out, by key.
    pub secrets: Vec<TakenOut>,
}

/// A secret that was taken out of a template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TakenOut {
    /// The key.
    pub key: String,
    /// The variable that stands for it.
    pub variable: String,
    /// Why.
    pub why: Why,
}

/// Makes a template of a connector. `passwords` are the keys that its plug-in defines as passwords.
///
/// # Errors
/// What of it no template can hold.
pub fn export(
    name: &ConnectorName,
    observed: &Observed,
    passwords: &BTreeSet<String>,
    variables: &mut VariableNames,
) -> Result<Exported, String> {
    ConnectorName::parse(name.as_str())?;
    let (mut config, mut secrets) = (Map::new(), Vec::new());
    for (key, value) in observed.config.iter().filter(|(key, _)| !is_workers_own(key)) {
        if key.is_empty() || key.contains("{{") {
            return Err(format!("the key {:?} cannot stand in a template", super::plain::line(key)));
        }
        let text = match secret::why_secret(key, value, passwords.contains(key)) {
            Some(why) => {
                let variable = variables.name(name.as_str(), key);
                let text = format!("{{{{secret \"{variable}\"}}}}");
                secrets.push(TakenOut { key: key.clone(), variable, why });
                text
            }
            None => escape(value),
        };
        config.insert(key.clone(), Json::String(text));
    }
    let mut template = Map::new();
    template.insert("name".to_owned(), json!(escape(name.as_str())));
    let state = observed.status.as_ref().and_then(|status| DesiredState::reported(&status.state));
    if let Some(state) = state.filter(|state| *state != DesiredState::Running) {
        template.insert("state".to_owned(), json!(state.word()));
    }
    template.insert("config".to_owned(), Json::Object(config));
    Ok(Exported { name: name.clone(), template: Json::Object(template), secrets })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::applied;
    use crate::core::{ConnectorStatus, State};

    fn observed(state: &str, pairs: &[(&str, &str)]) -> Observed {
        let status = ConnectorStatus {
            kind: "sink".to_owned(),
            state: State::parse(state),
            worker: "w".to_owned(),
            trace: None,
            tasks: Vec::new(),
        };
        let config = pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
        Observed { config, status: Some(status) }
    }

    fn exported(name: &str, observed: &Observed) -> Result<Exported, String> {
        let passwords = BTreeSet::from(["pin".to_owned()]);
        export(&ConnectorName::reported(name), observed, &passwords, &mut VariableNames::default())
    }

    #[test]
    fn secrets_and_keys_of_the_worker_do_not_go_into_a_template() {
        let observed = observed(
            "PAUSED",
            &[
                ("name", "a{{b"),
                ("connector.class", "x.Sink"),
                (applied::KEY, "{}"),
                ("__internal.config.version", "3"),
                ("pin", "1234"),
                ("p", "••••"),
                ("q.password", "${env:Q}"),
                ("format", "{{x}}"),
            ],
        );
        let Exported { name: _, template, secrets } = exported("a{{b", &observed).unwrap();
        insta::assert_snapshot!(serde_json::to_string_pretty(&template).unwrap(), @r#"
        {
          "name": "a\\{{b",
          "state": "paused",
          "config": {
            "connector.class": "x.Sink",
            "format": "\\{{x}}",
            "p": "{{secret \"A_B_P\"}}",
            "pin": "{{secret \"A_B_PIN\"}}",
            "q.password": "${env:Q}"
          }
        }
        "#);
        let secrets: Vec<_> =
            secrets.iter().map(|taken| format!("{} {} {:?}", taken.key, taken.variable, taken.why)).collect();
        assert_eq!(secrets, ["p A_B_P Masked", "pin A_B_PIN Password"]);
    }

    #[test]
    fn what_no_template_can_hold_is_refused() {
        assert!(exported("a\u{1b}", &observed("RUNNING", &[])).is_err());
        assert!(exported("a", &observed("RUNNING", &[("{{k", "v")])).is_err());
        let running = exported("a", &observed("RUNNING", &[("k", "v")])).unwrap();
        assert_eq!(running.template.to_string(), r#"{"name":"a","config":{"k":"v"}}"#);
    }
}
