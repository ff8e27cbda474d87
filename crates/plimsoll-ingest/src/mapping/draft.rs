//! A first mapping as a file that a person looks through: each column with its confidence, what
//! is not mapped, and five rows as they would be read.
//!
//! What it writes, [`Mapping::parse`] takes. The same file gives the same draft.

use std::fmt::Write;

use super::guess::{self, Given, Guess};
use super::looks::{self, Looks};
use super::row::{LineReader, Memory};
use super::sample::Sample;
use super::{ColumnName, Field, Mapping, Target, countries, dates, numbers};
use crate::fact::Flow;
use crate::formats::{Header, Row, column_key};

/// Rows that are shown as they would be read.
const SHOWN: usize = 5;

/// A drafted mapping and how it came about.
pub struct Draft {
    /// The mapping.
    pub mapping: Mapping,
    /// What was guessed.
    pub guess: Guess,
    /// What a person should decide: one sentence each.
    pub doubts: Vec<String>,
    /// Columns that are not mapped.
    pub left: Vec<String>,
    header: Vec<String>,
}

/// Drafts a mapping from the beginning of a file.
pub fn draft(sample: &Sample) -> Draft {
    let cells = |column: usize| sample.rows.iter().filter_map(move |row| row.get(column));
    let looks: Vec<Looks> =
        (0..sample.header.len()).map(|c| looks::look(cells(c).map(String::as_str))).collect();
    let guess = guess::guess(&sample.header, &looks);
    let mut mapping = Mapping::new(guess.target);
    mapping.encoding = sample.encoding;
    mapping.delimiter = sample.delimiter;
    // Who buys stands in declarations of both kinds: a buyer alone is no export.
    mapping.flow = guess.flow.filter(|f| guess.flow_sure || *f == Flow::Import);
    let mut draft = Draft {
        mapping,
        doubts: Vec::new(),
        left: Vec::new(),
        header: sample.header.clone(),
        guess,
    };
    draft.columns();
    draft.decimal(sample);
    draft.days(sample);
    draft.codes(sample);
    draft.units();
    draft.currencies();
    draft.unsaid_currency();
    draft.countries(&looks);
    draft.flow();
    draft.statistics();
    let missing = draft.missing();
    draft.doubts.splice(0..0, missing);
    draft
}

/// Fields that hold countries, in statistics too.
const PLACES: [Field; 8] = [
    Field::Reporter,
    Field::Partner,
    Field::Origin,
    Field::Dispatch,
    Field::Destination,
    Field::Trading,
    Field::ExporterCountry,
    Field::ImporterCountry,
];

impl Draft {
    fn given(&self, field: Field) -> Option<usize> {
        self.mapping.columns.get(&field).and(self.guess.column(field))
    }

    fn columns(&mut self) {
        for Given { field, column, .. } in self.guess.given.clone() {
            // The heading in words says no more than its code, the year no more than the date.
            let dated = self.guess.column(Field::Date).is_some();
            let spare = dated && matches!(field, Field::Year | Field::Month);
            if field != Field::HsDescription && !spare {
                self.mapping.columns.insert(field, vec![self.name_of(column)]);
            }
        }
        let mapped: Vec<usize> =
            self.mapping.columns.keys().filter_map(|f| self.guess.column(*f)).collect();
        let left = self.header.iter().enumerate().filter(|(at, _)| !mapped.contains(at));
        self.left = left
            .map(
                |(at, name)| {
                    if name.is_empty() { format!("number {}", at + 1) } else { name.clone() }
                },
            )
            .collect();
    }

    /// Its number where the name is none or stands twice.
    fn name_of(&self, column: usize) -> ColumnName {
        let name = &self.header[column];
        let key = column_key(name);
        let first = self.header.iter().position(|other| other == name || column_key(other) == key);
        match first {
            Some(first) if first == column && !key.is_empty() => ColumnName::Named(name.clone()),
            _ => ColumnName::Numbered(column + 1),
        }
    }

    fn decimal(&mut self, sample: &Sample) {
        let fields = [Field::Value, Field::NetWeight, Field::GrossWeight, Field::Quantity];
        let mut votes = numbers::Votes::default();
        for column in fields.iter().filter_map(|f| self.given(*f)) {
            sample.rows.iter().filter_map(|row| row.get(column)).for_each(|cell| votes.see(cell));
        }
        self.mapping.decimal = votes.decimal();
    }

