//! Does every relative link in a Markdown file lead somewhere, heading included? Links to other
//! sites are never followed: a check needs no network.

use std::path::{Component, Path, PathBuf};

use crate::files::Project;

/// Links whose file or heading is not there.
pub(super) fn broken(project: &Project) -> Vec<String> {
    let mut findings = Vec::new();
    for file in project.ending(".md") {
        let Some(text) = project.text(file) else {
            continue;
        };
        for (line, target) in links(&text) {
            if let Some(why) = problem(project, file, &target) {
                findings.push(format!("{file}:{line}: {target}: {why}"));
            }
        }
    }
    findings
}

fn problem(project: &Project, file: &str, target: &str) -> Option<&'static str> {
    let foreign = target.contains("://") || target.starts_with("mailto:");
    if foreign || target.is_empty() {
        return None;
    }
    let (path, heading) = target.split_once('#').unwrap_or((target, ""));
    let to = if path.is_empty() { file.to_owned() } else { resolve(file, path) };
    if !project.root.join(&to).exists() {
        return Some("no such file");
    }
    if heading.is_empty() || !to.ends_with(".md") {
        return None;
    }
    let text = project.text(&to)?;
    if slugs(&text).any(|slug| slug == heading) { None } else { Some("no such heading") }
}

/// `file`'s folder and `path` joined, `..` worked out; `/` is the project's folder.
fn resolve(file: &str, path: &str) -> String {
    let from = match path.strip_prefix('/') {
        Some(rest) => PathBuf::from(rest),
        None => Path::new(file).parent().unwrap_or(Path::new("")).join(path),
    };
    let mut parts: Vec<String> = Vec::new();
    for part in from.components() {
        match part {
            Component::ParentDir if parts.last().is_some_and(|last| last != "..") => {
                parts.pop();
            }
            Component::CurDir => {}
            other => parts.push(other.as_os_str().to_string_lossy().into_owned()),
        }
    }
    parts.join("/")
}

/// Line number and target of each link, code left out.
fn links(text: &str) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    for (number, line) in prose_lines(text) {
        let line = without_code_spans(line);
        let definition = line.starts_with('[').then(|| line.split_once("]: ")).flatten();
        if let Some((_, target)) = definition {
            found.push((number, clean(target)));
        }
        for (at, _) in line.match_indices("](") {
            let rest = &line[at + 2..];
            if let Some(end) = rest.find(')') {
                found.push((number, clean(&rest[..end])));
            }
        }
    }
    found
}

/// Without the title after the target and the angle brackets around it.
fn clean(target: &str) -> String {
    let first = target.split_whitespace().next().unwrap_or("");
    first.trim_start_matches('<').trim_end_matches('>').to_owned()
}

/// Lines outside fenced code, numbered from 1.
fn prose_lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut fenced = false;
    text.lines().enumerate().filter_map(move |(index, line)| {
        let fence = line.trim_start().starts_with("```") || line.trim_start().starts_with("~~~");
        fenced ^= fence;
        (!fence && !fenced).then_some((index + 1, line))
    })
}

fn without_code_spans(line: &str) -> String {
    line.split('`').step_by(2).collect::<Vec<_>>().join("``")
}

/// The anchors that GitHub makes of the headings.
fn slugs(text: &str) -> impl Iterator<Item = String> {
    prose_lines(text).filter(|(_, line)| line.starts_with('#')).map(|(_, line)| {
        let title = line.trim_start_matches('#').trim().to_lowercase();
        let kept = title.chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
        kept.map(|c| if c == ' ' { '-' } else { c }).collect()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_in_code_do_not_count() {
        let text = "[a](b.md \"title\") `[x](y)`\n```\n[c](d.md)\n```\n[e]: <f.md#g>\n";
        assert_eq!(links(text), [(1, "b.md".to_owned()), (5, "f.md#g".to_owned())]);
    }

    #[test]
    fn paths_are_worked_out() {
        assert_eq!(resolve("docs/a.md", "../STYLE.md"), "STYLE.md");
        assert_eq!(resolve("docs/a.md", "./b/c.md"), "docs/b/c.md");
        assert_eq!(resolve("docs/a.md", "/README.md"), "README.md");
    }

    #[test]
    fn headings_become_anchors() {
        let found: Vec<String> = slugs("# Add a list\n## Why `x`, and what?\n").collect();
        assert_eq!(found, ["add-a-list", "why-x-and-what"]);
    }
}
