//! The figures of declaring connectors as Markdown.

use super::super::figures::Spread;
use super::super::measured::Measured;
use super::super::report::{self, table};
use super::{Calm, Contender, Figures, Foul, Load, Register, Series};

/// The figures as Markdown.
pub fn report(figures: &Register, load: &Load, command: &str) -> String {
    let Register { contenders, commands, nothing, size, few } = figures;
    let calm = table(
        &["", "first apply, s", "requests", "writes", "again, s", "requests", "writes", "peak memory, MB"],
        &contenders.iter().filter_map(|f| Some(calm_row(&f.contender, f.calm.as_ref()?))).collect::<Vec<_>>(),
    );
    let others = table(
        &["connect-register", "s", "requests", "peak memory, MB"],
        &commands.iter().map(|(name, series)| other_row(name, series)).collect::<Vec<_>>(),
    );
    let foul = table(
        &["", "there in the end", "exit code", "s", "requests", "configurations written", "written once too often"],
        &contenders.iter().map(|figures| foul_row(figures, *few)).collect::<Vec<_>>(),
    );
    let how: Vec<String> = contenders
        .iter()
        .filter_map(|figures| Some(format!("- {}: {}.\n", figures.contender.name(), figures.contender.how()?)))
        .collect();
    let absent = if load.kcctl.is_none() { "kcctl was not at hand (`KCCTL_JAR`).\n" } else { "" };
    format!(
        "{} connectors, one after the other in the same run, on an imitated Connect over real sockets in which no \
         connector runs: what the tools cost, and not what Connect costs. Median (least–most) of {} runs; \
         requests and writes are those of the last run, memory is the largest resident set of any one process \
         ({:.1} MB for `true`, measured alike). *Again* applies the same templates once more, where nothing differs.\n\n\
         {calm}\n\
         What else `connect-register` does with them; the program is {:.1} MB on disk:\n\n{others}\n\
         A first apply of {few} connectors while {:.0} % of the requests go wrong (seed {}): 409s of a rebalance, \
         500s that pass, time out or land late, stalls, cut answers, HTML, lost answers, the answer of another \
         request, changes of leaders:\n\n{foul}\n\
         {}{absent}\n\
         Repeat with `{command}`. Measured on {} ({} at the end).\n",
        load.connectors,
        load.runs,
        nothing.peak_mb(),
        megabytes(*size),
        load.share * 100.0,
        load.seed,
        how.concat(),
        report::machine(),
        report::load(),
    )
}

fn calm_row(contender: &Contender, calm: &Calm) -> Vec<String> {
    let Calm { first, again } = calm;
    let peak = first.runs.iter().chain(&again.runs).map(Measured::peak_mb);
    vec![
        contender.name(),
        seconds(first),
        first.tally.requests.to_string(),
        first.tally.writes.to_string(),
        seconds(again),
        again.tally.requests.to_string(),
        again.tally.writes.to_string(),
        Spread::of(peak).map_or_else(|| "-".to_owned(), |peak| format!("{:.1}", peak.most)),
    ]
}

fn other_row(name: &str, series: &Series) -> Vec<String> {
    let peak = Spread::of(series.runs.iter().map(Measured::peak_mb));
    vec![
        format!("`{name}`"),
        seconds(series),
        series.tally.requests.to_string(),
        peak.map_or_else(|| "-".to_owned(), |peak| format!("{:.1}", peak.most)),
    ]
}

fn foul_row(figures: &Figures, few: usize) -> Vec<String> {
    let Foul { run, tally, there } = &figures.foul;
    let twice: u64 = tally.effects_of.values().map(|count| count.saturating_sub(1)).sum();
    vec![
        figures.contender.name(),
        format!("{there} of {few}"),
        run.exit.map_or_else(|| "signal".to_owned(), |code| code.to_string()),
        format!("{:.1}", run.seconds),
        tally.requests.to_string(),
        tally.effects.to_string(),
        twice.to_string(),
    ]
}

fn seconds(series: &Series) -> String {
    let spread = Spread::of(series.runs.iter().map(|run| run.seconds));
    spread.map_or_else(|| "-".to_owned(), |spread| format!("{spread:.3}"))
}

fn megabytes(bytes: u64) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "no program has 2^53 bytes")]
    let bytes = bytes as f64;
    bytes / 1e6
}
