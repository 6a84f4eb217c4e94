//! Keeps Kafka Connect as declared: connector templates are rendered, compared with what a worker
//! has, and applied; what runs is watched and healed.
//!
//! This library is the engine; the command line and the sidecar are its front doors. Dependencies
//! point one way: [`core`] (pure) <- [`reconcile`] and [`operate`] (the steps, and the traits they need) <-
//! [`connect`] (the REST client) and [`sources`] (files, environment, secrets) <- [`commands`].
//!
//! # Load, plan, apply
//!
//! Against a Connect in memory, so that this example runs; [`connect::Transport`] is all that stands
//! between the engine and a network.
//!
//! ```
//! use std::sync::Mutex;
//! use std::time::Duration;
//!
//! use connect_register::connect::{Client, Method, Request, Response, Transport, TransportError};
//! use connect_register::core::lint::UnknownKeys;
//! use connect_register::core::{Backoff, Plan};
//! use connect_register::reconcile::{ConnectReader, Ending, Goal, Mode, Policy, State, drive};
//! use connect_register::sources::{Inputs, load};
//! use serde_json::{Map, Value, json};
//! use service::Shutdown;
//!
//! /// A worker that has the plug-in `x.Sink`, and any number of connectors.
//! #[derive(Default)]
//! struct InMemory(Mutex<Map<String, Value>>);
//!
//! impl Transport for InMemory {
//!     fn address(&self) -> &str {
//!         "memory"
//!     }
//!
//!     async fn send(&self, request: Request) -> Result<Response, TransportError> {
//!         let mut connectors = self.0.lock().unwrap();
//!         let body: Value = request.body.map_or(Value::Null, |body| serde_json::from_slice(&body).unwrap());
//!         let path: Vec<_> = request.path.split(['/', '?']).skip(1).collect();
//!         let (status, answer) = match (request.method, &*path) {
//!             (Method::Get, ["connectors", "expand=info&expand=status"]) => (200, Value::Object(connectors.clone())),
//!             (Method::Put, ["connectors", name, "config"]) => {
//!                 let info = json!({"name": name, "config": body});
//!                 connectors.insert((*name).to_owned(), json!({"info": info}));
//!                 (201, info)
//!             }
//!             (Method::Put, ["connector-plugins", "x.Sink", "config", "validate"]) => {
//!                 let known = ["name", "connector.class", "topics"].map(|key| json!({"value": {"name": key}}));
//!                 (200, json!({"configs": known}))
//!             }
//!             _ => (404, json!({"error_code": 404, "message": "Connector not found"})),
//!         };
//!         Ok(Response { status, body: answer.to_string().into_bytes() })
//!     }
//! }
//!
//! #[tokio::main]
//! async fn main() -> anyhow::Result<()> {
//!     // Templates, rendered from the environment; all their mistakes come at once.
//!     let folder = tempfile::tempdir()?;
//!     let template = r#"{"name": "orders", "config": {"connector.class": "x.Sink", "topics": "orders"}}"#;
//!     std::fs::write(folder.path().join("orders.json"), template)?;
//!     let loaded = load(&Inputs { paths: vec![folder.path().to_owned()], ..Inputs::default() })?;
//!     let specs = loaded.specs()?;
//!
//!     // What differs from what the worker has. To plan takes a reader, which cannot change anything.
//!     let client = Client::new(InMemory::default(), loaded.environment.redactor.clone());
//!     let plan = async || -> anyhow::Result<Plan> {
//!         let observation = client.observe().await?;
//!         Ok(Plan::of(specs.iter().map(AsRef::as_ref), &observation, None, None))
//!     };
//!     assert!(!plan().await?.is_empty());
//!
//!     // Write that, and only that, until it is so.
//!     let mode = Mode::Apply { timeout: Duration::from_secs(10), goal: Goal::Written };
//!     let state = State::new(Policy::new(mode, Backoff::of_requests(1)), specs.clone());
//!     let state = drive(&client, state, UnknownKeys::Refuse, &Shutdown::manual(), |note, _| println!("{note:?}")).await;
//!     assert_eq!(state.ending, Some(Ending::Settled));
//!     assert!(plan().await?.is_empty());
//!     Ok(())
//! }
//! ```
//!
//! # Real workers
//!
//! [`sources::Access`] reads from the environment where workers are and what lets us in, as the command
//! line does, and makes the client of them:
//!
//! ```no_run
//! use connect_register::core::Redactor;
//! use connect_register::reconcile::ConnectReader;
//! use connect_register::sources::access::{Access, Said};
//! use service::Env;
//!
//! # async fn version() -> anyhow::Result<()> {
//! let client = Access::read(Env::from_process(), Said::default())?.client(Redactor::default())?;
//! println!("{} is Kafka {}", client.address(), client.worker().await?.version);
//! # Ok(())
//! # }
//! ```

pub mod commands;
pub mod connect;
pub mod core;
pub mod kafka;
pub mod operate;
pub mod reconcile;
pub mod sources;
