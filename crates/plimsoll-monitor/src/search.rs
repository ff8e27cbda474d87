//! What a search asks: which goods and places, which window against which baseline, and how
//! many false alarms are allowed.

use plimsoll_terms::fx::Rates;
use plimsoll_terms::goods::Goods;
use plimsoll_terms::period::Period;
use plimsoll_terms::place::PlaceSet;

/// How the rate of false alarms is held over a family of tests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Control {
    /// Benjamini and Hochberg (1995): for tests that are independent or depend positively.
    Hochberg,
    /// Benjamini and Yekutieli (2001): under any dependence; stricter.
    Yekutieli,
}

/// How finely a detector looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Importer and a group of goods, such as a control list.
    Group,
    /// Importer and a tier of a list.
    Tier,
    /// Importer and code, all suppliers together.
    Market,
    /// Importer, exporter and code.
    Pair,
}

impl Level {
    /// All, from the widest.
    pub const ALL: [Level; 4] = [Level::Group, Level::Tier, Level::Market, Level::Pair];

    /// The name in every output.
    pub fn name(self) -> &'static str {
        match self {
            Level::Group => "group",
            Level::Tier => "tier",
            Level::Market => "market",
            Level::Pair => "pair",
        }
    }
}

/// What is searched.
#[derive(Clone, Debug)]
pub struct Search {
    /// Only into these places.
    pub importer: Option<PlaceSet>,
    /// Only from these places.
    pub exporter: Option<PlaceSet>,
    /// Only these goods.
    pub goods: Option<Goods>,
    /// The window that is tested; without it the last year that most reporters cover.
    pub period: Option<Period>,
    /// What it is compared with; without it up to five years before the window.
    pub against: Option<Period>,
    /// Currency of all figures.
    pub currency: String,
    /// Exchange rates.
    pub rates: Rates,
    /// Only this dataset.
    pub dataset: Option<String>,
    /// Largest share of false alarms among findings, 0 to 1.
    pub q: f64,
    /// How it is held.
    pub control: Control,
    /// Materiality: value a year, in the currency, below which nothing is reported.
    pub min_value: f64,
    /// Smallest ratio of window to baseline (or its inverse) that is reported.
    pub min_ratio: f64,
    /// Levels to look at; empty is all.
    pub levels: Vec<Level>,
    /// For diversion: where goods are taken to end up.
    pub target: Option<PlaceSet>,
    /// For diversion: who stopped selling to the target.
    pub origin: Option<PlaceSet>,
    /// For diversion: goods that nobody stopped selling, to compare with.
    pub control_goods: Option<Goods>,
    /// Threads of the query engine; 0 is one for each core.
    pub threads: usize,
}

impl Search {
    /// Everything, in USD, at 5 % of false alarms.
    pub fn new(rates: Rates) -> Search {
        Search {
            importer: None,
            exporter: None,
            goods: None,
            period: None,
            against: None,
            currency: "USD".into(),
            rates,
            dataset: None,
            q: 0.05,
            control: Control::Hochberg,
            min_value: 100_000.0,
            min_ratio: 1.5,
            levels: Vec::new(),
            target: None,
            origin: None,
            control_goods: None,
            threads: 0,
        }
    }

    /// Whether a level is asked for.
    pub fn wants(&self, level: Level) -> bool {
        self.levels.is_empty() || self.levels.contains(&level)
    }
}
