//! What somebody chose to see: the query of the page.

use mailer::preview::View;
use shared::{Kind, Language, ShopId};

use super::render::Samples;

/// What a checkbox for all of its kind stands for.
pub const ALL: &str = "all";

/// `?kind=KIND…&language=CODE…&view=VIEW…&shop=NAME&samples=all`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    pub kinds: Vec<Kind>,
    pub languages: Vec<Language>,
    pub views: Vec<View>,
    pub shop: String,
    /// Whether every sample of a kind is shown.
    pub has_all_samples: bool,
    /// What was asked for and is not there, as sentences with what is.
    pub problems: Vec<String>,
}

impl Choice {
    pub fn parse(parameters: &[(String, String)]) -> Self {
        let values = |name: &str| -> Vec<&str> {
            let of_name = parameters.iter().filter(|(key, _)| key == name);
            of_name.map(|(_, value)| value.as_str()).collect()
        };
        let shop = values("shop").last().map_or(ShopId::default().to_string(), |it| (*it).into());
        let mut problems = Vec::new();
        let first = [Kind::OrderConfirmed];
        let kinds = Options { what: "kind of mail", all: Kind::ALL.to_vec(), name: Kind::as_str };
        let languages = Language::all().collect();
        let languages = Options { what: "language of mails", all: languages, name: Language::code };
        let views = Options { what: "view", all: View::ALL.to_vec(), name: View::name };
        Self {
            kinds: kinds.chosen(&values("kind"), first.to_vec(), &mut problems),
            languages: languages.chosen(
                &values("language"),
                vec![Language::ENGLISH],
                &mut problems,
            ),
            views: views.chosen(&values("view"), View::ALL.to_vec(), &mut problems),
            shop,
            has_all_samples: values("samples").contains(&ALL),
            problems,
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

/// A sentence about what is not there, with what is.
pub fn unknown<'a>(what: &str, asked: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    let known: Vec<&str> = known.into_iter().collect();
    format!("There is no {what} {asked}. There is {}.", known.join(", "))
}

/// What can be chosen.
struct Options<T> {
    what: &'static str,
    all: Vec<T>,
    name: fn(T) -> &'static str,
}

impl<T: Copy> Options<T> {
    /// Those that are asked for by their names, in the order of all, or else `default` where nothing is asked for.
    fn chosen(self, asked: &[&str], default: Vec<T>, problems: &mut Vec<String>) -> Vec<T> {
        let Self { what, all, name } = self;
        let names: Vec<&str> = all.iter().map(|one| name(*one)).collect();
        let missing = asked.iter().filter(|asked| **asked != ALL && !names.contains(asked));
        problems.extend(missing.map(|asked| unknown(what, asked, names.iter().copied())));
        if asked.is_empty() {
            return default;
        }
        let is_asked = |one: &T| asked.contains(&ALL) || asked.contains(&name(*one));
        all.into_iter().filter(is_asked).collect()
    }
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
        assert!(first.problems.is_empty());
    }

    #[test]
    fn what_is_not_there_is_named_with_what_is_and_stands_for_nothing_else() {
        let wrong =
            choice(&[("kind", "order.shipped"), ("language", "de"), ("language", "german")]);
        assert_eq!((wrong.kinds, wrong.languages.len()), (Vec::new(), 1));
        let [kind, language] = &wrong.problems[..] else { panic!("{:?}", wrong.problems) };
        let expected =
            "There is no kind of mail order.shipped. There is order.confirmed, order.updated, ";
        assert!(kind.starts_with(expected), "{kind}");
        assert!(
            language.starts_with("There is no language of mails german. There is ar, de, en, ")
        );
        assert_eq!(choice(&[("view", "x")]).problems.len(), 1);
    }

    #[test]
    fn all_stands_for_every_one_and_the_order_is_always_the_same() {
        let all = choice(&[("kind", "all"), ("language", "all"), ("samples", "all")]);
        assert_eq!(all.kinds, Kind::ALL);
        assert_eq!(all.languages.len(), Language::all().count());
        assert!(all.has_all_samples && all.problems.is_empty());
        let two = choice(&[("language", "sv"), ("language", "ar"), ("view", "dark")]);
        assert_eq!(two.languages(), ["ar", "sv"]);
        assert_eq!(two.views, [View::Dark]);
    }
}
