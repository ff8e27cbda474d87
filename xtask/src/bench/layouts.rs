//! Each text layout at any size: does it load in bounded memory, and how fast beside the readers
//! of pandas and polars?
//!
//! A file is the layout's worked example over and over: each time with other codes of the
//! Harmonized System, other figures and other ids. Plimsoll's time is that of `load` into an empty
//! store: rows read, checked, made uniform, sorted and written; each peer reads the columns as they
//! stand and writes them as Parquet. All are packed by zstd.

use std::fmt::Write as _;
use std::fs;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use plimsoll_ingest::formats;
use plimsoll_screen::lists;
use serde_json::Value;

use super::measure::{Run, measure};
use super::table::{grouped, machine, ratio};
use super::{generate, statistics};
use crate::random::SplitMix;
use crate::{Outcome, files};

const PEERS: [&str; 2] = ["pandas", "polars"];

/// How a file of a layout is made from its worked example.
struct Made {
    layout: &'static str,
    /// The file's name where the layout reads something out of it.
    file: &'static str,
    /// Lines before the records, lines behind those that are left out, what stands between
    /// records, and what closes the file behind them.
    head: usize,
    skip: usize,
    between: &'static str,
    close: &'static str,
    /// Texts of the example in whose place come codes of as many digits, figures of as many
    /// digits, texts that each time end in another number, and numbers that grow by ten.
    codes: &'static [&'static str],
    figures: &'static [&'static str],
    ids: &'static [&'static str],
    numbers: &'static [&'static str],
    /// What the command line must say.
    say: &'static [&'static str],
    /// How peers read it: `csv` with what stands between cells, `json`, `lines`, `xml`.
    peer: &'static str,
}

const STATISTICS: Made = Made {
    layout: "",
    file: "made-up.csv",
    head: 1,
    skip: 0,
    between: "",
    close: "",
    codes: &["854231"],
    figures: &[],
    ids: &[],
    numbers: &[],
    say: &[],
    peer: "csv,",
};

const LIST: Made = Made { codes: &[], ..STATISTICS };
const XML: Made = Made { head: 2, peer: "xml", ..LIST };

