//! The bytes of a sale on its way to Connect: JSON with schema, and the key. What the fields may hold
//! is not decided here: see [`super::contract`].
//!
//! The schema is the same constant bytes in every event: `JsonConverter` caches parsed schemas by
//! their JSON, and the sink flushes its batch when the schema changes.

use super::Sale;
use super::json::{push_int, push_string};

/// The schema part of every value, named `retail.sale.v1`.
pub const SCHEMA: &str = concat!(
    r#"{"type":"struct","name":"retail.sale.v1","optional":false,"fields":["#,
    r#"{"field":"event_id","type":"string","optional":false},"#,
    r#"{"field":"store_id","type":"int32","optional":false},"#,
    r#"{"field":"sku","type":"int32","optional":false},"#,
    r#"{"field":"qty","type":"int32","optional":false},"#,
    r#"{"field":"ts","type":"int64","optional":false}]}"#,
);

/// Buffers for the key and the value of one sale, used again for the next.
#[derive(Debug)]
pub struct Envelope {
    key: Vec<u8>,
    value: Vec<u8>,
    prefix: usize,
}

impl Default for Envelope {
    fn default() -> Self {
        let value = format!(r#"{{"schema":{SCHEMA},"payload":{{"event_id":"#).into_bytes();
        Self { key: Vec::with_capacity(64), prefix: value.len(), value }
    }
}

impl Envelope {
    /// Writes `sale` over what was there.
    pub fn write(&mut self, sale: &Sale) {
        let Sale { event_id, store_id, sku, qty, ts } = sale;
        self.key.clear();
        push_string(&mut self.key, event_id);

        let value = &mut self.value;
        value.truncate(self.prefix);
        value.extend_from_slice(&self.key);
        value.extend_from_slice(br#","store_id":"#);
        push_int(value, *store_id);
        value.extend_from_slice(br#","sku":"#);
        push_int(value, *sku);
        value.extend_from_slice(br#","qty":"#);
        push_int(value, *qty);
        value.extend_from_slice(br#","ts":"#);
        push_int(value, *ts);
        value.extend_from_slice(b"}}");
    }

    /// The event id as a JSON string, quotes included.
    pub fn key(&self) -> &[u8] {
        &self.key
    }

    /// `{"schema":…,"payload":…}`.
    pub fn value(&self) -> &[u8] {
        &self.value
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sale() -> Sale {
        Sale {
            event_id: "cj-31198570044-1095275".into(),
            store_id: 330,
            sku: 1_095_275,
            qty: -1,
            ts: 1_483_271_606_000,
        }
    }

    #[test]
    fn the_bytes_of_a_sale_are_a_contract() {
        let mut envelope = Envelope::default();
        envelope.write(&sale());
        insta::assert_snapshot!(String::from_utf8(envelope.key().to_vec()).unwrap(), @r#""cj-31198570044-1095275""#);
        insta::assert_snapshot!(String::from_utf8(envelope.value().to_vec()).unwrap(), @r#"{"schema":{"type":"struct","name":"retail.sale.v1","optional":false,"fields":[{"field":"event_id","type":"string","optional":false},{"field":"store_id","type":"int32","optional":false},{"field":"sku","type":"int32","optional":false},{"field":"qty","type":"int32","optional":false},{"field":"ts","type":"int64","optional":false}]},"payload":{"event_id":"cj-31198570044-1095275","store_id":330,"sku":1095275,"qty":-1,"ts":1483271606000}}"#);
    }

    #[test]
    fn a_value_has_exactly_the_two_keys_that_the_converter_wants() {
        let mut envelope = Envelope::default();
        envelope.write(&Sale { event_id: "a long one, to be shortened".into(), ..sale() });
        envelope.write(&Sale { event_id: "\"é\\".into(), ..sale() });
        let value: serde_json::Value = serde_json::from_slice(envelope.value()).unwrap();
        let keys: Vec<_> = value.as_object().unwrap().keys().collect();
        assert_eq!(keys, ["schema", "payload"]);
        assert_eq!(value["schema"], serde_json::from_str::<serde_json::Value>(SCHEMA).unwrap());
        assert_eq!(value["payload"]["event_id"], "\"é\\");
        assert_eq!(value["payload"]["qty"], -1);
    }
}
