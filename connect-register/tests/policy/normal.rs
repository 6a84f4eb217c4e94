//! Configurations as people write them, from the documentation of popular connectors: with their
//! classes allowed, nothing in them trips the policy.

use std::fs;

use crate::{Pairs, built_in, check, policy};

/// The templates that the project ships, and how the JDBC sinks are used elsewhere.
#[test]
fn the_default_lets_the_jdbc_sinks_do_their_work() {
    for template in ["pg_sink.json", "stand-in/pg_sink.json"] {
        let text = fs::read_to_string(format!("{}/../connectors/{template}", env!("CARGO_MANIFEST_DIR"))).unwrap();
        let text =
            text.replace("{{PGHOST}}", "localhost").replace("{{PGPORT}}", "5432").replace("{{POSTGRES_DB}}", "retail");
        let text = text.replace("{{PGUSER}}", "u").replace("{{secret \\\"PGPASSWORD\\\"}}", "${env:PGPASSWORD}");
        assert!(!text.contains("{{"), "{text}");
        let json: serde_json::Value = serde_json::from_str(&text).unwrap();
        let config = json["config"].as_object().unwrap();
        let pairs: Vec<_> = config.iter().map(|(key, value)| (key.as_str(), value.as_str().unwrap())).collect();
        assert!(pairs.len() > 25);
        assert_eq!(check(built_in(), "pg-sales-jdbc-sink", &pairs), [], "{template}");
    }
    let sink = ("connector.class", "io.confluent.connect.jdbc.JdbcSinkConnector");
    let debezium = ("connector.class", "io.debezium.connector.jdbc.JdbcSinkConnector");
    let url = (
        "connection.url",
        "jdbc:postgresql://localhost:5432/orders?currentSchema=public&sslmode=verify-full&sslrootcert=/run/secrets/connect/ca.pem&ApplicationName=orders%20sink",
    );
    for more in [
        &[sink, url, ("connection.user", "${env:PGUSER}"), ("connection.password", "${env:PGPASSWORD}")][..],
        &[sink, url, ("connection.user", "u"), ("connection.password", "s3cr3t$&;/?"), ("auto.create", "true")],
        &[
            ("connector.class", "JdbcSinkConnector"),
            url,
            ("connection.user", "${env:PGUSER}"),
            ("connection.password", "${env:PGPASSWORD}"),
        ],
        &[
            sink,
            ("connection.url", "jdbc:postgresql://LOCALHOST/db?stringtype=unspecified"),
            ("insert.mode", "upsert"),
            ("pk.mode", "record_key"),
            ("pk.fields", "id"),
            ("table.name.format", "kafka_${topic}"),
        ],
        &[
            sink,
            url,
            ("connection.sslmode", "require"),
            ("connection.ApplicationName", "x"),
            ("fields.whitelist", "a,b"),
            ("quote.sql.identifiers", "always"),
        ],
        &[
            sink,
            url,
            ("consumer.override.max.poll.records", "3000"),
            ("consumer.override.auto.offset.reset", "latest"),
            ("producer.override.acks", "all"),
            ("producer.override.compression.type", "zstd"),
        ],
        &[
            sink,
            url,
            ("transforms", "unwrap,ts,route"),
            ("transforms.unwrap.type", "org.apache.kafka.connect.transforms.ExtractField$Value"),
            ("transforms.unwrap.field", "after"),
            ("transforms.ts.type", "org.apache.kafka.connect.transforms.TimestampConverter$Value"),
            ("transforms.ts.target.type", "Timestamp"),
            ("transforms.ts.format", "yyyy-MM-dd HH:mm:ss"),
            ("transforms.route.type", "org.apache.kafka.connect.transforms.RegexRouter"),
            ("transforms.route.regex", "(.*)-(v[0-9]+):(.*)"),
            ("transforms.route.replacement", "$1_$3"),
            ("transforms.route.predicate", "isFoo"),
            ("predicates", "isFoo"),
            ("predicates.isFoo.type", "org.apache.kafka.connect.transforms.predicates.TopicNameMatches"),
            ("predicates.isFoo.pattern", "foo-.*"),
        ],
        &[
            debezium,
            url,
            ("connection.username", "${env:PGUSER}"),
            ("connection.password", "${env:PGPASSWORD}"),
            ("connection.pool.min_size", "5"),
            ("connection.pool.max_size", "32"),
            ("connection.pool.acquire_increment", "32"),
            ("connection.pool.timeout", "1800"),
            ("connection.provider", "org.hibernate.c3p0.internal.C3P0ConnectionProvider"),
            ("connection.restart.on.errors", "true"),
            ("hibernate.c3p0.idle_test_period", "300"),
            ("hibernate.jdbc.batch_size", "500"),
            ("column.naming.strategy", "io.debezium.connector.jdbc.naming.DefaultColumnNamingStrategy"),
            ("collection.naming.strategy", "io.debezium.sink.naming.DefaultCollectionNamingStrategy"),
            ("collection.name.format", "${topic}"),
            ("primary.key.mode", "record_key"),
            ("schema.evolution", "basic"),
            ("quote.identifiers", "false"),
            ("value.converter", "JsonConverter"),
        ],
    ] {
        assert_eq!(check(built_in(), "orders", more), []);
    }
}

