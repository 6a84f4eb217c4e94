//! The format of policy files, version 1: strict, so that a slip of the pen cannot open what it was
//! meant to close. An unknown member is a mistake with what was meant; all mistakes are told at once.

mod items;
mod reader;

use std::sync::Arc;

use super::allowed::BUILT_IN;
use super::{Aliases, Classes, Jdbc, Overrides, Policy, References, SslMode};
use crate::core::document::node::Node;
use crate::core::document::{self, Findings, Format};
use crate::core::{Mistake, Place, Variables};
use reader::Reader;

/// The text of the built-in policy.
pub const DEFAULT: &str = include_str!("default.yaml");

/// The members of a policy file, by the section that they belong to.
const MEMBERS: [(&str, &[&str]); 4] = [
    ("", &["version", "extends", "classes", "overrides", "login_modules", "token_urls", "keys", "references", "jdbc"]),
    ("classes", &["aliases", "connectors", "converters", "transforms", "predicates", "others"]),
    ("overrides", &["producer", "consumer", "admin"]),
    ("jdbc", &["schemes", "hosts", "urls", "parameters", "files", "hibernate", "sslmode"]),
];

/// Reads a policy file.
pub(super) fn read(file: &Arc<str>, text: &str, variables: &Variables) -> Result<Policy, Vec<Mistake>> {
    let root = tree(file, text)?;
    let mut reader = Reader::new(&root, file, variables);
    for (section, members) in MEMBERS {
        reader.only(section, members);
    }
    let is_extending = head(&mut reader);
    let policy = body(&mut reader);
    let mistakes = reader.finish();
    if !mistakes.is_empty() {
        Err(mistakes)
    } else if is_extending {
        Ok(extended(read(&BUILT_IN.into(), DEFAULT, variables)?, policy))
    } else {
        Ok(policy)
    }
}

/// The one document of a file; JSON is read as the YAML that it is.
fn tree(file: &Arc<str>, text: &str) -> Result<Node, Vec<Mistake>> {
    let mut findings = Findings::default();
    let mut roots = document::trees(file, text, Format::Yaml, &mut findings);
    let mistake = match (roots.pop(), roots.is_empty()) {
        _ if !findings.mistakes.is_empty() => return Err(findings.mistakes),
        (Some(root), true) => return Ok(root),
        (Some(root), false) => Mistake::new(root.place, "a policy is one document, and here is another"),
        (None, _) => Mistake::new(Place::file(file.clone()), "the file is empty").hint("it begins with `version: 1`"),
    };
    Err(vec![mistake])
}

/// Whether it extends the default.
fn head(reader: &mut Reader<'_>) -> bool {
    match reader.text("version") {
        Some((version, _)) if version == "1" => {}
        Some((_, place)) => {
            reader.mistake(place, "version", "this version of policies is not known", "write `version: 1`");
        }
        None => reader.mistake(reader.whole(), "version", "it is missing", "write `version: 1`"),
    }
    let Some((base, place)) = reader.text("extends") else { return false };
    let is_right = base == "default" && &*place.file != BUILT_IN;
    if !is_right {
        reader.mistake(
            place,
            "extends",
            "only the default can be extended",
            "write `extends: default`, or leave it out",
        );
    }
    is_right
}

fn body(reader: &mut Reader<'_>) -> Policy {
    let aliases = reader.choice("classes.aliases", &["expand", "refuse"]);
    let modes: Vec<&str> = SslMode::names().collect();
    let (sslmode, sslmode_place) = match reader.choice("jdbc.sslmode", &modes) {
        Some((word, place)) => (SslMode::parse(&word), place),
        None => (None, reader.whole()),
    };
    let hosts = reader.hosts("jdbc.hosts");
    Policy {
        classes: Classes {
            aliases: match aliases {
                Some((word, _)) if word == "refuse" => Aliases::Refuse,
                _ => Aliases::Expand,
            },
            connectors: reader.list("classes.connectors", items::class),
            converters: reader.list("classes.converters", items::class),
            transforms: reader.list("classes.transforms", items::class),
            predicates: reader.list("classes.predicates", items::class),
            others: reader.list("classes.others", items::class),
        },
        overrides: Overrides {
            producer: reader.list("overrides.producer", items::key),
            consumer: reader.list("overrides.consumer", items::key),
            admin: reader.list("overrides.admin", items::key),
        },
        login_modules: reader.list("login_modules", items::module),
        token_urls: reader.list("token_urls", items::token_url),
        guarded_keys: reader.list("keys", items::key),
        references: reader.references("references"),
        jdbc: Jdbc {
            schemes: reader.list("jdbc.schemes", items::scheme),
            host_patterns: items::host_patterns(&hosts),
            hosts,
            urls: reader.list("jdbc.urls", items::any),
            parameters: reader.list("jdbc.parameters", items::key),
            files: reader.list("jdbc.files", items::folder),
            hibernate: reader.list("jdbc.hibernate", items::key),
            // What says nothing of TLS wants the strongest: it allows nothing else of JDBC either.
            sslmode: sslmode.unwrap_or(SslMode::VerifyFull),
            sslmode_place,
        },
    }
}

/// The default with what a file adds; what a file says of one thing takes the place of the default's.
fn extended(base: Policy, own: Policy) -> Policy {
    let is_tls_said = own.jdbc.sslmode_place.line.is_some();
    let mut rules = own.references.rules;
    rules.extend(base.references.rules);
    Policy {
        classes: Classes {
            aliases: own.classes.aliases,
            connectors: base.classes.connectors.extended(own.classes.connectors),
            converters: base.classes.converters.extended(own.classes.converters),
            transforms: base.classes.transforms.extended(own.classes.transforms),
            predicates: base.classes.predicates.extended(own.classes.predicates),
            others: base.classes.others.extended(own.classes.others),
        },
        overrides: Overrides {
            producer: base.overrides.producer.extended(own.overrides.producer),
            consumer: base.overrides.consumer.extended(own.overrides.consumer),
            admin: base.overrides.admin.extended(own.overrides.admin),
        },
        login_modules: base.login_modules.extended(own.login_modules),
        token_urls: base.token_urls.extended(own.token_urls),
        guarded_keys: base.guarded_keys.extended(own.guarded_keys),
        references: References { place: own.references.place, rules },
        jdbc: Jdbc {
            schemes: base.jdbc.schemes.extended(own.jdbc.schemes),
            host_patterns: base.jdbc.host_patterns.into_iter().chain(own.jdbc.host_patterns).collect(),
            hosts: base.jdbc.hosts.extended(own.jdbc.hosts),
            urls: base.jdbc.urls.extended(own.jdbc.urls),
            parameters: base.jdbc.parameters.extended(own.jdbc.parameters),
            files: base.jdbc.files.extended(own.jdbc.files),
            hibernate: base.jdbc.hibernate.extended(own.jdbc.hibernate),
            sslmode: if is_tls_said { own.jdbc.sslmode } else { base.jdbc.sslmode },
            sslmode_place: own.jdbc.sslmode_place,
        },
    }
}

#[cfg(test)]
mod tests;
