//! Caps: did trade in a good reach a legal ceiling, by whose report, and when?
//!
//! Weight is added up month by month from the start of each year, once from the exporters' and
//! once from the importer's reports. A ceiling in barrels is met somewhere between the lightest
//! and the heaviest product of the code, so the share of the ceiling is an interval. Ceilings
//! are facts in `data/caps.toml`. No test is made: a ceiling is reached or not.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use plimsoll_terms::period::Month;
use plimsoll_terms::place;
use serde::Deserialize;

use super::surge::whole;
use super::{Detector, Outcome, Pass};
use crate::finding::{Fact, Finding, Measure, Severity, Subject, Why};
use crate::flows::{Panel, SourcesOf};
use crate::plans::{self, Plan, Rows};

/// From this share of a ceiling on it is reported.
const NEAR: f64 = 0.5;

/// A legal ceiling.
#[derive(Clone, Debug, Deserialize)]
pub struct Ceiling {
    /// Its name here.
    pub id: String,
    /// What it limits.
    pub title: String,
    /// Whose imports: place code.
    pub importer: String,
    /// Four-digit headings that it covers.
    pub headings: Vec<u32>,
    /// First year, as text.
    pub from: String,
    /// Barrels a calendar year.
    pub barrels: f64,
    /// Fewest and most barrels that a tonne may be.
    pub barrels_per_tonne: [f64; 2],
    /// The text that sets it.
    pub source: String,
}

#[derive(Deserialize)]
struct File {
    cap: Vec<Ceiling>,
}

/// All ceilings of the catalogue.
pub static CEILINGS: LazyLock<Vec<Ceiling>> = LazyLock::new(|| {
    toml::from_str::<File>(include_str!("../../data/caps.toml")).map(|f| f.cap).unwrap_or_default()
});

/// The detector.
pub struct Cap;

impl Detector for Cap {
    fn id(&self) -> &'static str {
        "cap"
    }
    fn title(&self) -> &'static str {
        "Legal ceilings"
    }
    fn question(&self) -> &'static str {
        "Was a legal ceiling on a trade reached, by whose report, and when?"
    }
    fn page(&self) -> &'static str {
        include_str!("../../pages/cap.md")
    }

    fn plans(&self, _: &Panel) -> Vec<Plan> {
        let numbers: BTreeSet<String> = CEILINGS
            .iter()
            .filter_map(|c| place::by_code(&c.importer))
            .map(|p| p.index().to_string())
            .collect();
        let sql = format!(
            "SELECT importer, good, start, months, sum(exports_grams) AS exports_grams, \
             sum(imports_grams) AS imports_grams FROM flows WHERE importer IN ({}) \
             GROUP BY importer, good, start, months ORDER BY importer, good, start, months",
            numbers.into_iter().collect::<Vec<_>>().join(", ")
        );
        vec![Plan { name: "weights", sql }]
    }

    fn begin<'a>(&self, panel: &'a Panel) -> Box<dyn Pass + 'a> {
        Box::new(Looking { panel, tonnes: BTreeMap::new() })
    }
}

/// By ceiling, side (0 exporters', 1 importer's report) and month: tonnes.
type Tonnes = BTreeMap<(usize, usize), BTreeMap<Month, f64>>;

struct Looking<'a> {
    panel: &'a Panel,
    tonnes: Tonnes,
}

