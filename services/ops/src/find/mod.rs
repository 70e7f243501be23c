//! Finding an order by what an operator has of it.
//!
//! - An id is that order's, whatever number another order has.
//! - Anything else is a number, `#` in front or not: of orders whose id it shows, and of those that the
//!   index [`BY_NUMBER`] has. If no order has that number, the id that it shows is meant.
//! - Text with an `@` is an e-mail address: of the orders that the index [`BY_ADDRESS`] has.
//!
//! All of one shop, or in each of several ([`find_in_each`]).
//!
//! The indexes find an order by every number and customer's address that one of its stored events has, and by no address
//! of a copy (see [`shared::lookup`]).

mod elsewhere;
mod index;
mod lookup;
mod several;
mod unknown;
mod wanted;

pub use lookup::{Found, FoundBy, find, find_in_each};
pub use several::OrderList;
pub use unknown::{NothingFound, UnknownOrder, look_in_dead_letters};
pub use wanted::{Wanted, in_other_shops, read_line};
