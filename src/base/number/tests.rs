use proptest::prelude::*;

use super::*;

/// core's own reading, which is exact.
fn read_by_core(text: &str) -> u64 {
    text.parse::<f64>().unwrap().to_bits()
}

fn read(text: &str) -> u64 {
    parse(text).unwrap().to_bits()
}

/// Number by a generator of Marsaglia's (xorshift), so that millions cost little.
fn bits(state: &mut u64) -> u64 {
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    *state
}

/// Decimal digits (the least first) times a small number.
fn multiply(digits: &mut Vec<u8>, by: u8) {
    let mut carry = 0;
    for digit in digits.iter_mut() {
        carry += *digit * by;
        *digit = carry % 10;
        carry /= 10;
    }
    if carry > 0 {
        digits.push(carry);
    }
}

/// The exact decimal text of what is half way between a number and the next, without its last digit, that digit, and the power of ten.
fn half_way(bits: u64) -> (String, u8, i32) {
    let (mantissa, exponent) = parts(bits);
    let mut digits: Vec<u8> = (2 * mantissa + 1).to_string().bytes().rev().map(|byte| byte - b'0').collect();
    let down = (1 - exponent).max(0);
    (0..down).for_each(|_| multiply(&mut digits, 5));
    (0..exponent - 1).for_each(|_| multiply(&mut digits, 2));
    let last = digits.remove(0);
    (digits.iter().rev().map(|digit| char::from(b'0' + digit)).collect(), last, -down)
}

/// What a written number must be: read back as itself, and as short as core's, and as near.
fn check(number: f64) {
    let text = text(number);
    assert_eq!(read(&text), (number + 0.0).to_bits(), "{text}");
    if number == 0.0 || !number.is_finite() {
        return;
    }
    let (digits, power) = shortest(number.abs());
    let scientific = format!("{:e}", number.abs());
    let (mantissa, exponent) = scientific.split_once('e').unwrap();
    let places = mantissa.split_once('.').map_or(0, |(_, part)| part.len());
    let by_core: u64 = mantissa.replace('.', "").parse().unwrap();
    let core_power = exponent.parse::<i32>().unwrap() - i32::try_from(places).unwrap();
    if (digits, power) != (by_core, core_power) {
        // core takes the upper one of two that are equally near; the other is even.
        assert_eq!((digits + 1, power, digits % 2), (by_core, core_power, 0), "{number:e}");
        // Exactly half way: the number's own digits go on with a 5 and zeros.
        let exact = format!("{:.*}", usize::try_from((-power).max(0)).unwrap() + 60, number.abs());
        let tail = exact.trim_end_matches('0');
        assert!(
            power < 0 && tail.ends_with('5') && tail.replace(['.'], "").trim_start_matches('0').starts_with(&digits.to_string()),
            "{exact}"
        );
    }
}

#[test]
#[expect(clippy::excessive_precision, reason = "ties are what they are about")]
fn numbers_are_written_as_javascript_writes_them() {
    for (number, wanted) in [
        (0.0, "0"),
        (-0.0, "0"),
        (1e21, "1e+21"),
        (1e20, "100000000000000000000"),
        (123_456_789_012_345_680_000.0, "123456789012345680000"),
        (1.5e-7, "1.5e-7"),
        (0.000_001, "0.000001"),
        (0.000_001_25, "0.00000125"),
        (123_456_789.125, "123456789.125"),
        (-1.0 / 3.0, "-0.3333333333333333"),
        (f64::MAX, "1.7976931348623157e+308"),
        (f64::MIN_POSITIVE, "2.2250738585072014e-308"),
        (5e-324, "5e-324"),
        (9_007_199_254_740_993.0, "9007199254740992"),
        (9e22, "9e+22"),
        (1e23, "1e+23"),
        (2f64.powi(-44), "5.684341886080802e-14"),
        // Two texts are equally near.
        (123_456_789_012_345.125, "123456789012345.12"),
        (662_936_471_232_937.25, "662936471232937.2"),
        (2f64.powi(-25), "2.9802322387695312e-8"),
        (f64::NAN, "NaN"),
        (f64::INFINITY, "Infinity"),
        (f64::NEG_INFINITY, "-Infinity"),
    ] {
        assert_eq!(text(number), wanted);
    }
}

#[test]
fn every_power_of_two_and_ten_and_its_neighbours() {
    for exponent in 0..2047 {
        for bits in [(exponent << 52) - u64::from(exponent > 0), exponent << 52, (exponent << 52) + 1] {
            check(f64::from_bits(bits));
        }
    }
    for power in -330..310 {
        for digits in [1, 5, 9, 12, 999, 1001] {
            let number = from_decimal(digits, power);
            assert_eq!(number.to_bits(), read_by_core(&format!("{digits}e{power}")), "{digits}e{power}");
            if number.is_finite() {
                check(number);
            }
        }
    }
}

