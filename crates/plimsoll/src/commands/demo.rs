//! stub
use crate::{
    cli::DemoArgs,
    commands::Context,
    failure::{Exit, Failure},
};
/// run
pub fn run(_c: &Context, _a: &DemoArgs) -> Result<Exit, Failure> {
    Ok(Exit::Done)
}
