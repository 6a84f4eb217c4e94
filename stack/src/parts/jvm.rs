//! The command line of a JVM part: class path, heap, class archive, log config. One argument file
//! holds the long of it, so that a process list still shows which part is which.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context;
use nix::sys::signal::Signal;
use service::Secret;

use super::archive::Archive;
use super::{Farewell, Launch, Plan};
use crate::kit::KafkaVersion;
use crate::settings::Compile;

/// Login modules that reach out to a directory of an attacker's choice: CVE-2023-25194 and
/// CVE-2025-27818.
const DISALLOWED_LOGIN_MODULES: &str =
    "com.sun.security.auth.module.JndiLoginModule,com.sun.security.auth.module.LdapLoginModule";

/// The only provider of secrets that a client config may name: CVE-2024-31141. Kafka 3.6 does not
/// know the property.
const ALLOWED_CONFIG_PROVIDERS: &str = "org.apache.kafka.common.config.provider.EnvVarConfigProvider";

/// Ten times the calls that a method has at its default before the optimising compiler takes it up: a
/// boot is over before that, on a quarter less processor time, and under load a method is there within
/// seconds all the same (ADR 0020).
const LATE_OPTIMISING: [&str; 4] = [
    "-XX:Tier4InvocationThreshold=50000",
    "-XX:Tier4MinInvocationThreshold=6000",
    "-XX:Tier4CompileThreshold=150000",
    "-XX:Tier4BackEdgeThreshold=400000",
];

/// Loggers that print hundreds of lines at every start: of settings, user names among them, and of
/// all that the metadata log ever held.
const TALKATIVE: [&str; 13] = [
    "kafka.server.KafkaConfig",
    "org.apache.kafka.clients.admin.AdminClientConfig",
    "org.apache.kafka.clients.consumer.ConsumerConfig",
    "org.apache.kafka.clients.producer.ProducerConfig",
    "org.apache.kafka.common.config.AbstractConfig",
    "org.apache.kafka.common.utils.AppInfoParser",
    "org.apache.kafka.connect.json.JsonConverterConfig",
    "org.apache.kafka.connect.runtime.ConnectorConfig",
    "org.apache.kafka.connect.runtime.SinkConnectorConfig",
    "org.apache.kafka.connect.runtime.TaskConfig",
    "org.apache.kafka.connect.runtime.distributed.DistributedConfig",
    "org.apache.kafka.controller.ClusterControlManager",
    "org.glassfish.jersey.internal",
];

/// A JVM part: which class it runs and with how much memory.
#[derive(Clone, Debug)]
pub(crate) struct Jvm {
    /// What its files are called.
    pub(crate) name: String,
    pub(crate) main_class: &'static str,
    pub(crate) heap_mb: u32,
    pub(crate) compile: Compile,
    pub(crate) archive: Archive,
}

impl Jvm {
    /// Writes the argument file and the log config.
    pub(crate) fn prepare(&self, plan: &Plan) -> anyhow::Result<()> {
        self.archive.discard_unfinished()?;
        let jars = jars(&plan.kit.kafka_jars)?;
        let text = self.arguments(plan, &jars);
        for (file, text) in [(self.argument_file(plan), text), (self.log_config(plan), log_config(plan.settings.kafka))]
        {
            fs::write(&file, text).with_context(|| format!("writing {}", file.display()))?;
        }
        Ok(())
    }

