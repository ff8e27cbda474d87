//! What did a command cost? Wall time by the clock; processor time and peak memory by GNU time
//! where it is, else by looking at `/proc` while the command runs. Where neither is, only the
//! wall time is known, and the rest is shown as unknown rather than as zero.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use crate::Outcome;

const GNU_TIME: &str = "/usr/bin/time";
const LOOK_EVERY: Duration = Duration::from_millis(20);
/// Linux counts processor time in hundredths of a second for programs that ask `/proc`.
const TICKS_A_SECOND: f64 = 100.0;

/// One run of one command.
#[derive(Clone)]
pub(super) struct Run {
    pub(super) wall_s: f64,
    /// User and system time together.
    pub(super) cpu_s: Option<f64>,
    pub(super) peak_mib: Option<f64>,
    pub(super) stdout: String,
    pub(super) stderr: String,
}

/// Runs a command to its end; an error when it did not succeed.
pub(super) fn measure(command: &Command, scratch: &Path) -> Outcome<Run> {
    let report = scratch.join("time.txt");
    let with_time = has_gnu_time();
    let mut wrapped = if with_time { under_time(command, &report) } else { as_it_is(command) };
    wrapped.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let name = command.get_program().to_string_lossy().into_owned();
    let begun = Instant::now();
    let child = wrapped.spawn().map_err(|e| format!("{name}: {e}"))?;
    let (id, ended) = (child.id(), AtomicBool::new(false));
    let (output, seen) = thread::scope(|scope| {
        let watcher = scope.spawn(|| if with_time { (None, None) } else { watch(id, &ended) });
        let output = child.wait_with_output();
        ended.store(true, Ordering::Relaxed);
        (output, watcher.join().unwrap_or((None, None)))
    });
    let wall_s = begun.elapsed().as_secs_f64();
    let output = output.map_err(|e| format!("{name}: {e}"))?;
    let (cpu_s, peak_mib) = if with_time { read_report(&report) } else { seen };
    let stdout = String::from_utf8_lossy(&output.stdout).into_owned();
    let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
    if !output.status.success() {
        let said = stderr.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or("");
        return Err(format!("{name} failed ({}): {said}", output.status));
    }
    Ok(Run { wall_s, cpu_s, peak_mib, stdout, stderr })
}

/// GNU's, not the one of BSD or of the shell: only it reports in a form we choose.
fn has_gnu_time() -> bool {
    let output = Command::new(GNU_TIME).arg("--version").output();
    output.is_ok_and(|output| {
        let text = [output.stdout, output.stderr].concat();
        String::from_utf8_lossy(&text).contains("GNU")
    })
}

fn under_time(command: &Command, report: &Path) -> Command {
    let mut wrapped = Command::new(GNU_TIME);
    wrapped.args(["-f", "%U %S %M", "-o"]).arg(report).arg(command.get_program());
    copy_into(&mut wrapped, command);
    wrapped
}

fn as_it_is(command: &Command) -> Command {
    let mut copy = Command::new(command.get_program());
    copy_into(&mut copy, command);
    copy
}

fn copy_into(copy: &mut Command, command: &Command) {
    copy.args(command.get_args());
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => copy.env(name, value),
            None => copy.env_remove(name),
        };
    }
}

fn read_report(report: &Path) -> (Option<f64>, Option<f64>) {
    let text = fs::read_to_string(report).unwrap_or_default();
    // A failed command puts a sentence before the figures.
    let numbers: Vec<f64> = text
        .lines()
        .last()
        .unwrap_or("")
        .split_whitespace()
        .filter_map(|number| number.parse().ok())
        .collect();
    match numbers[..] {
        [user, system, kib] => (Some(user + system), Some(kib / 1024.0)),
        _ => (None, None),
    }
}

/// Looks until the process ends; what it used after the last look is not seen.
fn watch(id: u32, ended: &AtomicBool) -> (Option<f64>, Option<f64>) {
    let (mut cpu_s, mut peak_mib) = (None, None);
    while !ended.load(Ordering::Relaxed) {
        cpu_s = cpu_of(id).or(cpu_s);
        peak_mib = peak_of(id).or(peak_mib);
        thread::sleep(LOOK_EVERY);
    }
    (cpu_s, peak_mib)
}

fn peak_of(id: u32) -> Option<f64> {
    let status = fs::read_to_string(format!("/proc/{id}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kib: f64 = line.trim().trim_end_matches("kB").trim().parse().ok()?;
    Some(kib / 1024.0)
}

fn cpu_of(id: u32) -> Option<f64> {
    let stat = fs::read_to_string(format!("/proc/{id}/stat")).ok()?;
    // The name in brackets may hold spaces; user and system time are fields 14 and 15.
    let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
    let user: f64 = fields.get(11)?.parse().ok()?;
    let system: f64 = fields.get(12)?.parse().ok()?;
    Some((user + system) / TICKS_A_SECOND)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failing_command_is_an_error() {
        let scratch = std::env::temp_dir();
        let mut command = Command::new("cargo");
        command.arg("--no-such-option");
        assert!(measure(&command, &scratch).is_err());
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn a_running_process_can_be_looked_at() {
        let id = std::process::id();
        assert!(cpu_of(id).is_some());
        assert!(peak_of(id).is_some_and(|mib| mib > 0.5));
    }
}
