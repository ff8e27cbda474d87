//! The words of a page: who, what, when and by whose report, as people say it.

use crate::commands::assess::Shown;
use plimsoll_monitor::assess::{Assessment, View};
use plimsoll_monitor::question::Question;
use plimsoll_report::{format_number, format_percent};
use plimsoll_terms::goods::Goods;
use plimsoll_terms::period::{Month, Period, PeriodKind, PeriodShape};
use plimsoll_terms::place::{self, PlaceGroup, PlaceId};

/// A list of importers longer than this is counted, not named.
const NAMED: usize = 60;

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// `EUR 405.5 M`
pub fn short_money(currency: &str, value: f64) -> String {
    let (divided, scale) = match value.abs() {
        // Millions as long as they are short to read: two figures that are compared then
        // mostly stand in the same unit.
        v if v >= 1e10 => (value / 1e9, " bn"),
        v if v >= 1e6 => (value / 1e6, " M"),
        _ => (value, ""),
    };
    let decimals = match (scale, divided.abs()) {
        ("", _) => 0,
        (_, v) if v < 10.0 => 2,
        _ => 1,
    };
    format!("{currency} {}{scale}", format_number(divided, decimals))
}

/// With a capital letter at the start.
pub fn sentence_case(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

/// Who imports.
pub fn importer(question: &Question) -> String {
    match &question.importer {
        None => "all importers".to_owned(),
        Some(set) if set.group.is_none() && set.label.len() > NAMED => {
            format!("{} countries", set.members.iter().filter(|m| m.twin_of().is_none()).count())
        }
        Some(set) => set.label.clone(),
    }
}

/// Which goods, as part of a sentence.
pub fn goods(goods: &Goods) -> String {
    if goods.group == "chpl" {
        return match goods.label.split_once(", ") {
            Some((_, part)) => format!("Common High Priority goods, {part}"),
            None => "Common High Priority goods".to_owned(),
        };
    }
    if goods.label.starts_with(|c: char| c.is_ascii_digit()) {
        return format!("goods of HS {}", goods.label);
    }
    let mut chars = goods.label.chars();
    let (first, rest) = (chars.next(), chars.as_str());
    match first {
        // An abbreviation keeps its capitals.
        Some(first) if rest.starts_with(char::is_lowercase) => {
            first.to_lowercase().chain(rest.chars()).collect()
        }
        _ => goods.label.clone(),
    }
}

fn month(month: Month) -> &'static str {
    MONTHS.get(usize::from(month.month()).saturating_sub(1)).copied().unwrap_or_default()
}

/// `January–November 2022`
pub fn period(period: &Period) -> String {
    let (first, last) = (period.first(), period.last());
    match period.shape() {
        PeriodShape::Calendar(PeriodKind::Year) => first.year().to_string(),
        PeriodShape::Calendar(PeriodKind::Month) => format!("{} {}", month(first), first.year()),
        PeriodShape::Calendar(PeriodKind::Quarter) => {
            let which =
                ["first", "second", "third", "fourth"][usize::from((first.month() - 1) / 3) % 4];
            format!("the {which} quarter of {}", first.year())
        }
        PeriodShape::Calendar(PeriodKind::Half) => {
            format!(
                "the {} half of {}",
                if first.month() == 1 { "first" } else { "second" },
                first.year()
            )
        }
        PeriodShape::Years => format!("{}–{}", first.year(), last.year()),
        PeriodShape::Range if first.year() == last.year() => {
            format!("{}–{} {}", month(first), month(last), first.year())
        }
        PeriodShape::Range => {
            format!("{} {} to {} {}", month(first), first.year(), month(last), last.year())
        }
    }
}

/// A few letters for the head of a column: `Jan–Nov 2022`.
pub fn short_period(of: &Period) -> String {
    let (first, last) = (of.first(), of.last());
    let cut = |m: Month| month(m).chars().take(3).collect::<String>();
    match of.shape() {
        PeriodShape::Range if first.year() == last.year() => {
            format!("{}–{} {}", cut(first), cut(last), first.year())
        }
        PeriodShape::Range => {
            format!("{} {}–{} {}", cut(first), first.year(), cut(last), last.year())
        }
        PeriodShape::Calendar(PeriodKind::Month) => format!("{} {}", cut(first), first.year()),
        PeriodShape::Years => period(of),
        PeriodShape::Calendar(_) => of.to_string(),
    }
}

