//! Which sink it will be, and where the stand-in falls short of the stock one. It was
//! seen with both, side by side.

use service::failure::tell;

use super::Check;
use crate::kit::SinkChoice;
use crate::kit::choice::Outlook;

const STOCK_INSTEAD: &str = "for the stock sink: --sink confluent, or CONNECT_JDBC_PLUGIN_DIR=<its plug-in folder>";

/// What the stand-in does worse, and what to do about each.
const SHORTCOMINGS: [(&str, &str); 3] = [
    (
        "after an outage of PostgreSQL its tasks stay failed until they are restarted",
        "keep `connect-register watch` running, which restarts what has failed (`stack env` names the templates)",
    ),
    (
        "a NUL byte in a text kills its task, where the stock sink makes that record a dead letter",
        "take NUL bytes out where the events are made",
    ),
    (
        "it lands about half as many rows a second, and an event takes several times as long to become a row",
        STOCK_INSTEAD,
    ),
];

/// The sink, and a line for each shortcoming where it is the stand-in.
pub(super) fn check(outlook: anyhow::Result<Outlook>, choice: SinkChoice) -> Vec<Check> {
    let (sink, why) = match outlook {
        Err(error) => {
            let told = tell(&error);
            let (what, hint) = told.split_once("\nhint: ").unwrap_or((&told, "unset CONNECT_JDBC_PLUGIN_DIR"));
            return vec![Check::fail("sink", what, hint)];
        }
        Ok(Outlook::Given(given)) => {
            return vec![Check::ok("sink", format!("{} from {}", given.sink(), given.folder.display()))];
        }
        Ok(Outlook::Stock(sink)) => return vec![Check::ok("sink", format!("{sink} from the cache"))],
        Ok(Outlook::Open(sink)) => {
            let message = format!("{sink}, to be fetched from Confluent's repository (Confluent Community License)");
            return vec![match choice {
                SinkChoice::Auto => Check::ok("sink", message + "; Debezium's where that is not reached"),
                SinkChoice::Confluent | SinkChoice::Debezium => Check::ok("sink", message),
            }];
        }
        Ok(Outlook::Asked(sink)) => (sink, "asked for".to_owned()),
        Ok(Outlook::StandIn(sink, refused)) => (sink, format!("the stock one could not be fetched: {}", refused.why)),
    };
    let shortcomings = SHORTCOMINGS.map(|(shortcoming, hint)| Check::warn("sink", shortcoming, hint));
    let mut checks = vec![Check::ok("sink", format!("{sink}, the stand-in ({why})"))];
    checks.extend(shortcomings);
    checks
}
