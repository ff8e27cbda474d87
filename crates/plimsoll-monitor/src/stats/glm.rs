//! One regression: Poisson pseudo-maximum likelihood with many fixed effects, the way trade flows
//! are compared before and after, here and elsewhere (Santos Silva & Tenreyro 2006).
//!
//! The model is E(y) = exp(x b + one effect of each kind). Solved as in Correia, Guimaraes &
//! Zylkin (2020): reweighted least squares, where in each round the effects are taken out of the
//! outcome and the regressors by alternating projections, so that no effect is ever a column of a
//! matrix. Only the regressors' coefficients are estimated; the effects are not returned.

use std::fmt;

/// Rounds of reweighting, and sweeps over the effects in one round, before giving up.
const MOST_ROUNDS: usize = 200;
const MOST_SWEEPS: usize = 20_000;

/// The change of the deviance, as a share of it and of all outcomes, and the change of any
/// predictor, below which a round is at rest.
const DEVIANCE_TOLERANCE: f64 = 1e-12;
const PREDICTOR_TOLERANCE: f64 = 1e-7;

/// Rounds in which the deviance rests and a predictor still moves, before giving up.
const MOST_RUNAWAY: usize = 12;

/// The change of a column in one sweep, as a share of its size, below which the sweeps end.
const SWEEP_TOLERANCE: f64 = 1e-11;

/// A regressor with less than this share of its sum of squares left, after the effects and the
/// regressors before it are taken out, says nothing of its own.
const COLLINEAR: f64 = 1e-9;

/// The data of a regression, one row for each observation.
#[derive(Debug, Clone, Copy)]
pub struct Observations<'a> {
    /// The outcome, in its own unit (never its logarithm), at least 0. A row with NaN is left out.
    pub outcome: &'a [f64],
    /// The regressors by column, each as long as the outcome. A row with NaN is left out.
    pub regressors: &'a [Vec<f64>],
    /// The fixed effects by column: the number of the group each row is in. Any numbers will do.
    /// There is no constant beside them: hand in at least one column, if only of zeros.
    pub effects: &'a [Vec<u32>],
    /// The cluster of each row, any numbers: errors may be correlated within it.
    pub clusters: &'a [u32],
}

/// What the regression found.
#[derive(Debug, Clone, PartialEq)]
pub struct Fit {
    /// A coefficient for each regressor: a rise of the regressor by 1 multiplies the outcome by
    /// e to the coefficient.
    pub coefficients: Vec<f64>,
    /// Their covariance robust to correlation within clusters, a square matrix by rows, with the
    /// factor G / (G - 1) for G clusters and no other correction.
    pub covariance: Vec<Vec<f64>>,
    /// Rows used.
    pub observations: usize,
    /// Rows left out because all outcomes of one of their groups are 0: the likelihood pushes that
    /// group's effect to minus infinity, and the row says nothing about the coefficients.
    pub separated: usize,
    /// Rows left out because a value is missing.
    pub missing: usize,
    /// Clusters among the rows used.
    pub clusters: usize,
    /// The Poisson deviance at the end.
    pub deviance: f64,
    /// Whether the rounds and the sweeps came to rest. If not, do not use the coefficients.
    pub converged: bool,
}

impl Fit {
    /// The standard error of a coefficient; `None` for an index that is none.
    #[must_use]
    pub fn standard_error(&self, index: usize) -> Option<f64> {
        Some(self.covariance.get(index)?.get(index)?.max(0.0).sqrt())
    }
}

/// Why there is no fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FitError {
    /// The columns are not all as long as the outcome, or there is no regressor.
    Shape,
    /// The outcome of this row is negative or infinite, or a regressor is infinite.
    Value(usize),
    /// No row is left after missing and separated rows are left out.
    Empty,
    /// Fewer than two clusters are left: no covariance can be had from one.
    Clusters,
    /// The regressor with this index is a sum of effects and of the regressors before it.
    Collinear(usize),
    /// The numbers overflow: the weights or the outcome are out of all proportion.
    Overflow,
}

