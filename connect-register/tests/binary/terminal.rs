//! Nothing that a worker or a template says can drive the terminal: payloads in every place that is
//! shown, and a look at every character that comes out.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicU16, Ordering};

use serde_json::{Value, json};

use crate::fixture::*;

/// Everything that a terminal, or the eye, takes for more than text.
fn payloads() -> Vec<String> {
    let mut payloads: Vec<String> =
        (0..=0x1f_u8).chain(0x7f..=0x9f).map(|byte| format!("a{}b", char::from(byte))).collect();
    let sequences = [
        "[2J",
        "[H",
        "[31m",
        "[0m",
        "[?1049h",
        "[?25l",
        "[6n",
        "[c",
        "[>c",
        "[5n",
        "[21t",
        "[20t",
        "[8;1;1t",
        "[3J",
        "[1;1r",
        "[4h",
        "[20h",
        "]0;title\u{7}",
        "]2;title\u{1b}\\",
        "]8;;http://evil\u{7}x\u{1b}]8;;\u{7}",
        "]52;c;ZXZpbA==\u{7}",
        "]4;1;?\u{7}",
        "]10;?\u{7}",
        "]50;x\u{7}",
        "]1337;File=:x\u{7}",
        "]777;notify;x\u{7}",
        "]9;x\u{7}",
        "P$q\"p\u{1b}\\",
        "P+q544e\u{1b}\\",
        "_x\u{1b}\\",
        "^x\u{1b}\\",
        "Xx\u{1b}\\",
        "c",
        "#8",
        "(0",
        ")B",
        "=",
        ">",
        "7",
        "8",
        "D",
        "E",
        "H",
        "M",
        "N",
        "O",
        "Z",
        "n",
        "o",
        "|",
        "}",
        "~",
        "[",
        "]",
        "",
    ];
    payloads.extend(sequences.iter().map(|sequence| format!("a\u{1b}{sequence}b")));
    for (of_seven_bits, of_eight) in
        [("[", '\u{9b}'), ("]", '\u{9d}'), ("P", '\u{90}'), ("_", '\u{9f}'), ("^", '\u{9e}'), ("X", '\u{98}')]
    {
        let starts = sequences.iter().filter_map(|sequence| sequence.strip_prefix(of_seven_bits));
        payloads.extend(starts.map(|rest| format!("a{of_eight}{}b", rest.replace("\u{1b}\\", "\u{9c}"))));
    }
    let unseen = "\u{61c}\u{200b}\u{200e}\u{200f}\u{2028}\u{2029}\u{202a}\u{202b}\u{202c}\u{202d}\u{202e}\u{2060}\u{2061}\u{2062}\u{2063}\
                  \u{2064}\u{2066}\u{2067}\u{2068}\u{2069}\u{206a}\u{206b}\u{206c}\u{206d}\u{206e}\u{206f}\u{feff}\u{fff9}\u{fffa}\u{fffb}\
                  \u{e0001}\u{e0020}\u{e0041}\u{e007f}";
    payloads.extend(unseen.chars().map(|c| format!("a{c}b")));
    let longer = [
        "\r\u{1b}[K",
        "\u{8}\u{8}\u{8}",
        "\u{1b}\u{1b}[2J",
        "\u{1b}[\u{1b}[2J",
        "\u{1b}%G\u{1b}[2J",
        "\u{c}\u{b}",
        "\u{e}\u{f}",
        "\n\u{1b}[A",
    ];
    payloads.extend(longer.map(|text| format!("a{text}b")));
    payloads.extend((0..9).map(|count| format!("{}\u{1b}[{count}m\u{9b}{count}q", "\t".repeat(count))));
    payloads.extend(["\u{1b}[2J".repeat(200), format!("{}\u{1b}[2J", "x".repeat(395)), "\u{202e}".repeat(500)]);
    payloads
}

/// A worker that says payloads wherever it may say anything; of whatever is asked. Answers with places
/// for many hold all of them; messages hold as many as are shown of one, and go round.
struct Foul {
    url: String,
    status: Arc<AtomicU16>,
}

impl Foul {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let status = Arc::new(AtomicU16::new(200));
        let shared = status.clone();
        std::thread::spawn(move || {
            let messages = messages();
            for (count, stream) in listener.incoming().enumerate() {
                let message = &messages[count % messages.len()];
                // A client that has gone away is none of this test's business.
                let _ = answer(stream.unwrap(), message, shared.load(Ordering::SeqCst));
            }
        });
        Self { url, status }
    }
}

/// The payloads, as many in one text as are shown of one.
fn messages() -> Vec<String> {
    /// That much is quoted of an answer that is none of Connect's.
    const SHOWN: usize = 110;
    let mut messages = vec![String::new()];
    for payload in payloads() {
        let last = messages.last_mut().unwrap();
        if !last.is_empty() && last.chars().count() + payload.chars().count() > SHOWN {
            messages.push(payload);
        } else {
            last.push_str(&payload);
        }
    }
    messages
}

