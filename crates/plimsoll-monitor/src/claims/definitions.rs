//! Which definitions does a claim leave admissible?

use std::fmt;

use plimsoll_terms::claim::{Claim, ClaimBasis, Measure, Reading};
use plimsoll_terms::goods::{self, Goods, GoodsGroup};
use plimsoll_terms::period::{Month, Period};
use plimsoll_terms::place::{self, PlaceSet};

use crate::question::BasisAsked;

/// One way to understand a claim, with everything that has to be fixed to compute it.
#[derive(Clone, Debug)]
pub struct Definition {
    /// The goods.
    pub goods: Goods,
    /// Whose reports: dispatch or origin.
    pub basis: BasisAsked,
    /// The suppliers meant; `None` is everybody.
    pub exporter: Option<PlaceSet>,
    /// Who receives; `None` is everybody.
    pub importer: Option<PlaceSet>,
    /// When.
    pub period: Period,
    /// The period that a change starts from.
    pub against: Option<Period>,
    /// The reading of the sentence, where it has several.
    pub reading: Option<String>,
}

impl Definition {
    /// `dispatch` or `origin`.
    pub fn basis_name(&self) -> &'static str {
        match self.basis {
            BasisAsked::Dispatch => "dispatch",
            BasisAsked::Origin => "origin",
            BasisAsked::Any => "any",
        }
    }
}

impl fmt::Display for Definition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.goods.spec())?;
        match &self.exporter {
            Some(exporter) => write!(f, " · from {}", exporter.code)?,
            None => write!(f, " · from all")?,
        }
        write!(f, " · by {} · {}", self.basis_name(), self.period)?;
        if let Some(against) = self.against {
            write!(f, " against {against}")?;
        }
        if let Some(reading) = &self.reading {
            write!(f, " · {reading}")?;
        }
        Ok(())
    }
}

/// What a person fixes of what claims leave open.
#[derive(Clone, Debug, Default)]
pub struct Fixed {
    /// The goods, with their definition.
    pub goods: Option<String>,
    /// Dispatch or origin.
    pub basis: Option<BasisAsked>,
    /// The supplier, exactly as named: without Hong Kong unless it is in it.
    pub exporter: Option<String>,
    /// The importer.
    pub importer: Option<String>,
    /// The period.
    pub period: Option<String>,
    /// The period that a change starts from.
    pub against: Option<String>,
}

/// All admissible definitions, the claim's own words first; or why there is none.
pub fn of(
    claim: &Claim,
    fixed: &Fixed,
    user_goods: &[GoodsGroup],
) -> Result<Vec<Definition>, String> {
    if matches!(claim.measure, Measure::Deed | Measure::Count) {
        return Err(match claim.measure {
            Measure::Deed => "a statement about who did what is no figure of trade statistics".into(),
            _ => "numbers of firms, transactions or parts are in shipment records, not in trade statistics".to_owned(),
        });
    }
    let bases = bases(claim, fixed)?;
    let mut all = Vec::new();
    let own = Reading::default();
    for (i, reading) in std::iter::once(&own).chain(&claim.readings).enumerate() {
        let named = !claim.readings.is_empty();
        let text = match i {
            0 if named => Some("as worded".to_owned()),
            0 => None,
            _ => Some(reading.text.clone()),
        };
        let periods = periods(claim, reading, fixed)?;
        for goods in goods_of(claim, reading, fixed, user_goods)? {
            for exporter in exporters(claim, reading, fixed)? {
                for basis in &bases {
                    for (period, against) in &periods {
                        all.push(Definition {
                            goods: goods.clone(),
                            basis: *basis,
                            exporter: exporter.clone(),
                            importer: places(first(&[
                                fixed.importer.as_deref(),
                                Some(&reading.importer),
                                Some(&claim.importer),
                            ]))?,
                            period: *period,
                            against: *against,
                            reading: text.clone(),
                        });
                    }
                }
            }
        }
    }
    Ok(all)
}

/// The first text that is not empty.
fn first<'a>(texts: &[Option<&'a str>]) -> &'a str {
    texts.iter().flatten().find(|t| !t.is_empty()).copied().unwrap_or("")
}

