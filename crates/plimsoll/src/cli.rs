//! The command line's shape and its help.

use clap::{Args, Parser, Subcommand, ValueEnum};
use std::path::PathBuf;

/// Who supplies which controlled goods to whom, how much, what share, before and after.
#[derive(Debug, Parser)]
#[command(name = "plimsoll", version, max_term_width = 100, propagate_version = true)]
#[command(
    after_help = "Start with `plimsoll demo`. Every figure comes with its evidence: add --why.\n\n\
Exit codes: 0 done · 1 something needs a person · 2 could not run · 3 cannot tell from the data\n\
4 needs a key or token"
)]
pub struct Cli {
    /// Folder of the store
    #[arg(long, global = true, value_name = "FOLDER", env = "PLIMSOLL_STORE")]
    pub store: Option<PathBuf>,
    /// Form of the data on stdout
    #[arg(long, global = true, value_enum, default_value_t = Format::Table)]
    pub format: Format,
    /// Do not answer from data older than their publisher's rhythm (exit code 3)
    #[arg(long, global = true, env = "PLIMSOLL_REFUSE_STALE", hide_env_values = true)]
    #[arg(value_parser = clap::builder::FalseyValueParser::new())]
    pub refuse_stale: bool,
    /// Answer from them all the same, and put that on record
    #[arg(long, global = true)]
    pub allow_stale: bool,
    /// What to do
    #[command(subcommand)]
    pub command: Command,
}

/// Forms of output.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For reading
    Table,
    /// One document
    Json,
    /// One document a line
    Ndjson,
    /// Comma-separated
    Csv,
    /// Markdown
    Md,
    /// FollowTheMoney entities, one a line (parts, owners)
    Ftm,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// The whole story on bundled figures, offline: an assessment, a page, what to type next
    #[command(after_help = "Example:\n  plimsoll demo")]
    Demo(DemoArgs),
    /// What is loaded, from where, how old
    #[command(after_help = "Example:\n  plimsoll status")]
    Status,
    /// Official lists and statistics from their publishers into the store
    #[command(after_help = FETCH_HELP)]
    Fetch(Box<FetchArgs>),
    /// Load publishers' files into the store
    #[command(after_help = LOAD_HELP)]
    Load(LoadArgs),
    /// Names against the watchlists, with reasons
    #[command(after_help = SCREEN_HELP)]
    Screen(Box<ScreenArgs>),
    /// What is in a weapon, who made it, and does a maker stand on a list
    #[command(after_help = PARTS_HELP)]
    Parts(PartsArgs),
    /// Who stands behind a name: lists, owners, parts and where they were found
    #[command(after_help = OWNERS_HELP)]
    Owners(OwnersArgs),
    /// What a code or group is, whether it is controlled, where it went in each HS revision
    #[command(
        after_help = "Examples:\n  plimsoll goods chpl@2024-02\n  plimsoll goods 854151\n  plimsoll goods microelectronics"
    )]
    Goods(GoodsArgs),
    /// Who supplies which goods to whom, how much, what share, before and after
    #[command(after_help = ASSESS_HELP)]
    Assess(Box<AssessArgs>),
    /// Where to look: surges, mirror gaps, diversion and more, with a stated rate of false alarms
    #[command(after_help = FIND_HELP)]
    Find(Box<FindArgs>),
    /// Both reports of each trade side by side, and one value out of both
    #[command(after_help = RECONCILE_HELP)]
    Reconcile(Box<ReconcileArgs>),
    /// Published claims against the data and against each other
    #[command(subcommand, after_help = CLAIM_HELP)]
    Claim(ClaimCommand),
    /// A report file as a page, as Markdown, and as a bundle that anyone can run again
    #[command(
        after_help = "Examples:\n  plimsoll report losses.md\n  plimsoll report losses.md --page losses.html --bundle losses-bundle"
    )]
    Report(ReportArgs),
    /// Run a bundle again and print what differs
    #[command(after_help = "Example:\n  plimsoll reproduce losses-bundle")]
    Reproduce(ReproduceArgs),
    /// Read-only SQL over the store
    #[command(
        after_help = "Example:\n  plimsoll sql \"SELECT exporter, sum(value_usd) FROM trade WHERE importer = 'RUS' GROUP BY exporter\""
    )]
    Sql(SqlArgs),
    /// Any error, rule, dataset or layout in plain words
    #[command(after_help = "Example:\n  plimsoll explain code-digits")]
    Explain(ExplainArgs),
    /// Completions for a shell
    #[command(
        after_help = "Example:\n  plimsoll completions bash > ~/.local/share/bash-completion/completions/plimsoll"
    )]
    Completions {
        /// Which shell
        shell: clap_complete::Shell,
    },
    /// The manual page
    #[command(after_help = "Example:\n  plimsoll man | man -l -")]
    Man,
}

