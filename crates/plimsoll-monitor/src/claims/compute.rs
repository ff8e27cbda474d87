//! A claim's figure under one definition, from the store.

use plimsoll_ingest::error::IngestError;
use plimsoll_terms::claim::{Amount, Claim, Measure, Unit};
use plimsoll_terms::place::{self, PlaceSet};

use super::{Checker, Definition, Fit};
use crate::assess::{Assessment, Side, Supplier, View, assess};
use crate::question::Question;

/// What one definition gives.
#[derive(Clone, Debug)]
pub struct Computed {
    /// The definition.
    pub definition: Definition,
    /// The figure, in the claim's unit: percent, the claim's currency, kilograms, a factor.
    pub value: f64,
    /// The least that the data allow.
    pub low: f64,
    /// The most that the data allow; infinite where suppliers are missing.
    pub high: f64,
    /// Share of what the importer bought before that comes from suppliers who report here;
    /// `None` where nothing is known of the others.
    pub coverage: Option<f64>,
    /// `%`, a currency, `kg`, `times`, `rank`.
    pub unit: String,
    /// How the figure stands to the words of the claim.
    pub fit: Fit,
    /// What a reader must know of this figure.
    pub notes: Vec<String>,
    /// Places of the sources in the manifest.
    pub sources: Vec<usize>,
}

/// A figure with its bounds.
type Bounded = [f64; 3];

/// Computes; `Ok(Err(why))` where the data at hand cannot.
pub(super) fn under(
    checker: &Checker,
    claim: &Claim,
    definition: &Definition,
) -> Result<Result<Computed, String>, IngestError> {
    let Some(amount) = claim.amount() else {
        return Ok(Err("the claim gives no figure".into()));
    };
    let currency = match &amount.unit {
        Unit::Money(code) => code.clone(),
        _ => "USD".to_owned(),
    };
    let period = definition.period;
    if currency != "USD"
        && checker.rates.usd_per_unit(&currency, period.first(), period.last()).is_none()
    {
        return Ok(Err(format!("there is no exchange rate for {currency} in {period}")));
    }
    let question = Question {
        importer: definition.importer.clone(),
        exporter: definition.exporter.clone(),
        goods: definition.goods.clone(),
        period,
        against: definition.against,
        currency,
        basis: definition.basis,
        dataset: None,
        as_reported: false,
        monthly: false,
        rates: checker.rates.clone(),
    };
    let answer = assess(checker.scanner, checker.coverage, &question)?;
    Ok(figure(claim, &amount, definition, &answer).map(|(value, unit)| Computed {
        definition: definition.clone(),
        value: value[0],
        low: value[1],
        high: value[2],
        coverage: answer.sides.first().and_then(|s| s.coverage),
        fit: Fit::of(&amount, value[0], value[1], value[2]),
        unit,
        notes: answer.notes.clone(),
        sources: answer.sources.iter().copied().collect(),
    }))
}

fn figure(
    claim: &Claim,
    amount: &Amount,
    definition: &Definition,
    answer: &Assessment,
) -> Result<(Bounded, String), String> {
    let side = answer.sides.first().ok_or("nothing was computed")?;
    told(side)?;
    match (claim.measure, &amount.unit) {
        (Measure::Share, Unit::Percent) => {
            let share = side.share.ok_or("there is no share of nothing")?;
            Ok((share.map(|s| s * 100.0), "%".into()))
        }
        (Measure::Value, Unit::Money(currency)) => {
            Ok((value(definition, answer, side)?, currency.clone()))
        }
        (Measure::Quantity, Unit::Kilograms) => Ok((weight(definition, side)?, "kg".into())),
        (Measure::Change, unit) => change(definition, answer, unit),
        (Measure::Rank, Unit::Rank) => Ok((rank(definition, side)?, "rank".into())),
        (measure, _) => Err(format!(
            "a {} of \"{}\" cannot be computed from trade statistics",
            measure.name(),
            claim.value
        )),
    }
}

fn told(side: &Side) -> Result<(), String> {
    match (&side.cannot_tell, side.numerator) {
        (Some(why), _) => Err(why.clone()),
        (None, None) => Err("the data at hand cannot tell".into()),
        (None, Some(_)) => Ok(()),
    }
}

/// Whether the figure may be too low since somebody's report is missing.
fn may_miss(definition: &Definition, answer: &Assessment, side: &Side) -> bool {
    let only_partners = answer.views.iter().all(|v| *v == View::Partners);
    !side.months_missing.is_empty() || (only_partners && definition.exporter.is_none())
}

/// Value with bounds: what is reported, and what suppliers who do not report here may add.
fn value(definition: &Definition, answer: &Assessment, side: &Side) -> Result<Bounded, String> {
    let value = side.numerator.ok_or("the data at hand cannot tell")?;
    let high = match side.coverage {
        _ if !may_miss(definition, answer, side) => value,
        Some(coverage) if coverage > 0.0 => value / coverage.min(1.0),
        _ => f64::INFINITY,
    };
    Ok([value, value, high])
}

/// The suppliers that are meant.
fn meant<'a>(definition: &Definition, side: &'a Side) -> Vec<&'a Supplier> {
    let is_meant = |set: &PlaceSet, s: &Supplier| {
        place::by_code(&s.country).is_some_and(|place| set.contains(place))
    };
    let of = |s: &&Supplier| definition.exporter.as_ref().is_none_or(|set| is_meant(set, s));
    side.suppliers.iter().filter(of).collect()
}

fn weight(definition: &Definition, side: &Side) -> Result<Bounded, String> {
    let of = meant(definition, side);
    let known: Option<Vec<f64>> = of.iter().map(|s| s.net_weight_kg).collect();
    match known {
        Some(all) => {
            let sum = all.iter().sum();
            Ok([sum, sum, sum])
        }
        None => Err("some of the records have no weight".into()),
    }
}

fn change(
    definition: &Definition,
    answer: &Assessment,
    unit: &Unit,
) -> Result<(Bounded, String), String> {
    let [after, before] = answer.sides.as_slice() else {
        return Err(
            "the period that the change starts from is not stated; say which with --against".into(),
        );
    };
    told(before)?;
    let (after, before) = (value(definition, answer, after)?, value(definition, answer, before)?);
    if before[0] <= 0.0 {
        return Err("nothing is reported for the period that the change starts from".into());
    }
    // Both periods are summed over the same reporters, so that what is missing is missing twice.
    let ratio = after[0] / before[0];
    match unit {
        Unit::Percent => {
            let percent = (ratio - 1.0) * 100.0;
            Ok(([percent; 3], "%".into()))
        }
        Unit::Times => Ok(([ratio; 3], "times".into())),
        _ => {
            Err("a change in absolute terms is a difference of two values: claim them apart".into())
        }
    }
}

fn rank(definition: &Definition, side: &Side) -> Result<Bounded, String> {
    let named: Vec<&Supplier> = side.suppliers.iter().filter(|s| !s.unattributed).collect();
    let meant = meant(definition, side);
    let [one] = meant.as_slice() else { return Err("a rank is of one country".into()) };
    let place = named.iter().position(|s| s.country == one.country);
    let rank = place.ok_or("the supplier is not among those reported")? as f64 + 1.0;
    Ok([rank; 3])
}
