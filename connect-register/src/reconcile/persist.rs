//! Asking again: a request that only reads, repeated while its fault is one that passes and there is
//! time.

use std::future::Future;

use tokio::time::{Instant, sleep_until};

use crate::core::{Backoff, Class, Fault, Remedy};

/// So often something that is not Connect may answer in a row: a proxy shows a page of its own now and
/// then, and a wrong address always does.
const PAGES: u32 = 3;

/// Asks until there is an answer, the fault will not pass, or the deadline has come. A worker that
/// cannot be reached is told at once: waiting for it is the business of `wait`.
///
/// # Errors
/// The last fault.
pub async fn persist<T, F: Future<Output = Result<T, Fault>>>(
    deadline: Instant,
    backoff: &Backoff,
    mut ask: impl FnMut() -> F,
) -> Result<T, Fault> {
    let mut pages = 0;
    for attempt in 0.. {
        let fault = match ask().await {
            Ok(answer) => return Ok(answer),
            Err(fault) => fault,
        };
        let again = Instant::now() + backoff.delay(attempt, 0);
        pages = if fault.class == Class::NotConnect { pages + 1 } else { 0 };
        let passes = match fault.class.remedy() {
            Remedy::Retry => fault.class != Class::Unreachable,
            Remedy::Look => pages < PAGES,
            Remedy::GiveUp => false,
        };
        if !passes || again >= deadline {
            return Err(fault);
        }
        tracing::debug!(%fault, "asking again");
        sleep_until(again).await;
    }
    unreachable!("the loop above ends only by returning")
}