const LOAD_HELP: &str = "Examples:
  plimsoll load exports.csv.gz --flow export
  plimsoll load TradeData.csv BACI_HS22_Y2022_V202501.csv
  plimsoll load extract.csv --set reporter=CHN --flow export --set currency=USD

  plimsoll load sdn.csv alt.csv add.csv sdn_comments.csv
  plimsoll load internal-watchlist.csv --as plain-list

  plimsoll load components.csv manufacturers.csv drones.csv
  plimsoll load teardown.csv --set publisher=\"Institute of Umbrellas\" --set licence=\"CC BY 4.0\"

  plimsoll load --guess extract.xlsx --out extract.toml
  plimsoll load extract.xlsx --mapping extract.toml
  plimsoll sql \"SELECT importer, sum(value_usd) FROM shipments WHERE hs_code = '854231' GROUP BY importer\"

A table in no known layout (a customs extract, bills of lading, a country's own statistics) is loaded
through a mapping. --guess drafts it: look through what it marks with \"check\", then load.

Watchlists are kept by the day of their edition: what the file states, else --set date=2024-07-02,
else a date in the name of the file or its folder, else today.

A file is loaded whole or not at all. A row that cannot be read is set aside with its line,
its value and what to do; the others are loaded. `plimsoll explain layouts` lists the layouts.";

const FETCH_HELP: &str = "Examples:
  plimsoll fetch
  plimsoll fetch ofac csl un
  plimsoll fetch comtrade --reporter CHN,DEU --partner RUS --flow export --goods machine-tools --period 2023-10..2023-12
  plimsoll fetch comtrade --reporter all --partner RUS --flow export --goods chpl --period 2023 --plan
  plimsoll fetch comext --period 2023-10..2023-12
  plimsoll fetch https://www.example.org/lists/sdn.csv --as ofac-csv

Without a source it lists them. What came is kept by its day in the store's folder fetch/ and
loaded; what did not change is not loaded again; what is cut, empty, shrunk by a third or of
another layout is refused, and the last good edition stands. Run the same command again to go on
where it stopped. PLIMSOLL_<SOURCE>_URL or --base-url names a mirror; keys come from the
environment (COMTRADE_API_KEY) and are never stored. `plimsoll explain fetch` has more.";

const SCREEN_HELP: &str = "Examples:
  plimsoll screen \"Hangzhou Hikvision Digital Technology\"
  plimsoll screen 武汉高芯科技有限公司 --why
  plimsoll screen \"Wuhan Tongsheng Technology\" --as-of 2023-12-28
  plimsoll screen --file consignees.csv --format ndjson

A hit is a lead with its reasons and no verdict. Exit codes: 0 no hit, 1 a hit, 3 no list is
loaded. Files: one name a line; CSV, TSV or Parquet with a column `name` and perhaps id, type,
country, address, identifier, date.";

const PARTS_HELP: &str = "Examples:
  plimsoll parts Shahed-136
  plimsoll parts \"Geran 2\" --as-of 2024-07-02 --by maker
  plimsoll parts Orlan-10 --format ftm > orlan.ftm.json

A part is as one source documents it, with its link. A maker that the source does not know stays
unknown. That a maker's part was found says nothing of who sold it. Exit codes: 0 no maker is a
possible match on a list, 1 one is, 2 the name means several weapons, 3 no source names it.";

const OWNERS_HELP: &str = "Examples:
  plimsoll owners \"Texas Instruments\"
  plimsoll owners \"Zala Aero\" --as-of 2024-07-02 --page zala.html
  plimsoll owners \"Zala Aero\" --format ftm > zala.ftm.json

Each line is what a source says, with its file and line; shares are leads for the 50 % rule.
Exit codes: 0 no list names it, 1 a possible match, 3 nothing is loaded.";

const ASSESS_HELP: &str = "Examples:
  plimsoll assess --importer RUS --goods chpl@2024-02 --period 2022-01..2022-11 --against 2021-01..2021-11 --currency EUR
  plimsoll assess --importer Kyrgyzstan --exporter CHN+HKG --goods 850760 --period 2022
  plimsoll assess --importer RUS --goods machine-tools --period 2023Q4 --variants
  plimsoll assess --importer RUS --goods chpl --period 2022 --page russia.html

Periods: 2021, 2021H1, 2021Q4, 2021-03, 2021-01..2021-11. Places: ISO codes, names, groups
such as EU27 or EAEU, several joined by +. Goods: `plimsoll goods` lists the groups.";

const FIND_HELP: &str = "Examples:
  plimsoll find surge --goods chpl@2024-02 --period 2022-01..2022-11 --currency EUR
  plimsoll find surge --importer KGZ --goods 850760 --period 2022 --why
  plimsoll find all --period 2022 --q 0.01 --format ndjson

A finding is a lead with its evidence. Of all findings of a detector a share of at most --q are
false alarms, on average. Exit codes: 0 nothing found, 1 something found, 3 nothing to test.
`plimsoll explain detectors` lists the detectors; each has its test page: `plimsoll explain surge`.";

const CLAIM_HELP: &str = "Examples:
  plimsoll claim check
  plimsoll claim check ap-2024-machine-tools-share --goods machine-tools:narrow
  plimsoll claim check article.txt --write claims.toml
  plimsoll claim add claims.toml";

const CHECK_HELP: &str = "Examples:
  plimsoll claim check
  plimsoll claim check claims.toml --format json
  plimsoll claim check article.md --write found.toml
  plimsoll claim check \"China supplied nearly 70 % of Russia's machine tools in the last quarter of 2023\"
  plimsoll claim check ap-2024-machine-tools-share --goods machine-tools:nc --basis dispatch

Each claim is computed under every definition that its words leave open, and held against the
interval that they allow. Verdicts: supported, contradicted, depends-on-definition, inconsistent
(with itself or with other claims), cannot-tell (and which data would tell). Exit codes: 0 nothing
to look at, 1 a claim is contradicted or inconsistent, 3 the data tell of none.";

const RECONCILE_HELP: &str = "Example:
  plimsoll reconcile --period 2022 --goods 854231 --importer KAZ
  plimsoll reconcile --period 2022 --format csv

The value is a weighted mean of both reports; the weight depends on how far the reports of the
exporter and of the importer differ from others' everywhere. A flow that one side alone reports
keeps that report. docs/methods.md has the formula and how close it comes to BACI.";

/// `plimsoll report`
#[derive(Debug, Args)]
pub struct ReportArgs {
    /// Report file: Markdown with fenced commands and queries, or TOML
    pub file: PathBuf,
    /// Write the page here; without any output named, beside the file
    #[arg(long, value_name = "FILE")]
    pub page: Option<PathBuf>,
    /// Write the page as Markdown
    #[arg(long, value_name = "FILE")]
    pub markdown: Option<PathBuf>,
    /// Write a bundle (RO-Crate) with the data, the queries, the sources and their hashes
    #[arg(long, value_name = "FOLDER")]
    pub bundle: Option<PathBuf>,
}

/// `plimsoll reproduce`
#[derive(Debug, Args)]
pub struct ReproduceArgs {
    /// Folder that `plimsoll report --bundle` wrote
    pub bundle: PathBuf,
}

/// `plimsoll claim`
#[derive(Debug, Subcommand)]
pub enum ClaimCommand {
    /// Compute claims again under every admissible definition, and compare them with each other
    #[command(after_help = CHECK_HELP)]
    Check(Box<ClaimCheckArgs>),
    /// The claims that are known: those shipped and those you added
    #[command(after_help = "Example:\n  plimsoll claim list --format csv")]
    List,
    /// Add a ledger of claims to the store
    #[command(after_help = "Example:\n  plimsoll claim add found.toml")]
    Add {
        /// Ledger: TOML with one table `claim` for each claim
        file: PathBuf,
    },
}

/// `plimsoll claim check`
#[derive(Debug, Args)]
pub struct ClaimCheckArgs {
    /// Ledgers (.toml), texts (.txt, .md, .html, - for stdin), addresses, ids of known claims, or
    /// a sentence; without any, all known claims
    #[arg(value_name = "INPUT")]
    pub inputs: Vec<String>,
    /// Fix the goods and their definition
    #[arg(long)]
    pub goods: Option<String>,
    /// Fix whose reports count
    #[arg(long, value_enum)]
    pub basis: Option<BasisArg>,
    /// Fix the supplier: China alone, say, in place of China with and without Hong Kong
    #[arg(long, value_name = "PLACE")]
    pub exporter: Option<String>,
    /// Fix the importer
    #[arg(long, value_name = "PLACE")]
    pub importer: Option<String>,
    /// Fix the period
    #[arg(long)]
    pub period: Option<String>,
    /// Fix the period that a change starts from
    #[arg(long, value_name = "PERIOD")]
    pub against: Option<String>,
    /// Write the claims found in texts as a ledger, for a person to accept
    #[arg(long, value_name = "FILE")]
    pub write: Option<PathBuf>,
    /// Write a page
    #[arg(long, value_name = "FILE")]
    pub page: Option<PathBuf>,
    /// Notes and sources of each figure
    #[arg(long)]
    pub why: bool,
    /// A language model that is asked for further claims
    #[command(flatten)]
    pub proposer: ProposeArgs,
    /// The user's own files
    #[command(flatten)]
    pub own: OwnFiles,
}

/// An endpoint that may propose claims; off unless it is named.
#[derive(Clone, Debug, Default, Args)]
pub struct ProposeArgs {
    /// Send texts to this OpenAI-compatible address (such as http://localhost:11434/v1) and mark
    /// what it proposes; off unless asked. Its key is taken from PLIMSOLL_PROPOSE_KEY
    #[arg(long, value_name = "URL")]
    pub propose: Option<String>,
    /// The model that the address is asked for
    #[arg(long, value_name = "NAME", requires = "propose")]
    pub propose_model: Option<String>,
}

/// What a person brings of goods and exchange rates.
#[derive(Clone, Debug, Default, Args)]
pub struct OwnFiles {
    /// Your own groups: TOML, or the EU's sanctioned codes with dates as CSV
    #[arg(long = "goods-file", value_name = "FILE")]
    pub goods_files: Vec<PathBuf>,
    /// Further exchange rates: CSV with month, currency, usd_per_unit
    #[arg(long, value_name = "FILE")]
    pub rates: Option<PathBuf>,
}

/// `plimsoll demo`
#[derive(Debug, Args)]
pub struct DemoArgs {
    /// Where to write the page
    #[arg(long, value_name = "FILE")]
    pub page: Option<PathBuf>,
}

/// `plimsoll load`
#[derive(Debug, Args)]
pub struct LoadArgs {
    /// The files
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// The layout, where its content does not tell it
    #[arg(long = "as", value_name = "LAYOUT")]
    pub layout: Option<String>,
    /// Flow, where the file does not say it: import or export
    #[arg(long, value_name = "FLOW")]
    pub flow: Option<String>,
    /// What the file does not say: reporter=, partner=, currency=, revision=, year=, unit=,
    /// vintage=; for a watchlist date=; for evidence publisher=, licence=
    #[arg(long = "set", value_name = "WHAT=VALUE")]
    pub set: Vec<String>,
    /// Load a file anew that is in the store already
    #[arg(long)]
    pub replace: bool,
    /// Further exchange rates: CSV with month, currency, usd_per_unit
    #[arg(long, value_name = "FILE")]
    pub rates: Option<PathBuf>,
    /// Take a watchlist that has far fewer entries than its last edition
    #[arg(long)]
    pub accept_shrunk: bool,
    /// Load through a mapping: which column is which
    #[arg(long, value_name = "MAPPING", conflicts_with = "layout")]
    pub mapping: Option<PathBuf>,
    /// Draft a mapping for one file and show five rows through it; loads nothing
    #[arg(long, conflicts_with_all = ["mapping", "layout"])]
    pub guess: bool,
    /// Write the drafted mapping to a new file
    #[arg(long, value_name = "MAPPING", requires = "guess")]
    pub out: Option<PathBuf>,
}

/// `plimsoll fetch`
#[derive(Debug, Args)]
pub struct FetchArgs {
    /// Sources, or addresses; without one all sources are listed
    #[arg(value_name = "SOURCE")]
    pub sources: Vec<String>,
    /// Say what would be fetched, without the network
    #[arg(long)]
    pub plan: bool,
    /// Comtrade: who reports: places joined by commas, a group, or all
    #[arg(long, value_name = "PLACE")]
    pub reporter: Option<String>,
    /// Comtrade: the other side: places joined by commas, a group, world, or all
    #[arg(long, value_name = "PLACE")]
    pub partner: Option<String>,
    /// Flow: import or export
    #[arg(long, value_name = "FLOW")]
    pub flow: Option<String>,
    /// Comtrade: which goods: a code, a list or a group
    #[arg(long)]
    pub goods: Option<String>,
    /// Which months or years
    #[arg(long)]
    pub period: Option<String>,
    /// Comtrade: annual or monthly figures; without it annual ones for whole years
    #[arg(long, value_enum, value_name = "FREQ")]
    pub freq: Option<FreqArg>,
    /// Another address in place of the publisher's, such as a mirror
    #[arg(long, value_name = "URL")]
    pub base_url: Option<String>,
    /// What an address leaves open, as in token=; else as in plimsoll load
    #[arg(long = "set", value_name = "WHAT=VALUE")]
    pub set: Vec<String>,
    /// The layout, where the content does not tell it
    #[arg(long = "as", value_name = "LAYOUT")]
    pub layout: Option<String>,
    /// Ask for all of it, whatever is there
    #[arg(long)]
    pub anew: bool,
    /// Keep what comes without loading it
    #[arg(long)]
    pub no_load: bool,
    /// Take what has less than two thirds of its last edition
    #[arg(long)]
    pub accept_shrunk: bool,
    /// The longest that a server may ask to wait
    #[arg(long, value_name = "SECONDS", default_value_t = 120)]
    pub patience: u64,
    /// The most bytes of a file
    #[arg(long, value_name = "BYTES", default_value_t = 4 << 30)]
    pub most_bytes: u64,
    /// Allow http without TLS, as for a mirror in your own house
    #[arg(long)]
    pub insecure_http: bool,
    /// The user's own files
    #[command(flatten)]
    pub own: OwnFiles,
}

/// `--freq`
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum FreqArg {
    /// Annual
    #[value(name = "A", alias = "a")]
    Annual,
    /// Monthly
    #[value(name = "M", alias = "m")]
    Monthly,
}

/// `plimsoll screen`
#[derive(Debug, Args)]
pub struct ScreenArgs {
    /// The name
    #[arg(value_name = "NAME", conflicts_with = "file")]
    pub name: Vec<String>,
    /// Names out of a file; - is the standard input
    #[arg(long, value_name = "FILE")]
    pub file: Option<PathBuf>,
    /// What stood on that day
    #[arg(long, value_name = "DAY")]
    pub as_of: Option<String>,
    /// Only this list, or all whose id begins so, such as csl
    #[arg(long = "list", value_name = "LIST")]
    pub lists: Vec<String>,
    /// What kind of party: person, company, vessel, aircraft
    #[arg(long = "type", value_name = "TYPE", conflicts_with = "file")]
    pub kind: Option<String>,
    /// Its country, by name or code
    #[arg(long = "country", value_name = "PLACE", conflicts_with = "file")]
    pub countries: Vec<String>,
    /// A number that identifies it: IMO, LEI, INN, passport, …
    #[arg(long = "identifier", value_name = "NUMBER", conflicts_with = "file")]
    pub identifiers: Vec<String>,
    /// Date of birth or founding
    #[arg(long = "date", value_name = "DATE", conflicts_with = "file")]
    pub dates: Vec<String>,
    /// Its address
    #[arg(long, value_name = "TEXT", conflicts_with = "file")]
    pub address: Option<String>,
    /// Hits from this score on
    #[arg(long, value_name = "SCORE")]
    pub threshold: Option<f64>,
    /// The most hits for a name
    #[arg(long, value_name = "N")]
    pub limit: Option<usize>,
    /// Each word, the source line, and what would take a hit away
    #[arg(long)]
    pub why: bool,
    /// Threads; else one for each core
    #[arg(long, value_name = "N")]
    pub threads: Option<usize>,
}

/// `plimsoll parts`
#[derive(Debug, Args)]
pub struct PartsArgs {
    /// The weapon, in any usual spelling
    #[arg(required = true, value_name = "WEAPON")]
    pub weapon: Vec<String>,
    /// Lists as they stood on that day
    #[arg(long, value_name = "DAY")]
    pub as_of: Option<String>,
    /// Only one of the tables
    #[arg(long, value_enum)]
    pub by: Option<PartsBy>,
    /// The most rows of a table; 0 is all
    #[arg(long, value_name = "N", default_value_t = 40)]
    pub limit: usize,
    /// Write a self-contained HTML page with a picture
    #[arg(long, value_name = "FILE")]
    pub page: Option<PathBuf>,
}

/// `--by` of `plimsoll parts`
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum PartsBy {
    /// One row a maker
    Maker,
    /// One row a part
    Part,
}

/// `plimsoll owners`
#[derive(Debug, Args)]
pub struct OwnersArgs {
    /// The name, in any script
    #[arg(required = true, value_name = "NAME")]
    pub name: Vec<String>,
    /// Lists and holdings as they stood on that day
    #[arg(long, value_name = "DAY")]
    pub as_of: Option<String>,
    /// Its country, by name or code
    #[arg(long, value_name = "PLACE")]
    pub country: Option<String>,
    /// Where the flows of the usual codes go to
    #[arg(long, value_name = "PLACE", default_value = "RUS")]
    pub importer: String,
    /// The most rows of a table; 0 is all
    #[arg(long, value_name = "N", default_value_t = 40)]
    pub limit: usize,
    /// Write a self-contained HTML page with a picture
    #[arg(long, value_name = "FILE")]
    pub page: Option<PathBuf>,
}

/// `plimsoll goods`
#[derive(Debug, Args)]
pub struct GoodsArgs {
    /// A code or a group; without one all groups are listed
    pub what: Option<String>,
    /// Your own groups: TOML, or the EU's sanctioned codes with dates as CSV
    #[arg(long = "goods-file", value_name = "FILE")]
    pub goods_files: Vec<PathBuf>,
    /// Names of codes, if you have them: CSV or Comtrade's JSON code list
    #[arg(long, value_name = "FILE")]
    pub labels: Option<PathBuf>,
}

/// `plimsoll assess`
#[derive(Debug, Args)]
pub struct AssessArgs {
    /// Whose imports: a country, a group, or several
    #[arg(long, value_name = "PLACE")]
    pub importer: Option<String>,
    /// Whose share; without it all suppliers
    #[arg(long, value_name = "PLACE")]
    pub exporter: Option<String>,
    /// Which goods: a code, a list or a group, as in chpl@2024-02:tier1
    #[arg(long)]
    pub goods: String,
    /// When
    #[arg(long)]
    pub period: String,
    /// An earlier period to compare with, on comparable codes only
    #[arg(long, value_name = "PERIOD")]
    pub against: Option<String>,
    /// Currency of the answer
    #[arg(long, default_value = "USD")]
    pub currency: String,
    /// Whose report: dispatch (exporters'), origin (importers'), any
    #[arg(long, value_enum, default_value_t = BasisArg::Any)]
    pub basis: BasisArg,
    /// Break down by
    #[arg(long, value_enum, default_value_t = ByArg::Supplier)]
    pub by: ByArg,
    /// Only this dataset, such as comext
    #[arg(long)]
    pub dataset: Option<String>,
    /// Take codes by their digits in every HS revision: naive, and marked so
    #[arg(long)]
    pub as_reported: bool,
    /// The same under other list versions, definitions, with and without Hong Kong
    #[arg(long)]
    pub variants: bool,
    /// Rows, rules and SQL behind the figures
    #[arg(long)]
    pub why: bool,
    /// Write a self-contained HTML page
    #[arg(long, value_name = "FILE")]
    pub page: Option<PathBuf>,
    /// The user's own files
    #[command(flatten)]
    pub own: OwnFiles,
}

/// `--basis`
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum BasisArg {
    /// The importer's own report where there is one, else its partners' exports
    Any,
    /// Exporters' reports, or the importer's own where it reports by dispatch too
    Dispatch,
    /// Importers' reports
    Origin,
}

/// `--by`
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ByArg {
    /// Where from
    Supplier,
    /// Where to
    Importer,
    /// Commodity code
    Code,
    /// Tier of the list
    Tier,
    /// Month, or the period that is reported
    Month,
}

/// `plimsoll sql`
#[derive(Debug, Args)]
pub struct SqlArgs {
    /// The query; tables: trade, shipments, sources
    pub query: String,
}

/// `plimsoll explain`
#[derive(Debug, Args)]
pub struct ExplainArgs {
    /// A code, as in error[column-missing]; without one all are listed
    pub code: Option<String>,
}

/// `plimsoll find`
#[derive(Debug, Args)]
pub struct FindArgs {
    /// Detectors: surge, mirror-gap, diversion, unit-value, concentration, cap; or all
    #[arg(required = true, value_name = "DETECTOR")]
    pub detectors: Vec<String>,
    /// Only trade into these places
    #[arg(long, value_name = "PLACE")]
    pub importer: Option<String>,
    /// Only trade from these places
    #[arg(long, value_name = "PLACE")]
    pub exporter: Option<String>,
    /// Only these goods: a code, a list or a group; without it all codes
    #[arg(long)]
    pub goods: Option<String>,
    /// The window to test; without it the last year that most reporters cover
    #[arg(long)]
    pub period: Option<String>,
    /// What to compare it with; without it up to five years before
    #[arg(long, value_name = "PERIOD")]
    pub against: Option<String>,
    /// How finely to look; without it all levels
    #[arg(long, value_enum, value_delimiter = ',')]
    pub by: Vec<LevelArg>,
    /// Largest share of false alarms among findings
    #[arg(long, value_name = "SHARE", default_value_t = 0.05)]
    pub q: f64,
    /// How that rate is held: bh (Benjamini-Hochberg) or by (Benjamini-Yekutieli, stricter)
    #[arg(long, value_enum, default_value_t = ControlArg::Bh)]
    pub control: ControlArg,
    /// Value a year below which nothing is looked at
    #[arg(long, value_name = "VALUE", default_value_t = 100_000.0)]
    pub min_value: f64,
    /// Smallest ratio to the baseline, or its inverse, that is shown
    #[arg(long, value_name = "RATIO", default_value_t = 1.5)]
    pub min_ratio: f64,
    /// Diversion: where goods are taken to end up
    #[arg(long, value_name = "PLACE", default_value = "RUS")]
    pub target: String,
    /// Diversion: who sold to the target before
    #[arg(long, value_name = "PLACE")]
    pub origin: Option<String>,
    /// Diversion: goods that nobody stopped selling, to compare with
    #[arg(long = "control-goods", value_name = "GOODS", default_value = "placebo-civilian")]
    pub control_goods: String,
    /// Currency of all figures
    #[arg(long, default_value = "USD")]
    pub currency: String,
    /// Only this dataset, such as comext
    #[arg(long)]
    pub dataset: Option<String>,
    /// The most findings that a table shows of each detector; 0 is all
    #[arg(long, value_name = "N", default_value_t = 40)]
    pub limit: usize,
    /// Writes a page with charts of the first findings, sources and how they are made
    #[arg(long, value_name = "FILE")]
    pub page: Option<PathBuf>,
    /// The facts behind each finding
    #[arg(long)]
    pub why: bool,
    /// The user's own files
    #[command(flatten)]
    pub own: OwnFiles,
    /// Threads; else one for each core
    #[arg(long, value_name = "N")]
    pub threads: Option<usize>,
}

/// `--by` of `plimsoll find`
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum LevelArg {
    /// Importer and a list or group of goods
    Group,
    /// Importer and a tier of a list
    Tier,
    /// Importer and code
    Market,
    /// Importer, exporter and code
    Pair,
}

/// `--control`
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ControlArg {
    /// Benjamini and Hochberg
    Bh,
    /// Benjamini and Yekutieli
    By,
}

/// `plimsoll reconcile`
#[derive(Debug, Args)]
pub struct ReconcileArgs {
    /// When
    #[arg(long)]
    pub period: String,
    /// Only trade into these places
    #[arg(long, value_name = "PLACE")]
    pub importer: Option<String>,
    /// Only trade from these places
    #[arg(long, value_name = "PLACE")]
    pub exporter: Option<String>,
    /// Only these goods: a code, a list or a group; without it all codes
    #[arg(long)]
    pub goods: Option<String>,
    /// Currency of all figures
    #[arg(long, default_value = "USD")]
    pub currency: String,
    /// Only this dataset, such as comtrade
    #[arg(long)]
    pub dataset: Option<String>,
    /// Threads; else one for each core
    #[arg(long, value_name = "N")]
    pub threads: Option<usize>,
}
