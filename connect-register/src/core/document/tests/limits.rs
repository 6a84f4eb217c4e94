use super::*;
use proptest::prelude::*;
use std::fmt::Write;
use std::time::{Duration, Instant};

/// What takes longer is no longer linear; a busy machine needs far less.
const PATIENCE: Duration = Duration::from_secs(30);

#[test]
fn what_is_made_to_fill_memory_or_stack_is_refused_in_bounded_time() {
    let mut bomb = "a0: &a0 [x,x,x,x,x,x,x,x,x]\n".to_owned();
    let mut tall = "a0: &a0 [x]\n".to_owned();
    for n in 1..300 {
        let before = n - 1;
        let before_it = format!("*a{before},").repeat(7);
        writeln!(bomb, "a{n}: &a{n} [{before_it}]").unwrap();
        writeln!(tall, "a{n}: &a{n} [*a{before}]").unwrap();
    }
    let long = format!("a: &a \"{}\"\nb: [{}]", "x".repeat(1 << 20), "*a,".repeat(1000));
    let wide = 1 << 20;
    for (name, text, what) in [
        ("bomb.yaml", bomb, "aliases make this too large"),
        ("tall.yaml", tall, "aliases make this too large"),
        ("long.yaml", long, "aliases make this too large"),
        ("lists.yaml", "[".repeat(wide), "nested too deeply"),
        ("maps.yaml", "{a: ".repeat(wide), "nested too deeply"),
        ("few.yaml", "[".repeat(4000), "nested too deeply"),
        ("dashes.yaml", "- ".repeat(wide), "nested too deeply"),
        ("marks.yaml", "? ".repeat(wide), "nested too deeply"),
        ("lists.json", "[".repeat(wide), "recursion limit exceeded"),
        ("maps.json", "{\"a\":".repeat(wide), "recursion limit exceeded"),
    ] {
        let begun = Instant::now();
        let told = told(name, &text);
        assert!(told.contains(what), "{name}: {told}");
        assert!(begun.elapsed() < PATIENCE, "{name}: {:?}", begun.elapsed());
    }
}

#[test]
fn a_large_file_is_read_in_bounded_time_on_one_line_too() {
    let members =
        |separator: &str, pair: fn(usize) -> String| (0..100_000).map(pair).collect::<Vec<_>>().join(separator);
    for (name, text) in [
        ("t.json", format!("{{\"name\":\"a\",\"config\":{{{}}}}}", members(",", |n| format!("\"k{n}\":\"v\"")))),
        ("t.yaml", format!("name: a\nconfig:\n{}", members("\n", |n| format!("  k{n}: v")))),
        ("flow.yaml", format!("name: a\nconfig: {{{}}}", members(", ", |n| format!("k{n}: v")))),
        ("t.properties", format!("name=a\n{}", members("\n", |n| format!("k{n}=v")))),
        ("one.properties", format!("name=a\nk={}", members("\\\n", |n| format!("k{n}")))),
    ] {
        let begun = Instant::now();
        let mut findings = Findings::default();
        let documents = read(&name.into(), &text, Format::of_name(name.as_ref()).unwrap(), &mut findings);
        assert!(findings.mistakes.is_empty() && documents.len() == 1, "{name}");
        assert!(name == "one.properties" || documents[0].config.len() == 100_000, "{name}");
        assert!(begun.elapsed() < PATIENCE, "{name}: {:?}", begun.elapsed());
    }
}

proptest! {
    #[test]
    fn no_text_breaks_a_reader(text in "(\\PC|[-:{}\\[\\]\"'|>&*!%#,=?\\\\ \n\t\r\u{feff}a0u<]|name: |config:\n|- |---\n|<<: |\\{\\{X\\}\\}){0,60}") {
        for format in [Format::Json, Format::Yaml, Format::Properties] {
            let mut findings = Findings::default();
            let documents = read(&"t".into(), &text, format, &mut findings);
            // What declares nothing says why, unless it is a list without anything in it.
            let is_told = !documents.is_empty() || !findings.mistakes.is_empty() || !findings.notes.is_empty();
            prop_assert!(is_told || text.contains('['), "{format:?}");
        }
    }
}
