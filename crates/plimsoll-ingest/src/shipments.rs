//! The `shipments` table: one row for each line of a customs declaration or bill of lading, as
//! its publisher wrote it, with days, codes, countries, money and weights made comparable.
//!
//! Rows stand in the order of their file. Several rows of one bill repeat its values: whoever adds
//! up looks at `document` and `item` first.

use std::sync::Arc;

use arrow::array::{
    ArrayRef, Date32Builder, Float64Builder, Int64Builder, RecordBatch, StringBuilder,
    StringDictionaryBuilder,
};
use arrow::datatypes::{DataType, Field as Column, Int32Type, Schema, SchemaRef};
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::properties::{EnabledStatistics, WriterProperties};

use crate::mapping::Field;
use crate::mapping::row::{COUNTRIES, Line, TEXTS};

pub mod load;

/// Rows in a row group.
const ROW_GROUP_ROWS: usize = 1 << 18;

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Content {
    SourceId,
    LineNumber,
    Date,
    Period,
    Flow,
    Text(Field),
    Country(Field),
    HsCode,
    NationalCode,
    Currency,
    Number(Figure),
}

/// A figure of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Figure {
    Value,
    ValueUsd,
    NetWeight,
    GrossWeight,
    Quantity,
    Packages,
}

/// The columns in order, and whether few different texts stand in them.
const COLUMNS: &[(&str, Content)] = &[
    ("source_id", Content::SourceId),
    ("line", Content::LineNumber),
    ("date", Content::Date),
    ("period", Content::Period),
    ("flow", Content::Flow),
    ("document", Content::Text(Field::Document)),
    ("item", Content::Text(Field::Item)),
    ("exporter", Content::Text(Field::Exporter)),
    ("exporter_country", Content::Country(Field::ExporterCountry)),
    ("exporter_id", Content::Text(Field::ExporterId)),
    ("exporter_address", Content::Text(Field::ExporterAddress)),
    ("importer", Content::Text(Field::Importer)),
    ("importer_country", Content::Country(Field::ImporterCountry)),
    ("importer_id", Content::Text(Field::ImporterId)),
    ("importer_address", Content::Text(Field::ImporterAddress)),
    ("consignee", Content::Text(Field::Consignee)),
    ("consignor", Content::Text(Field::Consignor)),
    ("notify", Content::Text(Field::Notify)),
    ("declarant", Content::Text(Field::Declarant)),
    ("declarant_id", Content::Text(Field::DeclarantId)),
    ("contract_holder", Content::Text(Field::ContractHolder)),
    ("manufacturer", Content::Text(Field::Manufacturer)),
    ("brand", Content::Text(Field::Brand)),
    ("hs_code", Content::HsCode),
    ("national_code", Content::NationalCode),
    ("description", Content::Text(Field::Description)),
    ("value", Content::Number(Figure::Value)),
    ("currency", Content::Currency),
    ("value_usd", Content::Number(Figure::ValueUsd)),
    ("net_weight_kg", Content::Number(Figure::NetWeight)),
    ("gross_weight_kg", Content::Number(Figure::GrossWeight)),
    ("quantity", Content::Number(Figure::Quantity)),
    ("quantity_unit", Content::Text(Field::Unit)),
    ("packages", Content::Number(Figure::Packages)),
    ("origin", Content::Country(Field::Origin)),
    ("dispatch", Content::Country(Field::Dispatch)),
    ("destination", Content::Country(Field::Destination)),
    ("trading", Content::Country(Field::Trading)),
];

impl Content {
    fn is_dictionary(self) -> bool {
        matches!(
            self,
            Content::SourceId
                | Content::Period
                | Content::Flow
                | Content::Country(_)
                | Content::HsCode
                | Content::NationalCode
                | Content::Currency
                | Content::Text(Field::Unit)
        )
    }

    fn data_type(self) -> DataType {
        match self {
            Content::LineNumber => DataType::Int64,
            Content::Date => DataType::Date32,
            Content::Number(_) => DataType::Float64,
            _ if self.is_dictionary() => {
                DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8))
            }
            _ => DataType::Utf8,
        }
    }

    fn text<'a>(self, source: &'a str, row: &'a Cells<'_>) -> Option<&'a str> {
        let at = |all: &[Field], field| all.iter().position(|f| *f == field);
        match self {
            Content::SourceId => Some(source),
            Content::Period => row.period.as_deref(),
            Content::Flow => row.line.flow.map(|f| f.name()),
            Content::HsCode => row.line.code.as_deref().map(|c| &c[..c.len().min(6) / 2 * 2]),
            Content::NationalCode => row.line.code.as_deref().filter(|c| c.len() > 6),
            Content::Currency => row.line.currency.as_deref(),
            Content::Text(field) => row.line.texts.get(at(&TEXTS, field)?)?.as_deref(),
            Content::Country(field) => row.line.countries.get(at(&COUNTRIES, field)?)?.as_deref(),
            _ => None,
        }
    }
}

