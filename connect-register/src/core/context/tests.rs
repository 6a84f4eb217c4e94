use super::*;

fn read(text: &str) -> Result<Contexts, String> {
    parse(&"config.yaml".into(), text)
        .map_err(|mistakes| mistakes.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))
}

const WHOLE: &str = "\
version: 1
current: prod
contexts:
  prod:
    urls: [https://a:8083, https://b:8083]
    username: deploy
    password: {env: PROD_PASSWORD}
    headers: {file: headers.txt}
    proxy: http://proxy:3128
    tls:
      ca: ca.pem
      cert: me.pem
      key: {command: [pass, show, connect key]}
      insecure: false
    kafka:
      bootstrap_servers: k1:9093,k2:9093
      security_protocol: SASL_SSL
      sasl_password: {command: [pass, show, kafka]}
  test:
    urls: [http://localhost:8083]
";

#[test]
fn contexts_are_written_as_they_were_read() {
    let contexts = read(WHOLE).unwrap();
    assert_eq!(contexts.current.as_deref(), Some("prod"));
    assert_eq!(contexts.find("prod").unwrap().settings().count(), 12);
    assert_eq!(read(&contexts.text()), Ok(contexts.clone()));
    insta::assert_snapshot!(contexts.text(), @r#"
    version: 1
    current: prod
    contexts:
      prod:
        urls:
          - "https://a:8083"
          - "https://b:8083"
        username: deploy
        password:
          env: PROD_PASSWORD
        headers:
          file: headers.txt
        proxy: "http://proxy:3128"
        tls:
          ca: ca.pem
          cert: me.pem
          key:
            command:
              - pass
              - show
              - connect key
          insecure: false
        kafka:
          bootstrap_servers: "k1:9093,k2:9093"
          security_protocol: SASL_SSL
          sasl_password:
            command:
              - pass
              - show
              - kafka
      test:
        urls:
          - "http://localhost:8083"
    "#);
    assert_eq!(read(""), Ok(Contexts::default()));
    assert_eq!(read(&Contexts::default().text()), Ok(Contexts::default()));
}

#[test]
fn every_member_is_read_back_as_it_was_set() {
    for member in Member::ALL {
        let secret = |source: Source| Setting::Secret(source);
        let mut settings = vec![];
        match member.form() {
            Form::Addresses => settings.push(Setting::Texts(vec!["http://a".to_owned(), "http://b".to_owned()])),
            Form::Flag => settings.extend([Setting::Flag(true), Setting::Flag(false)]),
            form => {
                settings.extend(form.takes_text().then(|| Setting::Text("x: y # z".to_owned())));
                if form.takes_source() {
                    settings.push(secret(Source::Env("A".to_owned())));
                    settings.push(secret(Source::File("~/a b".to_owned())));
                    settings.push(secret(Source::Command(vec!["a".to_owned(), "b c".to_owned(), "'\"".to_owned()])));
                }
            }
        }
        for setting in settings {
            let mut context = Context::default();
            context.set(Member::Urls, Some(Setting::Texts(vec!["http://a".to_owned()])));
            context.set(member, Some(setting));
            let contexts = Contexts { current: None, contexts: BTreeMap::from([("a".to_owned(), context)]) };
            assert_eq!(read(&contexts.text()), Ok(contexts.clone()), "{}", contexts.text());
        }
    }
}

#[test]
fn all_mistakes_are_told_at_once_with_their_places_and_no_secret_with_them() {
    let told = read(
        "\
version: 2
curent: prod
contexts:
  -x:
    urls: []
  prod:
    urls: [https://u:canary@a, https://canary@b, 5]
    user: x
    username: ''
    password: canary
    bearer_token: {env: A, file: B}
    headers: {value: canary}
    proxy: http://u:canary@proxy
    tls: {insecure: maybe, key: '-----BEGIN PRIVATE KEY-----canary', ca: [a]}
    kafka: {sasl_password: 12345, bootstrap: k:9092, ssl_key_password: {command: pass show}}
  other: 5
",
    )
    .unwrap_err();
    assert!(!told.contains("canary") && !told.contains("12345"), "{told}");
    insta::assert_snapshot!(told, @"
    config.yaml:1:1: version: this version of contexts is not known (write `version: 1`, or take a newer connect-register)
    config.yaml:2:1: curent: there is no such member here (did you mean `current`?)
    config.yaml:4:3: -x: this is no name of a context (a name begins with a letter or a digit, and has letters, digits, `.`, `_` and `-`, at most 64)
    config.yaml:5:5: urls: it is empty (write a list: [http://a:8083, http://b:8083])
    config.yaml:7:5: urls: it holds a user, a password or a key in the clear; whoever could read this file may know it (change the secret, and keep it elsewhere: docs/contexts.md)
    config.yaml:8:5: user: there is no such member here (there are urls, username, password, bearer_token, headers, proxy, tls, kafka)
    config.yaml:9:5: username: it is empty (write a text)
    config.yaml:10:5: password: a secret stands here in the clear; whoever could read this file may know it (change the secret, and write where it is to be found: {env: NAME}, {file: PATH} or {command: [PROGRAM, ARGUMENT]})
    config.yaml:11:5: bearer_token: one place of a secret is wanted (where it is to be found: {env: NAME}, {file: PATH} or {command: [PROGRAM, ARGUMENT]})
    config.yaml:12:15: headers: this is no place of a secret (where it is to be found: {env: NAME}, {file: PATH} or {command: [PROGRAM, ARGUMENT]})
    config.yaml:13:5: proxy: it holds a user, a password or a key in the clear; whoever could read this file may know it (change the secret, and keep it elsewhere: docs/contexts.md)
    config.yaml:14:11: tls.insecure: this is a string (write true or false)
    config.yaml:14:28: tls.key: it holds a user, a password or a key in the clear; whoever could read this file may know it (change the secret, and keep it elsewhere: docs/contexts.md)
    config.yaml:14:70: tls.ca: this is a list (write the path of a file)
    config.yaml:15:13: kafka.sasl_password: a secret stands here in the clear; whoever could read this file may know it (change the secret, and write where it is to be found: {env: NAME}, {file: PATH} or {command: [PROGRAM, ARGUMENT]})
    config.yaml:15:35: bootstrap: there is no such member here (there are bootstrap_servers, security_protocol, sasl_mechanism, sasl_username, sasl_password, ssl_ca, ssl_cert, ssl_key, ssl_key_password)
    config.yaml:15:73: kafka.ssl_key_password: this is no place of a secret (where it is to be found: {env: NAME}, {file: PATH} or {command: [PROGRAM, ARGUMENT]})
    config.yaml:16:10: other: this is a string, and members are wanted (there are urls, username, password, bearer_token, headers, proxy, tls, kafka)
    ");
    assert!(read("version: 1\ncontexts: {a: {username: x}}").unwrap_err().contains("urls: it is missing"));
    assert!(read("contexts: {}").unwrap_err().contains("version: it is missing"));
    assert!(read("version: 1\n---\nversion: 1\n").unwrap_err().contains("here is another"));
}

#[test]
fn a_context_that_is_not_there_is_told_with_those_that_are() {
    let contexts = read(WHOLE).unwrap();
    assert_eq!(contexts.find("prd").unwrap_err(), "did you mean `prod`? There are prod, test");
    assert_eq!(contexts.find("x").unwrap_err(), "there are prod, test");
    assert!(Contexts::default().find("x").unwrap_err().contains("context set"));
    for bad in ["", "-a", ".a", "a b", "a/b", "é", &"a".repeat(65)] {
        assert!(check_name(bad).is_err(), "{bad}");
    }
    assert!(check_name("prod-eu_1.a").is_ok());
}
