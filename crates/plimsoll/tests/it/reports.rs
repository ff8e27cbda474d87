//! Report files, their bundles, and whether a bundle can be made again.

use crate::support::Desk;

const HEADER: &str = "simulated_world,reporter,flow,exporter,importer,hs_revision,hs_code,period,value_usd,net_weight_kg\n";
const REPORT: &str = "# Who sold\n\nIssued: 2024-01-31\n\nIn short.\n\n## Suppliers\n\n```plimsoll\nassess --importer RUS --goods 845710 --period 2023\n```\n\n```sql\n-- Rows of each supplier\nSELECT exporter, count(*) AS n FROM trade GROUP BY exporter ORDER BY exporter\n```\n";

fn world(value: u32) -> String {
    format!(
        "{HEADER}w,CHN,export,CHN,RUS,HS2022,845710,2023,{value},10\nw,DEU,export,DEU,RUS,HS2022,845710,2023,500,10\n"
    )
}

#[test]
fn a_bundle_is_made_again_byte_for_byte_until_a_source_changes() {
    let desk = Desk::new();
    let data = desk.file("w.csv", world(1000));
    desk.load(&[&data]);
    let report = desk.file("who.md", REPORT);
    let [one, two] = ["one", "two"].map(|name| desk.path(name).display().to_string());
    desk.run(&["report", &report, "--bundle", &one]).exits(0);
    desk.run(&["report", &report, "--bundle", &two]).exits(0);
    for name in [
        "page.html",
        "page.md",
        "page.json",
        "ro-crate-metadata.json",
        "data/table-01.csv",
        "sources.json",
    ] {
        let read = |folder: &str| std::fs::read(std::path::Path::new(folder).join(name)).unwrap();
        assert_eq!(read(&one), read(&two), "{name}");
    }
    let html = std::fs::read_to_string(std::path::Path::new(&one).join("page.html")).unwrap();
    assert!(html.contains("Who sold") && html.contains("Rows of each supplier"));
    let said = desk.run(&["reproduce", &one]).exits(0).out;
    assert!(said.contains("byte for byte"), "{said}");

    let data = desk.file("w.csv", world(2000));
    desk.run(&["load", "--replace", &data]).exits(0);
    let said = desk.run(&["reproduce", &one]).exits(1).out;
    assert!(
        said.contains("the source has changed") && said.contains("page.html: differs"),
        "{said}"
    );
    std::fs::write(std::path::Path::new(&two).join("page.md"), "touched").unwrap();
    let said = desk.run(&["reproduce", &two]).exits(1).out;
    assert!(said.contains("page.md: changed since the bundle was written"), "{said}");
}

#[test]
fn what_cannot_be_a_report_is_told() {
    let desk = Desk::new();
    let untitled = desk.file("a.md", "text");
    desk.run(&["report", &untitled]).exits(2).says(&["report-file"]);
    let other = desk.file("b.md", "# T\n\n```plimsoll\nload x.csv\n```\n");
    desk.run(&["report", &other]).exits(2).says(&["report-command"]);
    let folder = desk.file("c.txt", String::new());
    desk.run(&["reproduce", &folder]).exits(2).says(&["bundle-unreadable"]);
}

#[test]
fn the_report_on_the_eus_losses_stands_on_the_figures_that_ship() {
    let desk = Desk::new();
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/");
    desk.load(&[&format!("{root}data/eu_chpl_exports_monthly_2020_2022.csv")]);
    let report = format!("{root}../../docs/reports/eu-losses.md");
    let page = desk.path("page.html").display().to_string();
    desk.run(&["report", &report, "--page", &page]).exits(0);
    let html = std::fs::read_to_string(&page).unwrap();
    // The union reports as one, and is an exporter like any other.
    assert!(html.contains("Armenia, Kazakhstan, Kyrgyzstan gained at most"), "{html}");
}
