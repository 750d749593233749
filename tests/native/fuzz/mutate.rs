//! Inputs made of others: values of a JSON text put elsewhere, taken away, doubled or made odd; bytes turned, cut and spliced.

use evenhand::json::Json;

use crate::support::dice::Dice;

/// Values at the edges of what JSON can say.
pub fn odd_values() -> Vec<Json> {
    let mut out = Vec::new();
    for text in [
        "null",
        "true",
        "false",
        "0",
        "-0",
        "-1",
        "1",
        "0.1",
        "1e-7",
        "4294967295",
        "4294967296",
        "9007199254740991",
        "9007199254740993",
        "1e300",
        "-1e300",
        "8640000000000000",
        "8640000000000001",
        "-62135596800000",
        r#""""#,
        r#"" ""#,
        r#""__proto__""#,
        r#""\u0000""#,
        r#""😀""#,
        r#""0001-01-01""#,
        r#""9999-12-31T23:59:59.999Z""#,
        r#""0001-01-01T00:00:00Z""#,
        r#""2026-02-29""#,
        r#""%""#,
        "[]",
        "{}",
        "[null]",
        "[[]]",
        r#"{"rules":[]}"#,
        r#"{"relative":"now"}"#,
        r#"{"relative":"today","offset":-1e9}"#,
        r#"[1,"a",null]"#,
        r#"{"":0}"#,
    ] {
        out.push(Json::parse(text).unwrap());
    }
    out
}

/// Everything at which something can be changed.
fn count(json: &Json) -> usize {
    1 + match json {
        Json::List(items) => items.iter().map(count).sum(),
        Json::Object(pairs) => pairs.iter().map(|(_, value)| count(value)).sum(),
        _ => 0,
    }
}

/// The node at a place, counted from the front.
fn at<'a>(json: &'a mut Json, place: &mut usize) -> Option<&'a mut Json> {
    if *place == 0 {
        return Some(json);
    }
    *place -= 1;
    match json {
        Json::List(items) => items.iter_mut().find_map(|item| at(item, place)),
        Json::Object(pairs) => pairs.iter_mut().find_map(|(_, value)| at(value, place)),
        _ => None,
    }
}

fn one_change(json: &mut Json, values: &[Json], dice: &mut Dice) {
    let mut place = dice.below(count(json));
    let Some(node) = at(json, &mut place) else { return };
    let value = values[dice.below(values.len())].clone();
    match node {
        Json::List(items) if !items.is_empty() && dice.one_in(2) => {
            let which = dice.below(items.len());
            match dice.roll(4) {
                0 => drop(items.remove(which)),
                1 => items.push(items[which].clone()),
                2 => items.reverse(),
                _ => items.insert(which, value),
            }
        }
        Json::Object(pairs) if !pairs.is_empty() && dice.one_in(2) => {
            let which = dice.below(pairs.len());
            match dice.roll(5) {
                0 => drop(pairs.remove(which)),
                1 => pairs[which].0 = pairs[dice.below(pairs.len())].0.clone(),
                2 => pairs.reverse(),
                3 => pairs[which].0.push('x'),
                _ => {
                    let key = value.as_text().unwrap_or("id").to_owned();
                    let value = pairs[which].1.clone();
                    pairs.push((key, value));
                }
            }
        }
        Json::Number(number) if dice.one_in(2) => {
            *number = match dice.roll(5) {
                0 => -*number,
                1 => *number + 1.0,
                2 => *number * 1000.0,
                3 => *number / 7.0,
                _ => number.trunc(),
            };
        }
        Json::Text(text) if dice.one_in(2) => {
            let chars: Vec<char> = text.chars().collect();
            let cut = dice.below(chars.len() + 1);
            let extra = dice.of(&["", " ", "\u{0}", "x", "😀", "'", "\"", "/", "~", "-", "9", "\n"]);
            *text = chars[..cut].iter().collect::<String>() + extra + &chars[cut..].iter().skip(dice.below(2)).collect::<String>();
        }
        node if dice.one_in(5) => *node = Json::List(vec![node.clone()]),
        node => *node = value,
    }
}

/// A run of bytes within others.
fn range(of: &[u8], dice: &mut Dice) -> (usize, usize) {
    let from = dice.below(of.len() + 1);
    (from, from + dice.below((of.len() - from).min(40) + 1))
}

fn change_bytes(input: &mut Vec<u8>, other: &[u8], dice: &mut Dice) {
    const TOKENS: [&[u8]; 20] = [
        b"\"",
        b"\"\"",
        b",",
        b"\n",
        b"\r\n",
        b"\r",
        b";",
        b"\t",
        b"{",
        b"}",
        b"[",
        b"]",
        b"\\u0000",
        b"\\ud800",
        b"\xef\xbb\xbf",
        b"\xff",
        b"\xc0\x80",
        b"1e400",
        b"-",
        b"\x00",
    ];
    let (from, to) = range(input, dice);
    match dice.roll(7) {
        0 if !input.is_empty() => {
            let at = dice.below(input.len());
            input[at] ^= 1 << dice.roll(8);
        }
        1 => drop(input.drain(from..to)),
        2 => {
            let again = input[from..to].to_vec();
            input.splice(to..to, again);
        }
        3 => {
            let (start, end) = range(other, dice);
            input.splice(from..to, other[start..end].iter().copied());
        }
        4 => input.truncate(from),
        5 if !input.is_empty() => {
            let at = dice.below(input.len());
            input[at] = [0, 1, 0x7f, 0x80, 0xff, b'0', b'9'][dice.below(7)];
        }
        _ => drop(input.splice(from..from, TOKENS[dice.below(TOKENS.len())].iter().copied())),
    }
}

/// An input like another.
pub fn bytes(seed: &[u8], other: &[u8], values: &[Json], dice: &mut Dice) -> Vec<u8> {
    let changes = [0, 1, 1, 1, 2, 3, 6][dice.below(7)];
    let parsed = std::str::from_utf8(seed).ok().and_then(|text| Json::parse(text).ok());
    if let Some(mut json) = parsed.filter(|_| !dice.one_in(4)) {
        (0..changes).for_each(|_| one_change(&mut json, values, dice));
        return json.write().into_bytes();
    }
    let mut out = seed.to_vec();
    (0..changes).for_each(|_| change_bytes(&mut out, other, dice));
    out
}