/// Every layout of statistics and of lists that comes as text.
const ALL: &[Made] = &[
    Made { layout: "comtrade", figures: &["3000.5", "1200", "700", "900", "45"], ..STATISTICS },
    Made { layout: "comtrade-legacy", figures: &["5100", "1500", "300", "70"], ..STATISTICS },
    Made {
        layout: "comtradr",
        codes: &["8703"],
        figures: &["96000", "410000.5", "9000", "52000"],
        ..STATISTICS
    },
    Made {
        layout: "comtrade-reports",
        figures: &["3000.5", "1000.5", "2000", "2800"],
        ..STATISTICS
    },
    Made {
        layout: "comext-bulk",
        codes: &["85423190"],
        figures: &["5100", "7000", "900"],
        ..STATISTICS
    },
    Made {
        layout: "comext-bulk-old",
        codes: &["85423190", "01012100"],
        figures: &["5100", "7000"],
        ..STATISTICS
    },
    Made {
        layout: "comext-tidy",
        codes: &["85423110", "85423190"],
        figures: &["600.0", "300.0", "650.5"],
        ..STATISTICS
    },
    Made {
        layout: "easycomext",
        codes: &["85423110"],
        figures: &["5100", "5000", "7000000"],
        ..STATISTICS
    },
    Made { layout: "wits", codes: &["8542"], figures: &["1250.5", "840.25"], ..STATISTICS },
    Made {
        layout: "reduced",
        figures: &["5100", "18000", "9900.5"],
        say: &["--flow", "export", "--set", "reporter=CHN"],
        ..STATISTICS
    },
    Made {
        layout: "baci",
        file: "BACI_HS22_Y2022_V202501.csv",
        figures: &["1200.5", "10.125", "3.25"],
        ..STATISTICS
    },
    Made {
        layout: "baci-iso3",
        figures: &["1200500.0", "10125.0"],
        say: &["--set", "year=2022", "--set", "revision=HS2022"],
        ..STATISTICS
    },
    Made {
        layout: "gacc",
        codes: &["85423119"],
        figures: &["1,204,500", "8,000", "77,100"],
        say: &["--flow", "export"],
        ..STATISTICS
    },
    Made {
        layout: "us-census",
        file: "made-up.json",
        between: ",\n",
        close: "]",
        figures: &["9000", "4000", "900"],
        say: &["--flow", "export"],
        peer: "json",
        ..STATISTICS
    },
    Made {
        layout: "fts-russia",
        codes: &["8542319010", "4407109100"],
        figures: &["5100", "12000"],
        peer: "csv\t",
        ..STATISTICS
    },
    Made { layout: "kazstat", codes: &["8542"], figures: &["100,25"], peer: "csv;", ..STATISTICS },
    Made { layout: "armstat", codes: &[], figures: &["40.1", "700.5", "61.9"], ..STATISTICS },
    Made { layout: "imf-imts", codes: &[], figures: &["10.5", "12"], ..STATISTICS },
    Made { layout: "simulated", codes: &["848210"], figures: &["81200", "86010"], ..STATISTICS },
    Made {
        layout: "ftm",
        file: "made-up.json",
        head: 0,
        ids: &["x-1", "x-2", "x-3", "x-4", "Zontik Works"],
        peer: "lines",
        ..LIST
    },
    Made { layout: "ftm-simple", ids: &["x-1", "x-2", "x-3", "Zontik Works"], ..LIST },
    Made {
        layout: "senzing",
        file: "made-up.json",
        head: 0,
        ids: &["x-1", "x-2", "x-3", "Zontik Works"],
        peer: "lines",
        ..LIST
    },
    Made { layout: "csl-csv", ids: &["a1", "900002", "Example Pump Works"], ..LIST },
    Made {
        layout: "csl-json",
        file: "made-up.json",
        between: ",\n",
        close: "]}",
        ids: &["a1", "a2", "Example Pump Works"],
        numbers: &["900002"],
        peer: "json",
        ..LIST
    },
    Made {
        layout: "ofac-csv",
        file: "sdn.csv",
        head: 0,
        ids: &["EXAMPLE PUMP WORKS", "SAMPLE"],
        numbers: &["900001", "900002"],
        ..LIST
    },
    // Without the number of its records, which would be wrong.
    Made {
        layout: "ofac-xml",
        file: "sdn.xml",
        skip: 4,
        close: "</sdnList>",
        ids: &["SAMPLE"],
        numbers: &["900001"],
        ..XML
    },
    Made {
        layout: "ofac-advanced-xml",
        file: "sdn_advanced.xml",
        head: 21,
        close: "</Sanctions>",
        ids: &["Sample", "X0000001"],
        numbers: &["900001"],
        ..XML
    },
    Made {
        layout: "bis-dpl",
        file: "dpl.txt",
        ids: &["EXA MPLESON", "MADE-UP AIRWAYS"],
        peer: "csv\t",
        ..LIST
    },
    Made { layout: "itar-debarred", ids: &["Mpleson", "Made Up Arms Works"], ..LIST },
    Made {
        layout: "un-xml",
        file: "made-up.xml",
        close: "</CONSOLIDATED_LIST>",
        ids: &["MPLESON", "EXAMPLE TRADING"],
        numbers: &["990001", "990002"],
        ..XML
    },
    Made {
        layout: "un-vessels",
        ids: &["MADE UP STAR", "ZONTIK"],
        numbers: &["9074729", "0000000"],
        ..LIST
    },
    Made { layout: "eu-oj", file: "39999R0001.csv", ids: &["Zontik Works", "Made Up"], ..LIST },
    Made {
        layout: "eu-fsf-csv",
        ids: &["Exa Mpleson", "MADE UP"],
        numbers: &["990001", "990002"],
        peer: "csv;",
        ..LIST
    },
    Made {
        layout: "eu-fsf-xml",
        file: "made-up.xml",
        close: "</export>",
        ids: &["Exa Mpleson", "MADE UP"],
        numbers: &["990001", "990002"],
        ..XML
    },
    Made {
        layout: "uk-sanctions",
        head: 2,
        ids: &["UTO0001", "UTO0002", "UTO0003", "MPLESON", "ZONTIK WORKS", "MADE UP"],
        ..LIST
    },
    Made {
        layout: "uk-sanctions-xml",
        file: "made-up.xml",
        head: 3,
        close: "</Designations>",
        ids: &["UTO0001", "UTO0002", "MPLESON", "MADE UP"],
        ..XML
    },
    Made {
        layout: "uk-ofsi-csv",
        file: "ConList.csv",
        head: 2,
        ids: &["MPLESON", "ZONTIK WORKS"],
        numbers: &["99001", "99002"],
        ..LIST
    },
    Made {
        layout: "uk-ofsi-xml",
        file: "ConList.xml",
        close: "</ArrayOfFinancialSanctionsTarget>",
        ids: &["MPLESON", "MADE UP"],
        numbers: &["99001", "99002"],
        ..XML
    },
    Made {
        layout: "ca-sema",
        file: "made-up.xml",
        close: "</data-set>",
        ids: &["Mpleson", "Zontik Institute", "Made Up"],
        ..XML
    },
    Made {
        layout: "ch-seco",
        file: "made-up.xml",
        close: "</swiss-sanctions-list>",
        ids: &["Mpleson", "MADE UP"],
        numbers: &["990001", "990002", "990003"],
        ..XML
    },
    Made { layout: "au-dfat", ids: &["MPLESON", "MADE UP"], numbers: &["9901", "9902"], ..LIST },
    Made { layout: "jp-end-user", head: 6, ids: &["Zontik University", "Air Madeup"], ..LIST },
    Made {
        layout: "ua-nsdc",
        file: "made-up.json",
        between: ",\n",
        close: "]",
        ids: &["Mpleson Ekza", "TOV Zontyk"],
        numbers: &["990001", "990002", "990003"],
        peer: "json",
        ..LIST
    },
    Made { layout: "tw-shtc", ids: &["Zontik Institute of Rain", "Exa Mpleson"], ..LIST },
    Made {
        layout: "plain-list",
        file: "my_watchlist.csv",
        ids: &["Umbrella Widgets", "Exa Mpleson", "MV Made Up"],
        numbers: &["1", "2", "3"],
        ..LIST
    },
];

