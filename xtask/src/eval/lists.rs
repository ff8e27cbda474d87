//! Queries against whole lists: recall at a share of innocents flagged, top-1, candidates.

use super::data::{self, Seeded};
use super::table::{self, Figures};
use super::{Options, peers};
use crate::Outcome;
use crate::learn::shared;
use plimsoll_screen::candidates::{Scratch, candidates};
use plimsoll_screen::entity::{Entity, EntityKind, NameKind};
use plimsoll_screen::lists::plain_list::PlainList;
use plimsoll_screen::lists::un_xml::UnXml;
use plimsoll_screen::lists::{ListFile, ListSource};
use plimsoll_screen::names::normalize;
use plimsoll_screen::names::script::Script;
use plimsoll_screen::screen::{Hit, Query, Settings, THRESHOLD, prepare, screen};
use plimsoll_screen::snapshot::build::{ListInput, compile};
use plimsoll_screen::snapshot::{ListMeta, Snapshot};
use std::collections::BTreeMap;

/// One query and the entity that it means; none for an innocent.
pub(crate) struct Asked {
    pub(crate) name: String,
    pub(crate) kind: Option<EntityKind>,
    pub(crate) means: Option<String>,
    pub(crate) treatment: String,
}

/// Queries against a list.
pub(crate) struct ListSet {
    pub(crate) name: String,
    pub(crate) entities: Vec<Entity>,
    pub(crate) asked: Vec<Asked>,
}

/// OFAC's list as one file.
pub(crate) fn ofac() -> Result<Vec<Entity>, String> {
    let text = data::read("ofac_list_2025-11.tsv")?;
    let file = ListFile { name: "ofac_list_2025-11.tsv", bytes: text.as_bytes() };
    let parsed = PlainList
        .read(&[file], &plimsoll_screen::scratch::Room::default())
        .map_err(|e| e.to_string())?;
    Ok(parsed.editions.into_iter().flat_map(|e| e.entities).collect())
}

fn kind(text: &str) -> Option<EntityKind> {
    match text {
        "person" => Some(EntityKind::Person),
        "business" => Some(EntityKind::Organisation),
        _ => None,
    }
}

/// The queries that were made from listed names, and innocents.
pub(crate) fn perturbed() -> Result<Vec<Asked>, String> {
    let text = data::read("ofac_queries_dev.tsv")?;
    Ok(text
        .lines()
        .filter_map(|line| {
            let c: Vec<&str> = line.split('\t').collect();
            let [_, of, name, means, treatment] = c[..] else { return None };
            Some(Asked {
                name: name.into(),
                kind: kind(of),
                means: (!means.is_empty()).then(|| means.to_owned()),
                treatment: treatment.into(),
            })
        })
        .collect())
}

/// Takes 250 companies' and 250 persons' aliases off the list and asks for them: real spelling
/// variants. Each is at least a little like a name that stays (token-sort likeness from 60).
fn held_out(entities: &mut [Entity]) -> Vec<Asked> {
    let mut seeded = Seeded::new(20_261_126);
    let mut order: Vec<usize> = (0..entities.len()).collect();
    seeded.shuffle(&mut order);
    let mut asked = Vec::new();
    let mut left = [250, 250];
    for at in order {
        let entity = &mut entities[at];
        let slot = match entity.kind {
            EntityKind::Organisation => 0,
            EntityKind::Person => 1,
            _ => continue,
        };
        if left[slot] == 0 || entity.names.len() < 2 {
            continue;
        }
        let chosen = 1 + seeded.below(entity.names.len() - 1);
        let sorted = |text: &str| {
            let mut words: Vec<String> =
                normalize::words(text).into_iter().map(|w| w.text).collect();
            words.sort();
            words.join(" ")
        };
        let alias = sorted(&entity.names[chosen].text);
        let nearest = entity
            .names
            .iter()
            .enumerate()
            .filter(|(i, _)| *i != chosen)
            .map(|(_, n)| indel(&alias, &sorted(&n.text)))
            .max()
            .unwrap_or(0);
        if !(60..100).contains(&nearest) || alias.len() < 4 {
            continue;
        }
        left[slot] -= 1;
        let name = entity.names.remove(chosen).text;
        let treatment = match nearest {
            60..75 => "likeness 60-75",
            75..90 => "likeness 75-90",
            _ => "likeness 90-100",
        };
        asked.push(Asked {
            name,
            kind: Some(entity.kind),
            means: Some(entity.id.clone()),
            treatment: treatment.into(),
        });
    }
    asked
}

/// The Indel likeness of two texts in hundredths (100 is the same), as rapidfuzz's `ratio`.
pub(crate) fn indel(a: &str, b: &str) -> usize {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    let mut last = vec![0usize; b.len() + 1];
    for x in a {
        let mut now = vec![0usize];
        for (j, y) in b.iter().enumerate() {
            let same = if x == y { last[j] + 1 } else { 0 };
            now.push(same.max(last[j + 1]).max(now[j]));
        }
        last = now;
    }
    200 * last[b.len()] / (a.len() + b.len()).max(1)
}

