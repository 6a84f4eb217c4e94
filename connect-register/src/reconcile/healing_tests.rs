use super::*;
use crate::core::TaskStatus;

const MINUTE: Duration = Duration::from_mins(1);
const LOST: &str = "java.net.ConnectException: Connection refused";
const BROKEN: &str = "x.DataException: no schema in record 12";

/// A connector that is looked at every ten seconds, and restarted whenever that is due.
struct Patient {
    healing: Healing,
    policy: HealingPolicy,
    now: Time,
    /// When it was restarted, in minutes, and what of it.
    restarts: Vec<(u64, Part)>,
    troubles: Vec<&'static str>,
    config: ObservedConfig,
}

impl Patient {
    fn new(policy: HealingPolicy) -> Self {
        Self {
            healing: Healing::default(),
            policy,
            now: Time::ZERO,
            restarts: Vec::new(),
            troubles: Vec::new(),
            config: ObservedConfig::new(),
        }
    }

    /// So many minutes in which it shows this.
    fn shows(&mut self, minutes: u64, state: State, tasks: &[(State, &str)]) {
        let end = self.now + MINUTE * u32::try_from(minutes).unwrap();
        let task = |(id, (state, trace)): (u32, &(State, &str))| TaskStatus {
            id,
            state: state.clone(),
            worker: "w".to_owned(),
            trace: Some((*trace).to_owned()),
        };
        let tasks = (0..).zip(tasks).map(task).collect();
        let status = ConnectorStatus { kind: "sink".to_owned(), state, worker: "w".to_owned(), trace: None, tasks };
        let observed = Observed { config: self.config.clone(), status: Some(status) };
        let verdict = Verdict::of(observed.status.as_ref());
        while self.now < end {
            let (now, observed) = (self.now, Some(&observed));
            self.healing.look(Seen { now, asked: now, observed, verdict: &verdict, is_to_run: true }, &self.policy);
            let word = self.healing.trouble().map_or("well", Trouble::word);
            if self.troubles.last() != Some(&word) {
                self.troubles.push(word);
            }
            if let Some((_, of)) = self.healing.due().filter(|(at, _)| *at <= now) {
                self.healing.restarted(now, of);
                self.restarts.push((now.as_secs() / 60, of));
            }
            self.now += Duration::from_secs(10);
        }
    }

    fn fails(&mut self, minutes: u64, trace: &str) {
        self.shows(minutes, State::Running, &[(State::Failed, trace)]);
    }

    fn runs(&mut self, minutes: u64) {
        self.shows(minutes, State::Running, &[(State::Running, "")]);
    }

    fn minutes(&self) -> Vec<u64> {
        self.restarts.iter().map(|(minute, _)| *minute).collect()
    }
}

#[test]
fn restarts_follow_strimzis_schedule_and_then_it_is_given_up() {
    let policy = HealingPolicy::default();
    let pauses: Vec<_> = (0..10).map(|n| policy.pause(n).as_secs() / 60).collect();
    assert_eq!(pauses, [0, 2, 6, 12, 20, 30, 42, 56, 60, 60]);
    let mut patient = Patient::new(policy);
    patient.fails(600, LOST);
    assert_eq!(patient.minutes(), [0, 2, 8, 20, 40, 70, 112]);
    assert_eq!(patient.troubles, ["well", "given_up"]);
    assert_eq!(patient.healing.trouble().unwrap().to_string(), "gave up after 7 restarts");
}

#[test]
fn without_a_limit_it_goes_on_once_an_hour() {
    let mut patient = Patient::new(HealingPolicy { most: None, ..HealingPolicy::default() });
    patient.fails(350, LOST);
    assert_eq!(patient.minutes(), [0, 2, 8, 20, 40, 70, 112, 168, 228, 288, 348]);
}

#[test]
fn what_was_given_up_and_runs_again_or_is_changed_has_a_new_beginning() {
    let policy = HealingPolicy { most: Some(1), ..HealingPolicy::default() };
    for is_changed in [false, true] {
        let mut patient = Patient::new(policy);
        patient.fails(60, LOST);
        assert_eq!((patient.minutes(), patient.troubles.pop()), (vec![0], Some("given_up")));
        if is_changed {
            patient.config.insert("k".to_owned(), "v".to_owned());
        } else {
            // Somebody restarts it.
            patient.shows(1, State::Running, &[(State::Restarting, "")]);
            patient.runs(1);
        }
        patient.fails(1, LOST);
        assert_eq!(patient.restarts.len(), 2, "{is_changed}");
    }
}

