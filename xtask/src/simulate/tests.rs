//! Is what was planted in the numbers, and is what is written what the layout reads?

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

use plimsoll_ingest::fact::Place;
use plimsoll_ingest::formats::{Header, IngestFormat, Row, Said, simulated::SIMULATED};
use plimsoll_ingest::scratch::{Names, Scratch};
use plimsoll_terms::goods::chpl_tier;
use plimsoll_terms::hs::{HsCode, HsRevision};
use serde_json::Value;

use super::truth::Event;
use super::world::{LISTED, OTHERS, codes};
use super::*;

fn make(words: &str) -> Simulated {
    let words: Vec<&str> = words.split(' ').chain(["--out", "nowhere"]).collect();
    simulate(&parse(&words).unwrap().0).unwrap()
}

fn kinds() -> Vec<&'static str> {
    let names = DETECTORS.iter().map(|detector| detector.name);
    ["noise"].into_iter().chain(names).chain(["all"]).collect()
}

/// Sums of a file by reporter, exporter, importer, code and year: USD and kilograms.
struct Sums(BTreeMap<Key, (f64, f64)>);

type Key = (String, String, String, String, String);

impl Sums {
    fn of(made: &Simulated) -> Sums {
        let mut all = BTreeMap::new();
        for line in made.rows.lines().skip(1) {
            let cells: Vec<&str> = line.split(',').collect();
            let [reporter, exporter, importer, code] =
                [1, 3, 4, 6].map(|column| cells[column].to_owned());
            let key = (reporter, exporter, importer, code, cells[7][..4].to_owned());
            let sum: &mut (f64, f64) = all.entry(key).or_default();
            // What was not weighed counts on neither side of a price.
            if let Ok(weight) = cells[9].parse::<f64>() {
                sum.0 += cells[8].parse::<f64>().unwrap();
                sum.1 += weight;
            }
        }
        Sums(all)
    }

    /// What one side says of one flow in a year.
    fn get(&self, reporter: &str, event: &Event, year: &str) -> Option<(f64, f64)> {
        let place = |country: Option<world::Country>| country.map_or("", |c| c.0).to_owned();
        let (exporter, importer) = (place(event.exporter), place(event.importer));
        let code = event.code.map_or("", |code| code.0).to_owned();
        self.0.get(&(reporter.to_owned(), exporter, importer, code, year.to_owned())).copied()
    }

    /// The ratio of a year's value to that of another, by whoever reports both.
    fn growth(&self, event: &Event, before: &str, after: &str) -> Option<f64> {
        let sides = [event.exporter?.0, event.importer?.0];
        sides.iter().find_map(|side| {
            let (before, after) =
                (self.get(side, event, before)?.0, self.get(side, event, after)?.0);
            Some(after / before)
        })
    }
}

fn events<'a>(made: &'a Simulated, kind: &str) -> Vec<&'a Event> {
    made.truth.events.iter().filter(|event| event.kind == kind).collect()
}

/// The middle one.
fn median(mut all: Vec<f64>) -> f64 {
    all.sort_by(f64::total_cmp);
    all[all.len() / 2]
}

#[test]
fn the_codes_are_real_and_half_of_them_listed() {
    assert_eq!((LISTED.len(), OTHERS.len()), (20, 20));
    for code in codes() {
        let hs = HsCode::parse(code.0).unwrap();
        assert!(plimsoll_terms::concord::exists(hs, HsRevision::Hs2022), "{}", code.0);
        assert_eq!(chpl_tier(hs).is_some(), LISTED.contains(&code.0), "{}", code.0);
    }
    for (listed, other) in world::TWINS {
        assert!(LISTED.contains(&listed.0) && OTHERS.contains(&other.0));
        assert_eq!(listed.0[..4], other.0[..4]);
    }
}

#[test]
fn the_same_seed_gives_the_same_bytes_and_another_seed_another_world() {
    let texts = |words| {
        let made = make(words);
        (made.rows, made.truth.json())
    };
    let first = texts("--kind all --seed 7");
    assert_eq!(first, texts("--kind all --seed 7"));
    assert_ne!(first.0, texts("--kind all --seed 8").0);
}

