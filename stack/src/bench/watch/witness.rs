//! Who looks on: what workers say of connectors, beside what `watch` says that it restarts.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::Value;

use super::Memory;
use crate::parts::http;
use crate::programs::Running;

/// A restart is of what has failed where it was seen so at most this long before: as old as the view may be
/// that `watch` acts on.
const FRESH: Duration = Duration::from_secs(20);

/// What was seen.
#[derive(Debug, Default)]
pub(super) struct Witness {
    /// Since when a connector has failed.
    failed: BTreeMap<String, Instant>,
    /// When it was last seen to have failed, or without a task.
    ill: BTreeMap<String, Instant>,
    /// Whether all ran, at the last look.
    pub(super) all_run: bool,
    /// Since when nothing is taken away any more.
    pub(super) mended: Option<Instant>,
    /// The longest that something was left dead although it could run.
    pub(super) longest: Duration,
    /// How often a connector was seen to fail.
    pub(super) failures: u64,
    pub(super) restarts: u64,
    /// Restarts of what ran.
    pub(super) wrong: Vec<String>,
    pub(super) memory: Memory,
    /// How much of the log has been read.
    read: usize,
}

impl Witness {
    /// Looks once.
    pub(super) async fn look(&mut self, ports: &[u16], names: &[String], watch: &Running) {
        if let Some(process) = watch.process() {
            self.memory.look(process);
        }
        for port in ports {
            let path = "/connectors?expand=status";
            let Ok(answer) = http::get(*port, path, Duration::from_secs(2)).await else { continue };
            let Ok(list) = serde_json::from_str::<Value>(&answer.body) else { continue };
            if answer.status == 200 {
                self.see(&list, names, Instant::now());
                break;
            }
        }
        self.listen(watch.log(), Instant::now());
    }

    fn see(&mut self, list: &Value, names: &[String], now: Instant) {
        self.all_run = true;
        for name in names {
            let states = states(&list[name]["status"]);
            let (has_failed, runs) = (
                states.iter().any(|state| state == "FAILED"),
                states.len() > 1 && states.iter().all(|state| state == "RUNNING"),
            );
            self.all_run &= runs;
            if has_failed && !self.failed.contains_key(name) {
                self.failures += 1;
                self.failed.insert(name.clone(), now);
            }
            if has_failed || states.len() == 1 {
                self.ill.insert(name.clone(), now);
            }
            let Some(since) = self.failed.get(name).copied().filter(|_| runs) else { continue };
            self.failed.remove(name);
            if let Some(mended) = self.mended {
                self.longest = self.longest.max(now - since.max(mended));
            }
        }
    }

    /// What `watch` has said since, a JSON object a line.
    fn listen(&mut self, log: &Path, now: Instant) {
        let text = fs::read_to_string(log).unwrap_or_default();
        let new = text.get(self.read..).unwrap_or_default();
        // The last line may be half written.
        let whole = new.rfind('\n').map_or(0, |end| end + 1);
        for line in new.get(..whole).unwrap_or_default().lines() {
            let Ok(line) = serde_json::from_str::<Value>(line) else { continue };
            let (message, name) = (&line["message"], line["connector"].as_str().unwrap_or_default());
            let Some(message) = message.as_str().filter(|message| message.starts_with("restarted ")) else { continue };
            self.restarts += 1;
            if self.ill.get(name).is_none_or(|ill| now - *ill > FRESH) {
                self.wrong.push(format!("{name}: {message}"));
            }
        }
        self.read += whole;
    }
}

/// The states of a connector and of its tasks.
fn states(status: &Value) -> Vec<String> {
    let tasks = status["tasks"].as_array().cloned().unwrap_or_default();
    let all = std::iter::once(&status["connector"]).chain(&tasks);
    all.filter_map(|part| part["state"].as_str().map(str::to_owned)).collect()
}
