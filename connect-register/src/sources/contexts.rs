//! The file of contexts, and what a context says in the words of the environment: as the variables that
//! the way to workers and to Kafka is read from, so that there is one such way.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use service::{Exit, Failure};

use super::environment::names;
use super::files::text_of;
use super::whole::{self, Existing, Readers};
use crate::core::context::{self, Context, Contexts, Member, Setting, Source};

/// The variables of a process, or those that stand for a context.
pub type Pairs = BTreeMap<String, String>;

/// Where the contexts are kept: `$CONNECT_REGISTER_CONFIG`, else
/// `$XDG_CONFIG_HOME/connect-register/config.yaml`, else `~/.config/connect-register/config.yaml`
/// (<https://specifications.freedesktop.org/basedir-spec/latest/>); none where there is no home.
pub fn path(env: &Pairs) -> Option<PathBuf> {
    let set = |name: &str| env.get(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    if let Some(path) = set(names::CONTEXTS) {
        return Some(path);
    }
    // What is not absolute is to be ignored, says the specification.
    let folder = set("XDG_CONFIG_HOME").filter(|folder| folder.is_absolute());
    let folder = folder.or_else(|| Some(set("HOME")?.join(".config")))?;
    Some(folder.join("connect-register").join("config.yaml"))
}

/// Reads the contexts; where there is no such file there are none.
///
/// # Errors
/// When it cannot be read, or all that is wrong with it.
pub fn read(path: &Path) -> Result<Contexts, Failure> {
    let file = path.to_string_lossy();
    let text = match text_of(path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Contexts::default()),
        Err(error) => {
            let failure = Failure::new(Exit::Invalid, format!("the contexts in {file} cannot be read: {error}"));
            return Err(failure.hint(format!("{} names another file", names::CONTEXTS)));
        }
    };
    context::parse(&(&*file).into(), &text).map_err(|mistakes| {
        let what = match mistakes.len() {
            1 => "a mistake in the contexts".to_owned(),
            n => format!("{n} mistakes in the contexts"),
        };
        Failure::all(Exit::Invalid, &what, &mistakes).hint("docs/contexts.md explains the file")
    })
}

/// What is unwise about the file, where it is there: who can write it can name programs that are run.
pub fn warning(path: &Path) -> Option<String> {
    let mode = fs::metadata(path).ok()?.permissions().mode();
    let file = path.display();
    (mode & 0o022 != 0)
        .then(|| format!("{file} can be written by others, who can so name programs that you run: chmod go-w {file}"))
}

/// Writes the contexts; what was there before is replaced by the whole of it. Of a link what it leads to
/// is replaced.
///
/// # Errors
/// When the file cannot be written.
pub fn write(path: &Path, contexts: &Contexts) -> Result<(), Failure> {
    let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let written = path
        .parent()
        .map_or(Ok(()), fs::create_dir_all)
        .and_then(|()| whole::write(&path, contexts.text().as_bytes(), Readers::Owner, Existing::Replace));
    written.map_err(|error| {
        Failure::new(Exit::Failed, format!("the contexts could not be written to {}", path.display()))
            .hint(format!("{} names another file", names::CONTEXTS))
            .because(error)
    })
}

