//! A parcel, as shown in all mails about parcels.

use shared::contract::order::Order;
use shared::contract::shipment::{Shipment, Tracking};

use super::address;
use super::article::Article;
use super::day::{Calendar, Day};
use super::listing::Listing;
use super::page::Page;
use super::pickup::{PickupPlace, PickupTerms};
use super::user_text::UserText;

/// One parcel of an order.
#[derive(Debug)]
pub struct Parcel<'a> {
    /// The articles in it; none where the event names none.
    pub packed: Listing<Article<'a>>,
    /// The articles still to come.
    pub to_come: Listing<Article<'a>>,
    /// How much of the order it is.
    pub share: Share,
    /// The carrier.
    pub carrier: Option<UserText<'a>>,
    /// What the carrier calls it, and its tracking pages.
    pub tracking: Vec<Track<'a>>,
    /// The day it should arrive.
    pub expected: Option<Day>,
    /// Why it is late, could not be delivered or goes back.
    pub reason: Option<UserText<'a>>,
    /// Where it is fetched, if it is not delivered.
    pub pickup: Option<PickupPlace>,
    /// The shipping address; empty if the order has none, or is fetched.
    pub address: Vec<UserText<'static>>,
}

/// A tracking number, a tracking page, or both.
#[derive(Debug)]
pub struct Track<'a> {
    /// The number.
    pub number: Option<UserText<'a>>,
    /// The page.
    pub url: Option<&'a str>,
}

/// How much of its order a parcel contains.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Share {
    /// All of it.
    Whole,
    /// A part, and the event lists what is still to come.
    Part,
    /// A part, and the event does not say whether more is to come: it may be the last parcel. Or nobody says what is
    /// in it.
    OneOfSeveral,
}

impl<'a> Parcel<'a> {
    /// The parcel `shipment` of `order`.
    pub fn new(order: &'a Order, shipment: &'a Shipment, calendar: Calendar) -> Self {
        let pickup = PickupPlace::new(order, Some(shipment), calendar);
        let to = order.shipping_address.as_ref().filter(|_| pickup.is_none());
        Self {
            packed: Article::list(order, &shipment.lines, calendar),
            to_come: Article::list(order, &shipment.still_to_come, calendar),
            share: Share::new(order, shipment),
            carrier: shipment.carrier.as_ref().map(UserText::from_shop),
            tracking: shipment.tracking.iter().map(Track::new).collect(),
            expected: shipment.expected_on.map(|day| calendar.day(day)),
            reason: shipment.reason.as_ref().map(UserText::from_shop),
            pickup,
            address: to.map(address::lines).unwrap_or_default(),
        }
    }

    /// Whether anything is known about its transport.
    pub fn has_route(&self) -> bool {
        self.carrier.is_some() || !self.tracking.is_empty() || self.expected.is_some()
    }

    /// Takes out until when it is to be fetched, and with what: for a mail that tells it apart, or that comes when this
    /// is over.
    pub fn take_pickup_terms(&mut self) -> PickupTerms {
        self.pickup.as_mut().map(|place| std::mem::take(&mut place.terms)).unwrap_or_default()
    }

    /// The tracking page, if there is one alone: it gets the button.
    pub fn single_url(&self) -> Option<&'a str> {
        match self.tracking.as_slice() {
            [only] => only.url,
            _ => None,
        }
    }

    /// `a parcel of your order #1001`.
    pub fn description(&self, page: &Page<'_>) -> String {
        format!("{} {}", self.share.possessive(), page.order())
    }

    /// `A parcel of your order #1001`, to begin a sentence with.
    pub fn sentence_start(&self, page: &Page<'_>) -> String {
        format!("{} {}", self.share.at_start(), page.order())
    }

    /// ` with DHL`, to be appended to a day or a verb; empty without a carrier.
    pub fn with_carrier(&self) -> String {
        self.carrier.as_ref().map_or_else(String::new, |c| format!(" with {}", c))
    }

    /// `In it: Stoneware mug and 2 more articles.`
    pub fn summary(&self) -> String {
        self.packed.summary("In it: ")
    }
}

impl<'a> Track<'a> {
    fn new(tracking: &'a Tracking) -> Self {
        Self {
            number: tracking.number.as_ref().map(|number| UserText::of_shop(number.as_str())),
            url: tracking.url.as_ref().map(shared::HttpUrl::as_str),
        }
    }
}

impl Share {
    /// The words before `order` in a description of the parcel.
    pub fn possessive(self) -> &'static str {
        match self {
            Self::Whole => "your",
            Self::Part => "part of your",
            Self::OneOfSeveral => "a parcel of your",
        }
    }

    /// The same words at the beginning of a sentence.
    pub fn at_start(self) -> &'static str {
        match self {
            Self::Whole => "Your",
            Self::Part => "Part of your",
            Self::OneOfSeveral => "A parcel of your",
        }
    }

    fn new(order: &Order, shipment: &Shipment) -> Self {
        if !shipment.still_to_come.is_empty() {
            Self::Part
        } else if order.is_all(&shipment.lines) {
            Self::Whole
        } else {
            Self::OneOfSeveral
        }
    }
}
