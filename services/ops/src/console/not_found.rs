//! The page of an order that is not there: most often a typing error, or another shop's.

use std::error::Error;

use askama::Template;
use axum::response::Response;
use http::StatusCode;

use super::link::{Link, link};
use super::respond::{PageFrame, error_page, html};
use super::wording::{Sentence, error_sentence, without_flags};
use crate::error::CliError;
use crate::find::NothingFound;

#[derive(Template)]
#[template(path = "console/not_found.html")]
struct NotFoundPage {
    frame: PageFrame,
    title: String,
    is_address: bool,
    /// The order in other shops that have it.
    elsewhere: Vec<Link>,
    /// What the command says.
    details: Sentence,
}

/// The page for what went wrong with an order: that nothing is known of it, or anything else.
pub fn order_error_page(frame: PageFrame, error: &CliError) -> Response {
    let Some(nothing) = error.source().and_then(|cause| cause.downcast_ref::<NothingFound>())
    else {
        return error_page(frame, error);
    };
    // An address is in no link: whoever searches by one is led to the order itself.
    let found_in = nothing.found_in.iter().filter(|_| !nothing.is_address);
    let shown = frame.shops.iter().filter(|shop| found_in.clone().any(|it| it.as_str() == shop.id));
    let elsewhere = shown.map(|shop| Link {
        label: format!("Open the order of {}", shop.label),
        href: link("/order", [("shop", shop.id.as_str()), ("id", &nothing.wanted)]),
    });
    // Its operator may read more, and the command names the shops that it looked in.
    let details = match frame.is_of_one_shop {
        true => "Nothing is known about it in this shop.".to_owned(),
        false => without_flags(&error_sentence(error)),
    };
    let page = NotFoundPage {
        title: match nothing.is_address {
            true => format!("No order of {}", nothing.wanted),
            false => format!("No order {}", nothing.wanted),
        },
        is_address: nothing.is_address,
        elsewhere: elsewhere.collect(),
        details: Sentence::new(&details),
        frame,
    };
    html(StatusCode::NOT_FOUND, &page)
}