/// `a year before`, or the period's own words.
pub fn before(now: &Period, before: &Period) -> String {
    if *before == now.shift_years(-1) {
        "a year before".to_owned()
    } else {
        format!("in {}", period(before))
    }
}

fn is_eu(place: PlaceId, at: Month) -> bool {
    let member = |g: &PlaceGroup| g.members_at(at).contains(&place);
    place.code() == "EU" || PlaceGroup::find("EU27").is_some_and(member)
}

/// Whether all that is counted comes from the EU.
pub fn all_eu(shown: &Shown<'_>) -> bool {
    let sides = &shown.answer.sides;
    let of = || {
        sides.iter().flat_map(|s| s.suppliers.iter().map(|supplier| (supplier, s.period.last())))
    };
    of().next().is_some()
        && of().all(|(s, at)| place::by_code(&s.country).is_some_and(|p| is_eu(p, at)))
}

/// `by dispatch`
pub fn bases(answer: &Assessment) -> String {
    let of: Vec<&str> = answer.views.iter().map(|v| v.basis()).collect();
    if of.is_empty() { String::new() } else { format!("by {}", of.join(" and ")) }
}

/// Whether more than one country imports.
fn several(question: &Question) -> bool {
    question.importer.as_ref().is_none_or(|set| {
        set.group.is_none() && set.members.iter().filter(|m| m.twin_of().is_none()).count() > 1
    })
}

/// Whose report answers, in a sentence.
pub fn basis(shown: &Shown<'_>) -> String {
    let who = importer(shown.question);
    let of = |view: &View| match view {
        View::Importer if several(shown.question) => {
            "the imports that these countries report, by country of origin".to_owned()
        }
        View::Importer => format!("the imports that {who} reports, by country of origin"),
        View::Consignment => format!("the imports that {who} reports, by country of dispatch"),
        View::Partners => {
            format!("the exports that suppliers report to {who}, by country of dispatch")
        }
        View::Reconciled => {
            "values that the publisher reconciled from both sides' reports".to_owned()
        }
    };
    let all: Vec<String> = shown.answer.views.iter().map(of).collect();
    format!("The basis is {}.", all.join(" and "))
}

/// `16 of 50 listed codes are counted.`; nothing where the only code is.
pub fn codes_counted(used: usize, listed: usize) -> String {
    match (used, listed) {
        (1, 1) => String::new(),
        (0, 1) => "The code is not counted.".to_owned(),
        (1, _) => format!("1 of {listed} listed codes is counted."),
        _ => format!("{used} of {listed} listed codes are counted."),
    }
}

/// ` (66.1 % to 74.0 %)`, or nothing where the bounds are the share itself.
pub fn bounds([share, low, high]: [f64; 3]) -> String {
    if no_wider([share, low, high]) {
        return String::new();
    }
    format!(" ({} to {})", format_percent(low, 1), format_percent(high, 1))
}

/// Whether the bounds leave no room at the digits that are shown.
pub fn no_wider([share, low, high]: [f64; 3]) -> bool {
    let shown = |v: f64| format_percent(v, 1);
    shown(low) == shown(share) && shown(high) == shown(share)
}

/// A note of the answer, in which a long list of importers is only counted.
pub fn note(question: &Question, note: &str) -> String {
    let who = importer(question);
    let text = match &question.importer {
        Some(set) if who != set.label => note.replace(&set.label, &who),
        _ => note.to_owned(),
    };
    sentence_case(&text)
}

/// What is measured: whose report of which goods to whom.
pub fn measured(shown: &Shown<'_>) -> String {
    let (goods, who) = (goods(&shown.question.goods), importer(shown.question));
    let views = &shown.answer.views;
    if all_eu(shown) && views.iter().eq([&View::Partners]) {
        return format!("EU exports of {goods} to {who}");
    }
    let of = |view: &View| match view {
        View::Importer | View::Consignment if several(shown.question) => "as the importers report",
        View::Importer | View::Consignment => "as the importer reports",
        View::Partners => "as the suppliers report",
        View::Reconciled => "as the publisher reconciled",
    };
    let whose: Vec<&str> = views.iter().map(of).collect();
    format!("{} to {who}, {}", sentence_case(&goods), whose.join(" or "))
}

/// A month with its year: `December 2021`.
pub fn month_year(of: Month) -> String {
    format!("{} {}", month(of), of.year())
}
