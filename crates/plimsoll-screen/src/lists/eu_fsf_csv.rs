//! What does the EU's consolidated list say as CSV (Financial Sanctions Files 1.0 and 1.1)?
//!
//! Separated by semicolons; each row is one name, address, birth, identification or citizenship of
//! an entry, and holds the columns of all. From the publisher's headers as others read them; not
//! yet met on a real file. Both versions are known by their columns: `Naal_wholename` of 1.0 is
//! `NameAlias_WholeName` of 1.1. Not read: the acts of single names and addresses, languages.

use super::columns::{Groups, Needed, Sheet, set_aside};
use super::eu_fsf::{self, BirthFacts, IdFacts, NameFacts, Party};
use super::intake::{self, Draft, Field, FileResult, Row};
use super::unread::Unread;
use super::{ListEdition, ListError, ListFile, ListSource, Parsed, Sureness, dates};
use crate::entity::Origin;
use crate::scratch::Room;

/// The layout `eu-fsf-csv`.
#[derive(Clone, Copy, Debug, Default)]
pub struct EuFsfCsv;

const ID: &str = "eu-fsf-csv";

const NEEDED: &[Needed] = &[&["entitylogicalid"], &["namealiaswholename", "naalwholename"]];

impl ListSource for EuFsfCsv {
    fn id(&self) -> &'static str {
        ID
    }
    fn title(&self) -> &'static str {
        "EU consolidated list (FSF), CSV 1.0 and 1.1"
    }
    fn publisher(&self) -> &'static str {
        eu_fsf::PUBLISHER
    }
    fn licence(&self) -> &'static str {
        eu_fsf::LICENCE
    }
    fn url(&self) -> &'static str {
        eu_fsf::URL
    }

    fn recognise(&self, file: &ListFile<'_>) -> Sureness {
        if Sheet::begins(file, b';', NEEDED) { 100 } else { 0 }
    }

    fn read(&self, files: &[ListFile<'_>], room: &Room) -> Result<Parsed, ListError> {
        intake::read_each(files, ID, room, read)
    }

    fn example(&self) -> (&'static str, &'static str) {
        ("20260213-FULL-1_1.csv", EXAMPLE)
    }
}

/// Made up, as everything in it.
const EXAMPLE: &str = "\
fileGenerationDate;Entity_LogicalId;Entity_EU_ReferenceNumber;Entity_DesignationDate;Entity_Remark;\
Entity_SubjectType;Entity_SubjectType_ClassificationCode;Entity_Regulation_NumberTitle;\
Entity_Regulation_Programme;NameAlias_LastName;NameAlias_FirstName;NameAlias_WholeName;\
NameAlias_Gender;NameAlias_Function;NameAlias_Remark;Address_City;Address_Street;\
Address_CountryIso2Code;Address_CountryDescription;BirthDate_BirthDate;BirthDate_Year;\
BirthDate_City;BirthDate_CountryDescription;Identification_Number;Identification_TypeCode;\
Identification_TypeDescription;Identification_CountryIso2Code;Citizenship_CountryDescription
13/02/2026;990001;EU.9.1;2025-02-03;Made up.;P;person;9999/99 (OJ L1);UTO;Mpleson;Exa;Exa Mpleson;M;\
Tester;;;;;;;;;;;;;;
13/02/2026;990001;EU.9.1;2025-02-03;Made up.;P;person;9999/99 (OJ L1);UTO;;;Экса Мплесон;;;;;;;;;;;;;;;;
13/02/2026;990001;EU.9.1;2025-02-03;Made up.;P;person;9999/99 (OJ L1);UTO;;;Ex;;;Low quality alias;\
;;;;;;;;;;;;
13/02/2026;990001;EU.9.1;2025-02-03;Made up.;P;person;9999/99 (OJ L1);UTO;;;;;;;Sampletown;\
1 Sample Road;00;UNKNOWN;;1961;Sampletown;UTOPIA;X0000001;passport;National passport;UT;UTOPIA
13/02/2026;990002;EU.9.2;;IMO number: 9074729;E;enterprise;9999/99 (OJ L1);UTO;;;MADE UP;;;;;;;;;;;;;;;;
";