/// The UN's names in their own script against its Latin names, and innocents of that script.
fn un() -> Result<ListSet, String> {
    let path = shared().join("data/watchlists/un/un_consolidated_2025-04-19_half.xml");
    let bytes = std::fs::read(&path).map_err(|e| format!("{}: {e}", path.display()))?;
    let file = ListFile { name: "un_consolidated_2025-04-19_half.xml", bytes: &bytes };
    let parsed = UnXml
        .read(&[file], &plimsoll_screen::scratch::Room::default())
        .map_err(|e| e.to_string())?;
    let mut entities: Vec<Entity> = parsed.editions.into_iter().flat_map(|e| e.entities).collect();
    let mut asked = Vec::new();
    for entity in &mut entities {
        let latin = |text: &str| {
            let words = normalize::words(text);
            !words.is_empty()
                && words.iter().all(|w| matches!(w.script, Script::Latin | Script::Digit))
        };
        let own =
            entity.names.iter().find(|n| n.kind == NameKind::OriginalScript && !latin(&n.text));
        if let Some(name) = own {
            asked.push(Asked {
                name: name.text.clone(),
                kind: Some(entity.kind),
                means: Some(entity.id.clone()),
                treatment: format!("{:?}", normalize::words(&name.text)[0].script),
            });
        }
        entity.names.retain(|n| n.kind != NameKind::OriginalScript && latin(&n.text));
    }
    entities.retain(|e| !e.names.is_empty());
    let arabic = data::rows(&data::read("innocent_persons_50k.csv")?)
        .into_iter()
        .map(|row| row[0].clone())
        .filter(|name| normalize::words(name).first().is_some_and(|w| w.script == Script::Arabic));
    asked.extend(arabic.take(400).map(|name| Asked {
        name,
        kind: Some(EntityKind::Person),
        means: None,
        treatment: "negative".into(),
    }));
    Ok(ListSet { name: "un-own-script".into(), entities, asked })
}

fn innocents(file: &str, kind: EntityKind) -> Result<Vec<Asked>, String> {
    Ok(data::rows(&data::read(file)?)
        .into_iter()
        .map(|row| Asked {
            name: row[0].clone(),
            kind: Some(kind),
            means: None,
            treatment: "negative".into(),
        })
        .collect())
}

/// Runs every set against its list.
pub(crate) fn run(options: &Options) -> Outcome<Vec<Figures>> {
    let mut all = Vec::new();
    let mut one = |set: ListSet| {
        let figures = measure(&set, options);
        println!("{}", table::line(&figures));
        let (same, other) = (figures.same, figures.other);
        all.push(figures);
        // Innocents alone take a peer that scans all names too long.
        if options.peers && same > 0 {
            match peers::list(&set) {
                Ok(values) => all.extend(values.iter().map(|v| {
                    let peer = table::of_peer(v, same, other);
                    println!("{}", table::line(&peer));
                    peer
                })),
                Err(why) => println!("    peers not run: {why}"),
            }
        }
    };
    if options.wants("ofac-perturbed") {
        let (entities, asked) = (ofac()?, perturbed()?);
        one(ListSet { name: "ofac-perturbed".into(), entities, asked });
    }
    if options.wants("ofac-held-out") {
        let mut entities = ofac()?;
        let mut asked = held_out(&mut entities);
        asked.extend(perturbed()?.into_iter().filter(|a| a.means.is_none()));
        one(ListSet { name: "ofac-held-out".into(), entities, asked });
    }
    if options.wants("ofac-verbatim") {
        one(verbatim()?);
    }
    if options.wants("un-own-script") {
        one(un()?);
    }
    if options.wants("innocent-persons") {
        let asked = innocents("innocent_persons_50k.csv", EntityKind::Person)?;
        one(ListSet { name: "innocent-persons".into(), entities: ofac()?, asked });
    }
    if options.wants("innocent-companies") {
        let asked = innocents("innocent_companies_cn_hk.csv", EntityKind::Organisation)?;
        one(ListSet { name: "innocent-companies".into(), entities: ofac()?, asked });
    }
    Ok(all)
}

/// 1,000 listed primary names and 1,000 listed aliases as they stand: an alias must do as well.
fn verbatim() -> Result<ListSet, String> {
    let entities = ofac()?;
    let mut seeded = Seeded::new(20_261_127);
    let mut asked = Vec::new();
    for (treatment, alias) in [("primary name", false), ("alias", true)] {
        let mut found = 0;
        while found < 1000 {
            let entity = &entities[seeded.below(entities.len())];
            let at = if alias { 1 + seeded.below(entity.names.len()) } else { 0 };
            let Some(name) = entity.names.get(at) else { continue };
            found += 1;
            asked.push(Asked {
                name: name.text.clone(),
                kind: Some(entity.kind),
                means: Some(entity.id.clone()),
                treatment: treatment.into(),
            });
        }
    }
    Ok(ListSet { name: "ofac-verbatim".into(), entities, asked })
}

