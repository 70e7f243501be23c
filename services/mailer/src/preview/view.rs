//! The ways in which readers see a mail.

/// Stands for each picture of a host that is nowhere, as those of the samples are.
const STAND_IN: &str = "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 96 96'%3E\
    %3Cpath d='M0 0h96v96H0z' fill='%23dfe5e1'/%3E%3Cpath d='M48 22 72 34v28L48 74 24 62V34z' fill='%239fb0a6'/%3E\
    %3Cpath d='M24 34l24 12 24-12M48 46v28' stroke='%23dfe5e1' stroke-width='3' fill='none'/%3E%3C/svg%3E";

/// The colour scheme that a media query asks for.
const SCHEME: &str = "(prefers-color-scheme";

/// One way in which readers see a mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum View {
    /// On a phone.
    Narrow,
    /// In a window.
    Wide,
    /// On a phone in dark mode.
    Dark,
    /// On a phone, with all pictures blocked.
    Blocked,
    /// Where no HTML is shown.
    Text,
}

impl View {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Narrow, Self::Wide, Self::Dark, Self::Text, Self::Blocked];

    /// Its name in addresses and names of files.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Narrow => "narrow",
            Self::Wide => "wide",
            Self::Dark => "dark",
            Self::Blocked => "blocked",
            Self::Text => "text",
        }
    }

    /// Its name for people.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Narrow => "Narrow",
            Self::Wide => "Wide",
            Self::Dark => "Dark",
            Self::Blocked => "Images blocked",
            Self::Text => "Text",
        }
    }

    /// How many CSS pixels it is wide.
    #[must_use]
    pub const fn width(self) -> u16 {
        match self {
            Self::Wide | Self::Text => 640,
            Self::Narrow | Self::Dark | Self::Blocked => 375,
        }
    }

    /// The view with this name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|view| view.name() == name)
    }

    /// The mail as a document that looks like this wherever it is shown. A frame decides neither on the colour scheme of
    /// its document nor on its pictures, so both are settled in the markup: a query for a scheme becomes one that is always
    /// or never true, and pictures that are nowhere are replaced, or all of them forbidden.
    #[must_use]
    pub fn document(self, html: &str) -> String {
        let scheme = if self == Self::Dark { "dark" } else { "light" };
        let html = in_scheme(html, scheme);
        if self == Self::Blocked { without_pictures(&html) } else { with_stand_ins(&html) }
    }
}

fn in_scheme(html: &str, scheme: &str) -> String {
    let mut settled = String::with_capacity(html.len());
    let mut rest = html;
    while let Some((before, query)) = rest.split_once(SCHEME) {
        let Some((asked, after)) = query.split_once(')') else { break };
        settled.push_str(before);
        let is_it = asked.trim_start_matches([' ', ':']).trim() == scheme;
        settled.push_str(if is_it { "(min-width:0)" } else { "(max-width:0)" });
        rest = after;
    }
    settled.push_str(rest);
    // What the browser paints itself, such as the ground of an empty page.
    settled
        .replace("content=\"light dark\"", &format!("content=\"{scheme}\""))
        .replace("color-scheme:light dark", &format!("color-scheme:{scheme}"))
}

fn without_pictures(html: &str) -> String {
    const FORBID: &str = "<meta http-equiv=\"Content-Security-Policy\" content=\"img-src 'none'\">";
    let head = html.find("<head>").map_or(0, |at| at + "<head>".len());
    format!("{}{FORBID}{}", &html[..head], &html[head..])
}

/// A logo of an example's shop has a size of its own, and shows its name instead.
const SIZE_OF_ARTICLES: &str = "width=\"48\"";

fn with_stand_ins(html: &str) -> String {
    const START: &str = "<img src=\"";
    let mut parts = html.split(START);
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |page, rest| {
        let end = rest.find('"').unwrap_or(0);
        let tag = &rest[..rest.find('>').unwrap_or(end)];
        let is_article = is_nowhere(&rest[..end]) && tag.contains(SIZE_OF_ARTICLES);
        let url = if is_article { STAND_IN } else { &rest[..end] };
        page + START + url + &rest[end..]
    })
}

/// Whether the host of a URL is of a domain that is reserved for examples (RFC 2606) and so will never exist.
fn is_nowhere(url: &str) -> bool {
    let host = url.split("//").nth(1).unwrap_or_default().split(['/', '?', ':']).next();
    host.is_some_and(|host| host.ends_with(".example"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::preview::Sample;
    use crate::render::Brand;
    use shared::ShopSettings;

    fn mail() -> String {
        let all = Sample::all();
        let sample = all.iter().find(|sample| sample.has_pictures()).expect("one has pictures");
        let mail = sample.render(None, &ShopSettings::default(), &Brand::default());
        mail.expect("a mail").html
    }

    #[test]
    fn no_view_leaves_the_colour_scheme_to_the_reader() {
        let html = mail();
        assert!(html.contains(SCHEME) && html.contains("light dark"));
        for view in View::ALL {
            let shown = view.document(&html);
            assert!(!shown.contains("prefers-color-scheme"), "{view:?}");
            assert!(!shown.contains("content=\"light dark\""), "{view:?}");
            assert!(!shown.contains("color-scheme:light dark"), "{view:?}");
        }
        assert!(View::Dark.document(&html).contains("@media (min-width:0){"));
        assert!(View::Narrow.document(&html).contains("@media (max-width:0){"));
    }

    #[test]
    fn a_query_for_a_scheme_is_settled_wherever_it_stands() {
        let html = "<source media=\"(prefers-color-scheme: light) and (min-width:9px)\"> (prefers-color-scheme";
        assert_eq!(
            in_scheme(html, "dark"),
            "<source media=\"(max-width:0) and (min-width:9px)\"> (prefers-color-scheme"
        );
        assert!(in_scheme(html, "light").starts_with("<source media=\"(min-width:0) and"));
    }

    #[test]
    fn pictures_that_are_nowhere_are_replaced_and_those_of_a_shop_stay() {
        let html = mail();
        assert!(html.contains("<img src=\"https://cdn.shop.example/"));
        let shown = View::Narrow.document(&html);
        assert!(!shown.contains("<img src=\"https:") && shown.contains(STAND_IN));
        let real = "<img src=\"https://cdn.real-shop.com/x.example\" alt=\"\">";
        assert_eq!(View::Narrow.document(real), real);
        let logo =
            "<img src=\"https://shop.example/logo.png\" alt=\"Shop\" width=\"150\" height=\"32\">";
        assert_eq!(View::Narrow.document(logo), logo);
        // Blocked, they are asked for and not there.
        let blocked = View::Blocked.document(&html);
        assert!(blocked.contains("<img src=\"https://cdn.shop.example/"));
        assert!(blocked.contains("<head><meta http-equiv=\"Content-Security-Policy\""));
    }
}
