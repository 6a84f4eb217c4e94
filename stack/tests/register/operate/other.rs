//! A worker of another Connect cluster over the same brokers, started by hand as the stack starts its own.
//! Unlike those it serves loggers, lets nobody override clients, and knows another user.

use std::fs;
use std::net::TcpListener;
use std::process::{Child, Command, Stdio};

use crate::cluster::{Cluster, until};
use crate::workers::Worker;

/// The user that its environment names, whom nothing else knows.
pub(crate) const USER: &str = "not the user";

/// The worker; it ends with this value.
pub(crate) struct Other {
    process: Child,
    pub(crate) worker: Worker,
}

impl Other {
    /// Boots it, and waits until it has joined its group.
    pub(crate) fn boot(cluster: &Cluster) -> Self {
        let port = free();
        let first = cluster.lease().process("connect-1").unwrap();
        let command_line = fs::read_to_string(format!("/proc/{}/cmdline", first.pid)).unwrap();
        let mut words: Vec<&str> = command_line.trim_end_matches('\0').split('\0').collect();
        let settings = settings(&fs::read_to_string(words.pop().unwrap()).unwrap(), port);
        let file = cluster.files.path().join("other.properties");
        fs::write(&file, settings).unwrap();
        let log = fs::File::create(cluster.files.path().join("other.log")).unwrap();
        // The kernel ends it should this process be killed.
        let process = Command::new("setpriv")
            .args(["--pdeathsig=KILL", "--"])
            .args(words)
            .arg(file)
            .env("PGUSER", USER)
            .env("PGPASSWORD", cluster.lease().password().unwrap().expose())
            .stdin(Stdio::null())
            .stderr(log.try_clone().unwrap())
            .stdout(log)
            .spawn()
            .unwrap();
        let other = Self { process, worker: Worker::at(port) };
        until("the other worker to join its group", || match other.worker.ask("GET", "/connectors/nobody/config") {
            Some((404, body)) if body.is_object() => Ok(()),
            answer => Err(format!("{answer:?}")),
        });
        other
    }
}

impl Drop for Other {
    fn drop(&mut self) {
        // It is to end, and may have ended.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// The settings of a worker of the stack, with those changed that make it another cluster.
fn settings(of: &str, port: u16) -> String {
    let changed = [
        ("group.id", "the-other".to_owned()),
        ("config.storage.topic", "other-configs".to_owned()),
        ("offset.storage.topic", "other-offsets".to_owned()),
        ("status.storage.topic", "other-status".to_owned()),
        ("listeners", format!("http://127.0.0.1:{port}")),
        ("rest.advertised.port", port.to_string()),
        ("connector.client.config.override.policy", "None".to_owned()),
    ];
    let is_kept = |line: &&str| {
        let key = line.split('=').next().unwrap_or_default();
        key != "admin.listeners" && changed.iter().all(|(changed, _)| *changed != key)
    };
    let kept = of.lines().filter(is_kept).map(str::to_owned);
    kept.chain(changed.iter().map(|(key, value)| format!("{key}={value}"))).collect::<Vec<_>>().join("\n")
}

/// A port that nobody listens on, below those of outgoing connections.
pub(crate) fn free() -> u16 {
    let free =
        |_| Some(rand::random_range(12_000..32_000)).filter(|port| TcpListener::bind(("127.0.0.1", *port)).is_ok());
    (0..200).find_map(free).unwrap()
}
