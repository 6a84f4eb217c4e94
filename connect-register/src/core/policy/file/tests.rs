use super::super::Policy;
use crate::core::Variables;

fn mistakes(text: &str) -> String {
    let variables = Variables { plain: [("HOST".to_owned(), "db".to_owned())].into(), ..Variables::default() };
    match Policy::parse(&"p.yaml".into(), text, &variables) {
        Ok(_) => "none".to_owned(),
        Err(mistakes) => mistakes.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"),
    }
}

#[test]
fn all_mistakes_are_told_at_once_with_places_and_what_was_meant() {
    let text = "version: 2\nextends: all\nclases: {}\nclasses:\n  conectors: [a.B]\n  connectors: a.B\n  converters: ['a b']\n  aliases: maybe\n\
                jdbc:\n  hosts: ['{{HOST}}:0', '{{GONE}}', '127.1', '*:x']\n  schemes: [oracle]\n  files: [run/secrets, '/a/../b']\n  sslmode:\n\
                references:\n  - provider: env\n  - keys: [A]\n  - provider: file\n    keys: [a]\n    paths: [/x/../y]\n    inn: []\nlogin_modules: ['*']\n\
                token_urls: ['http://u@h/', 'ftp://h/']\noverrides: []\n";
    insta::assert_snapshot!(mistakes(text), @r#"
    p.yaml:1:10: version: this version of policies is not known (write `version: 1`)
    p.yaml:2:10: extends: only the default can be extended (write `extends: default`, or leave it out)
    p.yaml:3:1: clases: a policy has no such member here (did you mean `classes`?)
    p.yaml:5:3: conectors: a policy has no such member here (did you mean `connectors`?)
    p.yaml:6:15: classes.connectors: this is a string, and a list is wanted (one item: [item]; none: [])
    p.yaml:7:16: classes.converters: "a b": a class is written with its package, all of a package as `package.*`, any as `*` (docs/policy.md has examples)
    p.yaml:8:12: classes.aliases: this is not "maybe" (it is one of expand, refuse)
    p.yaml:10:11: jdbc.hosts: "db:0": the port is no number from 1 to 65535 (docs/policy.md has examples)
    p.yaml:10:25: jdbc.hosts: the variable GONE is not set (set it, or write {{default GONE "…"}})
    p.yaml:10:37: jdbc.hosts: "127.1": the host can be read in more than one way (docs/policy.md has examples)
    p.yaml:10:46: jdbc.hosts: "*:x": the port is no number from 1 to 65535 (docs/policy.md has examples)
    p.yaml:11:13: jdbc.schemes: "oracle": URLs of postgresql, mysql and mariadb can be checked; list others whole in `jdbc.urls` (docs/policy.md has examples)
    p.yaml:12:11: jdbc.files: "run/secrets": a folder is written from the root, without `..` and `*` (docs/policy.md has examples)
    p.yaml:12:24: jdbc.files: "/a/../b": a folder is written from the root, without `..` and `*` (docs/policy.md has examples)
    p.yaml:13:10: jdbc.sslmode: this is null, and a text is wanted (put it in quotes)
    p.yaml:15:5: references: `keys` are missing (name them, or all with `keys: ["*"]`)
    p.yaml:16:5: references: `provider` is missing (name it as the worker does, such as `env`)
    p.yaml:19:13: paths: "/x/../y": a path has no `..` (docs/policy.md has examples)
    p.yaml:20:5: inn: a policy has no such member here (there are provider, paths, keys, connectors, classes, in)
    p.yaml:21:17: login_modules: "*": a login module is named in full (docs/policy.md has examples)
    p.yaml:22:14: token_urls: "http://u@h/": it holds a user or a password (docs/policy.md has examples)
    p.yaml:22:29: token_urls: "ftp://h/": its scheme is not https (docs/policy.md has examples)
    p.yaml:23:12: overrides: this is a list, and members are wanted (there are producer, consumer, admin)
    "#);
}

#[test]
fn what_is_no_policy_is_told_with_its_place() {
    for (text, expected) in [
        ("", "the file is empty"),
        ("version: 1\nversion: 1", "p.yaml:2:1: version: this key occurs twice; the first is at line 1"),
        ("version: *x", "this is not YAML"),
        ("version: !x 1", "the tag !x is not known"),
        ("version: 1\n---\nversion: 1", "here is another"),
        ("- version", "this is a list, and members are wanted"),
        ("{\"version\": 1", "this is not YAML"),
        ("version: 1\n\tx: 1", "this is not YAML"),
        ("classes: {}", "p.yaml: version: it is missing"),
        ("version: 1\nkeys: ['{{secret \"PW\"}}']", "a policy holds no secrets"),
        (&format!("version: {}{}", "[".repeat(200), "]".repeat(200)), "nested too deeply"),
    ] {
        assert!(mistakes(text).contains(expected), "{text}\n{}", mistakes(text));
    }
}

#[test]
fn json_is_taken_too_and_its_texts_are_rendered() {
    let text =
        "{\n\t\"version\": 1,\n\t\"jdbc\": {\"hosts\": [\"{{HOST}}:{{default PORT \\\"6432\\\"}}\", \"a,b:*\"]}\n}";
    assert_eq!(mistakes(text), "none");
}

#[test]
fn the_default_is_a_policy_whatever_the_database_is_called() {
    for host in ["localhost", "db.internal", "10.1.2.3", "a,b"] {
        let variables = Variables { plain: [("PGHOST".to_owned(), host.to_owned())].into(), ..Variables::default() };
        assert!(Policy::built_in(&variables).is_ok(), "{host}");
    }
}
