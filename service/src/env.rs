//! Settings from the environment. Every mistake is collected, so that all of them are told at once
//! and not one per run; every secret may also come from a file named by `<NAME>_FILE`, as Docker and
//! Kubernetes hand them over, or from a command in `<NAME>_COMMAND`, as secret stores hand them out.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::path::Path;
use std::str::FromStr;
use std::time::Duration;

use crate::{Exit, Failure, Secret, secret_command};

/// How long a command may take that prints a secret. Somebody may have to touch a key.
const COMMAND_LIMIT: Duration = Duration::from_secs(30);

/// Reads settings and remembers what was wrong with them until [`Env::finish`].
#[derive(Debug, Default)]
pub struct Env {
    variables: BTreeMap<String, String>,
    mistakes: Vec<String>,
}

impl Env {
    /// The environment of this process. A variable that is not valid UTF-8 counts as a mistake when
    /// it is read.
    pub fn from_process() -> Self {
        let variables = std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.to_string_lossy().into_owned())))
            .collect();
        Self { variables, mistakes: Vec::new() }
    }

    /// An environment of given variables, for tests and for settings that came another way.
    pub fn from_pairs<N: Into<String>, V: Into<String>>(pairs: impl IntoIterator<Item = (N, V)>) -> Self {
        let variables = pairs.into_iter().map(|(name, value)| (name.into(), value.into())).collect();
        Self { variables, mistakes: Vec::new() }
    }

    /// The text of a variable; unset and empty are the same, as compose files make them.
    pub fn text(&self, name: &str) -> Option<String> {
        self.variables.get(name).filter(|value| !value.is_empty()).cloned()
    }

    /// The text of a variable, or a default.
    pub fn text_or(&self, name: &str, default: &str) -> String {
        self.text(name).unwrap_or_else(|| default.to_owned())
    }

    /// A variable that must be set.
    pub fn required(&mut self, name: &str) -> String {
        self.text(name).unwrap_or_else(|| {
            self.mistakes.push(format!("{name} is not set"));
            String::new()
        })
    }

    /// A variable parsed into `T`, or a default where it is not set.
    pub fn parsed_or<T>(&mut self, name: &str, default: T) -> T
    where
        T: FromStr,
        T::Err: Display,
    {
        let Some(text) = self.text(name) else { return default };
        text.parse().unwrap_or_else(|error| {
            self.mistakes.push(format!("{name}={text:?} cannot be read: {error}"));
            default
        })
    }

    /// A secret from `NAME`, from the file that `NAME_FILE` names, or from what the command line in
    /// `NAME_COMMAND` prints (one trailing line break is dropped). The command is run without a shell, has
    /// no standard input and half a minute, and has to end well. More than one of them set is a mistake,
    /// for nobody could tell which one counts.
    pub fn secret(&mut self, name: &str) -> Option<Secret> {
        let (file_name, command_name) = (format!("{name}_FILE"), format!("{name}_COMMAND"));
        match (self.text(name), self.text(&file_name), self.text(&command_name)) {
            (Some(value), None, None) => Some(Secret::new(value)),
            (None, Some(path), None) => self.secret_from_file(&file_name, Path::new(&path)),
            (None, None, Some(line)) => self.secret_from_command(&command_name, &line),
            (None, None, None) => None,
            (value, file, command) => {
                let set = [(value, name), (file, &*file_name), (command, &*command_name)];
                let set: Vec<_> = set.into_iter().filter_map(|(value, name)| value.map(|_| name)).collect();
                self.mistakes.push(match *set {
                    [one, other] => format!("both {one} and {other} are set; keep one of them"),
                    _ => format!("{} are all set; keep one of them", set.join(", ")),
                });
                None
            }
        }
    }

    /// A secret that must be given, directly, as a file or by a command.
    pub fn required_secret(&mut self, name: &str) -> Secret {
        let before = self.mistakes.len();
        self.secret(name).unwrap_or_else(|| {
            if self.mistakes.len() == before {
                self.mistakes.push(format!("{name} is not set (nor {name}_FILE or {name}_COMMAND)"));
            }
            Secret::new("")
        })
    }

    /// Adds a mistake that only the caller can see.
    pub fn mistake(&mut self, mistake: impl Into<String>) {
        self.mistakes.push(mistake.into());
    }

    /// All that was wrong, at once.
    ///
    /// # Errors
    /// A [`Failure`] with [`Exit::Invalid`] that lists every mistake.
    pub fn finish(self) -> Result<(), Failure> {
        if self.mistakes.is_empty() {
            return Ok(());
        }
        let what = match self.mistakes.len() {
            1 => "a setting is wrong".to_owned(),
            n => format!("{n} settings are wrong"),
        };
        Err(Failure::all(Exit::Invalid, &what, &self.mistakes))
    }

    fn secret_from_file(&mut self, file_name: &str, path: &Path) -> Option<Secret> {
        match std::fs::read_to_string(path) {
            Ok(text) => {
                let text = text.strip_suffix('\n').unwrap_or(&text);
                Some(Secret::new(text.strip_suffix('\r').unwrap_or(text)))
            }
            Err(error) => {
                self.mistakes.push(format!("{file_name}={} cannot be read: {error}", path.display()));
                None
            }
        }
    }

    fn secret_from_command(&mut self, command_name: &str, line: &str) -> Option<Secret> {
        match secret_command::run(line, COMMAND_LIMIT) {
            Ok(secret) => Some(secret),
            Err(why) => {
                self.mistakes.push(format!("{command_name}: {why}"));
                None
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::failure::tell;

    #[test]
    fn all_mistakes_of_an_environment_are_told_in_one_run() {
        let mut env = Env::from_pairs([("RATE", "fast"), ("PW", "a"), ("PW_FILE", "/b")]);
        env.required("PGHOST");
        env.parsed_or("RATE", 15_u32);
        env.secret("PW");
        env.required_secret("KEY");
        let error = env.finish().unwrap_err();
        assert_eq!(error.exit(), Exit::Invalid);
        insta::assert_snapshot!(tell(&error.into()), @r#"
        4 settings are wrong:
          - PGHOST is not set
          - RATE="fast" cannot be read: invalid digit found in string
          - both PW and PW_FILE are set; keep one of them
          - KEY is not set (nor KEY_FILE or KEY_COMMAND)
        "#);
    }

    #[test]
    fn a_secret_may_come_from_a_file_without_its_line_break() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), "pa ss\n").unwrap();
        let mut env = Env::from_pairs([("PW_FILE", file.path().to_str().unwrap())]);
        assert_eq!(env.required_secret("PW").expose(), "pa ss");
        env.finish().unwrap();
    }

    #[test]
    fn a_secret_may_come_from_a_command_and_from_one_place_alone() {
        let mut env = Env::from_pairs([("PW_COMMAND", "echo 'pa ss'")]);
        assert_eq!(env.required_secret("PW").expose(), "pa ss");
        env.finish().unwrap();

        let mut env = Env::from_pairs([
            ("A", "canary"),
            ("A_COMMAND", "echo canary"),
            ("B", "canary"),
            ("B_FILE", "/canary"),
            ("B_COMMAND", "echo canary"),
            ("C_COMMAND", "sh -c 'echo canary; exit 1'"),
        ]);
        for name in ["A", "B", "C"] {
            assert_eq!(env.secret(name), None);
        }
        insta::assert_snapshot!(tell(&env.finish().unwrap_err().into()), @r"
        3 settings are wrong:
          - both A and A_COMMAND are set; keep one of them
          - B, B_FILE, B_COMMAND are all set; keep one of them
          - C_COMMAND: its command ended with exit status: 1
        ");
    }

    #[test]
    fn an_empty_variable_counts_as_unset() {
        let mut env = Env::from_pairs([("RATE", "")]);
        assert_eq!(env.parsed_or("RATE", 15_u32), 15);
        env.finish().unwrap();
    }
}
