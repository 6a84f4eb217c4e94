//! A mapping bound to the columns of one file: finds every missing column and wrong type before a row
//! is read, and then makes a sale of each row, or says what is wrong with it.

use super::cell::{Cell, Column, Kind, Table};
use super::mapping::{Mapping, Piece, Template};
use super::timestamp;
use crate::event::contract::{self, Breach};
use crate::event::{Field, Mistake, Sale};

const WHOLE_NUMBER: &str = "a whole number";

/// Where each field of the event comes from, by the place of the column.
#[derive(Clone, Debug)]
pub struct Bound {
    event_id: Vec<Part>,
    /// The id's template as written, for messages.
    event_id_column: String,
    store_id: usize,
    sku: usize,
    qty: usize,
    ts: usize,
    names: Vec<String>,
}

#[derive(Clone, Debug)]
enum Part {
    Literal(String),
    Column(usize),
}

impl Bound {
    /// Binds a mapping to columns.
    ///
    /// # Errors
    /// Every missing, doubled or wrongly typed column.
    pub fn new(mapping: &Mapping, columns: &[Column]) -> Result<Self, Vec<String>> {
        let mut mistakes = Vec::new();
        let mut place = |field: Field, wanted: &[Kind]| {
            let template = choose(mapping.templates(field), columns, field, &mut mistakes)?;
            let mut parts = Vec::new();
            for piece in template.0 {
                parts.push(match piece {
                    Piece::Literal(text) => Part::Literal(text),
                    Piece::Column(name) => Part::Column(find(&name, columns, field, wanted, &mut mistakes)?),
                });
            }
            Some(parts)
        };
        let event_id = place(Field::EventId, &[Kind::Int, Kind::Text, Kind::Instant, Kind::Any]);
        let numbers = [Field::StoreId, Field::Sku, Field::Qty].map(|field| place(field, &[Kind::Int, Kind::Any]));
        let ts = place(Field::Ts, &[Kind::Int, Kind::Instant, Kind::Text, Kind::Any]);

        let single = |parts: &Option<Vec<Part>>| match parts.as_deref() {
            Some([Part::Column(at)]) => Some(*at),
            _ => None,
        };
        let [store_id, sku, qty] = [&numbers[0], &numbers[1], &numbers[2]].map(single);
        match (event_id, store_id, sku, qty, single(&ts)) {
            (Some(event_id), Some(store_id), Some(sku), Some(qty), Some(ts)) if mistakes.is_empty() => {
                let names: Vec<String> = columns.iter().map(|column| column.name.clone()).collect();
                let event_id_column = event_id.iter().map(|part| shown(part, &names)).collect();
                Ok(Self { event_id, event_id_column, store_id, sku, qty, ts, names })
            }
            _ => Err(mistakes),
        }
    }

    /// Makes a sale of the current row of a table, in place; what is wrong is put to `mistakes`, which
    /// is empty where the sale keeps the contract. Each field that is sound is filled all the same.
    pub fn read(&self, table: &dyn Table, sale: &mut Sale, mistakes: &mut Vec<Mistake>) {
        mistakes.clear();
        sale.event_id.clear();
        if let Err((column, breach)) = self.read_id(table, &mut sale.event_id) {
            sale.event_id.clear();
            mistakes.push(Mistake { field: Field::EventId, column, breach });
        }
        let mut take = |field: Field, at: usize, value: Result<i64, Breach>| {
            value.unwrap_or_else(|breach| {
                mistakes.push(Mistake { field, column: self.names[at].clone(), breach });
                0
            })
        };
        let positive = |at: usize| whole(table.cell(at)).and_then(contract::positive_int32).map(i64::from);
        let quantity = whole(table.cell(self.qty)).and_then(contract::quantity).map(i64::from);
        // The contract's checks have proved that these fit.
        #[expect(clippy::cast_possible_truncation, reason = "checked by the contract")]
        {
            sale.store_id = take(Field::StoreId, self.store_id, positive(self.store_id)) as i32;
            sale.sku = take(Field::Sku, self.sku, positive(self.sku)) as i32;
            sale.qty = take(Field::Qty, self.qty, quantity) as i32;
        }
        sale.ts = take(Field::Ts, self.ts, time(table.cell(self.ts)).and_then(contract::timestamp));
    }

    fn read_id(&self, table: &dyn Table, id: &mut String) -> Result<(), (String, Breach)> {
        for part in &self.event_id {
            match part {
                Part::Literal(text) => id.push_str(text),
                Part::Column(at) => {
                    push_id(table.cell(*at), id).map_err(|breach| (self.names[*at].clone(), breach))?;
                }
            }
        }
        contract::event_id(id).map_err(|breach| (self.event_id_column.clone(), breach))
    }
}

/// The first template whose columns are all there, else every column that is missing.
fn choose(templates: &[Template], columns: &[Column], field: Field, mistakes: &mut Vec<String>) -> Option<Template> {
    let has = |name: &str| columns.iter().any(|column| column.name == name);
    if let Some(template) = templates.iter().find(|template| template.columns().all(has)) {
        return Some(template.clone());
    }
    let tried: Vec<String> = templates
        .iter()
        .map(|template| {
            let missing: Vec<String> =
                template.columns().filter(|name| !has(name)).map(|name| format!("`{name}`")).collect();
            missing.join(" and ")
        })
        .collect();
    mistakes.push(format!("{field}: there is no column {}", tried.join(", nor ")));
    None
}