impl fmt::Display for FitError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            FitError::Shape => {
                f.write_str("the columns differ in length, or there is no regressor")
            }
            FitError::Value(row) => {
                write!(f, "row {row} holds a negative outcome or an infinite value")
            }
            FitError::Empty => f.write_str("no row is left to fit"),
            FitError::Clusters => f.write_str("fewer than two clusters are left"),
            FitError::Collinear(column) => {
                write!(f, "regressor {column} is a sum of the effects and the regressors before it")
            }
            FitError::Overflow => f.write_str("the values are too large to fit"),
        }
    }
}

impl std::error::Error for FitError {}

/// Fits the regression. A difference in differences is the case of one regressor that is 1 for
/// the treated units after the event, with the effects unit and month.
///
/// Rows of groups whose outcomes are all 0 are left out, again and again until none is left.
/// Rows can also be separated by a regressor, as when the treated trade nothing at all after the
/// event. Then the coefficient has no finite value; the rounds notice that a predictor keeps
/// falling, and `converged` is false.
///
/// # Errors
///
/// [`FitError`] says which: columns of unequal length, impossible values, nothing left, one
/// cluster, or a regressor that cannot be told from the effects.
pub fn ppml_did(data: &Observations<'_>) -> Result<Fit, FitError> {
    let complete = complete_rows(data)?;
    let rows = without_zero_groups(data, complete.clone());
    if rows.is_empty() {
        return Err(FitError::Empty);
    }
    let outcome: Vec<f64> = rows.iter().map(|r| data.outcome[*r]).collect();
    let regressors: Vec<Vec<f64>> =
        data.regressors.iter().map(|x| rows.iter().map(|r| x[*r]).collect()).collect();
    let effects: Vec<Groups> =
        data.effects.iter().map(|e| Groups::new(rows.iter().map(|r| e[*r]))).collect();
    let clusters = Groups::new(rows.iter().map(|r| data.clusters[*r]));
    if clusters.count < 2 {
        return Err(FitError::Clusters);
    }
    let solved = solve(&outcome, &regressors, &effects)?;
    let (covariance, rested) = covariance(&solved, &outcome, &regressors, &effects, &clusters)?;
    Ok(Fit {
        coefficients: solved.coefficients,
        covariance,
        observations: rows.len(),
        separated: complete.len() - rows.len(),
        missing: data.outcome.len() - complete.len(),
        clusters: clusters.count,
        deviance: solved.deviance,
        converged: solved.converged && rested,
    })
}

/// The rows without a missing value.
fn complete_rows(data: &Observations<'_>) -> Result<Vec<usize>, FitError> {
    let length = data.outcome.len();
    let even = data.regressors.iter().all(|x| x.len() == length)
        && data.effects.iter().all(|e| e.len() == length)
        && data.clusters.len() == length;
    if !even || data.regressors.is_empty() {
        return Err(FitError::Shape);
    }
    let mut rows = Vec::with_capacity(length);
    for (row, y) in data.outcome.iter().enumerate() {
        if y.is_nan() || data.regressors.iter().any(|x| x[row].is_nan()) {
            continue;
        }
        if *y < 0.0 || y.is_infinite() || data.regressors.iter().any(|x| x[row].is_infinite()) {
            return Err(FitError::Value(row));
        }
        rows.push(row);
    }
    Ok(rows)
}

/// The rows whose groups all have an outcome above 0 somewhere. Leaving out one group can empty
/// another one, so this goes on until nothing changes.
fn without_zero_groups(data: &Observations<'_>, mut rows: Vec<usize>) -> Vec<usize> {
    // Without effects the whole is one group.
    if !rows.iter().any(|r| data.outcome[*r] > 0.0) {
        return Vec::new();
    }
    loop {
        let before = rows.len();
        for column in data.effects {
            let groups = Groups::new(rows.iter().map(|r| column[*r]));
            let mut positive = vec![false; groups.count];
            for (row, group) in rows.iter().zip(&groups.of) {
                positive[*group] |= data.outcome[*row] > 0.0;
            }
            let mut group = groups.of.iter();
            rows.retain(|_| group.next().is_some_and(|g| positive[*g]));
        }
        if rows.len() == before {
            return rows;
        }
    }
}

