//! Numbers as files write them: `1,234.50`, `1.234,50`, `$ 12`, `(3)`, `15%`.
//!
//! Nothing is guessed: a mark that the format does not name, or a group of digits that is none, makes no number. A text is brought into the
//! form of JSON, digit by digit, and read as such, so that a decimal is rounded once, and a hundredth by moving its point.

/// What stands before decimals or between groups of digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    /// `.`
    Point,
    /// `,`
    Comma,
    /// A blank of any width that keeps a line together, or not.
    Blank,
    /// `'` or `’`.
    Apostrophe,
}

impl Mark {
    fn is(self, c: char) -> bool {
        match self {
            Mark::Point => c == '.',
            Mark::Comma => c == ',',
            Mark::Blank => is_blank(c),
            Mark::Apostrophe => matches!(c, '\'' | '\u{2019}'),
        }
    }
}

/// A blank, the one that does not break a line, the thin one and the narrow one.
fn is_blank(c: char) -> bool {
    matches!(c, ' ' | '\u{a0}' | '\u{2009}' | '\u{202f}')
}

/// What a number with a percent sign means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Percent {
    /// `15%` is 0.15.
    Fraction,
    /// `15%` is 15.
    Number,
}

/// How the numbers of a field are written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NumberFormat {
    /// What stands before decimals.
    pub decimal: Mark,
    /// What may stand between groups of digits: three from the right, and before them two or three.
    pub group: Option<Mark>,
    /// What may stand before or behind the number once, with blanks between.
    pub currency: Vec<String>,
    /// What a percent sign means; without it there must be none.
    pub percent: Option<Percent>,
    /// Whether a number in parentheses is below zero.
    pub parentheses: bool,
}

impl NumberFormat {
    /// The number as JSON writes it; nothing for a text that is none. A minus stands before the digits or before the sign of the currency.
    pub fn plain(&self, text: &str) -> Option<String> {
        let mut rest = text.trim_matches(is_blank);
        let mut negative = false;
        if let Some(inside) = rest.strip_prefix('(').filter(|_| self.parentheses) {
            rest = inside.strip_suffix(')')?.trim_matches(is_blank);
            negative = true;
        }
        let (mut money, mut hundredths) = (false, None);
        // What is before and behind the digits, from outside to inside, each once.
        loop {
            let signed = rest.strip_prefix(['-', '\u{2212}']).filter(|_| !negative);
            let prefix = if money { None } else { self.currency.iter().find_map(|sign| rest.strip_prefix(sign.as_str())) };
            let suffix = if money { None } else { self.currency.iter().find_map(|sign| rest.strip_suffix(sign.as_str())) };
            let percent = rest.strip_suffix('%').filter(|_| hundredths.is_none());
            let inside = if signed.is_some() {
                negative = true;
                signed
            } else if let Some(inside) = prefix.or(suffix) {
                money = true;
                Some(inside)
            } else if percent.is_some() {
                hundredths = Some(self.percent?);
                percent
            } else {
                None
            };
            match inside {
                Some(inside) => rest = inside.trim_matches(is_blank),
                None => break,
            }
        }
        let digits = self.digits(rest)?;
        Some(written(negative, &digits, hundredths == Some(Percent::Fraction)))
    }

    /// Digits before and behind the point.
    fn digits(&self, text: &str) -> Option<(String, String)> {
        let (mut whole, mut decimals, mut point) = (String::new(), String::new(), false);
        // How many digits each group has, once there are several.
        let mut groups: Vec<usize> = Vec::new();
        let mut count = 0;
        for c in text.chars() {
            if c.is_ascii_digit() {
                if point {
                    decimals.push(c)
                } else {
                    whole.push(c)
                }
                count += 1;
            } else if point {
                return None;
            } else if self.decimal.is(c) {
                point = true;
            } else if self.group.is_some_and(|group| group.is(c)) {
                groups.push(count);
                count = 0;
            } else {
                return None;
            }
        }
        if whole.is_empty() && decimals.is_empty() || point && decimals.is_empty() {
            return None;
        }
        if let Some((first, others)) = groups.split_first() {
            let last = whole.len() - groups.iter().sum::<usize>();
            let size = others.first().copied().unwrap_or(3);
            let even = others.iter().all(|others| *others == size) && matches!(size, 2 | 3);
            if last != 3 || !even || !(1..=size).contains(first) {
                return None;
            }
        }
        Some((whole, decimals))
    }
}