impl Figure {
    fn of(self, row: &Cells<'_>) -> Option<f64> {
        match self {
            Figure::Value => row.line.value,
            Figure::ValueUsd => row.value_usd,
            Figure::NetWeight => row.line.net_weight_kg,
            Figure::GrossWeight => row.line.gross_weight_kg,
            Figure::Quantity => row.line.quantity,
            Figure::Packages => row.line.packages,
        }
    }
}

/// The columns of the table, in order.
pub fn schema() -> SchemaRef {
    let needed = |content: &Content| matches!(content, Content::SourceId | Content::LineNumber);
    let columns = COLUMNS.iter().map(|(name, c)| Column::new(*name, c.data_type(), !needed(c)));
    Arc::new(Schema::new(columns.collect::<Vec<_>>()))
}

fn properties() -> WriterProperties {
    WriterProperties::builder()
        .set_compression(Compression::ZSTD(ZstdLevel::default()))
        .set_statistics_enabled(EnabledStatistics::Chunk)
        .set_max_row_group_row_count(Some(ROW_GROUP_ROWS))
        .set_created_by("plimsoll".into())
        .build()
}

/// A line with what was worked out of it.
struct Cells<'a> {
    number: u64,
    line: Line<'a>,
    period: Option<String>,
    value_usd: Option<f64>,
}

/// The columns of a batch while it is filled.
enum Builder {
    Whole(Int64Builder),
    Day(Date32Builder),
    Figure(Float64Builder),
    Text(StringBuilder),
    Dictionary(StringDictionaryBuilder<Int32Type>),
}

impl Builder {
    fn of(content: Content) -> Builder {
        match content {
            Content::LineNumber => Builder::Whole(Int64Builder::new()),
            Content::Date => Builder::Day(Date32Builder::new()),
            Content::Number(_) => Builder::Figure(Float64Builder::new()),
            _ if content.is_dictionary() => Builder::Dictionary(StringDictionaryBuilder::new()),
            _ => Builder::Text(StringBuilder::new()),
        }
    }

    fn push(&mut self, content: Content, source: &str, row: &Cells<'_>) {
        match (self, content) {
            (Builder::Whole(b), _) => b.append_value(row.number as i64),
            (Builder::Day(b), _) => b.append_option(row.line.when.and_then(|w| w.epoch_day())),
            (Builder::Figure(b), Content::Number(figure)) => b.append_option(figure.of(row)),
            (Builder::Figure(b), _) => b.append_null(),
            (Builder::Text(b), _) => b.append_option(content.text(source, row)),
            (Builder::Dictionary(b), _) => b.append_option(content.text(source, row)),
        }
    }

    fn finish(&mut self) -> ArrayRef {
        match self {
            Builder::Whole(b) => Arc::new(b.finish()),
            Builder::Day(b) => Arc::new(b.finish()),
            Builder::Figure(b) => Arc::new(b.finish()),
            Builder::Text(b) => Arc::new(b.finish()),
            Builder::Dictionary(b) => Arc::new(b.finish()),
        }
    }
}

/// Rows on their way to the table.
struct Batch {
    source: String,
    builders: Vec<Builder>,
    rows: usize,
}

impl Batch {
    fn new(source: &str) -> Batch {
        let builders = COLUMNS.iter().map(|(_, content)| Builder::of(*content)).collect();
        Batch { source: source.to_owned(), builders, rows: 0 }
    }

    fn push(&mut self, row: &Cells<'_>) {
        for (builder, (_, content)) in self.builders.iter_mut().zip(COLUMNS) {
            builder.push(*content, &self.source, row);
        }
        self.rows += 1;
    }

    fn finish(&mut self) -> Result<RecordBatch, String> {
        self.rows = 0;
        let columns = self.builders.iter_mut().map(Builder::finish).collect();
        RecordBatch::try_new(schema(), columns).map_err(|e| e.to_string())
    }
}
