//! Requests of Connect's REST API as the simulated cluster reads them. Whatever is none of them is a
//! mistake of the program under test, and stops the run.

use std::collections::BTreeMap;

use connect_register::connect::Method;
use connect_register::connect::transport::Request;
use connect_register::core::DesiredState;
use percent_encoding::percent_decode_str;
use serde_json::Value;

use super::faults::Phase;

/// A configuration on its way.
pub(crate) type Config = BTreeMap<String, String>;

/// What is asked for.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Ask {
    Root,
    List,
    Config(String),
    Validate(String, Config),
    Plugins,
    Put(String, Config),
    Post(String, Config, DesiredState),
    Patch(String, BTreeMap<String, Option<String>>),
    State(String, DesiredState),
    Delete(String),
    Restart(String),
    RestartInstance(String),
}

impl Ask {
    /// Reads a request.
    pub(crate) fn read(request: &Request) -> Self {
        Self::of(request.method, &request.path, request.body.as_deref().unwrap_or_default())
            .unwrap_or_else(|| panic!("Connect has no {} {}", request.method.as_str(), request.path))
    }

    fn of(method: Method, path: &str, body: &[u8]) -> Option<Self> {
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        let parts: Vec<String> = path
            .split('/')
            .skip(1)
            .map(|part| percent_decode_str(part).decode_utf8().map(std::borrow::Cow::into_owned))
            .collect::<Result<_, _>>()
            .ok()?;
        let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
        Some(match (method, parts.as_slice(), query) {
            (Method::Get, [""], "") => Self::Root,
            (Method::Get, ["connectors"], "expand=info&expand=status") => Self::List,
            (Method::Get, ["connectors", name, "config"], "") => Self::Config((*name).to_owned()),
            (Method::Get, ["connector-plugins"], "") => Self::Plugins,
            (Method::Put, ["connector-plugins", class, "config", "validate"], "") => {
                Self::Validate((*class).to_owned(), serde_json::from_slice(body).ok()?)
            }
            (Method::Put, ["connectors", name, "config"], "") => {
                Self::Put((*name).to_owned(), serde_json::from_slice(body).ok()?)
            }
            (Method::Post, ["connectors"], "") => {
                let body: Value = serde_json::from_slice(body).ok()?;
                let state = DesiredState::parse(body["initial_state"].as_str()?)?;
                Self::Post(
                    body["name"].as_str()?.to_owned(),
                    serde_json::from_value(body["config"].clone()).ok()?,
                    state,
                )
            }
            (Method::Patch, ["connectors", name, "config"], "") => {
                Self::Patch((*name).to_owned(), serde_json::from_slice(body).ok()?)
            }
            (Method::Put, ["connectors", name, "resume"], "") => Self::State((*name).to_owned(), DesiredState::Running),
            (Method::Put, ["connectors", name, "pause"], "") => Self::State((*name).to_owned(), DesiredState::Paused),
            (Method::Put, ["connectors", name, "stop"], "") => Self::State((*name).to_owned(), DesiredState::Stopped),
            (Method::Delete, ["connectors", name], "") => Self::Delete((*name).to_owned()),
            (Method::Post, ["connectors", name, "restart"], "includeTasks=true&onlyFailed=true") => {
                Self::Restart((*name).to_owned())
            }
            (Method::Post, ["connectors", name, "restart"], "") => Self::RestartInstance((*name).to_owned()),
            _ => return None,
        })
    }

    pub(crate) fn phase(&self) -> Phase {
        match self {
            Self::Root => Phase::Version,
            Self::List => Phase::Observe,
            Self::Config(_) => Phase::Check,
            Self::Validate(..) | Self::Plugins => Phase::Inspect,
            Self::Put(..) => Phase::Write,
            Self::Post(..) => Phase::Create,
            Self::Patch(..) => Phase::Patch,
            Self::State(..) => Phase::State,
            Self::Delete(_) => Phase::Delete,
            Self::Restart(_) | Self::RestartInstance(_) => Phase::Restart,
        }
    }

    /// The connector that it is about.
    pub(crate) fn connector(&self) -> Option<&str> {
        match self {
            Self::Root | Self::List | Self::Validate(..) | Self::Plugins => None,
            Self::Config(name)
            | Self::Put(name, _)
            | Self::Post(name, ..)
            | Self::Patch(name, _)
            | Self::State(name, _)
            | Self::Delete(name)
            | Self::Restart(name)
            | Self::RestartInstance(name) => Some(name),
        }
    }

    /// The values that it would set.
    pub(crate) fn values(&self) -> impl Iterator<Item = (&str, &str)> {
        let whole = match self {
            Self::Put(_, config) | Self::Post(_, config, _) => Some(config),
            _ => None,
        };
        let patch = match self {
            Self::Patch(_, patch) => Some(patch),
            _ => None,
        };
        let whole = whole.into_iter().flatten().map(|(key, value)| (key.as_str(), value.as_str()));
        let patch = patch.into_iter().flatten().filter_map(|(key, value)| Some((key.as_str(), value.as_deref()?)));
        whole.chain(patch)
    }

    /// It in a few words, without values.
    pub(crate) fn told(&self) -> String {
        match self {
            Self::Root => "version".to_owned(),
            Self::List => "look at all".to_owned(),
            Self::Plugins => "plug-ins".to_owned(),
            Self::Validate(_, config) => format!("inspect {}", config.get("name").map_or("", String::as_str)),
            Self::Config(name) => format!("read {name}"),
            Self::Put(name, _) => format!("PUT {name}"),
            Self::Post(name, _, state) => format!("POST {name} {state}"),
            Self::Patch(name, _) => format!("PATCH {name}"),
            Self::State(name, state) => format!("ask {name} to be {state}"),
            Self::Delete(name) => format!("DELETE {name}"),
            Self::Restart(name) => format!("restart {name}"),
            Self::RestartInstance(name) => format!("restart {name} itself"),
        }
    }
}
