//! The European Central Bank's monthly rates as a rates file: month, currency, US dollars a unit.
//!
//! The ECB says how much of a currency one euro buys; a rates file says how many dollars one
//! unit buys. The rate of the euro itself is thus the ECB's for the dollar, that of another
//! currency the dollar's divided by its own.

use crate::failure::{Exit, Failure};
use std::collections::BTreeMap;
use std::fmt::Write;

/// From `KEY,FREQ,CURRENCY,…,TIME_PERIOD,OBS_VALUE,…` (the API's `csvdata`) to a rates file.
///
/// # Errors
/// Where columns are missing, or the dollar is.
pub fn rates(text: &str) -> Result<String, Failure> {
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(text.as_bytes());
    let header = reader.headers().cloned().unwrap_or_default();
    let column = |name: &str| header.iter().position(|h| h.trim() == name);
    let (Some(currency), Some(month), Some(value)) =
        (column("CURRENCY"), column("TIME_PERIOD"), column("OBS_VALUE"))
    else {
        return Err(unreadable("it lacks one of CURRENCY, TIME_PERIOD and OBS_VALUE"));
    };
    let mut by_month: BTreeMap<String, BTreeMap<String, f64>> = BTreeMap::new();
    for record in reader.records().flatten() {
        let cell = |at: usize| record.get(at).unwrap_or_default().trim();
        // Where the ECB has no rate the value is empty or NaN.
        let rate = cell(value).parse::<f64>().ok().filter(|r| r.is_finite() && *r > 0.0);
        if let Some(rate) = rate {
            let month = by_month.entry(cell(month).to_owned()).or_default();
            month.insert(cell(currency).to_owned(), rate);
        }
    }
    let mut out = String::from("month,currency,usd_per_unit\n");
    for (month, rates) in &by_month {
        let Some(dollars) = rates.get("USD") else { continue };
        let _ = writeln!(out, "{month},EUR,{dollars}");
        for (currency, rate) in rates.iter().filter(|(currency, _)| *currency != "USD") {
            // More digits than the ECB gives would only look exact.
            let _ = writeln!(out, "{month},{currency},{:.8}", dollars / rate);
        }
    }
    if out.lines().count() < 2 {
        return Err(unreadable("no month has a rate of the dollar"));
    }
    Ok(out)
}

fn unreadable(why: &str) -> Failure {
    Failure {
        exit: Exit::Failed,
        code: "fetch-layout-changed",
        message: format!("the ECB's rates cannot be read: {why}"),
        hint: "USD must be among --set currency=; else look at the kept file".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use plimsoll_terms::fx;

    #[test]
    fn rates_of_the_dollar() {
        let text = "KEY,FREQ,CURRENCY,CURRENCY_DENOM,EXR_TYPE,EXR_SUFFIX,TIME_PERIOD,OBS_VALUE\n\
            EXR.M.CNY.EUR.SP00.A,M,CNY,EUR,SP00,A,2023-10,8.0\n\
            EXR.M.USD.EUR.SP00.A,M,USD,EUR,SP00,A,2023-10,1.25\n\
            EXR.M.CNY.EUR.SP00.A,M,CNY,EUR,SP00,A,2023-11,NaN\n";
        let made = rates(text).unwrap();
        assert_eq!(made, "month,currency,usd_per_unit\n2023-10,EUR,1.25\n2023-10,CNY,0.15625000\n");
        let (read, problems) = fx::parse_rates(&made);
        assert!(problems.is_empty(), "{problems:?}");
        let october = plimsoll_terms::period::Period::parse("2023-10").unwrap().first();
        assert_eq!(read.usd_per_unit("CNY", october, october), Some(0.15625));
        assert!(rates("a,b\n1,2\n").is_err());
        assert!(rates("CURRENCY,TIME_PERIOD,OBS_VALUE\nCNY,2023-10,8\n").is_err());
    }
}
