//! Opening input files: which format a name has, and a table over its rows. All files are opened and
//! their columns checked before a run begins, so that what can be known is known before anything is
//! sent.

use std::fmt;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use clap::ValueEnum;
use service::{Exit, Failure};

use super::bind::Bound;
use super::cell::Table;
use super::csv::CsvTable;
use super::mapping::Mapping;
use super::ndjson::{NdjsonTable, Peek};
use super::parquet::ParquetTable;

/// The formats that are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum FileFormat {
    /// Apache Parquet, flat columns
    Parquet,
    /// Comma-separated values with a header line
    Csv,
    /// One JSON object a line
    #[value(alias = "jsonl")]
    Ndjson,
}

impl FileFormat {
    /// The format that a name ends in.
    pub fn of(path: &Path) -> Option<Self> {
        match path.extension()?.to_str()?.to_ascii_lowercase().as_str() {
            "parquet" | "pq" => Some(Self::Parquet),
            "csv" => Some(Self::Csv),
            "ndjson" | "jsonl" | "json" => Some(Self::Ndjson),
            _ => None,
        }
    }
}

/// Where rows are read from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Input {
    /// Standard input.
    Stdin,
    /// A file.
    File(PathBuf),
}

impl From<&str> for Input {
    /// `-` is standard input.
    fn from(text: &str) -> Self {
        if text == "-" { Self::Stdin } else { Self::File(text.into()) }
    }
}

impl fmt::Display for Input {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Stdin => f.write_str("standard input"),
            Self::File(path) => write!(f, "{}", path.display()),
        }
    }
}

/// An input that was opened, whose columns fit the event.
pub struct Opened {
    /// As it was given.
    pub input: Input,
    /// Its name in dead letters: without the folder, so that it is the same wherever the file lies.
    pub name: String,
    /// Its rows.
    pub table: Box<dyn Table>,
    /// Which columns make the event; none where the file has no rows at all.
    pub bound: Option<Bound>,
}

/// Opens all inputs and checks their columns.
///
/// # Errors
/// A [`Failure`] with [`Exit::Invalid`] that names every file and column that is wrong.
pub fn open_all(inputs: &[Input], format: Option<FileFormat>, mapping: &Mapping) -> Result<Vec<Opened>, Failure> {
    let (mut opened, mut mistakes) = (Vec::new(), Vec::new());
    if inputs.iter().filter(|input| **input == Input::Stdin).count() > 1 {
        mistakes.push("standard input is given twice, and can be read once".to_owned());
    }
    for input in inputs {
        match open(input, format, mapping) {
            Ok(table) => opened.push(table),
            Err(why) => mistakes.extend(why.into_iter().map(|why| format!("{input}: {why}"))),
        }
    }
    if mistakes.is_empty() {
        return Ok(opened);
    }
    let what = match mistakes.len() {
        1 => "the input cannot be replayed".to_owned(),
        n => format!("the input cannot be replayed, {n} things are wrong"),
    };
    let hint = if mistakes.iter().any(|mistake| mistake.contains("column")) {
        "name the file's own columns, for example --map qty=amount,ts=sold_at,event_id='shop-{order}-{line}'"
    } else {
        "nothing was sent; `producer replay --help` shows what is read"
    };
    Err(Failure::all(Exit::Invalid, &what, &mistakes).hint(hint))
}

fn open(input: &Input, format: Option<FileFormat>, mapping: &Mapping) -> Result<Opened, Vec<String>> {
    let one = |why: String| vec![why];
    let format = format.or_else(|| match input {
        Input::Stdin => None,
        Input::File(path) => FileFormat::of(path),
    });
    let format =
        format.ok_or_else(|| one("its format is not clear; add --format parquet, csv or ndjson".to_owned()))?;
    let table = table(input, format).map_err(|error| one(format!("{error:#}")))?;
    let bound = match table.columns() {
        [] => None,
        columns => Some(Bound::new(mapping, columns)?),
    };
    let name = match input {
        Input::Stdin => "stdin".to_owned(),
        Input::File(path) => path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned(),
    };
    Ok(Opened { input: input.clone(), name, table, bound })
}

fn table(input: &Input, format: FileFormat) -> anyhow::Result<Box<dyn Table>> {
    let (reader, peek): (Box<dyn Read + Send>, Peek) = match (input, format) {
        (Input::Stdin, FileFormat::Parquet) => {
            anyhow::bail!("Parquet is read from its end, which standard input does not allow; save it as a file")
        }
        (Input::Stdin, _) => (Box::new(std::io::stdin()), Peek::Stream),
        (Input::File(path), _) => {
            let file = File::open(path)?;
            anyhow::ensure!(!file.metadata()?.is_dir(), "it is a folder; name its files");
            if format == FileFormat::Parquet {
                return Ok(Box::new(ParquetTable::open(file)?));
            }
            (Box::new(file), Peek::File)
        }
    };
    Ok(match format {
        FileFormat::Csv => Box::new(CsvTable::open(reader)?),
        FileFormat::Ndjson | FileFormat::Parquet => Box::new(NdjsonTable::open(reader, peek)?),
    })
}
