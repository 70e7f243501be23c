//! An article in a list: what is in a parcel, what was ordered, what is cancelled.

use shared::contract::articles::{self, Named};
use shared::contract::order::Order;
use shared::contract::order_line::{LineOption, OrderLine};
use shared::contract::quantity::Quantity;
use shared::contract::shipment::ParcelLine;
use shared::contract::text::Line;

use super::listing::{Entry, Listing};
use super::localizer::Localizer;
use super::looks::Looks;
use super::plain;
use super::user_text::UserText;

/// The most lines of one sku that are named where nobody says which of them is meant.
const MAX_ALTERNATIVES: usize = 5;
/// The longest unit, in characters.
const MAX_UNIT_LEN: usize = 20;

/// An article in a list, with its quantity.
#[derive(Debug)]
pub struct Article<'a> {
    /// `2 ×` or `1.5 m`; empty where nobody says.
    pub quantity: String,
    /// The title.
    pub title: UserText<'a>,
    /// What is below the title: of which set it is a part, and what the customer chose.
    pub details: Vec<String>,
    /// The day it should arrive, if it is still to come.
    pub expected: Option<String>,
    /// Where it can be seen.
    pub looks: Looks<'a>,
}

impl<'a> Article<'a> {
    /// The articles of a list of `order`. Titles come from the order.
    pub fn list(order: &'a Order, lines: &'a [ParcelLine], say: &Localizer) -> Listing<Self> {
        let articles = order.articles(lines).into_iter();
        Listing::fill(articles.map(|article| Self::new(article, say)), say)
    }

    /// All articles of the order.
    pub fn list_ordered(order: &'a Order, say: &Localizer) -> Listing<Self> {
        Listing::fill(order.lines.iter().map(|line| Self::of_line(line, line.quantity, say)), say)
    }

    fn new(article: articles::Article<'a>, say: &Localizer) -> Self {
        let expected = article.expected_on.map(|day| say.day(day));
        let quantity = article.quantity;
        let named = match article.named {
            Named::Line(line) => Self::of_line(line, quantity, say),
            Named::Part(line, part) => Self {
                quantity: format_quantity(quantity, None, say),
                title: UserText::from_shop(&part.title),
                details: vec![say.part_of_set(UserText::from_shop(&line.title))],
                expected: None,
                looks: Looks::default(),
            },
            Named::OneOf(lines) => Self::one_of(&lines, quantity, say),
            Named::Other(entry) => Self {
                quantity: format_quantity(quantity, None, say),
                title: title_of_other(entry),
                details: Vec::new(),
                expected: None,
                looks: Looks::default(),
            },
        };
        Self { expected, ..named }
    }

    fn of_line(line: &'a OrderLine, quantity: Option<Quantity>, say: &Localizer) -> Self {
        Self {
            quantity: format_quantity(quantity, line.unit.as_ref(), say),
            title: UserText::from_shop(&line.title),
            details: options(line, say),
            expected: None,
            looks: Looks::new(line),
        }
    }

    /// One of several articles, nobody says which: all are named, none is claimed.
    fn one_of(lines: &[&'a OrderLine], quantity: Option<Quantity>, say: &Localizer) -> Self {
        let unit = lines.first().and_then(|line| line.unit.as_ref());
        let is_of_one_title = lines.iter().all(|line| line.title == lines[0].title);
        let name = |line: &&OrderLine| match is_of_one_title {
            true => written_options(&line.options, say),
            false => UserText::from_shop(&line.title).to_string(),
        };
        let names: Vec<String> =
            lines.iter().take(MAX_ALTERNATIVES).map(name).filter(|name| !name.is_empty()).collect();
        let names = say.formats.one_of(&names);
        let (title, details) = match is_of_one_title {
            true => (UserText::from_shop(&lines[0].title), vec![names]),
            false => (UserText::of_shop(names), vec![]),
        };
        let quantity = format_quantity(quantity, unit, say);
        // Which of them is in it is not known, so neither is how it looks.
        Self { quantity, title, details, expected: None, looks: Looks::default() }
    }

    /// The article as a row of plain text.
    pub fn row(&self, say: &Localizer) -> String {
        let mut row = plain::row(&self.quantity, self.title.to_string(), "");
        for detail in &self.details {
            row.push_str(&plain::continuation(&self.quantity, detail));
        }
        if let Some(day) = &self.expected {
            row.push_str(&plain::continuation(&self.quantity, &say.article_expected(day)));
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
pub fn options(line: &OrderLine, say: &Localizer) -> Vec<String> {
    line.options.iter().map(|option| written(option, say)).collect()
}

/// The same in one line.
pub fn written_options(options: &[LineOption], say: &Localizer) -> String {
    let options: Vec<String> = options.iter().map(|option| written(option, say)).collect();
    say.formats.all_of(&options)
}

/// `Engraving: FOR A.`, or the choice alone.
fn written(option: &LineOption, say: &Localizer) -> String {
    let value = UserText::from(&option.value);
    match &option.name {
        Some(name) => say.label_and_value(UserText::from(name), value),
        None => value.to_string(),
    }
}

/// As [`Localizer::quantity`].
pub fn format_quantity(quantity: Option<Quantity>, unit: Option<&Line>, say: &Localizer) -> String {
    // It stands in a column that is as wide as its longest entry.
    let short = |unit| UserText::from_shop(unit).shortened(MAX_UNIT_LEN);
    say.quantity(quantity, unit.map(short))
}

impl Entry for Article<'_> {
    fn title(&self) -> &UserText<'_> {
        &self.title
    }

    fn short(&self, say: &Localizer) -> String {
        say.quantity_of(&self.quantity, &self.title)
    }

    fn text(&self) -> String {
        text(&self.title, &self.details)
    }

    fn fit_looks(&mut self, room: &mut usize) {
        self.looks.fit(room);
    }
}

/// A title and what is below it.
pub fn text(title: &UserText<'_>, details: &[String]) -> String {
    details.iter().fold(title.to_string(), |text, detail| text + detail)
}
