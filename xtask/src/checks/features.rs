//! Does the first `cargo test --workspace` build again what `cargo run` has built? It does where
//! a test's dependency switches on a feature of a crate deep in the tree: everything above that
//! crate, the query engine too, is then built twice. The cure is to name that feature in the
//! program's own dependencies. Never looks at versions: that is cargo-deny's work.

use std::collections::BTreeSet;
use std::process::Command;

use crate::files::Project;

/// Crates that the program and the whole workspace want with different features.
pub(super) fn built_twice(project: &Project) -> Vec<String> {
    let program = tree(project, &["-e", "normal,build"]);
    let workspace = tree(project, &["--workspace", "-e", "normal,build,dev"]);
    let (Some(program), Some(workspace)) = (program, workspace) else {
        return vec!["Cargo.toml: `cargo tree` did not run".to_owned()];
    };
    let odd = program.difference(&workspace);
    odd.map(|line| format!("Cargo.toml: `{line}`: the workspace has it with other features"))
        .collect()
}

/// One line a crate: name, version, features.
fn tree(project: &Project, arguments: &[&str]) -> Option<BTreeSet<String>> {
    let output = Command::new("cargo")
        .args(["tree", "--quiet", "--prefix", "none", "-f", "{p} {f}"])
        .args(arguments)
        .current_dir(&project.root)
        .output()
        .ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    let lines = text
        .lines()
        .map(|line| line.trim_end_matches("(*)").trim().to_owned())
        .filter(|line| !line.is_empty());
    output.status.success().then(|| lines.collect())
}
