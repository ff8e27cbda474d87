//! stub
use crate::{cli::SqlArgs, commands::Context, failure::{Exit, Failure}};
/// run
pub fn run(_c: &Context, _a: &SqlArgs) -> Result<Exit, Failure> { Ok(Exit::Done) }
