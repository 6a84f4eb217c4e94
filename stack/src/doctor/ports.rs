//! Whether the ports are free. Each is bound for a moment as the servers would bind it, so that what
//! the kernel says is what they will be told.

use std::io::ErrorKind;

use tokio::net::TcpListener;

use super::Check;

/// A check for each port that cannot be listened on, or one that says that all can.
pub(super) async fn check(ports: &[(String, u16)]) -> Vec<Check> {
    let mut checks = Vec::new();
    for (wanted_by, port) in ports {
        // Tokio sets SO_REUSEADDR, as the servers do: a port in TIME_WAIT is free.
        if let Err(error) = TcpListener::bind(("127.0.0.1", *port)).await {
            checks.push(unusable(wanted_by, *port, &error));
        }
    }
    if checks.is_empty() {
        let list: Vec<String> = ports.iter().map(|(part, port)| format!("{part} {port}")).collect();
        checks.push(Check::ok("ports", if list.is_empty() { "none asked for".to_owned() } else { list.join(", ") }));
    }
    checks
}

fn unusable(wanted_by: &str, port: u16, error: &std::io::Error) -> Check {
    let name = format!("port {port}");
    match error.kind() {
        ErrorKind::AddrInUse => Check::fail(
            &name,
            format!("{wanted_by} wants it, but another program listens on it"),
            format!("stop that program (`ss -ltnp 'sport = :{port}'` names it) or choose free ports with --ports auto"),
        ),
        ErrorKind::PermissionDenied => Check::fail(
            &name,
            format!("{wanted_by} wants it, but ports below 1024 are for root"),
            "choose a port above 1023, or free ones with --ports auto",
        ),
        _ => Check::fail(
            &name,
            format!("{wanted_by} cannot listen on it: {error}"),
            "choose free ports with --ports auto",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::super::Verdict;
    use super::*;

    #[tokio::test]
    async fn a_taken_port_is_told_with_the_part_that_wants_it_and_free_ones_are_not() {
        let taken = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = taken.local_addr().unwrap().port();
        let checks = check(&[("kafka".to_owned(), port), ("connect".to_owned(), 0)]).await;
        assert_eq!(checks.len(), 1, "{checks:?}");
        assert_eq!((checks[0].verdict, checks[0].name.as_str()), (Verdict::Fail, format!("port {port}").as_str()));
        assert!(checks[0].message.contains("kafka"), "{checks:?}");
    }

    #[tokio::test]
    async fn free_ports_are_one_line() {
        let checks = check(&[("kafka".to_owned(), 0)]).await;
        assert_eq!(checks, [Check::ok("ports", "kafka 0")]);
    }
}
