//! What requests carry: the fields of links and forms, and who sends them.

use std::convert::Infallible;

use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::response::Response;
use http::request::Parts;
use http::{StatusCode, Uri, header};
use shared::{OrderId, OrderKey, ShopId};
use url::form_urlencoded;

use super::link::link;
use super::respond::refuse;
use super::session::Session;
use super::state::Console;
use crate::error::CliError;

/// The parameter of a link that a page follows by itself.
const RELOAD: (&str, &str) = ("reload", "1");

/// The field of each form with the token of its session.
pub const FORM_TOKEN: &str = "form_token";

const FORM: &str = "application/x-www-form-urlencoded";

/// The parameters of a link, or the fields of a form, in their order.
#[derive(Debug, Clone, Default)]
pub struct Fields(Vec<(String, String)>);

impl Fields {
    fn parse(encoded: &[u8]) -> Self {
        Self(form_urlencoded::parse(encoded).into_owned().collect())
    }

    /// The parameters of a link.
    pub fn from_uri(uri: &Uri) -> Self {
        Self::parse(uri.query().unwrap_or_default().as_bytes())
    }

    /// The first value of this name, without white space around it; empty where there is none.
    pub fn get(&self, name: &str) -> &str {
        let found = self.0.iter().find(|(own, _)| own == name);
        found.map_or("", |(_, value)| value.trim())
    }

    /// The text of a field of several lines, as it was typed: a browser sends its line ends as CRLF.
    pub fn document(&self, name: &str) -> String {
        let found = self.0.iter().find(|(own, _)| own == name);
        found.map_or_else(String::new, |(_, value)| value.replace("\r\n", "\n"))
    }

    /// Whether a page has asked for this by itself, and nobody has: its link for that, [`reload_link`], says so.
    pub fn is_reload(&self) -> bool {
        self.get(RELOAD.0) == RELOAD.1
    }

    /// The order that the fields `shop` and `id` name, of a shop that this console is about.
    ///
    /// # Errors
    /// [`CliError::Input`] when they name none.
    pub fn order(&self, console: &Console) -> Result<OrderKey, CliError> {
        let shop = self.shop(console)?;
        let order_id = OrderId::parse(self.get("id")).map_err(|invalid| {
            CliError::input(format!("That is not an order's id: {invalid}.")).caused_by(invalid)
        })?;
        Ok(OrderKey { shop, order_id })
    }

    /// The shop of the field `shop`, or else that of the console.
    ///
    /// # Errors
    /// [`CliError::Input`] when the console is about another shop alone.
    pub fn shop(&self, console: &Console) -> Result<ShopId, CliError> {
        let own = &console.stack().shop;
        let shop = match self.get("shop") {
            "" => return Ok(console.stack().shop_or_default()),
            named => ShopId::parse(named).map_err(|invalid| {
                CliError::input(format!("That is not a shop's name: {invalid}.")).caused_by(invalid)
            })?,
        };
        match own {
            Some(own) if *own != shop => Err(CliError::input(format!(
                "This console was started for the shop {own}, so it shows no order of another one. Start it without \
                 --shop, or with that shop's name."
            ))),
            _ => Ok(shop),
        }
    }
}

/// The link by which a page loads itself again: whoever left it open keeps no session alive by that.
pub fn reload_link<'a>(
    path: &str,
    parameters: impl IntoIterator<Item = (&'a str, &'a str)>,
) -> String {
    link(path, parameters.into_iter().chain([RELOAD]))
}

impl<S: Sync> FromRequestParts<S> for Fields {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self::from_uri(&parts.uri))
    }
}

impl FromRequestParts<Console> for Session {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, console: &Console) -> Result<Self, Response> {
        console.sessions().find(&parts.headers).ok_or_else(no_session)
    }
}

/// A form of one of the console's own pages: nothing is changed but for one.
pub struct Form {
    pub session: Session,
    pub fields: Fields,
}

impl FromRequest<Console> for Form {
    type Rejection = Response;

    async fn from_request(request: Request, console: &Console) -> Result<Self, Response> {
        let session = console.sessions().find(request.headers()).ok_or_else(no_session)?;
        let media_type = request.headers().get(header::CONTENT_TYPE);
        if media_type.is_none_or(|it| it != FORM) {
            let sentence = format!("Expected a form of one of these pages, which is {FORM}.");
            return Err(refuse(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "Nothing was changed",
                &sentence,
            ));
        }
        let body = Bytes::from_request(request, console).await.map_err(|error| {
            let sentence = "The form is too long, or did not arrive whole. Send it again, with a shorter text.";
            refuse(error.status(), "Nothing was changed", sentence)
        })?;
        let fields = Fields::parse(&body);
        if !session.has_form_token(fields.get(FORM_TOKEN)) {
            return Err(refuse(
                StatusCode::FORBIDDEN,
                "Nothing was changed",
                "The form is not one that this console has made for you. Open the page again, and send it from there.",
            ));
        }
        Ok(Self { session, fields })
    }
}

/// A form that changes something, where the console may.
pub struct Change(pub Form);

impl FromRequest<Console> for Change {
    type Rejection = Response;

    async fn from_request(request: Request, console: &Console) -> Result<Self, Response> {
        let form = Form::from_request(request, console).await?;
        if let Some(refusal) = console.refusal() {
            return Err(refuse(StatusCode::FORBIDDEN, "Nothing was changed", &refusal));
        }
        Ok(Self(form))
    }
}

/// The answer to whoever did not come by the console's link.
pub fn no_session() -> Response {
    refuse(
        StatusCode::FORBIDDEN,
        "Open the console by its link",
        "This browser has no session here. `waybill console` printed a link when it started: open that one. After it was \
         used, the next one stands below it.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_read_as_a_browser_writes_them() {
        let fields = Fields::parse("q=+a%40b+&message=1&message=&message=2%26".as_bytes());
        assert_eq!((fields.get("q"), fields.get("absent")), ("a@b", ""));
        assert_eq!(fields.get("message"), "1", "the first of several");
        let link = reload_link("/", [("watch", "1")]).parse().unwrap();
        assert!(Fields::from_uri(&link).is_reload(), "{link}");
        let fields = Fields::parse(b"document=%7B%0D%0A++%22a%22%3A1%0D%0A%7D%0D%0A");
        assert_eq!(fields.document("document"), "{\n  \"a\":1\n}\n");
    }
}