/// The groups of the rows, numbered from 0 without a gap.
struct Groups {
    of: Vec<usize>,
    count: usize,
}

impl Groups {
    fn new(names: impl Iterator<Item = u32>) -> Self {
        let names: Vec<u32> = names.collect();
        let mut known = names.clone();
        known.sort_unstable();
        known.dedup();
        let of = names.iter().map(|n| known.partition_point(|k| k < n)).collect();
        Groups { of, count: known.len() }
    }

    /// Takes the weighted mean of its group from each value.
    fn centre(&self, values: &mut [f64], weights: &[f64]) {
        let mut sums = vec![(0.0, 0.0); self.count];
        for ((group, value), weight) in self.of.iter().zip(&*values).zip(weights) {
            sums[*group].0 += weight * value;
            sums[*group].1 += weight;
        }
        for (group, value) in self.of.iter().zip(values) {
            let (sum, weight) = sums[*group];
            *value -= sum / weight;
        }
    }
}

/// Takes all effects out of a column: what is left is orthogonal to every group under the
/// weights. True when it came to rest.
///
/// Each sweep centres by every effect forth and back. Two sweeps show how the rest shrinks, and
/// the step of Irons & Tuck (1969) goes to where it would end; a mixture of two partly centred
/// columns differs from the column by effects only, so nothing but effects is taken out.
fn take_out(values: &mut [f64], weights: &[f64], effects: &[Groups]) -> bool {
    let sweep = |values: &mut [f64]| {
        let last = effects.len().saturating_sub(1);
        effects.iter().for_each(|e| e.centre(values, weights));
        effects[..last].iter().rev().for_each(|e| e.centre(values, weights));
    };
    let enough = dot(values, values, weights) * SWEEP_TOLERANCE * SWEEP_TOLERANCE;
    sweep(values);
    if effects.len() < 2 {
        return true;
    }
    for _ in 0..MOST_SWEEPS / 2 {
        let start = values.to_vec();
        sweep(values);
        let once = values.to_vec();
        sweep(values);
        let (mut along, mut bend, mut moved) = (0.0, 0.0, 0.0);
        for (i, weight) in weights.iter().enumerate() {
            let second = values[i] - once[i];
            let change = second - (once[i] - start[i]);
            along += weight * second * change;
            bend += weight * change * change;
            moved += weight * second * second;
        }
        // A NaN never gets better: the caller sees it in its sums.
        if moved.is_nan() || moved <= enough {
            return !moved.is_nan();
        }
        if bend > 0.0 {
            let reach = along / bend;
            for (value, before) in values.iter_mut().zip(&once) {
                *value -= reach * (*value - before);
            }
        }
    }
    false
}

/// Where the rounds ended.
struct Solved {
    coefficients: Vec<f64>,
    /// The expected outcome of each row.
    expected: Vec<f64>,
    deviance: f64,
    converged: bool,
}

