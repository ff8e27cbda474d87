//! Where do publishers put their lists and statistics, and what must be said to get them? One
//! list, [`ALL`]; what is done with an address is in the modules below.
//!
//! Nothing here reads a publisher's file: what was fetched is handed to the same load as a file
//! that a person names. Nothing but this module uses the network.

pub mod cache;
pub mod comtrade;
pub mod content;
pub mod ecb;
pub mod gap;
pub mod http;
pub mod job;

use content::Kind;

/// A publication that can be fetched.
pub struct Source {
    /// Its name on the command line.
    pub id: &'static str,
    /// What it is.
    pub title: &'static str,
    /// Who publishes it.
    pub publisher: &'static str,
    /// The publisher's terms in a few words.
    pub licence: &'static str,
    /// How often the publisher renews it.
    pub cadence: &'static str,
    /// The beginning of all its addresses; `--base-url` puts another in its place.
    pub base: &'static str,
    /// Its files, which belong together.
    pub files: &'static [Address],
    /// What its addresses leave open.
    pub needs: &'static [Need],
    /// Where the addresses were read. None could be tried from where this was written.
    pub read_in: &'static str,
}

/// One file of a source.
pub struct Address {
    /// What follows the base, with `{name}` for what is left open.
    pub path: &'static str,
    /// What kind of content it has.
    pub kind: Kind,
}

/// Something that an address leaves open.
pub struct Need {
    /// Its name, as in `--set token=…` and `{token}`.
    pub name: &'static str,
    /// What it is.
    pub what: &'static str,
    /// What it is when nobody says it.
    pub default: Option<&'static str>,
    /// The environment variable that holds it: then it is secret, never printed and never stored.
    pub env: Option<&'static str>,
}

/// What a month in an address is called: `202310` and `2023-10`.
pub const MONTH: &str = "{month}";
/// The same with a hyphen.
pub const MONTH_DASHED: &str = "{month-}";

const fn file(path: &'static str, kind: Kind) -> Address {
    Address { path, kind }
}

const US_WORK: &str = "work of the US government, not protected by copyright in the US";

/// Where OFAC puts its files.
const OFAC: &str = "https://sanctionslistservice.ofac.treas.gov/api/PublicationPreview/exports";

const MONTHS: Need = Need {
    name: "month",
    what: "the months, as in --period 2023-10..2023-12",
    default: None,
    env: None,
};

const CENSUS_KEY: Need = Need {
    name: "key",
    what: "a free key of api.census.gov, for more than a few questions a day",
    default: Some(""),
    env: Some("CENSUS_API_KEY"),
};

