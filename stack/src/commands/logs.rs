//! `stack logs`: what the parts say, all of it or as it comes.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::PathBuf;
use std::time::Duration;

use anyhow::Context;
use service::{Exit, Failure, Shutdown};
use tokio::time::sleep;

use super::NameArgs;
use crate::folder::Folder;

const LOOK: Duration = Duration::from_millis(200);

const EXAMPLES: &str = "\
Examples:
  stack logs connect            what Connect has said since it was started
  stack logs --lines 20         the last lines of every part
  stack logs kafka --follow     and what it says from now on";

/// Arguments of `stack logs`.
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// Whose: postgres, kafka, connect-2, …, or stack for a supervisor in the background; all of them where it is left out
    part: Option<String>,
    #[command(flatten)]
    name: NameArgs,
    /// Only the last so many lines of each
    #[arg(long, short = 'n', value_name = "COUNT")]
    lines: Option<usize>,
    /// Go on until Ctrl-C
    #[arg(long, short)]
    follow: bool,
}

/// A log that is being read.
struct Reader {
    prefix: String,
    path: PathBuf,
    file: Option<File>,
    /// What was read of a line that has not ended yet.
    begun: String,
}

/// Runs `stack logs`.
pub(super) async fn run(args: &Args) -> anyhow::Result<Exit> {
    let folder = Folder::of(&args.name.name)?;
    let mut readers = readers(args, &folder)?;
    for reader in &mut readers {
        let lines = reader.read()?;
        let skipped = args.lines.map_or(0, |count| lines.len().saturating_sub(count));
        print(lines.get(skipped..).unwrap_or_default())?;
    }
    if !args.follow {
        return Ok(Exit::Ok);
    }
    let shutdown = Shutdown::on_signals()?;
    loop {
        tokio::select! {
            () = sleep(LOOK) => {}
            () = shutdown.asked() => return Ok(Exit::Ok),
        }
        for reader in &mut readers {
            let lines = reader.read()?;
            print(&lines)?;
        }
    }
}

fn readers(args: &Args, folder: &Folder) -> anyhow::Result<Vec<Reader>> {
    let mut parts: Vec<String> = std::fs::read_dir(folder.path().join("logs"))
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| Some(entry.file_name().to_str()?.strip_suffix(".log")?.to_owned()))
        .collect();
    if parts.is_empty() {
        let message = format!("the stack {} has no logs: it has not been started", args.name.name);
        let hint = format!("start it with `stack up{}`", args.name.name.option());
        return Err(Failure::new(Exit::Unreachable, message).hint(hint).into());
    }
    parts.sort();
    if let Some(part) = &args.part {
        if !parts.contains(part) {
            return Err(Failure::new(Exit::Usage, format!("the stack {} has no log of {part:?}", args.name.name))
                .hint(format!("there are logs of: {}", parts.join(", ")))
                .into());
        }
        parts.retain(|name| name == part);
    }
    let width = parts.iter().map(String::len).max().unwrap_or(0);
    let alone = parts.len() == 1;
    let reader = |part: String| Reader {
        prefix: if alone { String::new() } else { format!("{part:width$} | ") },
        path: folder.log(&part),
        file: None,
        begun: String::new(),
    };
    Ok(parts.into_iter().map(reader).collect())
}

impl Reader {
    /// The lines that were written since the last call, each with its prefix and line break.
    fn read(&mut self) -> anyhow::Result<Vec<String>> {
        let path = self.path.display();
        let file = match &mut self.file {
            Some(file) => file,
            None => self.file.insert(File::open(&self.path).with_context(|| format!("opening {path}"))?),
        };
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).with_context(|| format!("reading {path}"))?;
        // A start of the part puts a new file in its place; what is left in the old one was just read.
        if let (Ok(old), Ok(new)) = (file.metadata(), std::fs::metadata(&self.path)) {
            use std::os::unix::fs::MetadataExt;
            if old.ino() != new.ino() {
                *file = File::open(&self.path).with_context(|| format!("opening {path}"))?;
                file.seek(SeekFrom::Start(0))?;
                file.read_to_end(&mut bytes)?;
            }
        }
        self.begun.push_str(&String::from_utf8_lossy(&bytes));
        let whole = self.begun.rfind('\n').map_or(0, |end| end + 1);
        let rest = self.begun.split_off(whole);
        let lines = self.begun.split_inclusive('\n').map(|line| format!("{}{line}", self.prefix)).collect();
        self.begun = rest;
        Ok(lines)
    }
}

fn print(lines: &[String]) -> anyhow::Result<()> {
    Ok(service::output::print(&lines.concat())?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    #[test]
    fn a_log_is_read_by_whole_lines_and_across_a_new_start() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("kafka.log");
        let mut file = File::create(&path).unwrap();
        let mut reader = Reader { prefix: "k | ".into(), path: path.clone(), file: None, begun: String::new() };
        write!(file, "one\ntw").unwrap();
        assert_eq!(reader.read().unwrap(), ["k | one\n"]);
        writeln!(file, "o").unwrap();
        assert_eq!(reader.read().unwrap(), ["k | two\n"]);
        std::fs::rename(&path, folder.path().join("kafka.log.1")).unwrap();
        std::fs::write(&path, "three\n").unwrap();
        assert_eq!(reader.read().unwrap(), ["k | three\n"]);
    }
}
