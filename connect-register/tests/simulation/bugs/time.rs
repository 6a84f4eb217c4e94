//! Bugs of time: it sleeps too long, too short or past the end.

use std::time::Duration;

use connect_register::core::Class;
use connect_register::core::Fault;
use connect_register::reconcile::{Answer, Call, Event, Mode, Request, RestartPolicy, State};

use super::{Bug, Memory};

pub(super) const BUGS: [Bug; 9] = [
    Bug { requests: Some(loses_third_wake), ..Bug::named("lost-wake-up", "one of its wake-ups is lost") },
    Bug { event: Some(loses_fourth_answer), ..Bug::named("lost-answer", "one answer never reaches the step") },
    Bug {
        event: Some(|_, event| vec![forgets_write(event)]),
        ..Bug::named(
            "no-settle-after-write",
            "what it has just written is not remembered: a view of before is believed",
        )
    },
    Bug {
        policy: Some(|policy| {
            if let Mode::Apply { timeout, .. } = &mut policy.mode {
                *timeout = Duration::from_hours(100);
            }
        }),
        ..Bug::named("no-deadline", "--timeout is not looked at")
    },
    Bug { clock: Some(|since| since / 2), ..Bug::named("slow-clock", "its clock goes half as fast") },
    Bug {
        requests: Some(|_, _, now, requests| requests.into_iter().map(|request| hasty(now, request)).collect()),
        ..Bug::named("no-back-off", "it looks again at once, whatever it was told")
    },
    Bug { policy: Some(|policy| policy.parallel = 64), ..Bug::named("no-limit", "--parallel is not looked at") },
    Bug {
        event: Some(|_, event| vec![forgets_restart(event)]),
        ..Bug::named("restart-storm", "restarts do not get rarer")
    },
    Bug {
        policy: Some(|policy| {
            if let Mode::Watch { restarts, .. } = &mut policy.mode {
                *restarts = RestartPolicy::Never;
            }
        }),
        ..Bug::named("never-restarts", "what has failed stays so")
    },
];

fn loses_third_wake(memory: &mut Memory, _: &State, _: Duration, requests: Vec<Request>) -> Vec<Request> {
    let mut stays = |request: &Request| {
        let is_wake = matches!(request, Request::Wake(_));
        memory.count += u64::from(is_wake);
        !(is_wake && memory.count == 3)
    };
    requests.into_iter().filter(|request| stays(request)).collect()
}

fn loses_fourth_answer(memory: &mut Memory, event: Event) -> Vec<Event> {
    memory.count += 1;
    if memory.count == 4 { Vec::new() } else { vec![event] }
}

fn passing(call: Call) -> Event {
    let message = "forgotten".to_owned();
    Event::Answered(call, Err(Fault { class: Class::Transient, request: message.clone(), status: None, message }))
}

fn forgets_write(event: Event) -> Event {
    match event {
        Event::Answered(call, Ok(Answer::Written(_) | Answer::StateAsked)) => passing(call),
        other => other,
    }
}

fn forgets_restart(event: Event) -> Event {
    match event {
        Event::Answered(call, Ok(Answer::Restarted)) => passing(call),
        other => other,
    }
}

fn hasty(now: Duration, request: Request) -> Request {
    match request {
        Request::Wake(_) => Request::Wake(now),
        other => other,
    }
}