fn find(name: &str, columns: &[Column], field: Field, wanted: &[Kind], mistakes: &mut Vec<String>) -> Option<usize> {
    let mut found = columns.iter().enumerate().filter(|(_, column)| column.name == name);
    let (at, column) = found.next()?;
    if found.next().is_some() {
        mistakes.push(format!("{field}: there is more than one column `{name}`"));
        return None;
    }
    if !wanted.contains(&column.kind) {
        let wanted = wanted[0].name();
        mistakes.push(format!("{field}: column `{name}` is {}, and should be {wanted}", column.kind.name()));
        return None;
    }
    Some(at)
}

fn shown(part: &Part, names: &[String]) -> String {
    match part {
        Part::Literal(text) => text.clone(),
        Part::Column(at) => format!("{{{}}}", names[*at]),
    }
}

fn whole(cell: Cell<'_>) -> Result<i64, Breach> {
    match cell {
        Cell::Int(number) => Ok(number),
        Cell::Null => Err(Breach::Missing),
        Cell::Raw(text) => match text.trim() {
            "" => Err(Breach::Missing),
            number => number.parse().map_err(|_| match number.parse::<i128>() {
                Ok(giant) => contract::beyond_int64(giant),
                Err(_) => Breach::wrong_type(text, WHOLE_NUMBER),
            }),
        },
        // JSON's integers beyond int64 come as floats.
        Cell::Float(number) if number.fract() == 0.0 && number.abs() >= 9.2e18 => Err(contract::beyond_int64(number)),
        other => Err(Breach::wrong_type(&other.shown(), WHOLE_NUMBER)),
    }
}

fn time(cell: Cell<'_>) -> Result<i64, Breach> {
    match cell {
        Cell::Int(ms) | Cell::Instant(ms) => Ok(ms),
        Cell::Null => Err(Breach::Missing),
        Cell::Raw(text) | Cell::Text(text) => match text.trim() {
            "" => Err(Breach::Missing),
            time => timestamp::parse(time).ok_or_else(|| Breach::wrong_type(text, timestamp::WANTED)),
        },
        other => Err(Breach::wrong_type(&other.shown(), timestamp::WANTED)),
    }
}

fn push_id(cell: Cell<'_>, id: &mut String) -> Result<(), Breach> {
    match cell {
        Cell::Int(number) | Cell::Instant(number) => id.push_str(itoa::Buffer::new().format(number)),
        Cell::Null | Cell::Raw("") | Cell::Text("") => return Err(Breach::Missing),
        Cell::Raw(text) | Cell::Text(text) => id.push_str(text),
        other => return Err(Breach::wrong_type(&other.shown(), "text or a whole number")),
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn columns(of: &[(&str, Kind)]) -> Vec<Column> {
        of.iter().map(|(name, kind)| Column { name: (*name).to_owned(), kind: *kind }).collect()
    }

    #[test]
    fn all_missing_and_wrong_columns_are_told_at_once() {
        let columns = columns(&[("store_id", Kind::Text), ("quantity", Kind::Float), ("ts", Kind::Int)]);
        let mistakes = Bound::new(&Mapping::default(), &columns).unwrap_err();
        insta::assert_snapshot!(mistakes.join("\n"), @r#"
        event_id: there is no column `event_id`, nor `basket_id` and `product_id`
        store_id: column `store_id` is text, and should be an integer
        sku: there is no column `sku`, nor `product_id`
        qty: column `quantity` is a floating-point number, and should be an integer
        "#);
    }

    #[test]
    fn a_file_of_events_and_the_complete_journey_both_bind_by_default() {
        let own = columns(&[
            ("event_id", Kind::Text),
            ("store_id", Kind::Int),
            ("sku", Kind::Int),
            ("qty", Kind::Int),
            ("ts", Kind::Int),
        ]);
        let journey = columns(&[
            ("store_id", Kind::Int),
            ("basket_id", Kind::Int),
            ("product_id", Kind::Int),
            ("quantity", Kind::Int),
            ("transaction_timestamp", Kind::Instant),
        ]);
        assert_eq!(Bound::new(&Mapping::default(), &own).unwrap().event_id_column, "{event_id}");
        assert_eq!(Bound::new(&Mapping::default(), &journey).unwrap().event_id_column, "cj-{basket_id}-{product_id}");
    }

    #[test]
    fn a_doubled_column_is_not_chosen_from() {
        let mapping = Mapping::with(&["event_id=a,store_id=a,sku=a,qty=b,ts=a".to_owned()]).unwrap();
        let columns = columns(&[("a", Kind::Any), ("b", Kind::Any), ("b", Kind::Any)]);
        let mistakes = Bound::new(&mapping, &columns).unwrap_err();
        assert_eq!(mistakes, ["qty: there is more than one column `b`"]);
    }
}
