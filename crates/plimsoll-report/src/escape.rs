//! Making any text inert in HTML, SVG, Markdown and BibTeX.

/// A character as it may be shown: control characters and those that turn the
/// direction of the text around (they can disguise a name) become `U+FFFD`.
fn visible(c: char) -> char {
    match c {
        '\n' | '\t' => c,
        '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => '\u{fffd}',
        '\u{fffe}' | '\u{ffff}' => '\u{fffd}',
        c if c.is_control() => '\u{fffd}',
        c => c,
    }
}

/// Text for the content or a quoted attribute of HTML and of SVG.
pub(crate) fn html(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + text.len() / 8);
    for c in text.replace("\r\n", "\n").chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(visible(c)),
        }
    }
    out
}

/// Text that begins a line of Markdown, with nothing in it that Markdown or the
/// HTML behind it would act on.
pub(crate) fn markdown(text: &str) -> String {
    guard_line_start(markdown_inline(text))
}

/// The same for text that does not begin a line.
pub(crate) fn markdown_inline(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + text.len() / 8);
    for c in one_line(text).chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '~' | '$' => {
                out.push('\\');
                out.push(c);
            }
            c => out.push(visible(c)),
        }
    }
    out
}

/// Text with each run of white space as one blank.
pub(crate) fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A line that begins like a heading, a list or a rule would be read as one.
fn guard_line_start(line: String) -> String {
    let digits = line.bytes().take_while(u8::is_ascii_digit).count();
    if digits > 0 && matches!(line.as_bytes().get(digits), Some(b'.' | b')')) {
        let numbered_list = matches!(line.as_bytes().get(digits + 1), None | Some(b' '));
        if numbered_list {
            let (head, tail) = line.split_at(digits);
            return format!("{head}\\{tail}");
        }
        return line;
    }
    match line.as_bytes().first() {
        Some(b'#' | b'+' | b'-' | b'=' | b':') => format!("\\{line}"),
        _ => line,
    }
}

/// A fenced code block, whatever the code holds.
pub(crate) fn markdown_fence(language: &str, code: &str) -> String {
    let mut longest = 0;
    let mut run = 0;
    for c in code.chars() {
        run = if c == '`' { run + 1 } else { 0 };
        longest = longest.max(run);
    }
    let fence = "`".repeat(3.max(longest + 1));
    let code: String = code.trim_end().chars().map(visible).collect();
    format!("{fence}{language}\n{code}\n{fence}\n")
}

/// Text inside the braces of a BibTeX field.
pub(crate) fn bibtex(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in one_line(text).chars() {
        match c {
            '\\' => out.push_str("\\textbackslash{}"),
            '{' | '}' | '%' | '&' | '$' | '#' | '_' => {
                out.push('\\');
                out.push(c);
            }
            '~' => out.push_str("\\textasciitilde{}"),
            '^' => out.push_str("\\textasciicircum{}"),
            c => out.push(visible(c)),
        }
    }
    out
}

/// The address, if it is one that a page may link to.
pub(crate) fn link(url: &str) -> Option<&str> {
    let plain = !url.chars().any(|c| c.is_whitespace() || c.is_control());
    let web = url.starts_with("https://") || url.starts_with("http://");
    (plain && web).then_some(url)
}

/// The paragraphs of a text: blank lines part them.
pub(crate) fn paragraphs(text: &str) -> Vec<String> {
    let text = text.replace("\r\n", "\n");
    text.split("\n\n").map(one_line).filter(|p| !p.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn html_is_inert() {
        let hostile = "</script><img src=x onerror=\"alert('1')\">&amp;";
        let escaped = html(hostile);
        assert!(!escaped.contains(['<', '>', '"', '\'']), "{escaped}");
        assert!(escaped.ends_with("&amp;amp;"));
    }

    #[test]
    fn disguises_are_shown() {
        assert_eq!(html("a\u{202e}b\u{0}c"), "a\u{fffd}b\u{fffd}c");
    }

    #[test]
    fn markdown_is_inert() {
        assert_eq!(markdown("# a | b\n<i>"), "\\# a \\| b &lt;i&gt;");
        assert_eq!(markdown("[x](javascript:1)"), "\\[x\\](javascript:1)");
        assert_eq!(markdown("1. a"), "1\\. a");
        assert_eq!(markdown("1.5 a"), "1.5 a");
        assert_eq!(markdown("- a"), "\\- a");
    }

    #[test]
    fn fence_is_longer_than_what_it_holds() {
        assert_eq!(markdown_fence("sql", "a ```` b"), "`````sql\na ```` b\n`````\n");
    }

    #[test]
    fn only_web_addresses_are_links() {
        assert_eq!(link("https://a.example/x"), Some("https://a.example/x"));
        assert_eq!(link("javascript:alert(1)"), None);
        assert_eq!(link("https://a b"), None);
    }
}
