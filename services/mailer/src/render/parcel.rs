//! A parcel, as shown in all mails about parcels.

use std::borrow::Cow;

use fluent_bundle::FluentValue;
use shared::contract::ids::TrackingNumber;
use shared::contract::order::Order;
use shared::contract::shipment::{Shipment, Tracking};

use super::address;
use super::article::Article;
use super::carriers::{Destination, tracking_page};
use super::listing::Listing;
use super::localizer::{Argument, Localizer};
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
    pub expected: Option<String>,
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
    /// The page: the shop's, or else the carrier's own.
    pub url: Option<Cow<'a, str>>,
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
    pub fn new(order: &'a Order, shipment: &'a Shipment, say: &Localizer) -> Self {
        let pickup = PickupPlace::new(order, Some(shipment), say);
        let to = order.shipping_address.as_ref().filter(|_| pickup.is_none());
        Self {
            packed: Article::list(order, &shipment.lines, say),
            to_come: Article::list(order, &shipment.still_to_come, say),
            share: Share::new(order, shipment),
            carrier: shipment.carrier.as_ref().map(UserText::from_shop),
            tracking: Track::list(order, shipment),
            expected: shipment.expected_on.map(|day| say.day(day)),
            reason: shipment.reason.as_ref().map(UserText::from_shop),
            pickup,
            address: to.map(|to| address::lines(to, say.language)).unwrap_or_default(),
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

    /// What the place is called where it is fetched.
    pub fn pickup_name(&self) -> Option<&UserText<'static>> {
        self.pickup.as_ref()?.name.as_ref()
    }

    /// Whether a tracking number is shown.
    pub fn has_number(&self) -> bool {
        self.tracking.iter().any(|track| track.number.is_some())
    }

    /// The tracking page, if there is one alone: it gets the button.
    pub fn single_url(&self) -> Option<&str> {
        match self.tracking.as_slice() {
            [only] => only.url.as_deref(),
            _ => None,
        }
    }

    /// The sentence that it is on its way to where it will be fetched.
    pub fn on_its_way_to_pickup(&self, page: &Page<'_>) -> String {
        match self.pickup_name() {
            Some(place) => page.say.to_pickup_lead_with_place(&page.number, place, self.share),
            None => page.say.to_pickup_lead(&page.number, self.share),
        }
    }

    /// `Inside: Stoneware mug and 2 more items.`
    pub fn contents(&self, say: &Localizer) -> String {
        let summary = self.packed.summary();
        summary.map(|(first, others)| say.parcel_contents(first, others)).unwrap_or_default()
    }
}

impl<'a> Track<'a> {
    /// What `shipment` of `order` names. Where it gives a number and no link, the carrier's page, if that is known.
    pub fn list(order: &'a Order, shipment: &'a Shipment) -> Vec<Self> {
        let to = Destination::new(order, shipment);
        // A link without a number may be the one of the numbers beside it.
        let is_link_apart = shipment.tracking.iter().any(|tracking| tracking.number.is_none());
        let carrier = shipment.carrier.as_ref().filter(|_| !is_link_apart);
        let page = |number: &TrackingNumber| tracking_page(carrier?.as_str(), number.as_str(), &to);
        let new = |tracking: &'a Tracking| Self {
            number: tracking.number.as_ref().map(|number| UserText::of_shop(number.as_str())),
            url: match &tracking.url {
                Some(url) => Some(Cow::Borrowed(url.as_str())),
                None => tracking.number.as_ref().and_then(page).map(Cow::Owned),
            },
        };
        shipment.tracking.iter().map(new).collect()
    }
}

impl Share {
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

impl Argument for Share {
    fn value(&self) -> FluentValue<'_> {
        FluentValue::from(match self {
            Self::Whole => "whole",
            Self::Part => "part",
            Self::OneOfSeveral => "parcel",
        })
    }
}
