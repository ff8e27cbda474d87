//! What was planted, and what only looks like it? The events that a detector should find, and the
//! decoys that it should not, as `truth.json`. Beside them the counterparts: what one supplier takes
//! over another loses.
//!
//! A field that does not apply is null: a pandemic has no exporter, a hub only a diversion.

use serde_json::{Map, Value, json};

use super::world::{Cell, Code, Country};

/// Everything that was planted in a world.
pub(super) struct Truth {
    pub(super) kind: String,
    pub(super) seed: u64,
    pub(super) strength: Option<f64>,
    pub(super) events: Vec<Event>,
    pub(super) decoys: Vec<Event>,
    /// Movements that events bring with them: real, and not counted as found or as false.
    pub(super) counterparts: Vec<Event>,
}

/// One planted event or decoy.
#[derive(Clone, Debug, Default)]
pub(super) struct Event {
    /// The detector that should find it, or that should not be taken in by it.
    pub(super) detector: &'static str,
    pub(super) exporter: Option<Country>,
    pub(super) importer: Option<Country>,
    pub(super) hub: Option<Country>,
    pub(super) target: Option<Country>,
    pub(super) code: Option<Code>,
    /// Of a misclassification: the code whose goods now come under `code`.
    pub(super) from_code: Option<Code>,
    /// The first month, such as `2022-03`.
    pub(super) start: String,
    pub(super) kind: &'static str,
    /// A factor or a share, by kind.
    pub(super) strength: Option<f64>,
}

impl Event {
    /// An event in one series.
    pub(super) fn in_cell(detector: &'static str, kind: &'static str, cell: Cell) -> Event {
        Event {
            detector,
            kind,
            exporter: Some(cell.exporter),
            importer: Some(cell.importer),
            code: Some(cell.code),
            ..Event::default()
        }
    }

    /// From when on, and how strong.
    pub(super) fn since(mut self, start: String, strength: Option<f64>) -> Event {
        self.start = start;
        self.strength = strength.map(|strength| (strength * 1000.0).round() / 1000.0);
        self
    }

    fn json(&self) -> Value {
        let place = |country: Option<Country>| json!(country.map(|country| country.0));
        let mut all = Map::new();
        all.insert("detector".to_owned(), json!(self.detector));
        all.insert("exporter".to_owned(), place(self.exporter));
        all.insert("importer".to_owned(), place(self.importer));
        all.insert("hub".to_owned(), place(self.hub));
        all.insert("target".to_owned(), place(self.target));
        all.insert("hs_code".to_owned(), json!(self.code.map(|code| code.0)));
        all.insert("start".to_owned(), json!(self.start));
        all.insert("kind".to_owned(), json!(self.kind));
        all.insert("strength".to_owned(), json!(self.strength));
        if let Some(code) = self.from_code {
            all.insert("from_hs_code".to_owned(), json!(code.0));
        }
        all.into()
    }
}

impl Truth {
    /// As JSON, one event a line.
    pub(super) fn json(&self) -> String {
        let lines = |events: &[Event]| {
            let lines: Vec<String> =
                events.iter().map(|event| format!("\n    {}", event.json())).collect();
            lines.join(",")
        };
        format!(
            "{{\n  \"simulated\": true,\n  \"kind\": {},\n  \"seed\": {},\n  \"strength\": {},\n  \
             \"events\": [{}\n  ],\n  \"decoys\": [{}\n  ],\n  \"counterparts\": [{}\n  ]\n}}\n",
            json!(self.kind),
            self.seed,
            json!(self.strength),
            lines(&self.events),
            lines(&self.decoys),
            lines(&self.counterparts)
        )
    }
}
