//! A worker, asked over its REST API by hand, so that what our program says of it can be held against
//! it.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use serde_json::Value;

use crate::cluster::until;

/// A worker on loopback.
pub(crate) struct Worker {
    port: u16,
}

impl Worker {
    pub(crate) fn at(port: u16) -> Self {
        Self { port }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// An answer's status and body; `None` where there is none.
    pub(crate) fn ask(&self, method: &str, path: &str) -> Option<(u16, Value)> {
        self.send(method, path, "")
    }

    /// The same as text, where it is none of Connect's.
    pub(crate) fn text(&self, path: &str) -> Option<(u16, String)> {
        self.exchange("GET", path, "")
    }

    fn send(&self, method: &str, path: &str, body: &str) -> Option<(u16, Value)> {
        let (status, body) = self.exchange(method, path, body)?;
        Some((status, serde_json::from_str(&body).unwrap_or(Value::Null)))
    }

    fn exchange(&self, method: &str, path: &str, body: &str) -> Option<(u16, String)> {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).ok()?;
        stream.set_read_timeout(Some(Duration::from_secs(100))).ok()?;
        // HTTP/1.0: the body ends with the connection.
        let head = format!("{method} {path} HTTP/1.0\r\nHost: 127.0.0.1\r\nAccept: */*\r\n");
        let kind = format!("Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}", body.len());
        stream.write_all((head + &kind).as_bytes()).ok()?;
        let mut text = String::new();
        stream.read_to_string(&mut text).ok()?;
        let (head, body) = text.split_once("\r\n\r\n")?;
        let status = head.split(' ').nth(1)?.parse().ok()?;
        Some((status, body.to_owned()))
    }

    /// Writes something, as somebody would by hand.
    pub(crate) fn put(&self, path: &str, body: &Value) {
        let answer = self.send("PUT", path, &body.to_string());
        assert!(matches!(answer, Some((200..300, _))), "PUT {path}: {answer:?}");
    }

    /// What is there, which has to be.
    pub(crate) fn get(&self, path: &str) -> Value {
        until(path, || match self.ask("GET", path) {
            Some((200, body)) => Ok(body),
            other => Err(format!("{other:?}")),
        })
    }

    /// A connector's configuration; `None` where there is no such connector. A worker that is busy, as
    /// in a rebalance, is asked again.
    pub(crate) fn config(&self, name: &str) -> Option<BTreeMap<String, String>> {
        until(&format!("the configuration of {name}"), || {
            match self.ask("GET", &format!("/connectors/{name}/config")) {
                Some((200, config)) => Ok(Some(serde_json::from_value(config).unwrap())),
                Some((404, _)) => Ok(None),
                other => Err(format!("{other:?}")),
            }
        })
    }

    /// The states of a connector and of its tasks; none where it is not known yet.
    pub(crate) fn states(&self, name: &str) -> Vec<String> {
        let Some((200, status)) = self.ask("GET", &format!("/connectors/{name}/status")) else { return Vec::new() };
        let text = |part: &Value| part["state"].as_str().unwrap_or_default().to_owned();
        let tasks = status["tasks"].as_array().cloned().unwrap_or_default();
        std::iter::once(&status["connector"]).chain(&tasks).map(text).collect()
    }
}
