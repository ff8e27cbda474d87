//! `plimsoll claim`: published claims against the data and against each other.

pub mod propose;
pub mod texts;

use crate::cli::{BasisArg, ClaimCheckArgs, ClaimCommand, Format};
use crate::commands::Context;
use crate::commands::assess::write_page;
use crate::failure::{Exit, Failure};
use crate::present::claim as present;
use crate::present::tables::Plain;
use crate::{printer, progress, settings, staleness};
use plimsoll_ingest::scan::Scanner;
use plimsoll_ingest::store::Store;
use plimsoll_monitor::choice::Coverage;
use plimsoll_monitor::claims::{Checker, ClaimCheck, Fixed, Verdict};
use plimsoll_monitor::question::BasisAsked;
use plimsoll_terms::claim::Claim;
use plimsoll_terms::claim::compare::{self, Relation};
use plimsoll_terms::claim::ledger::{self, Ledger};
use plimsoll_terms::goods::GoodsGroup;
use std::path::{Path, PathBuf};
use texts::Text;

/// Checks, lists or adds.
pub fn run(context: &Context, command: &ClaimCommand) -> Result<Exit, Failure> {
    match command {
        ClaimCommand::Check(args) => check(context, args),
        ClaimCommand::List => list(context),
        ClaimCommand::Add { file } => add(context, file),
    }
}

/// Everything that is shown of a check.
pub struct Shown {
    /// The store.
    pub scanner: Scanner,
    /// The claims, checked, in the order of the input.
    pub checks: Vec<ClaimCheck>,
    /// All claims that they were compared with.
    pub known: Vec<Claim>,
    /// The texts that claims were found in.
    pub texts: Vec<Text>,
}

/// The page alone.
pub fn page(context: &Context, args: &ClaimCheckArgs) -> Result<plimsoll_report::Page, Failure> {
    Ok(present::page(&shown(context, args)?))
}

/// Reads, compares and computes.
fn shown(context: &Context, args: &ClaimCheckArgs) -> Result<Shown, Failure> {
    let user_goods = settings::goods_files(&args.own.goods_files)?;
    let known = known(&context.store, &user_goods)?;
    let Asked { claims: asked, texts } = asked(context, args, &known, &user_goods)?;
    if let Some(path) = &args.write {
        write_ledger(path, &asked, &texts)?;
    }
    let mut all = asked.clone();
    all.extend(known.into_iter().filter(|k| asked.iter().all(|a| a.id != k.id)));
    let relations = compare::relations(&all);
    let rates = settings::rates(args.own.rates.as_deref())?;
    let fixed = fixed(args);
    let store = Store::open(&context.store)?;
    store.check_files()?;
    let stale = staleness::statistics(&store.manifest.resources, &settings::today());
    context.staleness.judge(stale)?;
    let scanner = Scanner::new(store);
    let coverage = Coverage::of(scanner.store(), None)?;
    let checker = Checker {
        scanner: &scanner,
        coverage: &coverage,
        user_goods: &user_goods,
        rates: &rates,
        fixed: &fixed,
    };
    let checks = checked(&checker, &asked, &relations)?;
    Ok(Shown { scanner, checks, known: all, texts })
}

fn check(context: &Context, args: &ClaimCheckArgs) -> Result<Exit, Failure> {
    let shown = shown(context, args)?;
    printer::data(&present::text(&shown, args.why, context.format));
    if let Some(path) = &args.page {
        write_page(path, &plimsoll_report::to_html(&present::page(&shown)))?;
        printer::talk(&format!("page written: {}", path.display()));
    }
    if shown.checks.is_empty() {
        printer::talk("no claim was found");
    }
    if context.format == Format::Table
        && let Some(command) = present::next(&shown)
    {
        printer::next(&command);
    }
    Ok(exit(&shown.checks))
}

fn checked(
    checker: &Checker,
    asked: &[Claim],
    relations: &[Relation],
) -> Result<Vec<ClaimCheck>, Failure> {
    let bar = progress::CountProgress::new("checking claims");
    let mut checks = Vec::with_capacity(asked.len());
    for (i, claim) in asked.iter().enumerate() {
        bar.see_of(i, asked.len());
        checks.push(checker.check(claim, relations)?);
    }
    bar.done();
    Ok(checks)
}

fn exit(checks: &[ClaimCheck]) -> Exit {
    let any = |of: &[Verdict]| checks.iter().any(|c| of.contains(&c.verdict));
    if any(&[Verdict::Contradicted, Verdict::Inconsistent]) {
        Exit::Attention
    } else if !checks.is_empty() && checks.iter().all(|c| c.verdict == Verdict::CannotTell) {
        Exit::CannotTell
    } else {
        Exit::Done
    }
}

fn fixed(args: &ClaimCheckArgs) -> Fixed {
    Fixed {
        goods: args.goods.clone(),
        basis: args.basis.map(|basis| match basis {
            BasisArg::Any => BasisAsked::Any,
            BasisArg::Dispatch => BasisAsked::Dispatch,
            BasisArg::Origin => BasisAsked::Origin,
        }),
        exporter: args.exporter.clone(),
        importer: args.importer.clone(),
        period: args.period.clone(),
        against: args.against.clone(),
    }
}

