//! The lifeline: the supervisor's standard input, held open by the program that leased the stack.
//! Its end, however that program ends, stops the stack; its lines are orders for single parts.

use tokio::io::{AsyncBufReadExt, BufReader, Lines, Stdin};

/// What the holder of the lifeline asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Order {
    /// Start this part again.
    Start(String),
    /// Stop this part and leave it so.
    Stop(String),
}

impl Order {
    /// The line for it.
    pub(crate) fn line(&self) -> String {
        match self {
            Self::Start(part) => format!("start {part}\n"),
            Self::Stop(part) => format!("stop {part}\n"),
        }
    }

    fn parse(line: &str) -> Option<Self> {
        match line.split_once(' ')? {
            ("start", part) => Some(Self::Start(part.to_owned())),
            ("stop", part) => Some(Self::Stop(part.to_owned())),
            _ => None,
        }
    }
}

/// The supervisor's end of the lifeline.
pub(super) struct Lifeline(Option<Lines<BufReader<Stdin>>>);

impl Lifeline {
    /// Holds the standard input, or nothing.
    pub(super) fn new(held: bool) -> Self {
        Self(held.then(|| BufReader::new(tokio::io::stdin()).lines()))
    }

    /// The next order; `None` when the lifeline was cut. Without a lifeline it never returns.
    pub(super) async fn next(&mut self) -> Option<Order> {
        let Some(lines) = &mut self.0 else { return std::future::pending().await };
        // What cannot be read is as good as cut.
        while let Ok(Some(line)) = lines.next_line().await {
            let order = Order::parse(&line);
            if order.is_some() {
                return order;
            }
            tracing::warn!(line, "this is no order");
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_order_is_read_as_it_was_written() {
        for order in [Order::Start("connect-2".into()), Order::Stop("postgres".into())] {
            assert_eq!(Order::parse(order.line().trim_end()), Some(order));
        }
        assert_eq!(Order::parse("dance kafka"), None);
        assert_eq!(Order::parse(""), None);
    }
}