fn read(number: u16, file: &ListFile<'_>, room: &Room) -> Result<FileResult, ListError> {
    let (text, odd) = intake::decode(file.bytes);
    let sheet = Sheet::open(&text, b';', NEEDED, file, ID)?;
    let mut result = FileResult::new(room, odd);
    let mut groups = Groups::new(room);
    let mut published = String::new();
    for row in sheet.rows() {
        let row = &row?;
        result.count.rows_in += 1;
        let id = sheet.cell(row, &["entitylogicalid"]);
        let refused = sheet.refuse(row).or_else(|| {
            let hint = "the row has no logical id, so that it is not known whose it is";
            (!id.chars().any(char::is_alphanumeric)).then(|| set_aside("no-id", row, hint))
        });
        if let Some(problem) = refused {
            result.count.rows_set_aside += 1;
            result.problems.push(problem);
            continue;
        }
        if published.is_empty() {
            let day = sheet.cell(row, &["filegenerationdate", "datefile"]);
            published = dates::day_first(&day).unwrap_or_default();
        }
        let origin = Origin { file: number, line: row.line };
        let code = sheet.cell(
            row,
            &["entitysubjecttypeclassificationcode", "entitysubjecttype", "subjecttype"],
        );
        let make = || Draft::new(id.clone(), eu_fsf::kind_of(&code), origin);
        let draft = groups.draft(&id, row.line, make);
        add(&sheet, row, &mut Party { draft, origin, problems: &mut result.problems });
    }
    let entities = groups.finish(room, &mut result);
    let unread = Unread::of_sheet(&sheet).without(eu_fsf::is_passed_over);
    result.problems.extend(unread.judge(&[], file, ID)?);
    let (list, title) = (eu_fsf::LIST.to_owned(), eu_fsf::TITLE.to_owned());
    result.editions = vec![ListEdition { list, title, published, entities }];
    Ok(result)
}

fn add(sheet: &Sheet<'_>, row: &Row, party: &mut Party<'_>) {
    let cell = |names: &[&str]| sheet.cell(row, names);
    party.name(&NameFacts {
        whole: cell(&["namealiaswholename", "naalwholename"]),
        parts: [
            cell(&["namealiasfirstname", "naalfirstname"]),
            cell(&["namealiasmiddlename", "naalmiddlename"]),
            cell(&["namealiaslastname", "naallastname"]),
        ],
        strong: cell(&["namealiasstrong", "naalstrong"]),
        remark: cell(&["namealiasremark", "naalremark"]),
        gender: cell(&["namealiasgender", "naalgender"]),
        title: cell(&["namealiastitle", "naaltitle"]),
        function: cell(&["namealiasfunction", "naalfunction"]),
    });
    place_and_birth(sheet, row, party);
    party.identification(&IdFacts {
        number: cell(&["identificationnumber", "idennumber"]),
        latin_number: cell(&["identificationlatinnumber"]),
        code: cell(&["identificationtypecode", "identype"]),
        description: cell(&["identificationtypedescription"]),
        country: cell(&[
            "identificationcountrydescription",
            "identificationcountryiso2code",
            "idencountry",
        ]),
        remark: cell(&["identificationremark", "idenremark"]),
        name_on_document: cell(&["identificationnameondocument"]),
    });
    party.citizenship(&cell(&["citizenshipcountrydescription", "citicountry"]));
    party.remark(&cell(&["entityremark"]));
    for heading in [
        "entitydesignationdetails",
        "addressremark",
        "addresscontactinfo",
        "birthdateremark",
        "citizenshipremark",
    ] {
        party.draft.fact(Field::Remark, &cell(&[heading]));
    }
    party.regulation(
        &cell(&["entityregulationprogramme", "programme"]),
        &cell(&["entityregulationnumbertitle", "lebanumtitle", "legnumtitle"]),
        &cell(&["entityregulationpublicationurl", "lebaurl", "legurl"]),
    );
    for names in
        [&["entityeureferencenumber", "eurefnum"][..], &["entityunitednationid", "unitednationid"]]
    {
        party.draft.fact(Field::Reference, &cell(names));
    }
    party.listed(&cell(&["entitydesignationdate"]));
    if party.draft.entity.listed.is_empty() {
        party.listed(&cell(&["lebapublicationdate", "legpublicationdate"]));
    }
}

