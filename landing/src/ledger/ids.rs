//! Event ids as fingerprints of 120 bits, so that millions of them fit into little memory. The texts
//! themselves are not kept.

use std::collections::HashMap;
use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, BuildHasherDefault, Hash, Hasher};

/// The fingerprint of one identity.
///
/// Two of 3 million ids share one with a probability of 3e6² / 2¹²¹, about 3e-24.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Id([u8; 15]);

impl Hash for Id {
    fn hash<H: Hasher>(&self, state: &mut H) {
        // A fingerprint is as random as any hash of it would be.
        state.write_u64(self.0.first_chunk().copied().map_or(0, u64::from_le_bytes));
    }
}

/// A map from ids, which takes 17 bytes and the load factor for a value of one byte.
pub type IdMap<V> = HashMap<Id, V, BuildHasherDefault<Prefix>>;

/// What makes two records, or a record and a row, the same event.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Identity<'a> {
    /// The event id, from the key or the payload of a record, or from a row.
    Event(std::borrow::Cow<'a, str>),
    /// A record that has no id: its place in the topic, which its dead letter names too.
    Place {
        /// Partition.
        partition: i32,
        /// Offset.
        offset: i64,
    },
}

/// Makes fingerprints. Its keys are random, so that nobody can craft two ids that share one; only
/// fingerprints of one maker can be compared.
#[derive(Clone, Debug, Default)]
pub struct Fingerprints(RandomState, RandomState);

impl Fingerprints {
    /// The fingerprint of an event id.
    pub fn event(&self, id: &str) -> Id {
        self.of(|hasher| {
            hasher.write_u8(0);
            hasher.write(id.as_bytes());
        })
    }

    /// The fingerprint of an identity.
    pub fn identity(&self, identity: &Identity<'_>) -> Id {
        match identity {
            Identity::Event(id) => self.event(id),
            Identity::Place { partition, offset } => self.of(|hasher| {
                hasher.write_u8(1);
                hasher.write_i32(*partition);
                hasher.write_i64(*offset);
            }),
        }
    }

    /// The fingerprint of a row: its event id and its `ts`.
    pub fn row(&self, id: &str, ts: i64) -> Id {
        self.of(|hasher| {
            hasher.write_u8(2);
            hasher.write_i64(ts);
            hasher.write(id.as_bytes());
        })
    }

    fn of(&self, write: impl Fn(&mut dyn Hasher)) -> Id {
        let half = |keys: &RandomState| {
            let mut hasher = keys.build_hasher();
            write(&mut hasher);
            hasher.finish().to_le_bytes()
        };
        let (low, high) = (half(&self.0), half(&self.1));
        let mut id = [0; 15];
        id[..8].copy_from_slice(&low);
        id[8..].copy_from_slice(&high[..7]);
        Id(id)
    }
}

/// The hasher of [`IdMap`]: hands through the 64 bits that an id gives it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Prefix(u64);

impl Hasher for Prefix {
    fn write(&mut self, bytes: &[u8]) {
        // Ids come by `write_u64`; anything else still has to be a valid hash.
        for byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(*byte);
        }
    }

    fn write_u64(&mut self, value: u64) {
        self.0 = value;
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_equal_has_one_fingerprint_and_what_differs_has_another() {
        let make = Fingerprints::default();
        let place = |partition, offset| make.identity(&Identity::Place { partition, offset });
        assert_eq!(make.event("cj-1-2"), make.identity(&Identity::Event("cj-1-2".into())));
        assert_eq!(place(0, 7), place(0, 7));
        let all = [make.event("cj-1-2"), make.event("cj-1-3"), place(0, 7), place(7, 0), make.row("cj-1-2", 1)];
        let distinct: std::collections::BTreeSet<Id> = all.into_iter().collect();
        assert_eq!(distinct.len(), all.len());
    }

    #[test]
    fn an_entry_of_the_book_takes_sixteen_bytes() {
        assert_eq!(size_of::<(Id, u8)>(), 16);
    }
}
