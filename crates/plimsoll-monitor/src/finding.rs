//! What a detector says: a finding with its reasons and its sources.
//!
//! A finding is a lead. It names a flow, a figure with an interval, how often chance alone gives
//! as much, and the facts that it rests on. It never says that anybody did wrong.

use serde::Serialize;
use serde_json::{Map, Value};

/// How much a finding asks for a person's time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Look when there is time.
    Low,
    /// Look.
    Medium,
    /// Look first.
    High,
}

impl Severity {
    /// The name in every output.
    pub fn name(self) -> &'static str {
        match self {
            Severity::Low => "low",
            Severity::Medium => "medium",
            Severity::High => "high",
        }
    }
}

/// One fact that a finding rests on, with the facts under it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Fact {
    /// A short sentence that can stand alone.
    pub text: String,
    /// The figure in it, where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<f64>,
    /// Unit of the figure: a currency, `kg`, `months`, `ratio`, `z`, `p`, …
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
    /// What it follows from.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub because: Vec<Fact>,
}

impl Fact {
    /// A fact without a figure.
    pub fn text(text: impl Into<String>) -> Fact {
        Fact { text: text.into(), value: None, unit: None, because: Vec::new() }
    }

    /// A fact with a figure and its unit.
    pub fn figure(text: impl Into<String>, value: f64, unit: impl Into<String>) -> Fact {
        let value = value.is_finite().then_some(value);
        Fact { text: text.into(), value, unit: Some(unit.into()), because: Vec::new() }
    }

    /// The same fact with those it follows from.
    #[must_use]
    pub fn because(mut self, facts: Vec<Fact>) -> Fact {
        self.because = facts;
        self
    }
}

/// Why a finding is one: at least one fact.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(transparent)]
pub struct Why(Vec<Fact>);

impl Why {
    /// From the first fact and the others.
    pub fn new(first: Fact, others: impl IntoIterator<Item = Fact>) -> Why {
        Why(std::iter::once(first).chain(others).collect())
    }

    /// The facts, the most telling first.
    pub fn facts(&self) -> &[Fact] {
        &self.0
    }

    /// Adds a fact.
    pub fn push(&mut self, fact: Fact) {
        self.0.push(fact);
    }
}

/// The sources of a finding: at least one, as places in the manifest of the store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sources(Vec<usize>);

impl Sources {
    /// `None` where there is no source: then there is no finding either.
    pub fn new(sources: impl IntoIterator<Item = usize>) -> Option<Sources> {
        let mut all: Vec<usize> = sources.into_iter().collect();
        all.sort_unstable();
        all.dedup();
        (!all.is_empty()).then_some(Sources(all))
    }

    /// Places in the manifest, ascending.
    pub fn places(&self) -> &[usize] {
        &self.0
    }
}

/// What a finding is about: the parts that apply, in this order in every output.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Subject {
    /// `pair` (exporter, importer, code), `market` (importer, code), `tier`, `group`, `hub`, …
    pub level: &'static str,
    /// Where to: place code.
    pub importer: Option<String>,
    /// Where from: place code.
    pub exporter: Option<String>,
    /// The country that goods pass through.
    pub hub: Option<String>,
    /// Where goods that pass through are taken to go.
    pub target: Option<String>,
    /// Code, codes joined by `+`, or a group of goods.
    pub goods: Option<String>,
    /// The other code of a pair of codes.
    pub other_goods: Option<String>,
    /// `rise`, `fall`, `vanished`, `appeared`, …
    pub direction: Option<&'static str>,
}

impl Subject {
    /// As an object without the parts that do not apply.
    pub fn to_json(&self) -> Value {
        let mut object = Map::new();
        let mut put = |key: &str, value: Option<&str>| {
            if let Some(value) = value {
                object.insert(key.into(), value.into());
            }
        };
        put("level", Some(self.level));
        put("importer", self.importer.as_deref());
        put("exporter", self.exporter.as_deref());
        put("hub", self.hub.as_deref());
        put("target", self.target.as_deref());
        put("goods", self.goods.as_deref());
        put("other_goods", self.other_goods.as_deref());
        put("direction", self.direction);
        Value::Object(object)
    }
}

/// A figure with the interval that it lies in.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Measure {
    /// What it measures: `ratio`, `log-gap`, `share`, `value`.
    pub name: &'static str,
    /// The figure.
    pub value: f64,
    /// Its lower bound.
    pub low: f64,
    /// Its upper bound.
    pub high: f64,
}

/// What a detector found. It cannot be built without its reasons and sources.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    /// Id of the detector.
    pub detector: &'static str,
    /// What it is about.
    pub subject: Subject,
    /// When, as text: `2022`, or `2022-03..2022-11`.
    pub period: String,
    /// First month of what was found, such as `2022-03`, where the detector dates it.
    pub start: Option<String>,
    /// How much.
    pub measure: Measure,
    /// How often chance alone gives as much; `None` where no test is made.
    pub p_value: Option<f64>,
    /// The rate of false alarms among findings at least as strong, over the whole family.
    pub q_value: Option<f64>,
    /// How urgent.
    pub severity: Severity,
    /// The facts.
    pub why: Why,
    /// Where they come from.
    pub sources: Sources,
}

impl Finding {
    /// One sentence for lists: the first fact.
    pub fn headline(&self) -> &str {
        self.why.facts().first().map_or("", |f| f.text.as_str())
    }
}

/// The order of findings in every output: by detector, then the smallest q and p, the most
/// urgent, and the subject.
pub fn sort(findings: &mut [Finding]) {
    let q = |f: &Finding| f.q_value.unwrap_or(1.0);
    findings.sort_by(|a, b| {
        (a.detector.cmp(b.detector))
            .then_with(|| q(a).total_cmp(&q(b)))
            .then_with(|| {
                let p = |f: &Finding| f.p_value.unwrap_or(1.0);
                p(a).total_cmp(&p(b))
            })
            .then_with(|| b.severity.cmp(&a.severity))
            .then_with(|| a.subject.cmp(&b.subject))
    });
}
