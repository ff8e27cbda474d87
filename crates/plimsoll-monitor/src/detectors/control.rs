//! Difference in differences: did listed goods to a hub rise more than goods that nobody stopped
//! selling, and more than listed goods to others?
//!
//! E(V) = exp(b · hub · listed · after + effects of hub × good, good × time, hub × time), by
//! Poisson pseudo-maximum likelihood ([`glm::ppml_did`]), which keeps zeros. Time is before and
//! after only: sums over many months leave nothing for errors to be correlated with over time
//! (Bertrand, Duflo and Mullainathan 2004), and lengths drop out with the effects. Errors are
//! clustered by good. Where fewer than ten other destinations are in the data the effects of
//! good × time cannot be told, and the hub's listed goods are compared with its other goods alone.

use std::collections::{BTreeMap, BTreeSet};

use plimsoll_terms::place::PlaceId;

use crate::comparable::GoodId;
use crate::finding::Fact;
use crate::stats::glm::{self, Observations};
use crate::stats::tails;

/// Fewest goods on either side, and fewest other destinations.
const FEWEST_GOODS: usize = 5;
const FEWEST_PLACES: usize = 10;
/// Sales of control goods to the target that kept less than this share are a loss too.
const STILL_SOLD: f64 = 0.5;

/// Exports by exporter, importer and good: before and after, in the search's currency.
#[derive(Clone, Debug, Default)]
pub struct Cells(BTreeMap<(PlaceId, PlaceId, GoodId), [f64; 2]>);

impl Cells {
    /// Adds a figure.
    pub fn add(&mut self, from: PlaceId, to: PlaceId, good: GoodId, after: bool, value: f64) {
        self.0.entry((from, to, good)).or_default()[usize::from(after)] += value;
    }

    /// Sums over exporters, by importer and good.
    fn from(&self, origins: &BTreeSet<PlaceId>) -> BTreeMap<(PlaceId, GoodId), [f64; 2]> {
        let mut sums: BTreeMap<(PlaceId, GoodId), [f64; 2]> = BTreeMap::new();
        for ((_, to, good), value) in self.0.iter().filter(|((from, ..), _)| origins.contains(from))
        {
            let sum = sums.entry((*to, *good)).or_default();
            sum.iter_mut().zip(value).for_each(|(s, v)| *s += v);
        }
        sums
    }
}

/// Listed and control goods of some origins.
#[derive(Clone, Debug)]
pub struct Groups {
    listed: BTreeMap<(PlaceId, GoodId), [f64; 2]>,
    control: BTreeMap<(PlaceId, GoodId), [f64; 2]>,
    name: String,
}

/// How much more a hub took in than the control group says.
#[derive(Clone, Copy, Debug)]
pub struct Estimate {
    /// Factor on the inflow of listed goods, with its 95 % interval.
    pub factor: [f64; 3],
    /// Listed and control goods.
    pub goods: [usize; 2],
    /// Other destinations; 0 where the hub's goods are compared with each other alone.
    pub places: usize,
}

impl Groups {
    /// The goods of a list and a control group as the origins sold them, `months` before and
    /// after. `Err` says why the control group is none, and which data would give one.
    pub fn new(
        [listed, control]: [&Cells; 2],
        members: &BTreeSet<GoodId>,
        origins: &BTreeSet<PlaceId>,
        target: &BTreeSet<PlaceId>,
        name: &str,
        months: [f64; 2],
    ) -> Result<Groups, String> {
        let mut listed = listed.from(origins);
        listed.retain(|(_, good), _| members.contains(good));
        let control = control.from(origins);
        let sold: BTreeSet<GoodId> = control.keys().map(|(_, good)| *good).collect();
        if sold.len() < FEWEST_GOODS {
            return Err(format!(
                "no control group: {} goods of {name} are in the data of the same exporters, {FEWEST_GOODS} are needed; their exports of all goods to all destinations in the same months (Comext, or Comtrade) would give one, or name goods by --control-goods",
                sold.len()
            ));
        }
        let to_target = control.iter().filter(|((to, _), _)| target.contains(to));
        let [before, after] = to_target.fold([0.0, 0.0], |[b, a], (_, of)| [b + of[0], a + of[1]]);
        let kept = (after / months[1]) / (before / months[0]);
        if kept < STILL_SOLD {
            return Err(format!(
                "no control group: sales of {name} to the target fell to {kept:.2} of what they were, so these goods were stopped too; name goods that nobody stopped selling by --control-goods"
            ));
        }
        Ok(Groups { listed, control, name: name.to_owned() })
    }

    /// The estimate for one hub; `None` where too little is in the data or nothing converges.
    pub fn estimate(&self, hub: PlaceId, others: &BTreeSet<PlaceId>) -> Option<Estimate> {
        let others: BTreeSet<PlaceId> = others.iter().copied().filter(|p| *p != hub).collect();
        let places = if others.len() < FEWEST_PLACES { 0 } else { others.len() };
        let mut rows = Table::default();
        let of = |to: &PlaceId| *to == hub || (places > 0 && others.contains(to));
        for (listed, cells) in [(true, &self.listed), (false, &self.control)] {
            for ((to, good), values) in cells.iter().filter(|((to, _), _)| of(to)) {
                rows.push(hub, *to, *good, listed, *values);
            }
        }
        let goods = [rows.goods[1].len(), rows.goods[0].len()];
        if goods.iter().any(|n| *n < FEWEST_GOODS) {
            return None;
        }
        let effects: Vec<Vec<u32>> = match places {
            0 => vec![rows.place_good, rows.place_time],
            _ => vec![rows.place_good, rows.place_time, rows.good_time],
        };
        let fit = glm::ppml_did(&Observations {
            outcome: &rows.outcome,
            regressors: &[rows.treated],
            effects: &effects,
            clusters: &rows.good,
        })
        .ok()
        .filter(|fit| fit.converged)?;
        let (b, error) = (*fit.coefficients.first()?, fit.standard_error(0)?);
        let reach = tails::t_quantile(0.975, fit.clusters as f64 - 1.0) * error;
        Some(Estimate { factor: [b, b - reach, b + reach].map(f64::exp), goods, places })
    }