/// Runs `bench layouts`.
pub(super) fn run(words: &[&str]) -> Outcome {
    let mut bytes = 300_000_000u64;
    let (mut only, mut bin, mut write, mut peers) = (Vec::new(), None, false, true);
    let mut words = words.iter();
    while let Some(&word) = words.next() {
        let mut value = || words.next().copied().ok_or_else(|| format!("{word} wants a value"));
        match word {
            "--bytes" => bytes = super::number(word, &value()?.replace(['_', ','], ""))?,
            "--layout" => only.push(value()?.to_owned()),
            "--bin" => bin = Some(PathBuf::from(value()?)),
            "--write" => write = true,
            "--skip-peer" => peers = false,
            _ => return Err(format!("`bench layouts` takes no {word:?}")),
        }
    }
    let root = files::root()?;
    let folder = files::target_dir()?.join("bench/layouts");
    fs::create_dir_all(&folder).map_err(|e| format!("{}: {e}", folder.display()))?;
    let bin = statistics::program(bin.as_deref(), "dev", &root)?;
    let codes = generate::codes(&root.join("crates/plimsoll-terms/data/hs_codes.csv"))?;
    let mut page = head(bytes);
    for made in ALL.iter().filter(|m| only.is_empty() || only.iter().any(|o| o == m.layout)) {
        let line =
            one(made, bytes, &codes, &Places { root: &root, folder: &folder, bin: &bin }, peers)?;
        println!("{line}");
        page += &line;
        page.push('\n');
    }
    page += FOOT;
    let _ = writeln!(page, "\nOn {}; plimsoll in a dev build.", machine());
    if write {
        let file = root.join("docs/benchmarks-layouts.md");
        fs::write(&file, page).map_err(|e| format!("{}: {e}", file.display()))?;
    }
    Ok(())
}

struct Places<'a> {
    root: &'a Path,
    folder: &'a Path,
    bin: &'a Path,
}

