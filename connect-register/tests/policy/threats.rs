//! The threats of Connect control planes that a configuration can carry, one row a function. Each
//! case differs from a configuration that is allowed by one thing, and is refused for that.

use connect_register::core::policy::{POSTGRESQL, Policy};

use crate::client_keys::KEYS;
use crate::tricks::{CLASSES, HOSTS, JAAS, JDBC, URLS};
use crate::{Pairs, built_in, check, policy};

const SINK: &str = "io.confluent.connect.jdbc.JdbcSinkConnector";
const DEBEZIUM: &str = "io.debezium.connector.jdbc.JdbcSinkConnector";
const JSON: &str = "org.apache.kafka.connect.json.JsonConverter";
const URL: &str = "jdbc:postgresql://localhost:5432/db?reWriteBatchedInserts=true";

/// Counts what is refused, and keeps what is not.
#[derive(Default)]
struct Net {
    refused: usize,
    holes: Vec<String>,
}

impl Net {
    /// A configuration with these keys in place of its own is refused by one of these rules, for one of
    /// these keys.
    fn refuses(&mut self, policy: &Policy, rules: &[&str], changed: &Pairs<'_>) {
        let base = [
            ("connector.class", SINK),
            ("topics", "t"),
            ("connection.url", URL),
            ("connection.password", "${env:PGPASSWORD}"),
        ];
        let is_kept = |(key, _): &&(&str, &str)| changed.iter().all(|(other, _)| other != key);
        let pairs: Vec<_> = base.iter().filter(is_kept).chain(changed).copied().collect();
        let mistakes = check(policy, "orders", &pairs);
        let is_named = mistakes.iter().any(|mistake| {
            let is_rule = rules.iter().any(|rule| mistake.message.starts_with(&format!("policy rule {rule}: ")));
            let is_key = changed.iter().any(|(key, _)| mistake.key.as_deref() == Some(key));
            is_rule && is_key && mistake.place.line.is_some() && mistake.hint.is_some()
        });
        if is_named {
            self.refused += 1;
        } else {
            self.holes.push(format!("{rules:?} {changed:?}: {mistakes:?}"));
        }
    }
}

