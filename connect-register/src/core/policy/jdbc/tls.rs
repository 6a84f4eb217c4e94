//! TLS to a database: how weak it may be, and where the files lie that the driver reads for it.

use super::super::Rule;
use super::super::allowed::next_step;
use super::super::finding::Findings;
use super::Jdbc;

/// How much TLS a connection has, from the weakest; the values of libpq's `sslmode`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum SslMode {
    /// None.
    Disable,
    /// If the server insists.
    Allow,
    /// If the server has it.
    Prefer,
    /// Always, with whomever.
    Require,
    /// Always, with a certificate of a known authority.
    VerifyCa,
    /// Always, with a certificate of the host.
    VerifyFull,
}

const NAMES: [(SslMode, &str); 6] = [
    (SslMode::Disable, "disable"),
    (SslMode::Allow, "allow"),
    (SslMode::Prefer, "prefer"),
    (SslMode::Require, "require"),
    (SslMode::VerifyCa, "verify-ca"),
    (SslMode::VerifyFull, "verify-full"),
];

impl SslMode {
    /// What drivers do where they are told nothing.
    pub const UNTOLD: Self = Self::Prefer;

    /// Reads a mode as PostgreSQL names it.
    pub fn parse(text: &str) -> Option<Self> {
        NAMES.iter().find(|(_, name)| *name == text).map(|(mode, _)| *mode)
    }

    /// The mode as PostgreSQL names it.
    pub fn name(self) -> &'static str {
        NAMES.iter().find(|(mode, _)| *mode == self).map_or("", |(_, name)| name)
    }

    /// All names.
    pub fn names() -> impl Iterator<Item = &'static str> {
        NAMES.iter().map(|(_, name)| *name)
    }

    /// Reads what the parameter of a driver says of it.
    fn of_parameter(name: &str, value: &str) -> Option<Self> {
        match name {
            "sslmode" => Self::parse(value),
            // MySQL's and MariaDB's names.
            "sslMode" => match value.to_ascii_lowercase().replace('-', "_").as_str() {
                "disabled" | "disable" => Some(Self::Disable),
                "preferred" => Some(Self::Prefer),
                "required" | "trust" => Some(Self::Require),
                "verify_ca" => Some(Self::VerifyCa),
                "verify_identity" | "verify_full" => Some(Self::VerifyFull),
                _ => None,
            },
            _ => None,
        }
    }
}

/// Whether the driver of a scheme takes a parameter for how much TLS there is; others pass it over.
pub(super) fn decides(scheme: &str, name: &str) -> bool {
    matches!((scheme, name), ("postgresql", "sslmode" | "ssl") | ("mysql" | "mariadb", "sslMode"))
}

/// Whether a parameter is about TLS, in any spelling.
pub(super) fn is_about(name: &str) -> bool {
    name.get(..3).is_some_and(|start| start.eq_ignore_ascii_case("ssl"))
}

/// Checks the value of a parameter that is allowed by its name.
pub(super) fn check_value(jdbc: &Jdbc, name: &str, value: &str, findings: &mut Findings<'_>) {
    let floor = jdbc.sslmode;
    if matches!(name, "sslmode" | "sslMode") {
        let found = SslMode::of_parameter(name, value);
        if found.is_none_or(|mode| mode < floor) {
            let shown = findings.shown(value);
            let (what, next) = match found {
                Some(mode) => (
                    format!("sslmode may not be weaker than {}, and {shown} is", floor.name()),
                    next_step("jdbc.sslmode", &jdbc.sslmode_place, mode.name()),
                ),
                None => (
                    format!("{shown} is no sslmode"),
                    format!("there are {}", SslMode::names().collect::<Vec<_>>().join(", ")),
                ),
            };
            findings.refuse(Rule::SslMode, &what, next);
        }
    }
    // `ssl=true` is verify-full for PostgreSQL's driver; anything else leaves it at `prefer`.
    if name == "ssl" && !matches!(value, "true" | "") && floor > SslMode::UNTOLD {
        untold(jdbc, findings);
    }
    if matches!(name, "sslkey" | "sslcert" | "sslrootcert") && !is_inside(jdbc, value) {
        let what = format!("the driver may not read {}", findings.shown(value));
        let next = jdbc.files.line_for("DIRECTORY");
        findings.refuse(Rule::JdbcFile, &what, next);
    }
}

/// Nothing says how much TLS there is, and the policy wants more than the driver does by itself.
pub(super) fn untold(jdbc: &Jdbc, findings: &mut Findings<'_>) {
    let floor = jdbc.sslmode.name();
    let what = format!("sslmode may not be weaker than {floor}, and none is set");
    findings.refuse(Rule::SslMode, &what, format!("add sslmode={floor} to the URL"));
}

/// Whether a path is one that leads straight into a folder that is allowed.
fn is_inside(jdbc: &Jdbc, path: &str) -> bool {
    let is_segment = |segment: &str| {
        !matches!(segment, "" | "." | "..")
            && segment.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-'))
    };
    let inside = |folder: &str| path.strip_prefix(folder.trim_end_matches('/')).and_then(|rest| rest.strip_prefix('/'));
    let is_in = |folder: &str| inside(folder).is_some_and(|rest| rest.split('/').all(is_segment));
    jdbc.files.items().any(is_in)
}
