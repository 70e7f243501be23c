//! A parcel, as all mails about one show it.

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
    /// What is in it.
    pub packed: Listing<Article<'a>>,
    /// What follows later.
    pub to_come: Listing<Article<'a>>,
    /// How much of the order it is.
    pub share: Share,
    /// Who brings it.
    pub carrier: Option<UserText<'a>>,
    /// What the carrier calls it.
    pub tracking_number: Option<&'a str>,
    /// Where it can be followed.
    pub tracking_url: Option<&'a str>,
    /// The day it should arrive.
    pub expected: Option<Day>,
    /// Where it goes; empty where the order has no address.
    pub address: Vec<UserText<'static>>,
}

/// How much of its order a parcel is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Share {
    /// All of it.
    Whole,
    /// A part, and the shop says what is still to come.
    Part,
    /// A part, and nothing is said of the rest: it may be the last one.
    OneOfSeveral,
}

/// An article of a list, with its quantity.
#[derive(Debug)]
pub struct Article<'a> {
    /// How many.
    pub quantity: u32,
    /// Of what.
    pub title: UserText<'a>,
    /// The day it should arrive, where it is still to come.
    pub expected: Option<Day>,
}

impl<'a> Parcel<'a> {
    /// The parcel `shipment` of `order`, with the titles that the order gives its articles.
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

    /// Whether there is anything to say about how it travels.
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

    /// `with DHL`, to go on with after a day or a verb.
    pub fn with_carrier(&self) -> String {
        self.carrier.as_ref().map_or_else(String::new, |c| format!(" with {}", c))
    }

    /// `In it: Stoneware mug and 2 more articles.`
    pub fn in_brief(&self) -> String {
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
    /// What stands before the word `order` where the parcel is named.
    pub fn possessive(self) -> &'static str {
        match self {
            Self::Whole => "your",
            Self::Part => "part of your",
            Self::OneOfSeveral => "a parcel of your",
        }
    }

    // Intake refuses a parcel with more of an article than was ordered, so equal sums are equal lists.
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

    /// Every line of the order, whether it is in a parcel or not.
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

    /// Its row in plain text.
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