type Row = (&'static str, fn(&mut Net));

const ROWS: [Row; 12] = [
    ("client overrides", overrides),
    ("login modules", login_modules),
    ("token URLs", token_urls),
    ("config providers", config_providers),
    ("keys of the worker", guarded_keys),
    ("driver parameters", driver_parameters),
    ("JDBC URLs", jdbc_urls),
    ("hosts", hosts),
    ("TLS and files", tls),
    ("Hibernate", hibernate),
    ("classes", classes),
    ("what hides behind a reference", unresolved),
];

#[test]
fn every_row_of_the_threat_table_is_refused() {
    let mut all = 0;
    for (row, cases) in ROWS {
        let mut net = Net::default();
        cases(&mut net);
        assert!(net.holes.is_empty(), "{row}: {} holes\n{}", net.holes.len(), net.holes.join("\n"));
        println!("{:6} refused: {row}", net.refused);
        all += net.refused;
    }
    println!("{all:6} refused in all");
    assert!(all >= 1500, "{all}");
}

#[test]
fn what_the_cases_are_made_of_is_allowed() {
    let base = [
        ("connector.class", SINK),
        ("topics", "t"),
        ("connection.url", URL),
        ("connection.password", "${env:PGPASSWORD}"),
    ];
    assert_eq!(check(built_in(), "orders", &base), []);
}

/// CVE-2023-25194, CVE-2025-27817, CVE-2025-27818: every key of a client, but those that only tune it.
fn overrides(net: &mut Net) {
    let policy = built_in();
    let allowed = [
        ("producer.override.", policy.overrides.producer.clone()),
        ("consumer.override.", policy.overrides.consumer.clone()),
        ("admin.override.", policy.overrides.admin.clone()),
    ];
    for (prefix, allowed) in allowed {
        for key in KEYS.iter().filter(|key| !allowed.has(key, &[])) {
            net.refuses(policy, &["client-override"], &[(&format!("{prefix}{key}"), "x")]);
        }
        for key in ["sasl.jaas.config", "interceptor.classes", "ssl.engine.factory.class", "bootstrap.servers"] {
            let upper = key.to_uppercase();
            let spellings = [
                format!("{prefix}{upper}"),
                format!("{}{key}", prefix.to_uppercase()),
                format!("{prefix} {key}"),
                format!(" {prefix}{key}"),
                format!("{prefix}{key} "),
                format!("{prefix}{key}\u{200b}"),
            ];
            for spelled in &spellings {
                net.refuses(
                    policy,
                    &["client-override", "key-spelling", "guarded-key", "login-module"],
                    &[(spelled, "x")],
                );
            }
        }
    }
    // What is listed is allowed in its own spelling only.
    for spelled in
        ["consumer.override.Max.poll.records", "consumer.override.max.poll.records ", "producer.override.ACKS"]
    {
        net.refuses(policy, &["client-override"], &[(spelled, "1")]);
    }
}

fn login_modules(net: &mut Net) {
    let policy = policy(
        "version: 1\nextends: default\noverrides:\n  producer: [sasl.jaas.config]\n  consumer: [sasl.jaas.config]\n  admin: [sasl.jaas.config]\n",
    );
    for prefix in [
        "producer.override.",
        "consumer.override.",
        "admin.override.",
        "",
        "schema.history.internal.producer.",
        "SIGNAL.consumer.",
    ] {
        for jaas in JAAS {
            let key = format!("{prefix}sasl.jaas.config");
            net.refuses(&policy, &["login-module"], &[(&key, jaas)]);
        }
    }
    // Connectors that have a name of their own for it.
    for key in ["camel.sink.endpoint.saslJaasConfig", "kafka.sasl_jaas_config", "kafka.sasl-jaas-config"] {
        for jaas in JAAS {
            net.refuses(&policy, &["login-module"], &[(key, jaas)]);
        }
    }
}

fn token_urls(net: &mut Net) {
    let own = policy("version: 1\nextends: default\ntoken_urls: [https://idp.example/token]\n");
    let key = "x.sasl.oauthbearer.token.endpoint.url";
    let fine = [("connector.class", SINK), (key, "https://idp.example/token")];
    assert_eq!(check(&own, "orders", &fine), []);
    for policy in [&own, built_in()] {
        for end in ["token.endpoint.url", "jwks.endpoint.url"] {
            for prefix in ["", "schema.history.internal.consumer."] {
                for url in URLS {
                    net.refuses(policy, &["token-url"], &[(&format!("{prefix}sasl.oauthbearer.{end}"), url)]);
                }
            }
        }
    }
}

/// CVE-2024-31141, and references that lead elsewhere or are shown.
fn config_providers(net: &mut Net) {
    let policy = policy(
        "version: 1\nextends: default\nreferences:\n  - provider: file\n    paths: [/run/secrets/connect/*]\n    keys: [password]\n    connectors: [orders]\n  - provider: dir\n    paths: [/run/secrets/connect]\n    keys: ['*']\n    connectors: [other-*]\n",
    );
    let fine = [("connector.class", SINK), ("connection.password", "${file:/run/secrets/connect/db:password}")];
    assert_eq!(check(&policy, "orders", &fine), []);
    for reference in [
        "${env:HOME}",
        "${env:CONNECT_SASL_JAAS_CONFIG}",
        "${env:AWS_SECRET_ACCESS_KEY}",
        "${env:pgpassword}",
        "${env:PGPASSWORD }",
        "${env: PGPASSWORD}",
        "${env:x:PGPASSWORD}",
        "${ENV:PGPASSWORD}",
        "${env::PGPASSWORD2}",
        "${env:PGUSER}",
        "${env:PGPASSWORD}${env:HOME}",
        "x${env:HOME}",
        "${${env:HOME}}",
        "${file:/etc/passwd:root}",
        "${file:/run/secrets/connect/../../etc/passwd:password}",
        "${file:/run/secrets/connect/./db:password}",
        "${file:/run/secrets/connect//db:password}",
        "${file:/run/secrets/connect/a/b:password}",
        "${file:/run/secrets/connect/db:other}",
        "${file:/run/secrets/connect/db:../password}",
        "${file:/run/secrets/connect:password}",
        "${file:/run/secrets/connectx/db:password}",
        "${file:run/secrets/connect/db:password}",
        "${file:/run/secrets/connect/%2e%2e/db:password}",
        "${file:\\run\\secrets\\connect\\db:password}",
        "${dir:/run/secrets/connect:password}",
        "${dir:/run/secrets/connect:../x}",
        "${vault:secret/data/db:password}",
        "${secretsManager:a:b}",
        "${:x}",
        "${env:}",
    ] {
        net.refuses(&policy, &["reference"], &[("connection.password", reference)]);
    }
    for key in [
        "topics",
        "topics.regex",
        "name",
        "client.id",
        "table.name.format",
        "errors.deadletterqueue.topic.name",
        "transforms.a.static.value",
        "transforms.a.topic.format",
        "dialect.name",
        "pk.fields",
        "connection.user",
        "my.password",
        "consumer.override.client.id",
        "connector.label",
        "query",
    ] {
        net.refuses(&policy, &["reference"], &[(key, "x-${env:PGPASSWORD}")]);
        net.refuses(&policy, &["reference"], &[(key, "${env:PGPASSWORD}")]);
    }
    // An alias that may mean a class that a reference is not for.
    let one = crate::policy(&format!(
        "version: 1\nextends: default\nreferences:\n  - {{provider: env, keys: [PW], classes: [{SINK}], in: [connection.password]}}\n"
    ));
    let password = ("connection.password", "${env:PW}");
    assert_eq!(check(&one, "orders", &[("connector.class", SINK), password]), []);
    for alias in ["JdbcSink", "JdbcSinkConnector"] {
        net.refuses(&one, &["reference"], &[("connector.class", alias), password]);
    }
    // The worker's password of the database is not for connectors of another class.
    let other = [("connector.class", "org.apache.kafka.connect.file.FileStreamSinkConnector")];
    net.refuses(&policy, &["reference"], &[other[0], ("connection.password", "${env:PGPASSWORD}")]);
}

fn guarded_keys(net: &mut Net) {
    let policy = built_in();
    for key in [
        "config.providers",
        "config.providers.file.class",
        "config.providers.env.param.allowlist.pattern",
        "org.apache.kafka.automatic.config.providers",
        "org.apache.kafka.disallowed.login.modules",
        "plugin.path",
        "plugin.discovery",
        "connector.plugin.version",
        "key.converter.plugin.version",
        "value.converter.plugin.version",
        "header.converter.plugin.version",
        "transforms.a.plugin.version",
        "predicates.a.plugin.version",
        "rest.extension.classes",
        "admin.listeners",
        "connector.client.config.override.policy",
        "security.providers",
        "metric.reporters",
        "interceptor.classes",
        "sasl.login.class",
        "sasl.login.callback.handler.class",
        "sasl.client.callback.handler.class",
        "listener.name.x.callback.handler.class",
        "ssl.engine.factory.class",
        "sasl.kerberos.kinit.cmd",
        "sasl.oauthbearer.assertion.file",
        "java.security.auth.login.config",
    ] {
        for prefix in ["", "x.", "schema.history.internal.producer.", "source.cluster.", "value.converter."] {
            let is_head = key.starts_with("org.") || key.starts_with("config.providers");
            if !is_head || prefix.is_empty() {
                let key = format!("{prefix}{key}");
                net.refuses(policy, &["guarded-key"], &[(&key, "x")]);
                net.refuses(policy, &["guarded-key"], &[(&key.to_uppercase(), "x")]);
            }
        }
        net.refuses(policy, &["key-spelling", "guarded-key"], &[(&format!(" {key}"), "x")]);
        net.refuses(policy, &["key-spelling", "guarded-key"], &[(&format!("{key}\t"), "x")]);
    }
}

/// CVE-2022-21724, CVE-2022-26520, CVE-2024-1597, CVE-2025-49146: every property of the driver, but
/// those that only tune it, and those in every spelling but their own.
fn driver_parameters(net: &mut Net) {
    let policy = built_in();
    let refuse = |net: &mut Net, query: &str| {
        let url = format!("jdbc:postgresql://localhost:5432/db?{query}");
        for class in [SINK, DEBEZIUM] {
            net.refuses(
                policy,
                &["jdbc-parameter", "jdbc-url"],
                &[("connector.class", class), ("connection.url", &url)],
            );
        }
    };
    for name in POSTGRESQL {
        let is_allowed = policy.jdbc.parameters.has(name, &[]);
        let first = percent(name, 1);
        let all = percent(name, name.len());
        for query in [
            format!("{first}=x"),
            format!("{all}=x"),
            format!("%20{name}=x"),
            format!("{name}%00=x"),
            format!("tcpKeepAlive=true;{name}=x"),
            format!("tcpKeepAlive=true&amp;{name}=x"),
            format!("tcpKeepAlive=true?{name}=x"),
            format!("{name}=x&{name}=y"),
            format!("{name}=x&{}=y", name.to_uppercase()),
            swapped(name) + "=x",
        ] {
            refuse(net, &query);
        }
        let key = swapped(&format!("connection.{name}"));
        net.refuses(policy, &["jdbc-parameter"], &[(&key.replace("CONNECTION", "connection"), "x")]);
        if !is_allowed {
            refuse(net, &format!("{name}=x"));
            refuse(net, &format!("tcpKeepAlive=true&{name}=x"));
            refuse(net, name);
            let multi = format!("jdbc:postgresql://localhost,localhost:5432/db?{name}=x");
            net.refuses(policy, &["jdbc-parameter"], &[("connection.url", &multi)]);
            if !matches!(name, "user" | "password") {
                net.refuses(policy, &["jdbc-parameter"], &[(&format!("connection.{name}"), "x")]);
                // What a key is does not depend on what it holds.
                net.refuses(policy, &["jdbc-parameter"], &[(&format!("connection.{name}"), URL)]);
                net.refuses(policy, &["jdbc-parameter"], &[(&format!("CONNECTION.{name}"), "x")]);
                net.refuses(policy, &["jdbc-parameter", "key-spelling"], &[(&format!("connection. {name}"), "x")]);
            }
        }
    }
    for name in ["host", "port", "dbname", "autoDeserialize", "allowLoadLocalInfile", "queryInterceptors", "init", "x"]
    {
        refuse(net, &format!("{name}=x"));
        net.refuses(policy, &["jdbc-parameter"], &[(&format!("connection.{name}"), "x")]);
    }
    // Connectors that pass keys on behind other prefixes.
    for name in ["socketFactory", "sslfactory", "loggerFile", "autoDeserialize", "service", "options"] {
        for prefix in ["database.", "driver.", "DATABASE."] {
            net.refuses(policy, &["jdbc-parameter"], &[(&format!("{prefix}{name}"), "x")]);
        }
    }
}

fn jdbc_urls(net: &mut Net) {
    let policy = built_in();
    for url in JDBC {
        for class in [SINK, DEBEZIUM] {
            net.refuses(policy, &["jdbc-url", "jdbc-host"], &[("connector.class", class), ("connection.url", url)]);
        }
        // A URL of JDBC is governed wherever it stands.
        if url.starts_with("jdbc:") {
            for key in ["database.url", "hibernate.connection.url", "url", "Connection.URL", "jdbc.url"] {
                net.refuses(policy, &["jdbc-url", "jdbc-host"], &[(key, url)]);
            }
        }
    }
}

fn hosts(net: &mut Net) {
    let rules = ["jdbc-host", "jdbc-url"];
    for host in HOSTS {
        let url = format!("jdbc:postgresql://{host}/db");
        net.refuses(built_in(), &rules, &[("connection.url", &url)]);
    }
    // Nobody who writes a `*` means those.
    let any = policy("version: 1\nextends: default\njdbc: {hosts: ['*:*']}\n");
    for host in HOSTS.iter().filter(|host| {
        let fine = [
            "evil.example",
            "localhost.evil.example",
            "evil.example:5432",
            "localhost:5433",
            "localhost:22",
            "127.0.0.1",
            "[::1]",
        ];
        !fine.contains(host) && !host.contains(",e") && !host.ends_with(",localhost")
    }) {
        net.refuses(&any, &rules, &[("connection.url", &format!("jdbc:postgresql://{host}/db"))]);
    }
}

fn tls(net: &mut Net) {
    let with = |query: &str| format!("jdbc:postgresql://localhost/db?{query}");
    let modes = ["disable", "allow", "prefer", "require", "verify-ca", "verify-full"];
    for (floor, least) in modes.iter().enumerate() {
        let policy = policy(&format!("version: 1\nextends: default\njdbc: {{sslmode: {least}}}\n"));
        let weaker = modes[..floor].iter().map(|mode| (*mode).to_owned());
        let wrong = ["", "none", "Require", "verify_full", "require ", "%72equire%20", "false"].map(str::to_owned);
        for mode in weaker.chain(wrong) {
            net.refuses(
                &policy,
                &["sslmode", "jdbc-url", "jdbc-parameter"],
                &[("connection.url", &with(&format!("sslmode={mode}")))],
            );
            net.refuses(&policy, &["sslmode"], &[("connection.sslmode", &mode)]);
        }
        if floor > 2 {
            for query in ["", "tcpKeepAlive=true", "ssl=false"] {
                net.refuses(&policy, &["sslmode"], &[("connection.url", &with(query))]);
            }
        }
    }
    // What another driver takes for it says nothing to this one.
    let all = policy(
        "version: 1\nextends: default\njdbc: {sslmode: verify-full, schemes: [mysql, mariadb], hosts: ['db:*'], parameters: [sslMode]}\n",
    );
    for (scheme, query) in [
        ("mysql", "ssl=true"),
        ("mysql", "sslmode=verify-full"),
        ("mariadb", "ssl=true"),
        ("postgresql", "sslMode=verify-full"),
    ] {
        let url = format!("jdbc:{scheme}://db/x");
        net.refuses(&all, &["sslmode"], &[("connection.url", &format!("{url}?{query}"))]);
        let (name, value) = query.split_once('=').unwrap();
        net.refuses(&all, &["sslmode"], &[("connection.url", &url), (&format!("connection.{name}"), value)]);
    }
    for path in [
        "/etc/passwd",
        "/run/secrets/connect",
        "/run/secrets/connect/",
        "/run/secrets/connect/../x",
        "/run/secrets/connect/a/../../x",
        "/run/secrets/connect/.",
        "/run/secrets/connect//x",
        "/run/secrets/connectx/y",
        "/RUN/secrets/connect/x",
        "run/secrets/connect/x",
        "./x",
        "~/x",
        "file:///run/secrets/connect/x",
        "/run/secrets/connect/%2e%2e/x",
        "/run/secrets/connect/a b",
        "/run/secrets/connect/${env:PGUSER}",
        "\\\\evil\\share\\x",
        "",
    ] {
        let encoded = path.replace('%', "%25").replace(' ', "%20").replace('\\', "%5c").replace(['{', '}'], "%7b");
        for name in ["sslkey", "sslcert", "sslrootcert"] {
            net.refuses(
                built_in(),
                &["jdbc-file", "jdbc-url"],
                &[("connection.url", &with(&format!("{name}={encoded}")))],
            );
            for prefix in ["connection.", "database."] {
                net.refuses(built_in(), &["jdbc-file", "unresolved"], &[(&format!("{prefix}{name}"), path)]);
            }
        }
    }
}

fn hibernate(net: &mut Net) {
    for name in [
        "connection.url",
        "connection.driver_class",
        "connection.provider_class",
        "connection.datasource",
        "connection.socketFactory",
        "connection.username",
        "connection.init_sql",
        "connection.handling_mode",
        "session_factory.interceptor",
        "session_factory.statement_inspector",
        "session_factory.session_scoped_interceptor",
        "session_factory_observer",
        "session_factory_name",
        "session_factory_jndi_name",
        "jndi.url",
        "jndi.class",
        "jndi.x",
        "dialect",
        "dialect_resolvers",
        "hbm2ddl.auto",
        "hbm2ddl.import_files",
        "hbm2ddl.schema_filter_provider",
        "cache.region.factory_class",
        "physical_naming_strategy",
        "implicit_naming_strategy",
        "transaction.jta.platform",
        "transaction.coordinator_class",
        "bytecode.provider",
        "c3p0.connectionCustomizerClassName",
        "c3p0.connectionTesterClassName",
        "c3p0.preferredTestQuery",
        "c3p0.userOverridesAsString",
        "hikari.connectionInitSql",
        "hikari.dataSourceClassName",
        "agroal.x",
        "metadata_builder_contributor",
        "service.enabled_tenants",
        "integrator_provider",
        "type_contributors",
        "event.listener.x",
        "show_sqlx",
        "",
    ] {
        for key in
            [format!("hibernate.{name}"), format!("HIBERNATE.{name}"), format!("hibernate.{}", name.to_uppercase())]
        {
            net.refuses(built_in(), &["hibernate", "other-class"], &[("connector.class", DEBEZIUM), (&key, "x")]);
            net.refuses(built_in(), &["hibernate"], &[("connector.class", DEBEZIUM), (&key, URL)]);
        }
    }
}

fn classes(net: &mut Net) {
    let policy = built_in();
    let rules = [
        "connector-class",
        "converter-class",
        "transform-class",
        "predicate-class",
        "other-class",
        "guarded-key",
        "unresolved",
    ];
    for key in [
        "connector.class",
        "key.converter",
        "value.converter",
        "header.converter",
        "internal.key.converter",
        "delegate.converter.type",
        "transforms.a.type",
        "transforms.a.b.type",
        "transforms.undeclared.type",
        "predicates.p.type",
        "isbn.type",
        "partitioner.class",
        "format.class",
        "storage.class",
        "jdbc.credentials.provider.class",
        "Connector.Class",
        "TRANSFORMS.a.TYPE",
    ] {
        for class in CLASSES {
            // The sinks' lists hold no converter, and the other way round.
            net.refuses(
                policy,
                &rules,
                &[("transforms", "a , a.b"), ("predicates", "p"), ("converters", "isbn"), (key, class)],
            );
        }
    }
    // What is allowed in one slot is not allowed in another.
    for (key, class) in [
        ("connector.class", JSON),
        ("value.converter", SINK),
        ("transforms.a.type", JSON),
        ("transforms.a.type", "org.apache.kafka.connect.transforms.predicates.HasHeaderKey"),
        ("predicates.p.type", "org.apache.kafka.connect.transforms.Cast$Key"),
        ("key.converter", "org.apache.kafka.connect.transforms.Cast$Key"),
        ("connection.provider", "com.evil.Provider"),
        ("column.naming.strategy", "com.evil.naming"),
        ("collection.naming.strategy", "io.debezium.connector.jdbc.naming.DefaultColumnNamingStrategyX"),
        ("post.processor.chain", "org.hibernate.c3p0.internal.C3P0ConnectionProvider, com.evil.Chain"),
        ("value.converter.value.subject.name.strategy", "com.evil.Strategy"),
        ("iceberg.catalog.io-impl", "com.evil.FileIO"),
        ("iceberg.catalog.catalog-impl", "com.evil.Catalog"),
        ("schema.history.internal", "io.debezium.storage.file.history.FileSchemaHistory"),
        ("database.history", "io.debezium.relational.history.FileDatabaseHistory"),
        ("reselector.type", "com.evil.PostProcessor"),
        ("sourceinfo.struct.maker", "com.evil.StructMaker"),
        ("java.naming.factory.initial", "com.sun.jndi.rmi.registry.RegistryContextFactory"),
        ("java.naming.factory.object", "com.evil.Factory"),
        ("jms.java.naming.factory.url.pkgs", "com.evil"),
        ("http.client", "com.evil.Client"),
        ("http.auth", "com.evil.Auth"),
        ("http.response.parser", "com.evil.Parser"),
        ("http.request.socketFactory", "com.evil.SocketFactory"),
        ("camel.sink.endpoint.hostnameResolver", "com.evil.Resolver"),
        ("record.key-encoder", "com.evil.Encoder"),
        ("driver.class-name", "com.evil.Driver"),
    ] {
        net.refuses(policy, &rules, &[(key, class)]);
    }
    let in_full = crate::policy("version: 1\nextends: default\nclasses: {aliases: refuse}\n");
    for (key, alias) in [
        ("connector.class", "JdbcSinkConnector"),
        ("connector.class", "JdbcSink"),
        ("value.converter", "JsonConverter"),
        ("key.converter", "String"),
        ("transforms.a.type", "RegexRouter"),
        ("predicates.p.type", "RecordIsTombstone"),
    ] {
        assert_eq!(check(policy, "orders", &[(key, alias)]), [], "{key} {alias}");
        net.refuses(&in_full, &rules, &[(key, alias)]);
    }
}

/// What the worker resolves cannot be checked: no reference where something is governed.
fn unresolved(net: &mut Net) {
    let policy = policy(
        "version: 1\nextends: default\nreferences:\n  - {provider: env, keys: ['*'], in: ['*']}\noverrides: {producer: [sasl.jaas.config]}\ntoken_urls: [https://idp.example/token]\n",
    );
    for key in [
        "connector.class",
        "value.converter",
        "transforms",
        "predicates",
        "converters",
        "transforms.a.type",
        "predicates.p.type",
        "format.class",
        "connection.url",
        "connection.sslmode",
        "connection.sslkey",
        "connection.ApplicationName",
        "database.sslrootcert",
        "producer.override.sasl.jaas.config",
        "x.sasl.oauthbearer.token.endpoint.url",
    ] {
        for value in ["${env:X}", "x${env:X}", "${env:X}y", "${env:A}${env:B}"] {
            net.refuses(&policy, &["unresolved", "login-module"], &[(key, value)]);
        }
    }
    for url in [
        "jdbc:postgresql://${env:X}/db",
        "jdbc:postgresql://localhost/db?${env:X}",
        "jdbc:${env:X}",
        "${env:X}://localhost/db",
    ] {
        net.refuses(&policy, &["unresolved", "jdbc-url"], &[("connection.url", url)]);
    }
}

fn percent(text: &str, count: usize) -> String {
    text.char_indices()
        .map(|(at, c)| if at < count { format!("%{:02x}", u32::from(c)) } else { c.to_string() })
        .collect()
}

/// The other case for every letter.
fn swapped(text: &str) -> String {
    text.chars().map(|c| if c.is_ascii_lowercase() { c.to_ascii_uppercase() } else { c.to_ascii_lowercase() }).collect()
}
