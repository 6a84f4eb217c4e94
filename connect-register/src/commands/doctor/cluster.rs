//! What the workers have in common: plug-ins, connectors, secrets, config providers, clocks, and whether
//! anybody may ask.

use std::collections::BTreeMap;
use std::future::Future;
use std::time::Instant;

use jiff::Timestamp;
use service::Failure;
use tokio::time::timeout;

use super::Checkup;
use super::worker::Answering;
use crate::connect::{Client, Credentials, HttpTransport, Route, Tls};
use crate::core::doctor::{Check, clock, exposed, failed, plugins, providers, referred};
use crate::core::{Class, Fault, Observation, Redactor};
use crate::reconcile::{ConnectReader, ProviderVerdict};

/// The provider by which secrets go as references.
const ENV: &str = "env";

/// Checks what the workers that answer have in common.
pub(super) async fn check(workers: &[Answering], route: &Route, checkup: &mut Checkup) -> Result<(), Failure> {
    let Some(first) = workers.first() else { return Ok(()) };
    let class = plug_ins(workers, checkup).await;
    let began = Instant::now();
    match ask(checkup, first.client.observe()).await {
        Ok(observation) => {
            checkup.timed(began, failed(&observation));
            checkup.add(exposed(&observation));
            config_providers(&first.client, &observation, class, checkup).await;
        }
        Err(check) => checkup.timed(began, Check { name: "connectors", ..check }),
    }
    open(first, route, checkup).await?;
    let transport = HttpTransport::to_all(vec![first.address.clone()], route)?;
    if let Some(transport) = transport.first() {
        let began = Instant::now();
        // Something before the worker may drop the header.
        if let Ok(Some(theirs)) = timeout(checkup.patience, transport.date()).await {
            checkup.timed(began, clock(Timestamp::now().as_second() - theirs.as_second()));
        }
    }
    Ok(())
}

/// Asks for something; what goes wrong is a check that failed.
async fn ask<T>(checkup: &Checkup, asked: impl Future<Output = Result<T, Fault>>) -> Result<T, Check> {
    const NEXT: &str = "look at the worker's log, or give it longer with --timeout";
    match timeout(checkup.patience, asked).await {
        Ok(Ok(found)) => Ok(found),
        Ok(Err(fault)) => Err(Check::fail("", fault.to_string(), NEXT)),
        Err(_) => Err(Check::fail("", "there was no answer in time", NEXT)),
    }
}

/// Compares the plug-ins of the workers; the class of a connector that there is comes back.
async fn plug_ins(workers: &[Answering], checkup: &mut Checkup) -> Option<String> {
    let began = Instant::now();
    let (mut all, mut class) = (Vec::new(), None);
    for worker in workers {
        match ask(checkup, worker.client.all_plugins()).await {
            Ok(found) => {
                let connector = found.iter().find(|plugin| matches!(&*plugin.kind, "sink" | "source"));
                class = class.or_else(|| connector.map(|plugin| plugin.class.clone()));
                let named = found.into_iter().map(|plugin| crate::core::plain::line(&plugin.class)).collect();
                all.push((worker.seen.worker.clone(), named));
            }
            Err(check) => checkup.timed(began, Check { name: "plug-ins", ..check }.of(&worker.seen.worker)),
        }
    }
    if !all.is_empty() {
        checkup.timed(began, plugins(&all));
    }
    class
}

/// Asks for the config providers that are referred to, and for that of the environment.
async fn config_providers(
    client: &Client<HttpTransport>,
    observation: &Observation,
    class: Option<String>,
    checkup: &mut Checkup,
) {
    let began = Instant::now();
    let used = referred(observation);
    let mut wanted: Vec<_> = used.iter().map(|(name, class)| (name.clone(), class.clone(), true)).collect();
    if let Some(class) = class.filter(|_| !used.contains_key(ENV)) {
        wanted.push((ENV.to_owned(), class, false));
    }
    let mut found = BTreeMap::new();
    for (name, class, is_used) in wanted {
        let there = match ask(checkup, client.provider(&class, &name)).await {
            Ok(ProviderVerdict::Present) => Some(true),
            Ok(ProviderVerdict::Missing) => Some(false),
            Ok(ProviderVerdict::Unknown) | Err(_) => None,
        };
        found.insert(name, (there, is_used));
    }
    if !found.is_empty() {
        checkup.timed(began, providers(&found));
    }
}

/// Whether the worker answers to somebody who shows nothing.
async fn open(first: &Answering, route: &Route, checkup: &mut Checkup) -> Result<(), Failure> {
    const NAME: &str = "open";
    let tls = Tls { trust: route.tls.trust.clone(), identity: None };
    let nobody = Route { credentials: Credentials::default(), tls, proxy: route.proxy.clone() };
    let transports = HttpTransport::to_all(vec![first.address.clone()], &nobody)?;
    let Some(transport) = transports.into_iter().next() else { return Ok(()) };
    let began = Instant::now();
    let asked = timeout(checkup.patience, Client::new(transport, Redactor::default()).names()).await;
    let check = match asked {
        Ok(Ok(_)) if first.address.is_loopback() => {
            Check::ok(NAME, "whoever is on this machine may change connectors; from elsewhere it was not tried")
        }
        Ok(Ok(_)) => Check::warn(
            NAME,
            "the worker answers without a password: whoever reaches it may change connectors, and run code on it",
            "let only those reach it who may, or put a login before it (rest.extension.classes, TLS client certificates)",
        ),
        Ok(Err(fault)) if matches!(fault.class, Class::Denied | Class::Untrusted) => {
            Check::ok(NAME, "who shows nothing is not let in")
        }
        Ok(Err(_)) | Err(_) => return Ok(()),
    };
    checkup.timed(began, check);
    Ok(())
}
