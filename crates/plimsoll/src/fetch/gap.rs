//! Which command would fetch what an answer lacks? Asked by `assess`, and by whoever else has to
//! say that the store cannot tell.

use plimsoll_monitor::question::BasisAsked;
use plimsoll_terms::period::{Month, Period};

/// Who publishes no figures of their own any more, and since when: their partners must be asked.
/// Russia's customs service has published none since those for January 2022.
const SILENT: [(&str, Month); 1] = [("RUS", Month::january(2022).plus(1))];

/// The `plimsoll fetch` command that would fill a gap: exports of the exporter, or of all, to the
/// importer (basis dispatch); else the importer's own imports, where it publishes them.
///
/// Places are codes joined by `+`; goods are as `--goods` takes them. `None` means all.
pub fn command_for(
    importer: Option<&str>,
    exporter: Option<&str>,
    goods: &str,
    period: &Period,
    basis: BasisAsked,
) -> String {
    let silent = importer.is_some_and(|i| {
        SILENT
            .iter()
            .any(|(code, since)| i.split('+').any(|i| i == *code) && period.last() >= *since)
    });
    let by_exporters = match basis {
        BasisAsked::Dispatch => true,
        BasisAsked::Origin => false,
        // All countries' exports are many questions, one country's imports are few.
        BasisAsked::Any => silent || importer.is_none(),
    };
    let place = |place: Option<&str>| place.unwrap_or("all").to_owned();
    let (reporter, partner, flow) = if by_exporters {
        (place(exporter), place(importer), "export")
    } else {
        (place(importer), place(exporter), "import")
    };
    let goods = if goods.chars().all(|c| c.is_ascii_alphanumeric() || "@:-_+,.".contains(c)) {
        goods.to_owned()
    } else {
        format!("\"{goods}\"")
    };
    format!(
        "plimsoll fetch comtrade --reporter {reporter} --partner {partner} --flow {flow} --goods {goods} --period {period}"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_fits_the_gap() {
        let command = |importer, exporter, period: &str, basis| {
            let period = Period::parse(period).unwrap();
            command_for(importer, exporter, "machine-tools", &period, basis)
        };
        assert_eq!(
            command(Some("RUS"), Some("CHN+HKG"), "2023-10..2023-12", BasisAsked::Any),
            "plimsoll fetch comtrade --reporter CHN+HKG --partner RUS --flow export --goods machine-tools --period 2023Q4"
        );
        // Before 2022 Russia reported itself.
        assert_eq!(
            command(Some("RUS"), None, "2020", BasisAsked::Any),
            "plimsoll fetch comtrade --reporter RUS --partner all --flow import --goods machine-tools --period 2020"
        );
        assert_eq!(
            command(Some("KGZ"), None, "2022", BasisAsked::Dispatch),
            "plimsoll fetch comtrade --reporter all --partner KGZ --flow export --goods machine-tools --period 2022"
        );
    }
}