/// Every source, in the order in which they are shown.
pub static ALL: &[Source] = &[
    Source {
        id: "comtrade",
        title: "UN Comtrade: what countries report of their trade, by HS code",
        publisher: "United Nations Statistics Division",
        licence: "UN Comtrade terms of use; redistribution needs a licence",
        cadence: "as countries report: months to two years late",
        base: "https://comtradeapi.un.org",
        files: &[],
        needs: &[Need {
            name: "key",
            what: "a free subscription key of comtradedeveloper.un.org; without one each answer \
                   has at most 500 records",
            default: Some(""),
            env: Some("COMTRADE_API_KEY"),
        }],
        read_in: "the UN's own package comtradeapicall",
    },
    Source {
        id: "comext",
        title: "Eurostat Comext: trade of the EU's members by CN code, one file a month",
        publisher: "Eurostat",
        licence: "reuse with the source named (CC BY 4.0)",
        cadence: "monthly, about seven weeks late",
        base: "https://ec.europa.eu/eurostat/api/dissemination",
        files: &[file(
            "/files?file=comext%2FCOMEXT_DATA%2FPRODUCTS%2Ffull_v2_{month}.7z",
            Kind::SevenZip,
        )],
        needs: &[MONTHS],
        read_in: "Eurostat's guide to the bulk download, and public code that uses it",
    },
    Source {
        id: "baci",
        title: "BACI: reconciled trade of all countries by HS code, one zip for each HS revision",
        publisher: "CEPII",
        licence: "Etalab 2.0",
        cadence: "yearly, in January",
        base: "https://www.cepii.fr/DATA_DOWNLOAD/baci/data",
        files: &[file("/BACI_{revision}_V{version}.zip", Kind::Zip)],
        needs: &[
            Need {
                name: "revision",
                what: "HS92, HS96, HS02, HS07, HS12, HS17 or HS22",
                default: Some("HS22"),
                env: None,
            },
            Need {
                name: "version",
                what: "the release, as in 202501",
                default: Some("202601"),
                env: None,
            },
        ],
        read_in: "public code that uses it",
    },
    Source {
        id: "census-exports",
        title: "US exports by HS code and country",
        publisher: "US Census Bureau",
        licence: US_WORK,
        cadence: "monthly, about five weeks late",
        base: "https://api.census.gov/data/timeseries/intltrade",
        files: &[file(
            "/exports/hs?get=E_COMMODITY,CTY_CODE,CTY_NAME,ALL_VAL_MO,QTY_1_MO,UNIT_QY1,DF,SUMMARY_LVL&COMM_LVL=HS6&time={month-}&key={key}",
            Kind::Json,
        )],
        needs: &[MONTHS, CENSUS_KEY],
        read_in: "the Bureau's guide to its international trade API",
    },
    Source {
        id: "census-imports",
        title: "US imports by HS code and country",
        publisher: "US Census Bureau",
        licence: US_WORK,
        cadence: "monthly, about five weeks late",
        base: "https://api.census.gov/data/timeseries/intltrade",
        files: &[file(
            "/imports/hs?get=I_COMMODITY,CTY_CODE,CTY_NAME,GEN_VAL_MO,GEN_QY1_MO,UNIT_QY1,SUMMARY_LVL&COMM_LVL=HS6&time={month-}&key={key}",
            Kind::Json,
        )],
        needs: &[MONTHS, CENSUS_KEY],
        read_in: "the Bureau's guide to its international trade API",
    },
    Source {
        id: "ecb",
        title: "Monthly reference rates of the euro, made into a rates file",
        publisher: "European Central Bank",
        licence: "free use with the source named",
        cadence: "monthly",
        base: "https://data-api.ecb.europa.eu/service/data",
        files: &[file("/EXR/M.{currency}.EUR.SP00.A?format=csvdata", Kind::Csv)],
        needs: &[Need {
            name: "currency",
            what: "codes joined by +; USD must be among them",
            default: Some("USD"),
            env: None,
        }],
        read_in: "the ECB's guide to its data API",
    },
    Source {
        id: "ofac",
        title: "OFAC: Specially Designated Nationals and the consolidated list, delimited files",
        publisher: "US Treasury, Office of Foreign Assets Control",
        licence: US_WORK,
        cadence: "several times a week",
        base: OFAC,
        files: &[
            file("/SDN.CSV", Kind::Csv),
            file("/ALT.CSV", Kind::Csv),
            file("/ADD.CSV", Kind::Csv),
            file("/SDN_COMMENTS.CSV", Kind::Csv),
            file("/CONS_PRIM.CSV", Kind::Csv),
            file("/CONS_ALT.CSV", Kind::Csv),
            file("/CONS_ADD.CSV", Kind::Csv),
            file("/CONS_COMMENTS.CSV", Kind::Csv),
        ],
        needs: &[],
        read_in: "public code that uses it (moov-io/watchman among others)",
    },
    Source {
        id: "ofac-xml",
        title: "OFAC: the same lists as XML",
        publisher: "US Treasury, Office of Foreign Assets Control",
        licence: US_WORK,
        cadence: "several times a week",
        base: OFAC,
        files: &[file("/SDN.XML", Kind::Xml), file("/CONSOLIDATED.XML", Kind::Xml)],
        needs: &[],
        read_in: "public code that uses it",
    },
    Source {
        id: "ofac-advanced",
        title: "OFAC: the same lists as advanced XML, which says most",
        publisher: "US Treasury, Office of Foreign Assets Control",
        licence: US_WORK,
        cadence: "several times a week",
        base: OFAC,
        files: &[file("/SDN_ADVANCED.XML", Kind::Xml), file("/CONS_ADVANCED.XML", Kind::Xml)],
        needs: &[],
        read_in: "public code that uses it",
    },
    Source {
        id: "csl",
        title: "US Consolidated Screening List: Entity List, Unverified List and others",
        publisher: "US International Trade Administration",
        licence: US_WORK,
        cadence: "daily",
        base: "https://data.trade.gov/downloadable_consolidated_screening_list/v1",
        files: &[file("/consolidated.csv", Kind::Csv)],
        needs: &[],
        read_in: "the Administration's page of the list, and public code that uses it",
    },
    Source {
        id: "csl-json",
        title: "US Consolidated Screening List as JSON",
        publisher: "US International Trade Administration",
        licence: US_WORK,
        cadence: "daily",
        base: "https://data.trade.gov/downloadable_consolidated_screening_list/v1",
        files: &[file("/consolidated.json", Kind::Json)],
        needs: &[],
        read_in: "the Administration's page of the list, and public code that uses it",
    },
    Source {
        id: "eu",
        title: "EU financial sanctions, consolidated list (XML 1.1)",
        publisher: "European Commission, FISMA",
        licence: "reuse with the source named (CC BY 4.0)",
        cadence: "after each change",
        base: "https://webgate.ec.europa.eu/fsd/fsf/public/files",
        files: &[file("/xmlFullSanctionsList_1_1/content?token={token}", Kind::Xml)],
        needs: &[Need {
            name: "token",
            what: "the token of your download link on webgate.ec.europa.eu/fsd/fsf (a free EU Login)",
            default: None,
            env: Some("EU_FSF_TOKEN"),
        }],
        read_in: "public code that uses it",
    },
    Source {
        id: "uk",
        title: "UK Sanctions List",
        publisher: "UK Foreign, Commonwealth and Development Office",
        licence: "Open Government Licence 3.0",
        cadence: "after each change",
        base: "https://sanctionslist.fcdo.gov.uk/docs",
        files: &[file("/UK-Sanctions-List.csv", Kind::Csv)],
        needs: &[],
        read_in: "public code that uses it",
    },
    Source {
        id: "un",
        title: "UN Security Council consolidated list",
        publisher: "United Nations Security Council",
        licence: "UN terms of use",
        cadence: "after each change",
        base: "https://scsanctions.un.org/resources/xml/en",
        files: &[file("/consolidated.xml", Kind::Xml)],
        needs: &[],
        read_in: "public code that uses it",
    },
    Source {
        id: "canada",
        title: "Consolidated Canadian autonomous sanctions list (SEMA and JVCFOA)",
        publisher: "Global Affairs Canada",
        licence: "Open Government Licence - Canada",
        cadence: "after each change",
        base: "https://www.international.gc.ca/world-monde/assets/office_docs/international_relations-relations_internationales/sanctions",
        files: &[file("/sema-lmes.xml", Kind::Xml)],
        needs: &[],
        read_in: "public code that uses it",
    },
    Source {
        id: "seco",
        title: "Swiss sanctions, whole list",
        publisher: "Switzerland, State Secretariat for Economic Affairs",
        licence: "free use with the source named",
        cadence: "after each change",
        base: "https://www.sesam.search.admin.ch/sesam-search-web/pages",
        files: &[file(
            "/downloadXmlGesamtliste.xhtml?lang=en&action=downloadXmlGesamtlisteAction",
            Kind::Xml,
        )],
        needs: &[],
        read_in: "public code that uses it",
    },
    Source {
        id: "dfat",
        title: "Australian consolidated list",
        publisher: "Australia, Department of Foreign Affairs and Trade",
        licence: "CC BY 4.0",
        cadence: "after each change",
        base: "https://www.dfat.gov.au/sites/default/files",
        files: &[file("/regulation8_consolidated.xlsx", Kind::Zip)],
        needs: &[],
        read_in: "public code that uses it; some found that it now leads to an .xls file",
    },
    Source {
        id: "opensanctions",
        title: "OpenSanctions: collections of lists as FollowTheMoney entities",
        publisher: "OpenSanctions",
        licence: "CC BY-NC 4.0; business use needs a licence of theirs",
        cadence: "several times a day",
        base: "https://data.opensanctions.org/datasets/latest",
        files: &[file("/{dataset}/{file}", Kind::Any)],
        needs: &[
            Need {
                name: "dataset",
                what: "the collection, as in sanctions, default or us_ofac_sdn",
                default: Some("sanctions"),
                env: None,
            },
            Need {
                name: "file",
                what: "entities.ftm.json, or targets.simple.csv",
                default: Some("entities.ftm.json"),
                env: None,
            },
        ],
        read_in: "OpenSanctions' page on bulk data",
    },
];