    fn days(&mut self, sample: &Sample) {
        let Some(column) = self.given(Field::Date) else { return };
        let mut votes = dates::Votes::default();
        let cells = sample.rows.iter().filter_map(|row| row.get(column));
        cells.filter(|c| !numbers::is_missing(c)).for_each(|cell| votes.see(cell));
        let (order, sure) = votes.order();
        self.mapping.order = order;
        if !sure {
            self.doubts.push(
                "dates: day and month cannot be told apart by these rows; is it month-day?".into(),
            );
        }
    }

    /// Codes that are one digit shorter than most lost a zero, where the digits are 6, 8, 10 …
    fn codes(&mut self, sample: &Sample) {
        let Some(column) = self.given(Field::Code) else { return };
        let mut lengths = [0usize; 16];
        for cell in sample.rows.iter().filter_map(|row| row.get(column)) {
            let digits = cell.chars().filter(char::is_ascii_digit).count();
            if let Some(count) = lengths.get_mut(digits) {
                *count += 1;
            }
        }
        let (most, count) =
            lengths.iter().enumerate().skip(2).max_by_key(|(_, n)| **n).unwrap_or((0, &0));
        let others: usize = lengths.iter().skip(2).sum::<usize>() - count;
        if *count == 0 {
            return;
        }
        let shorter = lengths.get(most.wrapping_sub(1)).copied().unwrap_or(0);
        if most % 2 == 0 && shorter > 0 && shorter == others {
            self.mapping.code_digits = Some(most);
        }
    }

    fn units(&mut self) {
        let names = &self.guess.names;
        if let Some(value) = self.given(Field::Value) {
            let name = &names[value];
            let currency = match name.currency {
                Some(code) => Some(code),
                None if name.has("usd") => Some("USD"),
                None if name.has("eur") => Some("EUR"),
                None if name.boxed.is_some_and(|(number, _)| number == 46) => {
                    let doubt = "value: box 46 is taken to be in US dollars, as in the Eurasian Economic Union";
                    self.doubts.push(doubt.into());
                    Some("USD")
                }
                None => None,
            };
            self.mapping.value_currency = currency.map(str::to_owned);
            let lower = self.header[value].to_lowercase();
            let thousand = name.numbers.contains(&1000) || says_thousands(&lower);
            self.mapping.value_unit = if thousand {
                1000.0
            } else if lower.contains('万') {
                10_000.0
            } else {
                1.0
            };
        }
        let weight = self.given(Field::NetWeight).or_else(|| self.given(Field::GrossWeight));
        if let Some(weight) = weight {
            let name = &self.guess.names[weight];
            self.mapping.weight_kg = if name.has("tonne") { 1000.0 } else { 1.0 };
        }
    }

    fn unsaid_currency(&mut self) {
        let Some(value) = self.given(Field::Value) else { return };
        if self.mapping.value_currency.is_some() || self.given(Field::Currency).is_some() {
            return;
        }
        let name = self.header[value].to_lowercase();
        let doubt = if name.contains("cfa") {
            "value: the name says francs CFA; say which: value_currency = \"XOF\" in West Africa, \"XAF\" in Central Africa"
        } else {
            "value: neither its name nor a column says the currency; say it: value_currency = \"USD\""
        };
        self.doubts.push(doubt.into());
    }

    /// Where the name of the value says its currency, a column of currencies is of another value,
    /// that of the invoice: what is said goes first. In the country's own currency, which the draft
    /// does not know, the column would make the value something else.
    fn currencies(&mut self) {
        let of_value = self.given(Field::Value).map(|column| &self.guess.names[column]);
        let local = of_value.is_some_and(|name| name.has("local") && !name.has("currency"));
        if self.mapping.value_currency.is_none() && !local {
            return;
        }
        let Some(column) = self.given(Field::Currency) else { return };
        let name = self.header[column].clone();
        if let Some(currency) = &self.mapping.value_currency {
            self.doubts.push(format!(
                "currency: the value's name says {currency}, which goes before the column {name:?}; with a value in the column's currency take value_currency away"
            ));
            return;
        }
        self.mapping.columns.remove(&Field::Currency);
        self.doubts.push(format!(
            "currency: the value is in the country's own, so the column {name:?} is left out; say it: value_currency = \"…\", or write the column back where the value is in it"
        ));
        self.left.push(name);
    }

