//! `connect-register` against real workers: of each Kafka that the kit has, two workers in one group.
//! Each law is a function; a version boots once, and all laws are held on it, one after the other,
//! each with connectors of its own names. `REGISTER_LAW=words` holds only laws with these words,
//! `one|other` those with either.
//!
//! `PIPELINE_SINK=debezium` asks for the stand-in where the stock sink is at hand. Nothing is skipped:
//! where a part or a program is missing the tests fail and say so.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on panics")]

mod cluster;
mod declare;
mod operate;
mod templates;
mod workers;

use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use cluster::Cluster;
use declare::{commands, outages, sets, tools};
use operate::{failures, healing, loggers, looks, moves, offsets, states};

/// A law, and its name.
type Law = (&'static str, fn(&mut Cluster));

const LAWS: [Law; 25] = [
    ("a template is validated by the worker before anything is sent", commands::validation),
    ("a plan tells what an apply does, and what is as declared is not written", commands::plan_and_apply),
    ("the key that remembers what was applied changes nothing", commands::the_key_that_remembers),
    ("a follower takes what is meant for the leader", commands::through_a_follower),
    ("a status tells of all connectors, whoever declared them", commands::status),
    ("prune deletes what is declared no more, and nobody else's", sets::prune),
    ("a set of which one does not run is as it was before", sets::atomic),
    ("a saved plan is applied once", sets::saved_plan),
    ("equal workers give equal records, and templates are checked by them", tools::record),
    ("what is exported is what runs", tools::exported),
    ("what is imported gets one key more", tools::imported),
    ("a connector is brought into the declared state, and ignored keys are left to others", tools::states),
    ("what the default policy forbids is never sent", tools::policy),
    ("an apply gets through a rolling restart", outages::rolling_restart),
    ("an apply gets through the death of the leader", outages::death_of_the_leader),
    ("what is told of a connector is what its worker says", looks::connectors),
    ("loggers are told, and set on one worker or on all", loggers::told_and_set),
    ("what is paused, resumed or stopped is so when the program ends", states::pause_resume_stop),
    ("only what is named is restarted, and has started anew when the program ends", states::restart),
    ("what is deleted is gone, and its offsets only where that is said", states::delete),
    ("what has failed is explained, and brought back once the cause is mended", failures::explained_and_brought_back),
    ("what is set, shifted or reset is read again, and nothing else", offsets::set_shift_reset),
    ("a moment and a file tell where it goes on", offsets::moments_and_files),
    ("what has failed is watched over and comes back by itself", healing::comes_back),
    ("what only waits for a worker is not restarted by who watches", healing::left_alone),
];

/// Laws of moves to another cluster, which takes Kafka 3.7: they are held on one that can do it.
const MOVES: [Law; 2] = [
    ("what is moved under load lands whole, and never runs on both clusters", moves::under_load),
    ("what cannot be moved goes on as before", moves::taken_back),
];

/// And on one that cannot.
const NO_MOVES: [Law; 1] = [("what cannot be made stopped is not moved", moves::to_what_is_too_old)];

/// One version at a time: three of them at once are more than a small machine can take.
static TURN: Mutex<()> = Mutex::new(());

fn all_laws_hold(version: &str, more: &[Law]) {
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    let begin = Instant::now();
    let mut cluster = Cluster::boot(version);
    eprintln!("Kafka {version}: two workers after {:.1} s", begin.elapsed().as_secs_f64());
    let only = std::env::var("REGISTER_LAW").unwrap_or_default();
    for (name, law) in LAWS.iter().chain(more).filter(|(name, _)| only.split('|').any(|words| name.contains(words))) {
        let begin = Instant::now();
        eprintln!("Kafka {version}: {name} …");
        law(&mut cluster);
        cluster.clear();
        eprintln!("Kafka {version}: {name}: {:.1} s", begin.elapsed().as_secs_f64());
    }
    cluster.end();
}

#[test]
fn all_laws_hold_on_kafka_3_6() {
    all_laws_hold("3.6", &NO_MOVES);
}

#[test]
fn all_laws_hold_on_kafka_3_9() {
    all_laws_hold("3.9", &MOVES);
}

#[test]
fn all_laws_hold_on_kafka_4_3() {
    all_laws_hold("4.3", &[]);
}
