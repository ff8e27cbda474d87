//! How do figures, goods, parties, months and sources of a sentence become claims?

mod ambiguity;
mod parts;

use crate::article::token::among;
use std::collections::BTreeMap;

use super::change;
use super::clean::{Block, Lines, sentences};
use super::deed;
use super::figure::{Figure, figures};
use super::lexicon::GoodsKind;
use super::names::{GoodsRef, Names, names, slice};
use super::roles::{Before, Role, Side, acting, apart, distance, nearest, roles};
use super::say;
use super::source::{SourceRef, refers_back, sources};
use super::token::{Token, tokens};
use super::value;
use super::when::{Day, When, weekday_of, whens};
use super::{Certainty, Found, Mention, MentionKind};
use crate::claim::{Claim, ClaimBasis, Measure, Read, TextPlace};
use crate::goods::GoodsGroup;

/// A sentence with all that was found in it.
pub(super) struct Sentence<'a> {
    pub(super) text: &'a str,
    pub(super) tokens: Vec<Token<'a>>,
    pub(super) names: Names,
    pub(super) figures: Vec<Figure>,
    pub(super) whens: Vec<When>,
    pub(super) sources: Vec<SourceRef>,
    pub(super) roles: Vec<Role>,
}

/// A claim on its way: what is open and what was worked out.
#[derive(Clone, Debug, Default)]
pub(super) struct Draft {
    pub(super) claim: Claim,
    pub(super) unresolved: Vec<String>,
    pub(super) inferred: bool,
    /// First and last token of the figure.
    pub(super) span: Option<(usize, usize)>,
    /// What a count is of, in the words of the text.
    pub(super) about: String,
}

/// A name on its way to the mentions: `span` is its first token and the token behind it.
struct Named {
    kind: MentionKind,
    name: String,
    code: String,
    note: String,
    span: (usize, usize),
}