/// The source of this name.
pub fn by_id(id: &str) -> Option<&'static Source> {
    ALL.iter().find(|source| source.id == id)
}

impl Source {
    /// The environment variable that puts another base address in place of the publisher's.
    pub fn url_variable(&self) -> String {
        format!("PLIMSOLL_{}_URL", self.id.to_uppercase().replace('-', "_"))
    }

    /// What must or may be said, for tables.
    pub fn needs_text(&self) -> String {
        let text = |n: &Need| match (n.env, n.default) {
            (Some(env), Some(_)) => format!("{env}, where you have it"),
            (Some(env), None) => format!("{env} or --set {}=", n.name),
            (None, Some(default)) => format!("--set {}= ({default})", n.name),
            (None, None) => format!("--{}", if n.name == "month" { "period" } else { n.name }),
        };
        match self.needs {
            [] => "nothing".into(),
            needs => needs.iter().map(text).collect::<Vec<_>>().join("; "),
        }
    }

    /// The addresses as they are documented, for tables.
    pub fn addresses(&self) -> Vec<String> {
        if self.id == comtrade::ID {
            return comtrade::DOCUMENTED.iter().map(|p| format!("{}{p}", self.base)).collect();
        }
        self.files.iter().map(|f| format!("{}{}", self.base, f.path)).collect()
    }
}

