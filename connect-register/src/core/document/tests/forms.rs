use super::told;

#[test]
fn a_state_and_ignored_keys_stand_beside_a_configuration() {
    let text = r#"{"name": "a", "state": "PAUSED", "ignore_keys": ["tasks.max", "consumer.override.*"], "config": {"x": "y"}}"#;
    insta::assert_snapshot!(told("t.json", text), @r#"
    t.json:1:1 "a" paused ignores tasks.max consumer.override.*
      t.json:1:98 x = "y"
    "#);
    let text = "name: a\nstate: stopped\nignore_keys:\n- tasks.max\n- 'x.*'\nconfig: {x: y}";
    insta::assert_snapshot!(told("t.yaml", text), @r#"
    t.yaml:1:1 "a" stopped ignores tasks.max x.*
      t.yaml:6:10 x = "y"
    "#);
}

#[test]
fn mistakes_beside_a_configuration_are_told_with_what_was_meant() {
    let text = "name: a\nstate: started\nignore_keys: [tasks.max, '*', 'a*b', '', 1, [], 'x y', '{{X}}', tasks.max, name, 'con*', 'a**']\n\
                ignored_keys: []\nconfi: {}\ninitial_state: STOPPED\ntasks: []\ntype: sink\nsomething: 1\n";
    insta::assert_snapshot!(told("t.yaml", text), @r#"
    t.yaml:1:1 "a" ignores tasks.max 1 con*
    ! t.yaml:2:8: state: there is no state "started" (it is one of running, paused, stopped, and is not rendered)
    ! t.yaml:3:26: ignore_keys: this would leave everything to others (ignore_keys is ["tasks.max", "consumer.override.*"]: keys, or beginnings with a * at the end)
    ! t.yaml:3:31: ignore_keys: "a*b" has a * that is not its end (ignore_keys is ["tasks.max", "consumer.override.*"]: keys, or beginnings with a * at the end)
    ! t.yaml:3:38: ignore_keys: the key is empty (ignore_keys is ["tasks.max", "consumer.override.*"]: keys, or beginnings with a * at the end)
    ! t.yaml:3:45: ignore_keys: this is a list, and a key is wanted (ignore_keys is ["tasks.max", "consumer.override.*"]: keys, or beginnings with a * at the end)
    ! t.yaml:3:49: ignore_keys: "x y" is no key; keys are not rendered (ignore_keys is ["tasks.max", "consumer.override.*"]: keys, or beginnings with a * at the end)
    ! t.yaml:3:56: ignore_keys: "{{X}}" is no key; keys are not rendered (ignore_keys is ["tasks.max", "consumer.override.*"]: keys, or beginnings with a * at the end)
    ! t.yaml:3:65: ignore_keys: "tasks.max" occurs twice
    ! t.yaml:3:76: ignore_keys: `name` cannot be left to others (ignore_keys is ["tasks.max", "consumer.override.*"]: keys, or beginnings with a * at the end)
    ! t.yaml:3:90: ignore_keys: "a**" has a * that is not its end (ignore_keys is ["tasks.max", "consumer.override.*"]: keys, or beginnings with a * at the end)
    ! t.yaml:4:1: ignored_keys: this does not belong here (did you mean `ignore_keys`?)
    ! t.yaml:5:1: confi: this does not belong here (did you mean `config`?)
    ! t.yaml:6:1: initial_state: this does not belong here (write `state`: a connector begins in it, and is kept in it)
    ! t.yaml:9:1: something: this does not belong here (a template is {"name": "…", "config": {"key": "value", …}})
    ! t.yaml:1:1: `config` is missing (a template is {"name": "…", "config": {"key": "value", …}})
    "#);
    let text = r#"{"name": "a", "config": {}, "state": true, "ignore_keys": "tasks.max"}"#;
    insta::assert_snapshot!(told("t.json", text), @r#"
    t.json:1:1 "a"
    ! t.json:1:29: state: the state is a boolean, and one of running, paused, stopped is wanted
    ! t.json:1:44: ignore_keys: this is a string, and a list is wanted (ignore_keys is ["tasks.max", "consumer.override.*"]: keys, or beginnings with a * at the end)
    "#);
    insta::assert_snapshot!(told("t.json", r#"{"name": "a", "config": {}, "state": "runing"}"#), @r#"
    t.json:1:1 "a"
    ! t.json:1:38: state: there is no state "runing" (did you mean `running`?)
    "#);
}

#[test]
fn what_connect_answers_about_a_connector_is_read_as_it_is() {
    let text = r#"{"name": "a", "config": {"connector.class": "x", "name": "a"}, "tasks": [{"connector": "a", "task": 0}], "type": "sink"}"#;
    insta::assert_snapshot!(told("t.json", text), @r#"
    t.json:1:1 "a"
      t.json:1:26 connector.class = "x"
      t.json:1:50 name = "a"
    "#);
}

#[test]
fn a_flat_configuration_has_its_name_inside() {
    insta::assert_snapshot!(told("t.json", "{\"name\": \"a\",\n \"connector.class\": \"x\", \"tasks.max\": 2, \"state\": \"open\"}"), @r#"
    t.json:1:1 "a"
      t.json:2:2 connector.class = "x"
      t.json:2:26 tasks.max = 2
      t.json:2:42 state = "open"
    "#);
    insta::assert_snapshot!(told("t.yaml", "connector.class: x\ntopics: a,b\nnested: {}\n"), @r#"
    t.yaml:1:1 ?
      t.yaml:1:1 connector.class = "x"
      t.yaml:2:1 topics = "a,b"
    ! t.yaml:3:1: nested: the value is an object; Connect takes a flat map of strings
    ! t.yaml:1:1: `name` is missing (a flat configuration has its name inside, beside `connector.class`)
    "#);
    insta::assert_snapshot!(told("t.properties", "connector.class=x\ntopics=a,b\n"), @r#"
    t.properties:1:1 ?
      t.properties:1:1 connector.class = "x"
      t.properties:2:1 topics = "a,b"
    ! t.properties:1:1: `name` is missing (a flat configuration has its name inside, beside `connector.class`)
    "#);
    insta::assert_snapshot!(told("t.properties", "name=a\ntopics=a\n"), @r#"
    t.properties:1:1 "a"
      t.properties:2:1 topics = "a"
    "#);
}

#[test]
fn an_empty_list_declares_nothing_and_is_no_mistake() {
    assert_eq!(told("t.json", "[]"), "");
    assert_eq!(told("t.yaml", "[]"), "");
}
