//! What does the US Consolidated Screening List say as JSON?
//!
//! One object with the entries under `results`, as the service's file `consolidated.json` and the
//! answers of its search have it. The same content as the table; what an entry becomes is in
//! `csl`. An answer of the search that holds a page of many is not the list.
//!
//! Not yet met in a real file: members from public programs that read it.

use crate::scratch::Room;
use plimsoll_terms::problem::Problem;
use serde_json::{Map, Value};

use super::csl::{self, Entry, Id, LISTS, Lists, TEXTS};
use super::csl_csv::{address, parts};
use super::json::{self, text, values};
use super::unread::Unread;
use super::{FileCount, ListError, ListFile, ListSource, Parsed, Problems, Sureness, intake, ofac};

/// The US Consolidated Screening List as JSON.
#[derive(Clone, Copy, Debug)]
pub struct CslJson;

const LAYOUT: &str = "csl-json";

/// Members of an address; the country stands apart.
const ADDRESS: [&str; 5] = ["address", "city", "state", "postal_code", "country"];
/// Members of a number.
const ID: [&str; 5] = ["type", "number", "country", "issue_date", "expiration_date"];

impl ListSource for CslJson {
    fn id(&self) -> &'static str {
        LAYOUT
    }

    fn title(&self) -> &'static str {
        "US Consolidated Screening List, JSON"
    }

    fn publisher(&self) -> &'static str {
        csl::PUBLISHER
    }

    fn licence(&self) -> &'static str {
        ofac::LICENCE
    }

    fn url(&self) -> &'static str {
        csl::URL
    }

    fn recognise(&self, file: &ListFile<'_>) -> Sureness {
        let head = intake::head(file);
        let head = head.trim_start_matches('\u{feff}').trim_start();
        let has = |name: &str| head.contains(&format!("\"{name}\""));
        let all = ["results", "source", "alt_names", "federal_register_notice"];
        if head.starts_with('{') && all.iter().all(|name| has(name)) { 95 } else { 0 }
    }

    fn read(&self, files: &[ListFile<'_>], room: &Room) -> Result<Parsed, ListError> {
        let mut parsed = Parsed::new(room);
        let mut lists = Lists::new(room);
        for (number, file) in (0_u16..).zip(files) {
            read_file(file, number, room, &mut lists, &mut parsed)?;
        }
        parsed.problems.sort();
        lists.finish(&mut parsed);
        Ok(parsed)
    }

    fn example(&self) -> (&'static str, &'static str) {
        ("consolidated.json", EXAMPLE)
    }
}

/// Made up, as everything in it.
const EXAMPLE: &str = r#"{"total":3,"sources_used":[],"results":[
{"id":"a1","source":"Entity List (EL) - Bureau of Industry and Security","entity_number":null,
"name":"Example Pump Works","addresses":[{"address":"1 Sample Road","city":"Sampletown","state":null,
"postal_code":null,"country":"NO"}],"federal_register_notice":"99 FR 1","start_date":"2001-02-03",
"license_requirement":"For all sample items.","alt_names":["EPW","Example Works"]},
{"id":"a2","source":"Entity List (EL) - Bureau of Industry and Security","name":"Address 01",
"addresses":[{"address":"Flat 1, 2/F Sample House, 34 Made Up Street","city":"Sampletown","country":"HK"}],
"federal_register_notice":"99 FR 2","alt_names":[]},
{"id":"900002","source":"Specially Designated Nationals (SDN) - Treasury Department","entity_number":900002,
"type":"Individual","programs":["TEST-EO1"],"name":"SAMPLE, Jane","addresses":[],
"federal_register_notice":null,"alt_names":[],"dates_of_birth":["circa 1961"],"nationalities":["NO"],
"ids":[{"type":"Passport","number":"X0000001","country":"NO","issue_date":null,"expiration_date":null}]}
]}
"#;

