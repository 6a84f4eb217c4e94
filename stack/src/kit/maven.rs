//! Maven, asked for the files of one piece. It resolves them into a repository in the cache and says
//! where they lie; whether they are what was pinned is not its matter.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::time::Duration;

use anstream::adapter::strip_str;
use anyhow::Context;
use service::{Exit, Failure};
use tokio::time::{Instant, MissedTickBehavior, interval, timeout_at};

use super::program;
use super::progress::Progress;
use super::store::{Store, bytes_in};

/// The one pinned pom; it travels in the program, so that the program works from any folder.
const POM: &str = include_str!("../../jvm/pom.xml");

/// No piece takes this long on a line that is worth waiting for.
const PATIENCE: Duration = Duration::from_mins(20);

/// How often the progress is looked at.
const LOOK: Duration = Duration::from_millis(500);

/// Bounded time-outs and retries, for both transports that Maven's versions have. What failed before
/// is asked for again (`-U`), and a checksum that does not match is an error (`-C`).
const OPTIONS: [&str; 11] = [
    "--batch-mode",
    "--quiet",
    "--no-transfer-progress",
    "--strict-checksums",
    "--update-snapshots",
    "-Dstyle.color=never",
    "-Dmaven.wagon.rto=60000",
    "-Dmaven.wagon.http.retryHandler.count=3",
    "-Daether.connector.connectTimeout=15000",
    "-Daether.connector.requestTimeout=60000",
    "-Daether.connector.http.retryHandler.count=3",
];

/// Why Maven did not give the files.
#[derive(Debug, thiserror::Error)]
#[error("{cause}")]
pub(super) struct Refusal {
    /// Its own words, cut to the cause.
    pub(super) cause: String,
    /// Whether a repository could not be reached, as against one that answered.
    pub(super) unreachable: bool,
    log: PathBuf,
}

impl Refusal {
    /// The refusal as the end of the program.
    pub(super) fn failure(self, title: &str) -> Failure {
        let exit = if self.unreachable { Exit::Unreachable } else { Exit::Failed };
        let first = if self.unreachable {
            "mend the network (a proxy or a mirror goes into ~/.m2/settings.xml) and run it again: what came is kept; "
        } else {
            ""
        };
        let hint = format!("{first}all Maven said is in {}", self.log.display());
        Failure::new(exit, format!("{title} cannot be fetched")).because(self).hint(hint)
    }
}

/// What to say where a piece is to be fetched and there is no Maven.
pub(super) fn missing(title: &str) -> Failure {
    let message = format!("{title} cannot be fetched: Maven (mvn), which fetches it, is not installed");
    Failure::new(Exit::Machine, message).hint("stack/setup.sh installs it")
}

/// Maven with the Java that it runs on.
#[derive(Clone, Debug)]
pub(super) struct Maven {
    program: PathBuf,
    java_home: Option<PathBuf>,
}

impl Maven {
    /// The Maven on `PATH`.
    pub(super) fn find(java_home: Option<&Path>) -> Option<Self> {
        Some(Self { program: program::find("mvn")?, java_home: java_home.map(Path::to_owned) })
    }

    /// A given program in Maven's place.
    #[cfg(test)]
    pub(super) fn at(program: PathBuf) -> Self {
        Self { program, java_home: None }
    }

    /// The files that the dependencies of these profiles are, each in the repository of the cache.
    pub(super) async fn resolve(
        &self,
        store: &Store,
        profiles: &str,
        property: Option<&str>,
        progress: &mut Progress,
    ) -> anyhow::Result<Result<Vec<PathBuf>, Refusal>> {
        let work = store.unfinished("maven")?;
        let (pom, class_path) = (work.join("pom.xml"), work.join("class-path"));
        fs::write(&pom, POM).with_context(|| format!("writing {}", pom.display()))?;
        let (repository, log_path) = (store.maven_repository(), store.log());
        let log = File::create(&log_path).with_context(|| format!("writing {}", log_path.display()))?;

        let mut command = program::command(&self.program);
        command.args(OPTIONS).arg("-f").arg(&pom).args(["-P", profiles]);
        command.arg(format!("-Dmaven.repo.local={}", repository.display())).args(property);
        command.arg("dependency:build-classpath").args(["-Dmdep.includeScope=runtime", "-Dmdep.pathSeparator=|"]);
        command.arg(format!("-Dmdep.outputFile={}", class_path.display()));
        // In a folder of its own no project's .mvn is read.
        command.current_dir(&work).env("MAVEN_OPTS", options_of_the_jvm());
        if let Some(home) = &self.java_home {
            command.env("JAVA_HOME", home);
        }
        command.stdout(log.try_clone()?).stderr(log);
        let mut child = command.spawn().with_context(|| format!("starting {}", self.program.display()))?;

        let before = bytes_in(&repository);
        let deadline = Instant::now() + PATIENCE;
        let mut ticks = interval(LOOK);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let status = loop {
            tokio::select! {
                status = timeout_at(deadline, child.wait()) => break status,
                _ = ticks.tick() => progress.at(bytes_in(&repository).saturating_sub(before)),
            }
        };
        let Ok(status) = status else {
            let cause = format!("Maven was not done after {} minutes", PATIENCE.as_secs() / 60);
            return Ok(Err(Refusal { cause, unreachable: true, log: log_path }));
        };
        if !status?.success() {
            let said = fs::read(&log_path).with_context(|| format!("reading {}", log_path.display()))?;
            return Ok(Err(refusal(&strip_str(&String::from_utf8_lossy(&said)).to_string(), log_path)));
        }
        let text = fs::read_to_string(&class_path).with_context(|| format!("reading {}", class_path.display()))?;
        Ok(Ok(text.trim().split('|').filter(|path| !path.is_empty()).map(PathBuf::from).collect()))
    }
}

