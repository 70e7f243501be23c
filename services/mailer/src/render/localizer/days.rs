//! Days and times as the customer's country writes them.

use cldr::Formats as Cldr;
use icu_calendar::Gregorian;
use icu_datetime::FixedCalendarDateTimeFormatter as Formatter;
use icu_datetime::fieldsets::{MD, MDE, YMD, YMDE};
use icu_datetime::input::{Date as IcuDate, DateTime, Time};
use jiff::civil::Date;
use shared::contract::times::LocalTime;

use super::formats::Formats;

impl Formats {
    /// `Tuesday 24 November`; with the year, if it is another than `year`.
    pub fn day(&self, day: Date, year: i16) -> String {
        let Some(date) = gregorian(day) else { return day.to_string() };
        let written = match day.year() == year {
            true => self.write_day(&date),
            false => self.write_day_and_year(&date),
        };
        written.map_or_else(|| day.to_string(), |it| as_shops_write(self.language(), day, &it))
    }

    fn language(&self) -> &str {
        self.locale.id.language.as_str()
    }

    /// `20 November 2026 at 10:30`, as a clock showed it where the customer was; the day alone where the time is not
    /// known.
    pub fn local_time(&self, time: LocalTime) -> String {
        let civil = time.datetime();
        let written = self.write_local_time(time);
        written.map_or_else(
            || civil.to_string(),
            |it| as_shops_write(self.language(), civil.date(), &it),
        )
    }

    fn write_local_time(&self, time: LocalTime) -> Option<String> {
        let civil = time.datetime();
        let date = gregorian(civil.date())?;
        let day = self.day_and_year(&date)?;
        if time.is_day() {
            return Some(keep_together(&day));
        }
        let part = |number: i8| u8::try_from(number).ok();
        let time = Time::try_new(part(civil.hour())?, part(civil.minute())?, 0, 0).ok()?;
        let find = || {
            let fields = YMD::long().with_time_hm();
            Formatter::try_new_unstable(&Cldr, (&self.locale).into(), fields).ok()
        };
        let form = self.days.time.get_or_init(find).as_ref()?;
        let whole = form.format(&DateTime { date, time }).to_string();
        let Some((before, after)) = whole.split_once(&day) else { return Some(whole) };
        // A line may end between day and time: both together are wider than a phone.
        let (space, time) = after.split_at(after.len() - after.trim_start().len());
        // What CLDR's patterns lack: a comma in Polish, and the German word for a time of day.
        let (space, end) = match self.language() {
            "pl" => (", ", ""),
            "de" => (space, "\u{a0}Uhr"),
            _ => (space, ""),
        };
        Some(format!("{before}{}{space}{}{end}", keep_together(&day), keep_together(time)))
    }

    fn write_day(&self, date: &IcuDate<Gregorian>) -> Option<String> {
        let find = || Formatter::try_new_unstable(&Cldr, (&self.locale).into(), MDE::long()).ok();
        let whole = self.days.weekday.get_or_init(find).as_ref()?.format(date).to_string();
        let date = self.day_of_year(date)?;
        // A line may end after the weekday.
        Some(whole.replace(&date, &keep_together(&date)))
    }

    fn write_day_and_year(&self, date: &IcuDate<Gregorian>) -> Option<String> {
        let find = || Formatter::try_new_unstable(&Cldr, (&self.locale).into(), YMDE::long()).ok();
        let whole = self.days.weekday_and_year.get_or_init(find).as_ref()?;
        let (whole, without_weekday) = (whole.format(date).to_string(), self.day_and_year(date)?);
        let kept = keep_together(&without_weekday);
        if whole.contains(&without_weekday) {
            return Some(whole.replace(&without_weekday, &kept));
        }
        // CLDR's Portuguese of Portugal has the weekday with digits only: `terça-feira, 5/01/2027`.
        let of_year = keep_together(&self.day_of_year(date)?);
        Some(self.write_day(date)?.replace(&of_year, &kept))
    }

    /// `24 November`.
    fn day_of_year(&self, date: &IcuDate<Gregorian>) -> Option<String> {
        let find = || Formatter::try_new_unstable(&Cldr, (&self.locale).into(), MD::long()).ok();
        Some(self.days.day.get_or_init(find).as_ref()?.format(date).to_string())
    }

    /// `5 January 2027`.
    fn day_and_year(&self, date: &IcuDate<Gregorian>) -> Option<String> {
        let find = || Formatter::try_new_unstable(&Cldr, (&self.locale).into(), YMD::long()).ok();
        Some(self.days.year.get_or_init(find).as_ref()?.format(date).to_string())
    }
}

fn gregorian(day: Date) -> Option<IcuDate<Gregorian>> {
    let (month, day_of_month) = (u8::try_from(day.month()).ok()?, u8::try_from(day.day()).ok()?);
    IcuDate::try_new_gregorian(i32::from(day.year()), month, day_of_month).ok()
}

