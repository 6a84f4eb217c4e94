//! Whether a dead letter may go back to where it came from, and as what. A letter is forged easily, so
//! its headers are believed only where they agree with what somebody who may say so has named.

use super::headers::{ATTEMPTS, PREFIX};
use super::{Header, Letter, Origins, Stage};
use crate::core::plain;

/// By what letters are judged.
#[derive(Clone, Debug)]
pub struct Judge {
    /// The topic that they lie in.
    pub letters: String,
    /// Topics that they may go back to.
    pub origins: Origins,
    /// After so many replays a letter stays where it is.
    pub most: u32,
}

/// What becomes of a letter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Judgement {
    /// It goes back as this.
    Replay(Outgoing),
    /// It has been replayed so often, and has always come back.
    Parked(u32),
    /// It is not replayed.
    Refused(Refusal),
}

/// What is sent: key and value are the letter's, byte by byte.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outgoing {
    /// The topic it came from.
    pub topic: String,
    /// Its partition there, where it is told.
    pub partition: Option<i32>,
    /// The record's own headers and the count of replays; what told the cause is gone.
    pub headers: Vec<Header>,
}

/// Why a letter is not replayed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Refusal {
    /// The producer refused it: it never was a valid event.
    NeverValid,
    /// No header tells where it came from.
    NoOrigin,
    /// It says that it came from the dead letters themselves: it would go round for ever.
    Loop,
    /// It says that it came from a topic that is none of those named.
    Foreign(String),
}

impl Refusal {
    /// Why, and what to do.
    pub fn words(&self) -> String {
        match self {
            Self::NeverValid => "the producer refused the row: it never was a valid event. Correct the row in its \
                                 file and replay the file"
                .to_owned(),
            Self::NoOrigin => "no header tells which topic it came from: the connector has to have \
                               errors.deadletterqueue.context.headers.enable=true before it fails"
                .to_owned(),
            Self::Loop => "it says that it came from the topic of dead letters: it would go round for ever".to_owned(),
            Self::Foreign(topic) => format!(
                "it says that it came from {}, which no connector with these dead letters reads; name the topic with \
                 --origin if that is right",
                plain::line(topic)
            ),
        }
    }
}

impl Judge {
    /// Judges a letter.
    pub fn judge(&self, letter: &Letter) -> Judgement {
        let told = letter.told();
        if told.stage() == Stage::Producer {
            return Judgement::Refused(Refusal::NeverValid);
        }
        let Some(topic) = told.topic else { return Judgement::Refused(Refusal::NoOrigin) };
        if topic == self.letters {
            return Judgement::Refused(Refusal::Loop);
        }
        if !self.origins.have(&topic) {
            return Judgement::Refused(Refusal::Foreign(topic));
        }
        if told.attempts >= self.most {
            return Judgement::Parked(told.attempts);
        }
        let is_own = |(name, _): &&Header| !name.starts_with(PREFIX) && name != ATTEMPTS;
        let mut headers: Vec<Header> = letter.headers.iter().filter(is_own).cloned().collect();
        headers.push((ATTEMPTS.to_owned(), Some((told.attempts + 1).to_string().into_bytes())));
        Judgement::Replay(Outgoing { topic, partition: told.partition, headers })
    }
}

#[cfg(test)]
mod tests {
    use super::super::At;
    use super::*;

    fn judged(headers: &[(&str, &str)]) -> Judgement {
        let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), Some(value.as_bytes().to_vec())));
        let letter = Letter {
            at: At { partition: 0, offset: 0 },
            time: None,
            key: Some(b"k".to_vec()),
            value: None,
            headers: headers.collect(),
        };
        let origins = Origins::of(["sales".to_owned(), "sales.dlq".to_owned()]);
        Judge { letters: "sales.dlq".to_owned(), origins, most: 3 }.judge(&letter)
    }

    #[test]
    fn a_letter_goes_back_with_its_own_headers_and_a_count() {
        let judgement = judged(&[
            ("own", "1"),
            ("__connect.errors.topic", "sales"),
            ("__connect.errors.partition", "2"),
            ("__connect.errors.stage", "TASK_PUT"),
            (ATTEMPTS, "1"),
            ("own", "2"),
        ]);
        let header = |name: &str, value: &str| (name.to_owned(), Some(value.as_bytes().to_vec()));
        let headers = vec![header("own", "1"), header("own", "2"), header(ATTEMPTS, "2")];
        assert_eq!(judgement, Judgement::Replay(Outgoing { topic: "sales".to_owned(), partition: Some(2), headers }));
    }

    #[test]
    fn what_cannot_or_may_not_go_back_stays() {
        let topic = |topic| ("__connect.errors.topic", topic);
        let refused = |refusal| Judgement::Refused(refusal);
        for (headers, expected) in [
            (vec![], refused(Refusal::NoOrigin)),
            (vec![topic("sales"), ("__connect.errors.stage", "PRODUCER")], refused(Refusal::NeverValid)),
            (vec![topic("sales.dlq")], refused(Refusal::Loop)),
            (vec![topic("__consumer_offsets")], refused(Refusal::Foreign("__consumer_offsets".to_owned()))),
            (vec![topic("sales"), (ATTEMPTS, "3")], Judgement::Parked(3)),
            (vec![topic("sales"), (ATTEMPTS, "many")], Judgement::Parked(u32::MAX)),
            (vec![topic("sales"), topic("connect-configs")], refused(Refusal::Foreign("connect-configs".to_owned()))),
        ] {
            assert_eq!(judged(&headers), expected, "{headers:?}");
        }
    }
}
