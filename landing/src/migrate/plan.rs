//! What is to be run, as a value: the files beside what the database has recorded. Pure; running it
//! is `run`'s work.

use std::collections::BTreeMap;

use serde::Serialize;

use super::File;

/// What the database has recorded: names and checksums of the files that have run.
pub type History = BTreeMap<String, String>;

/// How a file stands to the database.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// It has never run.
    New,
    /// It has run, with another text: it is run again.
    Changed,
    /// It has run as it is.
    Unchanged,
    /// It has run with another text, and so have files that we do not have: a newer version was
    /// here, whose work is not to be undone.
    Left,
}

impl State {
    /// Whether the file is run.
    pub fn is_due(self) -> bool {
        match self {
            Self::New | Self::Changed => true,
            Self::Unchanged | Self::Left => false,
        }
    }
}

/// What is to be run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// The files in order, each with its state.
    pub files: Vec<(File, State)>,
    /// Files that the database has run and we do not have.
    pub unknown: Vec<String>,
}

impl Plan {
    /// Compares the files with the history.
    pub fn new(files: Vec<File>, history: &History) -> Self {
        let unknown: Vec<String> =
            history.keys().filter(|name| files.iter().all(|file| file.name != **name)).cloned().collect();
        let state = |file: &File| match history.get(&file.name) {
            None => State::New,
            Some(checksum) if *checksum == file.checksum => State::Unchanged,
            Some(_) if unknown.is_empty() => State::Changed,
            Some(_) => State::Left,
        };
        let files = files.into_iter().map(|file| (state(&file), file)).map(|(state, file)| (file, state)).collect();
        Self { files, unknown }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(name: &str, checksum: &str) -> File {
        File { name: name.to_owned(), sql: String::new(), checksum: checksum.to_owned() }
    }

    fn states(files: &[(&str, &str)], history: &[(&str, &str)]) -> (Vec<State>, Vec<String>) {
        let history = history.iter().map(|(n, c)| ((*n).to_owned(), (*c).to_owned())).collect();
        let plan = Plan::new(files.iter().map(|(n, c)| file(n, c)).collect(), &history);
        (plan.files.iter().map(|(_, state)| *state).collect(), plan.unknown)
    }

    #[test]
    fn an_empty_database_runs_all_and_a_second_time_nothing() {
        let files = [("00_a.sql", "1"), ("10_b.sql", "2")];
        assert_eq!(states(&files, &[]), (vec![State::New, State::New], vec![]));
        assert_eq!(states(&files, &files), (vec![State::Unchanged, State::Unchanged], vec![]));
    }

    #[test]
    fn a_changed_file_is_run_again_and_only_that() {
        let (states, unknown) =
            states(&[("00_a.sql", "9"), ("10_b.sql", "2")], &[("00_a.sql", "1"), ("10_b.sql", "2")]);
        assert_eq!((states, unknown), (vec![State::Changed, State::Unchanged], vec![]));
    }

    #[test]
    fn an_older_version_never_undoes_the_work_of_a_newer_one() {
        let (states, unknown) = states(&[("00_a.sql", "1")], &[("00_a.sql", "9"), ("10_b.sql", "2")]);
        assert_eq!((states, unknown), (vec![State::Left], vec!["10_b.sql".to_owned()]));
    }
}
