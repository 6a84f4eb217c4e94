//! Each format and each form, with each mistake, as a person would meet them.

mod forms;
mod json;
mod limits;
mod properties;
mod resources;
mod round_trip;
mod yaml;

use super::*;

/// What is read of a file: its connectors with the place of every key, its mistakes, its notes.
fn told(name: &str, text: &str) -> String {
    let mut findings = Findings::default();
    let format = Format::of_name(name.as_ref()).unwrap();
    let documents = read(&name.into(), text, format, &mut findings);
    let mut lines = Vec::new();
    for document in &documents {
        let name = document.name.as_ref().map_or_else(|| "?".to_owned(), |name| shown(&name.scalar));
        let state = document.state.map_or_else(String::new, |state| format!(" {state}"));
        let ignored = document.ignored.patterns();
        let ignored = if ignored.is_empty() { String::new() } else { format!(" ignores {}", ignored.join(" ")) };
        lines.push(format!("{} {name}{state}{ignored}", document.place));
        lines.extend(document.config.iter().map(|m| format!("  {} {} = {}", m.place, m.key, shown(&m.scalar))));
    }
    lines.extend(findings.mistakes.iter().map(|mistake| format!("! {mistake}")));
    lines.extend(findings.notes.iter().map(|note| format!("- {note}")));
    lines.join("\n")
}

fn shown(scalar: &Scalar) -> String {
    match scalar {
        Scalar::Text(text) => format!("{text:?}"),
        Scalar::Literal(text) => text.clone(),
    }
}
