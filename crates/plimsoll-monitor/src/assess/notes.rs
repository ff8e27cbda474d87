//! What a reader of an answer must know, in words.

use std::collections::BTreeSet;

use plimsoll_terms::concord;
use plimsoll_terms::period::{Period, PeriodKind, PeriodShape};

use super::side::Found;
use super::{Asked, Fetched, LeftOut, NotInBoth, Side, View, importer_codes, place_name};
use crate::concepts::{Concept, State};
use crate::question::BasisAsked;

impl Asked<'_> {
    /// Why there is nothing to count in a period. It says what is there and cannot be
    /// counted, too: absence of data and refusal are different things.
    pub(super) fn why_silent(&self, period: &Period, found: &Found<'_>) -> String {
        let who = self.question.importer.as_ref().map_or("anybody".to_owned(), |i| i.label.clone());
        if self.scanner.store().manifest.resources.is_empty() {
            return "the store is empty".into();
        }
        let goods = &self.question.goods.label;
        let fetched = found.fetched;
        let here = fetched.rows.iter().any(|r| r.period.within(period));
        if here {
            let reason = found.concepts.iter().find_map(|c| match &c.state {
                State::LeftOut(reason) => Some(format!("{}: {reason}", c.name())),
                _ => None,
            });
            let reason = reason.unwrap_or_else(|| "see the notes".into());
            return format!(
                "what the data hold of {goods} in {period} cannot be counted; {reason}"
            );
        }
        let seen = self.periods.iter().zip(&fetched.seen).any(|(p, n)| p == period && *n > 0);
        if seen {
            return format!(
                "the data hold {goods} in {period} only as parts (by transport, procedure or second partner) without their total, or by a report that does not answer for both periods"
            );
        }
        if let Some(years) = self.only_by_year(period) {
            return format!(
                "{who} is reported for {years} by year only, and {period} is no whole year: ask for {years}"
            );
        }
        let others =
            importer_codes(self.question).iter().any(|i| self.coverage.exports_to(i, period));
        if others && self.question.basis != BasisAsked::Origin {
            format!(
                "partners report exports of other goods to {who} in {period} but none of {goods}: perhaps there were none, perhaps they are kept confidential or are not in the loaded extract"
            )
        } else if fetched.rows.iter().any(|r| !r.period.within(period)) {
            format!(
                "no record of {who} for {goods} in {period}, though there are some for the other period: the source is silent, which is not zero"
            )
        } else {
            format!(
                "no loaded source has a record of {who} for {goods} in {period}: neither its own import statistics nor its partners' exports"
            )
        }
    }

    /// The years of a period for which the importer's own report is there, but by year only.
    fn only_by_year(&self, period: &Period) -> Option<String> {
        let importers = importer_codes(self.question);
        let whole =
            matches!(period.shape(), PeriodShape::Calendar(PeriodKind::Year) | PeriodShape::Years);
        let yearly = !whole
            && self.question.basis != BasisAsked::Dispatch
            && !importers.is_empty()
            && period.months().all(|month| {
                self.coverage.datasets_with("import").iter().any(|dataset| {
                    self.coverage.has_month(dataset, "import", Some(&importers), month)
                })
            });
        let years: Vec<String> = period.years().map(|y| y.to_string()).collect();
        yearly.then(|| years.join(", "))
    }

    pub(super) fn notes(
        &self,
        sides: &[Side],
        concepts: &[Concept],
        left_out: &[LeftOut],
        fetched: &Fetched,
    ) -> Vec<String> {
        let mut notes = Vec::new();
        self.view_notes(fetched, sides, &mut notes);
        if self.question.as_reported {
            notes.push("AS REPORTED, NOT COMPARABLE: codes are taken by their digits although their meaning changed between HS revisions".into());
        }
        for side in sides.iter().filter(|s| s.cannot_tell.is_none() && !s.months_missing.is_empty())
        {
            let shown =
                side.months_missing.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
            notes.push(format!(
                "{}: no record in {shown}; the figure covers the other months only",
                side.period
            ));
        }
        // Of a long list only what was counted needs its notes; a question about few codes is
        // also told how they could be compared.
        let few = concepts.len() <= 5;
        for side in sides {
            if side.no_rate > 0 && side.cannot_tell.is_none() {
                notes.push(format!(
                    "{}: {} records have no exchange rate to {} and are in no sum; give rates with --rates",
                    side.period, side.no_rate, self.question.currency
                ));
            }
            for (concept, (heading, products)) in &side.short_of_heading {
                notes.push(format!(
                    "{} in {}: its own heading rows say {} {heading:.0}, its products in the data {products:.0} ({:.0} %); the products are counted, so the sum may be short by the difference",
                    concepts[*concept].name(),
                    side.period,
                    self.question.currency,
                    100.0 * products / heading
                ));
            }
        }
        for concept in concepts.iter().filter(|c| c.state == State::Used || few) {
            if let Some(note) = &concept.note {
                notes.push(format!("{}: {note}", concept.name()));
            }
        }
        for left in left_out {
            notes.push(format!(
                "{} is left out of {}: {}",
                concepts[left.concept].name(),
                if sides.len() > 1 { "both periods" } else { "the sum" },
                left.reason
            ));
        }
        let none: Vec<String> =
            concepts.iter().filter(|c| c.state == State::NoData).map(Concept::name).collect();
        if !none.is_empty() && none.len() < concepts.len() {
            notes.push(format!(
                "{} of {} codes are not in the data: {}",
                none.len(),
                self.question.goods.codes.len(),
                none.join(", ")
            ));
        }
        if let Some(note) = &self.question.goods.note {
            notes.push(note.clone());
        }
        notes
    }

    fn view_notes(&self, fetched: &Fetched, sides: &[Side], notes: &mut Vec<String>) {
        let who =
            self.question.importer.as_ref().map_or("the importers".to_owned(), |i| i.label.clone());
        if fetched.views.contains(&View::Partners) && self.question.importer.is_some() {
            let datasets: BTreeSet<&str> = fetched.used.iter().map(|(d, _)| d.as_str()).collect();
            let whose = if datasets == BTreeSet::from(["comext"]) {
                "EU exports"
            } else {
                "partners' exports"
            };
            notes.push(format!(
                "imports of {who} are answered from {whose}, for want of a fuller import report; suppliers outside {whose} are not in the sum, and shares are shares of {whose}"
            ));
            if sides.iter().any(|s| s.cannot_tell.is_none() && s.coverage.is_none()) {
                notes.push(format!("coverage of the imports of {who} is unknown: shares of all imports may be anything from zero up to the shares shown"));
            }
        }
        if self.question.importer.is_none() && !fetched.rows.is_empty() {
            let datasets: BTreeSet<&str> = fetched.used.iter().map(|(d, _)| d.as_str()).collect();
            let reporters: BTreeSet<_> = fetched.rows.iter().filter_map(|r| r.reporter).collect();
            let importers: BTreeSet<_> = fetched.rows.iter().map(|r| r.importer).collect();
            notes.push(format!(
                "\"all importers\" are those in the loaded data ({}): {} reporters, {} importers; this is not world trade",
                datasets.into_iter().collect::<Vec<_>>().join(", "),
                reporters.len(),
                importers.len()
            ));
        }
        if fetched.views.contains(&View::Reconciled) {
            notes
                .push("the values are reconciled by the publisher from both sides' reports".into());
        }
        for side in sides {
            notes.extend(side.coverage_note.clone());
        }
        if !fetched.silent.is_empty() && !fetched.rows.is_empty() {
            notes.push(format!("no record of: {}", fetched.silent.join(", ")));
        }
    }

    /// Who was left out since it reports in one of the two periods only.
    pub(super) fn not_in_both_notes(&self, all: &[NotInBoth]) -> Vec<String> {
        all.iter()
            .map(|one| {
                let name = place_name(&one.reporter);
                let told = one.values.iter().zip(self.periods).find_map(|(value, period)| {
                    value.map(|v| format!("{} {v:.0} in {period}", self.question.currency))
                });
                let told = told.unwrap_or_else(|| "no figure for these goods".into());
                format!("{name} reports in one of the two periods only ({told}) and is left out of both: silence is not zero")
            })
            .collect()
    }

    /// A heading or chapter of which the data hold only some codes is not the whole of it.
    pub(super) fn partial_headings(&self, concepts: &[Concept], fetched: &Fetched) -> Vec<String> {
        let mut notes = Vec::new();
        for concept in concepts.iter().filter(|c| c.state == State::Used) {
            for (revision, codes) in &concept.codes {
                for code in codes.iter().filter(|c| c.level() < 6) {
                    let under = concord::codes_under(*code, *revision);
                    let period = &self.periods[0];
                    let has = |c: &str| {
                        fetched
                            .used
                            .iter()
                            .any(|(d, f)| self.coverage.has_exactly(d, f, c, *revision, period))
                    };
                    let held = under.iter().filter(|c| c.level() == 6 && has(c.as_str())).count();
                    let all = under.iter().filter(|c| c.level() == 6).count();
                    if !has(code.as_str()) && held > 0 && held < all {
                        notes.push(format!(
                            "{code} ({}): the data hold {held} of its {all} codes of six digits and not the heading itself: the sum may be a part of it",
                            revision.name()
                        ));
                    }
                }
            }
        }
        notes
    }
}
