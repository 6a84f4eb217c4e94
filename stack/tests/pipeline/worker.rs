//! The Connect worker, asked over its REST API by hand, so that what our programs say of it can be
//! held against it.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use serde_json::{Value, json};

use crate::pipeline::{CONNECTOR, until};

/// A worker on loopback.
pub(crate) struct Worker {
    port: u16,
}

/// An answer.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: String,
}

impl Worker {
    pub(crate) fn at(url: &str) -> Self {
        Self { port: url.rsplit_once(':').unwrap().1.parse().unwrap() }
    }

    /// Sends a request; the error is in words, for a caller that waits.
    pub(crate) fn ask(&self, method: &str, path: &str, body: Option<&Value>) -> Result<Answer, String> {
        ask(self.port, method, path, body).map_err(|error| format!("{method} {path}: {error}"))
    }

    /// What is there, which has to be.
    pub(crate) fn get(&self, path: &str) -> Value {
        let answer = self.ask("GET", path, None).unwrap();
        assert_eq!(answer.status, 200, "GET {path}: {answer:?}");
        serde_json::from_str(&answer.body).unwrap()
    }

    /// The connector's configuration.
    pub(crate) fn config(&self) -> BTreeMap<String, String> {
        serde_json::from_value(self.get(&format!("/connectors/{CONNECTOR}/config"))).unwrap()
    }

    /// The states of the connector's tasks, with the first line of what failed them.
    pub(crate) fn tasks(&self) -> Result<Vec<(String, String)>, String> {
        let answer = self.ask("GET", &format!("/connectors/{CONNECTOR}/status"), None)?;
        let status: Value = serde_json::from_str(&answer.body).map_err(|error| format!("{error}: {answer:?}"))?;
        let tasks = status["tasks"].as_array().ok_or(answer.body)?;
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        Ok(tasks.iter().map(|task| (text(&task["state"]), text(&task["trace"]))).collect())
    }

    /// Waits until the connector has tasks and all of them run.
    pub(crate) async fn runs(&self) {
        until("all tasks to run", async || {
            let tasks = self.tasks()?;
            let is_running = !tasks.is_empty() && tasks.iter().all(|(state, _)| state == "RUNNING");
            if is_running { Ok(()) } else { Err(format!("{tasks:#?}")) }
        })
        .await;
    }

    /// Waits until a task has failed, and gives its trace.
    pub(crate) async fn fails(&self) -> String {
        until("a task to fail", async || {
            let tasks = self.tasks()?;
            let failed = tasks.iter().find(|(state, _)| state == "FAILED");
            failed.map(|(_, trace)| trace.clone()).ok_or_else(|| format!("{tasks:?}"))
        })
        .await
    }

    /// Removes the connector, if it is there.
    pub(crate) async fn remove(&self) {
        let path = format!("/connectors/{CONNECTOR}");
        self.accepted("DELETE", &path, None, &[204, 404]).await;
        self.accepted("GET", &path, None, &[404]).await;
    }

    /// Has the sink go on behind a record, as an operator would who gives it up.
    pub(crate) async fn skip(&self, partition: i32, offset: i64) {
        let path = |verb: &str| format!("/connectors/{CONNECTOR}/{verb}");
        self.accepted("PUT", &path("stop"), None, &[204]).await;
        let to = json!({ "offsets": [{
            "partition": { "kafka_topic": "sales", "kafka_partition": partition },
            "offset": { "kafka_offset": offset + 1 },
        }] });
        // Refused as long as a task is still on its way out.
        self.accepted("PATCH", &path("offsets"), Some(&to), &[200]).await;
        self.accepted("PUT", &path("resume"), None, &[202]).await;
        self.runs().await;
    }

    /// Sends a request until it is answered with one of these; a worker that rebalances refuses.
    async fn accepted(&self, method: &str, path: &str, body: Option<&Value>, wanted: &[u16]) {
        until(&format!("{method} {path} to be answered with {wanted:?}"), async || {
            let answer = self.ask(method, path, body)?;
            if wanted.contains(&answer.status) { Ok(()) } else { Err(format!("{answer:?}")) }
        })
        .await;
    }
}

/// One request to a port on loopback. HTTP/1.0: the body ends with the connection.
pub(crate) fn ask(port: u16, method: &str, path: &str, body: Option<&Value>) -> std::io::Result<Answer> {
    let mut stream = TcpStream::connect(("127.0.0.1", port))?;
    stream.set_read_timeout(Some(Duration::from_secs(100)))?;
    let body = body.map(Value::to_string).unwrap_or_default();
    let head = format!("{method} {path} HTTP/1.0\r\nHost: 127.0.0.1:{port}\r\nAccept: */*\r\n");
    let head = format!("{head}Content-Type: application/json\r\nContent-Length: {}\r\n\r\n", body.len());
    stream.write_all(format!("{head}{body}").as_bytes())?;
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes)?;
    let text = String::from_utf8_lossy(&bytes);
    let (head, body) = text.split_once("\r\n\r\n").ok_or_else(|| std::io::Error::other("no HTTP answer"))?;
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok());
    Ok(Answer { status: status.ok_or_else(|| std::io::Error::other(head.to_owned()))?, body: body.to_owned() })
}
