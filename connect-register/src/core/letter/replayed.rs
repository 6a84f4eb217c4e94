//! Which letters of a partition have been replayed, so that none is replayed twice: all below an offset,
//! and some beyond it. Kafka keeps it as the committed offset of a group and the metadata beside it
//! (at most 4096 bytes: `offset.metadata.max.bytes`).

use std::fmt::Write;

/// The longest metadata that brokers take by default.
const LONGEST: usize = 4096;
/// What the metadata begins with.
const VERSION: &str = "r1";

/// Which letters of one partition have been replayed, or never can be.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Replayed {
    /// All below this offset.
    next: i64,
    /// Ranges beyond it, in order, apart from each other: first and last offset.
    beyond: Vec<(i64, i64)>,
}

/// What is remembered does not fit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0} letters between replayed ones are left out, and Kafka cannot remember that many gaps")]
pub struct TooScattered(pub usize);

impl Replayed {
    /// Reads what was committed. Metadata that is not ours counts as none: then a letter may be replayed
    /// again, and none is left out.
    pub fn parse(next: i64, metadata: &str) -> Self {
        let none = Self { next, beyond: Vec::new() };
        let Some(text) = metadata.strip_prefix(VERSION) else { return none };
        let mut replayed = none.clone();
        let mut last = next;
        for pair in text.split_whitespace() {
            let numbers = pair.split_once('+').and_then(|(gap, length)| Some((number(gap)?, number(length)?)));
            let range = numbers.and_then(|(gap, length)| {
                let first = last.checked_add(gap)?;
                // There has to be an offset after the last one, for it is what is committed.
                Some((first, first.checked_add(length).filter(|end| *end < i64::MAX)?))
            });
            let Some((first, end)) = range.filter(|(first, _)| *first > last || last == next) else { return none };
            replayed.beyond.push((first, end));
            last = end;
        }
        replayed
    }

    /// The offset to commit.
    pub fn next(&self) -> i64 {
        self.next
    }

    /// The metadata to commit.
    ///
    /// # Errors
    /// When there are more ranges than Kafka takes.
    pub fn metadata(&self) -> Result<String, TooScattered> {
        let mut text = VERSION.to_owned();
        let mut last = self.next;
        for (first, end) in &self.beyond {
            // Writing to a string does not fail.
            let _ = write!(text, " {}+{}", shown(first - last), shown(end - first));
            last = *end;
        }
        if text.len() > LONGEST { Err(TooScattered(self.beyond.len())) } else { Ok(text) }
    }

    /// Whether the letter at this offset has been.
    pub fn has(&self, offset: i64) -> bool {
        offset < self.next || self.beyond.iter().any(|(first, last)| (*first..=*last).contains(&offset))
    }

    /// Adds the letter at this offset.
    pub fn add(&mut self, offset: i64) {
        if self.has(offset) {
            return;
        }
        let at = self.beyond.partition_point(|(first, _)| *first < offset);
        self.beyond.insert(at, (offset, offset));
        self.join();
    }

    /// Forgets what retention has deleted: there is nothing below this offset any more.
    pub fn begins_at(&mut self, low: i64) {
        if low > self.next {
            self.next = low;
            self.beyond.retain(|(_, last)| *last >= low);
            self.join();
        }
    }

    fn join(&mut self) {
        let mut joined: Vec<(i64, i64)> = Vec::with_capacity(self.beyond.len());
        for (first, last) in self.beyond.drain(..) {
            match joined.last_mut() {
                Some((_, before)) if first <= before.saturating_add(1) => *before = (*before).max(last),
                _ => joined.push((first, last)),
            }
        }
        if let Some((first, last)) = joined.first().copied()
            && first <= self.next
        {
            self.next = self.next.max(last + 1);
            joined.remove(0);
        }
        self.beyond = joined;
    }
}

/// In base 36, which is shorter.
fn shown(mut number: i64) -> String {
    const DIGITS: &[u8; 36] = b"0123456789abcdefghijklmnopqrstuvwxyz";
    let mut digits = Vec::new();
    loop {
        digits.push(char::from(DIGITS[usize::try_from(number % 36).unwrap_or(0)]));
        number /= 36;
        if number == 0 {
            return digits.iter().rev().collect();
        }
    }
}

fn number(text: &str) -> Option<i64> {
    i64::from_str_radix(text, 36).ok().filter(|number| *number >= 0)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn of(offsets: &[i64]) -> Replayed {
        let mut replayed = Replayed { next: 10, beyond: Vec::new() };
        for offset in offsets {
            replayed.add(*offset);
        }
        replayed
    }

    #[test]
    fn what_is_added_in_order_moves_the_offset() {
        assert_eq!(of(&[10, 11, 12]), Replayed { next: 13, beyond: vec![] });
        assert_eq!(of(&[12, 11, 10]), Replayed { next: 13, beyond: vec![] });
    }

    #[test]
    fn what_is_left_out_stays_a_gap() {
        let replayed = of(&[12, 13, 20]);
        assert_eq!(replayed, Replayed { next: 10, beyond: vec![(12, 13), (20, 20)] });
        assert_eq!(replayed.metadata().unwrap(), "r1 2+1 7+0");
        assert_eq!([9, 10, 12, 14, 20].map(|offset| replayed.has(offset)), [true, false, true, false, true]);
        let mut later = replayed;
        later.begins_at(13);
        assert_eq!(later, Replayed { next: 14, beyond: vec![(20, 20)] });
    }

    #[test]
    fn metadata_of_others_is_no_memory_of_ours() {
        for metadata in
            ["", "x", "r1 z", "r1 1+", "r1 -1+2", "r1 zzzzzzzzzzzzzzzzzz+1", "r1 5+0 0+0", "r1 1+1y2p0ij32e8dw"]
        {
            assert_eq!(Replayed::parse(10, metadata), Replayed { next: 10, beyond: vec![] }, "{metadata:?}");
        }
    }

    #[test]
    fn too_many_gaps_are_refused() {
        let scattered: Vec<i64> = (0..2_000).map(|number| 11 + number * 2).collect();
        assert_eq!(of(&scattered).metadata(), Err(TooScattered(2_000)));
    }

    proptest! {
        #[test]
        fn it_is_a_set_and_comes_back_from_its_metadata(offsets in prop::collection::vec(10_i64..80, 0..60)) {
            let replayed = of(&offsets);
            for offset in 0..100 {
                prop_assert_eq!(replayed.has(offset), offset < 10 || offsets.contains(&offset));
            }
            prop_assert_eq!(Replayed::parse(replayed.next(), &replayed.metadata().unwrap()), replayed);
        }
    }
}
