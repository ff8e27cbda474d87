//! Numbers as they are read: thousands separators, percent, scales, axis steps.

/// A number with thousands separators: `-1234.5` with 1 decimal is `−1,234.5`.
///
/// A value that rounds to zero has no sign. A value that is no number is `–`.
pub fn format_number(value: f64, decimals: u8) -> String {
    if !value.is_finite() {
        return "–".to_owned();
    }
    let plain = format!("{:.*}", usize::from(decimals), value.abs());
    let (whole, fraction) = plain.split_once('.').unwrap_or((&plain, ""));
    let mut out = String::with_capacity(plain.len() + plain.len() / 3 + 4);
    if value < 0.0 && plain.bytes().any(|b| b.is_ascii_digit() && b != b'0') {
        out.push('−');
    }
    for (at, digit) in whole.chars().enumerate() {
        if at > 0 && (whole.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    if !fraction.is_empty() {
        out.push('.');
        out.push_str(fraction);
    }
    out
}

/// A fraction as a percentage: `0.601` with 1 decimal is `60.1 %`.
pub fn format_percent(fraction: f64, decimals: u8) -> String {
    if !fraction.is_finite() {
        return "–".to_owned();
    }
    format!("{} %", format_number(fraction * 100.0, decimals))
}

/// A change with its sign: `+355 %`, `−80 %`, `0 %`.
pub(crate) fn format_change(fraction: f64) -> String {
    let decimals = if fraction.abs() < 0.0995 { 1 } else { 0 };
    let text = format_percent(fraction, decimals);
    match fraction > 0.0 && text.bytes().any(|b| (b'1'..=b'9').contains(&b)) {
        true => format!("+{text}"),
        false => text,
    }
}

/// How values of a unit are shown on an axis: divided, and under which name.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Scale {
    /// What a value is divided by before it is shown.
    pub(crate) divisor: f64,
    /// The unit of the divided value: `EUR M`.
    pub(crate) label: String,
}

impl Scale {
    /// The scale in which values of about `magnitude` are short to read.
    pub(crate) fn new(unit: &str, magnitude: f64) -> Self {
        let unit = unit.trim();
        let scalable = !unit.is_empty() && unit.chars().all(char::is_alphanumeric);
        let (divisor, short, long) = match magnitude.abs() {
            m if m >= 1e9 => (1e9, "bn", "billion"),
            m if m >= 1e6 => (1e6, "M", "million"),
            m if m >= 1e4 => (1e3, "thousand", "thousand"),
            _ => (1.0, "", ""),
        };
        if !scalable || divisor == 1.0 {
            return Self { divisor: 1.0, label: unit.to_owned() };
        }
        let currency = unit.len() == 3 && unit.bytes().all(|b| b.is_ascii_uppercase());
        let label = match currency {
            true => format!("{unit} {short}"),
            false => format!("{long} {unit}"),
        };
        Self { divisor, label }
    }

    /// A value with its unit: `EUR 12.5 M`, `12.5 million kg`, `12.5 %`.
    pub(crate) fn with_unit(&self, value: f64) -> String {
        let value = value / self.divisor;
        let number = format_number(value, short_decimals(value));
        let mut words = self.label.splitn(2, ' ');
        match (words.next().unwrap_or(""), words.next()) {
            (currency, Some(scale)) if currency.len() == 3 && is_upper(currency) => {
                format!("{currency} {number} {scale}")
            }
            (currency, None) if currency.len() == 3 && is_upper(currency) => {
                format!("{currency} {number}")
            }
            _ => format!("{number} {}", self.label).trim_end().to_owned(),
        }
    }
}

fn is_upper(word: &str) -> bool {
    word.bytes().all(|b| b.is_ascii_uppercase())
}

/// Decimals that give about three significant digits.
pub(crate) fn short_decimals(value: f64) -> u8 {
    match value.abs() {
        v if v == 0.0 || v >= 100.0 => 0,
        v if v >= 10.0 => 1,
        v if v >= 0.1 => 2,
        _ => 4,
    }
}

/// Round marks on an axis.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Ticks {
    /// Where the marks are; the first and the last bound the axis.
    pub(crate) at: Vec<f64>,
    /// How many decimals their labels need.
    pub(crate) decimals: u8,
}

