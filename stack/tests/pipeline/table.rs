//! The table, asked in SQL by hand.

use std::collections::BTreeMap;

use tokio_postgres::{Client, Config, NoTls};

use crate::sales::Sale;

/// The database.
pub(crate) struct Table {
    config: Config,
}

impl Table {
    pub(crate) fn of(config: Config) -> Self {
        Self { config }
    }

    async fn client(&self) -> Result<Client, tokio_postgres::Error> {
        let (client, connection) = self.config.connect(NoTls).await?;
        // It ends with its client, and what goes wrong is told to the client.
        tokio::spawn(connection);
        Ok(client)
    }

    /// Runs statements.
    pub(crate) async fn run(&self, sql: &str) {
        self.client().await.unwrap().batch_execute(sql).await.unwrap_or_else(|error| panic!("{sql}: {error}"));
    }

    /// Every row, in no order, with the time it landed.
    pub(crate) async fn rows(&self) -> Vec<(Sale, String)> {
        let sql = "SELECT event_id, store_id, sku, qty, ts, landed_at::text FROM sales_raw";
        let rows = self.client().await.unwrap().query(sql, &[]).await.unwrap();
        rows.iter()
            .map(|row| {
                let sale = Sale {
                    event_id: row.get(0),
                    store_id: row.get(1),
                    sku: row.get(2),
                    qty: row.get(3),
                    ts: row.get(4),
                };
                (sale, row.get(5))
            })
            .collect()
    }

    /// Every row by its event id, of which there has to be one.
    pub(crate) async fn by_id(&self) -> BTreeMap<String, Sale> {
        let mut found = BTreeMap::new();
        for (sale, _) in self.rows().await {
            let before = found.insert(sale.event_id.clone(), sale);
            assert_eq!(before, None, "an event id is on more than one row");
        }
        found
    }

    /// How many rows there are, and of how many events; an error in words while the server is away.
    pub(crate) async fn counts(&self) -> Result<(u64, u64), String> {
        let count = async {
            let sql = "SELECT count(*), count(DISTINCT event_id) FROM sales_raw";
            self.client().await?.query_one(sql, &[]).await
        };
        let row = count.await.map_err(|error| error.to_string())?;
        let number = |at| u64::try_from(row.get::<_, i64>(at)).unwrap();
        Ok((number(0), number(1)))
    }
}
