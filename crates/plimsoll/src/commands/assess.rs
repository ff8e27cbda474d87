//! `plimsoll assess`: who supplies which goods to whom.

use crate::cli::{AssessArgs, BasisArg, ByArg, Format};
use crate::commands::Context;
use crate::failure::{Exit, Failure};
use crate::fetch::gap;
use crate::present::{assess_json, assess_page, assess_text, tables};
use crate::staleness::{self, Recorded};
use crate::{printer, settings};
use plimsoll_ingest::scan::Scanner;
use plimsoll_ingest::store::Store;
use plimsoll_monitor::assess::{Assessment, assess};
use plimsoll_monitor::choice::Coverage;
use plimsoll_monitor::question::{BasisAsked, Question};
use plimsoll_terms::goods::{self, Goods, GoodsGroup};
use plimsoll_terms::period::Period;
use plimsoll_terms::place::{self, PlaceSet};
use std::path::Path;

/// A variant of the question and its answer.
pub struct Variant {
    /// What differs, for people.
    pub name: String,
    /// The question.
    pub question: Question,
    /// The answer.
    pub answer: Assessment,
}

/// Asks, prints, writes the page.
pub fn run(context: &Context, args: &AssessArgs) -> Result<Exit, Failure> {
    answered(context, args, |shown| print(context, shown))?
}

/// The page alone.
pub fn page(context: &Context, args: &AssessArgs) -> Result<plimsoll_report::Page, Failure> {
    answered(context, args, assess_page::page)
}

/// Asks, and hands what came of it to `then`.
fn answered<T>(
    context: &Context,
    args: &AssessArgs,
    then: impl FnOnce(&Shown<'_>) -> T,
) -> Result<T, Failure> {
    let question = question(args)?;
    let store = Store::open(&context.store)?;
    store.check_files()?;
    let scanner = Scanner::new(store);
    known_dataset(scanner.store(), question.dataset.as_deref())?;
    let coverage = Coverage::of(scanner.store(), question.dataset.as_deref())?;
    warm_repeats(&scanner, &coverage, &question)?;
    let answer = assess(&scanner, &coverage, &question)?;
    let by_month = args.by == ByArg::Month || args.page.is_some();
    let by_month = Question { monthly: by_month, ..question.clone() };
    let monthly = match by_month.monthly {
        true => Some(assess(&scanner, &coverage, &by_month)?),
        false => None,
    };
    let variants =
        if args.variants { variants(&scanner, &coverage, &question)? } else { Vec::new() };
    let manifest = &scanner.store().manifest;
    let used = answer.sources.iter().map(|&i| &manifest.resources[i]);
    let stale = staleness::statistics(used, &settings::today());
    let stale = context.staleness.judge(stale)?;
    Ok(then(&Shown {
        stale,
        scanner: &scanner,
        question: &question,
        answer: &answer,
        monthly: monthly.as_ref(),
        variants: &variants,
        args,
    }))
}

fn print(context: &Context, shown: &Shown<'_>) -> Result<Exit, Failure> {
    let Shown { question, answer, args, .. } = *shown;
    let text = match context.format {
        Format::Json => tables::pretty(&assess_json::document(shown)),
        Format::Ndjson => format!("{}\n", assess_json::document(shown)),
        format => assess_text::text(shown, format),
    };
    printer::data(&text);
    if let Some(path) = &args.page {
        write_page(path, &plimsoll_report::to_html(&assess_page::page(shown)))?;
        printer::talk(&format!("page written: {}", path.display()));
    }
    if answer.sides[0].numerator.is_none() {
        return Ok(cannot_tell(question, answer, args));
    }
    if context.format == Format::Table && !args.why {
        printer::next(
            "add --why for rows, rules and SQL, --page FILE for a page, --variants for other definitions",
        );
    }
    Ok(if answer.cannot_tell() { Exit::CannotTell } else { Exit::Done })
}
/// Whether any source is of the dataset that is asked for.
pub fn known_dataset(store: &Store, asked: Option<&str>) -> Result<(), Failure> {
    let Some(asked) = asked else { return Ok(()) };
    let known: std::collections::BTreeSet<&str> =
        store.manifest.resources.iter().map(|s| s.dataset.as_str()).collect();
    if known.contains(asked) {
        return Ok(());
    }
    let known = if known.is_empty() {
        "none".into()
    } else {
        known.into_iter().collect::<Vec<_>>().join(", ")
    };
    Err(Failure::usage(
        "dataset-unknown",
        format!("no dataset {asked:?} is loaded; there are: {known}"),
        "take one of them, or leave --dataset out",
    ))
}

/// Everything that is shown of an answer.
pub struct Shown<'a> {
    /// The store.
    pub scanner: &'a Scanner,
    /// What was asked.
    pub question: &'a Question,
    /// The answer.
    pub answer: &'a Assessment,
    /// The same from monthly records, where it is shown by month.
    pub monthly: Option<&'a Assessment>,
    /// Answers to variants.
    pub variants: &'a [Variant],
    /// How to show it.
    pub args: &'a AssessArgs,
    /// What of the data is stale.
    pub stale: Recorded,
}

/// Writes a page.
pub fn write_page(path: &Path, html: &str) -> Result<(), Failure> {
    std::fs::write(path, html).map_err(|e| {
        Failure::usage(
            "output",
            format!("cannot write {}: {e}", path.display()),
            "name another --page FILE",
        )
    })
}