impl Pass for Looking<'_> {
    fn take(&mut self, _: &Plan, rows: &Rows) {
        let [importers, goods, starts] = rows.columns(["importer", "good", "start"]);
        let sides = rows.columns(["exports_grams", "imports_grams"]);
        for i in 0..rows.len() {
            let (Some(importer), Some(good), Some(start)) =
                (importers.place(i), goods.get(i), starts.get(i))
            else {
                continue;
            };
            let Some(good) = self.panel.comparable.good(good as u32) else { continue };
            for (at, ceiling) in CEILINGS.iter().enumerate() {
                let ours =
                    ceiling.importer == importer.code() && ceiling.headings.contains(&good.heading);
                if !ours {
                    continue;
                }
                for (side, weights) in sides.into_iter().enumerate() {
                    if let Some(grams) = weights.get(i) {
                        let of = self.tonnes.entry((at, side)).or_default();
                        *of.entry(plans::month(start)).or_default() += grams as f64 / 1e6;
                    }
                }
            }
        }
    }

    fn finish(self: Box<Self>, sources: &SourcesOf) -> Outcome {
        let mut outcome = Outcome::default();
        for ((at, side), months) in &self.tonnes {
            let ceiling = &CEILINGS[*at];
            let mut by_year: BTreeMap<i32, Vec<(Month, f64)>> = BTreeMap::new();
            for (month, tonnes) in months {
                by_year.entry(month.year()).or_default().push((*month, *tonnes));
            }
            let first: i32 = ceiling.from.parse().unwrap_or(0);
            for (year, months) in by_year.range(first..) {
                outcome.tests += 1;
                outcome.findings.extend(finding(ceiling, *side, *year, months, sources));
            }
        }
        if self.tonnes.is_empty() {
            let known: Vec<&str> = CEILINGS.iter().map(|c| c.title.as_str()).collect();
            outcome.notes.push(format!("the data hold no weight of: {}", known.join("; ")));
        }
        outcome
    }
}

fn finding(
    ceiling: &Ceiling,
    side: usize,
    year: i32,
    months: &[(Month, f64)],
    sources: &SourcesOf,
) -> Option<Finding> {
    let total: f64 = months.iter().map(|(_, t)| t).sum();
    let [least, most] = ceiling.barrels_per_tonne.map(|b| total * b / ceiling.barrels);
    if most < NEAR {
        return None;
    }
    let dates = ceiling.barrels_per_tonne.map(|b| reached(months, b, ceiling.barrels));
    let said = ["exporters' reports", "the importer's own report"][side];
    let place = place::by_code(&ceiling.importer)?;
    let headline = format!(
        "{} in {year}: {} tonnes by {said}, {:.0} to {:.0} % of the ceiling of {} barrels a year",
        ceiling.title,
        whole(total),
        100.0 * least,
        100.0 * most,
        whole(ceiling.barrels)
    );
    Some(Finding {
        detector: "cap",
        subject: Subject {
            level: "ceiling",
            importer: Some(place.code().to_owned()),
            goods: Some(ceiling.id.clone()),
            direction: Some(["exports-reported", "imports-reported"][side]),
            ..Subject::default()
        },
        period: year.to_string(),
        start: dates[1].map(|m| m.to_string()),
        measure: Measure {
            name: "share-of-ceiling",
            value: (least + most) / 2.0,
            low: least,
            high: most,
        },
        p_value: None,
        q_value: None,
        severity: if least >= 1.0 {
            Severity::High
        } else if most >= 1.0 {
            Severity::Medium
        } else {
            Severity::Low
        },
        why: Why::new(
            Fact::text(headline),
            [
                Fact::text(when(dates)),
                Fact::text(format!("source of the ceiling: {}", ceiling.source)),
                Fact::text(format!(
                    "barrels a tonne: {} to {}",
                    ceiling.barrels_per_tonne[0], ceiling.barrels_per_tonne[1]
                )),
                Fact::text("who did not report weights is not in it: a lower bound of the trade"),
            ],
        ),
        sources: super::sources_of(sources, [place])?,
    })
}

/// The month in which so many barrels are reached.
fn reached(months: &[(Month, f64)], per_tonne: f64, barrels: f64) -> Option<Month> {
    let mut sum = 0.0;
    let reached = months.iter().find(|(_, tonnes)| {
        sum += tonnes * per_tonne;
        sum >= barrels
    });
    reached.map(|(month, _)| *month)
}

/// Between which months a ceiling was reached: with the heaviest and with the lightest product.
fn when(dates: [Option<Month>; 2]) -> String {
    match dates {
        [Some(late), Some(early)] => format!("reached between {early} and {late}"),
        [None, Some(early)] => {
            format!("reached in {early} if the product is light, not reached if it is heavy")
        }
        _ => "not reached".into(),
    }
}
