//! The functions as processes.
//!
//! Sources: [runtime API], [lifecycle], [environment].
//!
//! [runtime API]: https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
//! [lifecycle]: https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html
//! [environment]: https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html

mod failures;
mod invocations;
mod shutdown;

use local::lambda::{Functions, Status};

fn status(functions: &Functions) -> Status {
    functions.status().remove(0)
}