/// Reweighted least squares.
fn solve(outcome: &[f64], regressors: &[Vec<f64>], effects: &[Groups]) -> Result<Solved, FitError> {
    let total: f64 = outcome.iter().sum();
    let mean = total / outcome.len() as f64;
    let expected: Vec<f64> = outcome.iter().map(|y| 0.5 * (y + mean)).collect();
    let mut linear: Vec<f64> = expected.iter().map(|m| m.ln()).collect();
    let deviance = f64::INFINITY;
    let mut solved = Solved { coefficients: Vec::new(), expected, deviance, converged: false };
    let mut runaway = 0;
    for _ in 0..MOST_ROUNDS {
        let (coefficients, next, rested) =
            least_squares(outcome, &solved.expected, &linear, regressors, effects)?;
        let mut moved: f64 = 0.0;
        for (value, next) in linear.iter_mut().zip(&next) {
            // A wild first round must not end where e to the predictor overflows.
            let step = (next - *value).clamp(-10.0, 10.0);
            moved = moved.max(step.abs());
            *value += step;
        }
        solved.expected = linear.iter().map(|l| l.exp()).collect();
        let before = solved.deviance;
        solved.deviance = poisson_deviance(outcome, &solved.expected);
        if !solved.deviance.is_finite() || !coefficients.iter().all(|b| b.is_finite()) {
            return Err(FitError::Overflow);
        }
        solved.coefficients = coefficients;
        let change = (before - solved.deviance).abs();
        let still = change <= DEVIANCE_TOLERANCE * (solved.deviance + total);
        let settled = still && moved <= PREDICTOR_TOLERANCE;
        // A separated row's predictor falls by 1 in each round for ever.
        runaway += usize::from(still && !settled);
        solved.converged = settled && rested;
        if settled || runaway == MOST_RUNAWAY {
            break;
        }
    }
    Ok(solved)
}

/// One round: the coefficients, the new predictor of each row, and whether the sweeps rested.
fn least_squares(
    outcome: &[f64],
    expected: &[f64],
    linear: &[f64],
    regressors: &[Vec<f64>],
    effects: &[Groups],
) -> Result<(Vec<f64>, Vec<f64>, bool), FitError> {
    let working: Vec<f64> =
        outcome.iter().zip(expected).zip(linear).map(|((y, m), l)| l + (y - m) / m).collect();
    let mut rest = working.clone();
    let rest_rested = take_out(&mut rest, expected, effects);
    let (columns, rested) = taken_out(regressors, expected, effects);
    let factor = Cholesky::new(&columns, regressors, expected)?;
    let coefficients = factor.solve(&products(&columns, &rest, expected));
    // The predictor is the working outcome less its residual: no effect needs to be known.
    let next = (0..working.len())
        .map(|i| {
            let fitted: f64 = columns.iter().zip(&coefficients).map(|(x, b)| x[i] * b).sum();
            working[i] - (rest[i] - fitted)
        })
        .collect();
    Ok((coefficients, next, rested && rest_rested))
}

/// The regressors without the effects, and whether every sweep came to rest.
fn taken_out(
    regressors: &[Vec<f64>],
    weights: &[f64],
    effects: &[Groups],
) -> (Vec<Vec<f64>>, bool) {
    let mut columns = regressors.to_vec();
    let mut rested = true;
    for column in &mut columns {
        rested &= take_out(column, weights, effects);
    }
    (columns, rested)
}

/// Twice the log-likelihood lost against a perfect fit.
fn poisson_deviance(outcome: &[f64], expected: &[f64]) -> f64 {
    let lost = |y: f64, m: f64| if y > 0.0 { y * (y / m).ln() - (y - m) } else { m };
    2.0 * outcome.iter().zip(expected).map(|(y, m)| lost(*y, *m)).sum::<f64>()
}

/// The weighted product of each column with `values`.
fn products(columns: &[Vec<f64>], values: &[f64], weights: &[f64]) -> Vec<f64> {
    columns.iter().map(|x| dot(x, values, weights)).collect()
}

fn dot(a: &[f64], b: &[f64], weights: &[f64]) -> f64 {
    a.iter().zip(b).zip(weights).map(|((a, b), w)| a * b * w).sum()
}

/// The lower triangle L with L L' = X' W X.
struct Cholesky {
    lower: Vec<Vec<f64>>,
}

