use super::told;

#[test]
fn every_key_knows_its_place_and_numbers_stay_as_they_stand() {
    let text = "\u{feff}{\"name\": \"a\",\r\n \"config\": {\r\n  \"é\": \"x\", \"n\": 1.50e3,\r\n  \"b\": true}}";
    insta::assert_snapshot!(told("t.json", text), @r#"
    t.json:1:1 "a"
      t.json:3:3 é = "x"
      t.json:3:13 n = 1.50e3
      t.json:4:3 b = true
    "#);
}

#[test]
fn all_that_is_wrong_with_a_shape_is_told_at_once() {
    let text = "{\n \"config\": {\n  \"a\": {},\n  \"b\": [1],\n  \"c\": null,\n  \"d\": 1,\n  \"d\": 2,\n  \"{{e}}\": 1,\n  \"\": 1\n },\n \"extra\": 1\n}";
    insta::assert_snapshot!(told("t.json", text), @r#"
    t.json:1:1 ?
      t.json:6:3 d = 1
    ! t.json:7:3: d: this key occurs twice; the first is at line 6
    ! t.json:3:3: a: the value is an object; Connect takes a flat map of strings
    ! t.json:4:3: b: the value is a list; Connect takes a flat map of strings
    ! t.json:5:3: c: the value is null; Connect takes a flat map of strings (an empty value is "", and no key is none)
    ! t.json:8:3: {{e}}: keys are not rendered, only values are
    ! t.json:9:3: : the key is empty
    ! t.json:11:2: extra: this does not belong here (a template is {"name": "…", "config": {"key": "value", …}})
    ! t.json:1:1: `name` is missing (a template is {"name": "…", "config": {"key": "value", …}})
    "#);
    insta::assert_snapshot!(told("t.json", r#"{"name": 1, "config": []}"#), @r#"
    t.json:1:1 ?
    ! t.json:1:2: `name` is a number (a template is {"name": "…", "config": {"key": "value", …}})
    ! t.json:1:13: `config` is a list (a template is {"name": "…", "config": {"key": "value", …}})
    "#);
    insta::assert_snapshot!(told("t.json", r#"[1, null, [{"name": "a"}]]"#), @r#"
    ! t.json:1:2: this is a number, and a connector is wanted (a template is {"name": "…", "config": {"key": "value", …}})
    ! t.json:1:5: this is null, and a connector is wanted (a template is {"name": "…", "config": {"key": "value", …}})
    ! t.json:1:11: this is a list, and a connector is wanted (a template is {"name": "…", "config": {"key": "value", …}})
    "#);
}

#[test]
fn what_is_not_json_is_told_with_its_place() {
    for text in [
        "",
        "{\"name\": \"a\",}",
        "{\"name\": \"a\"} {}",
        "{'name': 1}",
        "{\"a\": 01}",
        "// c\n{}",
        "{\"a\": \"\\ud800\"}",
        "{\"a\": \"\n\"}",
        "{\"a\": NaN}",
    ] {
        assert!(told("t.json", text).starts_with("! t.json"), "{text}");
    }
    insta::assert_snapshot!(told("t.json", "{\"name\": \"a\",}"), @"! t.json:1:14: this is not JSON: trailing comma");
    insta::assert_snapshot!(told("t.json", " "), @"! t.json: there is nothing in it (where no connector is meant, write [])");
}