#[test]
fn random_numbers_are_read_and_written_as_by_core() {
    let mut state = 0x9e37_79b9_7f4a_7c15;
    for nth in 0..300_000 {
        let random = bits(&mut state);
        let number = match nth % 4 {
            // Any bits; what people write; a fraction; a number with few digits behind the point that is too long for the quick way.
            0 => f64::from_bits(random),
            1 => (random >> 40) as f64 / 100.0,
            2 => (random >> 11) as f64 / 2f64.powi(53),
            _ => (random >> 14) as f64 / 8.0,
        };
        if number.is_finite() {
            check(number);
            let text = format!("{number:e}");
            assert_eq!(read(&text), read_by_core(&text), "{text}");
        }
    }
}

#[test]
fn random_decimals_are_read_as_by_core() {
    let mut state = 88_172_645_463_325_252;
    for _ in 0..300_000 {
        let (digits, power) = (bits(&mut state) >> (bits(&mut state) % 60), i32::try_from(bits(&mut state) % 60).unwrap() - 40);
        let text = format!("{digits}e{power}");
        assert_eq!(read(&text), read_by_core(&text), "{text}");
        assert_eq!(from_decimal(digits, power).to_bits(), read_by_core(&text), "{text}");
        let text = format!("{digits}.{:020}e{}", bits(&mut state), power * 8);
        assert_eq!(read(&text), read_by_core(&text), "{text}");
    }
}

#[test]
fn half_way_and_a_hair_beside_it() {
    let mut state = 2_463_534_242;
    let mut all: Vec<u64> = (0..300).map(|_| bits(&mut state) >> 1).filter(|bits| f64::from_bits(*bits).is_finite()).collect();
    // Around 1, where texts are short; subnormal; the largest; powers of two.
    all.extend((0..300).map(|_| 1f64.to_bits() - (30 << 52) + (bits(&mut state) >> 6)));
    all.extend((0..50).map(|_| bits(&mut state) >> 13));
    all.extend([0, 1, 2, f64::MAX.to_bits(), f64::MAX.to_bits() - 1, f64::MIN_POSITIVE.to_bits(), f64::MIN_POSITIVE.to_bits() - 1]);
    all.extend((1..2046).step_by(31).map(|exponent: u64| (exponent << 52) - 1));
    for number in all {
        let (digits, last, power) = half_way(number);
        // The last digit of a half is 5 where there is a fraction at all, so that one less is a digit too.
        let mut texts = vec![format!("{digits}{last}e{power}"), format!("{digits}{last}0000000000e{}", power - 10)];
        texts.push(format!("{digits}{last}{}1e{}", "0".repeat(900), power - 901));
        if last > 0 {
            texts.push(format!("{digits}{}{}e{}", last - 1, "9".repeat(900), power - 900));
        }
        for text in texts {
            assert_eq!(read(&text), read_by_core(&text), "{text}");
        }
    }
}

#[test]
fn only_the_grammar_of_json_is_read() {
    for bad in
        ["", "-", "+1", "01", "-01", ".5", "1.", "1.e5", "1e", "1e+", "inf", "nan", "1_0", "0x1", " 1", "1 ", "1.2.3", "--1", "1e1.5", "00"]
    {
        assert_eq!(parse(bad), None, "{bad}");
    }
    for good in ["0", "-0", "0.0", "10", "1e5", "1E+05", "1e-5", "-0.0e-0", "0e999999999999", "1e999999999999", "1e-999999999999", "0.50"] {
        assert_eq!(read(good), read_by_core(good), "{good}");
    }
    assert_eq!((scan(b"12.5,"), scan(b"-3]"), scan(b"x")), (Some((12.5, 4)), Some((-3.0, 2)), None));
}

proptest! {
    #[test]
    fn what_is_no_number_for_core_is_none_here(text in "-?[0-9]{0,3}(\\.[0-9]{0,3})?([eE][+-]?[0-9]{0,3})?") {
        if let Some(number) = parse(&text) {
            prop_assert_eq!(number.to_bits(), read_by_core(&text));
        }
        let plain = text.strip_prefix('-').unwrap_or(&text);
        let grammar = text.parse::<f64>().is_ok()
            && plain.starts_with(|c: char| c.is_ascii_digit())
            && !(plain.starts_with('0') && plain[1..].starts_with(|c: char| c.is_ascii_digit()))
            && !plain.split(['e', 'E']).next().unwrap_or_default().ends_with('.');
        prop_assert_eq!(parse(&text).is_some(), grammar, "{}", text);
    }
}
