//! Computes the figures that `plimsoll demo` ships, from the Eurostat file they rest on:
//!
//! ```sh
//! cargo run -p plimsoll --example demo_figures -- eu_exports_cn8_monthly_2020_2022.csv.gz \
//!     > crates/plimsoll/data/eu_chpl_exports_monthly_2020_2022.csv
//! ```
//!
//! One row for each month, destination and six-digit code: the exports of all member states
//! together, added up from their eight-digit products. Headings are not counted, since they
//! stand beside their own products. The codes are those of the Common High Priority List and
//! whatever stands for them in other revisions of the Harmonized System, so that a comparison
//! comes to the same result, and leaves out the same codes, as on the whole file. The same
//! file gives the same bytes.

use plimsoll_ingest::fact::Flow;
use plimsoll_ingest::formats::Said;
use plimsoll_ingest::load::{LoadOptions, load_file};
use plimsoll_ingest::scan::{Filter, Scanner, Symbols};
use plimsoll_ingest::store::{Store, Writer};
use plimsoll_monitor::concepts;
use plimsoll_monitor::money::Sum;
use plimsoll_terms::{fx::Rates, goods, place};
use std::collections::BTreeMap;
use std::error::Error;
use std::io::Write;
use std::path::Path;

/// The goods of the demo.
const GOODS: &str = "chpl@2024-02";
/// Digits of a product of the Combined Nomenclature.
const PRODUCT_DIGITS: usize = 8;

/// Month, destination, code.
type Key = (String, String, String);

fn main() -> Result<(), Box<dyn Error>> {
    let file = std::env::args_os().nth(1).ok_or("name the Eurostat file")?;
    let folder = tempfile::tempdir()?;
    load(folder.path(), Path::new(&file))?;
    let figures = figures(folder.path())?;
    let mut out = String::from("period,reporter,partner,product,flow,value_eur\n");
    for ((period, importer, code), sum) in &figures {
        let partner = place::by_code(importer).and_then(place::PlaceId::iso2).unwrap_or(importer);
        out.push_str(&format!("{period},EU27_2020,{partner},{code},export,{:.0}\n", sum.value()));
    }
    std::io::stdout().write_all(out.as_bytes())?;
    Ok(())
}

fn load(store: &Path, file: &Path) -> Result<(), Box<dyn Error>> {
    let options = LoadOptions {
        said: Said { flow: Some(Flow::Export), ..Said::default() },
        said_text: vec!["flow=export".into()],
        format: None,
        vintage: Some("2022-11".into()),
        today: "2022-11-30".into(),
        replace: false,
        rates: Rates::default(),
        threads: 2,
    };
    load_file(&mut Writer::open(store)?, file, &options, &|_| {})?;
    Ok(())
}

fn figures(store: &Path) -> Result<BTreeMap<Key, Sum>, Box<dyn Error>> {
    let goods = goods::resolve(GOODS, &[])?;
    let filter = Filter { codes: concepts::all_codes(&goods), ..Filter::default() };
    let mut symbols = Symbols::default();
    let mut figures: BTreeMap<Key, Sum> = BTreeMap::new();
    for row in Scanner::new(Store::open(store)?).rows(&filter, &mut symbols)? {
        if row.flow != Flow::Export || row.code.len() < PRODUCT_DIGITS {
            continue;
        }
        let importer = symbols.text(row.importer).to_owned();
        let key = (row.period.to_string(), importer, row.code.prefix(6).to_text());
        figures.entry(key).or_default().add(row.value);
    }
    Ok(figures)
}
