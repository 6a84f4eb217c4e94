//! Follows how many records wait for the sink, on its own beat: the ledger may be busy for seconds
//! when it reads a large topic for the first time.

use service::Shutdown;
use tokio::task::block_in_place;
use tokio::time::{MissedTickBehavior, interval};

use super::Settings;
use super::metrics::Metrics;
use kafka::Group;

/// Follows the lag until `shutdown`.
pub async fn follow(settings: Settings, metrics: Metrics, shutdown: Shutdown) {
    let mut beat = interval(settings.interval);
    beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut group = None;
    loop {
        tokio::select! {
            _ = beat.tick() => {}
            () = shutdown.asked() => return,
        }
        let progress = block_in_place(|| {
            let group = match group.take() {
                Some(group) => group,
                None => Group::new(&settings.kafka, &settings.scope.group)?,
            };
            let progress = group.progress(&settings.scope.topic);
            Ok::<_, kafka::ReadError>((group, progress?))
        });
        match progress {
            Ok((open, progress)) => {
                group = Some(open);
                metrics.lag(&progress.iter().map(|(partition, progress)| (*partition, progress.lag())).collect());
            }
            Err(error) => {
                tracing::debug!("no lag: {error}");
                metrics.lag_unknown();
            }
        }
    }
}
