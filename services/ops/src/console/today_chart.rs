//! The last day's mails, hour by hour, as a chart that is drawn here: no page runs a script.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::wording::state_words;
use crate::output::{counted, number};
use crate::status::Hours;

/// The chart's size, in its own units.
const WIDTH: usize = 750;
const HEIGHT: usize = 160;

/// How much of an hour's width is between two bars.
const GAP: usize = 6;

/// What a part of a bar stands for: the class of its colour, and its name. From the bottom up.
const PARTS: [(&str, &str); 4] = [
    ("good", "sent or delivered"),
    ("calm", "waiting, or not sent on purpose"),
    ("warn", "in doubt, or reported as spam"),
    ("bad", "failed or bounced"),
];

/// A bar for each hour, the earliest first.
#[derive(Debug)]
pub struct Chart {
    pub view_box: String,
    pub bars: Vec<Bar>,
    /// What a screen reader says in its place.
    pub summary: String,
    /// How many mails the highest bar has.
    pub highest: String,
    pub legend: [(&'static str, &'static str); 4],
    /// Some hours' names, from the earliest to the latest.
    pub ticks: Vec<String>,
}

/// An hour's mails.
#[derive(Debug)]
pub struct Bar {
    /// From when to when, in UTC.
    pub hour: String,
    /// Such as `12 delivered, 1 failed`.
    pub counts: String,
    pub parts: Vec<Part>,
}

/// The mails of one colour in a bar, as a rectangle.
#[derive(Debug)]
pub struct Part {
    pub class: &'static str,
    pub x: usize,
    pub y: usize,
    pub width: usize,
    pub height: usize,
}

impl Chart {
    /// `now`, and `cut_at` as of [`Hours::last_day`], in milliseconds since 1970; `None` without any mail.
    pub fn new(hours: &Hours, now: i64, cut_at: Option<i64>) -> Option<Self> {
        let hours: Vec<_> = hours.last_day(now, cut_at).collect();
        let total = |states: &BTreeMap<String, usize>| states.values().sum::<usize>();
        let highest = hours.iter().map(|(_, states)| total(states)).max().filter(|it| *it > 0)?;
        let step = WIDTH / hours.len();
        let bars = hours.iter().enumerate().map(|(i, (hour, states))| Bar {
            hour: format!("{} to {}", clock(*hour), clock(hour + 60 * 60 * 1000)),
            counts: counts(states),
            parts: parts(states, highest, i * step + GAP / 2, step - GAP),
        });
        let mails: usize = hours.iter().map(|(_, states)| total(states)).sum();
        Some(Self {
            view_box: format!("0 0 {WIDTH} {HEIGHT}"),
            bars: bars.collect(),
            summary: format!(
                "Mails by the hour in which their events arrived, {} in all, at most {} in an hour. The table below has each \
                 hour.",
                number(mails),
                number(highest)
            ),
            highest: counted(highest, "mail"),
            legend: PARTS,
            ticks: ticks(hours.iter().map(|(hour, _)| *hour)),
        })
    }
}

/// Every sixth hour, with the day where it is another one than before.
fn ticks(hours: impl Iterator<Item = i64>) -> Vec<String> {
    let mut last_day = String::new();
    let tick = |hour| {
        let day = in_utc(hour, "%-d %b");
        let shown = if day == last_day { clock(hour) } else { format!("{day}, {}", clock(hour)) };
        last_day = day;
        shown
    };
    hours.step_by(6).map(tick).collect()
}

fn parts(states: &BTreeMap<String, usize>, highest: usize, x: usize, width: usize) -> Vec<Part> {
    let mut y = HEIGHT;
    let part = |(class, _): (&'static str, &str)| {
        let of_class = states.iter().filter(|(state, _)| state_words(state).class == class);
        let mails: usize = of_class.map(|(_, count)| count).sum();
        // One failed mail of thousands is seen all the same.
        let height = (mails * HEIGHT / highest).max(if mails > 0 { 2 } else { 0 }).min(y);
        y -= height;
        (height > 0).then_some(Part { class, x, y, width, height })
    };
    PARTS.into_iter().filter_map(part).collect()
}

fn counts(states: &BTreeMap<String, usize>) -> String {
    let each = states.iter().map(|(state, count)| {
        format!("{} {}", number(*count), state_words(state).label.to_lowercase())
    });
    let counts = each.collect::<Vec<_>>().join(", ");
    if counts.is_empty() { "none".to_owned() } else { counts }
}

/// `21:00`, in UTC.
fn clock(milliseconds: i64) -> String {
    in_utc(milliseconds, "%H:%M")
}

fn in_utc(milliseconds: i64, format: &str) -> String {
    Timestamp::from_millisecond(milliseconds).unwrap_or_default().strftime(format).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOON: i64 = 1_763_899_200_000;

    #[test]
    fn a_bar_is_as_high_as_its_hour_has_mails_and_a_single_failure_is_seen() {
        let mut hours = Hours::default();
        for _ in 0..1000 {
            hours.add(NOON, "delivered");
        }
        hours.add(NOON - 1, "failed");
        hours.add(NOON - 1, "skipped");
        let chart = Chart::new(&hours, NOON, None).unwrap();
        assert_eq!((chart.bars.len(), chart.highest.as_str()), (25, "1,000 mails"));
        assert_eq!(chart.ticks, ["22 Nov, 12:00", "18:00", "23 Nov, 00:00", "06:00", "12:00"]);
        let [.., before, latest] = &chart.bars[..] else { panic!("{chart:?}") };
        assert_eq!((latest.parts[0].class, latest.parts[0].y), ("good", 0));
        let seen: Vec<_> = before.parts.iter().map(|part| (part.class, part.height)).collect();
        assert_eq!(seen, [("calm", 2), ("bad", 2)]);
        assert_eq!(
            (before.hour.as_str(), before.counts.as_str()),
            ("11:00 to 12:00", "1 failed, 1 not sent, on purpose")
        );
        let cut = Chart::new(&hours, NOON, Some(NOON - 1)).unwrap();
        let bars: Vec<_> = cut.bars.iter().map(|bar| bar.hour.as_str()).collect();
        assert_eq!(
            bars,
            ["11:00 to 12:00", "12:00 to 13:00"],
            "hours that nobody counted are not empty"
        );
        assert!(Chart::new(&Hours::default(), NOON, None).is_none());
    }
}
