//! Whether there is memory enough: less than what the parts take at rest cannot work, less than what
//! they take under load may end with the kernel killing one of them.

use std::fs;

use super::Check;

/// What each part takes in MB: measured after boot on two cores; under load its heap is full, and the
/// JVM has as much as a quarter GB beside it.
struct Taken {
    broker: u64,
    worker: u64,
    postgres: u64,
}

const AT_REST: Taken = Taken { broker: 300, worker: 250, postgres: 100 };
const UNDER_LOAD: Taken = Taken { broker: 768 + 256, worker: 1024 + 256, postgres: 250 };

/// Compares what is free with what so many brokers and workers take.
pub(super) fn check(brokers: u32, workers: u32) -> Check {
    match available() {
        Some(free) => judge(free, brokers, workers),
        None => Check::warn("memory", "/proc/meminfo does not say what is free", "the stack takes up to 2.5 GB"),
    }
}

fn judge(free: u64, brokers: u32, workers: u32) -> Check {
    let [rest, load] = [AT_REST, UNDER_LOAD]
        .map(|taken| taken.broker * u64::from(brokers) + taken.worker * u64::from(workers) + taken.postgres);
    let parts = format!("{brokers} broker(s), {workers} worker(s) and PostgreSQL");
    if free < rest {
        let message = format!("{free} MB free, and {parts} take {rest} MB at rest");
        return Check::fail("memory", message, "close other programs, or start fewer parts");
    }
    if free < load {
        let message = format!("{free} MB free, and {parts} take up to {load} MB under full load");
        return Check::warn("memory", message, "close other programs before a large replay");
    }
    Check::ok("memory", format!("{free} MB free of the {load} MB that {parts} take at most"))
}

/// What this machine has free, or this control group if it is allowed less.
fn available() -> Option<u64> {
    let machine = available_in(&fs::read_to_string("/proc/meminfo").ok()?)?;
    let number = |file: &str| fs::read_to_string(format!("/sys/fs/cgroup/{file}")).ok()?.trim().parse::<u64>().ok();
    let group = number("memory.max").zip(number("memory.current"));
    Some(group.map_or(machine, |(max, current)| machine.min(max.saturating_sub(current) / 1024 / 1024)))
}

fn available_in(meminfo: &str) -> Option<u64> {
    let line = meminfo.lines().find_map(|line| line.strip_prefix("MemAvailable:"))?;
    Some(line.trim().strip_suffix(" kB")?.parse::<u64>().ok()? / 1024)
}

#[cfg(test)]
mod tests {
    use super::super::Verdict;
    use super::*;

    #[test]
    fn memory_for_rest_is_a_must_and_memory_for_load_a_warning() {
        assert_eq!(judge(600, 1, 1).verdict, Verdict::Fail);
        assert_eq!(judge(700, 1, 1).verdict, Verdict::Warn);
        assert_eq!(judge(4000, 1, 1).verdict, Verdict::Ok);
        assert_eq!(judge(1000, 3, 2).verdict, Verdict::Fail);
        insta::assert_snapshot!(judge(700, 1, 1).message, @"700 MB free, and 1 broker(s), 1 worker(s) and PostgreSQL take up to 2554 MB under full load");
    }

    #[test]
    fn what_is_free_is_what_the_kernel_says_is_available() {
        assert_eq!(available_in("MemTotal: 4096 kB\nMemFree: 1 kB\nMemAvailable:    2048 kB\n"), Some(2));
        assert_eq!(available_in("MemTotal: 1 kB\n"), None);
    }
}