    /// The command line that runs the main class with these arguments.
    pub(crate) fn launch(&self, plan: &Plan, args: Vec<OsString>, environment: Vec<(&'static str, Secret)>) -> Launch {
        let mut argument_file = OsString::from("@");
        argument_file.push(self.argument_file(plan));
        let mut all = vec![argument_file, self.main_class.into()];
        all.extend(args);
        Launch { program: plan.kit.java.clone(), args: all, environment }
    }

    /// How a JVM part is asked to stop. One that writes its class archive on the way out takes longer.
    pub(crate) fn farewell(&self) -> Farewell {
        let patience = Duration::from_secs(if self.archive.is_training() { 120 } else { 30 });
        Farewell { gentle: Signal::SIGTERM, quick: Signal::SIGKILL, patience }
    }

    fn argument_file(&self, plan: &Plan) -> PathBuf {
        plan.folder.rendered(&format!("{}.java", self.name))
    }

    fn log_config(&self, plan: &Plan) -> PathBuf {
        plan.folder.rendered(&format!("{}.log.properties", self.name))
    }

    fn arguments(&self, plan: &Plan, jars: &[PathBuf]) -> String {
        let class_path: Vec<String> = jars.iter().map(|jar| jar.display().to_string()).collect();
        let log_key = match plan.settings.kafka {
            KafkaVersion::V3_6 | KafkaVersion::V3_9 => "log4j.configuration",
            KafkaVersion::V4_3 => "log4j2.configurationFile",
        };
        let mut arguments = vec![
            "-cp".to_owned(),
            class_path.join(":"),
            format!("-Xmx{}m", self.heap_mb),
            "-Xms128m".to_owned(),
            "-XX:+ExitOnOutOfMemoryError".to_owned(),
            "-XX:-UsePerfData".to_owned(),
            "-Djava.awt.headless=true".to_owned(),
            "-Djava.net.preferIPv4Stack=true".to_owned(),
            "-Dfile.encoding=UTF-8".to_owned(),
            "-Duser.timezone=UTC".to_owned(),
            format!("-Dorg.apache.kafka.disallowed.login.modules={DISALLOWED_LOGIN_MODULES}"),
            format!("-Dorg.apache.kafka.automatic.config.providers={ALLOWED_CONFIG_PROVIDERS}"),
            format!("-D{log_key}=file:{}", self.log_config(plan).display()),
        ];
        match self.compile {
            Compile::Full => {
                arguments.extend(["-XX:+UseG1GC".to_owned(), "-XX:MaxGCPauseMillis=20".to_owned()]);
                arguments.extend(LATE_OPTIMISING.map(str::to_owned));
            }
            Compile::Quick => arguments.extend(["-XX:TieredStopAtLevel=1".to_owned(), "-XX:+UseSerialGC".to_owned()]),
        }
        arguments.extend(self.archive.flags());
        arguments.iter().map(|argument| quoted(argument)).collect()
    }
}

/// One argument on a line of its own, as `java @file` reads it: in quotes, with backslashes escaped.
fn quoted(argument: &str) -> String {
    format!("\"{}\"\n", argument.replace('\\', "\\\\").replace('"', "\\\""))
}

/// The jars of a folder in a fixed order: a class archive fits only the class path it was made with.
pub(crate) fn jars(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let entries = fs::read_dir(folder).with_context(|| format!("reading {}", folder.display()))?;
    let mut jars: Vec<PathBuf> = entries
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "jar"))
        .collect();
    jars.sort();
    anyhow::ensure!(!jars.is_empty(), "there are no jars in {}", folder.display());
    Ok(jars)
}

/// The log config: everything to standard output, which is the part's log.
fn log_config(version: KafkaVersion) -> String {
    match version {
        // reload4j, with the keys of log4j 1.2.
        KafkaVersion::V3_6 | KafkaVersion::V3_9 => {
            let quiet = TALKATIVE.map(|name| format!("log4j.logger.{name}=WARN\n")).concat();
            format!(
                "log4j.rootLogger=INFO, out\n\
                 log4j.appender.out=org.apache.log4j.ConsoleAppender\n\
                 log4j.appender.out.layout=org.apache.log4j.PatternLayout\n\
                 log4j.appender.out.layout.ConversionPattern=%d{{ISO8601}} %-5p %m (%c)%n\n{quiet}"
            )
        }
        KafkaVersion::V4_3 => {
            // A logger needs a key of its own; its name without the dots is one.
            let quiet = TALKATIVE.map(|name| {
                let key = name.replace('.', "");
                format!(
                    "logger.{key}.name={name}
logger.{key}.level=warn
"
                )
            });
            let quiet = quiet.concat();
            format!(
                "appender.out.type=Console\n\
                 appender.out.name=out\n\
                 appender.out.layout.type=PatternLayout\n\
                 appender.out.layout.pattern=%d %-5p %m (%c)%n\n\
                 rootLogger.level=info\n\
                 rootLogger.appenderRef.out.ref=out\n{quiet}"
            )
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_argument_with_spaces_and_backslashes_stays_one_argument() {
        assert_eq!(quoted(r#"/a b/c\d"e"#), "\"/a b/c\\\\d\\\"e\"\n");
    }

    #[test]
    fn jars_come_in_a_fixed_order_and_none_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        assert!(jars(folder.path()).is_err());
        for name in ["b.jar", "a.jar", "note.txt"] {
            fs::write(folder.path().join(name), "").unwrap();
        }
        let names: Vec<_> =
            jars(folder.path()).unwrap().iter().map(|jar| jar.file_name().unwrap().to_owned()).collect();
        assert_eq!(names, ["a.jar", "b.jar"]);
    }
}
