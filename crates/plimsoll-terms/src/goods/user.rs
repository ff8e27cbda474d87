//! Which goods does the user add? Groups written in TOML, and the table of
//! codes that the European Union listed with the day of listing. It takes texts
//! and never opens a file.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::{GoodsCode, GoodsError, GoodsGroup};
use crate::concord;
use crate::hs::{HsCode, HsRevision};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    group: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    name: String,
    #[serde(default)]
    version: Option<String>,
    #[serde(default)]
    revision: Option<String>,
    #[serde(default)]
    label: Option<String>,
    #[serde(default)]
    source: Option<String>,
    #[serde(default)]
    note: Option<String>,
    codes: Vec<Code>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Code {
    Plain(String),
    Detailed {
        code: String,
        label: Option<String>,
        listed: Option<String>,
        category: Option<String>,
    },
}

/// Reads groups from TOML:
///
/// ```toml
/// [[group]]
/// name = "my-list"
/// version = "2026-01"        # default "1"
/// revision = "HS2022"        # default HS2022
/// label = "Goods I watch"
/// source = "internal memo"
/// codes = ["854231", "8542", { code = "880730", label = "Drone parts", category = "air" }]
/// ```
///
/// # Errors
/// When it is no such TOML, a code is no code or does not exist in the
/// revision, or a name and version stand twice. The message names the group.
pub fn parse_user_groups(text: &str) -> Result<Vec<GoodsGroup>, GoodsError> {
    let file: File =
        toml::from_str(text).map_err(|error| GoodsError::File(format!("goods file: {error}")))?;
    let mut groups: Vec<GoodsGroup> = Vec::new();
    for entry in file.group {
        let group = read_group(entry)?;
        if groups
            .iter()
            .any(|g| g.name.eq_ignore_ascii_case(&group.name) && g.version == group.version)
        {
            return Err(GoodsError::File(format!(
                "group \"{}\" stands twice in version {}",
                group.name, group.version
            )));
        }
        groups.push(group);
    }
    Ok(groups)
}

fn read_group(entry: Entry) -> Result<GoodsGroup, GoodsError> {
    let name = entry.name.trim().to_owned();
    let fault = |what: String| GoodsError::File(format!("group \"{name}\": {what}"));
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    if name.is_empty() || name.starts_with(|c: char| c.is_ascii_digit()) || !name.chars().all(plain)
    {
        return Err(fault(
            "a name starts with a letter and holds letters, digits, -, _ and . only".into(),
        ));
    }
    let revision = match &entry.revision {
        Some(text) => HsRevision::parse(text).map_err(|error| fault(error.to_string()))?,
        None => concord::NEWEST,
    };
    let mut codes: BTreeMap<HsCode, GoodsCode> = BTreeMap::new();
    for code in entry.codes {
        let code = read_code(code).map_err(|error| fault(error.to_string()))?;
        if concord::covers(revision) && !concord::exists(code.code, revision) {
            return Err(fault(super::unknown_code(code.code, revision)));
        }
        codes.insert(code.code, code);
    }
    if codes.is_empty() {
        return Err(fault("it holds no code".into()));
    }
    Ok(GoodsGroup {
        label: entry.label.unwrap_or_else(|| name.clone()),
        version: entry.version.unwrap_or_else(|| "1".into()),
        source: entry.source.unwrap_or_else(|| "the user's file".into()),
        note: entry.note,
        revision,
        codes: codes.into_values().collect(),
        name,
    })
}

fn read_code(code: Code) -> Result<GoodsCode, crate::hs::HsCodeError> {
    Ok(match code {
        Code::Plain(text) => GoodsCode::bare(HsCode::parse(text.trim())?),
        Code::Detailed { code, label, listed, category } => {
            let bare = GoodsCode::bare(HsCode::parse(code.trim())?);
            GoodsCode { label: label.or(bare.label), listed, category, ..bare }
        }
    })
}

/// Reads the table of six-digit codes with the day the European Union listed
/// them: CSV with the columns `hs6`, `sanction_date` (`YYYY-MM-DD`), `sanctioned`
/// (1 or 1.0) and, where there are, `category` and `partially_exempt`. Codes
/// that are not listed are left out. The group is called `eu-sanctioned`; its
/// version is the newest day, its parts are the categories.
///
/// The codes are HS2017 unless one of them exists in HS2022 only.
///
/// # Errors
/// When a column is missing, a line is no CSV, a code is no code, or nothing is
/// listed.
pub fn parse_eu_sanctioned(text: &str) -> Result<GoodsGroup, GoodsError> {
    let fault = |what: String| GoodsError::File(format!("table of EU-listed codes: {what}"));
    let mut reader = csv::ReaderBuilder::new()
        .comment(Some(b'#'))
        .flexible(true)
        .trim(csv::Trim::All)
        .from_reader(text.trim_start_matches('\u{feff}').as_bytes());
    let header = reader.headers().map_err(|error| fault(error.to_string()))?.clone();
    let column = |name: &str| header.iter().position(|cell| cell.eq_ignore_ascii_case(name));
    let (Some(code_at), Some(day_at), Some(listed_at)) =
        (column("hs6"), column("sanction_date"), column("sanctioned"))
    else {
        return Err(fault("it needs the columns hs6, sanction_date and sanctioned".into()));
    };
    let category_at = column("category");
    let mut codes: BTreeMap<HsCode, GoodsCode> = BTreeMap::new();
    for record in reader.records() {
        let record = record.map_err(|error| fault(error.to_string()))?;
        let cell = |at: usize| record.get(at).unwrap_or("");
        if cell(listed_at).parse::<f64>().unwrap_or(0.0) < 0.5 || cell(day_at).is_empty() {
            continue;
        }
        let line = record.position().map_or(0, csv::Position::line);
        let code =
            HsCode::parse(cell(code_at)).map_err(|error| fault(format!("line {line}: {error}")))?;
        let category = category_at.map(cell).filter(|text| !text.is_empty()).map(str::to_owned);
        let listed = Some(cell(day_at).to_owned());
        codes.insert(code, GoodsCode { listed, category, ..GoodsCode::bare(code) });
    }
    let version = codes.values().filter_map(|c| c.listed.clone()).max();
    let version = version.ok_or_else(|| fault("no code in it is listed".into()))?;
    let newer = codes.keys().any(|c| {
        concord::exists(*c, HsRevision::Hs2022) && !concord::exists(*c, HsRevision::Hs2017)
    });
    Ok(GoodsGroup {
        name: "eu-sanctioned".into(),
        label: "Goods listed in European Union sanctions on Russia".into(),
        source: "table of codes listed in the annexes to Regulation (EU) 833/2014, as loaded by the user".into(),
        note: Some("six digits are broader than the listed products of eight digits".into()),
        revision: if newer { HsRevision::Hs2022 } else { HsRevision::Hs2017 },
        codes: codes.into_values().collect(),
        version,
    })
}
