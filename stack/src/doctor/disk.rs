//! Whether there is disk enough, where the cache lies and where the data will lie.

use std::path::Path;

use indicatif::HumanBytes;
use nix::sys::statvfs::statvfs;

use super::Check;
use crate::kit::Cache;

/// What comes is in Maven's repository first and then unpacked; class archives come on top.
const FETCHED_TIMES: u64 = 4;

/// Class archives of a broker and a worker.
const ARCHIVES: u64 = 128 << 20;

/// Less than this and PostgreSQL and Kafka do not get through their own set-up.
const DATA_MUST: u64 = 512 << 20;

/// What a replay of a million and a half sales takes, in topics, table and write-ahead log.
const DATA_SHOULD: u64 = 3 << 30;

/// A check for each of the two places.
pub(super) fn check(cache: &Cache, data: &Path, to_fetch: u64) -> Vec<Check> {
    let need = if to_fetch == 0 { 0 } else { to_fetch * FETCHED_TIMES + ARCHIVES };
    [
        judge("disk (cache)", cache.root(), need, need, "STACK_CACHE_DIR"),
        judge("disk (data)", data, DATA_MUST, DATA_SHOULD, "STACK_DATA_DIR"),
    ]
    .into()
}

fn judge(name: &str, folder: &Path, must: u64, should: u64, variable: &str) -> Check {
    let place = folder.display();
    // A folder that does not exist yet will lie on the disk of the nearest one that does.
    let Some(Ok(disk)) = folder.ancestors().find(|above| above.exists()).map(statvfs) else {
        return Check::warn(name, format!("the free space of {place} cannot be told"), "3 GB are enough");
    };
    let free = disk.blocks_available() * disk.fragment_size();
    let hint = format!("free some, or set {variable} to a folder on another disk");
    let message = |need: u64| format!("{} free for {place}, {} are needed", HumanBytes(free), HumanBytes(need));
    if free < must {
        Check::fail(name, message(must), hint)
    } else if free < should {
        Check::warn(name, format!("{} for a replay of all sales", message(should)), hint)
    } else {
        Check::ok(name, format!("{} free for {place}", HumanBytes(free)))
    }
}

#[cfg(test)]
mod tests {
    use super::super::Verdict;
    use super::*;

    #[test]
    fn a_folder_that_does_not_exist_yet_is_measured_by_the_one_above() {
        let folder = Path::new("/nowhere/at/all");
        assert_eq!(judge("disk", folder, 0, 0, "X").verdict, Verdict::Ok);
        let full = judge("disk", folder, u64::MAX, u64::MAX, "X");
        assert_eq!(
            (full.verdict, full.hint.as_deref()),
            (Verdict::Fail, Some("free some, or set X to a folder on another disk"))
        );
        assert_eq!(judge("disk", folder, 0, u64::MAX, "X").verdict, Verdict::Warn);
    }
}