#[test]
fn a_mask_is_no_change_of_a_configuration() {
    let mut patient = Patient::new(HealingPolicy { most: Some(1), ..HealingPolicy::default() });
    for value in ["secret", "••••", "secret", "••••"] {
        patient.config = [("password".to_owned(), value.to_owned())].into();
        patient.fails(10, LOST);
    }
    assert_eq!(patient.minutes(), [0]);
}

#[test]
fn what_runs_for_a_while_begins_anew_and_what_runs_only_for_a_moment_does_not() {
    for (minutes, expected) in [(3, [0, 3, 9]), (11, [0, 11, 22])] {
        let mut patient = Patient::new(HealingPolicy::default());
        for _ in 0..3 {
            patient.fails(1, LOST);
            patient.runs(minutes - 1);
        }
        patient.fails(5, LOST);
        let restarts = patient.minutes();
        assert_eq!(restarts[..3], expected, "{minutes}");
    }
}

#[test]
fn what_fails_the_same_way_three_times_is_left_alone_but_for_once_an_hour() {
    let mut patient = Patient::new(HealingPolicy::default());
    for record in 0..300 {
        patient.fails(1, &format!("x.DataException: no schema in record {record}"));
    }
    assert_eq!(patient.minutes(), [0, 2, 62, 122, 182, 242]);
    assert_eq!(patient.troubles[..2], ["well", "same_failure"]);
    let told = patient.healing.trouble().unwrap().to_string();
    assert_eq!(told, "fails the same way after every restart: x.DataException: no schema in record #");
    patient.config.insert("k".to_owned(), "v".to_owned());
    patient.fails(1, BROKEN);
    assert_eq!(patient.minutes().last(), Some(&300));
}

#[test]
fn what_fails_in_another_way_each_time_keeps_the_schedule() {
    let mut patient = Patient::new(HealingPolicy::default());
    for minute in 0..60 {
        patient.fails(1, ["x.A: a", "x.B: b"][usize::from(minute >= 8)]);
    }
    assert_eq!(patient.minutes(), [0, 2, 8, 20]);
}

#[test]
fn a_view_of_before_a_restart_is_no_failure_after_it() {
    let mut patient = Patient::new(HealingPolicy { most: Some(1), ..HealingPolicy::default() });
    patient.fails(1, LOST);
    patient.runs(1);
    assert_eq!(patient.troubles, ["well"]);
}

#[test]
fn tasks_without_a_worker_are_told_after_the_delay_and_never_restarted() {
    let mut patient = Patient::new(HealingPolicy::default());
    patient.shows(5, State::Running, &[(State::Unassigned, "")]);
    assert_eq!(patient.troubles, ["well"]);
    patient.shows(60, State::Unassigned, &[(State::Unassigned, "")]);
    assert_eq!((patient.minutes(), patient.troubles.last()), (vec![], Some(&"unassigned")));
}

#[test]
fn what_has_failed_beside_tasks_without_a_worker_waits_for_the_rebalance() {
    let mut patient = Patient::new(HealingPolicy::default());
    patient.shows(8, State::Running, &[(State::Unassigned, ""), (State::Failed, LOST)]);
    assert_eq!(patient.minutes()[0], 5);
}

#[test]
fn what_runs_without_a_task_is_restarted_once() {
    let mut patient = Patient::new(HealingPolicy::default());
    patient.shows(600, State::Running, &[]);
    assert_eq!(patient.restarts, [(1, Part::Connector)]);
    assert_eq!(patient.troubles, ["well", "no_tasks"]);
    patient.runs(1);
    patient.shows(10, State::Running, &[]);
    assert_eq!(patient.restarts.len(), 2);
}

#[test]
fn what_runs_and_gets_nowhere_is_told_and_restarted_only_where_that_is_asked_for() {
    for (stalled, restarts) in [(Stalled::Told, vec![]), (Stalled::Restarted, vec![(1, Part::All)])] {
        let mut patient = Patient::new(HealingPolicy { stalled, ..HealingPolicy::default() });
        patient.runs(1);
        patient.healing.progressed(Some(Behind { age: MINUTE, lag: 7 }));
        patient.runs(60);
        assert_eq!((&patient.restarts, &*patient.troubles), (&restarts, &["well", "stalled"][..]));
        patient.healing.progressed(None);
        patient.runs(1);
        assert_eq!(patient.troubles.last(), Some(&"well"));
    }
}