/// What is allowed beside the default, and a configuration that needs it.
const CORPUS: [(&str, &Pairs<'static>); 27] = [
    (
        "classes: {connectors: [io.confluent.connect.s3.S3SinkConnector], others: [io.confluent.connect.s3.*, io.confluent.connect.storage.*]}",
        &[
            ("connector.class", "io.confluent.connect.s3.S3SinkConnector"),
            ("tasks.max", "1"),
            ("topics", "s3_topic"),
            ("s3.region", "us-west-2"),
            ("s3.bucket.name", "confluent-kafka-connect-s3-testing"),
            ("s3.part.size", "5242880"),
            ("flush.size", "3"),
            ("storage.class", "io.confluent.connect.s3.storage.S3Storage"),
            ("format.class", "io.confluent.connect.s3.format.avro.AvroFormat"),
            ("partitioner.class", "io.confluent.connect.storage.partitioner.TimeBasedPartitioner"),
            ("path.format", "'year'=YYYY/'month'=MM/'day'=dd/'hour'=HH"),
            ("partition.duration.ms", "3600000"),
            ("locale", "en-US"),
            ("timezone", "UTC"),
            ("timestamp.extractor", "RecordField"),
            ("timestamp.field", "ts"),
            ("schema.compatibility", "NONE"),
            ("schema.generator.class", "io.confluent.connect.storage.hive.schema.DefaultSchemaGenerator"),
        ],
    ),
    (
        "classes: {connectors: [io.confluent.connect.elasticsearch.ElasticsearchSinkConnector]}",
        &[
            ("connector.class", "io.confluent.connect.elasticsearch.ElasticsearchSinkConnector"),
            ("tasks.max", "1"),
            ("topics", "test-elasticsearch-sink"),
            ("key.ignore", "true"),
            ("connection.url", "https://elasticsearch:9200,https://other:9200"),
            ("connection.username", "elastic"),
            ("connection.password", "changeme"),
            ("connection.timeout.ms", "1000"),
            ("connection.compression", "true"),
            ("read.timeout.ms", "3000"),
            ("elastic.security.protocol", "SSL"),
            ("elastic.https.ssl.keystore.location", "/etc/kafka/certs/keystore.jks"),
            ("elastic.https.ssl.keystore.password", "x"),
            ("elastic.https.ssl.truststore.location", "/etc/kafka/certs/truststore.jks"),
            ("type.name", "kafka-connect"),
            ("behavior.on.malformed.documents", "warn"),
            ("errors.tolerance", "all"),
            ("errors.deadletterqueue.topic.name", "dlq"),
        ],
    ),
    (
        "classes: {connectors: [io.debezium.connector.postgresql.PostgresConnector], transforms: [io.debezium.transforms.ExtractNewRecordState]}",
        &[
            ("connector.class", "io.debezium.connector.postgresql.PostgresConnector"),
            ("database.hostname", "192.168.99.100"),
            ("database.port", "5432"),
            ("database.user", "postgres"),
            ("database.password", "postgres"),
            ("database.dbname", "postgres"),
            ("database.sslmode", "verify-ca"),
            ("database.sslrootcert", "/run/secrets/connect/ca.pem"),
            ("database.sslpassword", "x"),
            ("database.tcpKeepAlive", "true"),
            ("database.initial.statements", "SET x = 1"),
            ("topic.prefix", "fulfillment"),
            ("plugin.name", "pgoutput"),
            ("publication.autocreate.mode", "filtered"),
            ("slot.name", "debezium"),
            ("table.include.list", "public.inventory"),
            ("snapshot.mode", "initial"),
            ("snapshot.locking.mode", "none"),
            ("topic.naming.strategy", "default"),
            ("column.mask.hash.SHA-256.with.salt.CzQMA0cB5K", "inventory.orders.customerName"),
            ("message.key.columns", "inventory.customers:pk1,pk2"),
            ("heartbeat.interval.ms", "10000"),
            ("transforms", "unwrap"),
            ("transforms.unwrap.type", "io.debezium.transforms.ExtractNewRecordState"),
            ("transforms.unwrap.delete.tombstone.handling.mode", "rewrite"),
            ("transforms.unwrap.add.fields", "op,table,lsn,source.ts_ms"),
        ],
    ),
    (
        "classes: {connectors: [io.debezium.connector.mysql.MySqlConnector]}\noverrides: {producer: []}",
        &[
            ("connector.class", "io.debezium.connector.mysql.MySqlConnector"),
            ("database.hostname", "192.168.99.100"),
            ("database.port", "3306"),
            ("database.user", "debezium-user"),
            ("database.password", "debezium-user-pw"),
            ("database.server.id", "184054"),
            ("database.include.list", "inventory"),
            ("database.connectionTimeZone", "UTC"),
            ("database.ssl.mode", "preferred"),
            ("driver.connectTimeout", "30000"),
            ("topic.prefix", "fullfillment"),
            ("schema.history.internal.kafka.bootstrap.servers", "kafka:9092"),
            ("schema.history.internal.kafka.topic", "schemahistory.fullfillment"),
            ("schema.history.internal.producer.security.protocol", "SASL_SSL"),
            ("schema.history.internal.producer.sasl.mechanism", "PLAIN"),
            (
                "schema.history.internal.producer.sasl.jaas.config",
                "org.apache.kafka.common.security.plain.PlainLoginModule required username=\"alice\" password=\"alice;'secret\";",
            ),
            (
                "schema.history.internal.consumer.sasl.jaas.config",
                "org.apache.kafka.common.security.scram.ScramLoginModule required\n  username='alice'\n  password='alice-secret';",
            ),
            ("include.schema.changes", "true"),
            ("signal.enabled.channels", "source,kafka"),
            ("signal.kafka.topic", "signals"),
        ],
    ),
    (
        "classes: {connectors: [com.mongodb.kafka.connect.MongoSinkConnector], others: [com.mongodb.kafka.connect.sink.*]}",
        &[
            ("connector.class", "com.mongodb.kafka.connect.MongoSinkConnector"),
            ("connection.uri", "mongodb://user:pw@mongodb1:27017,mongodb2:27017/?replicaSet=rs0"),
            ("database", "test"),
            ("collection", "out"),
            ("max.num.retries", "3"),
            (
                "post.processor.chain",
                "com.mongodb.kafka.connect.sink.processor.DocumentIdAdder,com.mongodb.kafka.connect.sink.processor.KafkaMetaAdder",
            ),
            ("document.id.strategy", "com.mongodb.kafka.connect.sink.processor.id.strategy.BsonOidStrategy"),
            ("writemodel.strategy", "com.mongodb.kafka.connect.sink.writemodel.strategy.ReplaceOneDefaultStrategy"),
            ("change.data.capture.handler", "com.mongodb.kafka.connect.sink.cdc.debezium.mongodb.MongoDbHandler"),
        ],
    ),
    (
        "classes: {converters: [io.confluent.connect.avro.AvroConverter], others: [io.confluent.kafka.serializers.subject.*]}",
        &[
            ("connector.class", "io.confluent.connect.jdbc.JdbcSinkConnector"),
            ("connection.url", "jdbc:postgresql://localhost/db"),
            ("key.converter", "org.apache.kafka.connect.storage.StringConverter"),
            ("value.converter", "io.confluent.connect.avro.AvroConverter"),
            ("value.converter.schema.registry.url", "http://schema-registry:8081"),
            ("value.converter.basic.auth.credentials.source", "USER_INFO"),
            ("value.converter.basic.auth.user.info", "user:pw"),
            (
                "value.converter.value.subject.name.strategy",
                "io.confluent.kafka.serializers.subject.TopicRecordNameStrategy",
            ),
            ("value.converter.enhanced.avro.schema.support", "true"),
        ],
    ),
    (
        "classes: {connectors: [io.confluent.connect.jdbc.JdbcSourceConnector]}\njdbc: {schemes: [mysql], hosts: ['mysql.example.com:3306']}",
        &[
            ("connector.class", "io.confluent.connect.jdbc.JdbcSourceConnector"),
            ("connection.url", "jdbc:mysql://mysql.example.com:3306/my_database"),
            ("connection.user", "alice"),
            ("connection.password", "secret"),
            ("mode", "timestamp+incrementing"),
            ("timestamp.column.name", "modified"),
            ("incrementing.column.name", "id"),
            ("table.whitelist", "users,products"),
            ("topic.prefix", "mysql-"),
            ("numeric.mapping", "best_fit"),
            ("validate.non.null", "false"),
            ("poll.interval.ms", "5000"),
            ("topic.creation.default.partitions", "1"),
            ("topic.creation.default.replication.factor", "3"),
        ],
    ),
    (
        "jdbc: {urls: ['jdbc:sqlserver://sql:1433;databaseName=orders;encrypt=true'], schemes: [mariadb], hosts: ['*.db.internal:3306'], parameters: [useSSL, sslMode]}",
        &[
            ("connector.class", "io.confluent.connect.jdbc.JdbcSinkConnector"),
            ("connection.url", "jdbc:sqlserver://sql:1433;databaseName=orders;encrypt=true"),
            ("connection.user", "sa"),
            ("dialect.name", "SqlServerDatabaseDialect"),
        ],
    ),
    (
        "jdbc: {schemes: [mariadb], hosts: ['*.db.internal'], parameters: [sslMode]}",
        &[
            ("connector.class", "io.debezium.connector.jdbc.JdbcSinkConnector"),
            ("connection.url", "jdbc:mariadb://a.db.internal/orders?sslMode=verify-full"),
        ],
    ),
    (
        "classes: {connectors: [org.apache.kafka.connect.file.*]}",
        &[
            ("connector.class", "org.apache.kafka.connect.file.FileStreamSourceConnector"),
            ("tasks.max", "1"),
            ("file", "test.txt"),
            ("topic", "connect-test"),
            ("transforms", "MakeMap, InsertSource"),
            ("transforms.MakeMap.type", "org.apache.kafka.connect.transforms.HoistField$Value"),
            ("transforms.MakeMap.field", "line"),
            ("transforms.InsertSource.type", "org.apache.kafka.connect.transforms.InsertField$Value"),
            ("transforms.InsertSource.static.field", "data_source"),
            ("transforms.InsertSource.static.value", "test-file-source"),
        ],
    ),
    (
        "classes: {connectors: [org.apache.kafka.connect.file.FileStreamSinkConnector]}",
        &[("connector.class", "FileStreamSink"), ("file", "test.sink.txt"), ("topics", "connect-test")],
    ),
    (
        "classes: {connectors: [org.apache.kafka.connect.mirror.MirrorSourceConnector]}",
        &[
            ("connector.class", "org.apache.kafka.connect.mirror.MirrorSourceConnector"),
            ("source.cluster.alias", "A"),
            ("target.cluster.alias", "B"),
            ("source.cluster.bootstrap.servers", "a:9092"),
            ("source.cluster.security.protocol", "SASL_SSL"),
            ("source.cluster.sasl.mechanism", "SCRAM-SHA-512"),
            (
                "source.cluster.sasl.jaas.config",
                "org.apache.kafka.common.security.scram.ScramLoginModule required username=\"u\" password=\"p\";",
            ),
            ("topics", ".*"),
            ("replication.factor", "3"),
            ("sync.topic.acls.enabled", "false"),
            ("producer.override.max.request.size", "5000000"),
        ],
    ),
    (
        "classes: {connectors: [com.wepay.kafka.connect.bigquery.BigQuerySinkConnector]}",
        &[
            ("connector.class", "com.wepay.kafka.connect.bigquery.BigQuerySinkConnector"),
            ("project", "p"),
            ("defaultDataset", "d"),
            ("keyfile", "/run/secrets/connect/key.json"),
            ("sanitizeTopics", "true"),
            ("autoCreateTables", "true"),
            ("allowNewBigQueryFields", "true"),
        ],
    ),
    (
        "classes: {connectors: [com.snowflake.kafka.connector.SnowflakeSinkConnector], converters: [com.snowflake.kafka.connector.records.*]}",
        &[
            ("connector.class", "com.snowflake.kafka.connector.SnowflakeSinkConnector"),
            ("snowflake.url.name", "myorganization-myaccount.snowflakecomputing.com:443"),
            ("snowflake.user.name", "jane.smith"),
            ("snowflake.private.key", "xyz123"),
            ("snowflake.topic2table.map", "topic1:table1,topic2:table2"),
            ("buffer.count.records", "10000"),
            ("value.converter", "com.snowflake.kafka.connector.records.SnowflakeJsonConverter"),
        ],
    ),
    (
        "classes: {connectors: [io.confluent.kafka.connect.datagen.DatagenConnector]}",
        &[
            ("connector.class", "io.confluent.kafka.connect.datagen.DatagenConnector"),
            ("kafka.topic", "pageviews"),
            ("quickstart", "pageviews"),
            ("max.interval", "1000"),
            ("iterations", "10000000"),
        ],
    ),
    (
        "classes: {connectors: [io.tabular.iceberg.connect.IcebergSinkConnector], others: [org.apache.iceberg.*]}",
        &[
            ("connector.class", "io.tabular.iceberg.connect.IcebergSinkConnector"),
            ("iceberg.tables", "default.events"),
            ("iceberg.catalog.type", "rest"),
            ("iceberg.catalog.uri", "https://catalog"),
            ("iceberg.catalog.io-impl", "org.apache.iceberg.aws.s3.S3FileIO"),
            ("iceberg.catalog.catalog-impl", "org.apache.iceberg.rest.RESTCatalog"),
            ("iceberg.tables.route-field", "type"),
        ],
    ),
    (
        "classes: {connectors: [io.aiven.kafka.connect.http.HttpSinkConnector]}",
        &[
            ("connector.class", "io.aiven.kafka.connect.http.HttpSinkConnector"),
            ("http.url", "https://example.com/sink"),
            ("http.authorization.type", "oauth2"),
            ("oauth2.access.token.url", "https://example.com/token"),
            ("oauth2.client.id", "id"),
            ("oauth2.client.secret", "s"),
        ],
    ),
    (
        "classes: {connectors: [com.splunk.kafka.connect.SplunkSinkConnector]}",
        &[
            ("connector.class", "com.splunk.kafka.connect.SplunkSinkConnector"),
            ("splunk.hec.uri", "https://splunk:8088"),
            ("splunk.hec.token", "t"),
            ("splunk.hec.ssl.validate.certs", "true"),
            ("splunk.indexes", "main"),
        ],
    ),
    (
        "classes: {connectors: [io.debezium.connector.postgresql.PostgresConnector], transforms: [io.debezium.transforms.outbox.EventRouter], converters: [io.debezium.converters.BinaryDataConverter, io.debezium.test.IsbnConverter]}",
        &[
            ("connector.class", "io.debezium.connector.postgresql.PostgresConnector"),
            ("converters", "isbn"),
            ("isbn.type", "io.debezium.test.IsbnConverter"),
            ("isbn.schema.name", "io.debezium.postgresql.type.Isbn"),
            ("transforms", "outbox"),
            ("transforms.outbox.type", "io.debezium.transforms.outbox.EventRouter"),
            ("transforms.outbox.table.field.event.type", "type"),
            ("transforms.outbox.table.fields.additional.placement", "type:header:eventType"),
            ("transforms.outbox.route.topic.replacement", "outbox.event.${routedByValue}"),
            ("value.converter", "io.debezium.converters.BinaryDataConverter"),
            ("value.converter.delegate.converter.type", "org.apache.kafka.connect.json.JsonConverter"),
            ("value.converter.delegate.converter.type.schemas.enable", "false"),
        ],
    ),
    (
        "overrides: {producer: [sasl.jaas.config, sasl.mechanism, security.protocol]}\nreferences: [{provider: file, paths: [/run/secrets/connect/*], keys: ['*']}]\nclasses: {connectors: [io.acme.Source], transforms: [io.acme.smt.*]}\nkeys: [connector.plugin.version]",
        &[
            ("connector.class", "io.acme.Source"),
            ("connector.plugin.version", "[1.2,2)"),
            ("producer.override.security.protocol", "SASL_SSL"),
            ("producer.override.sasl.mechanism", "PLAIN"),
            (
                "producer.override.sasl.jaas.config",
                "org.apache.kafka.common.security.plain.PlainLoginModule required username=\"${file:/run/secrets/connect/kafka.properties:user}\" password=\"${file:/run/secrets/connect/kafka.properties:password}\";",
            ),
            ("acme.username", "${file:/run/secrets/connect/acme.properties:user}"),
            ("acme.api.key", "${file:/run/secrets/connect/acme.properties:key}"),
            ("transforms", "mine"),
            ("transforms.mine.type", "io.acme.smt.Mine$Value"),
        ],
    ),
    (
        "classes: {connectors: [io.debezium.connector.sqlserver.SqlServerConnector], others: [io.debezium.storage.kafka.history.KafkaSchemaHistory]}",
        &[
            ("connector.class", "io.debezium.connector.sqlserver.SqlServerConnector"),
            ("database.hostname", "sql.example.com"),
            ("database.names", "orders"),
            ("table.include.list", "dbo.Customers,orders.dbo.Orders"),
            ("driver.applicationName", "debezium"),
            ("database.applicationIntent", "ReadOnly"),
            ("driver.encrypt", "true"),
            ("database.ssl.truststore", "/etc/kafka/certs/truststore.jks"),
            ("schema.history.internal", "io.debezium.storage.kafka.history.KafkaSchemaHistory"),
            ("schema.history.internal.kafka.topic", "schema-changes.orders"),
            ("schema.history.internal.kafka.bootstrap.servers", "kafka:9092"),
        ],
    ),
    (
        "classes: {connectors: [io.debezium.connector.oracle.OracleConnector]}",
        &[
            ("connector.class", "io.debezium.connector.oracle.OracleConnector"),
            ("database.hostname", "oracle"),
            ("database.pdb.name", "ORCLPDB1"),
            ("database.connection.adapter", "logminer"),
            ("log.mining.strategy", "online_catalog"),
            ("lob.enabled", "true"),
            ("heartbeat.action.query", "UPDATE x SET y = 1"),
        ],
    ),
    (
        "classes: {connectors: [io.confluent.connect.http.HttpSinkConnector]}",
        &[
            ("connector.class", "io.confluent.connect.http.HttpSinkConnector"),
            ("http.api.url", "https://api.example.com/${topic}/${key}"),
            ("request.method", "PUT"),
            ("headers", "Content-Type: application/json|Authorization: Bearer x"),
            ("header.separator", "|"),
            ("auth.type", "OAUTH2"),
            ("oauth2.token.url", "https://idp.example.com/token"),
            ("oauth2.client.id", "id"),
            ("batch.key.pattern", "${topic}-${key}"),
            ("regex.patterns", "^.*?:(.*)$"),
            ("retry.on.status.codes", "400-"),
            ("reporter.bootstrap.servers", "kafka:9092"),
            ("reporter.result.topic.name", "com.acme.Results"),
            ("reporter.result.topic.value.format", "json"),
            (
                "reporter.producer.sasl.jaas.config",
                "org.apache.kafka.common.security.plain.PlainLoginModule required username=\"u\" password=\"p\";",
            ),
            ("confluent.topic.bootstrap.servers", "kafka:9092"),
        ],
    ),
    (
        "classes: {connectors: [io.confluent.connect.jms.JmsSourceConnector], others: [org.apache.activemq.jndi.ActiveMQInitialContextFactory]}",
        &[
            ("connector.class", "io.confluent.connect.jms.JmsSourceConnector"),
            ("java.naming.factory.initial", "org.apache.activemq.jndi.ActiveMQInitialContextFactory"),
            ("java.naming.provider.url", "tcp://activemq:61616"),
            ("java.naming.security.principal", "user"),
            ("jndi.connection.factory", "jms/ConnectionFactory"),
            ("connection.factory.name", "ConnectionFactory"),
            ("jms.destination.name", "orders.v1"),
            ("jms.destination.type", "queue"),
            ("jms.message.format", "text"),
        ],
    ),
    (
        "classes: {connectors: [io.aiven.kafka.connect.gcs.GcsSinkConnector]}",
        &[
            ("connector.class", "io.aiven.kafka.connect.gcs.GcsSinkConnector"),
            ("gcs.credentials.json", "{\"type\": \"service_account\", \"project_id\": \"p.q\"}"),
            ("gcs.bucket.name", "my.bucket.example"),
            ("file.name.template", "{{topic}}-{{partition:padding=true}}-{{start_offset:padding=true}}.gz"),
            ("file.compression.type", "gzip"),
            ("format.output.type", "jsonl"),
            ("format.output.fields", "key,value,offset,timestamp"),
            ("kafka.retry.backoff.ms", "1000"),
        ],
    ),
    (
        "classes: {connectors: [com.datastax.oss.kafka.sink.CassandraSinkConnector]}",
        &[
            ("connector.class", "com.datastax.oss.kafka.sink.CassandraSinkConnector"),
            ("contactPoints", "10.0.0.1,cassandra.example.com"),
            ("loadBalancing.localDc", "dc1"),
            ("auth.provider", "PLAIN"),
            ("auth.username", "u"),
            ("auth.password", "p"),
            ("ssl.provider", "JDK"),
            ("ssl.truststore.path", "/etc/certs/truststore.jks"),
            ("topic.orders.ks.orders.mapping", "id=key, total=value.total, at=value.at.Time"),
            ("topic.orders.codec.locale", "en_US"),
        ],
    ),
    (
        "classes: {connectors: [io.aiven.kafka.connect.opensearch.OpensearchSinkConnector]}",
        &[
            ("connector.class", "io.aiven.kafka.connect.opensearch.OpensearchSinkConnector"),
            ("connection.url", "https://opensearch.example.com:9200"),
            ("connection.username", "admin"),
            ("connection.password", "admin"),
            ("connection.timeout.ms", "1000"),
            ("topic.index.map", "a.b:c"),
            ("schema.ignore", "true"),
            ("transforms", "route, mask"),
            ("transforms.route.type", "RegexRouter"),
            ("transforms.route.regex", "com\\.acme\\.(.*)"),
            ("transforms.route.replacement", "$1"),
            ("transforms.mask.type", "org.apache.kafka.connect.transforms.SetSchemaMetadata$Value"),
            ("transforms.mask.schema.name", "com.acme.Order"),
        ],
    ),
];

#[test]
fn what_popular_connectors_document_is_allowed_with_their_classes() {
    for (allowed, pairs) in CORPUS {
        let policy = policy(&format!("version: 1\nextends: default\n{allowed}\n"));
        assert_eq!(check(&policy, "orders", pairs), [], "{allowed}");
    }
}

#[test]
fn without_its_class_none_of_them_is_allowed() {
    let refused = CORPUS.iter().filter(|(_, pairs)| !check(built_in(), "orders", pairs).is_empty()).count();
    assert_eq!(refused, CORPUS.len());
}
