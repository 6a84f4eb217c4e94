//! The connector is as declared, and is written only where it is not.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::pipeline::{Pipeline, on_a_fresh_pipeline};

/// Where Connect keeps configurations: whatever is written makes it longer.
fn written(pipeline: &Pipeline) -> i64 {
    pipeline.kafka.ends("connect-configs").values().sum()
}

#[test]
fn a_second_apply_writes_nothing_and_a_changed_key_changes_just_that_key() {
    on_a_fresh_pipeline(async |pipeline| {
        let (before, config) = (written(pipeline), pipeline.worker.config());
        let result = pipeline.apply(pipeline.templates()).json();
        assert_eq!(result["connectors"][0]["result"], "unchanged", "{result:#}");
        pipeline.run("connect-register", &["plan", "-f", pipeline.templates(), "--fail-on-changes"]).ok();
        assert_eq!((written(pipeline), pipeline.worker.config()), (before, config.clone()));

        let changed = pipeline.template_with(&[("batch.size", "1000")]);
        let plan = ["plan", "-f", &changed, "--fail-on-changes", "-o", "json"];
        let planned = pipeline.run("connect-register", &plan).ended_with(3).json();
        let wanted = json!([{ "key": "batch.size", "before": "3000", "after": "1000" }]);
        assert_eq!(
            (&planned["connectors"][0]["action"], &planned["connectors"][0]["changes"]),
            (&Value::from("update"), &wanted)
        );
        assert_eq!(written(pipeline), before, "a plan is only a plan");

        let result = pipeline.apply(&changed).json();
        assert_eq!(result["connectors"][0]["result"], "updated", "{result:#}");
        assert!(written(pipeline) > before, "the net would have no hole");
        let now = pipeline.worker.config();
        let differs = |key: &&String| config.get(*key) != now.get(*key);
        let keys: BTreeMap<_, _> =
            config.keys().chain(now.keys()).filter(differs).map(|key| (key, &now[key])).collect();
        assert_eq!(keys, BTreeMap::from([(&"batch.size".to_owned(), &"1000".to_owned())]));
    });
}