impl Cholesky {
    /// `columns` are the `regressors` without the effects.
    fn new(
        columns: &[Vec<f64>],
        regressors: &[Vec<f64>],
        weights: &[f64],
    ) -> Result<Self, FitError> {
        let mut lower: Vec<Vec<f64>> = Vec::with_capacity(columns.len());
        for (i, column) in columns.iter().enumerate() {
            let mut row = Vec::with_capacity(i + 1);
            for (j, above) in lower.iter().enumerate() {
                let known: f64 = above.iter().zip(&row).map(|(a, b): (&f64, &f64)| a * b).sum();
                row.push((dot(column, &columns[j], weights) - known) / above[j]);
            }
            let left = dot(column, column, weights) - row.iter().map(|v| v * v).sum::<f64>();
            let size = dot(&regressors[i], &regressors[i], weights);
            if !size.is_finite() {
                return Err(FitError::Overflow);
            }
            if left.is_nan() || left <= COLLINEAR * size {
                return Err(FitError::Collinear(i));
            }
            row.push(left.sqrt());
            lower.push(row);
        }
        Ok(Cholesky { lower })
    }

    /// The b with L L' b = `right`.
    fn solve(&self, right: &[f64]) -> Vec<f64> {
        let mut b = right.to_vec();
        for i in 0..b.len() {
            let known: f64 = (0..i).map(|j| self.lower[i][j] * b[j]).sum();
            b[i] = (b[i] - known) / self.lower[i][i];
        }
        for i in (0..b.len()).rev() {
            let known: f64 = (i + 1..b.len()).map(|j| self.lower[j][i] * b[j]).sum();
            b[i] = (b[i] - known) / self.lower[i][i];
        }
        b
    }
}

/// The sandwich: for each cluster the sum of regressor times residual, its products summed over
/// clusters, between two inverses of X' W X. And whether the sweeps came to rest.
fn covariance(
    solved: &Solved,
    outcome: &[f64],
    regressors: &[Vec<f64>],
    effects: &[Groups],
    clusters: &Groups,
) -> Result<(Vec<Vec<f64>>, bool), FitError> {
    let (columns, rested) = taken_out(regressors, &solved.expected, effects);
    let factor = Cholesky::new(&columns, regressors, &solved.expected)?;
    let width = columns.len();
    let mut scores = vec![vec![0.0; width]; clusters.count];
    for (row, cluster) in clusters.of.iter().enumerate() {
        let residual = outcome[row] - solved.expected[row];
        for (score, column) in scores[*cluster].iter_mut().zip(&columns) {
            *score += column[row] * residual;
        }
    }
    let groups = clusters.count as f64;
    let mut covariance = vec![vec![0.0; width]; width];
    for score in &scores {
        let influence = factor.solve(score);
        for (row, a) in covariance.iter_mut().zip(&influence) {
            for (cell, b) in row.iter_mut().zip(&influence) {
                *cell += a * b * groups / (groups - 1.0);
            }
        }
    }
    Ok((covariance, rested))
}

#[cfg(test)]
mod tests {
    use super::super::random::SplitMix64;
    use super::*;

    /// Of `panel(42, 12, 10)`.
    const DEVIANCE: f64 = 1649.0948676431394;
    const COEFFICIENTS: [f64; 2] = [-0.30382635752341697, 0.19042427331221257];
    const COVARIANCE: [[f64; 2]; 2] =
        [[0.06537832767135732, 0.025849384610430005], [0.02584938461042987, 0.14982339307604287]];

    fn close(got: f64, want: f64, tolerance: f64) {
        assert!((got - want).abs() <= tolerance * want.abs().max(1e-3), "{got}, not {want}");
    }

    /// Two units in two months, each cell with several rows.
    fn two_by_two(cells: [&[f64]; 4]) -> (Vec<f64>, Vec<f64>, Vec<Vec<u32>>) {
        let (mut y, mut x, mut effects) = (Vec::new(), Vec::new(), vec![Vec::new(), Vec::new()]);
        for (cell, values) in cells.iter().enumerate() {
            for value in *values {
                y.push(*value);
                x.push(f64::from(u8::from(cell == 3)));
                effects[0].push(cell as u32 / 2);
                effects[1].push(cell as u32 % 2);
            }
        }
        (y, x, effects)
    }

