//! As much of HTTP/1.1 as a REST API takes: one request after the other on a connection, and answers
//! that are whole, cut, or drop by drop. What they mean is not known here.

use std::io::{self, BufRead, Write};
use std::time::Duration;

/// A body longer than this is not read.
const LONGEST: usize = 16 << 20;

/// A request.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(crate) method: String,
    /// Without the query, percent-decoded, without a slash at its end.
    pub(crate) path: Vec<String>,
    pub(crate) query: String,
    pub(crate) body: Vec<u8>,
}

/// An answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) kind: &'static str,
    pub(crate) body: Vec<u8>,
}

/// How an answer goes over the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Delivery {
    Whole,
    /// Half of the body, and the end.
    Cut,
    /// A chunk whose length is none.
    BrokenChunks,
    /// In so many drops, with a pause after each.
    Drops(u32, Duration),
    /// The connection ends without an answer.
    Nothing,
}

impl Reply {
    pub(crate) fn json(status: u16, body: impl Into<Vec<u8>>) -> Self {
        Self { status, kind: "application/json", body: body.into() }
    }

    pub(crate) fn page(status: u16, title: &str) -> Self {
        let body = format!("<html><head><title>{title}</title></head><body><h1>{title}</h1></body></html>\r\n");
        Self { status, kind: "text/html", body: body.into_bytes() }
    }
}

/// Reads the next request; `None` where the client has gone.
pub(crate) fn read(stream: &mut (impl BufRead + ?Sized), out: &mut impl Write) -> io::Result<Option<Request>> {
    let mut line = String::new();
    if stream.read_line(&mut line)? == 0 {
        return Ok(None);
    }
    let mut words = line.split_whitespace();
    let (Some(method), Some(target)) = (words.next(), words.next()) else {
        return Err(io::Error::other(format!("this is no request: {line:?}")));
    };
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let path = path.split('/').filter(|segment| !segment.is_empty()).map(decoded).collect();
    let (method, query) = (method.to_owned(), query.to_owned());
    let mut length = 0;
    loop {
        let mut header = String::new();
        if stream.read_line(&mut header)? == 0 {
            return Ok(None);
        }
        let Some((name, value)) = header.trim().split_once(':') else { break };
        match (name.to_ascii_lowercase().as_str(), value.trim()) {
            ("content-length", value) => length = value.parse().map_err(io::Error::other)?,
            ("transfer-encoding", _) => return Err(io::Error::other("a body in chunks is not read")),
            ("expect", _) => out.write_all(b"HTTP/1.1 100 Continue\r\n\r\n")?,
            _ => {}
        }
    }
    if length > LONGEST {
        return Err(io::Error::other("the body is too long"));
    }
    let mut body = vec![0; length];
    stream.read_exact(&mut body)?;
    Ok(Some(Request { method, path, query, body }))
}

/// Writes an answer; says whether another request may come on this connection.
pub(crate) fn write(out: &mut impl Write, reply: &Reply, delivery: Delivery) -> io::Result<bool> {
    let Reply { status, kind, body } = reply;
    let length = match delivery {
        Delivery::BrokenChunks => "Transfer-Encoding: chunked".to_owned(),
        _ => format!("Content-Length: {}", body.len()),
    };
    let location = if matches!(status, 300..400) { "Location: http://login.invalid/\r\n" } else { "" };
    let mut text = format!("HTTP/1.1 {status} X\r\nContent-Type: {kind}\r\n{location}{length}\r\n\r\n").into_bytes();
    // A 204 has no body, whatever its length says.
    let body: &[u8] = if *status == 204 { &[] } else { body };
    match delivery {
        Delivery::Nothing => return Ok(false),
        Delivery::Cut => text.extend_from_slice(body.get(..body.len() / 2).unwrap_or_default()),
        Delivery::BrokenChunks => {
            text.extend_from_slice(b"5\r\n{\"nam\r\nzz\r\n");
        }
        Delivery::Whole => text.extend_from_slice(body),
        Delivery::Drops(count, pause) => {
            let size = body.len().div_ceil(count.max(1) as usize).max(1);
            out.write_all(&text)?;
            for drop in body.chunks(size) {
                std::thread::sleep(pause);
                out.write_all(drop)?;
            }
            return Ok(true);
        }
    }
    out.write_all(&text)?;
    Ok(delivery == Delivery::Whole)
}

/// A segment of a path without its `%xx`.
fn decoded(segment: &str) -> String {
    let (mut bytes, mut rest) = (Vec::new(), segment.as_bytes());
    while let Some((first, after)) = rest.split_first() {
        let code = after.get(..2).filter(|_| *first == b'%').and_then(|digits| std::str::from_utf8(digits).ok());
        let (byte, skip) = match code.and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            Some(byte) => (byte, 2),
            None => (*first, 0),
        };
        bytes.push(byte);
        rest = after.get(skip..).unwrap_or_default();
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_are_read_one_after_the_other_with_their_paths_decoded() {
        let mut stream: &[u8] = b"GET /connectors/a%2fb%20c/?expand=info HTTP/1.1\r\nHost: x\r\n\r\n\
                                  PUT /x HTTP/1.1\r\ncontent-length: 2\r\nExpect: 100-continue\r\n\r\n{}";
        let mut out = Vec::new();
        let first = read(&mut stream, &mut out).unwrap().unwrap();
        assert_eq!((first.method.as_str(), first.query.as_str()), ("GET", "expand=info"));
        assert_eq!(first.path, ["connectors", "a/b c"]);
        let second = read(&mut stream, &mut out).unwrap().unwrap();
        assert_eq!((second.method.as_str(), second.body.as_slice()), ("PUT", b"{}".as_slice()));
        assert!(out.starts_with(b"HTTP/1.1 100"));
        assert!(read(&mut stream, &mut out).unwrap().is_none());
    }

    #[test]
    fn what_is_cut_tells_of_more_than_there_is() {
        let reply = Reply::json(200, "{\"a\": 1}");
        let mut out = Vec::new();
        assert!(!write(&mut out, &reply, Delivery::Cut).unwrap());
        let text = String::from_utf8(out).unwrap();
        assert!(text.contains("Content-Length: 8\r\n") && text.ends_with("\r\n\r\n{\"a\""), "{text}");
    }
}
