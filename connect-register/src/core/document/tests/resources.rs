use super::told;

const CONNECTOR: &str = "apiVersion: kafka.strimzi.io/v1beta2
kind: KafkaConnector
metadata:
  name: pg-sink
  namespace: kafka
  labels:
    strimzi.io/cluster: my-connect
spec:
  class: io.confluent.connect.jdbc.JdbcSinkConnector
  tasksMax: 2
  version: '[10.7,11)'
  autoRestart:
    enabled: true
  state: stopped
  config:
    topics: sales
    connection.password: ${secrets:kafka/pg:password}
    auto.create: no
    batch.size: 3000
    ratio: 0.5
    mode: 010
    exp: 1e3
    quoted: 'no'
    ip: 10.0.0.1
status:
  conditions: []
";

#[test]
fn a_connector_of_strimzi_is_read_and_what_is_left_out_is_told() {
    insta::assert_snapshot!(told("t.yaml", CONNECTOR), @r#"
    t.yaml:1:1 "pg-sink" stopped
      t.yaml:9:3 connector.class = "io.confluent.connect.jdbc.JdbcSinkConnector"
      t.yaml:10:3 tasks.max = "2"
      t.yaml:11:3 connector.plugin.version = "[10.7,11)"
      t.yaml:16:5 topics = "sales"
      t.yaml:17:5 connection.password = "${secrets:kafka/pg:password}"
      t.yaml:18:5 auto.create = "no"
      t.yaml:19:5 batch.size = "3000"
      t.yaml:20:5 ratio = "0.5"
      t.yaml:21:5 mode = "010"
      t.yaml:22:5 exp = "1e3"
      t.yaml:23:5 quoted = "no"
      t.yaml:24:5 ip = "10.0.0.1"
    - t.yaml:12:3: spec.autoRestart: this is left out (`watch` restarts what has failed)
    - t.yaml:18:18: auto.create: no is sent as it stands; Kubernetes may read it otherwise (put it into quotes)
    - t.yaml:21:11: mode: 010 is sent as it stands; Kubernetes may read it otherwise (put it into quotes)
    - t.yaml:22:10: exp: 1e3 is sent as it stands; Kubernetes may read it otherwise (put it into quotes)
    "#);
}

#[test]
fn other_resources_of_a_manifest_are_left_out_with_a_note() {
    let text = format!(
        "apiVersion: v1\nkind: Service\nmetadata: {{name: web}}\nspec: {{ports: [{{port: 80}}]}}\n---\n\
         apiVersion: kafka.strimzi.io/v1\nkind: KafkaConnect\nmetadata: {{name: my-connect}}\n---\n\
         apiVersion: v1\nkind: List\nitems:\n- apiVersion: kafka.strimzi.io/v1\n  kind: KafkaConnector\n  metadata: {{name: b}}\n  \
         spec: {{class: y, pause: true}}\n- {{apiVersion: v1, kind: ConfigMap}}\n---\n{CONNECTOR}"
    );
    let told = told("t.yaml", &text);
    let shown: Vec<_> = told.lines().filter(|line| !line.starts_with("  ")).collect();
    insta::assert_snapshot!(shown.join("\n"), @r#"
    t.yaml:13:3 "b" paused
    t.yaml:19:1 "pg-sink" stopped
    - t.yaml:1:1: Service web is not of kafka.strimzi.io/…, kind KafkaConnector: it is left out
    - t.yaml:6:1: KafkaConnect my-connect is not of kafka.strimzi.io/…, kind KafkaConnector: it is left out
    - t.yaml:16:20: spec.pause: this is deprecated; `spec.state` takes its place
    - t.yaml:17:3: ConfigMap is not of kafka.strimzi.io/…, kind KafkaConnector: it is left out
    - t.yaml:30:3: spec.autoRestart: this is left out (`watch` restarts what has failed)
    - t.yaml:36:18: auto.create: no is sent as it stands; Kubernetes may read it otherwise (put it into quotes)
    - t.yaml:39:11: mode: 010 is sent as it stands; Kubernetes may read it otherwise (put it into quotes)
    - t.yaml:40:10: exp: 1e3 is sent as it stands; Kubernetes may read it otherwise (put it into quotes)
    "#);
}

#[test]
fn mistakes_of_a_connector_of_strimzi_are_told_in_its_own_words() {
    let text = "apiVersion: kafka.strimzi.io/v1\nkind: KafkaConnector\nmetadata: {nam: a}\nspec:\n  clas: x\n  taskMax: 1\n  tasksMax: many\n  \
                pause: maybe\n  config:\n    connector.class: x\n    tasks.max: 1\n    name: a\n    x:\n    y: {}\nextra: 1\n";
    insta::assert_snapshot!(told("t.yaml", text), @r#"
    t.yaml:1:1 ?
    ! t.yaml:3:1: `metadata.name` is missing (a KafkaConnector has apiVersion: kafka.strimzi.io/…, metadata: {name}, spec: {class, tasksMax, config, state})
    ! t.yaml:4:1: `spec.class` is missing (a KafkaConnector has apiVersion: kafka.strimzi.io/…, metadata: {name}, spec: {class, tasksMax, config, state})
    ! t.yaml:5:3: clas: this does not belong here (did you mean `class`?)
    ! t.yaml:6:3: taskMax: this does not belong here (did you mean `tasksMax`?)
    ! t.yaml:7:13: spec.tasksMax: this is no number of tasks
    ! t.yaml:8:10: spec.pause: this is neither true nor false
    ! t.yaml:10:5: connector.class: this does not belong into `spec.config` (write it as `spec.class`)
    ! t.yaml:11:5: tasks.max: this does not belong into `spec.config` (write it as `spec.tasksMax`)
    ! t.yaml:12:5: name: this does not belong into `spec.config` (write it as `metadata.name`)
    ! t.yaml:13:5: x: the value is null; Connect takes a flat map of strings (an empty value is "", and no key is none)
    ! t.yaml:14:5: y: the value is an object; Connect takes a flat map of strings
    ! t.yaml:15:1: extra: this does not belong here (a KafkaConnector has apiVersion: kafka.strimzi.io/…, metadata: {name}, spec: {class, tasksMax, config, state})
    - t.yaml:8:3: spec.pause: this is deprecated; `spec.state` takes its place
    "#);
    for (text, what) in [
        ("kind: KafkaConnector\nspec: {}", "`apiVersion` is missing"),
        ("apiVersion: kafka.strimzi.io/v1", "`kind` is missing"),
        ("apiVersion: 1\nkind: []", "`kind` is a list"),
        ("apiVersion: kafka.strimzi.io/v1\nkind: KafkaConnector", "`spec` is missing"),
        ("apiVersion: kafka.strimzi.io/v1\nkind: KafkaConnector\nmetadata: a\nspec: b", "`metadata` is a string"),
        ("apiVersion: v1\nkind: List\nitems: {}", "`items` is an object"),
        ("apiVersion: v1\nkind: List\nitems: [1]", "this is a string, and a resource is wanted"),
    ] {
        assert!(told("t.yaml", text).contains(what), "{text}\n{}", told("t.yaml", text));
    }
}
