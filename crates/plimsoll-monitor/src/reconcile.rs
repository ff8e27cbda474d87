//! Two reports of one trade: how far each reporter can be relied on, and one value out of both.
//!
//! The form is that of BACI (Gaulier and Zignago 2010): a weighted mean of both reports, with a
//! weight that depends on the exporter and the importer only. BACI's formula for the weights
//! needs many years of all products. From what a store holds the effects of exporters and
//! importers on the gap are estimated by ridge regression, and turned into weights about a prior
//! of one third for the exporter: imports are checked, since tariffs and taxes depend on them.
//! The slope was calibrated on BACI's values of 2022 (docs/methods.md says how well it does).
//! No cost of freight is taken off: BACI's own values of these years show none.

use std::collections::BTreeMap;

use plimsoll_ingest::store::Store;
use plimsoll_terms::period::Period;
use plimsoll_terms::place::{PlaceId, PlaceSet};

use crate::flows::{Panel, PanelError};
use crate::plans::Engine;
use crate::search::Search;

/// Gaps beyond a factor e are one flow's accident and not a reporter's reliability.
const CAP: f64 = 1.0;
/// A country with ten average flows keeps half of its own effect.
const RIDGE: f64 = 10.0;
/// From effects on the gap to the log odds of the weights.
const SLOPE: f64 = 8.0;
/// Odds of the exporter's report against the importer's.
const PRIOR_ODDS: f64 = 0.5;
/// Largest number of sweeps of the solver, and the change at which it stops.
const SWEEPS: usize = 500;
const CONVERGED: f64 = 1e-10;

/// Both reports of one trade.
#[derive(Clone, Copy, Debug)]
pub struct TwoSided {
    /// Where from.
    pub exporter: PlaceId,
    /// Where to.
    pub importer: PlaceId,
    /// Which good.
    pub good: u32,
    /// As the exporter reports it, above zero.
    pub exports: f64,
    /// As the importer reports it, above zero.
    pub imports: f64,
}

impl TwoSided {
    /// Log of the importer's over the exporter's figure.
    pub fn gap(&self) -> f64 {
        (self.imports / self.exports).ln()
    }
}

/// How much each reporter adds to the gaps it is part of.
#[derive(Clone, Debug, Default)]
pub struct Reliability {
    /// By exporter; 0 for one that is not in it.
    pub exporters: BTreeMap<PlaceId, f64>,
    /// By importer.
    pub importers: BTreeMap<PlaceId, f64>,
    /// Flows that it was estimated from.
    pub flows: usize,
    /// The gap of average reporters, as a log of at most 1.
    pub usual: f64,
}

/// One unknown of the regression: which flows it is in, and its penalty.
struct Effects<'a> {
    of_flow: Vec<usize>,
    values: Vec<f64>,
    weights: &'a [f64],
    penalty: f64,
}

impl Effects<'_> {
    /// One Gauss-Seidel step: each effect to its optimum with all others fixed. `residual` is
    /// what the whole model leaves. Returns the largest change.
    fn step(&mut self, residual: &mut [f64]) -> f64 {
        let mut sums = vec![(0.0, 0.0); self.values.len()];
        for ((of, r), q) in self.of_flow.iter().zip(residual.iter()).zip(self.weights) {
            sums[*of].0 += q * (r + self.values[*of]);
            sums[*of].1 += q;
        }
        let new: Vec<f64> =
            sums.iter().map(|(sum, weight)| sum / (weight + self.penalty)).collect();
        let change = self.values.iter().zip(&new).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
        for (of, r) in self.of_flow.iter().zip(residual.iter_mut()) {
            *r += self.values[*of] - new[*of];
        }
        self.values = new;
        change
    }
}