/// Reads one block after the other and remembers what later sentences refer to.
pub(super) struct Reader<'a> {
    source: &'a str,
    lines: &'a Lines,
    published: Option<Day>,
    user: &'a [GoodsGroup],
    user_words: Vec<(Vec<String>, String)>,
    before: Before,
    /// The last sources in full, and in which sentence.
    speakers: Vec<(String, bool, usize)>,
    sentence: usize,
    found: Vec<Found>,
    ids: BTreeMap<usize, usize>,
    mentions: BTreeMap<(MentionKind, String), Mention>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(
        source: &'a str,
        lines: &'a Lines,
        published: Option<Day>,
        user: &'a [GoodsGroup],
    ) -> Self {
        let user_words = user
            .iter()
            .map(|group| {
                let words = group.name.replace(['-', '_'], " ").to_lowercase();
                (words.split(' ').map(str::to_owned).collect(), group.name.clone())
            })
            .collect();
        Self {
            source,
            lines,
            published,
            user,
            user_words,
            before: Before::default(),
            speakers: Vec::new(),
            sentence: 0,
            found: Vec::new(),
            ids: BTreeMap::new(),
            mentions: BTreeMap::new(),
        }
    }

    /// Reads the sentences of a block; headings give names and no claims.
    pub(super) fn block(&mut self, block: &Block, claims: bool) {
        for (start, end) in sentences(&block.text) {
            let Some(text) = block.text.get(start..end) else { continue };
            self.sentence += 1;
            let sentence = self.parse(block, text, start);
            self.mention(block, &sentence);
            if claims && !text.trim_end_matches(['"', '”', ')', ' ']).ends_with('?') {
                let drafts = self.drafts(&sentence);
                self.keep(block, &sentence, (start, end), drafts);
            }
            self.remember(&sentence);
        }
    }

    fn parse<'t>(&self, block: &'t Block, text: &'t str, start: usize) -> Sentence<'t> {
        let tokens = tokens(text, start);
        let mut found = names(&tokens, &block.text);
        self.user_goods(&tokens, &mut found);
        let figures = figures(&tokens);
        let whens = whens(&tokens, self.published);
        let sources = sources(&tokens, &block.text);
        let roles = roles(&found, &tokens, &self.before);
        Sentence { text: &block.text, tokens, names: found, figures, whens, sources, roles }
    }

    fn user_goods(&self, tokens: &[Token<'_>], names: &mut Names) {
        for (words, name) in &self.user_words {
            for at in 0..tokens.len() {
                if !words
                    .iter()
                    .enumerate()
                    .all(|(i, w)| tokens.get(at + i).is_some_and(|t| t.is(w)))
                {
                    continue;
                }
                let next = at + words.len();
                names.goods.retain(|g| g.next <= at || g.first >= next);
                names.goods.push(GoodsRef {
                    first: at,
                    next,
                    goods: name.clone(),
                    kind: GoodsKind::Goods,
                    note: "",
                });
                names.goods.sort_by_key(|g| g.first);
            }
        }
    }

    /// The claims of a sentence.
    fn drafts(&self, sentence: &Sentence<'_>) -> Vec<Draft> {
        let mut drafts: Vec<Draft> = Vec::new();
        for figure in &sentence.figures {
            if sentence.whens.iter().any(|w| figure.head >= w.first && figure.next <= w.next) {
                continue;
            }
            drafts.extend(self.figure(sentence, figure));
        }
        ambiguity::whole_or_part(sentence, &mut drafts);
        let changes = change::bare(&sentence.tokens);
        let figured = drafts.len();
        for bare in changes {
            // Told by a figure already; two rises without figures are two claims.
            let told = drafts.iter().take(figured).any(|d| {
                d.span.is_some_and(|(a, b)| {
                    let far = distance(&sentence.tokens, a, bare.at).min(distance(
                        &sentence.tokens,
                        b,
                        bare.at,
                    ));
                    d.claim.measure == Measure::Change && far < 14
                        || bare.at < a && distance(&sentence.tokens, bare.at, a) < 10
                        || b <= bare.at && bare.at - b < 4
                })
            });
            if !told {
                drafts.extend(self.bare(sentence, bare));
            }
        }
        for deed in deed::deeds(sentence) {
            let told =
                drafts.iter().any(|d| d.span.is_some_and(|(a, _)| a > deed.at && a - deed.at < 12));
            if !told {
                drafts.extend(self.deed(sentence, deed));
            }
        }
        drafts
    }

    /// A claim of a figure.
    fn figure(&self, sentence: &Sentence<'_>, figure: &Figure) -> Option<Draft> {
        let tokens = &sentence.tokens;
        let (measure, sign) = parts::measure(sentence, figure)?;
        let mut draft = Draft { span: Some((figure.first, figure.next)), ..Draft::default() };
        draft.claim.measure = measure;
        draft.claim.value = value::written(figure, tokens, sign);
        draft.claim.amount()?;
        draft.about = parts::about(sentence, figure);
        let goods = parts::goods_of(sentence, figure);
        self.fill(sentence, figure.head, &goods, &mut draft);
        self.notes(sentence, figure, &mut draft);
        Some(draft)
    }

    /// A rise or fall without a figure, one claim for each of the goods.
    fn bare(&self, sentence: &Sentence<'_>, bare: change::Bare) -> Vec<Draft> {
        let named = parts::goods_near(sentence, bare.at, bare.of);
        let lists: Vec<Vec<GoodsRef>> = if named.len() > 1 {
            named.into_iter().map(|g| vec![g]).collect()
        } else {
            vec![named]
        };
        lists
            .into_iter()
            .map(|goods| {
                let mut draft = Draft { span: Some((bare.at, bare.at + 1)), ..Draft::default() };
                draft.claim.measure = Measure::Change;
                draft.claim.value = if bare.sign > 0.0 { "rise" } else { "fall" }.to_owned();
                draft.about = slice(&sentence.tokens, bare.of, bare.of + 1, sentence.text);
                self.fill(sentence, bare.at, &goods, &mut draft);
                draft.unresolved.push("no figure is given".to_owned());
                draft
            })
            .collect()
    }

    fn deed(&self, sentence: &Sentence<'_>, deed: deed::Deed) -> Vec<Draft> {
        let several = deed.goods.iter().filter(|g| !g.goods.is_empty()).count() > 1;
        let lists: Vec<Vec<GoodsRef>> = if several {
            deed.goods.iter().map(|g| vec![g.clone()]).collect()
        } else {
            vec![deed.goods.clone()]
        };
        let mut out = Vec::new();
        for goods in lists {
            let mut draft = Draft::default();
            draft.claim.measure = Measure::Deed;
            self.fill(sentence, deed.at, &goods, &mut draft);
            if !several {
                draft.claim.goods_text.clone_from(&deed.goods_text);
            }
            if deed.goods.is_empty() {
                draft.unresolved.retain(|u| u != "goods not stated");
                draft.unresolved.push(format!("goods not in the catalogue: {}", deed.goods_text));
            }
            draft.claim.exporter.clone_from(&deed.exporter);
            draft.claim.importer.clone_from(&deed.importer);
            draft.claim.parties.clone_from(&deed.parties);
            draft.claim.end_use.clone_from(&deed.end_use);
            draft.claim.basis = ClaimBasis::Unstated;
            draft.unresolved.retain(|u| !u.starts_with("basis"));
            if deed.importer_inferred {
                draft.inferred = true;
                draft.unresolved.push(format!(
                    "importer inferred from whose weapons they are for: {}",
                    deed.importer
                ));
            }
            if deed.importer.is_empty() && !deed.joint {
                draft.unresolved.push("to whom? not stated".to_owned());
            }
            if deed.joint {
                draft.claim.note = "joint production".to_owned();
            }
            out.push(draft);
        }
        out
    }

    /// Goods, parties, months, hedge and source of a claim whose centre is at a token.
    fn fill(&self, sentence: &Sentence<'_>, at: usize, goods: &[GoodsRef], draft: &mut Draft) {
        let claim = &mut draft.claim;
        let open = &mut draft.unresolved;
        parts::set_goods(sentence, goods, self.user, claim, open);
        // A number of firms or cases is not traded.
        let sides: &[Side] =
            if claim.measure == Measure::Count { &[] } else { &[Side::Exporter, Side::Importer] };
        for &side in sides {
            let Some(role) = nearest(&sentence.roles, side, &sentence.tokens, at) else { continue };
            let (field, word) = match side {
                Side::Exporter => (&mut claim.exporter, "exporter"),
                Side::Importer => (&mut claim.importer, "importer"),
            };
            field.clone_from(&role.code);
            if !role.inferred && apart(&sentence.tokens, role.at, at) {
                draft.inferred = true;
                open.push(format!("{word} from another part of the sentence: {}", role.code));
            }
            if role.inferred {
                draft.inferred = true;
                open.push(format!("{word} by a pronoun: {}", role.code));
            }
            if role.basis != ClaimBasis::Unstated {
                claim.basis = role.basis;
            }
        }
        if claim.exporter == claim.importer && !claim.exporter.is_empty() {
            claim.importer.clear();
        }
        parts::set_period(sentence, at, claim, open, self.published);
        claim.likelihood = parts::hedge(
            &sentence.tokens,
            at,
            draft.span.map_or(at + 1, |(_, next)| next.max(at + 1)),
        )
        .unwrap_or_default();
        self.set_source(sentence, draft);
    }

    fn set_source(&self, sentence: &Sentence<'_>, draft: &mut Draft) {
        let own = sentence.sources.iter().find(|s| !s.relay);
        let relay = sentence.sources.iter().find(|s| s.relay);
        let mut who = own.map(|s| {
            let full = self.full(s);
            (full.0, full.1)
        });
        if let Some((name, unnamed)) = who.as_mut() {
            let pronoun = ["we", "they", "he", "she", "it", "who", "which"]
                .contains(&name.to_lowercase().as_str());
            if pronoun {
                draft.unresolved.push(format!("who says so is only a pronoun: {name}"));
                *unnamed = false;
            }
        }
        if who.is_none()
            && let Some((name, unnamed, at)) =
                self.speakers.last().filter(|s| self.sentence - s.2 <= 2)
            && relay.is_none()
        {
            draft.unresolved.push(format!(
                "source carried over from {} before",
                if self.sentence - at == 1 { "the sentence" } else { "two sentences" }
            ));
            who = Some((name.clone(), *unnamed));
        }
        if let Some((name, unnamed)) = who {
            draft.claim.who = if unnamed { format!("{name} (not named)") } else { name };
        } else if let Some(relay) = relay {
            draft.claim.who.clone_from(&relay.name);
        } else {
            draft.unresolved.push("the text does not say who says so".to_owned());
        }
        if let Some(relay) = relay.filter(|r| !draft.claim.who.contains(&r.name)) {
            let note = format!("as reported by: {}", relay.name);
            draft.claim.note = if draft.claim.note.is_empty() {
                note
            } else {
                format!("{}; {note}", draft.claim.note)
            };
        }
        let said = sentence.tokens.iter().enumerate().find_map(|(i, t)| {
            let on = i
                .checked_sub(1)
                .and_then(|p| sentence.tokens.get(p))
                .is_some_and(|t| t.any(&["on", "last"]));
            weekday_of(t).filter(|_| on)
        });
        if let (Some(weekday), Some(day)) = (said, self.published) {
            let note = format!(
                "said on {} (from the weekday and the day of publication)",
                day.last_weekday(weekday).text()
            );
            draft.claim.note = if draft.claim.note.is_empty() {
                note
            } else {
                format!("{}; {note}", draft.claim.note)
            };
        }
    }

    /// A source in full: a pronoun or "the officials" is the last one that fits.
    fn full(&self, source: &SourceRef) -> (String, bool) {
        if !refers_back(source) {
            return (source.name.clone(), source.unnamed);
        }
        let head = source.name.to_lowercase();
        let head = head.rsplit(' ').next().unwrap_or_default().to_owned();
        let fits =
            self.speakers.iter().rev().find(|(name, ..)| name.to_lowercase().contains(&head));
        let pronoun = among(head.as_str(), "they he she it who we which");
        let last = fits.or_else(|| self.speakers.last().filter(|_| pronoun));
        last.map_or_else(
            || (source.name.clone(), source.unnamed),
            |(name, unnamed, _)| (name.clone(), *unnamed),
        )
    }

    /// What must be said beside the claim.
    fn notes(&self, sentence: &Sentence<'_>, figure: &Figure, draft: &mut Draft) {
        let claim = &draft.claim;
        let trade = !claim.exporter.is_empty()
            || !claim.importer.is_empty()
            || sentence
                .tokens
                .iter()
                .any(|t| t.any(&["imports", "exports", "imported", "exported"]));
        let of_trade =
            trade && matches!(claim.measure, Measure::Share | Measure::Value | Measure::Quantity);
        if of_trade && !claim.exporter.is_empty() && claim.basis == ClaimBasis::Unstated {
            draft
                .unresolved
                .push("basis not stated: sent from, made in, or sold from there?".to_owned());
        }
        if claim.measure == Measure::Share && trade && claim.importer.is_empty() {
            draft.unresolved.push("whose imports? not stated".to_owned());
        }
        if figure.record {
            draft.unresolved.push("a record: since when is not read".to_owned());
        }
        if figure.leg == super::figure::Leg::From {
            draft.unresolved.push("the level that the change started from".to_owned());
        }
    }

    fn keep(
        &mut self,
        block: &Block,
        sentence: &Sentence<'_>,
        span: (usize, usize),
        drafts: Vec<Draft>,
    ) {
        let place = self.place(block, span.0, span.1);
        let quote = block.text.get(span.0..span.1).unwrap_or_default();
        for mut draft in drafts {
            let number = self.ids.entry(place.line).or_default();
            *number += 1;
            draft.claim.id = format!("L{}-{number}", place.line);
            draft.claim.quote = quote.to_owned();
            draft.claim.read = Read::Proposed;
            draft.claim.place = Some(place.clone());
            draft.claim.text = say::sentence(&draft.claim, &draft.about);
            let figure = draft.span.and_then(|(first, next)| {
                let start = sentence.tokens.get(first)?.start;
                let end = sentence.tokens.get(next.checked_sub(1)?)?.end;
                Some(self.place(block, start, end))
            });
            draft.unresolved.dedup();
            let certainty = certainty(&draft);
            self.found.push(Found {
                claim: draft.claim,
                figure,
                unresolved: draft.unresolved,
                certainty,
            });
        }
    }

    fn place(&self, block: &Block, start: usize, end: usize) -> TextPlace {
        let (from, to) = block.source(start, end);
        self.lines.place(self.source, from, to)
    }

    fn remember(&mut self, sentence: &Sentence<'_>) {
        let subject = acting(&sentence.names, &sentence.tokens, sentence.tokens.len());
        if let Some(place) = subject {
            self.before.subject.clone_from(&place.code);
        }
        for source in sentence.sources.iter().filter(|s| !s.relay) {
            let (name, unnamed) = self.full(source);
            if !refers_back(source) || name != source.name {
                self.speakers.push((name, unnamed, self.sentence));
            }
        }
        if self.speakers.len() > 64 {
            self.speakers.drain(..32);
        }
    }

    fn mention(&mut self, block: &Block, sentence: &Sentence<'_>) {
        let names = &sentence.names;
        let mut list: Vec<Named> = Vec::new();
        let mut add = |kind, name: &str, code: &str, note: &str, span: (usize, usize)| {
            list.push(Named {
                kind,
                name: name.to_owned(),
                code: code.to_owned(),
                note: note.to_owned(),
                span,
            });
        };
        for c in &names.companies {
            add(MentionKind::Company, &c.name, "", &c.why, (c.first, c.next));
        }
        for w in &names.weapons {
            add(MentionKind::Weapon, &w.name, "", &w.why, (w.first, w.next));
        }
        for p in &names.places {
            let note = if p.code.is_empty() { "no list of countries defines it" } else { "" };
            add(MentionKind::Place, &p.name, &p.code, note, (p.first, p.next));
        }
        for g in names.goods.iter().filter(|g| g.kind != GoodsKind::General) {
            let weapon = g.kind == GoodsKind::Weapon;
            let kind = if weapon { MentionKind::Weapon } else { MentionKind::Goods };
            let name = slice(&sentence.tokens, g.first, g.next, sentence.text).to_lowercase();
            add(kind, &name, &g.goods, g.note, (g.first, g.next));
        }
        for s in sentence.sources.iter().filter(|s| !refers_back(s)) {
            let note = match (s.relay, s.unnamed) {
                (true, _) => "reports what others say",
                (false, true) => "not named",
                _ => "",
            };
            add(MentionKind::Source, &s.name, "", note, (s.first, s.next));
        }
        for named in list {
            self.add_mention(block, sentence, named);
        }
    }

    fn add_mention(&mut self, block: &Block, sentence: &Sentence<'_>, named: Named) {
        let Named { kind, name, code, note, span } = named;
        let start = sentence.tokens.get(span.0).map_or(0, |t| t.start);
        let last = span.1.checked_sub(1).and_then(|i| sentence.tokens.get(i));
        let place = self.place(block, start, last.map_or(start, |t| t.end));
        let by_code = kind == MentionKind::Place && !code.is_empty();
        let key = if by_code { code.clone() } else { name.to_lowercase() };
        let places = Vec::new();
        let mention = self.mentions.entry((kind, key));
        mention.or_insert_with(|| Mention { kind, name, code, note, places }).places.push(place);
    }

    /// The claims and mentions of the whole text.
    pub(super) fn done(mut self) -> (Vec<Found>, Vec<Mention>) {
        ambiguity::importer_of_the_article(&mut self.found);
        let mut mentions: Vec<Mention> = self.mentions.into_values().collect();
        mentions.sort_by(|a, b| {
            let first = |m: &Mention| m.places.first().map_or(0, |p| p.start);
            (a.kind, first(a), &a.name).cmp(&(b.kind, first(b), &b.name))
        });
        (self.found, mentions)
    }
}

/// How much the sentence says: nothing open is high, inferred or three open points is low.
fn certainty(draft: &Draft) -> Certainty {
    let open = draft
        .unresolved
        .iter()
        .filter(|u| !u.starts_with("basis") && !u.starts_with("the text does not say who"))
        .count();
    match open + usize::from(draft.inferred) {
        0 => Certainty::High,
        1 | 2 => Certainty::Medium,
        _ => Certainty::Low,
    }
}