    /// Numbers of countries by a list that is not ISO's are not read: the few numbers that both
    /// lists have mean other countries.
    fn countries(&mut self, looks: &[Looks]) {
        let own = |field: &Field| self.given(*field).is_some_and(|c| looks[c].numbers_of_its_own());
        let fields: Vec<&str> = PLACES.iter().filter(|f| own(f)).map(|f| f.name()).collect();
        if fields.is_empty() {
            return;
        }
        self.mapping.own_numbers = true;
        self.doubts.push(format!(
            "{}: numbers of countries that are not ISO 3166 or UN M49; they are not understood and stay numbers (country_numbers = \"own\")",
            fields.join(", ")
        ));
    }

    fn flow(&mut self) {
        let statistics = self.mapping.target == Target::Trade;
        let sure = self.guess.flow_sure || self.given(Field::Flow).is_some();
        if sure || statistics && self.mapping.flow.is_none() {
            return;
        }
        self.doubts.push(match (self.mapping.flow, self.guess.flow) {
            (Some(_), _) => "flow: only a seller's column speaks for it; is it right?".into(),
            (None, Some(_)) => {
                "flow: only a buyer's column speaks for exports, which imports have too; say it: flow = \"export\" or \"import\"".into()
            }
            (None, None) => {
                "flow: no column says it; say it: flow = \"import\" or \"export\"".to_owned()
            }
        });
    }

    fn statistics(&mut self) {
        if self.mapping.target != Target::Trade {
            return;
        }
        for (field, key, example) in
            [(Field::Reporter, "reporter", "CHN"), (Field::Flow, "flow", "export")]
        {
            let said = field == Field::Flow && self.mapping.flow.is_some();
            if self.given(field).is_none() && !said {
                self.doubts
                    .push(format!("{key}: no column says it; say it: {key} = \"{example}\""));
            }
        }
        if !self.has_partner() {
            self.doubts.push(
                "partner: rows of exports take it from destination, rows of imports from origin or dispatch; no column fits, so map one of them".into(),
            );
        }
    }

    /// Whether the rows of the table have a column of the other side, as the load asks for it.
    fn has_partner(&self) -> bool {
        let has = |fields: &[Field]| fields.iter().any(|f| self.given(*f).is_some());
        let imports = has(&[Field::Origin, Field::Dispatch]);
        let exports = has(&[Field::Destination]);
        let of_rows = match self.mapping.flow.filter(|_| !has(&[Field::Flow])) {
            Some(flow) if flow.reporter_imports() => imports,
            Some(_) => exports,
            None => imports || exports,
        };
        has(&[Field::Partner]) || of_rows
    }

    /// What a table of trade is little worth without, if it was not found: a sentence.
    pub fn missing(&self) -> Option<String> {
        let has = |fields: &[Field]| fields.iter().any(|f| self.given(*f).is_some());
        let wanted: [(&str, &[Field]); 3] = [
            ("code", &[Field::Code]),
            ("date", &[Field::Date, Field::Year]),
            ("value", &[Field::Value]),
        ];
        let lost: Vec<&str> = wanted.iter().filter(|(_, f)| !has(f)).map(|(n, _)| *n).collect();
        (!lost.is_empty()).then(|| {
            format!(
                "NO {} WAS FOUND: look among the columns that are not mapped, and add it under [columns]",
                lost.join(" AND NO ").to_uppercase()
            )
        })
    }

    /// What the load will ask for, as words of its command line.
    pub fn options(&self) -> String {
        if self.mapping.target != Target::Trade {
            return String::new();
        }
        let has = |field: Field| self.given(field).is_some();
        let mapping = &self.mapping;
        let asked = [
            ("--set reporter=CHN", has(Field::Reporter) || mapping.reporter.is_some()),
            ("--set partner=RUS", self.has_partner() || mapping.partner.is_some()),
            ("--flow export", has(Field::Flow) || mapping.flow.is_some()),
            ("--set currency=USD", has(Field::Currency) || mapping.value_currency.is_some()),
        ];
        asked.iter().filter(|(_, said)| !said).map(|(option, _)| format!(" {option}")).collect()
    }

