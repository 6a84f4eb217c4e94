//! Reads what a program serves at `/metrics` (Prometheus text or OpenMetrics) into samples.
//! It keeps what the demo and the benches ask for: name, labels, value; not types, help or time.

use std::collections::BTreeMap;

/// One line of a metrics page.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Sample {
    /// Metric name with its suffix, such as `retail_landed_total`.
    pub(crate) name: String,
    /// Label names and values.
    pub(crate) labels: BTreeMap<String, String>,
    /// The value; `NaN` where the page says so.
    pub(crate) value: f64,
}

/// All samples of one metrics page.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Page(Vec<Sample>);

impl Page {
    /// Parses a page; lines that are comments or cannot be read are left out.
    pub(crate) fn parse(text: &str) -> Self {
        Self(text.lines().filter(|line| !line.starts_with('#')).filter_map(sample).collect())
    }

    /// The samples of one metric.
    pub(crate) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Sample> {
        self.0.iter().filter(move |sample| sample.name == name)
    }

    /// The sum of a metric over its labels; `None` where the page does not have it.
    pub(crate) fn sum(&self, name: &str) -> Option<f64> {
        self.all(name).map(|sample| sample.value).reduce(|a, b| a + b)
    }

    /// The value of a metric with a given label.
    pub(crate) fn with(&self, name: &str, label: &str, value: &str) -> Option<f64> {
        let mut samples = self.all(name);
        samples.find(|sample| sample.labels.get(label).is_some_and(|v| v == value)).map(|sample| sample.value)
    }
}

fn sample(line: &str) -> Option<Sample> {
    let (name, (labels, rest)) = if let Some((name, rest)) = line.split_once('{') {
        (name, labels(rest)?)
    } else {
        let (name, rest) = line.split_once(' ')?;
        (name, (BTreeMap::new(), rest))
    };
    let value = rest.split_whitespace().next()?.parse().ok()?;
    Some(Sample { name: name.trim().to_owned(), labels, value })
}

/// Labels up to the closing brace, and what follows it. In values `\\`, `\"` and `\n` are escapes.
fn labels(text: &str) -> Option<(BTreeMap<String, String>, &str)> {
    let mut labels = BTreeMap::new();
    let mut rest = text;
    loop {
        rest = rest.trim_start_matches([',', ' ']);
        if let Some(after) = rest.strip_prefix('}') {
            return Some((labels, after));
        }
        let (name, quoted) = rest.split_once("=\"")?;
        let mut value = String::new();
        let mut chars = quoted.char_indices();
        let end = loop {
            match chars.next()? {
                (at, '"') => break at,
                (_, '\\') => value.push(match chars.next()?.1 {
                    'n' => '\n',
                    other => other,
                }),
                (_, other) => value.push(other),
            }
        };
        labels.insert(name.to_owned(), value);
        rest = &quoted[end + 1..];
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_gives_sums_and_labelled_values() {
        let page = Page::parse(
            "# TYPE dlq counter\n\
             dlq_total{stage=\"TASK_PUT\"} 2\n\
             dlq_total{stage=\"PRODUCER\",why=\"a \\\"b\\\" } c\"} 3.5 1700000000\n\
             lag 12\n\
             broken{ 1\n\
             # EOF\n",
        );
        assert_eq!(page.sum("dlq_total"), Some(5.5));
        assert_eq!(page.with("dlq_total", "stage", "PRODUCER"), Some(3.5));
        assert_eq!(page.all("dlq_total").nth(1).unwrap().labels["why"], "a \"b\" } c");
        assert_eq!(page.sum("lag"), Some(12.0));
        assert_eq!(page.sum("absent"), None);
    }
}
