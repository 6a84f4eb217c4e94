//! Which dead letters are meant: conditions on what their headers tell, all of which have to hold.

use std::str::FromStr;

use regex_lite::Regex;

use super::{Letter, Told};

/// A field of what a letter tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Field {
    Stage,
    Connector,
    Topic,
    Class,
    Exception,
    Message,
    Attempts,
    Partition,
    Offset,
}

const FIELDS: [(&str, Field); 9] = [
    ("stage", Field::Stage),
    ("connector", Field::Connector),
    ("topic", Field::Topic),
    ("class", Field::Class),
    ("exception", Field::Exception),
    ("message", Field::Message),
    ("attempts", Field::Attempts),
    ("partition", Field::Partition),
    ("offset", Field::Offset),
];

#[derive(Clone, Debug)]
enum Test {
    Is(String),
    IsNot(String),
    Matches(Regex),
}

/// One condition: `FIELD=VALUE`, `FIELD!=VALUE` or `FIELD~REGEX`. An exception may be named without its
/// package.
#[derive(Clone, Debug)]
pub struct Filter {
    field: Field,
    test: Test,
}

impl FromStr for Filter {
    type Err = String;

    fn from_str(condition: &str) -> Result<Self, String> {
        let at = condition.find(['=', '~', '!']).ok_or_else(|| format!("{condition:?} has no =, != or ~"))?;
        let (name, rest) = condition.split_at(at);
        let known = || FIELDS.map(|(name, _)| name).join(", ");
        let field = FIELDS.iter().find(|(known, _)| *known == name);
        let (_, field) = field.ok_or_else(|| format!("{name:?} is none of {}", known()))?;
        let test = if let Some(value) = rest.strip_prefix("!=") {
            Test::IsNot(value.to_owned())
        } else if let Some(value) = rest.strip_prefix('=') {
            Test::Is(value.to_owned())
        } else if let Some(expression) = rest.strip_prefix('~') {
            let compiled = Regex::new(expression);
            Test::Matches(compiled.map_err(|error| format!("{expression:?} is no regular expression: {error}"))?)
        } else {
            return Err(format!("{condition:?} has no =, != or ~"));
        };
        Ok(Self { field: *field, test })
    }
}

impl Filter {
    /// Whether it holds for a letter that tells this.
    pub fn holds(&self, letter: &Letter, told: &Told) -> bool {
        let value = self.value(letter, told);
        let is = |wanted: &str| {
            let short = || value.rsplit_once(['.', '$']).map(|(_, short)| short);
            value == wanted || matches!(self.field, Field::Exception | Field::Class) && short() == Some(wanted)
        };
        match &self.test {
            Test::Is(wanted) => is(wanted),
            Test::IsNot(unwanted) => !is(unwanted),
            Test::Matches(expression) => expression.is_match(&value),
        }
    }

    fn value(&self, letter: &Letter, told: &Told) -> String {
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        match self.field {
            Field::Stage => told.stage().name().to_owned(),
            Field::Connector => text(&told.connector),
            Field::Topic => text(&told.topic),
            Field::Class => text(&told.class),
            Field::Exception => text(&told.exception),
            Field::Message => text(&told.message),
            Field::Attempts => told.attempts.to_string(),
            Field::Partition => letter.at.partition.to_string(),
            Field::Offset => letter.at.offset.to_string(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::At;
    use super::*;

    #[test]
    fn a_condition_is_read_and_holds_or_does_not() {
        let letter = Letter { at: At { partition: 1, offset: 7 }, time: None, key: None, value: None, headers: vec![] };
        let told = Told {
            stage: Some("TASK_PUT".to_owned()),
            exception: Some("org.postgresql.util.PSQLException".to_owned()),
            message: Some("a=b".to_owned()),
            ..Told::default()
        };
        for (text, expected) in [
            ("stage=TASK_PUT", true),
            ("stage!=TASK_PUT", false),
            ("stage=", false),
            ("connector=", true),
            ("exception=PSQLException", true),
            ("exception=org.postgresql.util.PSQLException", true),
            ("exception~SQL", true),
            ("message=a=b", true),
            ("message~^b", false),
            ("offset=7", true),
            ("partition!=1", false),
            ("attempts=0", true),
        ] {
            assert_eq!(text.parse::<Filter>().unwrap().holds(&letter, &told), expected, "{text}");
        }
        for bad in ["", "stage", "stages=X", "message~(", "stage!X", "=x"] {
            assert!(bad.parse::<Filter>().is_err(), "{bad}");
        }
    }
}