    /// The mapping as a file. `file` is the name of the file that it is for.
    pub fn toml(&self, file: &str) -> String {
        let mut out = String::new();
        let _ = writeln!(
            out,
            "# Drafted by plimsoll load --guess from {}. Look it through, above all",
            one_line(file)
        );
        let _ = writeln!(
            out,
            "# what is marked \"check\", then: plimsoll load FILE --mapping THIS.toml"
        );
        let _ = writeln!(out, "target = \"{}\"", self.mapping.target.name());
        let _ = writeln!(out, "# publisher = \"who handed the file out\"");
        self.write_columns(&mut out);
        self.write_file(&mut out);
        self.write_say(&mut out);
        for doubt in &self.doubts {
            let _ = writeln!(out, "# check: {}", one_line(doubt));
        }
        if !self.left.is_empty() {
            let _ = writeln!(out, "\n# Columns that are not mapped:");
            for names in self.left.chunks(6) {
                let names: Vec<String> = names.iter().map(|n| one_line(n)).collect();
                let _ = writeln!(out, "#   {}", names.join(" | "));
            }
        }
        out
    }

    fn write_columns(&self, out: &mut String) {
        out.push_str("\n[columns]\n");
        let rows: Vec<(String, &Given)> = self
            .guess
            .given
            .iter()
            .filter_map(|given| {
                let name = self.mapping.columns.get(&given.field)?.first()?;
                let name = match name {
                    ColumnName::Named(name) => quoted(name),
                    ColumnName::Numbered(number) => number.to_string(),
                };
                Some((format!("{} = {name}", given.field.name()), given))
            })
            .collect();
        let width = rows.iter().map(|(text, _)| text.chars().count()).max().unwrap_or(0).min(60);
        for (text, given) in rows {
            let unread = self.mapping.own_numbers && PLACES.contains(&given.field);
            let unsure = unread || i32::from(given.confidence) < guess::SURE;
            let check = if unsure { "  check" } else { "" };
            let pad = " ".repeat(width.saturating_sub(text.chars().count()));
            let _ = writeln!(out, "{text}{pad}  # {:>2} %{check}", given.confidence);
        }
    }

    fn write_file(&self, out: &mut String) {
        let mapping = &self.mapping;
        out.push_str("\n[file]\n");
        if let Some(encoding) = mapping.encoding {
            let _ = writeln!(out, "encoding = {}", quoted(&encoding.name().to_lowercase()));
        }
        if let Some(delimiter) = mapping.delimiter {
            let _ = writeln!(out, "delimiter = {}", quoted(&char::from(delimiter).to_string()));
        }
        let _ = writeln!(out, "decimal = \"{}\"", mapping.decimal);
        if mapping.columns.contains_key(&Field::Date) {
            let _ = writeln!(out, "dates = \"{}\"", mapping.order.name());
        }
        if let Some(digits) = mapping.code_digits {
            let _ = writeln!(out, "code_digits = {digits}");
        }
        if mapping.own_numbers {
            let _ = writeln!(out, "country_numbers = \"own\"  # check");
        }
    }

    fn write_say(&self, out: &mut String) {
        let mapping = &self.mapping;
        out.push_str("\n[say]\n");
        if let Some(flow) = mapping.flow.filter(|_| !mapping.columns.contains_key(&Field::Flow)) {
            let word = if flow == Flow::Import { "import" } else { "export" };
            let _ = writeln!(out, "flow = \"{word}\"");
        }
        if let Some(currency) = &mapping.value_currency {
            let _ = writeln!(out, "value_currency = \"{currency}\"");
        }
        for (key, number) in [("value_unit", mapping.value_unit), ("weight_kg", mapping.weight_kg)]
        {
            if (number - 1.0).abs() > f64::EPSILON {
                let _ = writeln!(out, "{key} = {number}");
            }
        }
    }

    /// The first rows as they would be read: names of columns, and texts.
    pub fn rows(&self, sample: &Sample) -> (Vec<&'static str>, Vec<Vec<String>>) {
        let fields: Vec<Field> = self.mapping.columns.keys().copied().collect();
        let header = Header::new(&self.header);
        let reader = LineReader::new(&self.mapping, &header).ok();
        let mut memory = Memory::default();
        let mut rows = Vec::new();
        for (at, cells) in sample.rows.iter().take(SHOWN).enumerate() {
            let record = csv::ByteRecord::from(cells.clone());
            let row = Row {
                fields: &record,
                line: sample.header_line + at as u64 + 1,
                header: &header,
                cell: 0,
            };
            rows.push(match reader.as_ref().map(|reader| reader.read(&row, &mut memory)) {
                Some(Ok(line)) => {
                    fields.iter().map(|f| line.shown(*f, &cells_of(self, *f, cells))).collect()
                }
                Some(Err(problem)) => vec![problem.to_string()],
                None => Vec::new(),
            });
        }
        (fields.iter().map(|f| f.name()).collect(), rows)
    }
}

