//! Kafka Connect's REST API in memory: real sockets, the contract of Apache Kafka's workers, and
//! faults from a seed, with a count of all that was asked and done. No connector runs in it, and it
//! knows nothing of the programs that are held against it.
//!
//! ```
//! use connect_imitation::{Imitation, Setting, Weather};
//!
//! # fn main() -> std::io::Result<()> {
//! let connect = Imitation::start(Setting { weather: Weather::foul(7, 0.2), ..Setting::default() })?;
//! println!("KAFKA_CONNECT_URL={}", connect.url());
//! assert_eq!(connect.tally().requests, 0);
//! # Ok(())
//! # }
//! ```

mod change;
mod cluster;
mod http;
mod loggers;
mod offsets;
mod plugins;
mod rest;
mod server;
mod tally;
mod weather;
mod wrong;

pub use change::Target;
pub use cluster::Config;
pub use plugins::SINK;
pub use server::{Imitation, Setting, Version};
pub use tally::Tally;
pub use weather::Weather;
pub use wrong::Wrong;