    #[test]
    fn two_by_two_is_the_ratio_of_ratios() {
        let (y, x, effects) =
            two_by_two([&[10.0, 20.0], &[30.0, 0.0, 15.0], &[100.0, 60.0], &[50.0, 10.0]]);
        let clusters: Vec<u32> = (0..y.len() as u32).collect();
        let data =
            Observations { outcome: &y, regressors: &[x], effects: &effects, clusters: &clusters };
        let fit = ppml_did(&data).unwrap();
        // The means of the cells: 15, 15, 80, 30.
        close(fit.coefficients[0], ((30.0f64 / 80.0) / (15.0 / 15.0)).ln(), 1e-10);
        // The delta method: the variance of ln of each mean, summed over the four cells, with
        // the factor 9 / 8.
        let want: f64 = 50.0 / 900.0 + 450.0 / 2025.0 + 800.0 / 25_600.0 + 800.0 / 3600.0;
        close(fit.covariance[0][0], want * 9.0 / 8.0, 1e-9);
        close(fit.standard_error(0).unwrap(), (want * 9.0 / 8.0).sqrt(), 1e-9);
        assert_eq!(fit.standard_error(1), None);
        assert!(fit.converged);
        assert_eq!((fit.observations, fit.separated, fit.missing, fit.clusters), (9, 0, 0, 9));
    }

    /// A panel of 12 units and 10 months, three kinds of effects and two regressors.
    struct Panel {
        y: Vec<f64>,
        x: Vec<Vec<f64>>,
        effects: Vec<Vec<u32>>,
        unit: Vec<u32>,
    }

    fn panel(seed: u64, units: u32, months: u32) -> Panel {
        let mut random = SplitMix64::new(seed);
        let (mut y, mut x, mut effects) = (Vec::new(), vec![Vec::new(); 2], vec![Vec::new(); 3]);
        for unit in 0..units {
            for month in 0..months {
                let treated = f64::from(u8::from(unit < units / 3 && month >= months / 2));
                let other = random.uniform();
                let level = f64::from(unit % 5) * 0.4 + f64::from(month % 4) * 0.2;
                let mean = (2.0 + level - 0.7 * treated + 0.5 * other).exp();
                y.push((-(1.0 - random.uniform()).ln() * mean).floor());
                x[0].push(treated);
                x[1].push(other);
                effects[0].push(unit * 7 + 3);
                effects[1].push(month);
                effects[2].push(unit % 3 * 100 + month % 5);
            }
        }
        let unit = effects[0].clone();
        Panel { y, x, effects, unit }
    }

    fn fit(panel: &Panel) -> Result<Fit, FitError> {
        ppml_did(&Observations {
            outcome: &panel.y,
            regressors: &panel.x,
            effects: &panel.effects,
            clusters: &panel.unit,
        })
    }

    #[test]
    fn panel_agrees_with_dummies_in_numpy() {
        let found = fit(&panel(42, 12, 10)).unwrap();
        assert!(found.converged);
        assert_eq!((found.observations, found.clusters), (120, 12));
        close(found.deviance, DEVIANCE, 1e-9);
        for i in 0..2 {
            close(found.coefficients[i], COEFFICIENTS[i], 1e-8);
            for (got, want) in found.covariance[i].iter().zip(COVARIANCE[i]) {
                close(*got, want, 1e-7);
            }
        }
    }

    #[test]
    fn large_panel_finds_what_was_put_in() {
        let found = fit(&panel(5, 300, 40)).unwrap();
        assert!(found.converged);
        for (i, want) in [-0.7, 0.5].into_iter().enumerate() {
            let error = found.standard_error(i).unwrap();
            assert!((found.coefficients[i] - want).abs() < 3.0 * error, "{found:?}");
            assert!(error < 0.1, "{error}");
        }
    }

