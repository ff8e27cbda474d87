//! The figures of an evaluation, as a line and as a page.

use serde_json::Value;
use std::fmt::Write as _;

/// What one engine reached on one set.
#[derive(Clone, Debug, Default)]
pub(crate) struct Figures {
    pub(crate) set: String,
    pub(crate) who: String,
    pub(crate) same: usize,
    pub(crate) other: usize,
    /// At the engine's default threshold.
    pub(crate) f1: Option<f64>,
    pub(crate) recall: f64,
    pub(crate) flagged: f64,
    /// Where one and five in a hundred of the others are flagged.
    pub(crate) at_1: f64,
    pub(crate) at_5: f64,
    pub(crate) top_1: Option<f64>,
    pub(crate) candidates: Option<f64>,
    /// By treatment or script, at one in a hundred.
    pub(crate) parts: Vec<(String, usize, usize)>,
}

/// Recall and rest of scores of the same and of others, at a threshold.
pub(crate) fn figures(set: &str, same: &[i32], other: &[i32], threshold: i32) -> Figures {
    let share = |list: &[i32], at: i32| {
        list.iter().filter(|s| **s >= at).count() as f64 / list.len().max(1) as f64
    };
    let mut sorted = other.to_vec();
    sorted.sort_unstable_by(|a, b| b.cmp(a));
    let (tp, fp) =
        (share(same, threshold) * same.len() as f64, share(other, threshold) * other.len() as f64);
    Figures {
        set: set.to_owned(),
        who: "plimsoll".to_owned(),
        same: same.len(),
        other: other.len(),
        f1: Some(2.0 * tp / (tp + fp + same.len() as f64).max(1.0)),
        recall: share(same, threshold),
        flagged: share(other, threshold),
        at_1: share(same, at_share(&sorted, 0.01)),
        at_5: share(same, at_share(&sorted, 0.05)),
        ..Figures::default()
    }
}

/// The least score at which no more than a share of the others is flagged; they are sorted, the
/// greatest first. Never below 1: what scores nothing is no hit.
pub(crate) fn at_share(sorted: &[i32], share: f64) -> i32 {
    sorted.get((sorted.len() as f64 * share) as usize).map_or(1, |s| s + 1).max(1)
}

/// A peer's figures, from its line of JSON.
pub(crate) fn of_peer(value: &Value, same: usize, other: usize) -> Figures {
    let number = |key: &str| value[key].as_f64();
    Figures {
        set: value["set"].as_str().unwrap_or("").to_owned(),
        who: value["peer"].as_str().unwrap_or("").to_owned(),
        same,
        other,
        f1: number("f1"),
        recall: number("recall").unwrap_or(0.0),
        flagged: number("flagged").unwrap_or(0.0),
        at_1: number("recall_at_1").unwrap_or(0.0),
        at_5: number("recall_at_5").unwrap_or(0.0),
        top_1: number("top_1"),
        ..Figures::default()
    }
}

/// Wilson's interval of a share at 95 % (Wilson 1927).
pub(crate) fn wilson(share: f64, n: usize) -> (f64, f64) {
    let (n, z) = (n.max(1) as f64, 1.96);
    let middle = (share + z * z / (2.0 * n)) / (1.0 + z * z / n);
    let half = z * (share * (1.0 - share) / n + z * z / (4.0 * n * n)).sqrt() / (1.0 + z * z / n);
    (middle - half, middle + half)
}

fn percent(share: f64) -> String {
    format!("{:.1}", 100.0 * share)
}

/// One line for the terminal.
pub(crate) fn line(f: &Figures) -> String {
    let (low, high) = wilson(f.at_1, f.same);
    let optional = |name: &str, v: Option<f64>| {
        v.map_or_else(String::new, |v| format!("  {name} {}", percent(v)))
    };
    let f1 = f.f1.map_or_else(String::new, |v| format!("  F1 {v:.3}"));
    let mut out = format!(
        "{:<22} {:<22} {:>5}+{:<5}{f1}  recall {} flagged {:.2}  @1% {} ({}-{})  @5% {}{}{}",
        f.set,
        f.who,
        f.same,
        f.other,
        percent(f.recall),
        100.0 * f.flagged,
        percent(f.at_1),
        percent(low),
        percent(high),
        percent(f.at_5),
        optional("top-1", f.top_1),
        optional("candidates", f.candidates),
    );
    if !f.parts.is_empty() {
        let parts: Vec<String> =
            f.parts.iter().map(|(name, n, of)| format!("{name} {n}/{of}")).collect();
        let _ = write!(out, "\n    {}", parts.join("  "));
    }
    out
}

/// The page.
pub(crate) fn markdown(all: &[Figures]) -> String {
    let mut out = String::from(
        "# Figures of screening\n\n\
         Made by `cargo xtask eval names --write`; what the sets are and what may be concluded is in\n\
         [screening.md](screening.md). Recall and flagged at each engine's default threshold; then\n\
         recall where 1 % and 5 % of the others (innocents, or wrong pairs) are flagged, with the\n\
         95 % interval (Wilson). Top-1: the right entity first. Candidates: the right entity among\n\
         those compared.\n\n\
         | set | engine | same + others | F1 | recall % | flagged % | recall at 1 % | recall at 5 % | top-1 % | candidates % |\n\
         |---|---|--:|--:|--:|--:|--:|--:|--:|--:|\n",
    );
    let optional = |v: Option<f64>| v.map_or_else(|| "–".to_owned(), percent);
    for f in all {
        let innocents_only = f.same == 0;
        let (low, high) = wilson(f.at_1, f.same);
        let or_dash = |text: String| if innocents_only { "–".to_owned() } else { text };
        let _ = writeln!(
            out,
            "| {} | {} | {} + {} | {} | {} | {:.2} | {} | {} | {} | {} |",
            f.set,
            f.who,
            f.same,
            f.other,
            or_dash(f.f1.map_or_else(|| "–".to_owned(), |v| format!("{v:.3}"))),
            or_dash(percent(f.recall)),
            100.0 * f.flagged,
            or_dash(format!("{} ({}–{})", percent(f.at_1), percent(low), percent(high))),
            or_dash(percent(f.at_5)),
            optional(f.top_1),
            optional(f.candidates),
        );
    }
    for f in all.iter().filter(|f| !f.parts.is_empty()) {
        let _ = writeln!(
            out,
            "\n## {} by treatment, recall at 1 %\n\n| treatment | found | of |\n|---|--:|--:|",
            f.set
        );
        for (name, n, of) in &f.parts {
            let _ = writeln!(out, "| {name} | {n} | {of} |");
        }
    }
    out
}
