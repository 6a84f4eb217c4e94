//! Folders of templates, whose connectors are of the sink that is at hand.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value, json};

use crate::cluster::{Cluster, parsed};

/// A folder of templates.
pub(crate) struct Templates {
    folder: PathBuf,
    shipped: Value,
}

impl Templates {
    /// An empty folder, for templates that are like the one of the sink that is at hand.
    pub(crate) fn like(shipped: &Value, beside: &Path) -> Self {
        let folder = beside.join(format!("{:016x}", rand::random::<u64>()));
        fs::create_dir(&folder).unwrap();
        Self { folder, shipped: shipped.clone() }
    }

    /// The class of the sink at hand.
    pub(crate) fn class(&self) -> &str {
        self.shipped["config"]["connector.class"].as_str().unwrap()
    }

    /// A connector of the sink at hand, with these keys changed; `null` takes one out.
    pub(crate) fn declare(&self, name: &str, changes: &Value) {
        self.declare_with(name, &json!({}), changes);
    }

    /// The same, with members beside its configuration.
    pub(crate) fn declare_with(&self, name: &str, beside: &Value, changes: &Value) {
        let mut config = self.shipped["config"].as_object().unwrap().clone();
        config.insert("tasks.max".to_owned(), json!("1"));
        if self.class().starts_with("io.debezium.") {
            // It opens many connections for each task, of which a database has a hundred.
            for (key, value) in [("min_size", "1"), ("max_size", "1"), ("acquire_increment", "1")] {
                config.insert(format!("connection.pool.{key}"), json!(value));
            }
        }
        for (key, value) in changes.as_object().unwrap() {
            match value {
                Value::Null => config.remove(key),
                value => config.insert(key.clone(), value.clone()),
            };
        }
        let mut template = json!({"name": name, "config": config});
        template.as_object_mut().unwrap().extend(beside.as_object().unwrap().clone());
        fs::write(self.file(name), serde_json::to_string_pretty(&template).unwrap()).unwrap();
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.join(format!("{name}.json"))
    }

    /// A configuration as it is declared.
    pub(crate) fn config(&self, name: &str) -> Map<String, Value> {
        let template = parsed(&fs::read_to_string(self.file(name)).unwrap());
        template["config"].as_object().unwrap().clone()
    }

    /// The same, as Connect gets it.
    pub(crate) fn rendered(&self, cluster: &Cluster, name: &str) -> Map<String, Value> {
        let file = self.file(name).display().to_string();
        let rendered = parsed(&cluster.run(&["render", "-f", &file, "-o", "json"], 0));
        rendered["connectors"][0]["config"].as_object().unwrap().clone()
    }

    /// So many connectors whose names begin so.
    pub(crate) fn declare_many(&self, prefix: &str, count: usize) -> Vec<String> {
        let names: Vec<String> = (0..count).map(|number| format!("{prefix}-{number:02}")).collect();
        for name in &names {
            self.declare(name, &json!({}));
        }
        names
    }

    /// Declares one no more.
    pub(crate) fn forget(&self, name: &str) {
        fs::remove_file(self.file(name)).unwrap();
    }

    /// The folder, as an argument.
    pub(crate) fn path(&self) -> &str {
        self.folder.to_str().unwrap()
    }
}