#[test]
fn every_kind_has_its_rows_and_its_truth() {
    for kind in kinds() {
        let made = make(&format!("--kind {kind} --seed 3"));
        let rows = made.rows.lines().count() - 1;
        assert!((100_000..300_000).contains(&rows), "{kind}: {rows}");
        let truth: Value = serde_json::from_str(&made.truth.json()).unwrap();
        assert_eq!((&truth["simulated"], &truth["kind"]), (&true.into(), &kind.into()));
        let found = |what: &str| truth[what].as_array().unwrap().clone();
        let (events, decoys) = (found("events"), found("decoys"));
        assert_eq!(events.is_empty() && decoys.is_empty(), kind == "noise", "{kind}");
        for event in events.iter().chain(&decoys) {
            let right = |d: &&Detector| event["detector"] == d.name;
            assert!(DETECTORS.iter().any(|d| right(&d)), "{event}");
            assert!(kind == "all" || event["detector"] == kind, "{event}");
            assert_eq!(event["start"].as_str().unwrap().len(), 7, "{event}");
        }
        for detector in DETECTORS.iter().filter(|d| kind == "all" || d.name == kind) {
            assert!(events.iter().any(|event| event["detector"] == detector.name), "{kind}");
        }
    }
}

#[test]
fn every_row_is_read_by_its_layout() {
    for words in ["--kind all --seed 2", "--kind all --seed 2 --yearly"] {
        let made = make(words);
        let mut input = csv::ReaderBuilder::new().from_reader(made.rows.as_bytes());
        let header = Header::new(input.headers().unwrap());
        assert_eq!(SIMULATED.recognise(&header), 100);
        let reader = SIMULATED.bind(&header, &Said::default()).unwrap();
        let mut scratch = Scratch::new(Arc::new(Mutex::new(Names::new())));
        let mut read = 0;
        for (fields, line) in input.byte_records().zip(2..) {
            let fields = fields.unwrap();
            let row = Row { fields: &fields, line, header: &header, cell: 0 };
            let fact = reader.read(&row, &mut scratch).map_err(|p| format!("{p:?}")).unwrap();
            assert!(matches!(fact.exporter, Place::Known(_)) && fact.value >= 1.0);
            read += 1;
        }
        assert!(read > 10_000);
        assert_eq!(scratch.noted, []);
    }
}

#[test]
fn a_surge_a_fall_and_a_new_flow_are_in_the_numbers() {
    let (quiet, made) = (make("--kind noise"), make("--kind surge --strength 5"));
    let (before, after) = (Sums::of(&quiet), Sums::of(&made));
    let changes = |kind: &str| {
        let changes = events(&made, kind).into_iter().filter_map(|event| {
            let quiet = before.growth(event, "2021", "2022")?;
            Some(after.growth(event, "2021", "2022")? / quiet)
        });
        changes.collect::<Vec<f64>>()
    };
    let (surges, falls) = (changes("surge"), changes("fall"));
    assert_eq!((surges.len(), falls.len()), (25, 10));
    assert!(surges.iter().all(|&x| (1.8..=5.01).contains(&x)), "{surges:?}");
    assert!(falls.iter().all(|&x| (0.19..0.8).contains(&x)), "{falls:?}");
    let new = events(&made, "new");
    assert_eq!(new.len(), 10);
    for event in new {
        let sides = [event.exporter.unwrap().0, event.importer.unwrap().0];
        let said = |year: &str| sides.iter().any(|side| after.get(side, event, year).is_some());
        assert!(!said("2021") && said("2022"), "{event:?}");
    }
    assert!(!events(&made, "factory").is_empty());
}

#[test]
fn a_diversion_leaves_the_target_and_comes_back_through_hubs() {
    let (before, made) = (Sums::of(&make("--kind noise")), make("--kind diversion"));
    let after = Sums::of(&made);
    let events = events(&made, "diversion");
    assert!(events.len() > 100, "{}", events.len());
    let places = |of: fn(&Event) -> Option<world::Country>| {
        events.iter().map(|event| of(event).unwrap().0).collect::<BTreeSet<&str>>()
    };
    let (coalition, hubs) = (places(|e| e.exporter), places(|e| e.hub));
    assert_eq!((coalition.len(), hubs.len()), (5, 3));
    let total = |sums: &Sums, from: &BTreeSet<&str>, to: &BTreeSet<&str>| -> f64 {
        let all = sums.0.iter().filter(|(key, _)| {
            let listed = LISTED.contains(&key.3.as_str()) && key.4 == "2022";
            listed && key.0 == key.1 && from.contains(&*key.1) && to.contains(&*key.2)
        });
        all.map(|(_, (value, _))| value).sum()
    };
    let target = BTreeSet::from([world::TARGET.0]);
    let change = |from, to| total(&after, from, to) - total(&before, from, to);
    let lost = -change(&coalition, &target);
    // Ten of the twelve months, nine tenths of each.
    assert!((0.6..0.85).contains(&(lost / total(&before, &coalition, &target))), "{lost}");
    for added in [change(&coalition, &hubs), change(&hubs, &target)] {
        assert!((0.3..0.8).contains(&(added / lost)), "{added} of {lost}");
    }
    assert!(!after.0.keys().any(|key| key.0 == "RUS" && key.4 == "2022"));
    assert!(after.0.keys().any(|key| key.0 == "RUS" && key.4 == "2021"));
}

