//! stub
use crate::{cli::GoodsArgs, commands::Context, failure::{Exit, Failure}};
/// run
pub fn run(_c: &Context, _a: &GoodsArgs) -> Result<Exit, Failure> { Ok(Exit::Done) }