/// The columns of the table of sources.
pub const COLUMNS: [&str; 7] =
    ["Source", "What", "Publisher", "Terms", "Renewed", "Needs", "Address read in"];

/// The row of a source in that table.
pub fn row(source: &Source) -> Vec<String> {
    let texts = [source.id, source.title, source.publisher, source.licence, source.cadence];
    let mut row: Vec<String> = texts.map(str::to_owned).into();
    row.push(source.needs_text());
    row.push(source.read_in.to_owned());
    row
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;
    use std::fmt::Write;

    /// The part of docs/fetch.md that comes from the list.
    fn page() -> String {
        let mut out = format!("| {} |\n|{}\n", COLUMNS.join(" | "), "---|".repeat(COLUMNS.len()));
        for source in ALL {
            let _ = writeln!(out, "| {} |", row(source).join(" | "));
        }
        out.push_str("\nAddresses:\n\n");
        for source in ALL {
            let _ = writeln!(out, "- **{}**", source.id);
            for address in source.addresses() {
                let _ = writeln!(out, "  - `{address}`");
            }
        }
        out
    }

    #[test]
    fn the_page_shows_the_list() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/fetch.md");
        let text = std::fs::read_to_string(path).unwrap();
        assert!(text.contains(&page()), "put this into docs/fetch.md:\n{}", page());
    }

    #[test]
    fn each_source_says_everything() {
        let mut seen = BTreeSet::new();
        for source in ALL {
            assert!(seen.insert(source.id), "{} stands twice", source.id);
            let texts = [source.title, source.publisher, source.licence, source.cadence];
            assert!(texts.iter().all(|t| !t.is_empty()), "{}", source.id);
            assert!(!source.read_in.is_empty() && !source.addresses().is_empty(), "{}", source.id);
            assert!(source.base.starts_with("https://") && !source.base.ends_with('/'));
            for file in source.files {
                assert!(file.path.starts_with('/'), "{}", file.path);
                // Everything that is left open can be said.
                for open in file.path.split('{').skip(1) {
                    let name = open.split('}').next().unwrap().trim_end_matches('-');
                    assert!(source.needs.iter().any(|n| n.name == name), "{}: {name}", source.id);
                }
            }
        }
    }
}
