//! What does a row of OFSI's consolidated list say? The same row in CSV and in XML.
//!
//! One row for each name and address of a party, joined by `Group ID`. From the publisher's
//! formats of 2022 as others read them; the list was closed in 2026 in favour of the UK Sanctions
//! List, and editions of before are still asked for.

use super::columns::Groups;
use super::intake::{Draft, FileResult};
use super::uk::{self, Entry};
use crate::entity::{IdentifierKind, Origin};
use plimsoll_terms::problem::Problem;

/// Columns and elements that say nothing of a party.
pub(super) const PASSED_OVER: [&str; 5] =
    ["lastupdated", "id", "fullname", "nonlatinscripttype", "nonlatinscriptlanguage"];

/// One row: what stands under each heading.
pub(super) trait OfsiRow {
    /// The value under the first of these headings that is filled.
    fn get(&self, names: &[&str]) -> String;
    /// All filled values with their headings; they count as asked for by [`Self::ask`] alone.
    fn all(&self) -> Vec<(String, String)>;
    /// That the values under a heading were read.
    fn ask(&self, heading: &str);
}

/// Adds a row to its party.
pub(super) fn add(row: &dyn OfsiRow, origin: Origin, groups: &mut Groups, result: &mut FileResult) {
    let id = row.get(&["groupid"]);
    if id.is_empty() {
        let hint = "the row has no Group ID, so that it is not known whose it is";
        let name = row.get(&["name6"]);
        result.problems.push(Problem::new("no-id", origin.line.into(), &name, hint));
        result.count.rows_set_aside += 1;
        return;
    }
    let kind = uk::kind_of(&row.get(&["grouptype", "grouptypedescription"]));
    let draft = groups.draft(&id, origin.line, || Draft::new(id.clone(), kind, origin));
    let mut entry = Entry { draft, origin, problems: &mut result.problems };
    // Zeros stand for parts that a name does not have.
    let parts = ["name1", "name2", "name3", "name4", "name5", "name6"]
        .map(|name| Some(row.get(&[name])).filter(|part| part != "0").unwrap_or_default());
    let quality = row.get(&["aliasquality"]);
    entry.name(&parts, uk::name_kind(&row.get(&["aliastype"]), &quality));
    entry.original(&row.get(&["namenonlatinscript"]));
    let lines = ["address1", "address2", "address3", "address4", "address5", "address6"]
        .map(|name| row.get(&[name]));
    let code = row.get(&["postzipcode", "postcode"]);
    entry.address(&[&lines[..], &[code]].concat(), &row.get(&["country"]));
    entry.birth_place(
        &row.get(&["townofbirth", "individualtownofbirth"]),
        &row.get(&["countryofbirth", "individualcountryofbirth"]),
    );
    entry.document(
        IdentifierKind::Passport,
        &row.get(&["passportnumber", "individualpassportnumber"]),
        &row.get(&["passportdetails", "individualpassportdetails"]),
    );
    entry.document(
        IdentifierKind::NationalId,
        &row.get(&["nationalidentificationnumber", "individualninumber"]),
        &row.get(&["nationalidentificationdetails", "individualnidetails"]),
    );
    for (heading, value) in row.all() {
        if entry.fact(&heading, &value) {
            row.ask(&heading);
        }
    }
}
