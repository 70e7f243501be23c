//! An article in a list: what is in a parcel, what was ordered, what is cancelled.

use jiff::civil::Date;
use shared::contract::articles::{self, Named};
use shared::contract::order::Order;
use shared::contract::order_line::{LineOption, OrderLine};
use shared::contract::quantity::Quantity;
use shared::contract::shipment::ParcelLine;
use shared::contract::text::Line;

use super::day::{Calendar, Day};
use super::listing::{Entry, Listing};
use super::looks::Looks;
use super::plain;
use super::user_text::UserText;

/// The most lines of one sku that are named where nobody says which of them is meant.
const MAX_ALTERNATIVES: usize = 5;

/// An article in a list, with its quantity.
#[derive(Debug)]
pub struct Article<'a> {
    /// `2 ×` or `1.5 m`; empty where nobody says.
    pub quantity: String,
    /// The title.
    pub title: UserText<'a>,
    /// What is below the title: of which set it is a part, and what the customer chose.
    pub details: Vec<UserText<'a>>,
    /// The day it should arrive, if it is still to come.
    pub expected: Option<Day>,
    /// Where it can be seen.
    pub looks: Looks<'a>,
}

impl<'a> Article<'a> {
    /// The articles of a list of `order`. Titles come from the order.
    pub fn list(order: &'a Order, lines: &'a [ParcelLine], calendar: Calendar) -> Listing<Self> {
        let articles = order.articles(lines).into_iter();
        Listing::fill(articles.map(|article| Self::new(article, calendar)))
    }

    /// All articles of the order.
    pub fn list_ordered(order: &'a Order) -> Listing<Self> {
        Listing::fill(order.lines.iter().map(|line| Self::of_line(line, line.quantity)))
    }

    fn new(article: articles::Article<'a>, calendar: Calendar) -> Self {
        let expected = article.expected_on.map(|day: Date| calendar.day(day));
        let quantity = article.quantity;
        let named = match article.named {
            Named::Line(line) => Self::of_line(line, quantity),
            Named::Part(line, part) => Self {
                quantity: format_quantity(quantity, None),
                title: UserText::from_shop(&part.title),
                details: vec![UserText::of_shop(format!("Part of {}", line.title))],
                expected: None,
                looks: Looks::default(),
            },
            Named::OneOf(lines) => Self::one_of(&lines, quantity),
            Named::Other(entry) => Self {
                quantity: format_quantity(quantity, None),
                title: title_of_other(entry),
                details: Vec::new(),
                expected: None,
                looks: Looks::default(),
            },
        };
        Self { expected, ..named }
    }

    fn of_line(line: &'a OrderLine, quantity: Option<Quantity>) -> Self {
        Self {
            quantity: format_quantity(quantity, line.unit.as_ref()),
            title: UserText::from_shop(&line.title),
            details: options(line),
            expected: None,
            looks: Looks::new(line),
        }
    }

    /// One of several articles, nobody says which: all are named, none is claimed.
    fn one_of(lines: &[&'a OrderLine], quantity: Option<Quantity>) -> Self {
        let unit = lines.first().and_then(|line| line.unit.as_ref());
        let is_of_one_title = lines.iter().all(|line| line.title == lines[0].title);
        let name = |line: &&OrderLine| match is_of_one_title {
            true => line.options.iter().map(written).collect::<Vec<_>>().join(", "),
            false => line.title.to_string(),
        };
        let names: Vec<String> =
            lines.iter().take(MAX_ALTERNATIVES).map(name).filter(|name| !name.is_empty()).collect();
        let title = if is_of_one_title { lines[0].title.to_string() } else { names.join(" or ") };
        let details =
            if is_of_one_title { vec![UserText::new(names.join(" or "))] } else { vec![] };
        let title = UserText::of_shop(title);
        let quantity = format_quantity(quantity, unit);
        // Which of them is in it is not known, so neither is how it looks.
        Self { quantity, title, details, expected: None, looks: Looks::default() }
    }

    /// The article as a row of plain text.
    pub fn row(&self) -> String {
        let mut row = plain::row(&self.quantity, self.title.to_string(), "");
        for detail in &self.details {
            row.push_str(&plain::continuation(&self.quantity, &detail.to_string()));
        }
        if let Some(day) = &self.expected {
            row.push_str(&plain::continuation(&self.quantity, &format!("expected {day}")));
        }
        if let Some(page) = self.looks.page {
            row.push_str(&plain::continuation(&self.quantity, page));
        }
        row
    }
}

fn title_of_other(entry: &ParcelLine) -> UserText<'_> {
    let id = || entry.sku.as_ref().map(|sku| sku.as_str());
    let line_id = || entry.line_id.as_ref().map(|id| id.as_str());
    match &entry.title {
        Some(title) => UserText::from_shop(title),
        None => UserText::of_shop(id().or_else(line_id).unwrap_or_default()),
    }
}

/// What the customer chose of a line, below its title.
pub fn options(line: &OrderLine) -> Vec<UserText<'_>> {
    line.options.iter().map(|option| UserText::new(written(option))).collect()
}

/// `Engraving: FOR A.`, or the choice alone.
pub fn written(option: &LineOption) -> String {
    match &option.name {
        Some(name) => format!("{name}: {}", option.value),
        None => option.value.to_string(),
    }
}

/// `2 ×` for pieces, `1.5 m` for what has a unit, `1.5 ×` for what has none, nothing where nobody says.
pub fn format_quantity(quantity: Option<Quantity>, unit: Option<&Line>) -> String {
    match (quantity, unit) {
        (None, _) => String::new(),
        (Some(quantity), Some(unit)) => format!("{quantity} {}", UserText::from_shop(unit)),
        (Some(quantity), None) => format!("{quantity} \u{d7}"),
    }
}

impl Entry for Article<'_> {
    fn title(&self) -> &UserText<'_> {
        &self.title
    }

    fn short(&self) -> String {
        short(&self.quantity, &self.title)
    }

    fn text(&self) -> String {
        text(&self.title, &self.details)
    }

    fn fit_looks(&mut self, room: &mut usize) {
        self.looks.fit(room);
    }
}

/// `2 × Mug`, or the title alone.
pub fn short(quantity: &str, title: &UserText<'_>) -> String {
    format!("{quantity} {title}").trim_start().to_owned()
}

/// A title and what is below it.
pub fn text(title: &UserText<'_>, details: &[UserText<'_>]) -> String {
    details.iter().fold(title.to_string(), |text, detail| format!("{text}{detail}"))
}
