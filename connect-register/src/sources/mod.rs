//! Where templates and their variables come from: files, the environment, secrets. What they mean is
//! the core's business.

pub mod environment;
pub mod files;
pub mod plan_file;
pub mod templates;

pub use templates::{Loaded, load};
