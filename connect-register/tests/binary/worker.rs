//! A scripted Connect: a small HTTP server that expects requests in an order and answers them as
//! told. What is not expected, and what does not come, fails the test with the whole talk.

use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

/// A request as it came.
#[derive(Clone, Debug)]
pub(crate) struct Heard {
    pub(crate) request: String,
    pub(crate) body: Value,
    pub(crate) authorization: Option<String>,
}

/// What is expected, and what is answered.
#[derive(Clone, Debug)]
pub(crate) struct Expected {
    request: String,
    reply: Reply,
    /// Again and again, until another request comes.
    repeats: bool,
}

#[derive(Clone, Debug)]
enum Reply {
    Text(u16, String),
    /// The connection is closed without an answer.
    Close,
    /// Half of an answer.
    Cut(String),
}

/// Expects a request, such as `GET /connectors`; a `*` at its end stands for anything.
pub(crate) fn on(request: &str) -> Expected {
    Expected { request: request.to_owned(), reply: Reply::Close, repeats: false }
}

impl Expected {
    pub(crate) fn answers(mut self, status: u16, body: &Value) -> Self {
        self.reply = Reply::Text(status, if body.is_null() { String::new() } else { body.to_string() });
        self
    }

    pub(crate) fn answers_text(mut self, status: u16, body: &str) -> Self {
        self.reply = Reply::Text(status, body.to_owned());
        self
    }

    /// Connect's own error.
    pub(crate) fn fails(self, status: u16, message: &str) -> Self {
        self.answers(status, &json!({"error_code": status, "message": message}))
    }

    pub(crate) fn closes(mut self) -> Self {
        self.reply = Reply::Close;
        self
    }

    pub(crate) fn breaks_off_in(mut self, body: &Value) -> Self {
        self.reply = Reply::Cut(body.to_string());
        self
    }

    pub(crate) fn again_and_again(mut self) -> Self {
        self.repeats = true;
        self
    }

    fn fits(&self, request: &str) -> bool {
        self.request.strip_suffix('*').map_or(self.request == request, |start| request.starts_with(start))
    }
}

pub(crate) struct Worker {
    address: SocketAddr,
    talk: Arc<Mutex<Talk>>,
    server: Option<JoinHandle<()>>,
}

#[derive(Default)]
struct Talk {
    expected: Vec<Expected>,
    next: usize,
    heard: Vec<Heard>,
    unexpected: Option<String>,
    is_over: bool,
}

impl Worker {
    pub(crate) fn start(script: Vec<Expected>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let talk = Arc::new(Mutex::new(Talk { expected: script, ..Talk::default() }));
        let shared = talk.clone();
        let server = std::thread::spawn(move || {
            for stream in listener.incoming() {
                if shared.lock().unwrap().is_over {
                    return;
                }
                serve(&stream.unwrap(), &shared);
            }
        });
        Self { address, talk, server: Some(server) }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Whether all that was expected has come.
    pub(crate) fn is_through(&self) -> bool {
        let talk = self.talk.lock().unwrap();
        talk.expected[talk.next.min(talk.expected.len())..].iter().all(|expected| expected.repeats)
    }

    /// What is expected from now on.
    pub(crate) fn then(&self, script: Vec<Expected>) {
        self.talk.lock().unwrap().expected.extend(script);
    }

    /// How many requests have come.
    pub(crate) fn heard(&self) -> usize {
        self.talk.lock().unwrap().heard.len()
    }

    /// Waits until this is so.
    pub(crate) fn until(&self, is_so: impl Fn() -> bool) {
        let deadline = Instant::now() + Duration::from_secs(20);
        while !is_so() {
            assert!(Instant::now() < deadline, "it did not come to that, after {} requests", self.heard());
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Ends the talk: all that was expected has come, and nothing else. Returns what was heard.
    pub(crate) fn end(mut self) -> Vec<Heard> {
        self.stop();
        let talk = self.talk.lock().unwrap();
        let requests: Vec<_> = talk.heard.iter().map(|heard| heard.request.as_str()).collect();
        assert_eq!(talk.unexpected, None, "not expected, after\n{}", requests.join("\n"));
        let missing: Vec<_> =
            talk.expected[talk.next..].iter().filter(|expected| !expected.repeats).map(|e| &e.request).collect();
        assert!(missing.is_empty(), "did not come: {missing:?}, after\n{}", requests.join("\n"));
        talk.heard.clone()
    }

    fn stop(&mut self) {
        self.talk.lock().unwrap().is_over = true;
        // Wakes the accepting thread.
        drop(TcpStream::connect(self.address));
        if let Some(server) = self.server.take() {
            server.join().unwrap();
        }
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        if self.server.is_some() {
            self.stop();
        }
    }
}

fn serve(stream: &TcpStream, talk: &Mutex<Talk>) {
    let mut reader = BufReader::new(stream);
    let Some(request) = hear(&mut reader) else { return };
    let reply = talk.lock().unwrap().reply(request);
    let mut stream = stream;
    let (status, body, length) = match reply {
        Reply::Close => return,
        Reply::Text(status, body) => (status, body.clone(), body.len()),
        Reply::Cut(body) => (200, body[..body.len() / 2].to_owned(), body.len()),
    };
    let head = format!("HTTP/1.1 {status} X\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n");
    // The client may have gone; what it makes of that is what is tested.
    let _ = stream.write_all(format!("{head}{body}").as_bytes());
}

fn hear(reader: &mut impl BufRead) -> Option<Heard> {
    let mut line = String::new();
    reader.read_line(&mut line).ok()?;
    let mut words = line.split_whitespace();
    let request = format!("{} {}", words.next()?, words.next()?);
    let (mut length, mut authorization) = (0, None);
    loop {
        let mut header = String::new();
        reader.read_line(&mut header).ok()?;
        let Some((name, value)) = header.trim().split_once(':') else { break };
        match name.to_ascii_lowercase().as_str() {
            "content-length" => length = value.trim().parse().ok()?,
            "authorization" => authorization = Some(value.trim().to_owned()),
            _ => {}
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    Some(Heard { request, body: serde_json::from_slice(&body).unwrap_or(Value::Null), authorization })
}

impl Talk {
    fn reply(&mut self, heard: Heard) -> Reply {
        let request = heard.request.clone();
        self.heard.push(heard);
        while let Some(expected) = self.expected.get(self.next) {
            if expected.fits(&request) {
                if !expected.repeats {
                    self.next += 1;
                    return expected.reply.clone();
                }
                // One that repeats gives way to the next one, where that fits too.
                match self.expected.get(self.next + 1) {
                    Some(next) if next.fits(&request) => self.next += 1,
                    _ => return expected.reply.clone(),
                }
            } else if expected.repeats {
                self.next += 1;
            } else {
                break;
            }
        }
        self.unexpected.get_or_insert(request);
        Reply::Text(599, "not in the script".to_owned())
    }
}
