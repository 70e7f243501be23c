//! A parcel, as shown in all mails about parcels.

use std::convert::Infallible;
use std::fmt;

use shared::contract::order::Order;
use shared::contract::shipment::{ParcelLine, Shipment};

use super::day::{Calendar, Day};
use super::listing::Listing;
use super::mail::RenderError;
use super::page::Page;
use super::user_text::UserText;
use super::{address, plain};

/// One parcel of an order.
#[derive(Debug)]
pub struct Parcel<'a> {
    /// The articles in it.
    pub packed: Listing<Article<'a>>,
    /// The articles still to come.
    pub to_come: Listing<Article<'a>>,
    /// How much of the order it is.
    pub share: Share,
    /// The carrier.
    pub carrier: Option<UserText<'a>>,
    /// The carrier's tracking number.
    pub tracking_number: Option<&'a str>,
    /// The carrier's tracking page.
    pub tracking_url: Option<&'a str>,
    /// The day it should arrive.
    pub expected: Option<Day>,
    /// The shipping address; empty if the order has none.
    pub address: Vec<UserText<'static>>,
}

/// How much of its order a parcel contains.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Share {
    /// All of it.
    Whole,
    /// A part, and the event lists what is still to come.
    Part,
    /// A part, and the event does not say whether more is to come: it may be the last parcel.
    OneOfSeveral,
}

/// An article in a list, with its quantity.
#[derive(Debug)]
pub struct Article<'a> {
    /// The quantity.
    pub quantity: u32,
    /// The title.
    pub title: UserText<'a>,
    /// The day it should arrive, if it is still to come.
    pub expected: Option<Day>,
}

impl<'a> Parcel<'a> {
    /// The parcel `shipment` of `order`. The titles of its articles come from the order.
    ///
    /// # Errors
    /// [`RenderError::UnknownArticle`].
    pub fn new(
        order: &'a Order,
        shipment: &'a Shipment,
        calendar: Calendar,
    ) -> Result<Self, RenderError> {
        let listing = |lines: &'a [ParcelLine]| {
            Listing::fill(lines.iter().map(|line| Article::new(order, line, calendar)))
        };
        Ok(Self {
            packed: listing(&shipment.lines)?,
            to_come: listing(&shipment.still_to_come)?,
            share: Share::new(order, shipment),
            carrier: shipment.carrier.as_ref().map(UserText::from_shop),
            tracking_number: shipment.tracking_number.as_ref().map(|n| n.as_str()),
            tracking_url: shipment.tracking_url.as_ref().map(shared::HttpUrl::as_str),
            expected: shipment.expected_on.map(|day| calendar.day(day)),
            address: order.shipping_address.as_ref().map(address::lines).unwrap_or_default(),
        })
    }

    /// Whether anything is known about its transport.
    pub fn has_route(&self) -> bool {
        self.carrier.is_some()
            || self.tracking_number.is_some()
            || self.tracking_url.is_some()
            || self.expected.is_some()
    }

    /// `a parcel of your order #1001`.
    pub fn description(&self, page: &Page<'_>) -> String {
        format!("{} {}", self.share.possessive(), page.order())
    }

    /// ` with DHL`, to be appended to a day or a verb; empty without a carrier.
    pub fn with_carrier(&self) -> String {
        self.carrier.as_ref().map_or_else(String::new, |c| format!(" with {}", c))
    }

    /// `In it: Stoneware mug and 2 more articles.`
    pub fn summary(&self) -> String {
        let Some(first) = self.packed.shown.first() else { return String::new() };
        let title = first.title.shortened(60);
        match self.packed.shown.len() - 1 + self.packed.left_out {
            0 => format!("In it: {title}."),
            1 => format!("In it: {title} and 1 more article."),
            more => format!("In it: {title} and {more} more articles."),
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

    // Intake refuses a parcel with more of an article than was ordered, so if the totals are equal, so are
    // the lists.
    fn new(order: &Order, shipment: &Shipment) -> Self {
        let ordered: u64 = order.lines.iter().map(|line| u64::from(line.quantity)).sum();
        let packed: u64 = shipment.lines.iter().map(|line| u64::from(line.quantity)).sum();
        if !shipment.still_to_come.is_empty() {
            Self::Part
        } else if packed == ordered {
            Self::Whole
        } else {
            Self::OneOfSeveral
        }
    }
}

impl<'a> Article<'a> {
    fn new(order: &'a Order, line: &ParcelLine, calendar: Calendar) -> Result<Self, RenderError> {
        let title = order.title_of(&line.sku).ok_or(RenderError::UnknownArticle)?;
        Ok(Self {
            quantity: line.quantity,
            title: UserText::from_shop(title),
            expected: line.expected_on.map(|day| calendar.day(day)),
        })
    }

    /// All articles of the order.
    pub fn list_ordered(order: &'a Order) -> Listing<Self> {
        let lines = order.lines.iter().map(|line| {
            Ok::<_, Infallible>(Self {
                quantity: line.quantity,
                title: UserText::from_shop(&line.title),
                expected: None,
            })
        });
        let Ok(listing) = Listing::fill(lines);
        listing
    }

    /// The article as a row of plain text.
    pub fn row(&self) -> String {
        let quantity = format!("{} x", self.quantity);
        let mut row = plain::row(&quantity, &self.title.to_string(), "");
        if let Some(day) = &self.expected {
            row.push_str(&plain::continuation(&quantity, &format!("expected {day}")));
        }
        row
    }
}

impl fmt::Display for Article<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.title.fmt(f)
    }
}
