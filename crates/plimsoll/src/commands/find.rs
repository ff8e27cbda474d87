//! `plimsoll find`: where in the statistics should somebody look?

use crate::cli::{ControlArg, FindArgs, Format, LevelArg};
use crate::commands::{Context, assess};
use crate::failure::{Exit, Failure};
use crate::present::{find as present, find_page};
use crate::progress::CountProgress;
use crate::{printer, settings, staleness};
use plimsoll_ingest::store::Store;
use plimsoll_monitor::detectors::{self, Answer, Detector};
use plimsoll_monitor::flows::PanelError;
use plimsoll_monitor::search::{Control, Level, Search};

/// The page alone.
pub fn page(context: &Context, args: &FindArgs) -> Result<plimsoll_report::Page, Failure> {
    match searched(context, args)? {
        Ok(answer) => Ok(find_page::page(&answer, args)?),
        Err(why) => Err(Failure::usage("nothing-to-test", why, "name --period and --against")),
    }
}

/// Searches; `Ok(Err(why))` where the data do not reach.
fn searched(context: &Context, args: &FindArgs) -> Result<Result<Answer, String>, Failure> {
    let chosen = chosen(&args.detectors)?;
    let mut search = search(args)?;
    if chosen.iter().all(|d| d.id() != "diversion") {
        search.control_goods = None;
    }
    let store = Store::open(&context.store)?;
    store.check_files()?;
    assess::known_dataset(&store, search.dataset.as_deref())?;
    let asked = |dataset: &str| search.dataset.as_deref().is_none_or(|d| d == dataset);
    let used = store.manifest.resources.iter().filter(|s| asked(&s.dataset));
    context.staleness.judge(staleness::statistics(used, &settings::today()))?;
    let progress = CountProgress::new("searching");
    let answer = detectors::find(store, search, &chosen, &|done, all| progress.see_of(done, all));
    progress.done();
    match answer {
        Ok(answer) => Ok(Ok(answer)),
        Err(PanelError::Horizon(why)) => Ok(Err(why.to_string())),
        Err(error) => Err(failure(error)),
    }
}

/// Searches and prints.
pub fn run(context: &Context, args: &FindArgs) -> Result<Exit, Failure> {
    let answer = match searched(context, args)? {
        Ok(answer) => answer,
        Err(why) => return Ok(cannot_tell(&why)),
    };
    printer::data(&present::text(&answer, args, context.format));
    if let Some(path) = &args.page {
        let page = find_page::page(&answer, args)?;
        assess::write_page(path, &plimsoll_report::to_html(&page))?;
        printer::talk(&format!("page written: {}", path.display()));
    }
    let found = answer.outcomes.iter().any(|(_, o)| !o.findings.is_empty());
    let tested: usize = answer.outcomes.iter().map(|(_, o)| o.tests).sum();
    if context.format == Format::Table && found && !args.why {
        printer::next(
            "add --why for the facts behind each finding, --format ndjson for all of them",
        );
    }
    if !found && tested == 0 {
        return Ok(cannot_tell("nothing in the data could be tested"));
    }
    Ok(if found { Exit::Attention } else { Exit::Done })
}

/// Says why there is no answer, and what to do.
pub fn cannot_tell(why: &str) -> Exit {
    printer::talk(&format!("cannot tell: {why}"));
    printer::next(
        "plimsoll status shows what is loaded; load a longer span, or name --period and --against",
    );
    Exit::CannotTell
}

/// A failure of a search.
pub fn failure(error: PanelError) -> Failure {
    match error {
        PanelError::Store(error) => error.into(),
        error => {
            Failure::usage("sql", error.to_string(), "please report this: it is a fault of ours")
        }
    }
}

/// The detectors that are named; `all` is every one.
fn chosen(names: &[String]) -> Result<Vec<&'static dyn Detector>, Failure> {
    if names.iter().any(|n| n == "all") {
        return Ok(detectors::ALL.to_vec());
    }
    let one = |name: &String| {
        detectors::by_id(name).ok_or_else(|| {
            let known: Vec<&str> = detectors::ALL.iter().map(|d| d.id()).collect();
            Failure::usage(
                "detector-unknown",
                format!("there is no detector {name:?}"),
                format!("take one of {}, or all", known.join(", ")),
            )
        })
    };
    names.iter().map(one).collect()
}

fn search(args: &FindArgs) -> Result<Search, Failure> {
    let user = settings::goods_files(&args.own.goods_files)?;
    let control_goods = Some(assess::goods(&args.control_goods, &user)?);
    let goods = args.goods.as_deref().map(|text| assess::goods(text, &user)).transpose()?;
    let period = args.period.as_deref().map(assess::period).transpose()?;
    let against = args.against.as_deref().map(assess::period).transpose()?;
    if let (Some(period), Some(against)) = (period, against)
        && against.last() >= period.first()
    {
        return Err(Failure::usage(
            "period-compared-with-itself",
            format!("the baseline {against} does not end before the window {period}"),
            "name an --against that ends before --period begins",
        ));
    }
    if !(args.q > 0.0 && args.q <= 1.0) {
        return Err(Failure::usage(
            "rate-out-of-range",
            format!("--q {} is no rate of false alarms", args.q),
            "say a share between 0 and 1, such as 0.05",
        ));
    }
    let levels = args.by.iter().map(|level| match level {
        LevelArg::Group => Level::Group,
        LevelArg::Tier => Level::Tier,
        LevelArg::Market => Level::Market,
        LevelArg::Pair => Level::Pair,
    });
    Ok(Search {
        importer: assess::places(args.importer.as_deref(), "--importer")?,
        exporter: assess::places(args.exporter.as_deref(), "--exporter")?,
        goods,
        period,
        against,
        currency: args.currency.to_ascii_uppercase(),
        rates: settings::rates(args.own.rates.as_deref())?,
        dataset: args.dataset.clone(),
        q: args.q,
        control: match args.control {
            ControlArg::Bh => Control::Hochberg,
            ControlArg::By => Control::Yekutieli,
        },
        min_value: args.min_value.max(1.0),
        min_ratio: args.min_ratio.max(1.0),
        levels: levels.collect(),
        target: assess::places(Some(&args.target), "--target")?,
        origin: assess::places(args.origin.as_deref(), "--origin")?,
        control_goods,
        threads: args.threads.unwrap_or(0),
    })
}
