//! Texts whose claims are checked: files, standard input, addresses, sentences.

use crate::cli::ProposeArgs;
use crate::commands::Context;
use crate::commands::claim::propose;
use crate::evidence::listing::{Listed, Lists, Timeline, timelines};
use crate::failure::Failure;
use crate::fetch::http::{Ask, Client, Got, Manner};
use crate::printer;
use crate::watchlists::Editions;
use plimsoll_terms::article::{self, Article, Kind, MentionKind};
use plimsoll_terms::claim::Claim;
use plimsoll_terms::goods::GoodsGroup;
use std::io::Read;
use std::path::Path;

/// The most bytes of a text.
const MOST_BYTES: u64 = 20_000_000;
/// How many listed parties are shown of a company.
const MOST_HITS: usize = 5;

/// A text that was read.
pub struct Text {
    /// Path, address, `standard input` or `sentence`.
    pub name: String,
    /// What was found in it.
    pub article: Article,
    /// The companies that it names, with what the lists in the store say.
    pub companies: Vec<Company>,
    /// The lists that were asked of them, in words; empty where none is loaded.
    pub lists: String,
}

/// A company that a text names.
pub struct Company {
    /// As the text names it first.
    pub name: String,
    /// The line of each place.
    pub lines: Vec<usize>,
    /// When listed parties that may be meant were on their list.
    pub timelines: Vec<Timeline>,
    /// Possible matches in words.
    pub matches: Vec<String>,
}

impl Text {
    /// The claims, each with an id of its own among several texts.
    pub fn claims(&self, several: bool) -> Vec<Claim> {
        let stem = Path::new(&self.name).file_stem().map(|s| s.to_string_lossy().into_owned());
        let prefix = stem.filter(|_| several).map(|s| format!("{s}.")).unwrap_or_default();
        let named = |claim: &Claim| Claim { id: format!("{prefix}{}", claim.id), ..claim.clone() };
        self.article.claims.iter().map(|found| named(&found.claim)).collect()
    }
}

/// Reads one input; `None` where it is no text.
pub fn read(
    context: &Context,
    input: &str,
    proposer: &ProposeArgs,
    user_goods: &[GoodsGroup],
) -> Result<Option<Text>, Failure> {
    let path = Path::new(input);
    let is_address = input.starts_with("https://") || input.starts_with("http://");
    let (bytes, kind) = if input == "-" {
        (standard_input()?, Kind::Plain)
    } else if is_address {
        (fetched(input)?, Kind::Html)
    } else if path.is_file() {
        (std::fs::read(path).map_err(|e| unreadable(input, &e))?, Kind::of_name(input))
    } else if input.contains(char::is_whitespace) {
        (input.as_bytes().to_vec(), Kind::Plain)
    } else {
        return Ok(None);
    };
    let text = decoded(input, &bytes)?;
    let kind =
        if is_address && !text.trim_start().starts_with('<') { Kind::of_name(input) } else { kind };
    let mut article = article::read(&text, kind, user_goods);
    propose::propose(proposer, input, &mut article, (&text, kind), user_goods)?;
    let (companies, lists) = companies(context, &article)?;
    let name = match input {
        "-" => "standard input".to_owned(),
        _ if !is_address && !path.is_file() => "sentence".to_owned(),
        _ => input.to_owned(),
    };
    Ok(Some(Text { name, article, companies, lists }))
}

fn unreadable(input: &str, error: &std::io::Error) -> Failure {
    Failure::usage(
        "file-unreadable",
        format!("cannot read {input}: {error}"),
        "check the path and the permissions",
    )
}

fn standard_input() -> Result<Vec<u8>, Failure> {
    let mut bytes = Vec::new();
    let read = std::io::stdin().lock().take(MOST_BYTES + 1).read_to_end(&mut bytes);
    read.map_err(|e| unreadable("standard input", &e))?;
    Ok(bytes)
}

/// A page from its address, into a file that is taken away again.
fn fetched(url: &str) -> Result<Vec<u8>, Failure> {
    let into = std::env::temp_dir().join(format!("plimsoll-text-{}", std::process::id()));
    let manner = Manner {
        most_bytes: MOST_BYTES,
        patience_s: 30,
        insecure: false,
        time_scale: 1.0,
        secrets: Vec::new(),
    };
    let ask = Ask {
        url,
        key: None,
        have: None,
        into: &into,
        key_hint: "save the page and name the file",
    };
    let got = Client::new(manner)?.get(&ask);
    let bytes = match got? {
        Got::Whole(_) => std::fs::read(&into).map_err(|e| unreadable(url, &e))?,
        Got::Unchanged | Got::NotYet => Vec::new(),
    };
    let _ = std::fs::remove_file(&into);
    Ok(bytes)
}

fn decoded(name: &str, bytes: &[u8]) -> Result<String, Failure> {
    if bytes.len() as u64 > MOST_BYTES {
        return Err(Failure::usage(
            "text-too-long",
            format!("{name} has more than {} MB", MOST_BYTES / 1_000_000),
            "cut the text into parts",
        ));
    }
    let zeros = bytes.iter().take(4096).filter(|b| **b == 0).count();
    if zeros > 0 && !bytes.starts_with(&[0xFF, 0xFE]) && !bytes.starts_with(&[0xFE, 0xFF]) {
        return Err(Failure::usage(
            "text-binary",
            format!("{name} is no text"),
            "save it as text, Markdown or HTML",
        ));
    }
    let (text, encoding, faulty) = encoding_rs::UTF_8.decode(bytes);
    if !faulty {
        return Ok(text.into_owned());
    }
    printer::talk(&format!("note: {name} is not {}; read as Windows-1252", encoding.name()));
    Ok(encoding_rs::WINDOWS_1252.decode(bytes).0.into_owned())
}

/// The companies of an article against every edition of every list in the store, and these lists.
fn companies(context: &Context, article: &Article) -> Result<(Vec<Company>, String), Failure> {
    let named: Vec<&article::Mention> =
        article.mentions.iter().filter(|m| m.kind == MentionKind::Company).collect();
    if named.is_empty() {
        return Ok(Default::default());
    }
    let editions = Editions::open(&context.store)?;
    let all = Lists::all(&context.store, &editions, None)?;
    let company = |mention: &article::Mention| {
        let hits: Vec<Listed<'_>> = all.find(&mention.name, None, MOST_HITS * 10);
        let mut matches: Vec<String> = Vec::new();
        for words in hits.iter().map(Listed::words) {
            if !matches.contains(&words) && matches.len() < MOST_HITS {
                matches.push(words);
            }
        }
        Company {
            name: mention.name.clone(),
            lines: mention.places.iter().map(|p| p.line).collect(),
            timelines: timelines(&hits, &all.editions),
            matches,
        }
    };
    Ok((named.into_iter().map(company).collect(), all.words()))
}
