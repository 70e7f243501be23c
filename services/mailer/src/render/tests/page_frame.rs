//! The frame around every mail: its landmark.

use serde_json::Value;
use shared::Event;

use super::samples;
use crate::render::{Brand, render};

fn html_of(event: &Value, brand: &Brand) -> String {
    render(&Event::parse(event).expect("an event"), brand).expect("a mail").html
}

#[test]
fn all_that_is_shown_is_in_the_one_main_landmark() {
    for (name, event) in samples() {
        let html = html_of(&event, &Brand::default());
        assert_eq!(html.matches("role=\"main\"").count(), 1, "{name}");
        let (before, main) = html.split_once("<div role=\"main\">").expect("the landmark");
        let (_, hidden) = before.split_once("<body").expect("a body");
        assert_eq!(hidden.matches("<div").count(), 1, "{name}: {hidden}");
        assert!(hidden.contains("<div style=\"display:none;"), "{name}: {hidden}");
        let (inside, after) = main.rsplit_once("</div>").expect("the landmark's end");
        assert_eq!(after.trim(), "</body>\n</html>", "{name}");
        assert_eq!(inside.matches("<div").count(), inside.matches("</div>").count(), "{name}");
    }
}
