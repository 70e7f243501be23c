//! Formats money in English: `€1,234.50`, `¥12,000`, `KWD 12.345`, `−€5.00`.

use shared::Money;

/// The symbol before the amount. Dollars other than the US dollar name their country. `None` for a currency
/// without a symbol that English readers know, which is shown by its code.
fn symbol(code: &str) -> Option<&'static str> {
    Some(match code {
        "EUR" => "€",
        "USD" => "$",
        "GBP" => "£",
        "JPY" => "¥",
        "AUD" => "A$",
        "BRL" => "R$",
        "CAD" => "CA$",
        "CNY" => "CN¥",
        "HKD" => "HK$",
        "ILS" => "₪",
        "INR" => "₹",
        "KRW" => "₩",
        "MXN" => "MX$",
        "NZD" => "NZ$",
        "PHP" => "₱",
        "TWD" => "NT$",
        "VND" => "₫",
        _ => return None,
    })
}

/// Formats `money` with the number of decimals of its currency.
pub fn format(money: Money) -> String {
    let code = money.currency.code();
    let minus = if money.amount < 0 { "\u{2212}" } else { "" };
    let digits = digits(money.amount.unsigned_abs(), money.currency.minor_digits() as usize);
    match symbol(code) {
        Some(sign) => format!("{minus}{sign}{digits}"),
        // A no-break space keeps the code on the same line as the amount.
        None => format!("{minus}{code}\u{a0}{digits}"),
    }
}

/// `1234567` with 2 decimals is `12,345.67`.
fn digits(minor_units: u64, decimals: usize) -> String {
    // Padded, so that there is always a digit before the decimal point.
    let all = format!("{minor_units:0>width$}", width = decimals + 1);
    let (whole, fraction) = all.split_at(all.len() - decimals);
    let mut written = String::with_capacity(all.len() + all.len() / 3 + 1);
    for (i, digit) in whole.chars().enumerate() {
        if i > 0 && (whole.len() - i) % 3 == 0 {
            written.push(',');
        }
        written.push(digit);
    }
    if !fraction.is_empty() {
        written.push('.');
        written.push_str(fraction);
    }
    written
}

#[cfg(test)]
mod tests {
    use shared::Currency;

    use super::*;

    fn written(amount: i64, code: &str) -> String {
        format(Money { amount, currency: Currency::parse(code).expect("a currency") })
    }

    #[test]
    fn the_digits_are_the_currencys_own() {
        assert_eq!(written(12_000, "JPY"), "¥12,000");
        assert_eq!(written(123_450, "EUR"), "€1,234.50");
        assert_eq!(written(12_345, "KWD"), "KWD\u{a0}12.345");
        assert_eq!(written(100_000_000, "USD"), "$1,000,000.00");
        assert_eq!(written(99_900, "CHF"), "CHF\u{a0}999.00");
    }

    #[test]
    fn small_negative_and_extreme_amounts_are_written_in_full() {
        assert_eq!(written(0, "EUR"), "€0.00");
        assert_eq!(written(5, "KWD"), "KWD\u{a0}0.005");
        assert_eq!(written(0, "JPY"), "¥0");
        assert_eq!(written(-500, "EUR"), "−€5.00");
        assert_eq!(written(i64::MIN, "JPY"), "−¥9,223,372,036,854,775,808");
    }
}