fn bases(claim: &Claim, fixed: &Fixed) -> Result<Vec<BasisAsked>, String> {
    if let Some(basis) = fixed.basis {
        return Ok(vec![basis]);
    }
    match claim.basis {
        ClaimBasis::Dispatch => Ok(vec![BasisAsked::Dispatch]),
        ClaimBasis::Origin => Ok(vec![BasisAsked::Origin]),
        ClaimBasis::Unstated | ClaimBasis::Mirror => {
            Ok(vec![BasisAsked::Dispatch, BasisAsked::Origin])
        }
        ClaimBasis::Seller => Err(
            "the claim counts by the seller's country, which only shipment records name, not trade statistics".into(),
        ),
        ClaimBasis::Brand => Err(
            "the claim counts by the seat of the brand, which only shipment records name, not trade statistics".into(),
        ),
    }
}

/// The goods, with all their definitions where the claim states none.
fn goods_of(
    claim: &Claim,
    reading: &Reading,
    fixed: &Fixed,
    user: &[GoodsGroup],
) -> Result<Vec<Goods>, String> {
    let text = first(&[fixed.goods.as_deref(), Some(&reading.goods), Some(&claim.goods)]);
    if text.is_empty() {
        let words = if claim.goods_text.is_empty() { "not named" } else { &claim.goods_text };
        return Err(format!(
            "the goods ({words}) are no group, list or code of the catalogue; say which with --goods"
        ));
    }
    if fixed.goods.is_none() && !claim.goods.is_empty() && !claim.goods_text.is_empty() {
        return Err(format!(
            "the claim is of {}, which is a part of {} that codes do not tell apart",
            claim.goods_text, claim.goods
        ));
    }
    let goods = goods::resolve(text, user).map_err(|e| e.to_string())?;
    let stated = fixed.goods.is_some() || text.contains([':', '@']);
    let others = if stated { Vec::new() } else { goods::variants(&goods) };
    Ok(std::iter::once(goods).chain(others).collect())
}

/// The suppliers: where China is named, with and without Hong Kong, since sources differ in that.
fn exporters(
    claim: &Claim,
    reading: &Reading,
    fixed: &Fixed,
) -> Result<Vec<Option<PlaceSet>>, String> {
    let text = first(&[fixed.exporter.as_deref(), Some(&reading.exporter), Some(&claim.exporter)]);
    let text = if text == "all" { "" } else { text };
    let own = places(text)?;
    if claim.measure == Measure::Share && own.is_none() {
        return Err("whose share is not stated".into());
    }
    let is_china = own.as_ref().is_some_and(|set| set.code == "CHN");
    if is_china && fixed.exporter.is_none() {
        return Ok(vec![own, places("CHN+HKG")?]);
    }
    Ok(vec![own])
}

fn places(text: &str) -> Result<Option<PlaceSet>, String> {
    if text.is_empty() {
        return Ok(None);
    }
    place::parse_place_set(text).map(Some).map_err(|e| e.to_string())
}

/// Periods, each with the one that a change starts from: the one stated, else a year before and
/// the same months of 2021, the last year before the controls of 2022.
fn periods(
    claim: &Claim,
    reading: &Reading,
    fixed: &Fixed,
) -> Result<Vec<(Period, Option<Period>)>, String> {
    let text = first(&[fixed.period.as_deref(), Some(&reading.period), Some(&claim.period)]);
    if text.is_empty() {
        return Err("the period is not stated; say which with --period".into());
    }
    let period = Period::parse(text).map_err(|e| e.to_string())?;
    if claim.measure != Measure::Change {
        return Ok(vec![(period, None)]);
    }
    let against = first(&[fixed.against.as_deref(), Some(&claim.against)]);
    if !against.is_empty() {
        let against = Period::parse(against).map_err(|e| e.to_string())?;
        return Ok(vec![(period, Some(against))]);
    }
    let mut all: Vec<(Period, Option<Period>)> = vec![(period, earlier(&period, 1))];
    let to_2021 = period.first().year() - 2021;
    if to_2021 > 1 {
        all.push((period, earlier(&period, to_2021)));
    }
    Ok(all)
}

/// The same months so many years before.
fn earlier(period: &Period, years: i32) -> Option<Period> {
    let back = |m: Month| Month(m.0 - 12 * years);
    Period::new(back(period.first()), back(period.last()))
}
