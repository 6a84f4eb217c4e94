//! One request over plain HTTP on loopback: enough to ask a part of ours whether it answers.
//! No TLS, no redirects, no keep-alive; a client for Connect's REST API is `connect-register`.

use std::time::Duration;

use anyhow::{Context, bail};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

/// No answer of ours is larger; what goes on longer is not one of ours.
const LIMIT: u64 = 4 * 1024 * 1024;

/// What was answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: String,
}

/// Asks `127.0.0.1:port` for `path`, within `patience`. HTTP/1.0, so that the body is never chunked
/// and ends with the connection.
pub(crate) async fn get(port: u16, path: &str, patience: Duration) -> anyhow::Result<Answer> {
    ask("GET", port, path, patience).await
}

/// The same for a request of another method, without a body.
pub(crate) async fn ask(method: &str, port: u16, path: &str, patience: Duration) -> anyhow::Result<Answer> {
    let asked = async {
        let mut stream = TcpStream::connect(("127.0.0.1", port)).await?;
        let request = format!("{method} {path} HTTP/1.0\r\nHost: 127.0.0.1:{port}\r\nAccept: */*\r\n\r\n");
        stream.write_all(request.as_bytes()).await?;
        let mut text = Vec::new();
        stream.take(LIMIT).read_to_end(&mut text).await?;
        Ok::<_, std::io::Error>(text)
    };
    let url = format!("http://127.0.0.1:{port}{path}");
    let text = timeout(patience, asked)
        .await
        .with_context(|| format!("{method} {url}: no answer within {} ms", patience.as_millis()))?
        .with_context(|| format!("{method} {url}"))?;
    parse(&String::from_utf8_lossy(&text)).with_context(|| format!("{method} {url}"))
}

fn parse(text: &str) -> anyhow::Result<Answer> {
    let Some((head, body)) = text.split_once("\r\n\r\n") else {
        bail!("the answer is not HTTP: {:?}", text.chars().take(80).collect::<String>())
    };
    let status = head.strip_prefix("HTTP/1.").and_then(|line| line.split(' ').nth(1)?.parse().ok());
    Ok(Answer { status: status.context("the answer has no HTTP status")?, body: body.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_its_status_and_body() {
        let answer = parse("HTTP/1.1 404 Not Found\r\nContent-Type: x\r\n\r\n{\"a\":\r\n1}").unwrap();
        assert_eq!(answer, Answer { status: 404, body: "{\"a\":\r\n1}".to_owned() });
        assert!(parse("SSH-2.0-OpenSSH").is_err());
        assert!(parse("HTTP/1.1 what\r\n\r\n").is_err());
    }
}
