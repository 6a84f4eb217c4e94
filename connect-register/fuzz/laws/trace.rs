//! Any text as a stack trace: it is read, explained or not, compared and told in a line, and none of that
//! can drive a terminal.

use connect_register::core::explain::explain;
use connect_register::core::health::root_cause;
use connect_register::core::{Ailment, plain, trace};

use super::is_fit_to_be_shown;

pub(crate) fn hold(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let thrown = trace::read(&text);
    assert!(!thrown.is_empty(), "a trace has one entry at least");
    for thrown in &thrown {
        assert!(thrown.frames.iter().all(|frame| frame.ends_with(')')), "a frame ends with its place");
        assert!(!thrown.first_line().contains('\n') && text.contains(thrown.class), "a class stands in the trace");
    }
    let explained = explain(&text);
    let again = explain(&text);
    assert_eq!(explained.failure.map(|it| it.id), again.failure.map(|it| it.id), "equal traces are explained alike");
    if let Some(place) = explained.place() {
        is_fit_to_be_shown(&plain::line(place));
    }
    let cause = root_cause(&text);
    is_fit_to_be_shown(&cause);
    assert!(!cause.contains('\n'), "a cause is told in a line");
    let ailment = Ailment::of_trace(&text);
    is_fit_to_be_shown(&ailment.to_string());
    assert_eq!(ailment, Ailment::of_trace(&text), "the same failure is the same one");
    is_fit_to_be_shown(&plain::text(&text));
}