fn read_file(
    file: &ListFile<'_>,
    number: u16,
    room: &Room,
    lists: &mut Lists,
    parsed: &mut Parsed,
) -> Result<(), ListError> {
    let name = || file.name.to_owned();
    let (text, odd) = intake::decode(file.bytes);
    let mut count = FileCount::default();
    let mut problems = Problems::new(room);
    problems.extend(odd);
    let mut unread = Unread::default();
    let known: Vec<&str> = TEXTS
        .iter()
        .chain(&LISTS)
        .chain(&["id", "addresses", "ids"])
        .chain(&csl::PASSED_OVER)
        .copied()
        .collect();
    let rest = json::each(&text, "results", file, LAYOUT, room, &mut |record| {
        count.rows_in += 1;
        unread.members(&record.value, &known, record.line);
        for (name, known) in [("addresses", &ADDRESS[..]), ("ids", &ID)] {
            for object in values(record.value.get(name)).iter().filter_map(Value::as_object) {
                unread.members(object, known, record.line);
            }
        }
        let entry = entry_of(&record.value, record.line);
        if entry.is_empty() {
            count.rows_set_aside += 1;
            let shown = format!("{} {}", entry.text("source"), entry.text("_id"));
            let hint = "an entry without a name cannot be screened";
            problems.push(Problem::new("name-missing", record.line.into(), &shown, hint));
            return;
        }
        count.rows_loaded += 1;
        problems.extend(lists.add(&entry, number));
    })?;
    count.rows_in += rest.problems.len() as u64;
    count.rows_set_aside += rest.problems.len() as u64;
    let total = rest.members.get("total").and_then(Value::as_u64);
    if let Some(total) = total.filter(|total| *total > count.rows_in) {
        let detail = format!("it says that there are {total} entries, and holds {}", count.rows_in);
        return Err(ListError::Cut { file: name(), detail });
    }
    if count.rows_loaded == 0 {
        return Err(ListError::Empty { file: name(), layout: LAYOUT });
    }
    problems.extend(unread.judge(&[&["alt_names"]], file, LAYOUT)?);
    parsed.problems.append_of(number, rest.problems);
    parsed.problems.append_of(number, problems);
    parsed.counts.push(count);
    Ok(())
}

fn entry_of(record: &Map<String, Value>, line: u32) -> Entry {
    // What is `_id` in the table is `id` here.
    let one = |name: &str| match text(record.get(name)) {
        found if found.is_empty() && name == "_id" => text(record.get("id")),
        found => found,
    };
    let several = |name: &str| -> Vec<String> {
        let all: Vec<String> = values(record.get(name)).iter().map(|v| text(Some(v))).collect();
        // The table has the same parts, divided in the same way.
        all.iter().flat_map(|text| parts(text)).map(str::to_owned).collect()
    };
    Entry {
        line,
        texts: TEXTS.iter().map(|name| (*name, one(name))).collect(),
        lists: LISTS.iter().map(|name| (*name, several(name))).collect(),
        addresses: values(record.get("addresses")).iter().flat_map(addresses).collect(),
        ids: values(record.get("ids")).iter().filter_map(id).collect(),
    }
}

/// The addresses of one object: where its text holds several, the last has the town and country.
fn addresses(value: &Value) -> Vec<(String, String)> {
    let Some(object) = value.as_object() else {
        return parts(&text(Some(value))).map(address).collect();
    };
    let whole: Vec<String> = ADDRESS[..4].iter().map(|name| text(object.get(*name))).collect();
    let whole: Vec<&str> =
        whole.iter().map(String::as_str).filter(|part| !part.is_empty()).collect();
    let whole = whole.join(", ");
    let country = text(object.get("country"));
    let mut all: Vec<&str> = parts(&whole).collect();
    let last = all.pop().unwrap_or("");
    let mut out: Vec<(String, String)> = all.into_iter().map(address).collect();
    out.push((last.to_owned(), country));
    out
}

fn id(value: &Value) -> Option<Id> {
    let Some(object) = value.as_object() else {
        let plain = text(Some(value));
        return (!plain.is_empty()).then_some(Id::Plain(plain));
    };
    let [label, value, country, issued, expires] = ID.map(|name| text(object.get(name)));
    let empty = label.is_empty() && value.is_empty();
    (!empty).then_some(Id::Labelled { label, value, country, issued, expires })
}

#[cfg(test)]
mod tests {
    use super::super::csl_csv::CslCsv;
    use super::super::intake::checks::{read, show, survives};
    use super::*;
    use crate::entity::Entity;
    use expect_test::expect;

    #[test]
    fn survives_everything() {
        survives(&CslJson);
    }