    /// The estimate in words.
    pub fn fact(&self, estimate: &Estimate) -> Fact {
        let [factor, low, high] = estimate.factor;
        let [listed, control] = estimate.goods;
        let against = match estimate.places {
            0 => "; other destinations are too few to compare with".to_owned(),
            n => format!(" and listed goods to {n} other destinations"),
        };
        Fact::figure(
            format!(
                "difference in differences: {listed} listed goods to it changed by a factor of {factor:.2} (95 % interval {low:.2} to {high:.2}) against {control} goods of {}{against}",
                self.name
            ),
            factor,
            "ratio",
        )
        .because(vec![
            Fact::figure("lower end of the 95 % interval, errors clustered by good", low, "ratio"),
            Fact::figure("upper end", high, "ratio"),
            Fact::text("a factor of 1 is no difference; it stands beside the interval of the excess and does not replace it"),
        ])
    }
}

/// Columns of the regression: two rows for each place and good.
#[derive(Default)]
struct Table {
    outcome: Vec<f64>,
    treated: Vec<f64>,
    place_good: Vec<u32>,
    place_time: Vec<u32>,
    good_time: Vec<u32>,
    good: Vec<u32>,
    /// Control and listed goods of the hub.
    goods: [BTreeSet<GoodId>; 2],
}

impl Table {
    fn push(&mut self, hub: PlaceId, to: PlaceId, good: GoodId, listed: bool, values: [f64; 2]) {
        if to == hub {
            self.goods[usize::from(listed)].insert(good);
        }
        let cell = self.outcome.len() as u32;
        for (time, value) in (0..).zip(values) {
            self.outcome.push(value);
            self.treated.push(if to == hub && listed && time == 1 { 1.0 } else { 0.0 });
            self.place_good.push(cell);
            self.place_time.push(u32::from(to.index()) * 2 + time);
            self.good_time.push(good * 2 + time);
            self.good.push(good);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use plimsoll_terms::place::by_code;

    fn place(code: &str) -> PlaceId {
        by_code(code).unwrap()
    }

    /// Twelve destinations, six listed and six control goods; Kyrgyzstan's trade of all goods
    /// doubles, that of listed goods is multiplied by `rise` on top; all listed goods halve.
    fn world(rise: f64, control_to_target: f64) -> Result<(Groups, BTreeSet<PlaceId>), String> {
        let others = ["ARM", "AZE", "TUR", "CHN", "IND", "USA", "BRA", "MEX", "JPN", "EGY", "MAR"];
        let (mut listed, mut control) = (Cells::default(), Cells::default());
        let from = place("DEU");
        for (i, code) in others.iter().chain(&["KGZ", "RUS"]).enumerate() {
            for good in 0..12u32 {
                let before = 1000.0 * (1.0 + i as f64) * (1.0 + f64::from(good));
                let wobble = 1.0 + 0.02 * f64::from((good * 7 + i as u32 * 5) % 11);
                let is_listed = good < 6;
                let factor = match (*code, is_listed) {
                    ("RUS", true) => 0.05,
                    ("RUS", false) => control_to_target,
                    ("KGZ", true) => 2.0 * 0.5 * rise,
                    ("KGZ", false) => 2.0,
                    (_, true) => 0.5,
                    (_, false) => 1.0,
                };
                let cells = if is_listed { &mut listed } else { &mut control };
                cells.add(from, place(code), good, false, before);
                cells.add(from, place(code), good, true, before * factor * wobble);
            }
        }
        let target = BTreeSet::from([place("RUS")]);
        let members = (0..6).collect();
        let origins = BTreeSet::from([from]);
        let groups = Groups::new(
            [&listed, &control],
            &members,
            &origins,
            &target,
            "control goods",
            [1.0, 1.0],
        )?;
        Ok((groups, others.iter().map(|c| place(c)).collect()))
    }

    #[test]
    fn the_planted_factor_is_within_the_interval() {
        let (groups, others) = world(5.0, 0.9).unwrap();
        let Estimate { factor: [factor, low, high], goods, places } =
            groups.estimate(place("KGZ"), &others).unwrap();
        assert!(
            (factor / 5.0 - 1.0).abs() < 0.1 && low < 5.0 && 5.0 < high,
            "{low} {factor} {high}"
        );
        assert_eq!((goods, places), ([6, 6], 11));
        let (groups, others) = world(1.0, 0.9).unwrap();
        let [factor, ..] = groups.estimate(place("KGZ"), &others).unwrap().factor;
        assert!((factor - 1.0).abs() < 0.1, "{factor}");
    }

    #[test]
    fn without_other_destinations_the_hubs_goods_are_compared_with_each_other() {
        let (groups, others) = world(5.0, 0.9).unwrap();
        let few: BTreeSet<PlaceId> = others.into_iter().take(3).collect();
        let estimate = groups.estimate(place("KGZ"), &few).unwrap();
        // That all listed goods halved everywhere cannot be seen then.
        assert!((estimate.factor[0] / 2.5 - 1.0).abs() < 0.15, "{:?}", estimate.factor);
        assert_eq!(estimate.places, 0);
    }

    #[test]
    fn goods_that_were_stopped_too_are_no_control() {
        let why = world(5.0, 0.2).err().unwrap();
        assert!(why.contains("stopped too"), "{why}");
    }
}
