//! What was bought: the lines of an order.

use serde_json::Value;

use crate::contract::ids::{LineId, Sku};
use crate::contract::link::HttpUrl;
use crate::contract::money::{Money, in_currency_of};
use crate::contract::other_names;
use crate::contract::quantity::Quantity;
use crate::contract::reader::{FieldErrors, FieldReader};
#[cfg(test)]
use crate::contract::schema;
use crate::contract::text::Line;

/// The most options of one line.
const MAX_OPTIONS: usize = 30;
/// The most parts of one set.
const MAX_PARTS: usize = 100;

/// One line of an order.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct OrderLine {
    /// The shop's own id of the line, by which parcels name it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<LineId>,
    /// The article. Several lines may have the same.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sku: Option<Sku>,
    /// What the customer knows it by.
    pub title: Line,
    /// How many or how much: up to 100,000, with up to 6 decimals. A line of 0 was removed.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, schemars(required, schema_with = "schema::quantity"))]
    pub quantity: Option<Quantity>,
    /// Of what the quantity is, such as `m` or `kg`; absent: pieces.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unit: Option<Line>,
    /// The price of one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unit_price: Option<Money>,
    /// What the line costs; absent: the price of one times the quantity.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub total: Option<Money>,
    /// What the customer chose, such as an engraving.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(test, schemars(with = "Option<Vec<LineOption>>", length(max = MAX_OPTIONS)))]
    pub options: Vec<LineOption>,
    /// A picture.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub image_url: Option<HttpUrl>,
    /// The article's page in the shop.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<HttpUrl>,
    /// What a set consists of, if its parts may be sent apart.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(test, schemars(with = "Option<Vec<Part>>", length(max = MAX_PARTS)))]
    pub parts: Vec<Part>,
}

/// What the customer chose of one line.
#[derive(Debug, Clone, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct LineOption {
    /// What was to choose, such as `Engraving`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<Line>,
    /// What was chosen.
    pub value: Line,
}

/// One part of a set.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Part {
    /// The shop's own id of the part, by which parcels name it as a line.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<LineId>,
    /// The article.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sku: Option<Sku>,
    /// What the customer knows it by.
    pub title: Line,
    /// How many of it the line has, all its sets together.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, schemars(schema_with = "schema::quantity_or_null", default))]
    pub quantity: Option<Quantity>,
}

impl OrderLine {
    /// What the line costs; `None` where its price is not known.
    #[must_use]
    pub fn total(&self) -> Option<Money> {
        let of_price = || self.unit_price?.times(self.quantity?);
        self.total.or_else(of_price)
    }

    /// Reads a line that is not removed.
    pub(crate) fn read(from: &FieldReader<'_>) -> Option<Self> {
        let from = &from.called_otherwise(other_names::LINE);
        let (id, sku, title) = read_article(from);
        let money = |name, read: fn(&FieldReader<'_>) -> Option<Money>| {
            in_currency_of(from, || from.tolerated(name, |r| read(&r)))
        };
        let (image_url, url) = read_looks(from);
        let line = Self {
            title: title.or_else(|| name_by(from, sku.as_ref()))?,
            id,
            sku,
            quantity: from.expected("quantity", "The mail names none.", |r| Quantity::read(&r)),
            unit: from.tolerated("unit", |r| Line::read(&r)),
            unit_price: money("unit_price", Money::read_exact),
            total: money("total", Money::read),
            options: from.tolerated("options", |r| Some(read_options(&r))).unwrap_or_default(),
            image_url,
            url,
            parts: read_parts(from),
        };
        if line.total.is_none()
            && line.unit_price.is_some_and(|price| {
                line.total().is_none() && line.quantity.is_some() && price.amount != 0
            })
        {
            from.warn_member("unit_price", "This price times the quantity is beyond what an amount may be; the mail names no sum.");
        }
        Some(line)
    }

    /// Reads what a line was that is removed: what is cancelled or sent back may name it. Nothing of it is warned of, since
    /// nothing else is said of it.
    pub(crate) fn read_removed(from: &FieldReader<'_>) -> Option<Self> {
        let unheard = FieldErrors::default();
        let root = FieldReader::tolerant_root(from.value(), &unheard).as_optional();
        let from = &root.called_otherwise(other_names::LINE);
        let (id, sku, title) = read_article(from);
        if id.is_none() && sku.is_none() {
            return None;
        }
        let (image_url, url) = read_looks(from);
        Some(Self {
            title: title.or_else(|| name_by(from, sku.as_ref()))?,
            id,
            sku,
            quantity: None,
            unit: from.tolerated("unit", |r| Line::read(&r)),
            unit_price: None,
            total: None,
            options: from.tolerated("options", |r| Some(read_options(&r))).unwrap_or_default(),
            image_url,
            url,
            parts: read_parts(from),
        })
    }
}

fn read_looks(from: &FieldReader<'_>) -> (Option<HttpUrl>, Option<HttpUrl>) {
    let url = |name| from.tolerated(name, |r| HttpUrl::read(&r));
    (url("image_url"), url("url"))
}

fn read_parts(from: &FieldReader<'_>) -> Vec<Part> {
    let read = |r: FieldReader<'_>| Some(r.tolerated_list(MAX_PARTS, |part| Part::read(&part)));
    from.tolerated("parts", read).unwrap_or_default()
}

fn read_article(from: &FieldReader<'_>) -> (Option<LineId>, Option<Sku>, Option<Line>) {
    (
        from.tolerated("id", |r| LineId::read(&r)),
        from.tolerated("sku", |r| Sku::read(&r)),
        from.tolerated("title", |r| Line::read(&r)),
    )
}

fn name_by(from: &FieldReader<'_>, sku: Option<&Sku>) -> Option<Line> {
    let title = sku.and_then(|sku| Line::parse(sku.as_str()).ok());
    match title {
        Some(_) => {
            from.warn_member("title", "This is missing; the mail names the article by its sku.")
        }
        None => from.warn("Neither a title nor a sku is here; the line was left out."),
    }
    title
}

/// Options as a list of names and values; beside that, of texts, and an object of them.
fn read_options(from: &FieldReader<'_>) -> Vec<LineOption> {
    if let Value::Object(members) = from.value()
        && !members.contains_key("value")
    {
        from.warn("An array of {\"name\", \"value\"} is expected; this object was taken as one.");
        let option = |(name, value): (&String, &Value)| {
            let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            Some(LineOption { name: Line::parse(name).ok(), value: Line::parse(&value).ok()? })
        };
        return members.iter().filter_map(option).take(MAX_OPTIONS).collect();
    }
    from.tolerated_list(MAX_OPTIONS, |option| {
        if !option.is_object() {
            option.warn("An object with name and value is expected; this was taken as the value.");
            return Some(LineOption { name: None, value: Line::read(&option)? });
        }
        let name = option.tolerated("name", |r| Line::read(&r));
        let value = option.required("value", |r| Line::read(&r));
        Some(LineOption { name, value: value? })
    })
}

impl Part {
    fn read(from: &FieldReader<'_>) -> Option<Self> {
        if Quantity::is_none_of_it(from) {
            return None;
        }
        let (id, sku, title) = read_article(from);
        let title = title.or_else(|| name_by(from, sku.as_ref()))?;
        let quantity = from.tolerated("quantity", |r| Quantity::read(&r));
        Some(Self { id, sku, title, quantity })
    }
}
