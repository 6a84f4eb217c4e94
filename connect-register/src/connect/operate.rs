//! The REST client, second half: what operating needs beyond what reconciling needs.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;

use super::answers::{InfoAnswer, LoggerAnswer, OffsetsAnswer, SaidAnswer, StatusAnswer, TopicsAnswer};
use super::classify::Purpose;
use super::client::{Client, READ_TIMEOUT, get, path_of, segment, with_body, without_body};
use super::transport::{Method, Request, Transport};
use crate::core::offsets::{Moves, Offsets};
use crate::core::{Class, ConnectorName, ConnectorStatus, Fault, Verdict, plain};
use crate::operate::Operator;
use crate::operate::access::{LoggerLevel, Reach};

impl<T: Transport> Operator for Client<T> {
    async fn status(&self, name: &ConnectorName) -> Result<Option<ConnectorStatus>, Fault> {
        let mixed_up = |below: &str| Fault {
            class: Class::Transient,
            request: format!("GET {}/connectors/{name}{below}", self.address()),
            status: Some(200),
            message: "this is the answer to another request".to_owned(),
        };
        let Some(status) = self.find::<StatusAnswer>(name, "/status").await? else { return Ok(None) };
        if !status.is_of(name) {
            return Err(mixed_up("/status"));
        }
        let status = status.into_core(&self.exchange.redactor());
        // Do all of its tasks run, or only those that have told of themselves?
        if Verdict::of(Some(&status)) != Verdict::Running {
            return Ok(Some(status));
        }
        let Some(info) = self.find::<InfoAnswer>(name, "").await? else { return Ok(None) };
        if info.name != name.as_str() {
            return Err(mixed_up(""));
        }
        Ok(Some(status.with_tasks(info.tasks())))
    }

    async fn restart_tasks(&self, name: &ConnectorName, tasks: &[u32]) -> Result<(), Fault> {
        for task in tasks {
            let request = without_body(Method::Post, path_of(name, &format!("/tasks/{task}/restart")));
            self.exchange.act(Purpose::Write, request, &[204]).await?;
        }
        Ok(())
    }

    async fn offsets(&self, name: &ConnectorName) -> Result<Option<Offsets>, Fault> {
        let answer: Option<OffsetsAnswer> = self.find(name, "/offsets").await?;
        Ok(answer.map(|answer| answer.offsets))
    }

    async fn alter_offsets(&self, name: &ConnectorName, moves: &Moves) -> Result<(), Fault> {
        self.change_offsets(with_body(Method::Patch, path_of(name, "/offsets"), &moves.to_json())).await
    }

    async fn clear_offsets(&self, name: &ConnectorName) -> Result<(), Fault> {
        self.change_offsets(without_body(Method::Delete, path_of(name, "/offsets"))).await
    }

    async fn topics(&self, name: &ConnectorName) -> Result<BTreeSet<String>, Fault> {
        let request = get(path_of(name, "/topics"), READ_TIMEOUT);
        let mut answer: BTreeMap<String, TopicsAnswer> = self.exchange.ask(Purpose::Read, request).await?;
        let topics = answer.remove(name.as_str()).map(|answer| answer.topics).unwrap_or_default();
        Ok(topics.iter().map(|topic| plain::line(topic)).collect())
    }

    async fn reset_topics(&self, name: &ConnectorName) -> Result<(), Fault> {
        let request = without_body(Method::Put, path_of(name, "/topics/reset"));
        self.exchange.act(Purpose::Write, request, &[200, 202, 204]).await?;
        Ok(())
    }

    async fn loggers(&self) -> Result<BTreeMap<String, LoggerLevel>, Fault> {
        let answer: BTreeMap<String, LoggerAnswer> =
            self.exchange.ask(Purpose::Read, get("/admin/loggers", READ_TIMEOUT)).await?;
        Ok(answer.into_iter().map(|(name, logger)| (plain::line(&name), logger.into())).collect())
    }

    async fn set_logger(&self, logger: &str, level: &str, reach: Reach) -> Result<Vec<String>, Fault> {
        let scope = match reach {
            Reach::Worker => "",
            Reach::Cluster => "?scope=cluster",
        };
        let path = format!("/admin/loggers/{}{scope}", segment(logger));
        let (told, response) =
            self.exchange.send(Purpose::Write, with_body(Method::Put, path, &json!({"level": level}))).await?;
        match response.status {
            200 => {
                let names: Vec<String> = self.exchange.read(&told, &response)?;
                Ok(names.iter().map(|name| plain::line(name)).collect())
            }
            204 => Ok(Vec::new()),
            201..204 | 205..300 => Err(self.exchange.foreign(&told, &response)),
            _ => Err(self.exchange.refused(&told, &response)),
        }
    }
}

impl<T: Transport> Client<T> {
    /// Something of a connector, where there is one.
    async fn find<A: serde::de::DeserializeOwned>(
        &self,
        name: &ConnectorName,
        below: &str,
    ) -> Result<Option<A>, Fault> {
        match self.exchange.ask(Purpose::Read, get(path_of(name, below), READ_TIMEOUT)).await {
            Ok(answer) => Ok(Some(answer)),
            Err(fault) if fault.class == Class::Missing => Ok(None),
            Err(fault) => Err(fault),
        }
    }

    /// A change of offsets is answered in words.
    async fn change_offsets(&self, request: Request) -> Result<(), Fault> {
        let (told, response) = self.exchange.send(Purpose::Write, request).await?;
        match response.status {
            200 if serde_json::from_slice::<SaidAnswer>(&response.body).is_ok() => Ok(()),
            200..300 => Err(self.exchange.foreign(&told, &response)),
            _ => Err(self.exchange.refused(&told, &response)),
        }
    }
}
