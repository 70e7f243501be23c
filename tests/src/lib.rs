//! Shared by the tests of the whole pipeline: fault injection, the model, and properties of parsers.

pub mod chaos;
pub mod model;
pub mod parser_properties;
