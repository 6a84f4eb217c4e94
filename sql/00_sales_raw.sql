-- sales_raw: one row for each retail sale that has landed. The sink writes it; nothing else does.
--
-- The first five columns are the event as it was produced; landed_at is the database's own.
-- (event_id, ts) is the identity of an event: a redelivered event meets its own row. ts is part of it
-- from the start, so that the table can be partitioned by day of ts without a new key.

CREATE TABLE IF NOT EXISTS sales_raw (
    event_id  text        NOT NULL,
    store_id  integer     NOT NULL,
    sku       integer     NOT NULL,
    qty       integer     NOT NULL,
    ts        bigint      NOT NULL,
    landed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    CONSTRAINT sales_raw_pkey PRIMARY KEY (event_id, ts),
    CONSTRAINT sales_raw_store_id_positive CHECK (store_id > 0),
    CONSTRAINT sales_raw_sku_positive CHECK (sku > 0),
    CONSTRAINT sales_raw_qty_not_zero CHECK (qty <> 0)
);

-- What has landed lately is asked for every second. Rows arrive in the order of landed_at, which is
-- what a BRIN index wants: it stays a few pages small and costs the sink nothing that can be measured.
CREATE INDEX IF NOT EXISTS sales_raw_landed_at_idx
ON sales_raw USING brin (landed_at) WITH (pages_per_range = 32, autosummarize = on);

-- A redelivered event is an upsert that changes nothing: no new row version, no bloat, and landed_at
-- and the commit time stay those of the first landing. Triggers fire in the order of their names; this
-- one is to see the row last.
CREATE OR REPLACE TRIGGER z_suppress_redundant_updates
BEFORE UPDATE ON sales_raw
FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger();

COMMENT ON TABLE sales_raw IS 'Retail sales, one row an event, landed by the sink pg-sales-jdbc-sink from the topic sales';
COMMENT ON COLUMN sales_raw.event_id IS 'Identity of the event, unique; part of the primary key';
COMMENT ON COLUMN sales_raw.store_id IS 'Store where the sale was made, above zero';
COMMENT ON COLUMN sales_raw.sku IS 'Product that was sold, above zero';
COMMENT ON COLUMN sales_raw.qty IS 'How many were sold, never zero; negative is a return';
COMMENT ON COLUMN sales_raw.ts IS 'When the event was made, epoch milliseconds (UTC); part of the primary key';
COMMENT ON COLUMN sales_raw.landed_at IS 'When the row was first inserted, by the clock of the database; not in the event';
