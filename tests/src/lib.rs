//! What the tests of the whole pipeline share.

pub mod chaos;
pub mod hostile;
pub mod model;
