//! What is found on the way beside documents: mistakes, which stop everything, and notes, which are
//! told and stop nothing.

use crate::core::Mistake;

/// Mistakes and notes, in the order in which they were found.
#[derive(Clone, Debug, Default)]
pub struct Findings {
    /// What is wrong.
    pub mistakes: Vec<Mistake>,
    /// What was left out or is taken in another way than some would expect.
    pub notes: Vec<Mistake>,
}

impl Findings {
    /// Adds a mistake.
    pub fn mistake(&mut self, mistake: Mistake) {
        self.mistakes.push(mistake);
    }

    /// Adds a note.
    pub fn note(&mut self, note: Mistake) {
        self.notes.push(note);
    }
}
