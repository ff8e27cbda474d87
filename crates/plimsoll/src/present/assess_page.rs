//! stub
use crate::commands::assess::Shown;
use plimsoll_report::Page;
/// page
pub fn page(_shown: &Shown<'_>) -> Page {
    Page::default()
}
