//! What somebody chose to see: the query of the page.

use mailer::preview::View;
use shared::{Kind, Language, ShopId};

use super::render::Samples;

/// What a checkbox for all of its kind stands for.
pub const ALL: &str = "all";

/// `?kind=KIND…&language=CODE…&view=VIEW…&shop=NAME&samples=all`. What is not known is left out, so that a link to what
/// is no more still leads to something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    pub kinds: Vec<Kind>,
    pub languages: Vec<Language>,
    pub views: Vec<View>,
    pub shop: String,
    /// Whether every sample of a kind is shown.
    pub has_all_samples: bool,
}

impl Choice {
    pub fn parse(parameters: &[(String, String)]) -> Self {
        let values = |name: &str| -> Vec<&str> {
            let of_name = parameters.iter().filter(|(key, _)| key == name);
            of_name.map(|(_, value)| value.as_str()).collect()
        };
        let (kinds, languages, views) = (values("kind"), values("language"), values("view"));
        let shop = values("shop").last().map_or(ShopId::default().to_string(), |it| (*it).into());
        Self {
            kinds: chosen(Kind::ALL, Kind::as_str, &kinds, [Kind::OrderConfirmed]),
            languages: chosen(Language::all(), Language::code, &languages, [Language::ENGLISH]),
            views: chosen(View::ALL, View::name, &views, View::ALL),
            shop,
            has_all_samples: values("samples").contains(&ALL),
        }
    }

    pub fn samples(&self) -> Samples {
        let kinds = self.kinds.iter().map(|kind| kind.as_str().to_owned()).collect();
        if self.has_all_samples { Samples::AllOf(kinds) } else { Samples::OneOf(kinds) }
    }

    pub fn languages(&self) -> Vec<String> {
        self.languages.iter().map(|language| language.code().to_owned()).collect()
    }
}

/// Those of `all` that are asked for by their names, in the order of `all`, or else `default`.
fn chosen<T: Copy>(
    all: impl IntoIterator<Item = T>,
    name: impl Fn(T) -> &'static str,
    asked: &[&str],
    default: impl Into<Vec<T>>,
) -> Vec<T> {
    let is_asked = |one: &T| asked.contains(&ALL) || asked.contains(&name(*one));
    let chosen: Vec<T> = all.into_iter().filter(is_asked).collect();
    if chosen.is_empty() { default.into() } else { chosen }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn choice(query: &[(&str, &str)]) -> Choice {
        let owned = query.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        Choice::parse(&owned.collect::<Vec<_>>())
    }

    #[test]
    fn without_a_choice_one_kind_in_english_is_shown_in_every_view() {
        let first = choice(&[]);
        assert_eq!(first.kinds, [Kind::OrderConfirmed]);
        assert_eq!(first.languages, [Language::ENGLISH]);
        assert_eq!(first.views, View::ALL);
        assert_eq!((first.shop.as_str(), first.has_all_samples), ("default", false));
        assert_eq!(choice(&[("kind", "order.shipped"), ("view", "x")]), first);
    }

    #[test]
    fn all_stands_for_every_one_and_the_order_is_always_the_same() {
        let all = choice(&[("kind", "all"), ("language", "all"), ("samples", "all")]);
        assert_eq!(all.kinds, Kind::ALL);
        assert_eq!(all.languages.len(), Language::all().count());
        assert!(all.has_all_samples);
        let two = choice(&[("language", "sv"), ("language", "ar"), ("view", "dark")]);
        assert_eq!(two.languages(), ["ar", "sv"]);
        assert_eq!(two.views, [View::Dark]);
    }
}
