//! How many files a process may have open. Kafka keeps several open for each partition.

use nix::sys::resource::{Resource, getrlimit};

use super::Check;

/// Three topics and Connect's own take a few hundred; Kafka's documentation asks for far more only for
/// thousands of partitions.
const ENOUGH: u64 = 4096;

/// Compares the hard limit, for a JVM raises its own to that, with what a broker takes.
pub(super) fn check() -> Check {
    match getrlimit(Resource::RLIMIT_NOFILE) {
        Ok((_, hard)) => judge(hard),
        Err(error) => Check::warn("open files", format!("the limit cannot be told: {error}"), "4096 are enough"),
    }
}

fn judge(limit: u64) -> Check {
    if limit < ENOUGH {
        let message = format!("a process may open {limit} files, and a broker may want {ENOUGH}");
        return Check::warn("open files", message, "raise the hard limit: ulimit -Hn, or limits.conf");
    }
    Check::ok("open files", format!("{limit} for a process"))
}

#[cfg(test)]
mod tests {
    use super::super::Verdict;
    use super::*;

    #[test]
    fn a_low_limit_is_a_warning() {
        assert_eq!(judge(1024).verdict, Verdict::Warn);
        assert_eq!(judge(4096).verdict, Verdict::Ok);
    }
}
