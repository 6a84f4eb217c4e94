//! The product's step and client in a simulated world: whatever fails, the end is what is declared,
//! and nothing is written that need not be. `docs/simulation.md` tells what is simulated and how a
//! seed is replayed.
#![expect(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that cannot go on has failed")]

mod bugs;
mod catches;
mod deaths;
mod figures;
mod procedures;
#[expect(unreachable_pub, reason = "it is the module of another crate, which writes the other figures with it")]
#[path = "../../../stack/src/bench/report.rs"]
mod report;
mod section;
mod seeds;
mod sockets;
mod world;

use std::path::Path;
use std::time::{Duration, Instant};

use bugs::Bug;
use figures::Figures;
use section::Others;
use world::faults::CELLS;
use world::run::run;
use world::scenario::Scenario;

/// The seeds of an ordinary test run.
const SEEDS: u64 = 20_000;
/// With so many, every fault of every request has met every other one.
const ALL_PAIRS: u64 = 1_000_000;
/// Those over sockets, each of which takes a hundred times as long.
const SOCKET_SEEDS: u64 = 24;
/// A planted bug that is not caught by then has found a hole.
const BUG_SEEDS: u64 = 2_000;

fn number(variable: &str) -> Option<u64> {
    std::env::var(variable).ok().map(|text| text.parse().expect("a number of seeds, or a seed"))
}

/// A run told from its beginning to its end, and whether it kept the laws.
fn told(seed: u64, bug: Bug) -> (String, bool) {
    let scenario = Scenario::of(seed);
    let outcome = run(&scenario, bug, true);
    let broken: Vec<_> = outcome.broken.iter().map(ToString::to_string).collect();
    (format!("seed {seed}: {scenario:?}\n{}\n{}", outcome.trace, broken.join("\n")), broken.is_empty())
}

/// All seeds; `SIMULATION_SEEDS` says how many, `SIMULATION_SEED` tells the trace of one, and with
/// `SIMULATION_FIGURES` the figures are kept in that document.
#[test]
fn whatever_fails_the_laws_are_kept() {
    if let Some(seed) = number("SIMULATION_SEED") {
        let (told, is_right) = told(seed, Bug::NONE);
        println!("{told}");
        assert!(is_right, "seed {seed} breaks a law");
        return;
    }
    let figures = Figures::of(number("SIMULATION_SEEDS").unwrap_or(SEEDS));
    if let Some((seed, broken)) = figures.broken.first_key_value() {
        println!("{}", told(*seed, Bug::NONE).0);
        for (seed, broken) in &figures.broken {
            println!("seed {seed}: {}", broken[0]);
        }
        panic!("{} of {} seeds break a law; {seed}: {}", figures.bad, figures.seeds, broken[0]);
    }
    println!("{}", section::told(&figures));
    if figures.seeds >= SEEDS {
        assert_eq!(figures.never_hit(), [], "a fault that never happens is a hole in the net");
        assert_eq!(figures.kind_pairs_hit(), Figures::kind_pairs(), "so is a pair of faults");
    }
    if let Ok(document) = std::env::var("SIMULATION_FIGURES") {
        let (deaths, broken) = deaths::all();
        let (catches, slipped) = catches::all(BUG_SEEDS);
        assert!(broken.is_empty() && slipped.is_empty(), "{broken:?} {slipped:?}");
        let procedures = procedures::Figures::of(figures.seeds);
        assert!(procedures.broken.is_empty(), "{:?}", procedures.broken);
        let procedures = format!("{}; {} planted bugs caught", procedures.told(), procedures::bugs::ALL.len());
        let others = Others { deaths, catches, over_sockets: over_sockets(), procedures };
        println!("{}", section::section(&figures, &others));
        section::keep(Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(document).as_path(), &figures, &others);
    }
    if figures.seeds >= ALL_PAIRS {
        assert_eq!(figures.cell_pairs_hit(), Figures::cell_pairs(), "every two faults of {} meet", CELLS.len());
    }
}