/// Numbers for the distinct values of a key, in their order.
fn numbered<K: Ord + Copy>(
    keys: impl Iterator<Item = K> + Clone,
) -> (BTreeMap<K, usize>, Vec<usize>) {
    let mut numbers: BTreeMap<K, usize> = keys.clone().map(|k| (k, 0)).collect();
    for (i, number) in numbers.values_mut().enumerate() {
        *number = i;
    }
    let of_flow = keys.map(|k| numbers[&k]).collect();
    (numbers, of_flow)
}

/// Estimates reliabilities: the weighted ridge regression of min(|ln(M/X)|, 1) on exporter,
/// importer, good and size ln(X + M), weights ln(X + M).
pub fn reliability(flows: &[TwoSided]) -> Reliability {
    if flows.is_empty() {
        return Reliability::default();
    }
    let n = flows.len() as f64;
    let size: Vec<f64> = flows.iter().map(|f| (f.exports + f.imports).ln()).collect();
    let mean_size = size.iter().sum::<f64>() / n;
    let mean_weight = size.iter().map(|l| l.max(0.0)).sum::<f64>() / n;
    let weights: Vec<f64> = size.iter().map(|l| l.max(0.0) / mean_weight.max(1e-9)).collect();
    let (exporters, of_exporter) = numbered(flows.iter().map(|f| f.exporter));
    let (importers, of_importer) = numbered(flows.iter().map(|f| f.importer));
    let (goods, of_good) = numbered(flows.iter().map(|f| f.good));
    let effects = |of_flow: Vec<usize>, count: usize, penalty: f64| Effects {
        of_flow,
        values: vec![0.0; count],
        weights: &weights,
        penalty,
    };
    let mut all = [
        effects(vec![0; flows.len()], 1, 0.0),
        effects(of_exporter, exporters.len(), RIDGE),
        effects(of_importer, importers.len(), RIDGE),
        effects(of_good, goods.len(), RIDGE),
    ];
    let centred: Vec<f64> = size.iter().map(|l| l - mean_size).collect();
    let square: f64 = centred.iter().zip(&weights).map(|(x, q)| q * x * x).sum();
    let mut residual: Vec<f64> = flows.iter().map(|f| f.gap().abs().min(CAP)).collect();
    for _ in 0..SWEEPS {
        let mut change = 0.0f64;
        for effects in &mut all {
            change = change.max(effects.step(&mut residual));
        }
        let cross: f64 =
            centred.iter().zip(&weights).zip(&residual).map(|((x, q), r)| q * x * r).sum();
        let by = if square > 0.0 { cross / square } else { 0.0 };
        residual.iter_mut().zip(&centred).for_each(|(r, x)| *r -= by * x);
        if change.max(by.abs()) < CONVERGED {
            break;
        }
    }
    let named = |numbers: BTreeMap<PlaceId, usize>, values: &[f64]| {
        numbers.into_iter().map(|(place, i)| (place, values[i])).collect()
    };
    Reliability {
        exporters: named(exporters, &all[1].values),
        importers: named(importers, &all[2].values),
        flows: flows.len(),
        usual: all[0].values.first().copied().unwrap_or(0.0),
    }
}

impl Reliability {
    /// Weight of the exporter's report, 0 to 1; the importer's has the rest.
    ///
    /// Hong Kong's exports are mostly goods of others that importers report under their origin:
    /// like BACI we hear the importer alone.
    pub fn exporter_weight(&self, exporter: PlaceId, importer: PlaceId) -> f64 {
        if exporter.code() == "HKG" {
            return 0.0;
        }
        let of = |all: &BTreeMap<PlaceId, f64>, place| all.get(&place).copied().unwrap_or(0.0);
        let odds = PRIOR_ODDS.ln()
            + SLOPE * (of(&self.importers, importer) - of(&self.exporters, exporter));
        1.0 / (1.0 + (-odds).exp())
    }

    /// The log gap to be expected of two reporters, for scale: at least 0.05.
    pub fn expected_gap(&self, exporter: PlaceId, importer: PlaceId) -> f64 {
        let of = |all: &BTreeMap<PlaceId, f64>, place| all.get(&place).copied().unwrap_or(0.0);
        (self.usual + of(&self.exporters, exporter) + of(&self.importers, importer)).max(0.05)
    }

