//! Which sink it becomes: the stock one where it was given or can be fetched, the stand-in where not.
//! That Confluent's repository refused is remembered for a day, so that a start does not wait for a
//! time-out each time; nothing is remembered of a choice that was made explicitly.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};
use service::{Env, Exit, Failure};

use super::fetch::Fetcher;
use super::piece::Piece;
use super::stock::{self, Stock};
use super::{Cache, KafkaVersion, Sink, SinkChoice};

/// How long a refusal is believed.
const MEMORY: Duration = Duration::from_hours(24);

/// What is already known of the choice, without a look at the network.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Outlook {
    /// The stock sink of the user's own folder.
    Given(Stock),
    /// The stock sink, which lies in the cache.
    Stock(Sink),
    /// The stock sink, if it can be fetched.
    Open(Sink),
    /// The stand-in, because it was asked for.
    Asked(Sink),
    /// The stand-in, because the stock sink could not be fetched.
    StandIn(Sink, Refused),
}

impl Outlook {
    /// The folder of the user's that the sink lies in, where it does.
    pub(crate) fn given(&self) -> Option<&Path> {
        match self {
            Self::Given(given) => Some(&given.folder),
            Self::Stock(_) | Self::Open(_) | Self::Asked(_) | Self::StandIn(..) => None,
        }
    }
}

/// When and why the stock sink could not be fetched.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Refused {
    /// Seconds since 1970.
    at: u64,
    /// In Maven's words.
    pub(crate) why: String,
}

/// What a choice will come to, as far as is known without the network.
pub(crate) fn outlook(cache: &Cache, kafka: KafkaVersion, choice: SinkChoice) -> anyhow::Result<Outlook> {
    outlook_in(cache, kafka, choice, &Env::from_process(), SystemTime::now())
}

fn outlook_in(
    cache: &Cache,
    kafka: KafkaVersion,
    choice: SinkChoice,
    env: &Env,
    now: SystemTime,
) -> anyhow::Result<Outlook> {
    let debezium = Sink::debezium(&Piece::debezium(kafka)?);
    if choice == SinkChoice::Debezium {
        return Ok(Outlook::Asked(debezium));
    }
    if let Some(stock) = stock::given(env)? {
        return Ok(Outlook::Given(stock));
    }
    let piece = Piece::confluent()?;
    let confluent = Sink::confluent(&piece);
    if cache.whole(&piece).is_some() {
        return Ok(Outlook::Stock(confluent));
    }
    Ok(match Refused::remembered(cache, now) {
        Some(refused) if choice == SinkChoice::Auto => Outlook::StandIn(debezium, refused),
        _ => Outlook::Open(confluent),
    })
}

/// Gets the sink that was chosen, and tells it with the folder of its plug-in folder.
pub(super) async fn get(
    fetcher: &Fetcher<'_>,
    cache: &Cache,
    kafka: KafkaVersion,
    choice: SinkChoice,
) -> anyhow::Result<(Sink, PathBuf)> {
    match outlook(cache, kafka, choice)? {
        Outlook::Given(stock) => Ok((stock.sink(), stock::show(cache, &stock).await?)),
        Outlook::Stock(sink) => Ok((sink, cache.folder(&Piece::confluent()?))),
        Outlook::Asked(sink) => Ok((sink, fetcher.ensure(&Piece::debezium(kafka)?).await?)),
        Outlook::StandIn(sink, refused) => {
            eprintln!("{}", instead(&sink, &refused.why));
            Ok((sink, fetcher.ensure(&Piece::debezium(kafka)?).await?))
        }
        Outlook::Open(sink) => fetch_stock(fetcher, cache, kafka, choice, sink).await,
    }
}