/// Procedures; `SIMULATION_PROCEDURE` tells the trace of one seed.
#[test]
fn whatever_fails_a_procedure_is_done_or_taken_back() {
    if let Some(seed) = number("SIMULATION_PROCEDURE") {
        let scenario = procedures::Scenario::of(seed);
        let outcome = procedures::run(&scenario, procedures::bugs::Bug::NONE, true);
        println!("seed {seed}: {scenario:?}\n{}\n{:?}", outcome.trace, outcome.broken);
        assert_eq!(outcome.broken, Vec::<String>::new(), "seed {seed}");
        return;
    }
    let figures = procedures::Figures::of(number("SIMULATION_SEEDS").unwrap_or(SEEDS));
    println!("{}", figures.told());
    for (seed, broken) in figures.broken.iter().take(20) {
        println!("seed {seed}: {broken}");
    }
    assert!(figures.broken.is_empty(), "{} laws are broken", figures.broken.len());
}

#[test]
fn every_bug_planted_into_procedures_is_caught() {
    for bug in procedures::bugs::ALL {
        let mut seeds = (0..BUG_SEEDS * 4).map(procedures::Scenario::of).filter(|scenario| scenario.kind == bug.kind);
        let caught = seeds.find(|scenario| !procedures::run(scenario, bug, false).broken.is_empty());
        let caught = caught.unwrap_or_else(|| panic!("the net has a hole: {}", bug.name));
        println!("{}: seed {}", bug.name, caught.seed);
    }
}

#[test]
fn every_request_may_be_the_last_one_of_a_process() {
    let (runs, broken) = deaths::all();
    assert!(runs > 1000, "there were only {runs} deaths");
    assert!(broken.is_empty(), "{} of {runs} deaths break a law:\n{}", broken.len(), broken[0]);
}

#[test]
fn every_planted_bug_is_caught() {
    let (catches, slipped) = catches::all(BUG_SEEDS);
    for catch in &catches {
        println!("{}: seed {}, {:?}", catch.name, catch.seed, catch.law);
    }
    assert!(slipped.is_empty(), "the net has holes: {slipped:?}");
    assert!(catches.len() >= 30, "{} are too few to try a net with", catches.len());
}

#[test]
fn equal_seeds_give_equal_traces() {
    for seed in 0..64 {
        assert_eq!(told(seed, Bug::NONE), told(seed, Bug::NONE), "seed {seed}");
    }
    for seed in 0..2 {
        assert_eq!(sockets::run(seed).trace, sockets::run(seed).trace, "seed {seed} over sockets");
    }
}

#[test]
fn over_a_network_that_fails_the_laws_are_kept() {
    println!("{}", over_sockets());
}

/// Runs seeds over sockets; what they were, in a line. `SIMULATION_SOCKET_SEED` tells the trace of one.
fn over_sockets() -> String {
    let one = number("SIMULATION_SOCKET_SEED");
    let seeds = one.map_or(0..number("SIMULATION_SOCKET_SEEDS").unwrap_or(SOCKET_SEEDS), |seed| seed..seed + 1);
    let (began, count) = (Instant::now(), seeds.end - seeds.start);
    let (mut requests, mut disturbances, mut time) = (0, 0, Duration::ZERO);
    for seed in seeds {
        let outcome = sockets::run(seed);
        if one.is_some() || !outcome.broken.is_empty() {
            println!("{}", outcome.trace);
        }
        assert!(outcome.broken.is_empty(), "seed {seed} over sockets breaks a law: {}", outcome.broken[0]);
        requests += outcome.requests;
        disturbances += outcome.disturbances;
        time += outcome.time;
    }
    let (hours, took) = (time.as_secs() / 3600, began.elapsed().as_secs_f64());
    format!(
        "{count} seeds, {hours} virtual hours, {requests} requests, {disturbances} disturbances of the network and of \
         hosts, in {took:.0} s"
    )
}