/// Where a party is, and where and when it was born.
fn place_and_birth(sheet: &Sheet<'_>, row: &Row, party: &mut Party<'_>) {
    let cell = |names: &[&str]| sheet.cell(row, names);
    let address = [
        cell(&["addresspobox"]),
        cell(&["addrnumber"]),
        cell(&["addressstreet", "addrstreet"]),
        cell(&["addressplace"]),
        cell(&["addresszipcode", "addrzipcode"]),
        cell(&["addresscity", "addrcity"]),
        cell(&["addressregion", "addrother"]),
    ];
    party.address(&address, &cell(&["addresscountrydescription", "addrcountry"]));
    party.birth(&BirthFacts {
        day: cell(&["birthdatebirthdate", "birtdate"]),
        numbers: [cell(&["birthdateyear"]), cell(&["birthdatemonth"]), cell(&["birthdateday"])],
        years: [cell(&["birthdateyearrangefrom"]), cell(&["birthdateyearrangeto"])],
        circa: cell(&["birthdatecirca"]),
        place: vec![
            cell(&["birthdateplace", "birtplace", "birtplcae"]),
            cell(&["birthdatecity"]),
            cell(&["birthdateregion"]),
            cell(&["birthdatecountrydescription", "birtcountry"]),
        ],
    });
}

#[cfg(test)]
mod tests {
    use super::super::intake::checks::{holds, read, show, survives};
    use super::*;
    use expect_test::{Expect, expect};

    fn check(text: &str, want: Expect) {
        let shown = match read(&EuFsfCsv, text) {
            Ok(parsed) => {
                holds(&parsed);
                show(&parsed)
            }
            Err(error) => format!("{error}\n"),
        };
        want.assert_eq(&shown);
    }

    #[test]
    fn survives_everything() {
        survives(&EuFsfCsv);
    }

    #[test]
    fn version_1_1() {
        check(
            EXAMPLE,
            expect![[r#"
            eu-fsf | EU consolidated list of persons, groups and entities under financial sanctions | 2026-02-13
            990001 Person line 2
              Primary: Exa Mpleson @2
              OriginalScript: Экса Мплесон @3
              WeakAlias: Ex @4
              Passport X0000001 [National passport] UT
              Birth 1961..1961
              at 1 Sample Road, Sampletown []
              country UTOPIA
              born in Sampletown, UTOPIA
              programme UTO
              position Tester
              remark Made up.
              reference 9999/99 (OJ L1)
              reference EU.9.1
              listed 2025-02-03 male
            990002 Vessel line 6
              Primary: MADE UP @6
              Imo 9074729 [IMO number]  holds
              programme UTO
              remark IMO number: 9074729
              reference 9999/99 (OJ L1)
              reference EU.9.2
            rows 5 = 5 + 0
        "#]],
        );
    }

    #[test]
    fn version_1_0() {
        check(
            "\u{feff}Date_file;Entity_logical_id;Subject_type;Leba_numtitle;Leba_publication_date;Programme;\
             Naal_lastname;Naal_firstname;Naal_wholename;Naal_gender;Addr_number;Addr_street;Addr_city;\
             Addr_country;Birt_date;Birt_place;Birt_country;Iden_number;Iden_country;Citi_country;\
             EU_ref_num;Entity_logical_id\n\
             13/02/2026;990001;P;9999/99 (OJ L1);2025-02-03;UTO;Mpleson;Exa;;M;;;;;;;;;;;EU.9.1;990001\n\
             13/02/2026;990001;P;9999/99 (OJ L1);2025-02-03;UTO;;;;;1;Sample Road;Sampletown;UTO;\
             1961-05-20;Sampletown;UTO;X0000001 (passport);UTO;UTO;EU.9.1;990001\n\
             13/02/2026;;P;9999/99 (OJ L1);2025-02-03;UTO;;;NOBODY;;;;;;;;;;;;;\n",
            expect![[r#"
                eu-fsf | EU consolidated list of persons, groups and entities under financial sanctions | 2026-02-13
                990001 Person line 2
                  Primary: Exa Mpleson @2
                  Passport X0000001 [passport] UTO
                  Birth 1961-05-20..1961-05-20
                  at 1, Sample Road, Sampletown, UTO [UTO]
                  country UTO
                  born in Sampletown, UTO
                  programme UTO
                  reference 9999/99 (OJ L1)
                  reference EU.9.1
                  listed 2025-02-03 male
                problem 0 line 4: no-id "13/02/2026,,P,9999/99 (OJ L1),2025-02-03,UTO,,,NOBODY": the row has no logical id, so that it is not known whose it is
                rows 3 = 2 + 1
            "#]],
        );
    }
}