impl Ticks {
    /// Marks 1, 2 or 5 times a power of ten apart, about `wanted` of them (at most
    /// half as many again), that
    /// enclose `low` to `high`.
    pub(crate) fn linear(low: f64, high: f64, wanted: u8) -> Self {
        let high = if high > low { high } else { low + 1.0 };
        let least = (high - low) / (f64::from(wanted.max(1)) * 1.5);
        let power = 10f64.powf(least.log10().floor());
        let steps = [1.0, 2.0, 5.0, 10.0].map(|m| m * power);
        let step = steps.into_iter().find(|s| *s >= least * 0.999).unwrap_or(10.0 * power);
        let first = (low / step + 1e-9).floor();
        let last = (high / step - 1e-9).ceil();
        let mut at = Vec::new();
        let mut index = first;
        while index <= last && at.len() < 64 {
            at.push(index * step);
            index += 1.0;
        }
        let decimals = (-(step.log10() + 1e-9).floor()).clamp(0.0, 9.0) as u8;
        Self { at, decimals }
    }

    /// The lowest and the highest mark.
    pub(crate) fn bounds(&self) -> (f64, f64) {
        (self.at.first().copied().unwrap_or(0.0), self.at.last().copied().unwrap_or(1.0))
    }
}

/// Marks on a logarithmic axis within `low` to `high` (both above zero): 1, 2 and
/// 5 in each decade, or the decades alone when there are many.
pub(crate) fn log_ticks(low: f64, high: f64) -> Vec<f64> {
    let decades = (high / low).log10();
    let steps: &[f64] = if decades > 2.2 { &[1.0] } else { &[1.0, 2.0, 5.0] };
    let mut all = Vec::new();
    let mut exponent = low.log10().floor() as i32 - 1;
    while exponent <= high.log10().ceil() as i32 + 1 {
        all.extend(steps.iter().map(|s| s * 10f64.powi(exponent)));
        exponent += 1;
    }
    all.retain(|tick| (low * 0.999_999..=high * 1.000_001).contains(tick));
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands() {
        assert_eq!(format_number(2068.85, 2), "2,068.85");
        assert_eq!(format_number(1234567.0, 0), "1,234,567");
        assert_eq!(format_number(-1234.5, 1), "−1,234.5");
        assert_eq!(format_number(-0.001, 2), "0.00");
        assert_eq!(format_number(999.0, 0), "999");
        assert_eq!(format_number(f64::NAN, 0), "–");
    }

    #[test]
    fn percent_and_change() {
        assert_eq!(format_percent(0.601, 1), "60.1 %");
        assert_eq!(format_percent(f64::INFINITY, 1), "–");
        assert_eq!(format_change(405.51 / 2068.85 - 1.0), "−80 %");
        assert_eq!(format_change(13.75 / 3.02 - 1.0), "+355 %");
        assert_eq!(format_change(0.0), "0.0 %");
    }

    #[test]
    fn scales() {
        assert_eq!(Scale::new("EUR", 2.5e8).label, "EUR M");
        assert_eq!(Scale::new("kg", 2.5e8).label, "million kg");
        assert_eq!(Scale::new("EUR M", 2.5e8).divisor, 1.0);
        assert_eq!(Scale::new("%", 2.5e8).label, "%");
        assert_eq!(Scale::new("EUR", 2.5e8).with_unit(1.25e7), "EUR 12.5 M");
        assert_eq!(Scale::new("kg", 10.0).with_unit(3.0), "3.00 kg");
    }

    #[test]
    fn nice_steps() {
        assert_eq!(Ticks::linear(0.0, 93.0, 5).at, [0.0, 20.0, 40.0, 60.0, 80.0, 100.0]);
        assert_eq!(Ticks::linear(0.0, 0.0, 5).decimals, 1);
        assert_eq!(Ticks::linear(-3.0, 9.0, 4).at[..2], [-4.0, -2.0]);
        assert_eq!(log_ticks(3.02, 2068.85), [10.0, 100.0, 1000.0]);
        assert_eq!(log_ticks(3.0, 30.0), [5.0, 10.0, 20.0]);
    }
}
