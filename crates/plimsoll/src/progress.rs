//! Progress bars on stderr, for anything that takes longer than a second.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use plimsoll_ingest::load::Stage;
use std::sync::Mutex;
use std::time::{Duration, Instant};

/// Shows how far a load is; silent where stderr is no terminal.
pub struct LoadProgress {
    bar: ProgressBar,
    started: Instant,
    pending: Mutex<u64>,
    name: String,
}

impl LoadProgress {
    /// For a file of so many bytes.
    pub fn new(name: &str, bytes: u64) -> LoadProgress {
        let bar = ProgressBar::with_draw_target(Some(bytes), ProgressDrawTarget::hidden());
        LoadProgress { bar, started: Instant::now(), pending: Mutex::new(0), name: name.to_owned() }
    }

    /// Takes note of a stage.
    pub fn see(&self, stage: Stage<'_>) {
        match stage {
            Stage::Read(bytes) => {
                self.show(&format!("reading {}", self.name), true);
                self.bar.inc(bytes);
            }
            Stage::Write(_, rows) => {
                self.bar.set_length(rows);
                self.bar.set_position(0);
                self.style(&format!("sorting and writing {}", self.name), false);
            }
            Stage::Written(rows) => self.bar.inc(rows),
        }
    }

    /// Shows the bar once the load has taken a second.
    fn show(&self, message: &str, bytes: bool) {
        let Ok(mut shown) = self.pending.lock() else {
            return;
        };
        if *shown == 0 && self.started.elapsed() > Duration::from_secs(1) {
            *shown = 1;
            self.bar.set_draw_target(ProgressDrawTarget::stderr_with_hz(10));
            self.style(message, bytes);
        }
    }

    fn style(&self, message: &str, bytes: bool) {
        let template = if bytes {
            "{msg} {wide_bar} {bytes}/{total_bytes} {eta}"
        } else {
            "{msg} {wide_bar} {human_pos}/{human_len} rows {eta}"
        };
        if let Ok(style) = ProgressStyle::with_template(template) {
            self.bar.set_style(style);
        }
        self.bar.set_message(message.to_owned());
    }

    /// Takes the bar away.
    pub fn done(&self) {
        self.bar.finish_and_clear();
    }
}

/// Shows how many are done, of how many where that is known; silent where stderr is no terminal,
/// and in the first second.
pub struct CountProgress {
    bar: ProgressBar,
    started: Instant,
    what: &'static str,
}

impl CountProgress {
    /// For something that is counted.
    pub fn new(what: &'static str) -> CountProgress {
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::hidden());
        CountProgress { bar, started: Instant::now(), what }
    }

    /// So many are done.
    pub fn see(&self, done: u64) {
        self.show(done, "{msg} {human_pos} ({per_sec})");
    }

    /// So many of so many are done.
    pub fn see_of(&self, done: usize, all: usize) {
        self.bar.set_length(all as u64);
        self.show(done as u64, "{msg} {wide_bar} {pos}/{len} {eta}");
    }

    /// So many bytes of so many came, where it is known of how many.
    pub fn see_bytes(&self, done: u64, all: Option<u64>) {
        match all {
            Some(all) => {
                self.bar.set_length(all);
                self.show(done, "{msg} {wide_bar} {bytes}/{total_bytes} {eta}");
            }
            None => self.show(done, "{msg} {bytes} ({bytes_per_sec})"),
        }
    }

    fn show(&self, done: u64, template: &str) {
        if self.bar.is_hidden() && self.started.elapsed() > Duration::from_secs(1) {
            self.bar.set_draw_target(ProgressDrawTarget::stderr_with_hz(10));
            if let Ok(style) = ProgressStyle::with_template(template) {
                self.bar.set_style(style);
            }
            self.bar.set_message(self.what);
        }
        self.bar.set_position(done);
    }

    /// Takes the bar away.
    pub fn done(&self) {
        self.bar.finish_and_clear();
    }
}