async fn fetch_stock(
    fetcher: &Fetcher<'_>,
    cache: &Cache,
    kafka: KafkaVersion,
    choice: SinkChoice,
    sink: Sink,
) -> anyhow::Result<(Sink, PathBuf)> {
    let piece = Piece::confluent()?;
    eprintln!(
        "the {sink} comes from Confluent under the Confluent Community License (confluent.io/confluent-community-license)"
    );
    let refusal = match fetcher.attempt(&piece).await? {
        Ok(folder) => return Ok((sink, folder)),
        Err(refusal) => refusal,
    };
    if choice == SinkChoice::Confluent {
        let exit = if refusal.unreachable { Exit::Unreachable } else { Exit::Failed };
        return Err(Failure::new(exit, format!("the stock sink, {}, cannot be fetched", piece.title))
            .because(refusal)
            .hint(format!(
                "point {} at a plug-in folder you have, or take the stand-in: --sink debezium",
                stock::VARIABLE
            ))
            .into());
    }
    Refused { at: seconds(SystemTime::now()), why: refusal.cause.clone() }.remember(cache);
    let stand_in = Piece::debezium(kafka)?;
    let sink = Sink::debezium(&stand_in);
    eprintln!("{}", instead(&sink, &refusal.cause));
    Ok((sink, fetcher.ensure(&stand_in).await?))
}

/// The one line that says which sink is taken instead, and how to have the other.
fn instead(sink: &Sink, why: &str) -> String {
    format!(
        "the stock sink cannot be fetched ({why}): taking the {sink} as its stand-in; tried again tomorrow, or now with \
         --sink confluent"
    )
}

impl Sink {
    fn confluent(piece: &Piece) -> Self {
        Self::Confluent { version: piece.pins.version("kafka-connect-jdbc-").unwrap_or_default().to_owned() }
    }

    fn debezium(piece: &Piece) -> Self {
        Self::Debezium { version: piece.pins.version("debezium-connector-jdbc-").unwrap_or_default().to_owned() }
    }
}

impl Refused {
    fn remembered(cache: &Cache, now: SystemTime) -> Option<Self> {
        let refused: Self = serde_json::from_slice(&fs::read(Self::file(cache.root())).ok()?).ok()?;
        let age = seconds(now).checked_sub(refused.at)?;
        (age < MEMORY.as_secs()).then_some(refused)
    }

    /// A memory that cannot be written only costs the next start a few seconds.
    fn remember(&self, cache: &Cache) {
        if let Ok(text) = serde_json::to_vec(self) {
            let _ = fs::write(Self::file(cache.root()), text);
        }
    }

    fn file(root: &Path) -> PathBuf {
        root.join("stock-sink-refused.json")
    }
}

fn seconds(time: SystemTime) -> u64 {
    time.duration_since(UNIX_EPOCH).map(|since| since.as_secs()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn look(cache: &Cache, choice: SinkChoice, later: Duration) -> Outlook {
        let env = Env::from_pairs([("HOME", "/nowhere")]);
        outlook_in(cache, KafkaVersion::V3_9, choice, &env, SystemTime::now() + later).unwrap()
    }

    #[test]
    fn a_refusal_is_believed_for_a_day_and_only_where_the_choice_is_ours() {
        let root = tempfile::tempdir().unwrap();
        let cache = Cache::at(root.path());
        let now = Duration::ZERO;
        assert!(matches!(look(&cache, SinkChoice::Auto, now), Outlook::Open(Sink::Confluent { .. })));
        Refused { at: seconds(SystemTime::now()), why: "no such host".into() }.remember(&cache);
        let Outlook::StandIn(Sink::Debezium { .. }, refused) = look(&cache, SinkChoice::Auto, now) else {
            panic!("the refusal was forgotten");
        };
        assert_eq!(refused.why, "no such host");
        assert!(matches!(look(&cache, SinkChoice::Confluent, now), Outlook::Open(_)));
        assert!(matches!(look(&cache, SinkChoice::Debezium, now), Outlook::Asked(_)));
        assert!(matches!(look(&cache, SinkChoice::Auto, MEMORY), Outlook::Open(_)));
    }

    #[test]
    fn a_folder_that_is_given_wins_and_a_wrong_one_is_an_error() {
        let root = tempfile::tempdir().unwrap();
        for jar in ["kafka-connect-jdbc-10.9.7.jar", "postgresql-42.7.14.jar"] {
            fs::write(root.path().join(jar), "").unwrap();
        }
        let cache = Cache::at(root.path());
        let with = |folder: &str| {
            let env = Env::from_pairs([(stock::VARIABLE, folder)]);
            outlook_in(&cache, KafkaVersion::V3_9, SinkChoice::Auto, &env, SystemTime::now())
        };
        let given = with(root.path().to_str().unwrap()).unwrap();
        assert!(matches!(given, Outlook::Given(_)), "{given:?}");
        assert!(with("/nowhere").is_err());
    }
}
