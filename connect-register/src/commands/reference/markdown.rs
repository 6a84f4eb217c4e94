//! The reference as Markdown: each command with what it is for, how it is called, its options and its
//! examples. Options that every command has stand once, at the top.

use std::fmt::Write;

use clap::{Arg, ArgAction, Command};

use super::{below, examples, name};

/// The reference of a command and of all below it.
pub(super) fn write(command: &Command) -> String {
    let mut text = String::new();
    // Writing to a string does not fail.
    let _ = page(&mut text, command);
    text
}

fn page(text: &mut String, root: &Command) -> std::fmt::Result {
    writeln!(text, "# {}\n", root.get_name())?;
    writeln!(text, "<!-- Made by `connect-register reference --markdown`; a test keeps it so. -->\n")?;
    body(text, root)?;
    if let Some(after) = root.get_after_help() {
        writeln!(text, "```text\n{}\n```\n", after.to_string().trim_end())?;
    }
    writeln!(text, "## Commands\n")?;
    list(text, root)?;
    writeln!(text)?;
    below(root).try_for_each(|command| section(text, command))?;
    text.truncate(text.trim_end().len());
    text.push('\n');
    Ok(())
}

/// Links to the commands below one.
fn list(text: &mut String, of: &Command) -> std::fmt::Result {
    for command in below(of) {
        let about = command.get_about().map(ToString::to_string).unwrap_or_default();
        writeln!(text, "- [`{}`](#{}): {}", name(command), name(command).replace(' ', "-"), escaped(&about))?;
    }
    Ok(())
}

fn section(text: &mut String, command: &Command) -> std::fmt::Result {
    writeln!(text, "## {}\n", name(command))?;
    body(text, command)?;
    if below(command).next().is_some() {
        list(text, command)?;
        writeln!(text)?;
        below(command).try_for_each(|command| section(text, command))?;
    }
    Ok(())
}

fn body(text: &mut String, command: &Command) -> std::fmt::Result {
    let help = command.get_long_about().or_else(|| command.get_about()).map(ToString::to_string).unwrap_or_default();
    let (paragraphs, examples) = examples::apart(&help);
    for paragraph in paragraphs {
        writeln!(text, "{}\n", escaped(&paragraph))?;
    }
    let usage = command.clone().render_usage().to_string();
    writeln!(text, "```text\n{}\n```\n", usage.trim().trim_start_matches("Usage: "))?;
    if !examples.is_empty() {
        writeln!(text, "```sh\n{}\n```\n", examples.join("\n"))?;
    }
    let is_root = !name(command).contains(' ');
    let is_shown = |arg: &&Arg| {
        let is_own = is_root || !arg.is_global_set();
        is_own
            && !arg.is_hide_set()
            && !matches!(
                arg.get_action(),
                ArgAction::Help | ArgAction::HelpLong | ArgAction::HelpShort | ArgAction::Version
            )
    };
    let shown: Vec<_> = command.get_arguments().filter(is_shown).collect();
    for arg in &shown {
        argument(text, arg)?;
    }
    if !shown.is_empty() {
        writeln!(text)?;
    }
    Ok(())
}

/// An item of a list: how an argument is written, what it is, and what it can be.
fn argument(text: &mut String, arg: &Arg) -> std::fmt::Result {
    write!(text, "- `{}`", written(arg))?;
    let help = arg.get_long_help().or_else(|| arg.get_help()).map(ToString::to_string).unwrap_or_default();
    let (paragraphs, _) = examples::apart(&help);
    let sentences: Vec<_> = paragraphs.iter().map(|paragraph| paragraph.trim_end_matches('.')).collect();
    write!(text, ": {}", escaped(&sentences.join(". ")))?;
    if arg.get_action().takes_values() {
        let values: Vec<_> = arg.get_possible_values().into_iter().filter(|value| !value.is_hide_set()).collect();
        let told = |value: &clap::builder::PossibleValue| match value.get_help() {
            Some(help) => format!("`{}` ({})", value.get_name(), escaped(&help.to_string())),
            None => format!("`{}`", value.get_name()),
        };
        if !values.is_empty() && values.len() < 30 {
            write!(text, "; one of {}", values.iter().map(told).collect::<Vec<_>>().join(", "))?;
        }
        let defaults: Vec<_> = arg.get_default_values().iter().map(|value| value.to_string_lossy()).collect();
        if !defaults.is_empty() {
            write!(text, "; by default `{}`", defaults.join(","))?;
        }
    }
    match arg.get_env() {
        Some(variable) => writeln!(text, "; also by `{}`", variable.to_string_lossy()),
        None => writeln!(text),
    }
}

fn written(arg: &Arg) -> String {
    let mut text = match (arg.get_short(), arg.get_long()) {
        (Some(short), Some(long)) => format!("-{short}, --{long}"),
        (Some(short), None) => format!("-{short}"),
        (None, Some(long)) => format!("--{long}"),
        (None, None) => String::new(),
    };
    if arg.get_action().takes_values() {
        let id = arg.get_id().as_str().to_uppercase();
        let names = arg.get_value_names().map_or(vec![id], |names| names.iter().map(ToString::to_string).collect());
        let names = names.iter().map(|name| format!("<{name}>")).collect::<Vec<_>>().join(" ");
        let several = if arg.is_positional() && matches!(arg.get_action(), ArgAction::Append) { "..." } else { "" };
        text = if text.is_empty() { format!("{names}{several}") } else { format!("{text} {names}") };
    }
    text
}

/// A help text, in which Markdown would take `<` and `*` for its own outside of code.
fn escaped(text: &str) -> String {
    let mut is_code = false;
    let mut out = String::new();
    for c in text.chars() {
        is_code ^= c == '`';
        if !is_code && matches!(c, '<' | '*' | '_' | '[' | ']') {
            out.push('\\');
        }
        out.push(c);
    }
    out
}
