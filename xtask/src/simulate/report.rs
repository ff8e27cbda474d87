//! What do both sides say of the same trade? The exporter FOB, the importer CIF, each with its
//! own errors; some flows are seen by one side only, some importers say nothing, some weights
//! are missing.

use std::fmt::Write;

use super::series::Series;
use super::world::{Cell, Country, World};
use crate::random::SplitMix;

const HEADER: &str = "simulated_world,reporter,flow,exporter,importer,hs_revision,hs_code,period,\
                      value_usd,net_weight_kg\n";
/// The years before HS2022 are written in it too: the world has one list of goods.
const REVISION: &str = "HS2022";
const WITHOUT_WEIGHT: f64 = 0.05;

/// One reported figure.
#[derive(Clone, Copy)]
struct Figure {
    value: f64,
    weight: f64,
    weighed: bool,
}

/// Who reports a series, and how well.
struct Side {
    reporter: Country,
    flow: &'static str,
    /// Standard deviation of the logarithm of what is reported over what was traded.
    error: f64,
    /// Freight and insurance.
    factor: f64,
    sees: Option<(usize, f64)>,
}

/// The file: by importer, code, exporter, side and period.
pub(super) fn rows(world: &World, name: &str, yearly: bool) -> String {
    let mut text = HEADER.to_owned();
    for (&cell, series) in &world.series {
        for side in sides(world, cell, series) {
            let figures = reported(world, cell, series, &side);
            let start = format!(
                "{name},{},{},{},{},{REVISION},{},",
                side.reporter.0, side.flow, cell.exporter.0, cell.importer.0, cell.code.0
            );
            if yearly {
                for (year, months) in figures.chunks(12).enumerate() {
                    row(
                        &mut text,
                        &start,
                        &format!("{}", world.years.first + year as i32),
                        sum(months),
                    );
                }
            } else {
                for (month, figure) in figures.into_iter().enumerate() {
                    row(&mut text, &start, &world.years.name(month), figure);
                }
            }
        }
    }
    text
}

/// The sides that report a series, at least in some months.
fn sides(world: &World, cell: Cell, series: &Series) -> Vec<Side> {
    let names = ["freight", cell.exporter.0, cell.importer.0];
    let freight = SplitMix::of(world.seed, &names).between(1.03, 1.08);
    let exporter = Side {
        reporter: cell.exporter,
        flow: "export",
        error: error(world, cell.exporter),
        factor: 1.0,
        sees: None,
    };
    let importer = Side {
        reporter: cell.importer,
        flow: "import",
        error: error(world, cell.importer),
        factor: freight,
        sees: series.importer_sees,
    };
    let both = [(series.exporter_reports, exporter), (series.importer_reports, importer)];
    both.into_iter().filter(|(reports, _)| *reports).map(|(_, side)| side).collect()
}

/// How far a reporter's figures are off, as a standard deviation of the logarithm.
fn error(world: &World, reporter: Country) -> f64 {
    let mut random = SplitMix::of(world.seed, &["error", reporter.0]);
    if world.careless.contains(&reporter) {
        random.between(0.4, 0.6)
    } else {
        random.between(0.05, 0.25)
    }
}

/// A side's report, month by month; nothing where it is silent.
fn reported(world: &World, cell: Cell, series: &Series, side: &Side) -> Vec<Option<Figure>> {
    let names = [side.flow, cell.exporter.0, cell.importer.0, cell.code.0];
    let mut random = SplitMix::of(world.seed, &names);
    // Most of an error stays from month to month: the squares of both parts add up to 1.
    let lasting = 0.8 * side.error * random.gaussian();
    let traded = series.value.iter().zip(&series.weight).enumerate();
    traded
        .map(|(month, (&value, &weight))| {
            let slip = (lasting + 0.6 * side.error * random.gaussian()).exp();
            let misweighed = ((0.03 + 0.3 * side.error) * random.gaussian()).exp();
            let weighed = random.unit() >= WITHOUT_WEIGHT;
            let seen = side.sees.filter(|(from, _)| month >= *from).map_or(1.0, |(_, seen)| seen);
            world.reports(side.reporter, month).then_some(Figure {
                value: value * side.factor * slip * seen,
                weight: weight * slip * misweighed * seen,
                weighed,
            })
        })
        .collect()
}

/// A year of its months. The weight is missing as often as a month's: by the first month's draw.
fn sum(months: &[Option<Figure>]) -> Option<Figure> {
    let first = months.first().copied().flatten()?;
    let told = months.iter().flatten();
    Some(Figure {
        value: told.clone().map(|figure| figure.value).sum(),
        weight: told.map(|figure| figure.weight).sum(),
        weighed: first.weighed,
    })
}

fn row(text: &mut String, start: &str, period: &str, figure: Option<Figure>) {
    let Some(figure) = figure.filter(|figure| figure.value >= 1.0) else {
        return;
    };
    // Writing to a text cannot fail.
    let _ = match figure.weighed && figure.weight >= 0.001 {
        true => writeln!(text, "{start}{period},{:.0},{:.3}", figure.value, figure.weight),
        false => writeln!(text, "{start}{period},{:.0},", figure.value),
    };
}
