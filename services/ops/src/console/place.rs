//! The navigation.

/// A page of the navigation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    Today,
    Orders,
    DeadLetters,
    Doctor,
}

/// Each with its link and its name.
pub const PLACES: [(Place, &str, &str); 4] = [
    (Place::Today, "/", "Today"),
    (Place::Orders, "/orders", "Orders"),
    (Place::DeadLetters, "/dead-letters", "Dead letters"),
    (Place::Doctor, "/doctor", "Doctor"),
];
