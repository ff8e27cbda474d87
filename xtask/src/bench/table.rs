//! How is a measurement shown? As a Markdown page that says what was run on what, with the
//! ratio to the peer beside each figure and "?" for what could not be measured.

use std::fmt::Write;
use std::fs;
use std::process::Command;

use serde_json::Value;

use super::measure::Run;
use crate::Outcome;

/// One line of the table: the best of its runs, if one ended well.
pub(super) struct Cell {
    task: &'static str,
    who: &'static str,
    best: Option<Run>,
    failed: bool,
}

impl Cell {
    pub(super) fn new(task: &'static str, who: &'static str) -> Cell {
        Cell { task, who, best: None, failed: false }
    }

    /// Keeps the run where it is the quickest so far.
    pub(super) fn take(&mut self, run: Outcome<Run>) {
        match run {
            Ok(run) => {
                println!("    {:<30} {:.3} s", self.who, run.wall_s);
                if self.best.as_ref().is_none_or(|best| run.wall_s < best.wall_s) {
                    self.best = Some(run);
                }
            }
            Err(why) => {
                println!("    {:<30} {why}", self.who);
                self.failed = true;
            }
        }
    }
}

/// Everything that the page tells.
pub(super) struct Report<'a> {
    pub(super) rows: u64,
    pub(super) bytes: u64,
    pub(super) codes: usize,
    pub(super) files: usize,
    pub(super) importer: &'a str,
    pub(super) profile: &'a str,
    pub(super) ours: String,
    pub(super) peer: String,
    pub(super) cells: Vec<Cell>,
}

/// The page.
pub(super) fn markdown(report: &Report<'_>) -> String {
    let mut page = String::new();
    // Writing to a String does not fail.
    let _ = write_page(&mut page, report);
    page
}

fn write_page(page: &mut String, report: &Report<'_>) -> std::fmt::Result {
    writeln!(page, "# Benchmark: loading trade statistics and asking them\n")?;
    writeln!(
        page,
        "A made-up BACI: {} rows, {:.2} GB of CSV in {} file(s), {} codes, 226 countries, 6 years, \
         the same bytes every time. Load: CSV to Parquet (zstd), sorted by importer, code, \
         exporter, period. Warm query: what {} bought of the 50 codes of the Common High Priority \
         List (February 2024), by exporter and year; best of 7 in one process after 2 to warm up. \
         Runs are taken in turn and the best counts; the file is in the page cache.\n",
        grouped(report.rows),
        report.bytes as f64 / 1e9,
        report.files,
        report.codes,
        report.importer,
    )?;
    writeln!(
        page,
        "| task | who | wall s | CPU s | peak MiB | rows/s | wall, Plimsoll = 1 | CPU, Plimsoll = 1 |"
    )?;
    writeln!(page, "|---|---|--:|--:|--:|--:|--:|--:|")?;
    for cell in &report.cells {
        write_line(page, cell, report)?;
    }
    writeln!(page, "\n- {}; profile: {}", report.ours, report.profile)?;
    writeln!(page, "- {}", report.peer)?;
    writeln!(page, "- {}", machine())?;
    writeln!(page, "- {}", answers(&report.cells))?;
    writeln!(page, "- again: `cargo xtask bench statistics --rows {}`", report.rows)?;
    writeln!(
        page,
        "\nWall time of a load is that of the whole process, start-up included; CPU time is user \
         and system together. \"Without line numbers\" leaves `line` empty, which Plimsoll always \
         fills; 6 columns is the least that the query needs."
    )
}