#[test]
fn a_mirror_gap_is_on_the_importers_side_alone() {
    let (before, made) = (Sums::of(&make("--kind noise")), make("--kind mirror-gap"));
    let after = Sums::of(&made);
    for (kind, count, factor) in [("vanished", 20, 1.0 / 3.0), ("appeared", 10, 3.0)] {
        let events = events(&made, kind);
        assert_eq!(events.len(), count);
        for event in events {
            let (exporter, importer) = (event.exporter.unwrap().0, event.importer.unwrap().0);
            let change = |side: &str| {
                let said = |sums: &Sums| sums.get(side, event, "2022").unwrap().0;
                said(&after) / said(&before)
            };
            assert!((change(importer) / factor - 1.0).abs() < 0.01, "{event:?}");
            assert!((change(exporter) - 1.0).abs() < 0.01, "{event:?}");
        }
    }
}

#[test]
fn a_unit_value_rises_and_a_misclassified_code_takes_the_price_of_another() {
    let (before, made) = (Sums::of(&make("--kind noise")), make("--kind unit-value"));
    let after = Sums::of(&made);
    let price = |sums: &Sums, event: &Event| {
        let sides = [event.exporter.unwrap().0, event.importer.unwrap().0];
        let (value, weight) = sides.iter().find_map(|side| sums.get(side, event, "2022")).unwrap();
        value / weight
    };
    for kind in ["dearer", "lighter"] {
        let events = events(&made, kind);
        assert_eq!(events.len(), 10);
        for event in events {
            let change = price(&after, event) / price(&before, event);
            assert!((change - 3.0).abs() < 0.05, "{event:?} {change}");
        }
    }
    let events = events(&made, "misclassified");
    assert_eq!(events.len(), 5);
    for event in events {
        assert_eq!(event.code.unwrap().0[..4], event.from_code.unwrap().0[..4]);
        let from = Event { code: event.from_code, ..event.clone() };
        assert!(price(&after, event) > 1.5 * price(&before, event), "{event:?}");
        assert!(after.growth(&from, "2021", "2022") < before.growth(&from, "2021", "2022"));
    }
}

#[test]
fn one_supplier_comes_to_weigh_more() {
    let made = make("--kind concentration");
    let sums = Sums::of(&made);
    let share = |event: &Event, year: &str| {
        let (importer, code) = (event.importer.unwrap().0, event.code.unwrap().0);
        let market = sums.0.iter().filter(|(key, _)| {
            (&*key.0, &*key.2, &*key.3, &*key.4) == (importer, importer, code, year)
        });
        let whole: f64 = market.map(|(_, (value, _))| value).sum();
        sums.get(importer, event, year).map_or(0.0, |(value, _)| value) / whole
    };
    let (takeovers, entries) = (events(&made, "takeover"), events(&made, "new-supplier"));
    assert_eq!((takeovers.len(), entries.len()), (10, 5));
    for event in takeovers {
        let (before, after) = (share(event, "2021"), share(event, "2022"));
        assert!(before < 0.5 && after > before + 0.15, "{event:?} {before} {after}");
    }
    for event in entries {
        assert!(share(event, "2021") == 0.0 && share(event, "2022") > 0.15, "{event:?}");
    }
}

#[test]
fn no_two_events_share_a_series() {
    let made = make("--kind all --seed 5");
    let mut seen = BTreeSet::new();
    for event in &made.truth.events {
        let key = (event.exporter, event.importer, event.hub, event.code);
        assert!(seen.insert(key), "{event:?}");
    }
}