/// Maven lives for seconds, of which half go into compiling it well.
fn options_of_the_jvm() -> String {
    let given = std::env::var("MAVEN_OPTS").unwrap_or_default();
    format!("-XX:TieredStopAtLevel=1 -XX:+UseSerialGC {given}").trim_end().to_owned()
}

/// The cause in Maven's log: its first error, without the chain of goals and projects before it and
/// the pointers to its documentation behind.
fn refusal(said: &str, log: PathBuf) -> Refusal {
    let line = said
        .lines()
        .find_map(|line| line.strip_prefix("[FATAL]"))
        .or_else(|| said.lines().find_map(|line| line.strip_prefix("[ERROR]")))
        .or_else(|| said.lines().find(|line| !line.trim().is_empty()))
        .unwrap_or("Maven failed and said nothing")
        .trim();
    let line = line.split_once(" -> [Help").map_or(line, |(line, _)| line);
    let unreachable = ["Could not transfer", "Unknown host", "Connect to ", "onnection refused", "imed out"]
        .iter()
        .any(|sign| line.contains(sign));
    let cause = line.rfind("Could not ").and_then(|at| line.get(at..)).unwrap_or(line);
    // "… from/to <id> (<url>): transfer failed for <url>: <cause>"
    let cause = match cause.split_once("transfer failed for ").and_then(|(_, rest)| rest.split_once(": ")) {
        Some((url, why)) => format!("{why} ({url})"),
        None => cause.to_owned(),
    };
    Refusal { cause, unreachable, log }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(said: &str) -> (String, bool) {
        let refusal = refusal(said, PathBuf::new());
        (refusal.cause, refusal.unreachable)
    }

    #[test]
    fn an_unknown_host_is_told_without_mavens_chain_of_goals() {
        let said = "[ERROR] Failed to execute goal on project stack: Could not resolve dependencies for project \
            connect-companion:stack:pom:1: Failed to collect dependencies at io.confluent:kafka-connect-jdbc:jar:10.9.7: \
            Failed to read artifact descriptor for io.confluent:kafka-connect-jdbc:jar:10.9.7: Could not transfer \
            artifact io.confluent:kafka-connect-jdbc:pom:10.9.7 from/to confluent-packages \
            (https://packages.confluent.io/maven/): transfer failed for \
            https://packages.confluent.io/maven/io/confluent/a.pom: Unknown host packages.confluent.io: Name or \
            service not known -> [Help 1]\n[ERROR] \n[ERROR] To see the full stack trace, re-run with -e.\n";
        let (cause, unreachable) = told(said);
        insta::assert_snapshot!(cause, @"Unknown host packages.confluent.io: Name or service not known (https://packages.confluent.io/maven/io/confluent/a.pom)");
        assert!(unreachable);
    }

    #[test]
    fn an_artifact_that_does_not_exist_is_no_network_matter() {
        let said = "[ERROR] Failed to execute goal on project stack: Could not resolve dependencies for project a:b:1: \
            Could not find artifact x:y:jar:9 in central (https://mirror.example) -> [Help 1]\n";
        assert_eq!(told(said), ("Could not find artifact x:y:jar:9 in central (https://mirror.example)".into(), false));
    }

    #[test]
    fn what_is_not_mavens_own_error_is_told_as_it_is() {
        assert_eq!(told("mvn: line 3: java: not found\n").0, "mvn: line 3: java: not found");
        assert_eq!(told("").0, "Maven failed and said nothing");
    }
}