/// The day before a no-break space and its month, as CLDR's French writes the first of a month.
const FIRST: &str = "1\u{a0}";

/// What CLDR's patterns lack: in French the first of a month is an ordinal number, and in Japanese a weekday beside a date
/// is its first letter in brackets.
fn as_shops_write(language: &str, day: Date, text: &str) -> String {
    match language {
        "fr" if day.day() == 1 => text.replacen(FIRST, "1er\u{a0}", 1),
        // Within a sentence there is no comma after the weekday.
        "es" => text.replacen(", ", " ", 1),
        "ja" => match text
            .strip_suffix("曜日")
            .and_then(|it| it.char_indices().next_back().zip(Some(it)))
        {
            Some(((at, weekday), text)) => format!("{}（{weekday}）", &text[..at]),
            None => text.to_owned(),
        },
        _ => text.to_owned(),
    }
}

/// No line ends beside a number: `24` and `November`, `24.` and `November` stay on one.
fn keep_together(text: &str) -> String {
    let mut kept = String::with_capacity(text.len() + 4);
    let mut rest = text;
    while let Some((before, after)) = rest.split_once(' ') {
        kept.push_str(before);
        let ends_in_number = before.trim_end_matches('.').ends_with(char::is_numeric);
        let is_kept = ends_in_number || after.starts_with(char::is_numeric);
        kept.push(if is_kept { '\u{a0}' } else { ' ' });
        rest = after;
    }
    kept.push_str(rest);
    kept
}

#[cfg(test)]
mod tests {
    use std::rc::Rc;

    use jiff::civil::date;
    use shared::Locale;

    use super::super::language::MailLanguage;
    use super::*;

    fn formats(language: &str, locale: &str) -> Rc<Formats> {
        let locale = Locale::parse(locale).expect("a locale");
        let file = MailLanguage::all().iter().find(|it| it.code == language);
        Formats::for_customer(file.expect("a language"), Some(&locale), None)
    }

    #[test]
    fn a_day_names_its_year_only_when_it_is_another_one() {
        for (locale, this_year, next_year) in [
            ("en-GB", "Tuesday 24\u{a0}November", "Tuesday, 5\u{a0}January\u{a0}2027"),
            ("en-US", "Tuesday, November\u{a0}24", "Tuesday, January\u{a0}5,\u{a0}2027"),
        ] {
            let formats = formats("en", locale);
            assert_eq!(formats.day(date(2026, 11, 24), 2026), this_year);
            assert_eq!(formats.day(date(2027, 1, 5), 2026), next_year);
        }
        assert_eq!(
            formats("de", "de-AT").day(date(2027, 1, 5), 2026),
            "Dienstag, 5.\u{a0}Jänner\u{a0}2027"
        );
    }

    #[test]
    fn days_and_times_are_as_shops_write_them_also_where_cldr_does_not() {
        let (french, japanese) = (formats("fr", "fr-FR"), formats("ja", "ja-JP"));
        assert_eq!(french.day(date(2026, 12, 1), 2026), "mardi 1er\u{a0}décembre");
        assert_eq!(french.day(date(2026, 12, 11), 2026), "vendredi 11\u{a0}décembre");
        assert_eq!(french.day(date(2027, 1, 1), 2026), "vendredi 1er\u{a0}janvier\u{a0}2027");
        assert_eq!(japanese.day(date(2026, 11, 24), 2026), "11月24日（火）");
        assert_eq!(japanese.day(date(2027, 1, 5), 2026), "2027年1月5日（火）");
        let time = LocalTime::parse("2026-12-01T10:30:00+01:00").expect("a time");
        assert_eq!(
            formats("es", "es-ES").day(date(2026, 11, 26), 2026),
            "jueves 26\u{a0}de noviembre"
        );
        let written = |locale: &str| formats(locale, locale).local_time(time);
        assert_eq!(written("pl"), "1\u{a0}grudnia\u{a0}2026, 10:30");
        assert_eq!(written("de"), "1.\u{a0}Dezember\u{a0}2026 um\u{a0}10:30\u{a0}Uhr");
        assert_eq!(french.local_time(time), "1er\u{a0}décembre\u{a0}2026 à\u{a0}10:30");
    }

    #[test]
    fn a_time_is_the_one_that_the_customers_clock_showed() {
        for (locale, time, text) in [
            ("en-GB", "2026-11-20T22:30:00-05:00", "20\u{a0}November\u{a0}2026 at\u{a0}22:30"),
            ("en-US", "2026-11-20T10:30:00Z", "November\u{a0}20,\u{a0}2026 at\u{a0}10:30\u{a0}AM"),
        ] {
            let time = LocalTime::parse(time).expect("a time");
            let written = formats("en", locale).local_time(time);
            assert_eq!(written.replace('\u{202f}', "\u{a0}"), text);
        }
    }
}
