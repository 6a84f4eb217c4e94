//! One run of one program, measured by a process of its own: its time from start to end, and the
//! most memory it had.

use serde::{Deserialize, Serialize};

use crate::programs::Programs;

/// What a run took.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Measured {
    /// From the start of the program to its end.
    pub seconds: f64,
    /// The largest resident set that it, or any one process that it waited for, ever had.
    pub peak_kib: u64,
    /// Its exit code; none where a signal ended it.
    pub exit: Option<i32>,
}

impl Measured {
    /// Runs a program to its end, whatever its exit code, with the environment of `programs`.
    ///
    /// # Errors
    /// When it cannot be started.
    pub async fn of(programs: &Programs, command: &[&str]) -> anyhow::Result<Self> {
        let args = [&["measure", "--"], command].concat();
        Ok(serde_json::from_str(&programs.run("stack", &args, &[0]).await?)?)
    }

    /// The peak in MB.
    pub fn peak_mb(&self) -> f64 {
        #[expect(clippy::cast_precision_loss, reason = "nobody has 2^52 KiB")]
        let kib = self.peak_kib as f64;
        kib * 1024.0 / 1e6
    }
}