/// What would fetch the lacking figures.
fn fetch_command(question: &Question, args: &AssessArgs) -> String {
    let code = |set: &Option<PlaceSet>| set.as_ref().map(|s| s.code.clone());
    let importer = code(&question.importer);
    // A share needs all suppliers beside the one that is asked for; without an importer nobody
    // but the exporter tells.
    let exporter = code(&question.exporter).filter(|_| importer.is_none());
    let mut command = gap::command_for(
        importer.as_deref(),
        exporter.as_deref(),
        &question.goods.spec(),
        &question.period,
        question.basis,
    );
    for file in &args.own.goods_files {
        command.push_str(&format!(" --goods-file {}", file.display()));
    }
    command
}

fn cannot_tell(question: &Question, answer: &Assessment, args: &AssessArgs) -> Exit {
    let why = answer.sides[0].cannot_tell.clone().unwrap_or_default();
    printer::talk(&format!("cannot tell: {why}"));
    let who = question.importer.as_ref().map_or("the importer".to_owned(), |i| i.label.clone());
    printer::next(&format!(
        "{}; or load import statistics of {who}, or exports to it, for {}; plimsoll status shows what is loaded",
        fetch_command(question, args),
        question.period
    ));
    Exit::CannotTell
}

/// The question, from the arguments.
pub fn question(args: &AssessArgs) -> Result<Question, Failure> {
    let user = settings::goods_files(&args.own.goods_files)?;
    let goods = goods(&args.goods, &user)?;
    let rates = settings::rates(args.own.rates.as_deref())?;
    let currency = args.currency.to_ascii_uppercase();
    let asked = period(&args.period)?;
    if currency != "USD" && rates.usd_per_unit(&currency, asked.first(), asked.last()).is_none() {
        return Err(Failure::usage(
            "currency-unknown",
            format!("there is no exchange rate for {currency} in {asked}"),
            "USD and EUR are built in; give others with --rates FILE (month, currency, usd_per_unit)",
        ));
    }
    let against = args.against.as_deref().map(period).transpose()?;
    if against == Some(asked) {
        return Err(Failure::usage(
            "period-compared-with-itself",
            format!("--period and --against are both {asked}"),
            "name an earlier period, or leave --against out",
        ));
    }
    Ok(Question {
        importer: places(args.importer.as_deref(), "--importer")?,
        exporter: places(args.exporter.as_deref(), "--exporter")?,
        goods,
        period: asked,
        against,
        currency,
        basis: match args.basis {
            BasisArg::Any => BasisAsked::Any,
            BasisArg::Dispatch => BasisAsked::Dispatch,
            BasisArg::Origin => BasisAsked::Origin,
        },
        dataset: args.dataset.clone(),
        as_reported: args.as_reported,
        monthly: false,
        rates,
    })
}

/// Reads a code, list or group of goods.
pub fn goods(text: &str, user: &[GoodsGroup]) -> Result<Goods, Failure> {
    goods::resolve(text, user).map_err(|e| {
        Failure::usage(
            "goods-unknown",
            e.to_string(),
            "plimsoll goods lists the groups; a code has 2, 4 or 6 digits",
        )
    })
}

/// Reads a period.
pub fn period(text: &str) -> Result<Period, Failure> {
    Period::parse(text).map_err(|e| {
        Failure::usage(
            "period-unreadable",
            e.to_string(),
            "say for example 2021, 2021H1, 2021Q4, 2021-03 or 2021-01..2021-11",
        )
    })
}

/// Reads the places of an option.
pub fn places(text: Option<&str>, option: &str) -> Result<Option<PlaceSet>, Failure> {
    text.map(|text| {
        place::parse_place_set(text).map_err(|e| {
            Failure::usage(
                "place-unknown",
                format!("{option}: {e}"),
                "say an ISO code, a name, or a group such as EU27; join several by +",
            )
        })
    })
    .transpose()
}

/// The same question under the other versions and definitions of its goods, and with and
/// without Hong Kong where China's share is asked.
fn variants(
    scanner: &Scanner,
    coverage: &Coverage,
    question: &Question,
) -> Result<Vec<Variant>, Failure> {
    let mut exporters: Vec<Option<PlaceSet>> = vec![question.exporter.clone()];
    if let Some(set) = &question.exporter
        && set.members.iter().any(|m| m.code() == "CHN")
    {
        exporters = ["CHN", "CHN+HKG", "CHN+HKG+MAC"]
            .into_iter()
            .filter_map(|text| place::parse_place_set(text).ok())
            .map(Some)
            .collect();
    }
    let mut goods = vec![question.goods.clone()];
    goods.extend(goods::variants(&question.goods));
    let mut all = Vec::new();
    for goods in goods {
        for exporter in &exporters {
            let variant =
                Question { goods: goods.clone(), exporter: exporter.clone(), ..question.clone() };
            let who = exporter.as_ref().map(|e| format!(" · {}", e.label)).unwrap_or_default();
            let name = format!("{}{who}", goods.spec());
            let answer = assess(scanner, coverage, &variant)?;
            all.push(Variant { name, question: variant, answer });
        }
    }
    Ok(all)
}

/// For the benchmark: `PLIMSOLL_BENCH_REPEAT=9` times the question so often in one process.
fn warm_repeats(
    scanner: &Scanner,
    coverage: &Coverage,
    question: &Question,
) -> Result<(), Failure> {
    let repeats = std::env::var("PLIMSOLL_BENCH_REPEAT").ok().and_then(|t| t.parse::<u32>().ok());
    for _ in 0..repeats.unwrap_or(0) {
        let start = std::time::Instant::now();
        assess(scanner, coverage, question)?;
        printer::talk(&format!("warm_query_seconds={:.6}", start.elapsed().as_secs_f64()));
    }
    Ok(())
}
