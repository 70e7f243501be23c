//! The sweep's rules, against services in this process.

mod fake_aws;
mod sweep;