/// The claims shipped with the program and those of the store's ledgers.
fn known(store: &Path, user_goods: &[GoodsGroup]) -> Result<Vec<Claim>, Failure> {
    let mut all =
        ledger::shipped().map_err(|e| faulty(Path::new("the built-in ledger"), &e))?.claims;
    for path in ledgers(store) {
        all.extend(read_ledger(&path, user_goods)?.claims);
    }
    Ok(all)
}

/// The store's ledgers, by name.
fn ledgers(store: &Path) -> Vec<PathBuf> {
    let Ok(folder) = std::fs::read_dir(store.join("claims")) else { return Vec::new() };
    let mut all: Vec<PathBuf> = folder
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.extension().is_some_and(|e| e == "toml"))
        .collect();
    all.sort();
    all
}

fn read_ledger(path: &Path, user_goods: &[GoodsGroup]) -> Result<Ledger, Failure> {
    ledger::parse(&settings::read(path)?, user_goods).map_err(|e| faulty(path, &e))
}

fn faulty(path: &Path, error: &ledger::LedgerError) -> Failure {
    Failure::usage(
        "ledger-faulty",
        format!("{}: {error}", path.display()),
        "plimsoll explain ledger shows the form of a claim",
    )
}

/// What the inputs name or hold.
#[derive(Default)]
struct Asked {
    claims: Vec<Claim>,
    texts: Vec<Text>,
}

fn asked(
    context: &Context,
    args: &ClaimCheckArgs,
    known: &[Claim],
    user_goods: &[GoodsGroup],
) -> Result<Asked, Failure> {
    let inputs = &args.inputs;
    if inputs.is_empty() {
        return Ok(Asked { claims: known.to_vec(), texts: Vec::new() });
    }
    let mut all = Asked::default();
    for input in inputs {
        if let Some(claim) = known.iter().find(|c| c.id == *input) {
            all.claims.push(claim.clone());
        } else if Path::new(input).extension().is_some_and(|e| e == "toml") {
            all.claims.extend(read_ledger(Path::new(input), user_goods)?.claims);
        } else if let Some(text) = texts::read(context, input, &args.proposer, user_goods)? {
            all.claims.extend(text.claims(inputs.len() > 1));
            all.texts.push(text);
        } else {
            return Err(Failure::usage(
                "claim-unknown",
                format!("{input:?} is no file and no claim that is known"),
                "plimsoll claim list shows the known claims; a sentence goes in quotation marks",
            ));
        }
    }
    Ok(all)
}

/// The claims found, as a ledger for a person to accept.
fn write_ledger(path: &Path, claims: &[Claim], texts: &[Text]) -> Result<(), Failure> {
    let names: Vec<&str> = texts.iter().map(|t| t.name.as_str()).collect();
    let title = match names.as_slice() {
        [] => "Claims".to_owned(),
        names => {
            format!("Claims proposed from {}; read each before you accept it", names.join(", "))
        }
    };
    let ledger = Ledger { title, claims: claims.to_vec() };
    write_aside(path, &ledger::write(&ledger).map_err(|e| faulty(path, &e))?)?;
    printer::talk(&format!("{} claims written to {}", claims.len(), path.display()));
    Ok(())
}

fn list(context: &Context) -> Result<Exit, Failure> {
    let all = known(&context.store, &[])?;
    if matches!(context.format, Format::Json | Format::Ndjson) {
        printer::data(&present::claims(&all, context.format));
        return Ok(Exit::Done);
    }
    let mut table = Plain::new(["id", "claim", "figure", "period", "publisher", "published"]);
    for claim in &all {
        table.rows.push(
            [
                &claim.id,
                &claim.text,
                &claim.value,
                &claim.period,
                &claim.publisher,
                &claim.published,
            ]
            .map(String::clone)
            .to_vec(),
        );
    }
    printer::data(&table.show(context.format));
    Ok(Exit::Done)
}

/// Adds a ledger to the store, whole or not at all; the same content twice changes nothing.
fn add(context: &Context, file: &Path) -> Result<Exit, Failure> {
    let ledger = read_ledger(file, &[])?;
    let before = known(&context.store, &[])?;
    let name = file.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    let target = context.store.join("claims").join(&name);
    let own = if target.exists() { read_ledger(&target, &[])?.claims } else { Vec::new() };
    let of_others = |id: &str| before.iter().any(|c| c.id == id) && own.iter().all(|c| c.id != id);
    if let Some(double) = ledger.claims.iter().find(|c| of_others(&c.id)) {
        return Err(Failure::usage(
            "claim-id-taken",
            format!("{}: another ledger already has a claim {:?}", file.display(), double.id),
            "give the claim another id",
        ));
    }
    let text = ledger::write(&ledger).map_err(|e| faulty(file, &e))?;
    write_aside(&target, &text)?;
    printer::talk(&format!("{} claims of {name} are in the store", ledger.claims.len()));
    printer::next("plimsoll claim check");
    Ok(Exit::Done)
}

fn write_aside(target: &Path, text: &str) -> Result<(), Failure> {
    let write = || -> std::io::Result<()> {
        if let Some(folder) = target.parent() {
            std::fs::create_dir_all(folder)?;
        }
        let aside = target.with_extension("toml.new");
        std::fs::write(&aside, text)?;
        std::fs::rename(&aside, target)
    };
    write().map_err(|e| {
        Failure::usage(
            "output",
            format!("cannot write {}: {e}", target.display()),
            "check the permissions of the store's folder",
        )
    })
}
