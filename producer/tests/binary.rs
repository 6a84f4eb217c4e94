//! The built binary on bad input: what it says, and how it ends. Files are checked before Kafka is
//! asked for anything, so none is needed here.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on panics")]

use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};
use std::sync::Arc;

use parquet::basic::{Compression, ZstdLevel};
use parquet::column::writer::ColumnWriter;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::parser::parse_message_type;
use tempfile::TempDir;

/// A folder of input files.
struct Folder(TempDir);

impl Folder {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn file(&self, name: &str, content: &str) -> PathBuf {
        let path = self.0.path().join(name);
        std::fs::write(&path, content).unwrap();
        path
    }
}

fn producer(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_producer"));
    command.args(args).env_clear().env("LOG", "warn").env("NO_COLOR", "1").stdin(Stdio::null());
    command
}

fn run(command: &mut Command) -> (i32, String, String) {
    let Output { status, stdout, stderr } = command.output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (status.code().unwrap(), text(stdout), text(stderr))
}

/// Runs, and gives stderr with the folder's path taken out.
fn refused(folder: &Folder, args: &[&str]) -> String {
    let (code, stdout, stderr) = run(&mut producer(args));
    assert_eq!((code, stdout.as_str()), (4, ""), "{args:?}\n{stderr}");
    stderr.replace(folder.0.path().to_str().unwrap(), "")
}

