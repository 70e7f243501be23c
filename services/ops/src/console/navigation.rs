//! The navigation.

/// A part of the console, with a page that the navigation leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Section {
    Today,
    Orders,
    DeadLetters,
    Samples,
    Shops,
    Audit,
    Doctor,
}

/// In the order of the navigation.
const ALL: [Section; 7] = [
    Section::Today,
    Section::Orders,
    Section::DeadLetters,
    Section::Samples,
    Section::Shops,
    Section::Audit,
    Section::Doctor,
];

impl Section {
    pub const fn path(self) -> &'static str {
        match self {
            Self::Today => "/",
            Self::Orders => "/orders",
            Self::DeadLetters => "/dead-letters",
            Self::Samples => "/mails",
            Self::Shops => "/shops",
            Self::Audit => "/audit",
            Self::Doctor => "/doctor",
        }
    }

    pub const fn name(self) -> &'static str {
        match self {
            Self::Today => "Today",
            Self::Orders => "Orders",
            Self::DeadLetters => "Dead letters",
            Self::Samples => "Samples",
            Self::Shops => "Shops",
            Self::Audit => "Audit",
            Self::Doctor => "Doctor",
        }
    }
}

/// A link of the navigation.
#[derive(Debug)]
pub struct NavigationLink {
    pub section: Section,
    /// As `aria-current` says whether the page is in this section.
    pub current: &'static str,
}

/// The navigation of a page in this section.
pub fn navigation(section: Section) -> [NavigationLink; ALL.len()] {
    ALL.map(|own| NavigationLink {
        section: own,
        current: if own == section { "page" } else { "false" },
    })
}