    #[test]
    fn example() {
        expect![[r#"
            csl-el | BIS Entity List, in the US Consolidated Screening List | 
            a1 Unknown line 2
              Primary: Example Pump Works @2
              Alias: EPW @2
              Alias: Example Works @2
              at 1 Sample Road, Sampletown, NO [NO]
              remark License requirement: For all sample items.
              reference 99 FR 1
              listed 2001-02-03 
            a2 Address line 6
              Primary: Flat 1, 2/F Sample House, 34 Made Up Street, Sampletown, HK @6
              at Flat 1, 2/F Sample House, 34 Made Up Street, Sampletown, HK [HK]
              remark Listed as Address 01
              reference 99 FR 2
            csl-sdn | Specially Designated Nationals, in the US Consolidated Screening List | 
            900002 Person line 9
              Primary: SAMPLE, Jane @9
              Passport X0000001 [Passport] NO
              Birth 1961..1961 circa
              country NO
              programme TEST-EO1
            rows 3 = 3 + 0
        "#]]
        .assert_eq(&show(&read(&CslJson, EXAMPLE).unwrap()));
    }

    /// The same made-up entries in both layouts give the same entities, but for their lines.
    #[test]
    fn the_same_as_the_table() {
        let csv = "_id,source,entity_number,type,programs,name,title,addresses,federal_register_notice,\
            start_date,end_date,standard_order,license_requirement,license_policy,call_sign,vessel_type,\
            gross_tonnage,gross_registered_tonnage,vessel_flag,vessel_owner,remarks,source_list_url,\
            alt_names,citizenships,dates_of_birth,nationalities,places_of_birth,source_information_url,ids\n\
            b1,Entity List (EL) - Bureau of Industry and Security,,,,Example Pump Works,,\"1 Sample Road, \
            Sampletown, 0001, NO; 2 Sample Road, Oslo, NO; SE\",99 FR 1; 99 FR 3,2001-02-03,,,For all.,Denial.,,,,,,,\
            ,http://x.example,\"EPW; Example Works; and Sample Works\",,,,,,\n\
            b2,Entity List (EL) - Bureau of Industry and Security,,,,Address 01,,\"Flat 1, 34 Made Up Street, \
            Sampletown, HK\",99 FR 2,,,,,,,,,,,,,http://x.example,,,,,,,\n\
            b3,Denied Persons List (DPL) - Bureau of Industry and Security,,,,JANE SAMPLE,,\"3 ROAD, TOWN, TX, 00001\",\
            ,2003-06-19,2056-06-29,Y,,,,,,,,,FR NOTICE ADDED,http://x.example,,,,,,,\n\
            ,Specially Designated Nationals (SDN) - Treasury Department,900002,Individual,TEST-EO1; TEST-EO2,\
            \"SAMPLE, Jane\",Director,NO,,,,,,,,,,,,,Linked To: NOBODY.,http://x.example,,SE,circa 1961; 1962,NO,\
            \"Sampletown, Norway\",,\"Passport, X0000001, NO, 2001-01-01, 2011-01-01; Gender, Female; Sample Register No., 77\"\n\
            ,Specially Designated Nationals (SDN) - Treasury Department,900003,Vessel,TEST-EO1,MADE UP STAR,,,,,,,,,\
            XX01,Tug,2595,,Cuba,NOBODY,,http://x.example,,,,,,,\"Vessel Registration Identification, IMO 9074729\"\n";
        let json = r#"{"results":[
            {"id":"b1","source":"Entity List (EL) - Bureau of Industry and Security","name":"Example Pump Works","addresses":[
             {"address":"1 Sample Road","city":"Sampletown","state":null,"postal_code":"0001","country":"NO"},
             {"address":"2 Sample Road","city":"Oslo","country":"NO"},{"address":null,"city":null,"country":"SE"}],
             "federal_register_notice":"99 FR 1; 99 FR 3","start_date":"2001-02-03","license_requirement":"For all.",
             "license_policy":"Denial.","alt_names":["EPW","Example Works","and Sample Works"]},
            {"id":"b2","source":"Entity List (EL) - Bureau of Industry and Security","name":"Address 01","addresses":[
             {"address":"Flat 1, 34 Made Up Street","city":"Sampletown","country":"HK"}],"federal_register_notice":"99 FR 2"},
            {"id":"b3","source":"Denied Persons List (DPL) - Bureau of Industry and Security","name":"JANE SAMPLE","addresses":[
             {"address":"3 ROAD","city":"TOWN","state":"TX","postal_code":"00001","country":null}],"start_date":"2003-06-19",
             "end_date":"2056-06-29","standard_order":"Y","remarks":"FR NOTICE ADDED"},
            {"id":"x","source":"Specially Designated Nationals (SDN) - Treasury Department","entity_number":"900002","type":"Individual",
             "programs":["TEST-EO1","TEST-EO2"],"name":"SAMPLE, Jane","title":"Director","addresses":[{"country":"NO"}],
             "remarks":"Linked To: NOBODY.","alt_names":[],"citizenships":["SE"],"dates_of_birth":["circa 1961","1962"],
             "nationalities":["NO"],"places_of_birth":["Sampletown, Norway"],"ids":[
             {"type":"Passport","number":"X0000001","country":"NO","issue_date":"2001-01-01","expiration_date":"2011-01-01"},
             {"type":"Gender","number":"Female"},{"type":"Sample Register No.","number":"77"}]},
            {"source":"Specially Designated Nationals (SDN) - Treasury Department","entity_number":900003,"type":"Vessel",
             "programs":["TEST-EO1"],"name":"MADE UP STAR","call_sign":"XX01","vessel_type":"Tug","gross_tonnage":2595,
             "vessel_flag":"Cuba","vessel_owner":"NOBODY","ids":[{"type":"Vessel Registration Identification","number":"IMO 9074729"}]}
            ]}"#;
        let without_lines = |parsed: Parsed| -> Vec<(String, String, Entity)> {
            let editions = parsed.editions.into_iter();
            let mut all = Vec::new();
            for edition in editions {
                for mut entity in edition.entities {
                    entity.origin = Default::default();
                    entity.names.iter_mut().for_each(|name| name.origin = Default::default());
                    entity.addresses.iter_mut().for_each(|a| a.origin = Default::default());
                    entity.identifiers.iter_mut().for_each(|id| id.origin = Default::default());
                    entity.dates.iter_mut().for_each(|date| date.origin = Default::default());
                    all.push((edition.list.clone(), edition.title.clone(), entity));
                }
            }
            all
        };
        let table = CslCsv
            .read(&[ListFile { name: "c.csv", bytes: csv.as_bytes() }], &Room::default())
            .unwrap();
        let (table, found) = (without_lines(table), without_lines(read(&CslJson, json).unwrap()));
        assert_eq!(table.len(), 5);
        for (ours, theirs) in found.iter().zip(&table) {
            assert_eq!(ours, theirs);
        }
        assert_eq!(found.len(), table.len());
    }

