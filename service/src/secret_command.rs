//! A secret that a command prints, such as `vault read -field=token …` or `pass show connect`. The
//! line is split into words as a shell splits it, but no shell runs it: nothing in it is expanded,
//! and whoever wants a pipe or a variable writes `sh -c '…'`.

use std::io::{self, Read};
use std::process::{Child, ChildStdout, Command, ExitStatus, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use crate::Secret;

/// A secret longer than this is none.
const LONGEST: usize = 64 << 10;
/// The pause between two looks at a command that has said all it says.
const PAUSE: Duration = Duration::from_millis(5);

/// Runs a command line, and takes what it prints, less one trailing line break, for a secret. It has
/// no standard input, and its stderr is that of this process.
///
/// # Errors
/// Why there is no secret; neither what it printed nor its arguments are in it.
pub fn run(line: &str, limit: Duration) -> Result<Secret, String> {
    let words = shlex::split(line).ok_or("its command line has a quote that is not closed")?;
    let (program, arguments) = words.split_first().ok_or("its command line is empty")?;
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::null()).stdout(Stdio::piped());
    let mut child = command.spawn().map_err(|error| format!("its command cannot be started: {error}"))?;
    let ended = child.stdout.take().map_or_else(
        || Err("its command has no output".to_owned()),
        |stdout| printed(&mut child, stdout, Instant::now() + limit, limit),
    );
    if ended.is_err() {
        // It may be over already.
        let _ = child.kill();
        let _ = child.wait();
    }
    let (bytes, status) = ended?;
    if !status.success() {
        return Err(format!("its command ended with {status}"));
    }
    let text = String::from_utf8(bytes).map_err(|_| "its command printed something that is no UTF-8 text")?;
    let text = text.strip_suffix('\n').map_or(&*text, |text| text.strip_suffix('\r').unwrap_or(text));
    if text.is_empty() { Err("its command printed nothing".to_owned()) } else { Ok(Secret::new(text)) }
}

fn printed(
    child: &mut Child,
    stdout: ChildStdout,
    deadline: Instant,
    limit: Duration,
) -> Result<(Vec<u8>, ExitStatus), String> {
    let late = || format!("its command took longer than {} s", limit.as_secs_f32());
    let broken = |error: io::Error| format!("its command cannot be followed: {error}");
    let (tell, told) = mpsc::channel();
    // The thread ends with the output: where the command is given up, with the last that holds it open.
    std::thread::spawn(move || {
        let mut bytes = Vec::new();
        let read = stdout.take(LONGEST as u64 + 1).read_to_end(&mut bytes);
        // Nobody may wait any more.
        let _ = tell.send(read.map(|_| bytes));
    });
    let bytes = told.recv_timeout(limit).map_err(|_| late())?.map_err(broken)?;
    if bytes.len() > LONGEST {
        return Err(format!("its command printed more than {} KiB", LONGEST >> 10));
    }
    loop {
        if let Some(status) = child.try_wait().map_err(broken)? {
            return Ok((bytes, status));
        }
        if Instant::now() >= deadline {
            return Err(late());
        }
        std::thread::sleep(PAUSE);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMIT: Duration = Duration::from_secs(20);

    #[test]
    fn what_a_command_prints_is_the_secret_less_its_last_line_break() {
        for (line, secret) in [
            ("printf abc", "abc"),
            ("echo 'a  b'", "a  b"),
            (r#"printf "a\r\n""#, "a"),
            (r"printf 'a\n\n'", "a\n"),
            ("echo $HOME `id` | cat", "$HOME `id` | cat"),
            (r#"sh -c 'printf "%s" "$0-$1" | cat' a b"#, "a-b"),
        ] {
            assert_eq!(run(line, LIMIT).unwrap().expose(), secret, "{line}");
        }
    }

    #[test]
    fn a_command_that_gives_no_secret_says_why_and_tells_nothing_of_it() {
        for (line, why) in [
            ("", "its command line is empty"),
            ("echo 'canary", "its command line has a quote that is not closed"),
            ("/nowhere/canary", "its command cannot be started: No such file or directory (os error 2)"),
            ("true canary", "its command printed nothing"),
            ("echo", "its command printed nothing"),
            ("sh -c 'echo canary; exit 3'", "its command ended with exit status: 3"),
            ("sh -c 'echo canary; kill -9 $$'", "its command ended with signal: 9 (SIGKILL)"),
            (r"printf '\377canary'", "its command printed something that is no UTF-8 text"),
            ("head -c 70000 /dev/zero", "its command printed more than 64 KiB"),
        ] {
            assert_eq!(run(line, LIMIT).unwrap_err(), why, "{line}");
        }
    }

    #[test]
    fn a_command_that_does_not_end_is_ended() {
        let limit = Duration::from_millis(100);
        for line in ["sleep 60", "sh -c 'echo a; exec >&-; exec sleep 60'"] {
            let began = Instant::now();
            assert_eq!(run(line, limit).unwrap_err(), "its command took longer than 0.1 s", "{line}");
            assert!(began.elapsed() < LIMIT);
        }
    }
}
