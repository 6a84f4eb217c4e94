//! The one Kafka request the supervisor sends: Metadata, version 7, for no topic. It tells the
//! cluster's id and its live brokers. A client for records is `rdkafka`, which the tests use.
//!
//! Format: <https://kafka.apache.org/protocol.html#The_Messages_Metadata>.

use std::time::Duration;

use anyhow::{Context, ensure};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

const PATIENCE: Duration = Duration::from_secs(5);
/// The answer for no topic is some hundred bytes; anything larger is not a broker's.
const LIMIT: usize = 1024 * 1024;
const CORRELATION: i32 = 7;

/// What a broker says of its cluster.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Cluster {
    pub(super) id: String,
    pub(super) brokers: Vec<i32>,
}

/// Asks the broker on a port of loopback.
pub(super) async fn describe(port: u16) -> anyhow::Result<Cluster> {
    let asked = async {
        let mut stream = TcpStream::connect(("127.0.0.1", port)).await?;
        stream.write_all(&request()).await?;
        let mut length = [0; 4];
        stream.read_exact(&mut length).await?;
        let length = usize::try_from(i32::from_be_bytes(length)).unwrap_or(usize::MAX);
        ensure!(length <= LIMIT, "an answer of {length} bytes is not a broker's");
        let mut answer = vec![0; length];
        stream.read_exact(&mut answer).await?;
        parse(&answer)
    };
    timeout(PATIENCE, asked)
        .await
        .context("no answer in time")
        .flatten()
        .with_context(|| format!("asking the broker at 127.0.0.1:{port} for its metadata"))
}

/// Length, then api key 3, version 7, correlation id, no client id, no topics, no auto-creation.
fn request() -> Vec<u8> {
    let mut body = Vec::new();
    body.extend(3_i16.to_be_bytes());
    body.extend(7_i16.to_be_bytes());
    body.extend(CORRELATION.to_be_bytes());
    body.extend((-1_i16).to_be_bytes());
    body.extend(0_i32.to_be_bytes());
    body.push(0);
    let length = i32::try_from(body.len()).unwrap_or(i32::MAX);
    [length.to_be_bytes().as_slice(), &body].concat()
}

fn parse(answer: &[u8]) -> anyhow::Result<Cluster> {
    let mut reader = Reader(answer);
    ensure!(reader.int32()? == CORRELATION, "the answer is to another request");
    reader.int32()?; // throttle time
    let count = reader.int32()?;
    let mut brokers = Vec::new();
    for _ in 0..count {
        brokers.push(reader.int32()?);
        reader.text()?; // host
        reader.int32()?; // port
        reader.text()?; // rack
    }
    let id = reader.text()?.context("the broker does not know its cluster's id yet")?;
    Ok(Cluster { id, brokers })
}

/// Reads Kafka's primitive types from the front of a slice.
struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn take(&mut self, count: usize) -> anyhow::Result<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(count).context("the answer is cut short")?;
        self.0 = rest;
        Ok(taken)
    }

    fn int32(&mut self) -> anyhow::Result<i32> {
        Ok(i32::from_be_bytes(self.take(4)?.try_into()?))
    }

    /// A nullable string: its length as int16, -1 for null.
    fn text(&mut self) -> anyhow::Result<Option<String>> {
        let length = i16::from_be_bytes(self.take(2)?.try_into()?);
        let Ok(length) = usize::try_from(length) else { return Ok(None) };
        Ok(Some(String::from_utf8(self.take(length)?.to_vec())?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer() -> Vec<u8> {
        let mut bytes = Vec::new();
        for number in [CORRELATION, 0, 1, 2] {
            bytes.extend(number.to_be_bytes());
        }
        bytes.extend([0, 1, b'h']);
        bytes.extend(9092_i32.to_be_bytes());
        bytes.extend((-1_i16).to_be_bytes());
        bytes.extend([0, 3, b'M', b'k', b'U']);
        bytes.extend([0; 8]);
        bytes
    }

    #[test]
    fn the_answer_tells_cluster_and_brokers() {
        assert_eq!(parse(&answer()).unwrap(), Cluster { id: "MkU".to_owned(), brokers: vec![2] });
    }

    #[test]
    fn an_answer_cut_anywhere_is_an_error_and_no_panic() {
        let answer = answer();
        for end in 0..answer.len() - 8 {
            assert!(parse(&answer[..end]).is_err(), "cut at {end}");
        }
    }

    #[test]
    fn the_request_begins_with_its_own_length() {
        let request = request();
        assert_eq!(request.len() - 4, usize::from(request[3]));
    }
}
