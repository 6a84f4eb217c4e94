//! What a known failure is recognised by.

use super::super::trace::Thrown;

/// Something that a trace has.
#[derive(Clone, Copy, Debug)]
pub enum Clue {
    /// An exception of this class was thrown, whatever its package.
    Class(&'static str),
    /// A message says this.
    Says(&'static str),
    /// A message says one of these.
    SaysAny(&'static [&'static str]),
    /// It was thrown in this class.
    In(&'static str),
}

impl Clue {
    /// Whether a trace has it.
    pub fn holds(&self, thrown: &[Thrown<'_>]) -> bool {
        let says = |text: &str| thrown.iter().any(|it| it.message.contains(text));
        match self {
            Self::Class(class) => thrown.iter().any(|it| it.short_class() == *class),
            Self::Says(text) => says(text),
            Self::SaysAny(texts) => texts.iter().any(|text| says(text)),
            Self::In(class) => thrown.iter().flat_map(|it| &it.frames).any(|frame| frame.contains(class)),
        }
    }
}
