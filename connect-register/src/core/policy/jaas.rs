//! `sasl.jaas.config`: one clause, of a module that is allowed, with options that only name and prove
//! a user. Stricter than Kafka's own parser (`org.apache.kafka.common.security.JaasConfig`, a
//! `StreamTokenizer`): what that takes in more than one way is not taken at all.

use super::finding::Findings;
use super::{Allowed, Rule};

/// Options that name and prove a user, or their beginnings with a `*`. Others (`ssl.*` among them)
/// can name files, classes and addresses.
const OPTIONS: [&str; 8] = [
    "username",
    "password",
    "tokenauth",
    "clientId",
    "clientSecret",
    "scope",
    "extension_*",
    "unsecuredLoginStringClaim_*",
];

const FORM: &str = r#"org.apache.kafka.common.security.plain.PlainLoginModule required username="…" password="…";"#;

/// Checks the value of a JAAS configuration.
pub(super) fn check(modules: &Allowed, findings: &mut Findings<'_>) {
    let clause = match parse(findings.value()) {
        Ok(clause) => clause,
        Err(why) => return findings.refuse(Rule::LoginModule, why, format!("it takes the form {FORM}")),
    };
    if !modules.items().any(|module| module == clause.module) {
        let known: Vec<_> = modules.items().map(simple).collect();
        let next = if known.is_empty() {
            modules.line_for("MODULE")
        } else {
            format!("allowed are {}; {}", known.join(", "), modules.line_for("MODULE"))
        };
        findings.refuse(Rule::LoginModule, "the login module is none that is allowed", next);
    }
    let is_harmless = |option: &&str| OPTIONS.iter().any(|known| super::allowed::matches(known, option, &[]));
    if clause.options.iter().any(|option| !is_harmless(option)) {
        let what = "it has an option that does more than name a user";
        findings.refuse(Rule::LoginModule, what, format!("no policy allows others than {}", OPTIONS.join(", ")));
    }
}

fn simple(class: &str) -> &str {
    class.rsplit('.').next().unwrap_or(class)
}

/// A clause, as far as it matters here.
struct Clause<'a> {
    module: &'a str,
    options: Vec<&'a str>,
}

#[derive(Debug, PartialEq)]
enum Token<'a> {
    Word(&'a str),
    Quoted,
    Equals,
    End,
}

/// `MODULE FLAG (OPTION=VALUE)* ;` and nothing else.
fn parse(text: &str) -> Result<Clause<'_>, &'static str> {
    let mut tokens = tokens(text)?.into_iter();
    let Some(Token::Word(module)) = tokens.next() else { return Err("it does not begin with the name of a module") };
    let is_flag =
        |flag: &str| ["required", "requisite", "sufficient", "optional"].iter().any(|f| f.eq_ignore_ascii_case(flag));
    match tokens.next() {
        Some(Token::Word(flag)) if is_flag(flag) => {}
        _ => return Err("a control flag, such as `required`, does not follow the module"),
    }
    let mut options = Vec::new();
    loop {
        match tokens.next() {
            Some(Token::End) => break,
            Some(Token::Word(option)) => {
                let is_whole = tokens.next() == Some(Token::Equals)
                    && matches!(tokens.next(), Some(Token::Word(_) | Token::Quoted));
                if !is_whole {
                    return Err("an option has no value");
                }
                options.push(option);
            }
            Some(Token::Quoted | Token::Equals) => return Err("something stands where an option should"),
            None => return Err("it does not end with `;`"),
        }
    }
    if tokens.next().is_some() {
        return Err("it has more than one clause");
    }
    Ok(Clause { module, options })
}

fn tokens(text: &str) -> Result<Vec<Token<'_>>, &'static str> {
    let is_word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | '$');
    let mut tokens = Vec::new();
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let length = match c {
            ' ' | '\t' | '\n' | '\r' => 1,
            '=' => {
                tokens.push(Token::Equals);
                1
            }
            ';' => {
                tokens.push(Token::End);
                1
            }
            '"' | '\'' => {
                tokens.push(Token::Quoted);
                quoted(rest, c)?
            }
            '/' | '#' => return Err("comments and bare paths are read in more than one way"),
            c if c.is_ascii_alphabetic() || c == '_' => {
                let length = rest.find(|c| !is_word(c)).unwrap_or(rest.len());
                tokens.push(Token::Word(&rest[..length]));
                length
            }
            _ => return Err("a value that is no plain word has to be quoted"),
        };
        rest = &rest[length..];
    }
    Ok(tokens)
}

/// The length of a quoted text with its quotes.
fn quoted(text: &str, quote: char) -> Result<usize, &'static str> {
    let mut is_escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            _ if is_escaped => is_escaped = false,
            '\\' => is_escaped = true,
            c if c == quote => return Ok(at + 1),
            '\n' | '\r' => break,
            _ => {}
        }
    }
    Err("a quoted value does not end")
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn one_clause_is_taken_however_it_is_laid_out() {
        for text in [
            "a.B required;",
            " a.B\n REQUIRED\tusername = \"u\"\n password='p;\\'x' ;\n",
            "a.B required username=u password=\"${env:PW}\";",
        ] {
            assert!(parse(text).is_ok(), "{text}");
        }
        assert_eq!(parse("a.B required x=\"y\" z=w;").ok().map(|c| c.options), Some(vec!["x", "z"]));
    }

    #[test]
    fn what_can_be_read_in_more_than_one_way_is_refused() {
        for text in [
            "",
            ";",
            "a.B",
            "a.B required",
            "a.B;",
            "a.B maybe;",
            "\"a.B\" required;",
            "a.B required; c.D required;",
            "a.B required;;",
            "a.B required /* x */;",
            "a.B required; // x",
            "# x\na.B required;",
            "a.B required x;",
            "a.B required x=;",
            "a.B required x=\"y;",
            "a.B required x=\"y\nz\";",
            "a.B required x=1y;",
            "a.B required =x;",
            "a.B required x=${env:Y};",
            "${env:JAAS}",
            "a.\u{410} required;",
            "a.B\u{a0}required;",
        ] {
            assert!(parse(text).is_err(), "{text}");
        }
    }
}