    /// One value out of both reports.
    pub fn reconciled(&self, flow: &TwoSided) -> f64 {
        let weight = self.exporter_weight(flow.exporter, flow.importer);
        weight * flow.exports + (1.0 - weight) * flow.imports
    }
}

/// One flow of an answer: both reports as they stand, and one value.
#[derive(Clone, Debug)]
pub struct Row {
    /// Where from.
    pub exporter: PlaceId,
    /// Where to.
    pub importer: PlaceId,
    /// Code, or codes joined by `+`.
    pub goods: String,
    /// As the exporter reports it.
    pub exports: Option<f64>,
    /// As the importer reports it.
    pub imports: Option<f64>,
    /// Weight of the exporter's report; `None` where there is only one report.
    pub exporter_weight: Option<f64>,
    /// One value: the weighted mean, or the one report.
    pub reconciled: f64,
}

/// Both reports of all flows of a period, reconciled. Sorted by importer, exporter and goods.
/// Reliabilities are those of all flows of the goods asked for, whatever places are.
pub fn reconcile(
    store: Store,
    mut search: Search,
    period: Period,
    progress: &dyn Fn(usize, usize),
) -> Result<(Vec<Row>, Reliability), PanelError> {
    search.period = Some(period);
    search.against = Some(period);
    let (importers, exporters) = (search.importer.take(), search.exporter.take());
    let engine = Engine::new(search.threads)?;
    let panel = Panel::new(store, search, &engine)?;
    let mut sums: BTreeMap<(PlaceId, PlaceId, u32), [Option<f64>; 2]> = BTreeMap::new();
    for (done, slice) in panel.slices.iter().enumerate() {
        progress(done, panel.slices.len());
        for row in panel.slice(slice)?.rows {
            let sum = sums.entry((row.importer, row.exporter, row.good)).or_default();
            for (sum, figure) in sum.iter_mut().zip([row.exports, row.imports]) {
                if let Some(figure) = figure {
                    *sum = Some(sum.unwrap_or(0.0) + figure.cents as f64 / 100.0);
                }
            }
        }
    }
    let two_sided: Vec<TwoSided> = (sums.iter())
        .filter_map(|((importer, exporter, good), [x, m])| {
            let (exports, imports) = ((*x)?, (*m)?);
            let (exporter, importer, good) = (*exporter, *importer, *good);
            let both = exports > 0.0 && imports > 0.0;
            both.then_some(TwoSided { exporter, importer, good, exports, imports })
        })
        .collect();
    let reliability = reliability(&two_sided);
    let asked = |set: &Option<PlaceSet>, place| set.as_ref().is_none_or(|s| s.contains(place));
    let mut rows: Vec<Row> = (sums.into_iter())
        .filter(|((importer, exporter, _), _)| {
            asked(&importers, *importer) && asked(&exporters, *exporter)
        })
        .filter_map(|((importer, exporter, good), [exports, imports])| {
            let both = matches!((exports, imports), (Some(x), Some(m)) if x > 0.0 && m > 0.0);
            let weight = reliability.exporter_weight(exporter, importer);
            let (x, m) = (exports.unwrap_or(0.0), imports.unwrap_or(0.0));
            let reconciled = if both { weight * x + (1.0 - weight) * m } else { x.max(m) };
            (reconciled > 0.0).then(|| Row {
                exporter,
                importer,
                goods: panel.comparable.name(good),
                exports,
                imports,
                exporter_weight: both.then_some(weight),
                reconciled,
            })
        })
        .collect();
    rows.sort_by(|a, b| {
        let key = |r: &Row| (r.importer.code(), r.exporter.code(), r.goods.clone());
        key(a).cmp(&key(b))
    });
    Ok((rows, reliability))
}