fn answer(mut stream: TcpStream, message: &str, kind: u16) -> std::io::Result<()> {
    let (mut heard, mut chunk) = (Vec::new(), [0; 4096]);
    loop {
        let count = stream.read(&mut chunk)?;
        heard.extend_from_slice(&chunk[..count]);
        let text = String::from_utf8_lossy(&heard);
        let blank = text.find("\r\n\r\n");
        let length =
            text.lines().find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length: ")?.parse().ok());
        if count == 0 || blank.is_some_and(|at| heard.len() >= at + 4 + length.unwrap_or(0)) {
            break;
        }
    }
    let line = String::from_utf8_lossy(&heard).lines().next().unwrap_or_default().to_owned();
    let body = match kind {
        200 => said(&line, message).to_string(),
        NO_CONNECT => format!("<html>{message}</html>"),
        _ => json!({"error_code": kind, "message": format!("no: {message}")}).to_string(),
    };
    let code = match kind {
        NO_CONNECT => 200,
        FOUL_HEADERS => 500,
        code => code,
    };
    // What HTTP forbids in a header makes the client refuse the whole answer: that is one of the kinds.
    let is_sent = |c: &char| !matches!(c, '\r' | '\n' | '\0') && (kind == FOUL_HEADERS || !c.is_ascii_control());
    let passed: String = message.chars().filter(is_sent).collect();
    let start = format!(
        "HTTP/1.1 {code} X\r\nx-said: {passed}\r\nretry-after: {passed}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
        body.len()
    );
    stream.write_all(format!("{start}{body}").as_bytes())
}

/// Kinds of answers beside Connect's own.
const NO_CONNECT: u16 = 299;
const FOUL_HEADERS: u16 = 599;

fn said(request: &str, message: &str) -> Value {
    let payloads = payloads();
    let mut config = json!({"connector.class": "x.Sink", "k": message, "name": "a"});
    for payload in &payloads {
        config[payload] = json!(payload);
    }
    if request.contains("expand=") {
        let connector = |name: &str, config: &Value, payload: &str| {
            let trace = format!("x.Y: {payload}\n\tat {payload}\nCaused by: {payload}");
            let part = json!({"state": payload, "worker_id": payload, "trace": trace});
            let failed = json!({"id": 0, "state": "FAILED", "worker_id": payload, "trace": trace});
            let other = json!({"id": 1, "state": payload, "worker_id": payload});
            let status = json!({"name": name, "connector": part, "tasks": [failed, other], "type": payload});
            json!({"info": {"name": name, "config": config, "tasks": [], "type": payload}, "status": status})
        };
        let mut all = json!({"a": connector("a", &config, message)});
        for payload in &payloads {
            all[payload] = connector(payload, &json!({}), payload);
        }
        all
    } else if request.contains("/validate") {
        let mut configs = vec![json!({"value": {"name": "k", "value": message, "errors": payloads}})];
        configs.extend(payloads.iter().map(|payload| {
            json!({"definition": {"name": payload}, "value": {"name": payload, "value": payload, "errors": [payload]}})
        }));
        json!({"name": message, "error_count": 1, "groups": [message], "configs": configs})
    } else if request.starts_with("GET /connector-plugins") && request.contains("/config") {
        let definition = |payload: &String| json!({"name": payload, "type": payload, "importance": payload, "documentation": payload, "default_value": payload});
        json!(payloads.iter().map(definition).collect::<Vec<_>>())
    } else if request.starts_with("GET /connector-plugins") {
        let plugin = |payload: &String| json!({"class": payload, "type": payload, "version": payload});
        let mut plugins: Vec<_> = payloads.iter().map(plugin).collect();
        plugins.push(json!({"class": "x.Sink", "type": "sink", "version": message}));
        json!(plugins)
    } else if request.contains("/config") {
        // That of the connector that was asked for.
        config["name"] = json!(request.split('/').nth(2));
        config
    } else if request.starts_with("GET / ") {
        json!({"version": message, "commit": message, "kafka_cluster_id": message})
    } else {
        json!({"status": message, "message": message, "name": message})
    }
}

/// What may come out: text, line breaks, and the tabs of a stack trace.
#[track_caller]
fn is_harmless(out: &str, what: &str) {
    let can_drive = |c: char| {
        let is_unseen = matches!(c, '\u{61c}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}');
        c.is_control() && !matches!(c, '\n' | '\t') || is_unseen
    };
    if let Some(at) = out.char_indices().find(|(_, c)| can_drive(*c)).map(|(at, _)| at) {
        let around: String = out[at..].chars().take(60).collect();
        panic!("{what}: this came out: {around:?}");
    }
}

/// How much of the payloads was shown, as replacements or as escapes of JSON.
fn shown(ran: &Ran) -> usize {
    [&ran.stdout, &ran.stderr].map(|out| out.matches('\u{fffd}').count() + out.matches("\\u").count()).iter().sum()
}

