//! Where templates, their variables and the way to workers come from: files, the environment, secrets.
//! What they mean is the core's business.

pub mod access;
pub mod contexts;
pub mod environment;
pub mod files;
pub mod plan_file;
pub mod policy;
pub mod record_file;
pub mod stamp;
pub mod template_folder;
pub mod templates;
pub mod variables;
pub mod whole;

pub use access::Access;
pub use environment::Environment;
pub use stamp::Stamp;
pub use templates::{Inputs, Loaded, load};
pub use variables::Given;
