//! What the tests of the whole pipeline share.

pub mod model;