fn head(bytes: u64) -> String {
    format!(
        "# Benchmark: every text layout\n\n\
         Made-up files of {} MB: each layout's worked example over and over with other codes, \
         figures and ids. Plimsoll: `load` into an empty store, so read, checked, made uniform, \
         sorted and written. pandas and polars: read as they stand and written as Parquet. One run \
         each, in turn; ratios are theirs to ours, above 1 they take longer.\n\n\
         | layout | rows | ours, wall s | CPU s | peak MiB | rows/s | pandas: wall | CPU | peak MiB \
         | polars: wall | CPU | peak MiB |\n\
         |---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|\n",
        bytes / 1_000_000
    )
}

const FOOT: &str = "\nA dash: the peer does not read this layout, or failed. A layout in which a \
    line is several figures (kazstat, armstat, imf-imts) counts figures. Again: `cargo xtask bench \
    layouts --write` (needs `pip install pandas polars pyarrow` for the peers); `--bytes \
    2000000000 --skip-peer` for the memory of long files.\n";

/// A piece of a line of the example.
enum Piece {
    Text(String),
    Code(usize),
    Figure(String),
    Id(String),
    Number(u64),
}

/// Cuts a line at what is to vary.
fn pieces(line: &str, made: &Made) -> Vec<Piece> {
    let mut out = Vec::new();
    let mut text = String::new();
    let mut at = 0;
    while at < line.len() {
        let rest = &line[at..];
        let free = |c: Option<char>| c.is_none_or(|c| !c.is_ascii_alphanumeric() && c != '.');
        let starts = |word: &&&str| {
            rest.starts_with(**word)
                && free(line[..at].chars().next_back())
                && free(rest[word.len()..].chars().next())
        };
        let code = made.codes.iter().find(starts).map(|w| (w.len(), Piece::Code(w.len())));
        let figure =
            || made.figures.iter().find(starts).map(|w| (w.len(), Piece::Figure((*w).into())));
        let id = || made.ids.iter().find(starts).map(|w| (w.len(), Piece::Id((*w).into())));
        let number = || {
            let digit = |c: Option<char>| c.is_some_and(|c| c.is_ascii_digit());
            let word = made.numbers.iter().find(|word| {
                rest.starts_with(**word)
                    && !digit(line[..at].chars().next_back())
                    && !digit(rest[word.len()..].chars().next())
            })?;
            Some((word.len(), Piece::Number(word.parse().ok()?)))
        };
        if let Some((length, piece)) = code.or_else(figure).or_else(id).or_else(number) {
            out.push(Piece::Text(std::mem::take(&mut text)));
            out.push(piece);
            at += length;
        } else {
            let c = rest.chars().next().unwrap_or(' ');
            text.push(c);
            at += c.len_utf8();
        }
    }
    out.push(Piece::Text(text));
    out
}

fn example(layout: &str) -> Outcome<&'static str> {
    let of_lists = || Some(lists::by_id(layout)?.example().1);
    let found = formats::ALL.iter().find(|f| f.id() == layout).map(|f| f.example());
    found.or_else(of_lists).ok_or_else(|| format!("there is no layout {layout:?}"))
}