/// What became of one query.
struct Answer {
    /// The best score of any entity, and of the one that is meant.
    best: i32,
    meant: i32,
    first: bool,
    candidate: bool,
    matched: String,
}

fn measure(set: &ListSet, options: &Options) -> Figures {
    let meta = ListMeta { list: set.name.clone(), ..ListMeta::default() };
    let bytes = compile(vec![ListInput::of(meta, &set.entities)]);
    let Ok(snapshot) = Snapshot::open(&bytes) else { return Figures::default() };
    let mut scratch = Scratch::default();
    // Recall at a share needs scores below the threshold; innocents alone do not.
    let innocents_only = set.asked.iter().all(|a| a.means.is_none());
    let threshold = if innocents_only { THRESHOLD } else { 400 };
    let settings = Settings { threshold, limit: 100, explain: false };
    let answers: Vec<Answer> = set
        .asked
        .iter()
        .map(|asked| {
            let query = Query { name: asked.name.clone(), kind: asked.kind, ..Query::default() };
            let hits = screen(&snapshot, &query, &settings, &mut scratch);
            let is_meant = |h: &&Hit| Some(&h.entity.id) == asked.means.as_ref();
            Answer {
                best: hits.first().map_or(0, |h| h.score),
                meant: hits.iter().find(is_meant).map_or(0, |h| h.score),
                first: hits.first().is_some_and(|h| is_meant(&h)),
                candidate: asked
                    .means
                    .as_ref()
                    .is_some_and(|id| is_candidate(&snapshot, &query, id, set, &mut scratch)),
                matched: hits.first().map_or_else(String::new, |h| h.matched_name.clone()),
            }
        })
        .collect();
    report(set, options, &answers)
}

fn is_candidate(
    snapshot: &Snapshot<'_>,
    query: &Query,
    id: &str,
    set: &ListSet,
    scratch: &mut Scratch,
) -> bool {
    let Some(number) = set.entities.iter().position(|e| e.id == id) else { return false };
    let first: usize = set.entities[..number].iter().map(|e| e.names.len()).sum();
    let names = first..first + set.entities[number].names.len();
    prepare(snapshot, query, scratch).iter().any(|p| {
        candidates(snapshot, p, 0, scratch).iter().any(|c| names.contains(&(c.name as usize)))
    })
}

fn report(set: &ListSet, options: &Options, answers: &[Answer]) -> Figures {
    let all = || answers.iter().zip(&set.asked);
    let positive: Vec<(&Answer, &Asked)> = all().filter(|(_, q)| q.means.is_some()).collect();
    let same: Vec<i32> = positive.iter().map(|(a, _)| a.meant).collect();
    let mut other: Vec<i32> =
        all().filter(|(_, q)| q.means.is_none()).map(|(a, _)| a.best).collect();
    other.sort_unstable_by(|a, b| b.cmp(a));
    let share = |of: &dyn Fn(&Answer) -> bool| {
        let n = positive.iter().filter(|(a, _)| of(a)).count();
        (!positive.is_empty()).then(|| n as f64 / positive.len() as f64)
    };
    // Where nobody is innocent, the default threshold tells.
    let at = if other.is_empty() { THRESHOLD } else { table::at_share(&other, 0.01) };
    let mut parts: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    for (answer, asked) in &positive {
        let slot = parts.entry(&asked.treatment).or_default();
        slot.0 += usize::from(answer.meant >= at);
        slot.1 += 1;
    }
    if options.errors > 0 {
        show_errors(set, options, answers, at);
    }
    Figures {
        top_1: share(&|a| a.first),
        candidates: share(&|a| a.candidate),
        parts: parts.into_iter().map(|(t, (n, of))| (t.to_owned(), n, of)).collect(),
        ..table::figures(&set.name, &same, &other, THRESHOLD)
    }
}

fn show_errors(set: &ListSet, options: &Options, answers: &[Answer], at: i32) {
    let all = || answers.iter().zip(&set.asked);
    let missed = all().filter(|(a, q)| q.means.is_some() && a.meant < at);
    for (answer, asked) in missed.take(options.errors) {
        let entity = set.entities.iter().find(|e| Some(&e.id) == asked.means.as_ref());
        let names = entity.map_or_else(String::new, |e| {
            e.names.iter().map(|n| n.text.as_str()).take(6).collect::<Vec<_>>().join(" | ")
        });
        println!("  missed {} {} {} ~ {names}", answer.meant, asked.treatment, asked.name);
    }
    let mut loud: Vec<_> = all().filter(|(_, q)| q.means.is_none()).collect();
    loud.sort_by_key(|(a, _)| std::cmp::Reverse(a.best));
    for (answer, asked) in loud.iter().take(options.errors) {
        println!("  innocent {} {} ~ {}", answer.best, asked.name, answer.matched);
    }
}
