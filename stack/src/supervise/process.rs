//! A process that cannot be mistaken for another: its id and when it started. Read from `/proc`;
//! what it is for is told by who keeps it.

use std::fs;
use std::time::Duration;

use nix::sys::signal::{self, Signal};
use nix::unistd::Pid;
use serde::{Deserialize, Serialize};

/// A process of this machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Process {
    /// Its id, which another process may have after it.
    pub pid: i32,
    /// When it started, in clock ticks since boot: no other process has both.
    pub started: u64,
}

/// What `/proc/<pid>/stat` says; the fields are named in proc(5).
struct Stat {
    state: char,
    parent: i32,
    cpu_ticks: u64,
    started: u64,
}

impl Process {
    /// The process that has this id now, if there is one.
    pub fn of(pid: i32) -> Option<Self> {
        stat(pid).map(|stat| Self { pid, started: stat.started })
    }

    /// This process.
    pub fn current() -> Option<Self> {
        Self::of(i32::try_from(std::process::id()).ok()?)
    }

    /// All processes of this machine.
    pub(crate) fn all() -> Vec<Self> {
        let Ok(entries) = fs::read_dir("/proc") else { return Vec::new() };
        entries.flatten().filter_map(|entry| entry.file_name().to_str()?.parse().ok()).filter_map(Self::of).collect()
    }

    /// Whether it still runs. One that ended and was not yet collected does not.
    pub fn is_alive(self) -> bool {
        self.stat().is_some_and(|stat| !matches!(stat.state, 'Z' | 'X'))
    }

    /// Sends it a signal; a process that is gone already is no error.
    pub fn signal(self, signal: Signal) {
        if self.is_alive() {
            // Between the look and the signal it may end; then there is nobody to signal.
            let _ = signal::kill(Pid::from_raw(self.pid), signal);
        }
    }

    /// The memory it holds in bytes, with that of its children. Memory that several of them share
    /// is counted once, for the process itself.
    pub fn memory(self) -> Option<u64> {
        let own = status_kb(self.pid, "VmRSS:")?;
        let children = Self::all().into_iter().filter(|other| other.stat().is_some_and(|stat| stat.parent == self.pid));
        let of_children: u64 = children.filter_map(|child| status_kb(child.pid, "RssAnon:")).sum();
        Some((own + of_children) * 1024)
    }

    /// The processor time it has used so far, without its children's.
    pub fn processor_time(self) -> Option<Duration> {
        let ticks = self.stat()?.cpu_ticks;
        let per_second = nix::unistd::sysconf(nix::unistd::SysconfVar::CLK_TCK).ok()??;
        Some(Duration::from_millis(ticks * 1000 / u64::try_from(per_second).ok()?.max(1)))
    }

    fn stat(self) -> Option<Stat> {
        stat(self.pid).filter(|stat| stat.started == self.started)
    }
}

fn stat(pid: i32) -> Option<Stat> {
    parse(&fs::read_to_string(format!("/proc/{pid}/stat")).ok()?)
}

/// The program's name, in parentheses, may hold anything; the fields begin after the last one.
fn parse(text: &str) -> Option<Stat> {
    let fields: Vec<&str> = text.get(text.rfind(')')? + 1..)?.split_whitespace().collect();
    let number = |index: usize| fields.get(index)?.parse::<u64>().ok();
    Some(Stat {
        state: fields.first()?.chars().next()?,
        parent: fields.get(1)?.parse().ok()?,
        cpu_ticks: number(11)? + number(12)?,
        started: number(19)?,
    })
}

fn status_kb(pid: i32, field: &str) -> Option<u64> {
    let text = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    text.lines().find_map(|line| line.strip_prefix(field))?.trim().trim_end_matches(" kB").parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_with_parentheses_and_spaces_does_not_shift_the_fields() {
        let text = "7 (a) b (c)) S 1 7 7 0 -1 4194560 1 0 0 0 30 12 0 0 20 0 1 0 4242 1 1";
        let stat = parse(text).unwrap();
        assert_eq!((stat.state, stat.parent, stat.cpu_ticks, stat.started), ('S', 1, 42, 4242));
        assert!(parse("7 (a").is_none());
    }

    #[test]
    fn a_process_with_the_same_id_but_another_start_is_another() {
        let current = Process::current().unwrap();
        assert!(current.is_alive());
        assert!(!Process { started: current.started + 1, ..current }.is_alive());
        assert!(current.memory().unwrap() > 100_000);
    }
}