fn write_file(made: &Made, bytes: u64, codes: &[u32], path: &Path) -> Outcome {
    let fail = |e: std::io::Error| format!("{}: {e}", path.display());
    let text = example(made.layout)?.trim_end();
    let mut lines = text.lines();
    let mut out = BufWriter::with_capacity(1 << 20, fs::File::create(path).map_err(fail)?);
    for line in lines.by_ref().take(made.head) {
        writeln!(out, "{line}").map_err(fail)?;
    }
    let block: Vec<&str> = lines.skip(made.skip).collect();
    let block = block.join("\n");
    let block = block.strip_suffix(made.close).unwrap_or(&block);
    let block = pieces(block, made);
    let mut random = SplitMix::of(7, &[made.layout]);
    let (mut buffer, mut written, mut number) = (String::new(), 0u64, 0u64);
    while written < bytes {
        buffer.clear();
        if number > 0 {
            buffer.push_str(made.between);
        }
        for piece in &block {
            match piece {
                Piece::Text(text) => buffer.push_str(text),
                Piece::Code(digits) => {
                    let code = format!("{:06}", codes[random.below(codes.len())]);
                    let _ = write!(buffer, "{:0<digits$}", &code[..(*digits).min(6)]);
                }
                Piece::Figure(figure) => {
                    let mut first = true;
                    for c in figure.chars() {
                        let digit = random.below(9) as u8 + u8::from(first);
                        first &= !c.is_ascii_digit();
                        buffer.push(if c.is_ascii_digit() { (b'0' + digit) as char } else { c });
                    }
                }
                Piece::Id(id) => {
                    let _ = write!(buffer, "{id}-{number}");
                }
                Piece::Number(first) => {
                    let _ = write!(buffer, "{}", first + 10 * number);
                }
            }
        }
        if made.between.is_empty() {
            buffer.push('\n');
        }
        out.write_all(buffer.as_bytes()).map_err(fail)?;
        written += buffer.len() as u64;
        number += 1;
    }
    writeln!(out, "{}", made.close).map_err(fail)?;
    out.flush().map_err(fail)
}

fn one(
    made: &Made,
    bytes: u64,
    codes: &[u32],
    places: &Places<'_>,
    peers: bool,
) -> Outcome<String> {
    let folder = places.folder.join(made.layout);
    fs::create_dir_all(&folder).map_err(|e| format!("{}: {e}", folder.display()))?;
    let path = folder.join(made.file);
    let begun = Instant::now();
    write_file(made, bytes, codes, &path)?;
    eprintln!("{}: made in {:.1} s", made.layout, begun.elapsed().as_secs_f64());
    let mut command = Command::new(places.bin);
    command.arg("--store").arg(folder.join("store")).arg("load").arg(&path);
    command.args(["--as", made.layout, "--format", "json"]).args(made.say);
    let ours = measure(&command, &folder)?;
    let rows = rows_of(&ours)?;
    let mut line = format!(
        "| {} | {} | {:.1} | {} | {} | {} |",
        made.layout,
        grouped(rows),
        ours.wall_s,
        figure(ours.cpu_s),
        whole(ours.peak_mib),
        grouped((rows as f64 / ours.wall_s) as u64)
    );
    for peer in PEERS {
        let mut command = Command::new("python3");
        command.arg(places.root.join("benches/layouts/peer.py")).args([peer, made.peer]);
        command.arg(&path).arg(folder.join("peer.parquet"));
        let theirs = if peers { measure(&command, &folder) } else { Err(String::new()) };
        let _ = match theirs {
            Ok(run) => write!(
                line,
                " {} | {} | {} |",
                ratio(Some(run.wall_s), Some(ours.wall_s)),
                ratio(run.cpu_s, ours.cpu_s),
                whole(run.peak_mib)
            ),
            Err(why) => {
                if !why.is_empty() {
                    eprintln!("{}: {why}", made.layout);
                }
                write!(line, " – | – | – |")
            }
        };
    }
    fs::remove_dir_all(&folder).map_err(|e| format!("{}: {e}", folder.display()))?;
    Ok(line)
}

/// All rows that were read; none may be lost, and some must be loaded, or the time means nothing.
fn rows_of(run: &Run) -> Outcome<u64> {
    let answer: Value = serde_json::from_str(&run.stdout).map_err(|e| format!("load: {e}"))?;
    let number = |name: &str| {
        let all = ["files", "watchlists"].iter().filter_map(|k| answer.get(*k)?.as_array());
        all.flatten().filter_map(|file| file.get(name)?.as_u64()).sum::<u64>()
    };
    let (read, loaded, aside) =
        (number("rows_in"), number("rows_loaded"), number("rows_set_aside"));
    if loaded == 0 || read != loaded + aside {
        return Err(format!("{read} rows in, {loaded} loaded, {aside} set aside"));
    }
    Ok(read)
}

fn figure(value: Option<f64>) -> String {
    value.map_or("?".into(), |v| format!("{v:.1}"))
}

fn whole(value: Option<f64>) -> String {
    value.map_or("?".into(), |v| format!("{v:.0}"))
}