/// The variables that a member stands for: first the one it is turned into, then what else sets the same
/// thing, and so goes before it.
fn variables(member: Member) -> (&'static str, &'static [&'static str]) {
    match member {
        Member::Urls => (names::CONNECT_URLS[0], &names::CONNECT_URLS),
        Member::Username => (names::USERNAME, &[names::USERNAME, names::BEARER_TOKEN]),
        // The password of one user is not sent for another.
        Member::Password => (names::PASSWORD, &[names::PASSWORD, names::BEARER_TOKEN, names::USERNAME]),
        Member::BearerToken => (names::BEARER_TOKEN, &[names::BEARER_TOKEN, names::USERNAME, names::PASSWORD]),
        Member::Headers => (names::HEADERS, &[names::HEADERS]),
        Member::Proxy => (names::PROXY, &[names::PROXY]),
        Member::TlsCa => (names::TLS_CA, &[names::TLS_CA]),
        Member::TlsCert => (names::TLS_CERT[0], &names::TLS_CERT),
        Member::TlsKey => (names::TLS_KEY[0], &names::TLS_KEY),
        Member::TlsInsecure => (names::TLS_INSECURE[0], &names::TLS_INSECURE),
        Member::KafkaServers => ("KAFKA_BOOTSTRAP_SERVERS", &["KAFKA_BOOTSTRAP_SERVERS"]),
        Member::KafkaProtocol => ("KAFKA_SECURITY_PROTOCOL", &["KAFKA_SECURITY_PROTOCOL"]),
        Member::KafkaMechanism => ("KAFKA_SASL_MECHANISM", &["KAFKA_SASL_MECHANISM"]),
        Member::KafkaUsername => ("KAFKA_SASL_USERNAME", &["KAFKA_SASL_USERNAME"]),
        Member::KafkaPassword => ("KAFKA_SASL_PASSWORD", &["KAFKA_SASL_PASSWORD"]),
        Member::KafkaCa => ("KAFKA_SSL_CA_LOCATION", &["KAFKA_SSL_CA_LOCATION"]),
        Member::KafkaCert => ("KAFKA_SSL_CERTIFICATE_LOCATION", &["KAFKA_SSL_CERTIFICATE_LOCATION"]),
        Member::KafkaKey => ("KAFKA_SSL_KEY_LOCATION", &["KAFKA_SSL_KEY_LOCATION"]),
        Member::KafkaKeyPassword => ("KAFKA_SSL_KEY_PASSWORD", &["KAFKA_SSL_KEY_PASSWORD"]),
    }
}

/// Whether the environment sets one of these, itself or by a file or a command.
fn is_set(env: &Pairs, variables: &[&str]) -> bool {
    let has = |name: &str| env.get(name).is_some_and(|value| !value.is_empty());
    variables.iter().any(|name| has(name) || has(&format!("{name}_FILE")) || has(&format!("{name}_COMMAND")))
}

/// What decides which context counts, beside the environment.
#[derive(Clone, Copy, Debug, Default)]
pub struct Choice<'a> {
    /// The context that was named.
    pub name: Option<&'a str>,
    /// Whether the current one counts where none was named.
    pub or_current: bool,
    /// The addresses that were named on the command line.
    pub urls: &'a [String],
    /// The user that was named there.
    pub username: Option<&'a str>,
}

/// The environment with what a context adds to it.
#[derive(Clone, Debug, Default)]
pub struct Surroundings {
    /// All variables.
    pub pairs: Pairs,
    /// The context that counts.
    pub context: Option<String>,
    /// What whoever runs this should know.
    pub warnings: Vec<String>,
}

/// Adds to an environment what a context says that the environment does not. The current context counts
/// where neither a context nor an address is named. Where the environment names other workers than the
/// context does, its secrets are not for them. `process` is the environment of this process: it tells
/// where the contexts are kept, and holds the variables that they refer to.
///
/// # Errors
/// When the context is not there or the file has mistakes; all variables that are not set.
pub fn surround(env: Pairs, process: &Pairs, choice: Choice<'_>) -> Result<Surroundings, Failure> {
    let name = choice.name.filter(|name| !name.is_empty());
    let has_url = is_set(&env, &names::CONNECT_URLS);
    let alone = |pairs: Pairs| Surroundings { pairs, ..Surroundings::default() };
    if name.is_none() && (!choice.or_current || has_url || !choice.urls.is_empty()) {
        return Ok(alone(env));
    }
    let Some(file) = path(process) else {
        return match name {
            None => Ok(alone(env)),
            Some(name) => Err(Failure::new(Exit::Invalid, format!("the context {name} is nowhere: there is no HOME"))
                .hint(format!("{} names the file of contexts", names::CONTEXTS))),
        };
    };
    let contexts = read(&file)?;
    let Some(name) = name.or(contexts.current.as_deref()) else { return Ok(alone(env)) };
    let context = contexts.find(name).map_err(|next| {
        Failure::new(Exit::Invalid, format!("there is no context {name} in {}", file.display())).hint(next)
    })?;
    let mut warnings: Vec<_> = warning(&file).into_iter().collect();
    let is_of_it = |url: &str| context.urls().iter().any(|own| same(own, url));
    let named = names::CONNECT_URLS.iter().filter_map(|name| env.get(*name)).find(|urls| !urls.is_empty());
    let is_elsewhere = choice.urls.is_empty() && named.is_some_and(|urls| !urls.split(',').all(is_of_it));
    if is_elsewhere {
        warnings.push(format!(
            "{} goes before the addresses of the context {name}, whose secrets are not sent there",
            names::CONNECT_URLS.iter().find(|name| is_set(&env, &[name])).unwrap_or(&"")
        ));
    }
    let mut said = env.clone();
    if let Some(username) = choice.username.filter(|username| !username.is_empty()) {
        said.insert(names::USERNAME.to_owned(), username.to_owned());
    }
    let mut pairs = env;
    pairs.extend(added(name, context, &file, &said, process, is_elsewhere)?);
    Ok(Surroundings { pairs, context: Some(name.to_owned()), warnings })
}

