//! What stands below a mail: pages of the shop, and what the law wants there.
//!
//! Returns are linked where something goes back or may: after a delivery, a cancellation, a refund, a withdrawal and where
//! a parcel returns. Help, the account and the shop's own links are below every mail, and so are terms and privacy, in the
//! small print. Links, not buttons: a mail asks for one thing, and that is above.

use shared::HttpUrl;
use shared::shop_settings::OwnLink;

use super::page::Page;
use super::user_text::UserText;

/// A link to a page of the shop.
#[derive(Debug, PartialEq, Eq)]
pub struct RelatedLink<'a> {
    pub label: String,
    pub url: &'a str,
}

impl Page<'_> {
    /// Pages that may help with what the mail tells.
    pub fn related_links(&self) -> Vec<RelatedLink<'_>> {
        let (say, links) = (&self.say, &self.brand.links);
        let returns = links.returns.as_ref().filter(|_| self.is_about_returns);
        let own = links.own.iter().filter_map(|link| self.own_link(link));
        [
            returns.map(|url| link(say.link_returns(), url)),
            links.help.as_ref().map(|url| link(say.link_help(), url)),
            links.account.as_ref().map(|url| link(say.link_account(), url)),
        ]
        .into_iter()
        .flatten()
        .chain(own)
        .collect()
    }

    /// Pages that belong to the small print.
    pub fn small_print_links(&self) -> Vec<RelatedLink<'_>> {
        let (say, links) = (&self.say, &self.brand.links);
        let terms = links.terms.as_ref().map(|url| link(say.link_terms(), url));
        let privacy = links.privacy.as_ref().map(|url| link(say.link_privacy(), url));
        terms.into_iter().chain(privacy).collect()
    }

    /// What the law of the customer's country wants below a mail, as the shop wrote it.
    pub fn legal_lines(&self) -> Vec<UserText<'_>> {
        let lines = self.brand.legal.lines_for(self.country);
        lines.iter().map(UserText::from_shop).collect()
    }

    fn own_link<'l>(&self, own: &'l OwnLink) -> Option<RelatedLink<'l>> {
        let text = own.text_in(self.say.language.code)?;
        Some(link(UserText::from_shop(text).to_string(), &own.url))
    }
}

fn link(label: String, url: &HttpUrl) -> RelatedLink<'_> {
    RelatedLink { label, url: url.as_str() }
}