/// A quick answer counts only when it is the same answer: within a dollar, since the peer adds
/// floats.
fn answers(cells: &[Cell]) -> String {
    let told = |cell: &&Cell| -> Option<f64> {
        let answer: Value = serde_json::from_str(&cell.best.as_ref()?.stdout).ok()?;
        answer.get("value_usd").or_else(|| answer.get("denominator"))?.as_f64()
    };
    let queries = || cells.iter().filter(|cell| cell.task == "warm query");
    let ours = queries().find(|cell| cell.who == "Plimsoll").and_then(|cell| told(&cell));
    let theirs: Vec<f64> =
        queries().filter(|c| c.who != "Plimsoll").filter_map(|c| told(&c)).collect();
    match (ours, theirs.as_slice()) {
        (Some(ours), [_, ..]) if theirs.iter().all(|value| (value - ours).abs() <= 1.0) => {
            format!("both answer {ours:.0} USD")
        }
        (Some(ours), [_, ..]) => format!("THE ANSWERS DIFFER: {ours:.0} USD and {theirs:.0?}"),
        _ => "the answers were not compared: one side told none".to_owned(),
    }
}

fn write_line(page: &mut String, cell: &Cell, report: &Report<'_>) -> std::fmt::Result {
    let Some(run) = &cell.best else {
        // The reason was shown when it happened; it may name this machine's folders.
        let why = if cell.failed { "failed" } else { "not run" };
        return writeln!(page, "| {} | {} | {why} | | | | | |", cell.task, cell.who);
    };
    let ours = report.cells.iter().find(|other| other.task == cell.task && other.who == "Plimsoll");
    let ours = ours.and_then(|ours| ours.best.as_ref());
    let loads = cell.task == "load";
    writeln!(
        page,
        "| {} | {} | {} | {} | {} | {} | {} | {} |",
        cell.task,
        cell.who,
        if loads { format!("{:.2}", run.wall_s) } else { format!("{:.4}", run.wall_s) },
        run.cpu_s.map_or("?".to_owned(), |cpu| format!("{cpu:.2}")),
        run.peak_mib.map_or("?".to_owned(), |mib| format!("{mib:.0}")),
        if loads { grouped((report.rows as f64 / run.wall_s) as u64) } else { String::new() },
        ratio(Some(run.wall_s), ours.map(|ours| ours.wall_s)),
        ratio(run.cpu_s, ours.and_then(|ours| ours.cpu_s)),
    )
}

pub(super) fn ratio(theirs: Option<f64>, ours: Option<f64>) -> String {
    match (theirs, ours) {
        (Some(theirs), Some(ours)) if ours > 0.0 => format!("{:.2}", theirs / ours),
        _ => "?".to_owned(),
    }
}

/// `50000000` as `50,000,000`.
pub(super) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Cores, memory, processor, system and compiler, as far as they can be told.
pub(super) fn machine() -> String {
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let mut parts = vec![format!("{cores} cores")];
    let line = |file: &str, name: &str| -> Option<String> {
        let text = fs::read_to_string(file).ok()?;
        let line = text.lines().find(|line| line.starts_with(name))?;
        Some(line.split_once(':')?.1.trim().to_owned())
    };
    let kib =
        line("/proc/meminfo", "MemTotal").and_then(|text| text.split(' ').next()?.parse().ok());
    parts.extend(kib.map(|kib: f64| format!("{:.0} GiB of memory", kib / 1024.0 / 1024.0)));
    parts.extend(line("/proc/cpuinfo", "model name"));
    parts.push(std::env::consts::OS.to_owned());
    let rustc = Command::new("rustc").arg("--version").output().ok();
    let rustc = rustc.and_then(|output| String::from_utf8(output.stdout).ok());
    parts.extend(rustc.map(|text| text.trim().to_owned()));
    parts.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped() {
        assert_eq!(grouped(50_000_000), "50,000,000");
        assert_eq!(grouped(999), "999");
    }

    #[test]
    fn a_side_that_did_not_run_is_not_zero() {
        let mut page = String::new();
        let report = Report {
            rows: 1,
            bytes: 1,
            codes: 1,
            files: 1,
            importer: "RUS",
            profile: "dev",
            ours: String::new(),
            peer: String::new(),
            cells: Vec::new(),
        };
        write_line(&mut page, &Cell::new("load", "Plimsoll"), &report).unwrap();
        assert_eq!(page, "| load | Plimsoll | not run | | | | | |\n");
    }
}
