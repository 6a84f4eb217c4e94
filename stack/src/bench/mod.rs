//! Measurements of the stack, and how they are written down. What is measured is told by each
//! measurement; `report` knows documents, tables and machines, and no measurement.

pub mod boot;
pub mod figures;
pub mod landing;
pub mod measured;
pub mod register;
pub mod report;
pub mod watch;
