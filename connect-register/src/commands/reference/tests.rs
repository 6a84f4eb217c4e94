use clap::Parser;

use super::*;
use crate::commands::Cli;

const PAGE: &str = include_str!("../../../../docs/reference/connect-register.md");

/// A command and all below it.
fn all(command: &Command) -> Vec<&Command> {
    let mut found = vec![command];
    below(command).for_each(|below| found.extend(all(below)));
    found
}

/// Every example of every command, and those below all help.
fn every_example() -> Vec<(String, String)> {
    let root = built();
    let mut found = Vec::new();
    for command in all(&root) {
        let texts = [command.get_about(), command.get_long_about(), command.get_after_help()];
        for text in texts.into_iter().flatten().map(ToString::to_string) {
            found.extend(examples::apart(&text).1.into_iter().map(|line| (name(command).to_owned(), line)));
        }
    }
    found
}

#[test]
fn the_reference_is_what_the_code_says() {
    let written = markdown::write(&built());
    if std::env::var_os("UPDATE_REFERENCE").is_some() {
        let page = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/reference/connect-register.md");
        fs::write(page, &written).unwrap();
        return;
    }
    let differs = written.lines().zip(PAGE.lines()).find(|(now, page)| now != page);
    assert!(
        written == PAGE,
        "`connect-register reference > docs/reference/connect-register.md` brings it up to date: {differs:?}"
    );
}

#[test]
fn every_example_is_a_command_line_that_is_understood() {
    let examples = every_example();
    assert!(examples.len() > 40, "they are not found any more: {examples:?}");
    for (command, example) in examples {
        let words = examples::words(&example).unwrap_or_else(|| panic!("{command}: {example}: a quote is open"));
        // Before it stand what is set for it alone, and what it is given.
        let words: Vec<_> = words.iter().skip_while(|word| *word != "connect-register").collect();
        assert!(!words.is_empty(), "{command}: {example}");
        if let Err(error) = Cli::try_parse_from(words) {
            panic!("{command}: {example}: {error}");
        }
    }
}

#[test]
fn every_command_that_does_something_has_an_example_of_itself() {
    let root = built();
    for command in all(&root).into_iter().skip(1).filter(|command| below(command).next().is_none()) {
        let help =
            command.get_long_about().or_else(|| command.get_about()).map(ToString::to_string).unwrap_or_default();
        let (_, examples) = examples::apart(&help);
        assert!(examples.iter().any(|example| example.contains(name(command))), "{} has none: {help}", name(command));
    }
}

#[test]
fn every_command_has_a_man_page() {
    let folder = tempfile::tempdir().unwrap();
    let root = built();
    let count = pages(&root, folder.path()).unwrap();
    assert_eq!(count, all(&root).len());
    let page = fs::read_to_string(folder.path().join("connect-register-plugins-list.1")).unwrap();
    assert!(page.contains(".TH CONNECT-REGISTER-PLUGINS-LIST 1") && page.contains("\\-\\-type"), "{page}");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), count);
}

#[test]
fn examples_are_told_from_what_stands_around_them() {
    let help = "One\ntwo\n\nthree\n\nExample: connect-register get\n\nExample: `connect-register get -o 'a b' > x`";
    let (texts, found) = examples::apart(help);
    assert_eq!(texts, ["One two", "three"]);
    assert_eq!(found, ["connect-register get", "connect-register get -o 'a b' > x"]);
    assert_eq!(examples::words(&found[1]).unwrap(), ["connect-register", "get", "-o", "a b"]);
}