fn same(one: &str, other: &str) -> bool {
    let root = |url: &str| url.trim().trim_end_matches('/').to_ascii_lowercase();
    root(one) == root(other)
}

/// What a context adds: variables for all that it sets and `said` does not.
fn added(
    name: &str,
    context: &Context,
    file: &Path,
    said: &Pairs,
    process: &Pairs,
    is_elsewhere: bool,
) -> Result<Pairs, Failure> {
    let base = file.parent().unwrap_or(Path::new(""));
    let home = process.get("HOME").map(Path::new);
    // Brokers and how they let us in belong together.
    let has_brokers = is_set(said, variables(Member::KafkaServers).1);
    let (mut pairs, mut mistakes) = (Pairs::new(), Vec::new());
    for (member, setting) in context.settings() {
        let (variable, others) = variables(member);
        let is_left_out = if member.is_of_kafka() { has_brokers } else { is_elsewhere };
        if is_left_out || is_set(said, others) {
            continue;
        }
        let found = match setting {
            Setting::Text(text) if member.form().is_path() => Ok((variable.to_owned(), placed(base, home, text))),
            Setting::Text(text) => Ok((variable.to_owned(), text.clone())),
            Setting::Texts(texts) => Ok((variable.to_owned(), texts.join(","))),
            Setting::Flag(flag) => Ok((variable.to_owned(), flag.to_string())),
            Setting::Secret(Source::Env(from)) => match process.get(from).filter(|value| !value.is_empty()) {
                Some(value) => Ok((variable.to_owned(), value.clone())),
                None => Err(format!("{}: the variable {from} is not set", member.path())),
            },
            Setting::Secret(Source::File(path)) => Ok((format!("{variable}_FILE"), placed(base, home, path))),
            Setting::Secret(Source::Command(words)) => shlex::try_join(words.iter().map(String::as_str))
                .map(|line| (format!("{variable}_COMMAND"), line))
                .map_err(|_| format!("{}: its command holds a NUL", member.path())),
        };
        match found {
            Ok((variable, value)) => _ = pairs.insert(variable, value),
            Err(mistake) => mistakes.push(mistake),
        }
    }
    if mistakes.is_empty() {
        return Ok(pairs);
    }
    let failure = Failure::all(Exit::Invalid, &format!("the context {name} cannot be used"), &mistakes);
    Err(failure.hint(format!("`connect-register context show {name}` tells where its secrets are looked for")))
}

/// A path of the file of contexts: relative to its folder, or to the home of whoever runs this.
fn placed(base: &Path, home: Option<&Path>, path: &str) -> String {
    let placed = match (path.strip_prefix("~/"), home) {
        (Some(rest), Some(home)) => home.join(rest),
        _ => base.join(path),
    };
    placed.to_string_lossy().into_owned()
}

#[cfg(test)]
#[path = "contexts_tests.rs"]
mod tests;
