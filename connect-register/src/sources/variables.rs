//! Where variables come from: the environment, files of variables, and the command line. What stands
//! on a command line can be read by everybody on the machine, so that no secret may come from there.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;

use service::{Exit, Failure};

use super::files;
use crate::core::{Mentions, env_file, redact};

/// Variables that were given beside the environment.
#[derive(Clone, Debug, Default)]
pub struct Given {
    /// Files of variables; of one that stands in several the last counts.
    pub files: Vec<PathBuf>,
    /// `NAME=VALUE` of the command line.
    pub assignments: Vec<String>,
}

/// All variables: those of the command line before those of the environment before those of files.
///
/// # Errors
/// All that is wrong with the command line; else all that is wrong with the files; else variables that
/// templates mention and that are no text.
pub fn read(given: &Given, mentions: &Mentions) -> Result<BTreeMap<String, String>, Failure> {
    let assigned = assigned(&given.assignments, mentions)?;
    let mut variables = of_files(&given.files)?;
    variables.extend(of_process(mentions)?);
    variables.extend(assigned);
    Ok(variables)
}

fn of_files(paths: &[PathBuf]) -> Result<BTreeMap<String, String>, Failure> {
    let (mut variables, mut mistakes) = (BTreeMap::new(), Vec::new());
    for path in paths {
        let file: Arc<str> = path.to_string_lossy().into();
        let text = files::text_of(path).map_err(|error| {
            Failure::new(Exit::Invalid, format!("the file of variables {file} cannot be read")).because(error)
        })?;
        variables.extend(env_file::read(&file, &text, &mut mistakes));
    }
    if mistakes.is_empty() {
        Ok(variables)
    } else {
        Err(Failure::all(Exit::Invalid, "in files of variables", &mistakes))
    }
}

fn of_process(mentions: &Mentions) -> Result<BTreeMap<String, String>, Failure> {
    let (mut variables, mut broken) = (BTreeMap::new(), Vec::new());
    for (name, value) in std::env::vars_os() {
        let Ok(name) = name.into_string() else { continue };
        match value.into_string() {
            Ok(value) => {
                variables.insert(name, value);
            }
            Err(_) if mentions.variables.contains(&name) || mentions.secrets.contains(&name) => broken.push(name),
            Err(_) => {}
        }
    }
    if broken.is_empty() {
        Ok(variables)
    } else {
        Err(Failure::all(Exit::Invalid, "variables that are not UTF-8", &broken))
    }
}

/// The variables of the command line. Messages never hold a value, for it may be a secret.
fn assigned(assignments: &[String], mentions: &Mentions) -> Result<BTreeMap<String, String>, Failure> {
    let (mut variables, mut seen, mut mistakes) = (BTreeMap::new(), BTreeSet::new(), Vec::new());
    for (number, assignment) in assignments.iter().enumerate() {
        let Some((name, value)) = assignment.split_once('=').filter(|(name, _)| is_name(name)) else {
            mistakes.push(format!("the {} of them is not NAME=VALUE", ordinal(number + 1)));
            continue;
        };
        if !seen.insert(name) {
            mistakes.push(format!("{name} is given twice"));
        }
        if is_secret(name, value, mentions) {
            mistakes.push(format!(
                "{name} is a secret, and a command line can be read by everybody on this machine: \
                 put it into the environment, into an --env-file, or name its file: --set {name}_FILE=/run/secrets/…"
            ));
        }
        variables.insert(name.to_owned(), value.to_owned());
    }
    if mistakes.is_empty() { Ok(variables) } else { Err(Failure::all(Exit::Usage, "--set cannot be taken", &mistakes)) }
}

fn is_secret(name: &str, value: &str, mentions: &Mentions) -> bool {
    mentions.secrets.contains(name) || !name.ends_with("_FILE") && redact::is_sensitive(name, value)
}

fn is_name(name: &str) -> bool {
    !name.is_empty()
        && !name.starts_with(|c: char| c.is_ascii_digit())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-'))
}

fn ordinal(number: usize) -> String {
    let ending = match number {
        1 => "st",
        2 => "nd",
        3 => "rd",
        _ => "th",
    };
    format!("{number}{ending}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use service::failure::tell;

    #[test]
    fn what_is_wrong_with_a_command_line_is_told_at_once_and_without_values() {
        let mentions = Mentions { secrets: BTreeSet::from(["PGUSER".to_owned()]), ..Mentions::default() };
        let given = [
            "HOST=db",
            "canary",
            "1=canary",
            "PGUSER=canary",
            "DB_PASSWORD=canary",
            "URL=x://u:canary@h",
            "HOST=canary",
            "DB_PASSWORD_FILE=/run/secrets/x",
            "REF_TOKEN=${env:X}",
            "EMPTY=",
        ];
        let failure = assigned(&given.map(str::to_owned), &mentions).unwrap_err();
        assert_eq!(failure.exit(), Exit::Usage);
        let told = tell(&failure.into());
        assert!(!told.contains("canary"), "{told}");
        insta::assert_snapshot!(told, @"
        --set cannot be taken:
          - the 2nd of them is not NAME=VALUE
          - the 3rd of them is not NAME=VALUE
          - PGUSER is a secret, and a command line can be read by everybody on this machine: put it into the environment, into an --env-file, or name its file: --set PGUSER_FILE=/run/secrets/…
          - DB_PASSWORD is a secret, and a command line can be read by everybody on this machine: put it into the environment, into an --env-file, or name its file: --set DB_PASSWORD_FILE=/run/secrets/…
          - URL is a secret, and a command line can be read by everybody on this machine: put it into the environment, into an --env-file, or name its file: --set URL_FILE=/run/secrets/…
          - HOST is given twice
        ");
    }

    #[test]
    fn of_several_files_the_last_counts() {
        let folder = tempfile::tempdir().unwrap();
        let (one, two) = (folder.path().join("1.env"), folder.path().join("2.env"));
        std::fs::write(&one, "A=1\nB=1").unwrap();
        std::fs::write(&two, "B=2").unwrap();
        let variables = of_files(&[one, two]).unwrap();
        assert_eq!((&*variables["A"], &*variables["B"]), ("1", "2"));
        let failure = of_files(&[folder.path().join("absent")]).unwrap_err();
        assert_eq!(failure.exit(), Exit::Invalid);
    }
}
