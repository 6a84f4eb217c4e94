//! The dashboards as files: which expressions they show.

use std::collections::BTreeSet;

use anyhow::{Context, ensure};
use serde_json::Value;

/// The dashboard in the repository.
pub(crate) const DASHBOARD: &str = "observability/grafana/dashboards/pipeline.json";

/// Every expression of a dashboard, each with the title of its panel.
pub(crate) fn expressions(dashboard: &str) -> anyhow::Result<BTreeSet<(String, String)>> {
    let dashboard: Value = serde_json::from_str(dashboard).context("the dashboard is not JSON")?;
    let panels = dashboard["panels"].as_array().context("the dashboard has no panels")?;
    let mut found = BTreeSet::new();
    for panel in panels {
        let title = panel["title"].as_str().context("a panel has no title")?;
        for target in panel["targets"].as_array().into_iter().flatten() {
            let expression = target["expr"].as_str().with_context(|| format!("{title} has a target without expr"))?;
            found.insert((title.to_owned(), expression.to_owned()));
        }
    }
    ensure!(!found.is_empty(), "the dashboard shows nothing");
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::expressions;

    #[test]
    fn every_target_of_every_panel_counts() {
        let dashboard = r#"{"panels": [
            {"title": "A row"},
            {"title": "Lag", "targets": [{"expr": "a"}, {"expr": "b"}]}]}"#;
        let found: Vec<_> = expressions(dashboard).unwrap().into_iter().collect();
        assert_eq!(found, [("Lag".to_owned(), "a".to_owned()), ("Lag".to_owned(), "b".to_owned())]);
        assert!(expressions(r#"{"panels": []}"#).is_err());
    }
}