/// BACI's weight of report i of two with log standard deviations `s_i` and `s_j`:
/// `v_j / (v_i + v_j)` with `v = e^{s²}(e^{s²} − 1)` (Gaulier and Zignago 2010, eq. 5).
pub fn baci_weight(s_i: f64, s_j: f64) -> f64 {
    let variance = |s: f64| (s * s).exp() * (s * s).exp_m1();
    let (v_i, v_j) = (variance(s_i), variance(s_j));
    if v_i + v_j > 0.0 { v_j / (v_i + v_j) } else { 0.5 }
}

/// Log of CIF over FOB by distance (Gaulier and Zignago 2010, eq. 1, model II), without common
/// border or landlocked ends: `unit_value` is in thousand USD a tonne.
pub fn ln_cif(distance_km: f64, unit_value: f64) -> f64 {
    let d = distance_km.ln();
    0.32 - 0.11 * d + 0.010 * d * d - 0.032 * unit_value.ln()
}

/// Rate of freight and insurance from its log, kept within 0 and 0.20.
pub fn cif_rate(ln_cif: f64) -> f64 {
    ln_cif.exp_m1().clamp(0.0, 0.20)
}

/// z of a mirror gap: the log of the importer's figure at FOB over the exporter's, less the
/// pair's usual one, over the standard deviations of both reporters.
pub fn gap_z(gap: f64, usual: f64, s_exporter: f64, s_importer: f64) -> f64 {
    (gap - usual) / s_exporter.hypot(s_importer)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::tails::normal_upper;
    use plimsoll_terms::place::by_code;

    #[test]
    fn weights_are_those_of_the_paper() {
        assert!((baci_weight(0.2, 0.4) - 0.827_397_5).abs() < 1e-6);
        assert!((baci_weight(0.3, 0.3) - 0.5).abs() < 1e-12);
        assert!((baci_weight(0.0, 0.3) - 1.0).abs() < 1e-12);
        assert!((baci_weight(0.2, 0.4) + baci_weight(0.4, 0.2) - 1.0).abs() < 1e-12);
    }

    #[test]
    fn freight_is_that_of_the_paper() {
        assert!((ln_cif(1000.0, 1.0) - 0.037_318).abs() < 1e-5);
        assert!((cif_rate(ln_cif(1000.0, 1.0)) - 0.03802).abs() < 1e-4);
        assert!((cif_rate(ln_cif(8000.0, 1.0)) - 0.14925).abs() < 1e-4);
        assert_eq!(cif_rate(ln_cif(1000.0, 10.0)), 0.0);
    }

    #[test]
    fn turkey_to_kazakhstan() {
        let gap: f64 = (6.1f64 / 1.033 / 66.0).ln();
        assert!((gap + 2.4138).abs() < 1e-3);
        let z = gap_z(gap, 0.0, 0.3, 0.4);
        assert!((z + 4.83).abs() < 0.01);
        assert!((normal_upper(-z) / 7e-7 - 1.0).abs() < 0.1);
    }

    #[test]
    fn the_careless_reporter_weighs_less() {
        let place = |code: &str| by_code(code).unwrap();
        let (careful, careless) = (place("DEU"), place("FRA"));
        let partners = ["ITA", "ESP", "POL", "USA", "CHN", "JPN"].map(place);
        let mut flows = Vec::new();
        for (i, partner) in partners.into_iter().enumerate() {
            for good in 0..20 {
                let flow = |exporter, factor: f64| TwoSided {
                    exporter,
                    importer: partner,
                    good,
                    exports: 1e6 * factor,
                    imports: 1e6,
                };
                flows.push(flow(careful, 1.02));
                flows.push(flow(
                    careless,
                    if (i + good as usize).is_multiple_of(2) { 2.0 } else { 0.5 },
                ));
            }
        }
        let reliability = reliability(&flows);
        let weight = |from| reliability.exporter_weight(from, partners[0]);
        assert!(
            weight(careful) > 0.5 && weight(careless) < 0.2,
            "{} {}",
            weight(careful),
            weight(careless)
        );
    }
}