#[test]
fn every_missing_column_of_every_file_is_told_at_once_before_anything_is_sent() {
    let folder = Folder::new();
    let first = folder.file("a.csv", "store_id,quantity\n1,2\n");
    let second = folder.file("b.ndjson", "{\"event_id\":\"x\",\"store_id\":1,\"sku\":2,\"qty\":3}\n");
    let told = refused(&folder, &["replay", first.to_str().unwrap(), second.to_str().unwrap()]);
    insta::assert_snapshot!(told, @r#"
    error: the input cannot be replayed, 4 things are wrong:
      - /a.csv: event_id: there is no column `event_id`, nor `basket_id` and `product_id`
      - /a.csv: sku: there is no column `sku`, nor `product_id`
      - /a.csv: ts: there is no column `ts`, nor `transaction_timestamp`
      - /b.ndjson: ts: there is no column `ts`, nor `transaction_timestamp`
    hint: name the file's own columns, for example --map qty=amount,ts=sold_at,event_id='shop-{order}-{line}'
    "#);
}

#[test]
fn a_file_that_is_not_there_is_none_or_a_folder_is_named() {
    let folder = Folder::new();
    let torn = folder.file("torn.parquet", "PAR1 and then nothing");
    let what = folder.file("sales.xyz", "");
    let folder_path = folder.0.path().join("sub.csv");
    std::fs::create_dir(&folder_path).unwrap();
    let gone = folder.0.path().join("gone.csv");
    let paths = [&gone, &torn, &what, &folder_path].map(|path| path.to_str().unwrap().to_owned());
    let args: Vec<&str> = ["replay"].into_iter().chain(paths.iter().map(String::as_str)).collect();
    insta::assert_snapshot!(refused(&folder, &args), @r#"
    error: the input cannot be replayed, 4 things are wrong:
      - /gone.csv: No such file or directory (os error 2)
      - /torn.parquet: it is no Parquet file that can be read: Parquet error: Invalid Parquet file. Corrupt footer
      - /sales.xyz: its format is not clear; add --format parquet, csv or ndjson
      - /sub.csv: it is a folder; name its files
    hint: nothing was sent; `producer replay --help` shows what is read
    "#);
}

#[test]
fn a_mapping_that_cannot_be_read_is_told_whole() {
    let folder = Folder::new();
    let told = refused(&folder, &["replay", "--map", "store=x,qty={a}{b}", "--map", "ts", "x.csv"]);
    insta::assert_snapshot!(told, @r#"
    error: --map cannot be read:
      - `store` is no field of the event (event_id, store_id, sku, qty, ts)
      - qty: `{a}{b}` is no single column; only event_id is put together
      - `ts` is not `field=column`
    hint: for example --map 'event_id=shop-{order}-{line},qty=amount'
    "#);
}

#[test]
fn a_rate_above_the_cap_and_a_secret_given_twice_are_told_together() {
    let mut command = producer(&["generate", "--rate", "5000"]);
    command
        .env("RATE_MAX_PER_SEC", "200")
        .env("KAFKA_SASL_PASSWORD", "canary-7f3a")
        .env("KAFKA_SASL_PASSWORD_FILE", "/x");
    let (code, _, stderr) = run(&mut command);
    assert_eq!(code, 4, "{stderr}");
    insta::assert_snapshot!(stderr, @r#"
    error: 2 settings are wrong:
      - both KAFKA_SASL_PASSWORD and KAFKA_SASL_PASSWORD_FILE are set; keep one of them
      - 5000 events/s is above the cap of 200 events/s; RATE_MAX_PER_SEC of the producer raises it
    "#);
}

#[test]
fn a_dry_run_names_file_row_and_column_of_each_refused_row_and_counts_them() {
    let folder = Folder::new();
    let rows = "store_id,basket_id,product_id,quantity,transaction_timestamp\n\
        330,1,11,2,2017-01-01 11:53:26\n\
        330,1,12,0,2017-01-01 11:53:26\n\
        -5,2,9999999999,abc,yesterday\n\
        330,,13,1,2017-01-01 11:53:26\n\
        330,3\n";
    let file = folder.file("sales.csv", rows);
    let (code, stdout, stderr) = run(&mut producer(&["replay", "--dry-run", "-o", "json", file.to_str().unwrap()]));
    assert_eq!(code, 0, "{stderr}");
    let told: Vec<&str> = stderr.lines().filter_map(|line| line.split_once("WARN ").map(|(_, told)| told)).collect();
    insta::assert_snapshot!(told.join("\n"), @r#"
    would be a dead letter: sales.csv row 2: column quantity (qty): the quantity is 0: a sale has more, a return less
    would be a dead letter: sales.csv row 3: column store_id: -5 is not above zero; column product_id (sku): 9999999999 is out of range: an int32 reaches from -2147483648 to 2147483647; column quantity (qty): "abc" is not a whole number; column transaction_timestamp (ts): "yesterday" is not a time: epoch milliseconds, RFC 3339, or a date and time without a zone (read as UTC)
    would be a dead letter: sales.csv row 4: column basket_id (event_id): there is no value
    would be a dead letter: sales.csv row 5: the row has 2 fields, the header 5
    "#);
    let mut summary: serde_json::Value = serde_json::from_str(&stdout).unwrap();
    for changing in ["seconds", "rate"] {
        assert!(summary[changing].take().is_number());
    }
    insta::assert_snapshot!(summary, @r#"{"schema_version":1,"dry_run":true,"read":5,"sent":1,"acked":0,"refused":4,"refused_by_reason":{"missing_value":1,"not_positive":1,"qty_zero":1,"unreadable_row":1},"dead":0,"undelivered":0,"skipped":0,"seconds":null,"rate":null}"#);
}

/// A Parquet file of a schema, in small compressed pages.
fn parquet(path: &std::path::Path, rows: i64, schema: &str) {
    let schema = Arc::new(parse_message_type(schema).unwrap());
    let zstd = Compression::ZSTD(ZstdLevel::default());
    let properties = WriterProperties::builder().set_compression(zstd).set_dictionary_enabled(false).build();
    let file = std::fs::File::create(path).unwrap();
    let mut writer = SerializedFileWriter::new(file, schema, Arc::new(properties)).unwrap();
    let mut group = writer.next_row_group().unwrap();
    while let Some(mut column) = group.next_column().unwrap() {
        // Scattered, so that it fills many pages.
        let values: Vec<i64> = (1..=rows).map(|row| row * 48_271 % 2_147_483_647).collect();
        match column.untyped() {
            ColumnWriter::Int64ColumnWriter(writer) => drop(writer.write_batch(&values, None, None).unwrap()),
            ColumnWriter::DoubleColumnWriter(writer) => {
                let values: Vec<f64> = values.iter().map(|_| 0.5).collect();
                writer.write_batch(&values, None, None).unwrap();
            }
            _ => unreachable!("the tests' schemas have no other types"),
        }
        column.close().unwrap();
    }
    group.close().unwrap();
    writer.close().unwrap();
}

const LONGS: &str = "message m { required int64 event_id; required int64 store_id; required int64 sku;
    required int64 qty; required int64 ts; }";

#[test]
fn a_parquet_column_of_a_wrong_type_is_told_before_a_row_is_read() {
    let folder = Folder::new();
    let path = folder.0.path().join("sales.parquet");
    parquet(&path, 1, &LONGS.replace("int64 qty", "double qty").replace("int64 store_id", "double store_id"));
    insta::assert_snapshot!(refused(&folder, &["replay", path.to_str().unwrap()]), @r#"
    error: the input cannot be replayed, 2 things are wrong:
      - /sales.parquet: store_id: column `store_id` is a floating-point number, and should be an integer
      - /sales.parquet: qty: column `qty` is a floating-point number, and should be an integer
    hint: name the file's own columns, for example --map qty=amount,ts=sold_at,event_id='shop-{order}-{line}'
    "#);
}

#[test]
fn a_parquet_file_that_is_damaged_inside_is_told_with_the_row_and_what_was_read_before() {
    let folder = Folder::new();
    let path = folder.0.path().join("sales.parquet");
    parquet(&path, 300_000, LONGS);
    let mut bytes = std::fs::read(&path).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle..middle + 100_000].fill(0xAA);
    std::fs::write(&path, bytes).unwrap();
    let told = refused(&folder, &["replay", "--dry-run", path.to_str().unwrap()]);
    assert!(told.starts_with("error: dry run: "), "{told}");
    assert!(told.contains(": /sales.parquet row ") && told.contains("the file cannot be read on: column "), "{told}");
    assert!(told.contains("\nhint: mend the file"), "{told}");
}

#[test]
fn standard_input_is_read_as_the_given_format() {
    let mut command = producer(&["replay", "--dry-run", "-o", "json", "--format", "ndjson", "--limit", "2", "-"]);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let row = "{\"event_id\":\"a\",\"store_id\":1,\"sku\":2,\"qty\":3,\"ts\":\"2017-01-01T00:00:00Z\"}\n";
    child.stdin.take().unwrap().write_all(row.repeat(3).as_bytes()).unwrap();
    let Output { status, stdout, stderr } = child.wait_with_output().unwrap();
    assert!(status.success(), "{}", String::from_utf8_lossy(&stderr));
    let summary: serde_json::Value = serde_json::from_slice(&stdout).unwrap();
    assert_eq!((summary["read"].as_u64(), summary["sent"].as_u64()), (Some(2), Some(2)));
}

#[test]
fn standard_input_without_a_format_is_asked_for_one() {
    insta::assert_snapshot!(refused(&Folder::new(), &["replay", "-", "-"]), @r#"
    error: the input cannot be replayed, 3 things are wrong:
      - standard input is given twice, and can be read once
      - standard input: its format is not clear; add --format parquet, csv or ndjson
      - standard input: its format is not clear; add --format parquet, csv or ndjson
    hint: nothing was sent; `producer replay --help` shows what is read
    "#);
}

#[test]
fn brokers_that_do_not_answer_are_named_and_the_exit_is_5() {
    for command in [&["generate", "--metrics-addr", "off"][..], &["topics"][..]] {
        // Port 1 of this machine: nobody listens there.
        let args: Vec<&str> = [command, &["--bootstrap-servers", "127.0.0.1:1", "--timeout", "1s"]].concat();
        let (code, stdout, stderr) = run(producer(&args).env("LOG", "off"));
        assert_eq!((code, stdout.as_str()), (5, ""), "{stderr}");
        assert!(stderr.starts_with("error: Kafka at 127.0.0.1:1 did not answer within 1 s: "), "{stderr}");
        assert!(stderr.contains("\nhint: is the broker up?"), "{stderr}");
    }
}

#[test]
fn what_would_never_end_is_refused() {
    insta::assert_snapshot!(refused(&Folder::new(), &["generate", "--rate", "max"]), @r#"
    error: `--rate max` without an end would never stop
    hint: add --count or --duration
    "#);
}

#[test]
fn the_help_teaches_every_command() {
    for command in ["generate", "replay", "topics", "completion"] {
        let (code, stdout, _) = run(&mut producer(&[command, "--help"]));
        assert_eq!(code, 0);
        assert!(stdout.contains("Example"), "{stdout}");
    }
}