#[test]
fn decoys_leave_their_marks() {
    let (quiet, made) = (Sums::of(&make("--kind noise")), make("--kind surge"));
    let after = Sums::of(&made);
    let decoy = |kind: &str| made.truth.decoys.iter().find(|decoy| decoy.kind == kind).unwrap();
    let total = |sums: &Sums, wanted: &dyn Fn(&str, &str) -> bool, year: &str| {
        let all = sums
            .0
            .iter()
            .filter(|(key, _)| key.0 == key.1 && key.4 == year && wanted(&key.1, &key.3));
        all.fold((0.0, 0.0), |sum, (_, add)| (sum.0 + add.0, sum.1 + add.1))
    };
    let change = |wanted: &dyn Fn(&str, &str) -> bool, year: &str| {
        let (old, new) = (total(&quiet, wanted, year), total(&after, wanted, year));
        (new.0 / old.0, new.1 / old.1)
    };
    let (currency, price) =
        (decoy("currency").exporter.unwrap().0, decoy("price-move").code.unwrap().0);
    let (value, weight) = change(&|exporter, code| exporter == currency && code != price, "2022");
    assert!((1.2..1.3).contains(&value) && (0.99..1.01).contains(&weight), "{value} {weight}");
    let (value, weight) = change(&|exporter, code| exporter != currency && code == price, "2022");
    assert!((1.55..1.65).contains(&value) && (0.99..1.01).contains(&weight), "{value} {weight}");
    let (value, _) = change(&|_, _| true, "2020");
    assert!((0.85..0.93).contains(&value), "{value}");
    let late = decoy("late-reporter").importer.unwrap().0;
    let reports = |year: &str| after.0.keys().any(|key| key.0 == late && key.4 == year);
    assert!(reports("2021") && !reports("2022"));
    assert_eq!(made.truth.decoys.iter().filter(|decoy| decoy.kind == "lumpy-order").count(), 5);
}

#[test]
fn noise_is_quiet_on_the_whole() {
    let sums = Sums::of(&make("--kind noise"));
    let yearly: Vec<f64> = sums
        .0
        .iter()
        .filter(|(key, _)| key.4 == "2021")
        .filter_map(|(key, (value, _))| {
            let mut next = key.clone();
            next.4 = "2022".to_owned();
            Some(sums.0.get(&next)?.0 / value)
        })
        .collect();
    let doubled = yearly.iter().filter(|&&x| x > 2.0).count() as f64 / yearly.len() as f64;
    assert!(doubled < 0.15, "{doubled}");
    let middle = median(yearly);
    assert!((0.9..1.1).contains(&middle), "{middle}");
}

#[test]
fn both_sides_differ_by_freight_and_errors() {
    let sums = Sums::of(&make("--kind noise"));
    let gaps = sums.0.iter().filter(|(key, _)| key.0 == key.1 && key.4 == "2021");
    let gaps: Vec<f64> = gaps
        .filter_map(|(key, (fob, _))| {
            let mut other = key.clone();
            other.0.clone_from(&key.2);
            Some(sums.0.get(&other)?.0 / fob)
        })
        .collect();
    assert!(gaps.len() > 1000);
    let far = gaps.iter().filter(|x| !(0.5..2.0).contains(*x)).count() as f64 / gaps.len() as f64;
    assert!((0.02..0.3).contains(&far), "{far}");
    let middle = median(gaps);
    assert!((1.0..1.12).contains(&middle), "{middle}");
}

#[test]
fn options_are_checked() {
    let fails = |words: &str| {
        let words: Vec<&str> = words.split(' ').filter(|word| !word.is_empty()).collect();
        parse(&words).err().unwrap_or_default()
    };
    assert!(fails("--kind surge").starts_with("usage"));
    assert!(fails("--kind war --out x").contains("there are: noise, surge"));
    assert!(fails("--kind surge --out x --strength 0.5").contains("a factor above 1"));
    assert!(fails("--kind surge --out x --years 2022").contains("2019..2022"));
    assert_eq!(fails("--kind all --out x --years 2017..2023 --seed 9 --yearly"), "");
}

#[test]
fn yearly_is_the_sum_of_the_months() {
    let (monthly, yearly) = (make("--kind surge"), make("--kind surge --yearly"));
    let total = |made: &Simulated| -> f64 {
        let values = made.rows.lines().skip(1).map(|line| line.split(',').nth(8).unwrap());
        values.map(|value| value.parse::<f64>().unwrap()).sum()
    };
    let (months, years) = (total(&monthly), total(&yearly));
    assert!((months / years - 1.0).abs() < 1e-3, "{months} {years}");
    assert_eq!(monthly.truth.json(), yearly.truth.json());
}
