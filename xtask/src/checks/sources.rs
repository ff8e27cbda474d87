//! Rules about single files: module documentation, size, paths of one machine, long functions.
//! Text is read as text: nothing here parses Rust, and a formatted file is taken for granted.

use std::fs;

use crate::files::Project;

const LARGEST_FILE_BYTES: u64 = 1024 * 1024;
const LONGEST_FUNCTION_LINES: usize = 70;

/// Source files that do not open with `//!`.
pub(super) fn without_module_docs(project: &Project) -> Vec<String> {
    let opens =
        |file: &str| project.text(file).is_some_and(|text| text.trim_start().starts_with("//!"));
    our_sources(project)
        .filter(|file| !opens(file))
        .map(|file| format!("{file}:1: does not open with `//!`: which question does it answer?"))
        .collect()
}

/// Files over one MiB: data of that size belongs to the store or to a release, not to git.
pub(super) fn too_large(project: &Project) -> Vec<String> {
    let size = |file: &str| fs::metadata(project.root.join(file)).map_or(0, |data| data.len());
    let sized = project.files.iter().map(|file| (file, size(file)));
    sized
        .filter(|(_, bytes)| *bytes > LARGEST_FILE_BYTES)
        .map(|(file, bytes)| format!("{file}: {bytes} bytes, over {LARGEST_FILE_BYTES}"))
        .collect()
}

/// Paths that exist only on the machine of whoever wrote them.
pub(super) fn machine_paths(project: &Project) -> Vec<String> {
    let mut findings = Vec::new();
    for file in &project.files {
        let Some(text) = project.text(file) else {
            continue;
        };
        for (index, line) in text.lines().enumerate() {
            if let Some(path) = machine_path(line) {
                findings.push(format!("{file}:{}: {path}", index + 1));
            }
        }
    }
    findings
}

fn machine_path(line: &str) -> Option<&'static str> {
    // Put together here, so that this file passes its own rule.
    const STARTS: [&str; 4] = [
        concat!("/", "work/"),
        concat!("/", "root/"),
        concat!("/", "home/"),
        concat!("/", "Users/"),
    ];
    STARTS.into_iter().find(|start| {
        line.match_indices(start).any(|(at, _)| {
            // Inside a longer path or an address it is somebody else's folder.
            let before = line[..at].chars().next_back();
            before.is_none_or(|c| !c.is_alphanumeric() && !matches!(c, '.' | '-' | '_' | '/' | '}'))
        })
    })
}

/// Functions over the limit, longest first.
pub(super) fn long_functions(project: &Project) -> Vec<String> {
    let mut long = Vec::new();
    for file in our_sources(project) {
        let text = project.text(file).unwrap_or_default();
        long.extend(functions(&text).into_iter().filter_map(|(line, name, length)| {
            (length > LONGEST_FUNCTION_LINES).then(|| (length, format!("{file}:{line}: {name}")))
        }));
    }
    long.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
    long.into_iter().map(|(length, place)| format!("{place} has {length} lines")).collect()
}

/// Line, name and length of each function: from its `fn` to the brace that closes it at the
/// same depth, as rustfmt sets it.
fn functions(text: &str) -> Vec<(usize, String, usize)> {
    let lines: Vec<&str> = text.lines().collect();
    let mut found = Vec::new();
    for (index, line) in lines.iter().enumerate() {
        let Some(name) = function_name(line) else {
            continue;
        };
        let indent = &line[..line.len() - line.trim_start().len()];
        let closing = format!("{indent}}}");
        let ended_at_once = line.ends_with('}') || line.ends_with(';');
        let body = lines[index..].iter().position(|line| *line == closing);
        if let (false, Some(last)) = (ended_at_once, body) {
            found.push((index + 1, name.to_owned(), last + 1));
        }
    }
    found
}

fn function_name(line: &str) -> Option<&str> {
    let mut rest = line.trim_start();
    loop {
        if let Some(after) = rest.strip_prefix("fn ") {
            let end = after.find(['(', '<'])?;
            return Some(&after[..end]);
        }
        let (word, after) = rest.split_once(' ')?;
        let modifier = matches!(word, "async" | "const" | "unsafe" | "extern" | "\"C\"");
        if !modifier && !word.starts_with("pub") {
            return None;
        }
        rest = after;
    }
}

fn our_sources(project: &Project) -> impl Iterator<Item = &str> {
    project.ending(".rs").filter(|file| {
        file.starts_with("xtask/src/") || (file.starts_with("crates/") && file.contains("/src/"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_of_one_machine_is_found_and_an_address_is_not() {
        assert!(machine_path(concat!("see `/", "home/me/x`")).is_some());
        assert!(machine_path(concat!("https://example.org/", "home/x")).is_none());
        assert!(machine_path("target/home").is_none());
    }

    #[test]
    fn functions_are_measured() {
        let text =
            "impl A {\n    pub(crate) async fn a<T>(\n    ) {\n        b();\n    }\n}\nfn c() {}\n";
        assert_eq!(functions(text), [(2, "a".to_owned(), 4)]);
    }
}
