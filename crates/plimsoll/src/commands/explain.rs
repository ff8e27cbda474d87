//! stub
use crate::{cli::ExplainArgs, commands::Context, failure::{Exit, Failure}};
/// run
pub fn run(_c: &Context, _a: &ExplainArgs) -> Result<Exit, Failure> { Ok(Exit::Done) }
