//! Runs the program in a folder of its own, and writes the small files that tests load.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;
use tempfile::TempDir;

/// The columns of a small Comtrade file.
pub const COMTRADE: &str = "freqCode,period,reporterCode,flowCode,partnerCode,partner2Code,classificationCode,cmdCode,aggrLevel,customsCode,motCode,netWgt,primaryValue";
/// The columns of a small Comext file.
pub const COMEXT: &str = "period,reporter,partner,cn8,value_eur,quantity_kg";
/// A Comext row that can be read.
pub const GOOD_ROW: &str = "2022-01,Germany,RU,85423190,1000,1";

/// What the program said and how it ended.
#[derive(Debug)]
pub struct Run {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl Run {
    /// The data on stdout.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|e| panic!("no JSON ({e}): {self:?}"))
    }

    /// Ended with this exit code.
    #[track_caller]
    pub fn exits(self, code: i32) -> Run {
        assert_eq!(self.code, code, "{self:#?}");
        self
    }

    /// Each of these words stands in what was said to the person.
    #[track_caller]
    pub fn says(self, words: &[&str]) -> Run {
        for word in words {
            assert!(self.err.contains(word), "{word:?} is not in {:?}", self.err);
        }
        self
    }
}

/// A folder with a store in it, gone at the end of the test.
pub struct Desk {
    dir: TempDir,
}

impl Desk {
    pub fn new() -> Desk {
        Desk { dir: tempfile::tempdir().unwrap() }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    pub fn store(&self) -> PathBuf {
        self.path("store")
    }

    /// Writes a file and returns its path as text.
    pub fn file(&self, name: &str, bytes: impl AsRef<[u8]>) -> String {
        let path = self.path(name);
        fs::write(&path, bytes).unwrap();
        path.display().to_string()
    }

    /// A Comtrade file of these rows.
    pub fn comtrade(&self, name: &str, rows: &[&str]) -> String {
        self.file(name, format!("{COMTRADE}\n{}\n", rows.join("\n")))
    }

    /// A Comext file of these rows.
    pub fn comext(&self, name: &str, rows: &[&str]) -> String {
        self.file(name, format!("{COMEXT}\n{}\n", rows.join("\n")))
    }

    /// The program, on this desk's store.
    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = program(&self.store());
        command.args(args);
        command
    }

    pub fn run(&self, args: &[&str]) -> Run {
        finish(self.command(args))
    }

    /// Loads, which must succeed, and gives the report on each file.
    #[track_caller]
    pub fn load(&self, args: &[&str]) -> Vec<Value> {
        let run = self.run(&[&["load", "--format", "json"], args].concat()).exits(0);
        run.json()["files"].as_array().unwrap().clone()
    }

    /// An answer as JSON; exit 0 or, where the data cannot tell, 3.
    #[track_caller]
    pub fn assess(&self, args: &[&str]) -> Value {
        let run = self.run(&[&["assess", "--format", "json"], args].concat());
        let answer = run.json();
        let null = |side: &Value| side.is_object() && side["numerator"].is_null();
        let want = if null(&answer) || null(&answer["against"]) { 3 } else { 0 };
        assert_eq!(run.code, want, "{run:#?}");
        answer
    }

    /// Rows of a query, each with its values as text.
    #[track_caller]
    pub fn sql(&self, query: &str) -> Vec<Vec<String>> {
        let run = self.run(&["sql", query, "--format", "csv"]).exits(0);
        let mut rows = csv::Reader::from_reader(run.out.as_bytes());
        rows.records().map(|r| r.unwrap().iter().map(str::to_owned).collect()).collect()
    }

    /// Number of rows in the store.
    pub fn rows(&self) -> u64 {
        self.sql("SELECT count(*) FROM trade")[0][0].parse().unwrap()
    }

    /// Every file of the store but the lock, with its bytes.
    pub fn bytes(&self) -> BTreeMap<String, Vec<u8>> {
        let mut files = BTreeMap::new();
        walk(&self.store(), &mut files);
        files.retain(|name, _| name != ".lock");
        files
    }

