//! A Java stack trace, read: what was thrown, what caused it, and where. Traces of others are cut, very long
//! or something else altogether; whatever it is, reading it takes time in proportion to its length.

/// One exception of a trace: the outermost first, then what caused it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Thrown<'a> {
    /// The class by its full name; empty where the text names none.
    pub class: &'a str,
    /// What it says, which may have several lines.
    pub message: String,
    /// Where: `org.x.Y.z(Y.java:12)`.
    pub frames: Vec<&'a str>,
}

impl Thrown<'_> {
    /// The class without its package.
    pub fn short_class(&self) -> &str {
        self.class.rsplit(['.', '$']).next().unwrap_or(self.class)
    }

    /// What it says, in one line.
    pub fn first_line(&self) -> &str {
        self.message.lines().next().unwrap_or_default()
    }
}

/// What stands before what caused another one.
const CAUSED: &str = "Caused by: ";

/// Reads a trace. There is one entry at least, which is empty where the text is.
pub fn read(trace: &str) -> Vec<Thrown<'_>> {
    let mut all: Vec<Thrown<'_>> = Vec::new();
    for line in trace.lines() {
        let text = line.trim();
        let begins = text.strip_prefix(CAUSED);
        match all.last_mut() {
            Some(thrown) if begins.is_none() => {
                if let Some(frame) = text.strip_prefix("at ").filter(|frame| frame.ends_with(')')) {
                    thrown.frames.push(frame);
                } else if !is_left_out(text) && thrown.frames.is_empty() {
                    thrown.message.push('\n');
                    thrown.message.push_str(text);
                }
            }
            // An empty line before the first exception.
            None if text.is_empty() => {}
            _ => all.push(thrown(begins.unwrap_or(text))),
        }
    }
    if all.is_empty() {
        all.push(Thrown::default());
    }
    for thrown in &mut all {
        let length = thrown.message.trim_end().len();
        thrown.message.truncate(length);
    }
    all
}

/// `... 12 more`, which stands for frames that were told already.
fn is_left_out(text: &str) -> bool {
    text.strip_prefix("... ").is_some_and(|rest| rest.ends_with(" more"))
}

/// `org.x.YException: what it says`; the message may be absent.
fn thrown(text: &str) -> Thrown<'_> {
    let (class, message) = text.split_once(": ").unwrap_or((text.trim_end_matches(':'), ""));
    let is_class = class.contains('.') && class.chars().all(|c| c.is_alphanumeric() || matches!(c, '.' | '_' | '$'));
    let (class, message) = if is_class { (class, message) } else { ("", text) };
    Thrown { class, message: message.to_owned(), frames: Vec::new() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const TRACE: &str = "org.a.ConnectException: Exiting WorkerSinkTask due to unrecoverable exception.\n\
                         \tat org.a.B.c(B.java:1)\n\tat org.a.B.d(B.java:2)\n\
                         Caused by: java.sql.SQLException: first\nsecond: line\n\n\
                         \tat x.Y.z(Y.java:3)\n\t... 10 more\n\
                         Caused by: org.a.Bare\n\tat x.Y.z(Native Method)\n";

    #[test]
    fn what_was_thrown_and_what_caused_it_are_told_apart() {
        let all = read(TRACE);
        let told: Vec<_> = all.iter().map(|it| (it.class, it.message.as_str(), it.frames.len())).collect();
        assert_eq!(
            told,
            [
                ("org.a.ConnectException", "Exiting WorkerSinkTask due to unrecoverable exception.", 2),
                ("java.sql.SQLException", "first\nsecond: line", 1),
                ("org.a.Bare", "", 1),
            ]
        );
        assert_eq!((all[1].short_class(), all[1].first_line()), ("SQLException", "first"));
    }

    #[test]
    fn what_is_no_trace_is_a_message() {
        assert_eq!(read(""), [Thrown::default()]);
        assert_eq!(read("it broke: badly")[0].message, "it broke: badly");
        assert_eq!(read("\n\n a.B\n")[0].class, "a.B");
    }

    proptest! {
        #[test]
        fn no_text_is_too_odd(text: String) {
            let behind = TRACE.to_owned() + &text;
            prop_assert!(!read(&text).is_empty() && !read(&behind).is_empty());
        }
    }
}