    #[test]
    fn zero_groups_and_missing_rows_change_nothing() {
        let mut panel = panel(42, 12, 10);
        let before = fit(&panel).unwrap();
        // Unit 999 never trades. Month 77 is one that only it and unit 998 have, and 998 trades
        // only in a month that is missing.
        for (y, name, month) in
            [(0.0, 999, 0), (0.0, 999, 77), (0.0, 998, 77), (f64::NAN, 998, 1), (0.0, 3, 77)]
        {
            panel.y.push(y);
            panel.x.iter_mut().for_each(|x| x.push(0.3));
            panel.effects[0].push(name);
            panel.effects[1].push(month);
            panel.effects[2].push(0);
            panel.unit.push(name);
        }
        let after = fit(&panel).unwrap();
        assert_eq!((after.observations, after.separated, after.missing), (120, 4, 1));
        assert_eq!(after.coefficients, before.coefficients);
        assert_eq!(after.covariance, before.covariance);
    }

    #[test]
    fn order_and_names_of_rows_do_not_matter() {
        let mut panel = panel(8, 12, 10);
        let before = fit(&panel).unwrap();
        panel.y.reverse();
        panel.x.iter_mut().for_each(|x| x.reverse());
        panel.effects.iter_mut().for_each(|e| e.reverse());
        panel.unit.reverse();
        panel.effects[0].iter_mut().for_each(|e| *e = u32::MAX - *e);
        let after = fit(&panel).unwrap();
        for i in 0..2 {
            close(after.coefficients[i], before.coefficients[i], 1e-9);
            close(after.covariance[i][i], before.covariance[i][i], 1e-8);
        }
    }

    #[test]
    fn unit_of_the_outcome_does_not_matter() {
        let mut panel = panel(8, 12, 10);
        let before = fit(&panel).unwrap();
        panel.y.iter_mut().for_each(|y| *y *= 1e9);
        let after = fit(&panel).unwrap();
        assert!(after.converged);
        close(after.coefficients[0], before.coefficients[0], 1e-8);
        close(after.covariance[0][0], before.covariance[0][0], 1e-7);
    }

    #[test]
    fn treated_without_any_trade_after_has_no_finite_effect() {
        let (y, x, effects) = two_by_two([&[10.0, 20.0], &[30.0], &[100.0, 60.0], &[0.0, 0.0]]);
        let clusters: Vec<u32> = (0..y.len() as u32).collect();
        let data =
            Observations { outcome: &y, regressors: &[x], effects: &effects, clusters: &clusters };
        assert!(!ppml_did(&data).unwrap().converged);
    }

    #[test]
    fn what_cannot_be_fitted_says_why() {
        let good = panel(42, 12, 10);
        let error = |change: &dyn Fn(&mut Panel)| {
            let mut bad = panel(42, 12, 10);
            change(&mut bad);
            fit(&bad).unwrap_err()
        };
        assert!(fit(&good).is_ok());
        assert_eq!(error(&|p| p.unit.truncate(5)), FitError::Shape);
        assert_eq!(error(&|p| p.x.clear()), FitError::Shape);
        assert_eq!(error(&|p| p.y[7] = -1.0), FitError::Value(7));
        assert_eq!(error(&|p| p.x[1][9] = f64::INFINITY), FitError::Value(9));
        assert_eq!(error(&|p| p.y.fill(0.0)), FitError::Empty);
        assert_eq!(error(&|p| p.y.fill(f64::NAN)), FitError::Empty);
        assert_eq!(error(&|p| p.unit.fill(1)), FitError::Clusters);
        assert_eq!(error(&|p| p.x[1].fill(2.0)), FitError::Collinear(1));
        assert_eq!(error(&|p| p.x[1] = p.x[0].clone()), FitError::Collinear(1));
        let month = |p: &mut Panel| p.x[0] = p.effects[1].iter().map(|m| f64::from(*m)).collect();
        assert_eq!(error(&month), FitError::Collinear(0));
        assert!(FitError::Value(7).to_string().contains("row 7"));
    }
}
