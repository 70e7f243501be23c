//! The preview: mails of sample events, side by side, as the mailer renders them now and as their readers see them.
//!
//! Messages and templates are compiled into the executable. So each mail is rendered by a process of the executable as it is
//! on disk at that moment ([`render`]): once a changed message or template is built, the page shows it, while the stack
//! itself runs on. The page asks every second for the version of what it shows, and loads itself again when that is another.

mod choice;
mod page;
mod previews;
pub mod render;
mod renderer;
mod routes;
mod shops;

pub use previews::Previews;
pub use renderer::Renderer;
pub use routes::{frame, page, version};
