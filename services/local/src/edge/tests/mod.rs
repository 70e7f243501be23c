//! The port as its users see it: the AWS SDK, a shop, a person.

mod aws;
mod faults;
mod http;
mod lambda;
pub mod test_edge;
