//! How the rehearsal is shown, and how it waits: for a condition, with a deadline, never for a time.

use std::fmt::Display;
use std::time::{Duration, Instant};

use anyhow::bail;
use tokio::time::sleep;

/// Between two looks at what is waited for.
const LOOK: Duration = Duration::from_millis(500);

/// Announces an act.
pub(crate) fn act(title: &str) {
    anstream::eprintln!("== {title}");
}

/// Tells what was done or seen.
pub(crate) fn told(what: impl Display) {
    anstream::eprintln!("   {what}");
}

/// Does a thing, and tells that it was done and how long it took.
pub(crate) async fn timed<T>(what: &str, work: impl Future<Output = anyhow::Result<T>>) -> anyhow::Result<T> {
    let begin = Instant::now();
    let done = work.await?;
    told(format!("{what} ({:.1} s)", begin.elapsed().as_secs_f64()));
    Ok(done)
}

/// Looks again and again until there is an answer. What a look says meanwhile is told should the
/// time run out.
pub(crate) async fn until<T>(
    what: &str,
    patience: Duration,
    mut look: impl AsyncFnMut() -> anyhow::Result<Result<T, String>>,
) -> anyhow::Result<T> {
    let begin = Instant::now();
    loop {
        let still = match look().await {
            Ok(Ok(answer)) => return Ok(answer),
            Ok(Err(still)) => still,
            Err(error) => format!("{error:#}"),
        };
        if begin.elapsed() > patience {
            bail!("{what}: not within {} s; the last look: {still}", patience.as_secs());
        }
        sleep(LOOK).await;
    }
}
