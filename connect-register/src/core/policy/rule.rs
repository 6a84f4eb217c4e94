//! The rules of a policy, by the names that mistakes give them and docs/policy.md explains. What they
//! allow is not known here.

use std::fmt;

/// A rule of a policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rule {
    /// Which connectors may run.
    ConnectorClass,
    /// Which converters may be loaded.
    ConverterClass,
    /// Which transforms may be loaded.
    TransformClass,
    /// Which predicates may be loaded.
    PredicateClass,
    /// Which classes other keys may name.
    OtherClass,
    /// Which settings of Kafka clients a connector may override.
    ClientOverride,
    /// What a JAAS configuration may hold.
    LoginModule,
    /// Where tokens and their keys may be fetched from.
    TokenUrl,
    /// Keys that belong to a worker or are dangerous in any client.
    GuardedKey,
    /// How a key may be spelled.
    KeySpelling,
    /// Which references to config providers may stand where.
    Reference,
    /// What is governed may not hide behind a reference.
    Unresolved,
    /// What a JDBC URL looks like.
    JdbcUrl,
    /// Which databases may be connected to.
    JdbcHost,
    /// Which parameters a JDBC driver may get.
    JdbcParameter,
    /// Where the files lie that a JDBC driver may read.
    JdbcFile,
    /// How weak TLS to the database may be.
    SslMode,
    /// Which settings Hibernate may get.
    Hibernate,
}

impl Rule {
    /// All rules.
    pub const ALL: [Self; 18] = [
        Self::ConnectorClass,
        Self::ConverterClass,
        Self::TransformClass,
        Self::PredicateClass,
        Self::OtherClass,
        Self::ClientOverride,
        Self::LoginModule,
        Self::TokenUrl,
        Self::GuardedKey,
        Self::KeySpelling,
        Self::Reference,
        Self::Unresolved,
        Self::JdbcUrl,
        Self::JdbcHost,
        Self::JdbcParameter,
        Self::JdbcFile,
        Self::SslMode,
        Self::Hibernate,
    ];

    /// The name of the rule.
    pub fn name(self) -> &'static str {
        match self {
            Self::ConnectorClass => "connector-class",
            Self::ConverterClass => "converter-class",
            Self::TransformClass => "transform-class",
            Self::PredicateClass => "predicate-class",
            Self::OtherClass => "other-class",
            Self::ClientOverride => "client-override",
            Self::LoginModule => "login-module",
            Self::TokenUrl => "token-url",
            Self::GuardedKey => "guarded-key",
            Self::KeySpelling => "key-spelling",
            Self::Reference => "reference",
            Self::Unresolved => "unresolved",
            Self::JdbcUrl => "jdbc-url",
            Self::JdbcHost => "jdbc-host",
            Self::JdbcParameter => "jdbc-parameter",
            Self::JdbcFile => "jdbc-file",
            Self::SslMode => "sslmode",
            Self::Hibernate => "hibernate",
        }
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
