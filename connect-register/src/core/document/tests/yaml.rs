use super::told;

#[test]
fn every_key_knows_its_place_and_every_scalar_stays_as_it_stands() {
    let text = "# comment\n---\nname: a\nconfig:\n  é: 1e3\n  octal: 010\n  yes: no\n  \"on\": Off\n  hex: 0x10\n  date: 2024-01-01\n  \
                big: 1_000\n  float: 1.10\n  quoted: 'a''b'\n  double: \"a\\tb\\u00e9\"\n  literal: |\n    x\n     y\n  \
                folded: >-\n    x\n    y\n  long: a\n    b\n  tagged: !!str 1\n  number: !!int \"7\"\n  empty: \"\"\n  \
                url: jdbc:postgresql://{{HOST}}:5432/x?a=b&c={{D}}#x # comment\n  secret: '{{secret \"PW\"}}'\n";
    insta::assert_snapshot!(told("t.yaml", text), @r#"
    t.yaml:3:1 "a"
      t.yaml:5:3 é = "1e3"
      t.yaml:6:3 octal = "010"
      t.yaml:7:3 yes = "no"
      t.yaml:8:3 on = "Off"
      t.yaml:9:3 hex = "0x10"
      t.yaml:10:3 date = "2024-01-01"
      t.yaml:11:3 big = "1_000"
      t.yaml:12:3 float = "1.10"
      t.yaml:13:3 quoted = "a'b"
      t.yaml:14:3 double = "a\tbé"
      t.yaml:15:3 literal = "x\n y\n"
      t.yaml:18:3 folded = "x y"
      t.yaml:21:3 long = "a b"
      t.yaml:23:3 tagged = "1"
      t.yaml:24:3 number = "7"
      t.yaml:25:3 empty = ""
      t.yaml:26:3 url = "jdbc:postgresql://{{HOST}}:5432/x?a=b&c={{D}}#x"
      t.yaml:27:3 secret = "{{secret \"PW\"}}"
    "#);
}

#[test]
fn line_breaks_of_every_system_and_a_mark_at_the_beginning_are_read() {
    let text = "\u{feff}name: a\r\nconfig:\r\n  x: y\r\n  z: |\r\n    1\r\n    2\r\n";
    insta::assert_snapshot!(told("t.yaml", text), @r#"
    t.yaml:1:1 "a"
      t.yaml:3:3 x = "y"
      t.yaml:4:3 z = "1\n2\n"
    "#);
}

#[test]
fn several_documents_and_lists_are_read_and_empty_documents_are_none() {
    let text = "---\nname: a\nconfig: {x: 1}\n---\n# nothing\n---\n- name: b\n  config: {x: 2}\n- {name: c, connector.class: y}\n...\n---\nname: d\nconfig: {}\n";
    insta::assert_snapshot!(told("t.yml", text), @r#"
    t.yml:2:1 "a"
      t.yml:3:10 x = "1"
    t.yml:7:3 "b"
      t.yml:8:12 x = "2"
    t.yml:9:3 "c"
      t.yml:9:13 connector.class = "y"
    t.yml:12:1 "d"
    "#);
}

#[test]
fn aliases_and_merges_are_followed_and_what_a_map_has_itself_counts() {
    let text = "- &base\n  name: a\n  config: &config\n    x: 1\n    y: 2\n- name: b\n  config:\n    <<: *config\n    y: 3\n- name: c\n  \
                config:\n    <<: [{z: 4, x: 5}, *config]\n";
    insta::assert_snapshot!(told("t.yaml", text), @r#"
    t.yaml:1:3 "a"
      t.yaml:4:5 x = "1"
      t.yaml:5:5 y = "2"
    t.yaml:6:3 "b"
      t.yaml:9:5 y = "3"
      t.yaml:4:5 x = "1"
    t.yaml:10:3 "c"
      t.yaml:12:11 z = "4"
      t.yaml:12:17 x = "5"
      t.yaml:5:5 y = "2"
    "#);
}

#[test]
fn all_that_is_wrong_with_a_shape_is_told_at_once() {
    let text = "nam: a\nstate: pausd\nconfig:\n  a: {}\n  b: [1]\n  c:\n  d: ~\n  e: 1\n  e: 2\n  '{{f}}': 1\n  {{G}}: 1\n  h: {{H}}\n  \
                ? [i]\n  : 1\n  j: !vault x\n  <<: 1\n  null: 1\n";
    insta::assert_snapshot!(told("t.yaml", text), @r#"
    t.yaml:1:1 ?
      t.yaml:8:3 e = "1"
      t.yaml:15:3 j = "x"
    ! t.yaml:9:3: e: this key occurs twice; the first is at line 8
    ! t.yaml:11:4: the key is an object, and a text is wanted (a value that begins with {{ wants quotes: "{{NAME}}", or '{{secret "NAME"}}')
    ! t.yaml:11:3: the key is an object, and a text is wanted (a value that begins with {{ wants quotes: "{{NAME}}", or '{{secret "NAME"}}')
    ! t.yaml:12:7: the key is an object, and a text is wanted (a value that begins with {{ wants quotes: "{{NAME}}", or '{{secret "NAME"}}')
    ! t.yaml:13:5: the key is a list, and a text is wanted (a value that begins with {{ wants quotes: "{{NAME}}", or '{{secret "NAME"}}')
    ! t.yaml:15:6: the tag !vault is not known here (write the value as a text)
    ! t.yaml:17:3: the key is null, and a text is wanted (a value that begins with {{ wants quotes: "{{NAME}}", or '{{secret "NAME"}}')
    ! t.yaml:16:3: <<: this is a string, and a map is wanted
    ! t.yaml:1:1: nam: this does not belong here (did you mean `name`?)
    ! t.yaml:2:8: state: there is no state "pausd" (did you mean `paused`?)
    ! t.yaml:4:3: a: the value is an object; Connect takes a flat map of strings
    ! t.yaml:5:3: b: the value is a list; Connect takes a flat map of strings
    ! t.yaml:6:3: c: the value is null; Connect takes a flat map of strings (an empty value is "", and no key is none)
    ! t.yaml:7:3: d: the value is null; Connect takes a flat map of strings (an empty value is "", and no key is none)
    ! t.yaml:10:3: {{f}}: keys are not rendered, only values are
    ! t.yaml:12:3: h: the value is an object; Connect takes a flat map of strings
    ! t.yaml:1:1: `name` is missing (a template is {"name": "…", "config": {"key": "value", …}})
    "#);
}

#[test]
fn what_is_not_yaml_is_told_with_its_place_and_the_next_step() {
    let all = [
        "",
        "# only a comment",
        "---\n---\n",
        "a: b: c",
        "name: {{N}}x\n",
        "config:\n\tx: 1",
        "a: \"x",
        "a: 'x\n---\nb: 1",
        "a: *b",
        "&a [*a]",
        "&a x: 1\n--- \ny: *a",
        "a: @b",
        "%YAML 3.0\n---\na: 1",
        "name: a\n  b: c",
        "a: 1\n\u{feff}b: 2",
        "just text",
    ];
    let told: Vec<_> = all.iter().map(|text| format!("{text:?}\n{}", told("t.yaml", text))).collect();
    insta::assert_snapshot!(told.join("\n"), @r##"
    ""
    ! t.yaml: there is nothing in it (where no connector is meant, write [])
    "# only a comment"
    ! t.yaml: there is nothing in it (where no connector is meant, write [])
    "---\n---\n"
    ! t.yaml: there is nothing in it (where no connector is meant, write [])
    "a: b: c"
    ! t.yaml:1:5: this is not YAML: mapping values are not allowed in this context
    "name: {{N}}x\n"
    ! t.yaml:1:8: the key is an object, and a text is wanted (a value that begins with {{ wants quotes: "{{NAME}}", or '{{secret "NAME"}}')
    ! t.yaml:1:12: this is not YAML: while parsing a block mapping, did not find expected key (a value that begins with {{ wants quotes: "{{NAME}}", or '{{secret "NAME"}}')
    "config:\n\tx: 1"
    ! t.yaml:2:2: this is not YAML: tabs disallowed within this context (block indentation) (YAML is indented by spaces, not by tabs)
    "a: \"x"
    ! t.yaml:1:4: this is not YAML: while scanning a quoted scalar, found unexpected end of stream
    "a: 'x\n---\nb: 1"
    ! t.yaml:1:4: this is not YAML: while scanning a quoted scalar, found unexpected document indicator
    "a: *b"
    ! t.yaml:1:4: this is not YAML: while parsing node, found unknown anchor
    "&a [*a]"
    ! t.yaml:1:5: this alias stands inside of what it names, or in another document
    "&a x: 1\n--- \ny: *a"
    t.yaml:1:1 ?
    ! t.yaml:3:4: this alias stands inside of what it names, or in another document
    ! t.yaml:1:1: x: this does not belong here (a template is {"name": "…", "config": {"key": "value", …}})
    ! t.yaml:1:1: `name` is missing (a template is {"name": "…", "config": {"key": "value", …}})
    ! t.yaml:1:1: `config` is missing (a template is {"name": "…", "config": {"key": "value", …}})
    "a: @b"
    ! t.yaml:1:4: this is not YAML: unexpected character: `@'
    "%YAML 3.0\n---\na: 1"
    t.yaml:3:1 ?
    ! t.yaml:3:1: a: this does not belong here (a template is {"name": "…", "config": {"key": "value", …}})
    ! t.yaml:3:1: `name` is missing (a template is {"name": "…", "config": {"key": "value", …}})
    ! t.yaml:3:1: `config` is missing (a template is {"name": "…", "config": {"key": "value", …}})
    "name: a\n  b: c"
    ! t.yaml:2:4: this is not YAML: mapping values are not allowed in this context
    "a: 1\n\u{feff}b: 2"
    t.yaml:1:1 ?
    ! t.yaml:2:1: this is not YAML: a byte order mark must not appear inside a document
    ! t.yaml:1:1: a: this does not belong here (a template is {"name": "…", "config": {"key": "value", …}})
    ! t.yaml:1:1: `name` is missing (a template is {"name": "…", "config": {"key": "value", …}})
    ! t.yaml:1:1: `config` is missing (a template is {"name": "…", "config": {"key": "value", …}})
    "just text"
    ! t.yaml:1:1: this is a string, and a connector is wanted (a template is {"name": "…", "config": {"key": "value", …}})
    "##);
}

#[test]
fn what_stands_before_a_mistake_of_syntax_is_read_all_the_same() {
    insta::assert_snapshot!(told("t.yaml", "name: a\nconfig: {x: 1}\n---\nname: b\nconfig: {x: \"\n"), @r#"
    t.yaml:1:1 "a"
      t.yaml:2:10 x = "1"
    ! t.yaml:5:13: this is not YAML: while scanning a quoted scalar, found unexpected end of stream
    "#);
}
