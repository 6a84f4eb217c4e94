//! A world to try the product in: Connect in memory, a network with every fault, virtual time,
//! processes that run the product's step and client, and the laws that each run has to keep.

pub(crate) mod answers;
pub(crate) mod cluster;
pub(crate) mod expectation;
pub(crate) mod faults;
pub(crate) mod journey;
pub(crate) mod laws;
pub(crate) mod ledger;
pub(crate) mod network;
pub(crate) mod process;
pub(crate) mod random;
pub(crate) mod recall;
pub(crate) mod rest;
pub(crate) mod roles;
pub(crate) mod run;
pub(crate) mod scenario;
pub(crate) mod verdict;
pub(crate) mod ward;
pub(crate) mod weather;
