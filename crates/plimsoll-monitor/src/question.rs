//! What is asked: of whom, which goods, when, and how.

use plimsoll_terms::fx::Rates;
use plimsoll_terms::goods::Goods;
use plimsoll_terms::period::Period;
use plimsoll_terms::place::PlaceSet;

/// Which report stands behind "came from".
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BasisAsked {
    /// The importer's own report where there is one, else its partners' exports.
    Any,
    /// Exporters' reports, or the importer's own where it reports by dispatch too.
    Dispatch,
    /// Importers' reports: country of origin, by the usual rule.
    Origin,
}

/// A question for [`crate::assess::assess`].
#[derive(Clone, Debug)]
pub struct Question {
    /// Whose imports; `None` is everybody's.
    pub importer: Option<PlaceSet>,
    /// Whose share; `None` asks for all suppliers.
    pub exporter: Option<PlaceSet>,
    /// Which goods.
    pub goods: Goods,
    /// When.
    pub period: Period,
    /// An earlier period to compare with.
    pub against: Option<Period>,
    /// Currency of the answer, such as `USD`.
    pub currency: String,
    /// Which report.
    pub basis: BasisAsked,
    /// Only this dataset.
    pub dataset: Option<String>,
    /// Take the codes by their digits in every HS revision: naive, and marked so.
    pub as_reported: bool,
    /// Use monthly records where there are complete ones, even if a yearly one is there.
    pub monthly: bool,
    /// Exchange rates.
    pub rates: Rates,
}
