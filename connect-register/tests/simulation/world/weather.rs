//! What goes wrong when: by a script of faults that are to happen, or by chance.

use super::faults::{Cell, Kind, Phase, number};
use super::random::Random;

/// What goes wrong.
#[derive(Clone, Debug)]
pub(crate) enum Weather {
    Clear,
    /// Each of these once, at the first request of its phase.
    Script(Vec<Cell>),
    /// So many of a hundred requests, each with any fault that means something for it.
    Storm(u64),
    /// The same for every request, for ever.
    Hopeless(Kind),
}

/// What went wrong in a run.
#[derive(Clone, Debug, Default)]
pub(crate) struct Hits {
    /// The faults, by the numbers of their cells, in their order.
    pub(crate) cells: Vec<usize>,
    /// Whether one of them is such that giving up is right.
    pub(crate) is_giving_up_right: bool,
    pub(crate) is_anything_masked: bool,
}

impl Weather {
    /// What goes wrong with the next request of this phase.
    pub(crate) fn choose(&mut self, random: &mut Random, phase: Phase, hits: &mut Hits) -> Option<Kind> {
        let kind = match self {
            Self::Clear => None,
            Self::Script(cells) => {
                let place = cells.iter().position(|(_, of)| *of == phase);
                place.map(|place| cells.remove(place).0)
            }
            Self::Storm(percent) => random.percent(*percent).then(|| any_of(random, phase)),
            Self::Hopeless(kind) => Some(*kind),
        }?;
        hits.cells.push(number((kind, phase)));
        hits.is_giving_up_right |= kind.may_be_given_up();
        hits.is_anything_masked |= kind == Kind::Masked;
        Some(kind)
    }
}

fn any_of(random: &mut Random, phase: Phase) -> Kind {
    loop {
        let kind = *random.pick(&Kind::ALL);
        if kind.is_meaningful(phase) {
            return kind;
        }
    }
}
