//! A sale that keeps the contract. How a row of a file becomes one is not its concern: see
//! [`crate::source`].

/// One retail sale, or a return where `qty` is negative.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sale {
    /// Unique, and for replayed input deterministic.
    pub event_id: String,
    /// The store, above zero.
    pub store_id: i32,
    /// The product, above zero.
    pub sku: i32,
    /// How many, never zero; negative is a return.
    pub qty: i32,
    /// When it happened: epoch milliseconds, set once. `(event_id, ts)` identifies the row.
    pub ts: i64,
}
