//! Which values of a running connector are secret and so do not go into a template, and how the
//! variables that stand for them are called.

use std::collections::BTreeSet;

use crate::core::payload::is_masked;
use crate::core::{redact, reference};

/// Why a value is taken out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Why {
    /// Its plug-in defines it as a password.
    Password,
    /// The worker masks it: what it is is not known here.
    Masked,
    /// Its key or its text reads like a secret.
    LooksSecret,
}

impl Why {
    /// The reason in words.
    pub fn words(self) -> &'static str {
        match self {
            Self::Password => "a password by its definition",
            Self::Masked => "masked by the worker",
            Self::LooksSecret => "it reads like a secret",
        }
    }
}

/// Why a value may not go into a template; `None` where it may. A reference names a secret but is none.
pub(super) fn why_secret(key: &str, value: &str, is_password: bool) -> Option<Why> {
    if is_masked(value) {
        return Some(Why::Masked);
    }
    if reference::is_one(value) || value.is_empty() {
        return None;
    }
    // Credentials that stand in a text as references are none; the rest of it may be one all the same.
    let bare = without_references(value);
    if bare.is_empty() {
        return None;
    }
    let is_frame = bare != value && is_text_around_credentials(key, is_password);
    if is_frame && !redact::is_sensitive("", &bare) {
        return None;
    }
    if is_password {
        return Some(Why::Password);
    }
    redact::is_sensitive(key, &bare).then_some(Why::LooksSecret)
}

/// A login module's line, or an address: text in which only a part is secret.
fn is_text_around_credentials(key: &str, is_password: bool) -> bool {
    key.ends_with("jaas.config") || !is_password && !redact::names_a_secret(key)
}

/// A text without its references, nor the names and quotes of what they stand for.
fn without_references(value: &str) -> String {
    let mut out = String::with_capacity(value.len());
    let mut rest = value;
    while let Some(start) = rest.find("${") {
        let Some(end) = rest[start..].find('}').map(|end| start + end + 1) else { break };
        let is_one = reference::is_one(&rest[start..end]);
        let before = &rest[..start];
        if is_one {
            let quoteless = before.trim_end_matches(['"', '\'', '\\']);
            out.push_str(quoteless.strip_suffix(['=', ':']).unwrap_or(before));
        } else {
            out.push_str(&rest[..end]);
        }
        rest = &rest[end..];
    }
    out.push_str(rest);
    out
}

/// Gives names to variables, each once.
#[derive(Debug, Default)]
pub struct VariableNames {
    taken: BTreeSet<String>,
}

impl VariableNames {
    /// The name of the variable for a key of a connector: letters, digits and `_`, not beginning with a
    /// digit, nor with `CONNECT_`, which images of Connect turn into settings of the worker.
    pub fn name(&mut self, connector: &str, key: &str) -> String {
        let mut name = String::new();
        for c in connector.chars().chain(['_']).chain(key.chars()) {
            let c = if c.is_ascii_alphanumeric() { c.to_ascii_uppercase() } else { '_' };
            if c != '_' || !name.ends_with('_') && !name.is_empty() {
                name.push(c);
            }
        }
        let name = name.trim_end_matches('_');
        let needs_a_beginning = name.starts_with("CONNECT_") || !name.starts_with(|c: char| c.is_ascii_alphabetic());
        let base = if needs_a_beginning { format!("SECRET_{name}") } else { name.to_owned() };
        let mut name = base.clone();
        for number in 2.. {
            // `X_FILE` names the file that holds `X`.
            if !name.ends_with("_FILE") && self.taken.insert(name.clone()) {
                break;
            }
            name = format!("{base}_{number}");
        }
        name
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_masks_and_what_reads_like_a_secret_are_taken_out_and_references_stay() {
        let jaas = |password: &str| format!("x.PlainLoginModule required username=\"u\" password=\"{password}\";");
        let table = [
            ("connection.pin", "1234".to_owned(), true, Some(Why::Password)),
            ("connection.pin", "${env:PIN}".to_owned(), true, None),
            ("connection.pin", "a${env:PIN}".to_owned(), true, Some(Why::Password)),
            ("connection.pin", String::new(), true, None),
            ("any", "••••••••".to_owned(), false, Some(Why::Masked)),
            ("db.password", "x".to_owned(), false, Some(Why::LooksSecret)),
            ("db.password", "a${env:PW}".to_owned(), false, Some(Why::LooksSecret)),
            ("connection.url", "jdbc:x://h/d?user=u&password=x".to_owned(), false, Some(Why::LooksSecret)),
            ("connection.url", "jdbc:x://h/d?user=u&password=${file:/x:pw}".to_owned(), false, None),
            ("connection.url", "mongodb://u:x@h/d".to_owned(), false, Some(Why::LooksSecret)),
            ("connection.url", "mongodb://u:${env:P}@h/d".to_owned(), false, None),
            ("connection.url", "jdbc:x://h/d".to_owned(), false, None),
            ("db.password", "${env:A}${env:B}".to_owned(), false, None),
            ("s.sasl.jaas.config", jaas("${file:/x:pw}"), true, None),
            ("s.sasl.jaas.config", jaas("x"), true, Some(Why::Password)),
            ("s.sasl.jaas.config", jaas("x${env:A}y"), true, Some(Why::Password)),
            ("topics", "a,b".to_owned(), false, None),
        ];
        for (key, value, is_password, expected) in table {
            assert_eq!(why_secret(key, &value, is_password), expected, "{key}={value}");
        }
    }

    #[test]
    fn a_variable_is_named_by_connector_and_key_and_by_nothing_else_twice() {
        let mut names = VariableNames::default();
        for (connector, key, expected) in [
            ("pg-sales", "connection.password", "PG_SALES_CONNECTION_PASSWORD"),
            ("pg.sales", "connection.password", "PG_SALES_CONNECTION_PASSWORD_2"),
            ("connect-a", "p", "SECRET_CONNECT_A_P"),
            ("1a", "p", "SECRET_1A_P"),
            ("é", "p", "P"),
            ("a", "key.file", "A_KEY_FILE_2"),
        ] {
            assert_eq!(names.name(connector, key), expected);
        }
    }
}
