//! The house rules that no compiler checks: one list, each rule a function from the project's
//! files to what is wrong. A rule reads; it never mends.

mod architecture;
mod features;
mod links;
mod sources;

use crate::files::Project;

/// Does a finding stop a change, or is it to be looked at?
pub(crate) enum Level {
    Error,
    Warning,
}

/// One rule.
pub(crate) struct Check {
    pub(crate) name: &'static str,
    pub(crate) level: Level,
    /// Each finding starts with its place, `file:line` where there is a line.
    pub(crate) run: fn(&Project) -> Vec<String>,
}

/// All rules, in the order in which they are shown.
pub(crate) const CHECKS: &[Check] = &[
    Check { name: "links", level: Level::Error, run: links::broken },
    Check { name: "module-docs", level: Level::Error, run: sources::without_module_docs },
    Check { name: "file-size", level: Level::Error, run: sources::too_large },
    Check { name: "machine-paths", level: Level::Error, run: sources::machine_paths },
    Check { name: "architecture", level: Level::Error, run: architecture::unmentioned },
    Check { name: "built-twice", level: Level::Warning, run: features::built_twice },
    Check { name: "long-functions", level: Level::Warning, run: sources::long_functions },
];
