//! What a locale's days are written with, each looked up when it is first written.

use std::cell::OnceCell;

use icu_calendar::Gregorian;
use icu_datetime::FixedCalendarDateTimeFormatter as Formatter;
use icu_datetime::fieldsets::{MD, MDE, YMD, YMDE, YMDT};

/// How a locale writes a day; `None` where CLDR has nothing for it.
type Form<Fields> = OnceCell<Option<Formatter<Gregorian, Fields>>>;

/// How a locale writes days.
#[derive(Debug, Default)]
pub struct DayFormats {
    pub day: Form<MD>,
    pub weekday: Form<MDE>,
    pub year: Form<YMD>,
    pub weekday_and_year: Form<YMDE>,
    pub time: Form<YMDT>,
}
