//! Which columns of a file make which field of the event. Names only: whether a file has them is found
//! out in [`super::bind`].

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use crate::event::Field;

/// A piece of a template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    /// Text as it stands.
    Literal(String),
    /// The value of a column.
    Column(String),
}

/// What a field is filled from: one column, or for the event id several, such as
/// `cj-{basket_id}-{product_id}`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Template(pub Vec<Piece>);

impl Template {
    fn column(name: &str) -> Self {
        Self(vec![Piece::Column(name.to_owned())])
    }

    /// The columns it needs.
    pub fn columns(&self) -> impl Iterator<Item = &str> {
        self.0.iter().filter_map(|piece| match piece {
            Piece::Column(name) => Some(name.as_str()),
            Piece::Literal(_) => None,
        })
    }

    /// Whether it is one column and nothing else.
    pub fn single(&self) -> Option<&str> {
        match self.0.as_slice() {
            [Piece::Column(name)] => Some(name),
            _ => None,
        }
    }
}

impl FromStr for Template {
    type Err = String;

    /// A text without braces is the name of a column.
    fn from_str(text: &str) -> Result<Self, String> {
        if !text.contains(['{', '}']) {
            return if text.is_empty() { Err("the column is empty".into()) } else { Ok(Self::column(text)) };
        }
        let mut pieces = Vec::new();
        let mut rest = text;
        while let Some(open) = rest.find('{') {
            let (literal, tail) = rest.split_at(open);
            let close = tail.find('}').ok_or_else(|| format!("`{text}` opens a brace and does not close it"))?;
            let name = &tail[1..close];
            if name.is_empty() || name.contains('{') {
                return Err(format!("`{text}` has a brace without a column in it"));
            }
            if !literal.is_empty() {
                pieces.push(Piece::Literal(literal.to_owned()));
            }
            pieces.push(Piece::Column(name.to_owned()));
            rest = &tail[close + 1..];
        }
        if !rest.is_empty() {
            pieces.push(Piece::Literal(rest.to_owned()));
        }
        if pieces.iter().any(|piece| matches!(piece, Piece::Literal(text) if text.contains('}'))) {
            return Err(format!("`{text}` closes a brace that it did not open"));
        }
        Ok(Self(pieces))
    }
}

impl fmt::Display for Template {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(name) = self.single() {
            return f.write_str(name);
        }
        self.0.iter().try_for_each(|piece| match piece {
            Piece::Literal(text) => f.write_str(text),
            Piece::Column(name) => write!(f, "{{{name}}}"),
        })
    }
}

/// For each field the templates to try, the first that a file has the columns for is taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mapping(BTreeMap<Field, Vec<Template>>);

impl Default for Mapping {
    /// The event's own names, else those of The Complete Journey.
    fn default() -> Self {
        let id = vec![
            Piece::Literal("cj-".into()),
            Piece::Column("basket_id".into()),
            Piece::Literal("-".into()),
            Piece::Column("product_id".into()),
        ];
        let either = |field: Field, other: Template| (field, vec![Template::column(field.name()), other]);
        Self(BTreeMap::from([
            either(Field::EventId, Template(id)),
            (Field::StoreId, vec![Template::column("store_id")]),
            either(Field::Sku, Template::column("product_id")),
            either(Field::Qty, Template::column("quantity")),
            either(Field::Ts, Template::column("transaction_timestamp")),
        ]))
    }
}

impl Mapping {
    /// The default, with some fields given otherwise: `field=column` or `event_id=template`, separated
    /// by commas.
    ///
    /// # Errors
    /// Every mistake in the texts.
    pub fn with(texts: &[String]) -> Result<Self, Vec<String>> {
        let mut mapping = Self::default();
        let mut mistakes = Vec::new();
        for text in texts.iter().flat_map(|text| text.split(',')).map(str::trim).filter(|text| !text.is_empty()) {
            match Self::pair(text) {
                Ok((field, template)) => {
                    mapping.0.insert(field, vec![template]);
                }
                Err(mistake) => mistakes.push(mistake),
            }
        }
        if mistakes.is_empty() { Ok(mapping) } else { Err(mistakes) }
    }

    /// The templates to try for a field.
    pub fn templates(&self, field: Field) -> &[Template] {
        self.0.get(&field).map_or(&[], Vec::as_slice)
    }

    fn pair(text: &str) -> Result<(Field, Template), String> {
        let (name, template) = text.split_once('=').ok_or_else(|| format!("`{text}` is not `field=column`"))?;
        let Some(field) = Field::ALL.into_iter().find(|field| field.name() == name.trim()) else {
            let known = Field::ALL.map(Field::name).join(", ");
            return Err(format!("`{}` is no field of the event ({known})", name.trim()));
        };
        let template: Template = template.trim().parse().map_err(|why| format!("{field}: {why}"))?;
        if field != Field::EventId && template.single().is_none() {
            return Err(format!("{field}: `{template}` is no single column; only event_id is put together"));
        }
        Ok((field, template))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_may_be_put_together_of_several_columns() {
        let template: Template = "cj-{basket_id}-{product_id}".parse().unwrap();
        assert_eq!(template.columns().collect::<Vec<_>>(), ["basket_id", "product_id"]);
        assert_eq!(template.to_string(), "cj-{basket_id}-{product_id}");
        assert_eq!("order_no".parse::<Template>().unwrap().single(), Some("order_no"));
        assert_eq!("{order_no}".parse::<Template>().unwrap().single(), Some("order_no"));
    }

    #[test]
    fn all_mistakes_of_a_mapping_are_told_at_once() {
        let texts = ["store=a,qty={x}{y}".to_owned(), "ts".to_owned(), "event_id=a{b,sku={}".to_owned()];
        let mistakes = Mapping::with(&texts).unwrap_err();
        insta::assert_snapshot!(mistakes.join("\n"), @r#"
        `store` is no field of the event (event_id, store_id, sku, qty, ts)
        qty: `{x}{y}` is no single column; only event_id is put together
        `ts` is not `field=column`
        event_id: `a{b` opens a brace and does not close it
        sku: `{}` has a brace without a column in it
        "#);
    }

    #[test]
    fn a_given_column_replaces_the_default_and_leaves_the_others() {
        let mapping = Mapping::with(&["qty=amount, ts=sold_at".to_owned()]).unwrap();
        assert_eq!(mapping.templates(Field::Qty)[0].single(), Some("amount"));
        assert_eq!(mapping.templates(Field::Qty).len(), 1);
        assert_eq!(mapping.templates(Field::Sku).len(), 2);
    }
}
