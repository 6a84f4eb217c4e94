//! Operating what runs: what is told of it is so, and what is asked for is done when the program ends.

pub(crate) mod failures;
pub(crate) mod healing;
pub(crate) mod loggers;
pub(crate) mod looks;
pub(crate) mod moves;
pub(crate) mod offsets;
pub(crate) mod other;
pub(crate) mod states;

mod records;
mod stream;
