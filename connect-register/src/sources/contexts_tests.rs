use super::*;

fn map(pairs: &[(&str, &str)]) -> Pairs {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

const FILE: &str = "\
version: 1
current: prod
contexts:
  prod:
    urls: [https://a:8083, https://b:8083]
    username: deploy
    password: {env: PROD_PASSWORD}
    tls: {ca: ca.pem, key: ~/key.pem, cert: /abs/me.pem, insecure: false}
    headers: {file: headers.txt}
    kafka: {bootstrap_servers: 'k:9092', sasl_password: {command: [pass, show, a b]}}
  token:
    urls: [http://c:8083]
    bearer_token: {env: TOKEN}
";

/// The environment of a process with this file of contexts.
fn process(folder: &tempfile::TempDir, pairs: &[(&str, &str)]) -> Pairs {
    let file = folder.path().join("c.yaml");
    fs::write(&file, FILE).unwrap();
    fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).unwrap();
    let mut env = map(&[("HOME", "/home/u"), ("PROD_PASSWORD", "canary"), ("TOKEN", "canary2")]);
    env.insert(names::CONTEXTS.to_owned(), file.to_str().unwrap().to_owned());
    env.extend(map(pairs));
    env
}

/// What a context adds to an environment.
fn adds(pairs: &[(&str, &str)], choice: Choice<'_>) -> Result<(String, Vec<String>), String> {
    let folder = tempfile::tempdir().unwrap();
    let process = process(&folder, pairs);
    let found = surround(process.clone(), &process, choice).map_err(|failure| failure.to_string())?;
    let new = found.pairs.iter().filter(|(name, _)| !process.contains_key(*name));
    let lines = new.fold(String::new(), |lines, (name, value)| lines + name + "=" + value + "\n");
    Ok((lines.replace(folder.path().to_str().unwrap(), "FOLDER"), found.warnings))
}

const CURRENT: Choice<'_> = Choice { name: None, or_current: true, urls: &[], username: None };

#[test]
fn the_file_is_looked_for_where_the_system_keeps_settings() {
    let at = |pairs: &[(&str, &str)]| path(&map(pairs)).map(|path| path.to_str().unwrap().to_owned());
    assert_eq!(at(&[("CONNECT_REGISTER_CONFIG", "x.yaml"), ("HOME", "/h")]).as_deref(), Some("x.yaml"));
    let in_home = Some("/h/.config/connect-register/config.yaml".to_owned());
    assert_eq!(at(&[("XDG_CONFIG_HOME", "/c"), ("HOME", "/h")]).as_deref(), Some("/c/connect-register/config.yaml"));
    assert_eq!(at(&[("XDG_CONFIG_HOME", "relative"), ("HOME", "/h")]), in_home);
    assert_eq!(at(&[("CONNECT_REGISTER_CONFIG", ""), ("HOME", "/h")]), in_home);
    assert_eq!(at(&[]), None);
}

#[test]
fn a_context_becomes_the_variables_that_access_is_read_from() {
    let (lines, warnings) = adds(&[], CURRENT).unwrap();
    insta::assert_snapshot!(lines, @"
    KAFKA_BOOTSTRAP_SERVERS=k:9092
    KAFKA_CONNECT_BASIC_AUTH_PASSWORD=canary
    KAFKA_CONNECT_BASIC_AUTH_USERNAME=deploy
    KAFKA_CONNECT_HEADERS_FILE=FOLDER/headers.txt
    KAFKA_CONNECT_TLS_CA=FOLDER/ca.pem
    KAFKA_CONNECT_TLS_CERT=/abs/me.pem
    KAFKA_CONNECT_TLS_INSECURE=false
    KAFKA_CONNECT_TLS_KEY=/home/u/key.pem
    KAFKA_CONNECT_URL=https://a:8083,https://b:8083
    KAFKA_SASL_PASSWORD_COMMAND=pass show 'a b'
    ");
    assert!(warnings.is_empty(), "{warnings:?}");
    let (lines, _) = adds(&[], Choice { name: Some("token"), ..CURRENT }).unwrap();
    insta::assert_snapshot!(lines, @"
    KAFKA_CONNECT_BEARER_TOKEN=canary2
    KAFKA_CONNECT_URL=http://c:8083
    ");
}

#[test]
fn the_environment_goes_before_a_context_group_by_group() {
    let named = Choice { name: Some("prod"), ..CURRENT };
    let set_by = |pairs: &[(&str, &str)], choice| {
        let (lines, _) = adds(pairs, choice).unwrap();
        lines.lines().filter_map(|line| Some(line.split_once('=')?.0.to_owned())).collect::<Vec<_>>()
    };
    let all = set_by(&[], named);
    let without = |left_out: &[&str]| {
        all.iter().filter(|name| !left_out.iter().any(|out| name.contains(out))).cloned().collect::<Vec<_>>()
    };
    // Another way in takes the place of both, another user that of the password too.
    assert_eq!(set_by(&[("KAFKA_CONNECT_BEARER_TOKEN_FILE", "x")], named), without(&["BASIC_AUTH"]));
    assert_eq!(set_by(&[("KAFKA_CONNECT_BASIC_AUTH_USERNAME", "x")], named), without(&["BASIC_AUTH"]));
    assert_eq!(set_by(&[], Choice { username: Some("x"), ..named }), without(&["BASIC_AUTH"]));
    assert_eq!(set_by(&[("KAFKA_CONNECT_BASIC_AUTH_PASSWORD_COMMAND", "x")], named), without(&["AUTH_PASSWORD"]));
    assert_eq!(set_by(&[("KAFKA_CONNECT_TLS_AUTH_KEY", "x")], named), without(&["TLS_KEY"]));
    assert_eq!(set_by(&[("KAFKA_BOOTSTRAP_SERVERS", "x:1")], named), without(&["KAFKA_BOOTSTRAP", "KAFKA_SASL"]));
    let token = Choice { name: Some("token"), ..CURRENT };
    assert_eq!(set_by(&[("KAFKA_CONNECT_BASIC_AUTH_USERNAME", "x")], token), ["KAFKA_CONNECT_URL"]);
}

#[test]
fn secrets_of_a_context_are_not_sent_to_workers_that_the_environment_names() {
    let named = Choice { name: Some("prod"), ..CURRENT };
    for name in names::CONNECT_URLS {
        let (lines, warnings) = adds(&[(name, "http://localhost:8083")], named).unwrap();
        assert!(!lines.contains("canary") && !lines.contains("KAFKA_CONNECT"), "{lines}");
        assert!(lines.contains("KAFKA_SASL_PASSWORD_COMMAND"), "{lines}");
        assert_eq!(warnings.len(), 1, "{warnings:?}");
        assert!(warnings[0].starts_with(name));
        // The current context has no say where the environment names a worker.
        assert_eq!(adds(&[(name, "http://localhost:8083")], CURRENT).unwrap(), (String::new(), vec![]));
    }
    // One of its own workers is one of its own workers.
    let (lines, warnings) = adds(&[("KAFKA_CONNECT_URL", "https://b:8083/")], named).unwrap();
    assert!(lines.contains("AUTH_PASSWORD=canary") && warnings.is_empty(), "{lines} {warnings:?}");
    // Who names both means both.
    let urls = ["https://c".to_owned()];
    assert!(adds(&[], Choice { urls: &urls, ..named }).unwrap().0.contains("AUTH_PASSWORD=canary"));
    assert_eq!(adds(&[], Choice { urls: &urls, ..CURRENT }).unwrap().0, "");
}

#[test]
fn what_cannot_be_used_says_why() {
    assert_eq!(
        adds(&[], Choice { name: Some("prd"), ..CURRENT }).unwrap_err().split(" in ").next(),
        Some("there is no context prd")
    );
    insta::assert_snapshot!(adds(&[("PROD_PASSWORD", "")], CURRENT).unwrap_err(), @"
    the context prod cannot be used:
      - password: the variable PROD_PASSWORD is not set
    ");
    let nowhere = surround(Pairs::new(), &Pairs::new(), Choice { name: Some("a"), ..CURRENT }).unwrap_err();
    insta::assert_snapshot!(nowhere, @"the context a is nowhere: there is no HOME");
    assert!(surround(Pairs::new(), &Pairs::new(), CURRENT).unwrap().pairs.is_empty());
}

#[test]
fn the_file_is_replaced_whole_and_readable_by_nobody_else() {
    let folder = tempfile::tempdir().unwrap();
    let (deep, link) = (folder.path().join("a/b/c.yaml"), folder.path().join("link.yaml"));
    let contexts = context::parse(&"x".into(), FILE).unwrap();
    write(&deep, &contexts).unwrap();
    assert_eq!(fs::metadata(&deep).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(read(&deep).unwrap(), contexts);
    std::os::unix::fs::symlink(&deep, &link).unwrap();
    write(&link, &Contexts::default()).unwrap();
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    assert_eq!(read(&deep).unwrap(), Contexts::default());
    assert_eq!(fs::read_dir(deep.parent().unwrap()).unwrap().count(), 1, "nothing is left beside it");
    assert_eq!(read(&folder.path().join("absent")).unwrap(), Contexts::default());
    assert_eq!(warning(&deep), None);
    fs::set_permissions(&deep, fs::Permissions::from_mode(0o620)).unwrap();
    assert!(warning(&deep).unwrap().contains("can be written by others"));
}
