//! Texts in a drawing: how wide they are, where they break, how they keep apart.

/// The distance of lines of text inside a drawing.
pub(super) const LINE_HEIGHT: f64 = 15.0;
/// The size of labels; the style sheet says the same.
pub(super) const LABEL: f64 = 13.0;
/// The size of axis and note texts; the style sheet says the same.
pub(super) const SMALL: f64 = 12.0;

/// About how wide a text is, on the wide side: system fonts differ.
pub(crate) fn width(text: &str, size: f64) -> f64 {
    text.chars().map(advance).sum::<f64>() * size * 1.08
}

/// The width of one character as a part of the type size.
fn advance(c: char) -> f64 {
    match c {
        'i' | 'j' | 'l' | '\'' | '|' | '.' | ',' | ':' | ';' | '!' => 0.28,
        'f' | 't' | 'r' | 'I' | '(' | ')' | '[' | ']' | '/' | '-' | ' ' => 0.36,
        'm' | 'w' | 'M' | 'W' | '%' | '@' => 0.89,
        'A'..='Z' | '&' | '+' | '−' | '→' => 0.69,
        c if c.is_ascii() => 0.57,
        '\u{300}'..='\u{36f}' | '\u{200b}'..='\u{200f}' => 0.0,
        '\u{1100}'..='\u{11ff}' | '\u{2e80}'..='\u{a4cf}' | '\u{ac00}'..='\u{d7ff}' => 1.0,
        '\u{f900}'..='\u{faff}' | '\u{ff00}'..='\u{ffef}' | '\u{1f000}'..='\u{3ffff}' => 1.0,
        _ => 0.64,
    }
}

/// Breaks a text into at most `most` lines; what does not fit ends in `…`.
pub(super) fn wrap(text: &str, size: f64, room: f64, most: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        let joined = lines.last().map(|line| format!("{line} {word}"));
        match (joined, lines.last_mut()) {
            (Some(joined), Some(last)) if width(&joined, size) <= room => *last = joined,
            _ => lines.push(word.to_owned()),
        }
    }
    let cut_off = lines.len() > most;
    lines.truncate(most);
    if let (true, Some(last)) = (cut_off, lines.last_mut()) {
        last.push('…');
    }
    lines.iter().map(|line| shorten(line, size, room)).collect()
}

/// A text that is too wide loses its end.
fn shorten(line: &str, size: f64, room: f64) -> String {
    if width(line, size) <= room {
        return line.to_owned();
    }
    let mut kept: Vec<char> = line.chars().collect();
    while kept.len() > 1 && width(&kept.iter().collect::<String>(), size) > room - size {
        kept.pop();
    }
    format!("{}…", kept.iter().collect::<String>().trim_end_matches(['…', ' ']))
}

/// Moves labels apart so that none overlap, each as near as can be to where it
/// is `wanted`; labels keep their order. Returns the centres.
pub(super) fn spread(wanted: &[f64], heights: &[f64], low: f64, high: f64) -> Vec<f64> {
    let mut groups: Vec<Group> = Vec::new();
    for (at, centre) in wanted.iter().enumerate() {
        let height = heights.get(at).copied().unwrap_or(LINE_HEIGHT);
        let mut group = Group { wish: *centre, members: vec![height], height };
        group.wish = group.held(low, high);
        while let Some(above) = groups.pop() {
            if above.wish + above.height / 2.0 <= group.wish - group.height / 2.0 {
                groups.push(above);
                break;
            }
            group = above.joined(group);
            group.wish = group.held(low, high);
        }
        groups.push(group);
    }
    groups.iter().flat_map(Group::centres).collect()
}

/// Labels that touch each other and move together.
struct Group {
    wish: f64,
    members: Vec<f64>,
    height: f64,
}

impl Group {
    /// The wished centre, moved so that the group lies within the bounds.
    fn held(&self, low: f64, high: f64) -> f64 {
        let half = self.height / 2.0;
        self.wish.min(high - half).max(low + half)
    }

    fn joined(mut self, below: Self) -> Self {
        let (own, other) = (self.members.len() as f64, below.members.len() as f64);
        self.wish = (self.wish * own + below.wish * other) / (own + other);
        self.height += below.height;
        self.members.extend(below.members);
        self
    }

    fn centres(&self) -> Vec<f64> {
        let mut top = self.wish - self.height / 2.0;
        let centre = |height: &f64| {
            let centre = top + height / 2.0;
            top += height;
            centre
        };
        self.members.iter().map(centre).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_keep_apart_and_inside() {
        let heights = [15.0; 5];
        let at = spread(&[10.0, 11.0, 12.0, 90.0, 99.0], &heights, 0.0, 100.0);
        assert!(at.windows(2).all(|w| w[1] - w[0] >= 14.999), "{at:?}");
        assert!(at[0] >= 7.5 && at[4] <= 92.5, "{at:?}");
    }

    #[test]
    fn labels_with_room_stay() {
        assert_eq!(spread(&[20.0, 60.0], &[15.0, 15.0], 0.0, 100.0), [20.0, 60.0]);
    }

    #[test]
    fn long_names_wrap_and_are_cut() {
        let lines = wrap("Bolivia (Plurinational State of) and others", 13.0, 130.0, 2);
        assert_eq!(lines.len(), 2);
        assert!(lines[1].ends_with('…'), "{lines:?}");
        assert!(wrap(&"x".repeat(200), 13.0, 100.0, 2)[0].ends_with('…'));
        assert!(wrap("", 13.0, 100.0, 2).is_empty());
    }
}
