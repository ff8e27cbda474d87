//! stub
use crate::{commands::Context, failure::{Exit, Failure}};
/// run
pub fn run(_c: &Context) -> Result<Exit, Failure> { Ok(Exit::Done) }