    #[test]
    fn addresses_of_the_entity_list() {
        let entry = |name: &str, addresses: &str| {
            let text = format!(
                r#"{{"results":[{{"id":"1","source":"Entity List (EL) - BIS","name":"{name}","addresses":{addresses}}}]}}"#
            );
            let parsed = read(&CslJson, &text).ok()?;
            let entity = parsed.editions[0].entities.to_vec().remove(0);
            Some(format!("{:?} {} {:?}", entity.kind, entity.names[0].text, entity.remarks))
        };
        let at = r#"[{"address":"Flat 1, 34 Made Up Street","city":"Sampletown","country":"HK"}]"#;
        let whole = "Flat 1, 34 Made Up Street, Sampletown, HK";
        for (name, addresses, want) in [
            ("Address 01", at, format!("Address {whole} [\"Listed as Address 01\"]")),
            ("Address No. 7:", at, format!("Address {whole} [\"Listed as Address No. 7:\"]")),
            ("ADDRESS-3", at, format!("Address {whole} [\"Listed as ADDRESS-3\"]")),
            (
                "Address 02, 5 Sample Road, Oslo",
                "[]",
                "Address 5 Sample Road, Oslo [\"Listed as Address 02, 5 Sample Road, Oslo\"]"
                    .into(),
            ),
            (
                "34 Made Up Street, Sampletown",
                at,
                format!("Address {whole} [\"Listed as 34 Made Up Street, Sampletown\"]"),
            ),
            ("", at, format!("Address {whole} []")),
            ("Address 01", "[]", "Unknown Address 01 []".into()),
            ("Addressing 01 Ltd", at, "Unknown Addressing 01 Ltd []".into()),
            ("Address 1st Trading", at, "Unknown Address 1st Trading []".into()),
            (
                "Made Up Street Sampletown Trading",
                at,
                "Unknown Made Up Street Sampletown Trading []".into(),
            ),
        ] {
            assert_eq!(entry(name, addresses).unwrap_or_default(), want, "{name}");
        }
        assert_eq!(entry("", r#"[{"country":"HK"}]"#), None);
    }

    #[test]
    fn refusals() {
        for (text, want) in [
            (
                r#"{"total":9,"results":[{"source":"X (EL)","name":"A"}]}"#,
                "consolidated.json is cut: it says that there are 9 entries, and holds 1",
            ),
            (&EXAMPLE[..900], "consolidated.json is cut: line 9 ends inside a record"),
            (r#"{"results":[]}"#, "consolidated.json holds no entry of csl-json"),
            (
                r#"{"results":[{"name":"A"} "x"]}"#,
                "consolidated.json cannot be read as csl-json: line 1: a comma or the end of the array should stand here",
            ),
        ] {
            assert_eq!(read(&CslJson, text).unwrap_err().to_string(), want);
        }
    }
}
