//! Who is measured: `connect-register`, and what is used in its place where it can be had. How each is
//! run stands here and nowhere else, so that the report can tell it.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context;
use serde_json::json;

use super::Load;
use crate::programs::Programs;

/// The script, which is written beside the templates.
const SCRIPT: &str = include_str!("../../../peers/curl-jq.sh");
/// Longer than any run takes.
const TIMEOUT: &str = "15m";

/// Something that declares connectors.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Contender {
    /// Ours.
    Register,
    /// The script, with so many attempts after the first one.
    Script {
        /// `curl --retry`.
        retries: u32,
    },
    /// kcctl on a JVM.
    Kcctl {
        /// Its `quarkus-run.jar`.
        jar: PathBuf,
    },
}

impl Contender {
    /// Those that can be had.
    pub(super) fn at_hand(load: &Load) -> Vec<Self> {
        let script = on_path("curl") && on_path("jq") && on_path("bash");
        let scripts = [0, 5].map(|retries| Self::Script { retries }).into_iter().filter(|_| script);
        let kcctl = load.kcctl.clone().map(|jar| Self::Kcctl { jar });
        std::iter::once(Self::Register).chain(kcctl).chain(scripts).collect()
    }

    /// Whether it differs from another contender only where requests go wrong.
    pub(super) fn is_for_foul_weather(&self) -> bool {
        matches!(self, Self::Script { retries } if *retries > 0)
    }

    /// Its name in the report.
    pub(super) fn name(&self) -> String {
        match self {
            Self::Register => "connect-register".to_owned(),
            Self::Script { retries: 0 } => "curl + jq".to_owned(),
            Self::Script { retries } => format!("curl + jq, `--retry {retries}`"),
            Self::Kcctl { .. } => "kcctl".to_owned(),
        }
    }

    /// How it was run, in words.
    pub(super) fn how(&self) -> Option<String> {
        match self {
            Self::Register => Some("`connect-register apply -f FOLDER`, the program beside `stack`".to_owned()),
            Self::Script { retries: 0 } => {
                Some("`stack/peers/curl-jq.sh FOLDER`, a `PUT` a template, a curl a request".to_owned())
            }
            Self::Script { .. } => None,
            Self::Kcctl { .. } => Some(
                "`java -jar quarkus-run.jar apply -f FILE…`, all files in one call, on the JVM of this machine"
                    .to_owned(),
            ),
        }
    }

    /// The programs with the environment that points it at a worker.
    pub(super) fn programs(&self, load: &Load, url: &str) -> anyhow::Result<Programs> {
        let mut env = vec![("KAFKA_CONNECT_URL".to_owned(), url.to_owned())];
        match self {
            Self::Register => env.push(("CONNECT_REGISTER_TIMEOUT".to_owned(), TIMEOUT.to_owned())),
            Self::Script { retries } => env.push(("CURL_RETRY".to_owned(), retries.to_string())),
            Self::Kcctl { .. } => {
                let context = json!({"currentContext": "bench", "bench": {"cluster": url}});
                fs::write(load.scratch.join(".kcctl"), context.to_string()).context("writing kcctl's context")?;
            }
        }
        Programs::beside_me(&["stack", "connect-register"], env, load.scratch.join("logs"))
    }

    /// The command that applies a folder of templates.
    pub(super) fn command(&self, templates: &Path) -> anyhow::Result<Vec<String>> {
        let folder = templates.display().to_string();
        Ok(match self {
            Self::Register => {
                let program = Programs::path("connect-register")?.display().to_string();
                [program, "apply".to_owned(), "-f".to_owned(), folder].into()
            }
            Self::Script { .. } => {
                let script = templates.with_file_name("curl-jq.sh");
                fs::write(&script, SCRIPT).with_context(|| format!("writing {}", script.display()))?;
                ["bash".to_owned(), script.display().to_string(), folder].into()
            }
            Self::Kcctl { jar } => {
                let home = templates.parent().unwrap_or(templates).display();
                let mut files: Vec<String> = fs::read_dir(templates)
                    .with_context(|| format!("reading {folder}"))?
                    .flatten()
                    .map(|entry| entry.path().display().to_string())
                    .collect();
                files.sort();
                let java = ["java".to_owned(), format!("-Duser.home={home}"), "-jar".to_owned()];
                let apply = [jar.display().to_string(), "apply".to_owned(), "-f".to_owned()];
                java.into_iter().chain(apply).chain(files).collect()
            }
        })
    }
}

fn on_path(program: &str) -> bool {
    let folders = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&folders).any(|folder| folder.join(program).is_file())
}
