//! How well does the name of a column fit a field? Evidence for and against: which ideas name
//! the field (`data/rules.csv`), and what each further idea takes away (`data/tolerance.csv`).
//!
//! Looks at names alone. What the values say is added in `guess`.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::fields::Field;
use super::words::{NameReading, table};

/// What an idea that the tables do not name for a field takes away.
const STRANGE: i32 = -40;
/// An idea that takes so much away makes the column unfit.
const UNFIT: i32 = -60;
/// What each word takes away that is not in the dictionary, and how much at most.
const UNKNOWN_WORD: i32 = -4;
const UNKNOWN_WORDS: i32 = -16;
/// The best score that names alone can give.
const BEST: i32 = 100;

struct Rule {
    field: Field,
    ideas: Vec<&'static str>,
    score: i32,
}

static RULES: LazyLock<Vec<Rule>> = LazyLock::new(|| {
    table(include_str!("data/rules.csv"))
        .filter_map(|row| match row[..] {
            [field, ideas, score] => Some(Rule {
                field: Field::by_name(field)?,
                ideas: ideas.split(' ').collect(),
                score: score.parse().ok()?,
            }),
            _ => None,
        })
        .collect()
});

static TOLERANCE: LazyLock<HashMap<(&str, &str), i32>> = LazyLock::new(|| {
    table(include_str!("data/tolerance.csv"))
        .filter_map(|row| match row[..] {
            [field, idea, change] => Some(((field, idea), change.parse().ok()?)),
            _ => None,
        })
        .collect()
});

struct BoxRule {
    number: u32,
    part: Option<u32>,
    field: Field,
    score: i32,
}

static BOXES: LazyLock<Vec<BoxRule>> = LazyLock::new(|| {
    table(include_str!("data/boxes.csv"))
        .filter_map(|row| match row[..] {
            [number, part, field, score] => Some(BoxRule {
                number: number.parse().ok()?,
                part: part.parse().ok(),
                field: Field::by_name(field)?,
                score: score.parse().ok()?,
            }),
            _ => None,
        })
        .collect()
});

/// 0 to 100: how well the name fits the field.
pub fn score(field: Field, name: &NameReading) -> i32 {
    let unknown = (UNKNOWN_WORD * name.unknown as i32).max(UNKNOWN_WORDS);
    let numbers = number_change(field, name);
    let words = RULES
        .iter()
        .filter(|rule| rule.field == field && rule.ideas.iter().all(|i| name.has(i)))
        .filter_map(|rule| Some(rule.score + rest(field, rule, name)?))
        .max()
        .map_or(0, |best| best + unknown + numbers);
    let words = if turned(field, name) { words - 30 } else { words };
    words.max(by_box(field, name)).clamp(0, BEST)
}

/// What the ideas beside those of the rule change; `None` where one makes the column unfit.
fn rest(field: Field, rule: &Rule, name: &NameReading) -> Option<i32> {
    let mut sum = 0;
    for idea in name.ideas.iter().filter(|i| !rule.ideas.contains(i)) {
        let own = TOLERANCE.get(&(field.name(), *idea));
        let change = own.or_else(|| TOLERANCE.get(&("", *idea))).copied().unwrap_or(STRANGE);
        if change <= UNFIT {
            return None;
        }
        sum += change;
    }
    // What the rule itself asks for may still be liked or not, as dollars are.
    let liked = rule.ideas.iter().filter_map(|i| TOLERANCE.get(&(field.name(), *i)));
    Some(sum + liked.copied().filter(|c| (1..=5).contains(c)).sum::<i32>())
}

/// `unit of quantity` is a unit and `unit quantity` a quantity: the head of the name decides.
fn turned(field: Field, name: &NameReading) -> bool {
    let both = name.has("unit") && (name.has("quantity") || name.has("weight"));
    match field {
        Field::Quantity => both && matches!(name.head, Some("unit" | "type")),
        Field::Unit => both && name.head == Some("quantity"),
        _ => false,
    }
}

fn number_change(field: Field, name: &NameReading) -> i32 {
    let one = |number: &u32| match (field, number) {
        (Field::Code, 2 | 4) => -40,
        (Field::Code, 6..=12) | (Field::Value, 1000) => 0,
        (_, 1) => -2,
        (Field::NetWeight | Field::GrossWeight, 1000) => 0,
        _ => -12,
    };
    name.numbers.iter().map(one).sum()
}

fn by_box(field: Field, name: &NameReading) -> i32 {
    let Some((number, part)) = name.boxed else { return 0 };
    let of_field = BOXES.iter().filter(|b| b.number == number && b.field == field);
    let exact = of_field.clone().find(|b| b.part.is_some() && b.part == part);
    let taken = part.is_some() && BOXES.iter().any(|b| b.number == number && b.part == part);
    let coded = if name.has("code") { 8 } else { 0 };
    match exact {
        Some(found) => found.score,
        // Part 3 of the box of the receiver is not the receiver where another row knows it.
        None if taken => 0,
        None => of_field
            .filter(|b| b.part.is_none())
            .map(|b| b.score - coded - if part.is_some() { 8 } else { 0 })
            .max()
            .unwrap_or(0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mapping::words::read;

    fn best(name: &str) -> &'static str {
        let reading = read(name);
        let scored = Field::ALL.iter().map(|f| (score(*f, &reading), *f));
        // The first of equals, as in a guess.
        let best = scored.fold((44, None), |b, (s, f)| if s > b.0 { (s, Some(f)) } else { b });
        best.1.map_or("", Field::name)
    }

    #[test]
    fn each_name_has_its_field() {
        for (name, field) in [
            ("IMPORTER_NAME", "importer"),
            ("IMPORTER_ADDRESS", "importer_address"),
            ("EXPORTER_COUNTRY", "exporter_country"),
            ("HS_CODE", "code"),
            ("HS_CODE_DESCRIPTION", "hs_description"),
            ("UNIT_VALUE_USD", ""),
            ("TOTAL_VALUE_USD", "value"),
            ("UNIT_OF_QUANTITY", "unit"),
            ("QUANTITY_UNIT", "unit"),
            ("UNIT_QUANTITY", "quantity"),
            ("EXCHANGE_RATE", ""),
            ("PORT_OF_DESTINATION", ""),
            ("G33", "code"),
            ("G031", "description"),
            ("G082", "importer"),
            ("G083", "importer_address"),
            ("Код товара", "code"),
            ("Грузополучатель", "consignee"),
            ("Вес нетто, кг", "net_weight"),
            ("单价", ""),
            ("币制", "currency"),
        ] {
            assert_eq!(best(name), field, "{name}");
        }
    }
}
