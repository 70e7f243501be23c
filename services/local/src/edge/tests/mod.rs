//! The port as its users see it: the AWS SDK, a shop, a person.

mod aws;
mod faults;
mod http;
mod lambda;
mod slow_clients;
mod start;
pub mod test_edge;
mod web_pages;
