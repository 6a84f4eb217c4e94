//! What the client has read before, by the bytes that it read it from: it is a function of these, and
//! to read the same list again and again would take most of the time of a run. Nothing is recalled of
//! what differs by a byte.

use std::sync::Arc;

use connect_register::core::{Fault, Observation};
use connect_register::reconcile::Answer;

/// Lists of before are forgotten beyond this number.
const MOST: usize = 12;
/// Longer ones are read each time.
const LONGEST: usize = 64 << 10;

/// All that was read in a run, by its bytes.
pub(crate) type Readings = Vec<(Vec<u8>, Arc<Observation>)>;

/// The list that a process is reading.
#[derive(Debug, Default)]
pub(crate) enum Reading {
    #[default]
    None,
    New(Vec<u8>),
    Known(Arc<Observation>),
}

impl Reading {
    /// A list has arrived; where it is known, the client is spared it.
    pub(crate) fn of(body: &mut Vec<u8>, readings: &Readings) -> Self {
        match readings.iter().find(|(known, _)| known == body) {
            Some((_, observation)) => {
                *body = b"{}".to_vec();
                Self::Known(observation.clone())
            }
            None if body.len() <= LONGEST => Self::New(body.clone()),
            None => Self::None,
        }
    }

    /// The client has read it.
    pub(crate) fn read(self, answer: Result<Answer, Fault>, readings: &mut Readings) -> Result<Answer, Fault> {
        match (self, answer) {
            (Self::Known(observation), Ok(_)) => Ok(Answer::Observed(observation)),
            (Self::New(body), Ok(Answer::Observed(observation))) => {
                if readings.len() == MOST {
                    readings.remove(0);
                }
                readings.push((body, observation.clone()));
                Ok(Answer::Observed(observation))
            }
            (_, answer) => answer,
        }
    }
}
