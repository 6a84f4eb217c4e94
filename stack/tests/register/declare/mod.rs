//! The declarative half: what is declared is what runs, and nothing else is written.

pub(crate) mod commands;
pub(crate) mod outages;
pub(crate) mod sets;
pub(crate) mod tools;
