//! Shared by the tests of the whole pipeline: fault injection, load, the model, and properties of parsers.

pub mod chaos;
pub mod deliveries;
pub mod load;
pub mod model;
pub mod parser_properties;
pub mod perf;
