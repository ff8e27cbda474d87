//! What commands share: the store's place, the user's own goods, rates and labels.

use crate::failure::Failure;
use plimsoll_terms::fx::{self, Rates};
use plimsoll_terms::goods::{self, GoodsGroup};
use plimsoll_terms::problem::Problem;
use std::path::{Path, PathBuf};

/// The store: `--store`, else `PLIMSOLL_STORE`, else the platform's data folder.
pub fn store(asked: Option<&Path>) -> PathBuf {
    if let Some(path) = asked {
        return path.to_owned();
    }
    let home = || std::env::var_os("HOME").map(PathBuf::from);
    std::env::var_os("XDG_DATA_HOME")
        .map(PathBuf::from)
        .or_else(|| std::env::var_os("LOCALAPPDATA").map(PathBuf::from))
        .or_else(|| home().map(|h| h.join(".local").join("share")))
        .unwrap_or_else(std::env::temp_dir)
        .join("plimsoll")
}

/// The day, in UTC.
pub fn today() -> String {
    jiff::Timestamp::now().strftime("%Y-%m-%d").to_string()
}

/// Reads a text file of the user's.
pub fn read(path: &Path) -> Result<String, Failure> {
    std::fs::read_to_string(path).map_err(|e| {
        Failure::usage(
            "file-unreadable",
            format!("cannot read {}: {e}", path.display()),
            "check the path, the permissions and that it is UTF-8 text",
        )
    })
}

/// Exchange rates: the compiled-in ones and the user's file.
pub fn rates(file: Option<&Path>) -> Result<Rates, Failure> {
    let mut rates = Rates::default();
    if let Some(path) = file {
        let (more, problems) = fx::parse_rates(&read(path)?);
        refuse(path, &problems)?;
        rates.extend(more);
    }
    Ok(rates)
}

fn refuse(path: &Path, problems: &[Problem]) -> Result<(), Failure> {
    match problems.first() {
        None => Ok(()),
        Some(problem) => Err(Failure::usage(
            "file-faulty",
            format!("{}: {problem}", path.display()),
            problem.hint.clone(),
        )),
    }
}

/// The user's goods groups: TOML, or the EU's list of sanctioned codes with dates as CSV.
pub fn goods_files(files: &[PathBuf]) -> Result<Vec<GoodsGroup>, Failure> {
    let mut groups = Vec::new();
    for path in files {
        let text = read(path)?;
        let fail = |e: &dyn ToString| {
            Failure::usage(
                "goods-file",
                format!("{}: {}", path.display(), e.to_string()),
                "plimsoll explain goods-file shows the form of such a file",
            )
        };
        if path.extension().is_some_and(|e| e.eq_ignore_ascii_case("csv")) {
            groups.push(goods::parse_eu_sanctioned(&text).map_err(|e| fail(&e))?);
        } else {
            groups.extend(goods::parse_user_groups(&text).map_err(|e| fail(&e))?);
        }
    }
    Ok(groups)
}