    /// Files of the store that its manifest does not account for.
    pub fn stray_files(&self) -> Vec<String> {
        let mut files = self.bytes();
        let manifest = files.remove("datapackage.json").unwrap_or_else(|| b"{}".to_vec());
        let manifest: Value = serde_json::from_slice(&manifest).unwrap();
        for source in manifest["resources"].as_array().into_iter().flatten() {
            let name = source["name"].as_str().unwrap();
            for what in ["parquet", "index.json", "set-aside.ndjson"] {
                files.remove(&format!("trade/{name}.{what}"));
            }
        }
        files.into_keys().collect()
    }
}

pub fn program(store: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_plimsoll"));
    command.env_remove("PLIMSOLL_STORE").env("NO_COLOR", "1").stdin(Stdio::null());
    command.arg("--store").arg(store);
    command
}

pub fn finish(mut command: Command) -> Run {
    let output = command.output().unwrap();
    Run {
        code: output.status.code().unwrap_or(-1),
        out: String::from_utf8(output.stdout).expect("data in UTF-8"),
        err: String::from_utf8(output.stderr).expect("talk in UTF-8"),
    }
}

fn walk(folder: &Path, files: &mut BTreeMap<String, Vec<u8>>) {
    fn inner(root: &Path, folder: &Path, files: &mut BTreeMap<String, Vec<u8>>) {
        for entry in fs::read_dir(folder).into_iter().flatten() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                inner(root, &path, files);
            } else {
                let name = path.strip_prefix(root).unwrap().to_string_lossy().replace('\\', "/");
                files.insert(name, fs::read(&path).unwrap());
            }
        }
    }
    inner(folder, folder, files);
}

/// A shared real file or folder; `None`, with a message, where it is absent.
pub fn shared(path: &str) -> Option<PathBuf> {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let root =
        std::env::var_os("PLIMSOLL_SHARED").map_or_else(|| "../shared".into(), PathBuf::from);
    let path = workspace.join(root).join("data").join(path);
    if path.exists() {
        return Some(path);
    }
    eprintln!("skipped: {} is absent", path.display());
    None
}

/// The files of a shared folder, in order.
pub fn shared_files(folder: &str) -> Option<Vec<String>> {
    let mut files: Vec<String> = fs::read_dir(shared(folder)?)
        .unwrap()
        .map(|entry| entry.unwrap().path().display().to_string())
        .collect();
    files.sort();
    Some(files)
}

/// What of an answer must be so of every answer: shares add up to one, and bounds hold them.
#[track_caller]
pub fn check_shares(answer: &Value) {
    let suppliers = answer["suppliers"].as_array().unwrap();
    let mut shares = 0.0;
    let mut values = 0.0;
    for s in suppliers {
        let [share, low, high] =
            ["share", "share_low", "share_high"].map(|k| s[k].as_f64().unwrap());
        assert!(0.0 <= low && low <= share && share <= high && high <= 1.0, "{s}");
        shares += share;
        values += s["value"].as_f64().unwrap();
    }
    if let Some(total) = answer["denominator"].as_f64() {
        assert!((shares - 1.0).abs() < 1e-6, "shares add up to {shares}");
        assert!((values - total).abs() <= 0.01 * suppliers.len() as f64, "{values} of {total}");
        if answer["numerator"].is_null() {
            assert!(answer["share"].is_null(), "no numerator and yet a share");
            return;
        }
        let [share, low, high] =
            ["share", "share_low", "share_high"].map(|k| answer[k].as_f64().unwrap());
        assert!(0.0 <= low && low <= share && share <= high && high <= 1.0);
    }
}

/// Repeatable numbers: a linear congruential generator.
pub struct Dice(pub u64);

impl Dice {
    pub fn below(&mut self, limit: u64) -> u64 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % limit
    }
}