/// What stands in the cell of a field; a number that is no country's is marked as one unknown.
fn cells_of(draft: &Draft, field: Field, cells: &[String]) -> String {
    let cell = draft.given(field).and_then(|column| cells.get(column)).cloned().unwrap_or_default();
    let own = draft.mapping.own_numbers && field.is_of_statistics() && countries::is_number(&cell);
    if own { format!("number {cell}") } else { cell }
}

/// A text as TOML writes it.
fn quoted(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}

/// Without line ends and control signs: a comment must stay a comment.
fn one_line(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}
/// Whether a heading counts in thousands, by a word of its own: `стоимость, тыс. долл.` does, and
/// `статистическая стоимость` does not.
fn says_thousands(lower: &str) -> bool {
    let words = lower.split(|c: char| !c.is_alphabetic());
    let says = |word: &str| {
        matches!(word, "тис" | "тыс" | "miles" | "mil")
            || ["thousand", "тысяч", "тисяч"].iter().any(|w| word.starts_with(w))
    };
    let korean = ["천달러", "천불", "천원", "천톤"];
    lower.contains('千') || korean.iter().any(|w| lower.contains(w)) || words.into_iter().any(says)
}

#[cfg(test)]
mod tests {
    use super::{draft, says_thousands};
    use crate::mapping::sample::Sample;

    fn drafted(header: &[&str], row: &[&str]) -> String {
        let texts = |cells: &[&str]| cells.iter().map(|c| (*c).to_owned()).collect::<Vec<_>>();
        let rows = vec![texts(row); 4];
        draft(&Sample { header: texts(header), rows, ..Sample::default() }).toml("made up")
    }

    #[test]
    fn what_a_person_must_decide_is_marked() {
        let text = drafted(&["HS", "Note"], &["854231", "x"]);
        assert!(text.contains("NO DATE AND NO VALUE WAS FOUND"), "{text}");
        assert!(text.contains("# check: flow: no column says it"), "{text}");
        let text = drafted(&["HS", "Country of origin"], &["854231", "915"]);
        assert!(text.contains("country_numbers = \"own\""), "{text}");
        let text = drafted(&["HS", "Buyer", "Value CFA"], &["854231", "Widgets Ltd", "5"]);
        assert!(text.contains("XAF") && !text.contains("\nflow ="), "{text}");
    }

    #[test]
    fn it_is_said_which_currency_holds() {
        let header = ["HS", "Value USD", "Currency"];
        let text = drafted(&header, &["854231", "5", "EUR"]);
        assert!(
            text.contains("value_currency = \"USD\"") && text.contains("goes before the column"),
            "{text}"
        );
        let text = drafted(&["HS", "Value", "Currency"], &["854231", "5", "EUR"]);
        assert!(!text.contains("value_currency") && text.contains("\ncurrency ="), "{text}");
    }

    #[test]
    fn what_a_load_of_statistics_asks_for_is_named() {
        let texts = |cells: [&str; 4]| cells.map(str::to_owned).to_vec();
        let header = texts(["Period", "HS", "Destination country", "Value"]);
        let rows = vec![texts(["2021-02", "854231", "Peru", "5"]); 4];
        let found = draft(&Sample { header, rows, ..Sample::default() });
        assert_eq!(found.options(), " --set reporter=CHN --flow export --set currency=USD");
    }

    #[test]
    fn a_statistical_value_is_not_in_thousands() {
        for heading in
            ["стоимость, тыс. долл.", "вартість (тис. дол.)", "valor miles usd", "金额(千美元)"]
        {
            assert!(says_thousands(heading), "{heading}");
        }
        for heading in ["статистическая стоимость", "статистична вартість", "smiles", "value"]
        {
            assert!(!says_thousands(heading), "{heading}");
        }
    }
}
