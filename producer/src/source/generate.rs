//! Makes sales that look like a grocer's: a few big stores and many small ones, a few products that
//! everybody buys and a long tail, mostly one of a thing, now and then a return. The same seed makes
//! the same sales; what time they carry is decided in [`crate::stamp`].

use std::fmt::Write;

use anyhow::Context;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rand_distr::weighted::WeightedAliasIndex;
use rand_distr::{Distribution, Geometric, Zipf};

use super::{Item, Source};
use crate::event::Sale;

/// As many as The Complete Journey has.
const STORES: u32 = 457;

/// As many as The Complete Journey has.
const PRODUCTS: u32 = 68_509;

/// How steeply the popularity of products falls: near what The Complete Journey shows (the first
/// product sells 18 times as often as the hundredth).
const PRODUCT_SKEW: f64 = 0.75;

/// Of a hundred events this many are returns.
const RETURNS: f64 = 0.015;

/// The share of sales of more than one, counted again for each further one.
const MORE: f64 = 0.21;

/// A stream of made sales.
pub struct Generator {
    rng: ChaCha8Rng,
    seed: u64,
    made: u64,
    count: Option<u64>,
    stores: WeightedAliasIndex<f64>,
    products: Zipf<f64>,
    more: Geometric,
    sale: Sale,
}

impl Generator {
    /// Sales of a seed, up to a count.
    ///
    /// # Errors
    /// When a distribution cannot be set up.
    pub fn new(seed: u64, count: Option<u64>) -> anyhow::Result<Self> {
        let sizes = (0..STORES).map(|rank| 1.0 / (f64::from(rank) + 8.0).powf(1.1)).collect();
        Ok(Self {
            rng: ChaCha8Rng::seed_from_u64(seed),
            seed,
            made: 0,
            count,
            stores: WeightedAliasIndex::new(sizes).context("the sizes of the stores")?,
            products: Zipf::new(f64::from(PRODUCTS), PRODUCT_SKEW).context("the popularity of the products")?,
            more: Geometric::new(1.0 - MORE).context("the quantities")?,
            sale: Sale::default(),
        })
    }

    /// The next sale, with no `ts` yet.
    fn make(&mut self) {
        self.made += 1;
        let Sale { event_id, store_id, sku, qty, ts } = &mut self.sale;
        event_id.clear();
        // Writing to a String cannot fail.
        let _ = write!(event_id, "gen-{}-{}", self.seed, self.made);

        let size = self.stores.sample(&mut self.rng);
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "1 to 68,509")]
        let rank = self.products.sample(&mut self.rng) as u32;
        *store_id = place(u32::try_from(size).unwrap_or(0), STORES, 1);
        *sku = place(rank - 1, PRODUCTS, 100_000);
        let count = 1 + i32::try_from(self.more.sample(&mut self.rng)).unwrap_or(0).min(98);
        *qty = if self.rng.random_bool(RETURNS) { -count } else { count };
        *ts = 0;
    }
}

/// Spreads ranks over numbers, so that a low number says nothing about size: a permutation, for both
/// totals are prime to 48271.
fn place(rank: u32, total: u32, first: i32) -> i32 {
    let spread = u64::from(rank) * 48_271 % u64::from(total);
    first + i32::try_from(spread).unwrap_or(0)
}

impl Source for Generator {
    fn next(&mut self) -> anyhow::Result<Option<Item<'_>>> {
        if self.count.is_some_and(|count| self.made >= count) {
            return Ok(None);
        }
        self.make();
        Ok(Some(Item::Sale(&mut self.sale)))
    }

    fn size(&self) -> Option<u64> {
        self.count
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::contract;
    use proptest::prelude::*;
    use std::collections::{BTreeMap, BTreeSet};

    fn sales(seed: u64, count: u64) -> Vec<Sale> {
        let mut generator = Generator::new(seed, Some(count)).unwrap();
        let mut sales = Vec::new();
        while let Some(Item::Sale(sale)) = generator.next().unwrap() {
            sales.push(sale.clone());
        }
        sales
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]
        #[test]
        fn any_seed_makes_unique_sales_that_keep_the_contract(seed: u64) {
            let sales = sales(seed, 500);
            let ids: BTreeSet<_> = sales.iter().map(|sale| sale.event_id.as_str()).collect();
            prop_assert_eq!(ids.len(), 500);
            for sale in &sales {
                prop_assert!(contract::event_id(&sale.event_id).is_ok());
                prop_assert!(contract::positive_int32(sale.store_id.into()).is_ok());
                prop_assert!(contract::positive_int32(sale.sku.into()).is_ok());
                prop_assert!(contract::quantity(sale.qty.into()).is_ok());
            }
        }
    }

    #[test]
    fn the_same_seed_makes_the_same_sales_and_another_makes_others() {
        assert_eq!(sales(7, 1_000), sales(7, 1_000));
        let (seven, eight) = (sales(7, 1_000), sales(8, 1_000));
        assert!(seven.iter().zip(&eight).all(|(a, b)| a.event_id != b.event_id));
    }

    #[test]
    fn few_stores_and_products_make_most_of_the_sales() {
        let sales = sales(1, 100_000);
        let share = |count: &BTreeMap<i32, u32>, top: usize| {
            let mut counts: Vec<u32> = count.values().copied().collect();
            counts.sort_unstable_by(|a, b| b.cmp(a));
            f64::from(counts.iter().take(top).sum::<u32>()) / 100_000.0
        };
        let (mut stores, mut products) = (BTreeMap::new(), BTreeMap::new());
        for sale in &sales {
            *stores.entry(sale.store_id).or_default() += 1;
            *products.entry(sale.sku).or_default() += 1;
        }
        assert!(share(&stores, 46) > 0.5, "a tenth of the stores: {}", share(&stores, 46));
        assert!(stores.len() > 400, "{}", stores.len());
        assert!(share(&products, 685) > 0.25, "a hundredth of the products: {}", share(&products, 685));
        assert!(products.len() > 10_000, "{}", products.len());
        let returns = sales.iter().filter(|sale| sale.qty < 0).count();
        assert!((1_000..2_000).contains(&returns), "{returns}");
    }

    #[test]
    fn each_rank_has_a_number_of_its_own() {
        for total in [STORES, PRODUCTS] {
            let numbers: BTreeSet<_> = (0..total).map(|rank| place(rank, total, 1)).collect();
            assert_eq!(numbers.len(), total as usize);
        }
    }
}
