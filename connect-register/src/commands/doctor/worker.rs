//! One worker: its name, its port, TLS, whether it is Connect and lets us in, and whether it has joined.

use std::time::Instant;

use tokio::net::{TcpStream, lookup_host};
use tokio::time::timeout;
use url::Url;

use super::Checkup;
use crate::connect::{Address, Client, HttpTransport};
use crate::core::doctor::{Check, Seen, version};
use crate::core::{Class, ConnectorName, Fault, KafkaVersion, Redactor};
use crate::reconcile::{ConnectReader, WorkerInfo};
use crate::sources::access::Access;
use service::Failure;

/// A worker that answers.
pub(super) struct Answering {
    pub(super) seen: Seen,
    pub(super) address: Address,
    pub(super) client: Client<HttpTransport>,
}

/// Checks a worker; `None` where it cannot be asked any more.
pub(super) async fn check(
    address: &Address,
    access: Access,
    redactor: &Redactor,
    checkup: &mut Checkup,
) -> Result<Option<Answering>, Failure> {
    let of = address.as_str();
    // Where a proxy is on the way, it finds the worker.
    if access.route.proxy.is_none() && !is_there(address, checkup).await {
        return Ok(None);
    }
    let has_login = !access.route.credentials.is_empty() || access.route.tls.identity.is_some();
    let client = access.client(redactor.clone())?;
    let began = Instant::now();
    let info = match timeout(checkup.patience, client.worker()).await {
        Ok(Ok(info)) => info,
        Ok(Err(fault)) => {
            checkup.timed(began, refused(&fault).of(of));
            return Ok(None);
        }
        Err(_) => {
            checkup.timed(began, late("http").of(of));
            return Ok(None);
        }
    };
    if address.is_encrypted() {
        checkup.add(Check::ok("tls", "both sides trust each other").of(of));
    }
    checkup.timed(began, Check::ok("http", "Kafka Connect answers").of(of));
    let WorkerInfo { version: text, cluster } = info;
    let seen = Seen { worker: of.to_owned(), version: text, cluster };
    checkup.add(version(&seen));
    let began = Instant::now();
    let joined = match timeout(checkup.patience, joined(&client, &seen.version)).await {
        Ok(Ok(())) => Check::ok("group", "the worker has joined it and answers for its connectors"),
        Ok(Err(fault)) => not_joined(&fault),
        Err(_) => late("group"),
    };
    checkup.timed(began, joined.of(of));
    let began = Instant::now();
    let access = match timeout(checkup.patience, client.names()).await {
        Ok(Ok(_)) if has_login => Check::ok("access", "the worker lets us in"),
        Ok(Ok(_)) => Check::ok("access", "the worker lets in whoever asks"),
        Ok(Err(fault)) => refused(&fault),
        Err(_) => late("access"),
    };
    checkup.timed(began, access.of(of));
    Ok(Some(Answering { seen, address: address.clone(), client }))
}

fn late(name: &'static str) -> Check {
    Check::fail(
        name,
        "there was no answer in time",
        "is the worker overloaded, or a firewall on the way? See --timeout",
    )
}

/// Whether the name has an address, and somebody listens there.
async fn is_there(address: &Address, checkup: &mut Checkup) -> bool {
    let of = address.as_str();
    let Some((host, port)) = place(of) else { return true };
    let began = Instant::now();
    let found = match timeout(checkup.patience, lookup_host((host.as_str(), port))).await {
        Ok(Ok(found)) => found.collect::<Vec<_>>(),
        Ok(Err(error)) => {
            let check = Check::fail("dns", format!("{host}: {error}"), "is the name right, and known on this machine?");
            checkup.timed(began, check.of(of));
            return false;
        }
        Err(_) => Vec::new(),
    };
    if found.is_empty() {
        let check = Check::fail("dns", format!("{host} has no address"), "is the name server of this machine up?");
        checkup.timed(began, check.of(of));
        return false;
    }
    let ips: Vec<_> = found.iter().map(|found| found.ip().to_string()).collect();
    checkup.timed(began, Check::ok("dns", ips.join(", ")).of(of));
    let began = Instant::now();
    let why = match timeout(checkup.patience, TcpStream::connect(&*found)).await {
        Ok(Ok(_)) => None,
        Ok(Err(error)) => Some(error.to_string()),
        Err(_) => Some("no answer in time: a firewall may be on the way".to_owned()),
    };
    let is_there = why.is_none();
    let check = match why {
        None => Check::ok("tcp", format!("port {port} is open")),
        Some(why) => Check::fail("tcp", format!("port {port}: {why}"), "is the worker up, and is the port right?"),
    };
    checkup.timed(began, check.of(of));
    is_there
}

fn place(address: &str) -> Option<(String, u16)> {
    let url = Url::parse(address).ok()?;
    let host = url.host_str()?.trim_start_matches('[').trim_end_matches(']').to_owned();
    Some((host, url.port_or_known_default()?))
}

/// Why a worker cannot be asked.
fn refused(fault: &Fault) -> Check {
    let (name, next) = match fault.class {
        Class::Untrusted => {
            ("tls", "KAFKA_CONNECT_TLS_CA names who is trusted, KAFKA_CONNECT_TLS_CERT and _KEY what is shown")
        }
        Class::Denied => ("access", "set a user and a password, or a token: see `connect-register --help`: Access"),
        Class::NotConnect => {
            ("http", "something else listens there, or stands before the worker: is the address right?")
        }
        _ => ("http", "look at the worker's log"),
    };
    Check::fail(name, fault.to_string(), next)
}

/// `GET /` is answered long before a worker has joined its group; its herder's answers prove that.
async fn joined(client: &Client<HttpTransport>, version: &str) -> Result<(), Fault> {
    if KafkaVersion::parse(version).is_some_and(KafkaVersion::has_health) {
        match client.health().await {
            // A proxy may not let it through.
            Err(fault) if matches!(fault.class, Class::Missing | Class::Unsupported) => {}
            Err(fault) => return Err(fault),
            Ok(()) => {}
        }
    }
    let nobody = ConnectorName::reported(format!("connect-register-{:016x}", rand::random::<u64>()));
    client.config(&nobody).await.map(|_| ())
}

fn not_joined(fault: &Fault) -> Check {
    match fault.class {
        Class::Rebalance => Check::warn(
            "group",
            format!("there is no leader, or the workers rebalance: {fault}"),
            "ask again in a minute; if it stays so, do the workers reach Kafka and each other?",
        ),
        Class::Denied => refused(fault),
        _ => Check::fail("group", fault.to_string(), "the worker starts or has lost Kafka: look at its log"),
    }
}