/// The number in JSON's grammar.
fn written(negative: bool, (whole, decimals): &(String, String), hundredths: bool) -> String {
    let mut digits = whole.clone();
    digits.push_str(decimals);
    let mut places = decimals.len();
    if hundredths {
        places += 2;
    }
    while digits.len() <= places {
        digits.insert(0, '0');
    }
    let (before, behind) = digits.split_at(digits.len() - places);
    let before = before.trim_start_matches('0');
    // Decimals that are none say nothing of the size of a whole number, which is looked at by its digits.
    let behind = behind.trim_end_matches('0');
    let mut out = String::new();
    if negative {
        out.push('-');
    }
    out.push_str(if before.is_empty() { "0" } else { before });
    if !behind.is_empty() {
        out.push('.');
        out.push_str(behind);
    }
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn format(decimal: Mark, group: Option<Mark>) -> NumberFormat {
        NumberFormat {
            decimal,
            group,
            currency: vec!["$".into(), "€".into(), "USD".into()],
            percent: Some(Percent::Fraction),
            parentheses: true,
        }
    }

    #[test]
    fn numbers_are_read_as_they_are_written() {
        let english = format(Mark::Point, Some(Mark::Comma));
        for (text, plain) in [
            ("1,234.50", "1234.5"),
            ("$ 12", "12"),
            ("-$12", "-12"),
            ("$-12", "-12"),
            ("\u{2212}12 USD", "-12"),
            ("(3)", "-3"),
            ("($ 1,000.05)", "-1000.05"),
            ("15%", "0.15"),
            ("(0.5 %)", "-0.005"),
            ("1,23,45,678", "12345678"),
            ("12,345,678", "12345678"),
            (".5", "0.5"),
            ("007", "7"),
            ("0", "0"),
            ("200%", "2"),
            ("USD 5 %", "0.05"),
        ] {
            assert_eq!(english.plain(text).as_deref(), Some(plain), "{text}");
        }
        for text in [
            "",
            "$",
            "%",
            "()",
            "-",
            "1,23",
            "1,2345",
            ",123",
            "1,,234",
            "1.234,5",
            "1.2.3",
            "5.",
            "12e3",
            "1 234",
            "--1",
            "(-1)",
            "$ 1 €",
            "1%%",
            "1,23,4567",
            "1234,567",
            "1'000",
            "£5",
            "+5",
            "1-",
            "(1",
            "1)",
            "½",
            "١",
            "1,234,56",
            "12,34,567,890",
            "0x1",
            "$$1",
        ] {
            assert_eq!(english.plain(text), None, "{text}");
        }
        let german = format(Mark::Comma, Some(Mark::Point));
        assert_eq!(german.plain("1.234,50 €").as_deref(), Some("1234.5"));
        assert_eq!(german.plain("1.234").as_deref(), Some("1234"));
        assert_eq!(german.plain("1234.5"), None);
        for (mark, text) in [(Mark::Blank, "1\u{202f}234\u{a0}567,5"), (Mark::Apostrophe, "1’234'567,5")] {
            assert_eq!(format(Mark::Comma, Some(mark)).plain(text).as_deref(), Some("1234567.5"));
        }
        let bare = NumberFormat { decimal: Mark::Comma, group: None, currency: vec![], percent: None, parentheses: false };
        assert_eq!(bare.plain("-1234,5").as_deref(), Some("-1234.5"));
        for text in ["1.234,5", "1 %", "(1)", "$1"] {
            assert_eq!(bare.plain(text), None, "{text}");
        }
        assert_eq!(NumberFormat { percent: Some(Percent::Number), ..bare }.plain("12,5%").as_deref(), Some("12.5"));
    }

    proptest! {
        #[test]
        fn what_is_written_by_hand_is_read_as_it_was(
            whole in "[1-9][0-9]{0,14}|0", decimals in "([0-9]{0,5}[1-9])?", negative: bool, comma: bool, paren: bool, money: bool, percent: bool,
        ) {
            let (decimal, group) = if comma { (Mark::Comma, Mark::Point) } else { (Mark::Point, Mark::Comma) };
            let (point, between) = if comma { (',', '.') } else { ('.', ',') };
            let mut text = String::new();
            for (at, c) in whole.chars().enumerate() {
                if at > 0 && (whole.len() - at) % 3 == 0 {
                    text.push(between);
                }
                text.push(c);
            }
            if !decimals.is_empty() {
                text.push(point);
                text += &decimals;
            }
            if percent {
                text += " %";
            }
            if money {
                text = format!("$ {text}");
            }
            if negative {
                text = if paren { format!("({text})") } else { format!("-{text}") };
            }
            let plain = format(decimal, Some(group)).plain(&text);
            let plain = plain.and_then(|plain| crate::number::parse(&plain));
            // The decimal that is meant, rounded once by another reader.
            let exponent = if percent { "e-2" } else { "" };
            let meant: f64 = format!("{}{whole}.{decimals}0{exponent}", if negative { "-" } else { "" }).parse().unwrap();
            prop_assert_eq!(plain, Some(meant), "{}", text);
        }

        #[test]
        fn nothing_is_read_that_is_no_number(text in "[0-9.,'%()$€ -]{0,10}") {
            for (decimal, group) in [(Mark::Point, Mark::Comma), (Mark::Comma, Mark::Apostrophe)] {
                if let Some(plain) = format(decimal, Some(group)).plain(&text) {
                    prop_assert!(crate::number::parse(&plain).is_some(), "{} {}", text, plain);
                }
            }
        }
    }
}
