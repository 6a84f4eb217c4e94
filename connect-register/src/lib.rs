//! Keeps Kafka Connect as declared: connector templates are rendered, compared with what a worker
//! has, and applied; what runs is watched and healed.
//!
//! This library is the engine; the command line and the sidecar are its front doors. Dependencies
//! point one way: [`core`] (pure) <- [`reconcile`] (the step, and the traits it needs) <-
//! [`connect`] (the REST client) and [`sources`] (files, environment, secrets) <- [`commands`].

pub mod commands;
pub mod connect;
pub mod core;
pub mod reconcile;
pub mod sources;
