//! Queries against whole lists: recall at a share of innocents flagged, top-1, candidates.

use super::Options;
use super::data::{self, Seeded};
use crate::Outcome;
use crate::learn::shared;
use plimsoll_screen::candidates::{Scratch, candidates};
use plimsoll_screen::entity::{Entity, EntityKind, NameKind};
use plimsoll_screen::lists::plain_list::PlainList;
use plimsoll_screen::lists::un_xml::UnXml;
use plimsoll_screen::lists::{ListFile, ListSource};
use plimsoll_screen::names::normalize;
use plimsoll_screen::names::script::Script;
use plimsoll_screen::screen::{Query, Settings, THRESHOLD, prepare, screen};
use plimsoll_screen::snapshot::build::{ListInput, compile};
use plimsoll_screen::snapshot::{ListMeta, Snapshot};
use std::collections::BTreeMap;
use std::time::Instant;

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
    let parsed = PlainList.read(&[file]).map_err(|e| e.to_string())?;
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
fn perturbed() -> Result<Vec<Asked>, String> {
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
    let parsed = UnXml.read(&[file]).map_err(|e| e.to_string())?;
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
pub(crate) fn run(options: &Options) -> Outcome {
    let wanted = |name: &str| name.starts_with(&options.only);
    if wanted("ofac-perturbed") {
        let (entities, asked) = (ofac()?, perturbed()?);
        measure(&ListSet { name: "ofac-perturbed".into(), entities, asked }, options);
    }
    if wanted("ofac-held-out") {
        let mut entities = ofac()?;
        let mut asked = held_out(&mut entities);
        asked.extend(perturbed()?.into_iter().filter(|a| a.means.is_none()));
        measure(&ListSet { name: "ofac-held-out".into(), entities, asked }, options);
    }
    if wanted("un-own-script") {
        measure(&un()?, options);
    }
    if wanted("innocent-persons") {
        let asked = innocents("innocent_persons_50k.csv", EntityKind::Person)?;
        measure(&ListSet { name: "innocent-persons".into(), entities: ofac()?, asked }, options);
    }
    if wanted("innocent-companies") {
        let asked = innocents("innocent_companies_cn_hk.csv", EntityKind::Organisation)?;
        measure(&ListSet { name: "innocent-companies".into(), entities: ofac()?, asked }, options);
    }
    Ok(())
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

fn measure(set: &ListSet, options: &Options) {
    let meta = ListMeta { list: set.name.clone(), ..ListMeta::default() };
    let start = Instant::now();
    let bytes = compile(vec![ListInput { meta, entities: &set.entities }]);
    let compiled = start.elapsed();
    let Ok(snapshot) = Snapshot::open(&bytes) else { return };
    let mut scratch = Scratch::default();
    let settings = Settings { threshold: 400, limit: 100, explain: false };
    let mut times = Vec::new();
    let mut answers = Vec::new();
    for asked in &set.asked {
        let query = Query { name: asked.name.clone(), kind: asked.kind, ..Query::default() };
        let usual = Settings { explain: false, ..Settings::default() };
        let start = Instant::now();
        std::hint::black_box(screen(&snapshot, &query, &usual, &mut scratch));
        times.push(start.elapsed().as_micros());
        if set.asked.len() > 3000 {
            let hits = screen(&snapshot, &query, &Settings { limit: 1, ..usual }, &mut scratch);
            let first = hits.first();
            answers.push(Answer {
                best: first.map_or(0, |h| h.score),
                meant: 0,
                first: false,
                candidate: true,
                matched: first.map_or_else(String::new, |h| h.matched_name.clone()),
            });
            continue;
        }
        let hits = screen(&snapshot, &query, &settings, &mut scratch);
        let meant = hits.iter().find(|h| Some(&h.entity.id) == asked.means.as_ref());
        answers.push(Answer {
            best: hits.first().map_or(0, |h| h.score),
            meant: meant.map_or(0, |h| h.score),
            first: hits.first().is_some_and(|h| Some(&h.entity.id) == asked.means.as_ref()),
            candidate: asked
                .means
                .as_ref()
                .is_none_or(|id| is_candidate(&snapshot, &query, id, set, &mut scratch)),
            matched: hits.first().map_or_else(String::new, |h| h.matched_name.clone()),
        });
    }
    report(set, options, &answers, &mut times, bytes.len(), compiled);
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

fn report(
    set: &ListSet,
    options: &Options,
    answers: &[Answer],
    times: &mut [u128],
    bytes: usize,
    compiled: std::time::Duration,
) {
    let positive: Vec<&Answer> =
        answers.iter().zip(&set.asked).filter(|(_, q)| q.means.is_some()).map(|(a, _)| a).collect();
    let mut innocent: Vec<i32> = answers
        .iter()
        .zip(&set.asked)
        .filter(|(_, q)| q.means.is_none())
        .map(|(a, _)| a.best)
        .collect();
    innocent.sort_unstable_by(|a, b| b.cmp(a));
    let at = |share: f64| {
        let flagged = (innocent.len() as f64 * share) as usize;
        innocent.get(flagged).map_or(0, |s| s + 1)
    };
    let share = |of: &dyn Fn(&Answer) -> bool| {
        let n = positive.iter().filter(|a| of(a)).count();
        100.0 * n as f64 / positive.len().max(1) as f64
    };
    let flagged = |t: i32| {
        100.0 * innocent.iter().filter(|s| **s >= t).count() as f64 / innocent.len().max(1) as f64
    };
    times.sort_unstable();
    let (one, five) = (at(0.01), at(0.05));
    println!(
        "{:<20} n {:>5}+{:<5} recall@{THRESHOLD} {:.1} flagged {:.2}%  @1% {:.1} (at {one})  @5% {:.1} (at {five})  top-1 {:.1}  candidates {:.1}  us p50 {} p99 {} max {} mean {}  snapshot {} KiB in {} ms",
        set.name,
        positive.len(),
        innocent.len(),
        share(&|a| a.meant >= THRESHOLD),
        flagged(THRESHOLD),
        share(&|a| a.meant >= one),
        share(&|a| a.meant >= five),
        share(&|a| a.first),
        share(&|a| a.candidate),
        times[times.len() / 2],
        times[times.len() * 99 / 100],
        times[times.len() - 1],
        times.iter().sum::<u128>() / times.len() as u128,
        bytes / 1024,
        compiled.as_millis(),
    );
    let mut treatments: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    for (answer, asked) in answers.iter().zip(&set.asked).filter(|(_, q)| q.means.is_some()) {
        let slot = treatments.entry(&asked.treatment).or_default();
        slot.0 += usize::from(answer.meant >= one);
        slot.1 += 1;
    }
    let words: Vec<String> =
        treatments.iter().map(|(t, (n, of))| format!("{t} {n}/{of}")).collect();
    println!("    {}", words.join("  "));
    if options.errors > 0 {
        let missed =
            answers.iter().zip(&set.asked).filter(|(a, q)| q.means.is_some() && a.meant < one);
        for (answer, asked) in missed.take(options.errors) {
            let entity = set.entities.iter().find(|e| Some(&e.id) == asked.means.as_ref());
            let names = entity.map_or_else(String::new, |e| {
                e.names.iter().map(|n| n.text.as_str()).take(6).collect::<Vec<_>>().join(" | ")
            });
            println!("  missed {} {} {} ~ {names}", answer.meant, asked.treatment, asked.name);
        }
        let mut loud: Vec<_> =
            answers.iter().zip(&set.asked).filter(|(_, q)| q.means.is_none()).collect();
        loud.sort_by_key(|(a, _)| std::cmp::Reverse(a.best));
        for (answer, asked) in loud.iter().take(options.errors) {
            println!("  innocent {} {} ~ {}", answer.best, asked.name, answer.matched);
        }
    }
}
