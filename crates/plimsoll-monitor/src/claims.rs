//! Does a published figure hold, and under which definition?
//!
//! A claim is computed again under every admissible [`Definition`] of what its words leave open,
//! and each result is held against the interval that its words allow. Nothing here says that a
//! claim is true: it says what the loaded data give, within which bounds.

mod compute;
mod definitions;

use plimsoll_ingest::error::IngestError;
use plimsoll_ingest::scan::Scanner;
use plimsoll_terms::claim::compare::{Kind, Relation};
use plimsoll_terms::claim::{Amount, Claim, Measure};
use plimsoll_terms::fx::Rates;
use plimsoll_terms::goods::GoodsGroup;

use crate::choice::Coverage;
use crate::finding::{Fact, Why};

pub use compute::Computed;
pub use definitions::{Definition, Fixed};

/// What the data and the other claims say of a claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// Every definition that can be computed gives a figure that the words allow.
    Supported,
    /// No definition that can be computed can give such a figure.
    Contradicted,
    /// Some definitions give such a figure and others do not.
    DependsOnDefinition,
    /// The data cannot tell, and the claim does not fit itself or others.
    Inconsistent,
    /// The data cannot tell.
    CannotTell,
}

impl Verdict {
    /// The name in every output.
    pub fn name(self) -> &'static str {
        match self {
            Verdict::Supported => "supported",
            Verdict::Contradicted => "contradicted",
            Verdict::DependsOnDefinition => "depends-on-definition",
            Verdict::Inconsistent => "inconsistent",
            Verdict::CannotTell => "cannot-tell",
        }
    }
}

/// How a computed figure stands to the words of the claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fit {
    /// The figure is one that the words allow.
    Within,
    /// No figure within the bounds is.
    Outside,
    /// The figure is not, others within its bounds are.
    Open,
}

impl Fit {
    /// `within`, `outside` or `open`.
    pub fn name(self) -> &'static str {
        match self {
            Fit::Within => "within",
            Fit::Outside => "outside",
            Fit::Open => "open",
        }
    }

    /// Of a figure with its bounds against the interval of a claim.
    pub fn of(amount: &Amount, value: f64, low: f64, high: f64) -> Fit {
        if amount.allows(value) {
            Fit::Within
        } else if amount.meets(low, high) {
            Fit::Open
        } else {
            Fit::Outside
        }
    }
}

/// A claim held against the data. It cannot be built without its reasons; the claim itself names
/// who published it, and each computed figure the sources that it rests on.
#[derive(Clone, Debug)]
pub struct ClaimCheck {
    /// The claim.
    pub claim: Claim,
    /// What comes of it.
    pub verdict: Verdict,
    /// The facts, the most telling first.
    pub why: Why,
    /// The claim under each definition that could be computed.
    pub computed: Vec<Computed>,
    /// Definitions that the data at hand cannot compute, and why.
    pub missing: Vec<Missing>,
    /// What other claims say: conflicts, explanations, the same figure retold.
    pub relations: Vec<Relation>,
}

/// A definition that could not be computed.
#[derive(Clone, Debug)]
pub struct Missing {
    /// Which; `None` where no definition can be made of the claim at all.
    pub definition: Option<Definition>,
    /// Why not.
    pub why: String,
}

/// What a check needs besides the claim.
pub struct Checker<'a> {
    /// The store.
    pub scanner: &'a Scanner,
    /// What it covers.
    pub coverage: &'a Coverage,
    /// The user's goods groups.
    pub user_goods: &'a [GoodsGroup],
    /// Exchange rates.
    pub rates: &'a Rates,
    /// What the person fixes of what claims leave open.
    pub fixed: &'a Fixed,
}

impl Checker<'_> {
    /// Checks one claim; `relations` are all that are known between claims.
    ///
    /// # Errors
    /// Where the store cannot be read.
    pub fn check(&self, claim: &Claim, relations: &[Relation]) -> Result<ClaimCheck, IngestError> {
        let mut computed = Vec::new();
        let mut missing = Vec::new();
        match definitions::of(claim, self.fixed, self.user_goods) {
            Err(why) => missing.push(Missing { definition: None, why }),
            Ok(all) => {
                for definition in all {
                    match compute::under(self, claim, &definition)? {
                        Ok(one) => computed.push(one),
                        Err(why) => missing.push(Missing { definition: Some(definition), why }),
                    }
                }
            }
        }
        let relations: Vec<Relation> =
            relations.iter().filter(|r| r.claims.contains(&claim.id)).cloned().collect();
        let verdict = verdict(&computed, &relations);
        let why = why(claim, verdict, &computed, &missing, &relations);
        Ok(ClaimCheck { claim: claim.clone(), verdict, why, computed, missing, relations })
    }
}

/// Data first: where they tell, they decide; else the arithmetic between claims does.
fn verdict(computed: &[Computed], relations: &[Relation]) -> Verdict {
    let any = |fit: Fit| computed.iter().any(|c| c.fit == fit);
    match (any(Fit::Within), any(Fit::Outside), any(Fit::Open)) {
        (true, true, _) => Verdict::DependsOnDefinition,
        (true, false, _) => Verdict::Supported,
        (false, true, false) => Verdict::Contradicted,
        _ if relations.iter().any(|r| r.kind == Kind::Inconsistent) => Verdict::Inconsistent,
        _ => Verdict::CannotTell,
    }
}

fn why(
    claim: &Claim,
    verdict: Verdict,
    computed: &[Computed],
    missing: &[Missing],
    relations: &[Relation],
) -> Why {
    let of = |fit: Fit| computed.iter().filter(move |c| c.fit == fit);
    let count = |fit: Fit| of(fit).count();
    let headline = match verdict {
        Verdict::Supported => format!(
            "supported by the data at hand: {} of {} computed definitions give a figure that \"{}\" allows",
            count(Fit::Within),
            computed.len(),
            claim.value
        ),
        Verdict::Contradicted => format!(
            "contradicted by the data at hand: none of {} computed definitions can give \"{}\"",
            computed.len(),
            claim.value
        ),
        Verdict::DependsOnDefinition => format!(
            "depends on the definition: {} of {} give a figure that \"{}\" allows, {} cannot",
            count(Fit::Within),
            computed.len(),
            claim.value,
            count(Fit::Outside)
        ),
        Verdict::Inconsistent => "does not fit other published figures".into(),
        Verdict::CannotTell if claim.measure == Measure::Deed => {
            "a statement about who did what: no statistic can tell; kept as somebody's statement"
                .into()
        }
        Verdict::CannotTell if !computed.is_empty() => format!(
            "cannot tell: \"{}\" lies within the bounds of what the data at hand allow",
            claim.value
        ),
        Verdict::CannotTell => format!(
            "cannot tell: {}",
            missing.first().map_or("nothing could be computed", |m| m.why.as_str())
        ),
    };
    let figures = computed.iter().map(|c| {
        Fact::figure(format!("{}: {}", c.definition, c.fit.name()), c.value, c.unit.as_str())
    });
    let others = relations.iter().map(|r| Fact::text(format!("{}: {}", r.kind.name(), r.text)));
    Why::new(Fact::text(headline).because(figures.collect()), others)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_decide_between_open_and_outside() {
        let nearly = Amount::parse("nearly 70 %").unwrap();
        assert_eq!(Fit::of(&nearly, 69.2, 0.0, 69.2), Fit::Within);
        assert_eq!(Fit::of(&nearly, 52.0, 0.0, 52.0), Fit::Outside);
        assert_eq!(Fit::of(&nearly, 75.0, 0.0, 75.0), Fit::Open);
    }
}
