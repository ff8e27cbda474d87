//! How does one flow go from month to month? Size, growth, season, noise with a memory and
//! sometimes heavy tails; a fifth of the flows come in lumps, with months without trade.
//!
//! What really went over the border: who reports it, and how well, is another module's.

use crate::random::SplitMix;

/// USD a month of a middling flow.
const MIDDLING_USD: f64 = 80_000.0;
const SMALLEST_USD: f64 = 2_000.0;
const LARGEST_USD: f64 = 20_000_000.0;
/// A shock is never stronger than so many standard deviations.
const STRONGEST_SHOCK: f64 = 5.0;

/// What a flow owes to its exporter, importer and code.
pub(super) struct Shape {
    /// Times a middling flow.
    pub(super) size: f64,
    /// Of the logarithm, a year.
    pub(super) growth: f64,
    /// USD a kilogram.
    pub(super) unit_value: f64,
    pub(super) months: usize,
}

/// One flow.
#[derive(Clone, Debug, Default)]
pub(super) struct Series {
    /// USD, FOB, by month; 0 where nothing went.
    pub(super) value: Vec<f64>,
    /// Kilograms.
    pub(super) weight: Vec<f64>,
    /// Its usual month, in USD.
    pub(super) level: f64,
    /// Its usual USD a kilogram.
    pub(super) unit_value: f64,
    /// Comes in lumps.
    pub(super) lumpy: bool,
    pub(super) exporter_reports: bool,
    pub(super) importer_reports: bool,
    /// The importer's report is multiplied by this from a month on.
    pub(super) importer_sees: Option<(usize, f64)>,
}

impl Series {
    pub(super) fn draw(random: &mut SplitMix, shape: &Shape) -> Series {
        let level = MIDDLING_USD * shape.size * (1.3 * random.gaussian()).exp();
        let level = level.clamp(SMALLEST_USD, LARGEST_USD);
        let unit_value = shape.unit_value * (0.1 * random.gaussian()).exp();
        let noise = Noise::draw(random);
        let idle = if random.unit() < 0.2 { random.between(0.3, 0.9) } else { 0.0 };
        let (amplitude, phase) = (random.between(0.0, 0.5), random.between(0.0, 12.0));
        let price_noise = random.between(0.05, 0.3);
        // One in six flows is seen by one side only.
        let one_sided = random.unit();
        let logs = noise.months(random, shape.months);
        let (mut value, mut weight) = (Vec::new(), Vec::new());
        for (month, log) in logs.into_iter().enumerate() {
            let time = month as f64;
            let season = 1.0 + amplitude * (std::f64::consts::TAU * (time + phase) / 12.0).sin();
            let usual = level * (shape.growth * time / 12.0).exp() * season;
            let shipped = random.unit() >= idle;
            let price = unit_value * (price_noise * random.gaussian()).exp();
            let usd = if shipped { usual * log.exp() / (1.0 - idle) } else { 0.0 };
            value.push(usd);
            weight.push(usd / price);
        }
        Series {
            value,
            weight,
            level,
            unit_value,
            lumpy: idle > 0.0,
            exporter_reports: one_sided >= 0.08,
            importer_reports: !(0.08..0.16).contains(&one_sided),
            importer_sees: None,
        }
    }

    /// Multiplies value and weight from a month on.
    pub(super) fn scale(&mut self, from: usize, value: f64, weight: f64) {
        self.value.iter_mut().skip(from).for_each(|usd| *usd *= value);
        self.weight.iter_mut().skip(from).for_each(|kg| *kg *= weight);
    }

    /// More goes in a month.
    pub(super) fn add(&mut self, month: usize, value: f64, weight: f64) {
        if let (Some(usd), Some(kg)) = (self.value.get_mut(month), self.weight.get_mut(month)) {
            *usd += value;
            *kg += weight;
        }
    }

    /// USD of a year, counted from 0.
    pub(super) fn year(&self, year: usize) -> f64 {
        self.value.iter().skip(year * 12).take(12).sum()
    }

    /// Nothing before this month.
    pub(super) fn begin(&mut self, from: usize) {
        self.value.iter_mut().take(from).for_each(|usd| *usd = 0.0);
        self.weight.iter_mut().take(from).for_each(|kg| *kg = 0.0);
    }
}

/// How unsteady a flow is.
struct Noise {
    /// Standard deviation of the logarithm.
    spread: f64,
    /// How much of a month's deviation stays for the next.
    memory: f64,
}

impl Noise {
    fn draw(random: &mut SplitMix) -> Noise {
        // A gamma of shape 4 and mean 0.4.
        let gamma: f64 = (0..4).map(|_| 0.1 * random.exponential()).sum();
        Noise { spread: gamma.clamp(0.15, 1.0), memory: random.between(0.0, 0.5) }
    }

    /// Deviations of the logarithm; their exponentials have the mean 1, heavy tails aside.
    fn months(&self, random: &mut SplitMix, months: usize) -> Vec<f64> {
        let fresh = (1.0 - self.memory * self.memory).sqrt() * self.spread;
        let mut deviation = self.spread * random.gaussian();
        let mut all = Vec::with_capacity(months);
        for _ in 0..months {
            let heavy = random.unit() < 0.08;
            let shock = if heavy { random.student4() } else { random.gaussian() };
            deviation =
                self.memory * deviation + fresh * shock.clamp(-STRONGEST_SHOCK, STRONGEST_SHOCK);
            all.push(deviation - self.spread * self.spread / 2.0);
        }
        all
    }
}
