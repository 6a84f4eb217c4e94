//! Replays the rows of opened files, one after the other: each becomes a sale or a refusal. When they
//! are due and what time they carry is decided elsewhere.

use anyhow::Context;
use service::{Exit, Failure};

use super::cell::Step;
use super::input::Opened;
use super::{Item, Source};
use crate::event::{Cause, Mistake, Origin, Refusal, Sale};

/// The rows of some files.
pub struct Replay {
    files: std::vec::IntoIter<Opened>,
    current: Option<Opened>,
    size: Option<u64>,
    /// How many rows may still be read.
    left: u64,
    /// The row of the current file that was read last.
    row: u64,
    sale: Sale,
    mistakes: Vec<Mistake>,
}

impl Replay {
    /// Replays `files` in their order, up to `limit` rows in all.
    pub fn new(files: Vec<Opened>, limit: Option<u64>) -> Self {
        let size = files.iter().map(|file| file.table.size()).sum::<Option<u64>>();
        let size = match (size, limit) {
            (Some(size), Some(limit)) => Some(size.min(limit)),
            (size, _) => size,
        };
        let (left, mistakes) = (limit.unwrap_or(u64::MAX), Vec::new());
        Self { files: files.into_iter(), current: None, size, left, row: 0, sale: Sale::default(), mistakes }
    }

    /// Goes to the next row of any file: what the row is, or none at the end of all.
    fn advance(&mut self) -> anyhow::Result<Option<Step>> {
        loop {
            let Some(file) = &mut self.current else {
                self.row = 0;
                match self.files.next() {
                    Some(file) => self.current = Some(file),
                    None => return Ok(None),
                }
                continue;
            };
            let step = file.table.advance().map_err(|cause| {
                let Opened { input, .. } = &*file;
                let row = self.row + 1;
                Failure::new(Exit::Invalid, format!("{input} row {row}: the file cannot be read on"))
                    .because(cause)
                    .hint("mend the file and replay it again: in original time the same rows are the same events")
            })?;
            if step == Step::End {
                self.current = None;
                continue;
            }
            self.row += 1;
            return Ok(Some(step));
        }
    }
}

impl Source for Replay {
    fn next(&mut self) -> anyhow::Result<Option<Item<'_>>> {
        if self.left == 0 {
            return Ok(None);
        }
        let Some(step) = self.advance()? else { return Ok(None) };
        self.left -= 1;
        let file = self.current.as_ref().context("a row without a file")?;
        let cause = match (step, &file.bound) {
            (Step::Unreadable(why), _) => Cause::Unreadable(why),
            (_, None) => Cause::Unreadable("the row has no columns".to_owned()),
            (_, Some(bound)) => {
                bound.read(&*file.table, &mut self.sale, &mut self.mistakes);
                if self.mistakes.is_empty() {
                    return Ok(Some(Item::Sale(&mut self.sale)));
                }
                Cause::Contract(std::mem::take(&mut self.mistakes))
            }
        };
        let has_id = matches!(&cause, Cause::Contract(_)) && !self.sale.event_id.is_empty();
        Ok(Some(Item::Refused(Refusal {
            origin: Origin { file: file.name.clone(), row: self.row },
            cause,
            event_id: has_id.then(|| self.sale.event_id.clone()),
            row: file.table.row_json(),
        })))
    }

    fn size(&self) -> Option<u64> {
        self.size
    }
}