/// Every command that talks to a worker, with the least of the payloads that it shows of a full answer.
const COMMANDS: [(&[&str], usize); 24] = [
    (&["validate"], 200),
    (&["validate", "-o", "json"], 200),
    (&["plan"], 1),
    (&["plan", "-o", "json"], 1),
    (&["apply"], 1),
    (&["apply", "--wait", "--unknown-keys", "allow"], 1),
    (&["apply", "--dry-run"], 1),
    (&["status", "--trace"], 200),
    (&["status", "--trace", "-o", "json"], 200),
    (&["status", "--fail-on-unhealthy"], 200),
    (&["wait", "--for", "connector=a:running"], 1),
    (&["validate", "-o", "yaml"], 200),
    (&["plan", "-o", "yaml"], 1),
    (&["status", "-o", "wide"], 200),
    (&["status", "-o", "yaml"], 200),
    (&["status", "-o", "name"], 200),
    (&["diff", "--to", SAME], 1),
    (&["diff", "--to", SAME, "-o", "json"], 200),
    (&["export"], 100),
    (&["export", "-o", "yaml"], 100),
    (&["plugins", "list"], 200),
    (&["plugins", "list", "-o", "wide"], 200),
    (&["plugins", "describe", "x.Sink", "-o", "yaml"], 200),
    (&["plugins", "export"], 200),
];

/// Stands for the worker's own address.
const SAME: &str = "http://same";
/// Those that take templates.
const WITH_TEMPLATES: [&str; 4] = ["validate", "plan", "apply", "wait"];

#[test]
fn two_hundred_payloads_in_every_place_come_out_of_every_command_as_text() {
    assert!(payloads().len() >= 200, "{}", payloads().len());
    let worker = Foul::start();
    let templates = Templates::of("a", &[("k", "1")]);
    for (args, least) in COMMANDS {
        for kind in [200, NO_CONNECT, 400, 500, FOUL_HEADERS] {
            worker.status.store(kind, Ordering::SeqCst);
            // A full answer is soon an end of everything but waiting; faults are asked about again.
            let patience = if kind == 200 && args[0] != "wait" { "30s" } else { "300ms" };
            let args: Vec<_> = args.iter().map(|arg| if *arg == SAME { worker.url.as_str() } else { arg }).collect();
            let mut command = command(&worker.url, &args);
            if !args.contains(&"--dry-run") {
                command.args(["--timeout", patience]);
            }
            if WITH_TEMPLATES.contains(&args[0]) {
                command.arg("-f").arg(templates.path());
            }
            let ran = Ran::from(command.output().unwrap());
            is_harmless(&ran.stdout, &format!("{args:?} of {kind}"));
            is_harmless(&ran.stderr, &format!("{args:?} of {kind}"));
            let count = shown(&ran);
            let is_enough = kind != 200 || count >= least;
            assert!(is_enough, "a hole in the net: {args:?} showed {count}\n{}\n{}", ran.stdout, ran.stderr);
        }
    }
}

/// Messages are one at a time: each of them, by the command that is told the most of them.
#[test]
fn every_payload_in_a_message_comes_out_as_text() {
    let worker = Foul::start();
    let (mut runs, mut silent) = (0, Vec::new());
    for kind in [NO_CONNECT, 400] {
        worker.status.store(kind, Ordering::SeqCst);
        for _ in messages() {
            let ran = Ran::from(command(&worker.url, &["status", "--timeout", "1ms"]).output().unwrap());
            is_harmless(&ran.stderr, &format!("a message of {kind}"));
            runs += 1;
            if shown(&ran) == 0 {
                silent.push(ran.stderr);
            }
        }
    }
    // One payload lies behind more letters than are shown.
    assert!(silent.len() * 10 < runs, "a hole in the net: of {runs} these showed nothing: {silent:#?}");
}

#[test]
fn payloads_in_templates_come_out_of_every_command_as_text() {
    let worker = Foul::start();
    let (templates, payloads) = (Templates::new(), payloads());
    for (number, payload) in payloads.iter().enumerate() {
        let bad = format!("{{{{#{payload}");
        let config = json!({"connector.class": "x.Sink", payload: payload, "v": payload, "u": "{{X}}", "bad": bad});
        let template = json!({"name": payload, "config": config, payload: 1});
        templates.write(&format!("{number:03}.json"), &template.to_string());
    }
    for args in [
        &["validate", "--timeout", "30ms", "--policy", "default"][..],
        &["validate", "--timeout", "30ms", "--policy", "default", "-o", "json"],
        &["plan", "--timeout", "30ms", "--policy", "default"],
        &["apply", "--timeout", "30ms", "--policy", "default"],
        &["wait", "--timeout", "30ms"],
        &["render"],
    ] {
        let mut command = command(&worker.url, args);
        let foul = messages().concat().replace('\0', "");
        let ran = Ran::from(command.env("X", foul).arg("-f").arg(templates.path()).output().unwrap());
        is_harmless(&ran.stdout, &format!("{args:?}"));
        is_harmless(&ran.stderr, &format!("{args:?}"));
        assert_eq!(ran.code, Some(4), "{args:?}: {}", ran.stderr);
        assert!(shown(&ran) >= payloads.len() / 2, "a hole in the net: {args:?} showed {}", shown(&ran));
    }
}
