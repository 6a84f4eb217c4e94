//! The section of docs/benchmarks.md that tells what the simulation tried, written with what writes the
//! other sections.

use std::path::Path;

use crate::bugs;
use crate::catches::Catch;
use crate::figures::Figures;
use crate::report::{load, machine, table, write};
use crate::world::faults::{CELLS, Kind};

/// What was tried beside the seeds.
#[derive(Debug)]
pub(crate) struct Others {
    /// Deaths of processes, at every request in turn.
    pub(crate) deaths: u64,
    pub(crate) catches: Vec<Catch>,
    pub(crate) over_sockets: String,
    /// Offsets transactions, moves, restarts and deletions, and how many planted bugs were caught there.
    pub(crate) procedures: String,
}

/// What many seeds have tried, as rows of a table.
fn rows(figures: &Figures) -> Vec<Vec<String>> {
    let count = |of: u64| grouped(of);
    let rate = u128::from(figures.seeds) * 1000 / figures.took.as_millis().max(1);
    let rows = [
        ("seeds", count(figures.seeds)),
        ("virtual time", format!("{} hours", count(figures.virtual_time.as_secs() / 3600))),
        ("took", format!("{:.0} s on all processors, {rate} seeds a second", figures.took.as_secs_f64())),
        ("requests", count(figures.requests)),
        ("of them with a fault", count(figures.faults())),
        ("faults × requests hit", format!("{} of {}", figures.cells_hit(), CELLS.len())),
        ("pairs of faults hit in one run", format!("{} of {}", figures.kind_pairs_hit(), Figures::kind_pairs())),
        (
            "pairs of faults × requests hit in one run",
            format!("{} of {}", count(figures.cell_pairs_hit() as u64), count(Figures::cell_pairs() as u64)),
        ),
        ("runs in which a process was killed by chance", count(figures.deaths)),
        ("applies taken back", count(figures.rolled_back)),
        ("effects on connectors", count(figures.effects)),
        ("of them late: after an answer that told nothing", count(figures.late)),
        ("of them superfluous, each excused by a late one or a race", count(figures.redundant)),
        ("runs that broke a law", count(figures.bad)),
    ];
    rows.into_iter().map(|(what, figure)| vec![what.to_owned(), figure]).collect()
}

/// What many seeds have tried, in a table.
pub(crate) fn told(figures: &Figures) -> String {
    table(&["what", "figure"], &rows(figures))
}

/// The section as Markdown.
pub(crate) fn section(figures: &Figures, others: &Others) -> String {
    let count = |of: u64| grouped(of);
    let latest = others.catches.iter().map(|catch| catch.seed).max().unwrap_or_default();
    let (caught, within) = (others.catches.len(), count(latest + 1));
    let more = [
        ("processes killed at each request in turn, before and after it", count(others.deaths)),
        ("planted bugs caught", format!("{caught} of {}, each within {within} seeds", bugs::all().count())),
        ("over sockets", others.over_sockets.clone()),
        ("procedures: states, restarts, offsets, deletions, moves", others.procedures.clone()),
    ];
    let more = more.into_iter().map(|(what, figure)| vec![what.to_owned(), figure]);
    let rows: Vec<Vec<String>> = rows(figures).into_iter().chain(more).collect();
    let faults: Vec<Vec<String>> =
        Kind::ALL.into_iter().map(|kind| vec![kind.word().to_owned(), count(figures.of_kind(kind))]).collect();
    let catch = |catch: &Catch| {
        vec![catch.name.to_owned(), catch.what.to_owned(), catch.law.sentence().to_owned(), count(catch.seed)]
    };
    let catches: Vec<Vec<String>> = others.catches.iter().map(catch).collect();
    format!(
        "{}\n{}\n{}\nRepeat with `make simulate SEEDS={}`. Measured on {} ({} at the end).\n",
        table(&["what", "figure"], &rows),
        table(&["fault", "times"], &faults),
        table(&["planted bug", "what it is", "law that it breaks first", "seed"], &catches),
        figures.seeds,
        machine(),
        load(),
    )
}

/// Writes the section into a document.
pub(crate) fn keep(document: &Path, figures: &Figures, others: &Others) {
    write(document, "simulation", &section(figures, others)).expect("the figures cannot be kept");
}

/// A number with its thousands apart.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let group = |(place, digit): (usize, char)| {
        let is_first = place > 0 && (digits.len() - place).is_multiple_of(3);
        is_first.then_some(',').into_iter().chain([digit])
    };
    digits.chars().enumerate().flat_map(group).collect()
}

#[test]
fn thousands_are_told_apart() {
    assert_eq!([0, 999, 1000, 1_234_567].map(grouped), ["0", "999", "1,000", "1,234,567"]);
}
