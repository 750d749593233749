//! PostgreSQL's way to write an array as text.

/// The elements of an array literal of one dimension, those that are null left out; `None` for what is none.
///
/// The grammar is that of "Array Input and Output Syntax" in PostgreSQL's manual: elements between commas, bare or in double quotes,
/// a backslash before what is to be taken as it stands, blanks around elements passed over, and a bare `NULL` in any case.
pub(super) fn literal(text: &str) -> Option<Vec<String>> {
    let inside = text.strip_prefix('{')?.strip_suffix('}')?;
    let mut out = Vec::new();
    let mut rest = inside.trim_start();
    if rest.is_empty() {
        return Some(out);
    }
    loop {
        let quoted = rest.strip_prefix('"');
        let mut chars = quoted.unwrap_or(rest).chars();
        let (mut word, mut escaped, mut closed) = (String::new(), false, false);
        // Of a bare word what counts is as long as its last character that is no blank.
        let mut length = 0;
        let next = loop {
            match chars.next() {
                Some('\\') if !closed => {
                    word.push(chars.next()?);
                    escaped = true;
                    length = word.len();
                }
                Some('"') if quoted.is_some() && !closed => closed = true,
                Some('"') => return None,
                Some('{' | '}') if quoted.is_none() || closed => return None,
                Some(',') if quoted.is_none() || closed => break Some(','),
                Some(char) if closed && !char.is_whitespace() => return None,
                Some(_) if closed => {}
                Some(char) => {
                    word.push(char);
                    if quoted.is_some() || !char.is_whitespace() {
                        length = word.len();
                    }
                }
                None => break None,
            }
        };
        match quoted {
            Some(_) if !closed => return None,
            Some(_) => out.push(word),
            None => {
                word.truncate(length);
                match word.as_str() {
                    "" => return None,
                    null if !escaped && null.eq_ignore_ascii_case("null") => {}
                    _ => out.push(word),
                }
            }
        }
        rest = chars.as_str().trim_start();
        if next.is_none() {
            return Some(out);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn arrays_and_what_is_none() {
        for (text, items) in [
            ("{}", &[][..]),
            ("{ }", &[]),
            ("{a}", &["a"]),
            ("{ a , b c ,d}", &["a", "b c", "d"]),
            (r#"{"a,b","c\"d","e\\f",""}"#, &["a,b", "c\"d", "e\\f", ""]),
            (r#"{NULL,null,"NULL",\NULL}"#, &["NULL", "NULL"]),
            (r#"{ "a" , b\,c, d\ }"#, &["a", "b,c", "d "]),
        ] {
            assert_eq!(literal(text).as_deref(), Some(&items.iter().map(|item| (*item).to_owned()).collect::<Vec<_>>()[..]), "{text}");
        }
        for text in
            ["", "{", "}", "{a", "a}", "{a,}", "{,a}", "{a,,b}", "{{a},{b}}", "{\"a}", "{\"a\"b}", "{a\"b\"}", "{a\\}", "{a}b}", "a{b}"]
        {
            assert_eq!(literal(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn what_postgresql_writes_is_read(items in prop::collection::vec("[a-zA-Z ,{}\"\\\\é]{0,6}", 0..6)) {
            // As `array_out` quotes: what is empty, is NULL, or has a blank or a character of the syntax in it.
            let plain = |item: &str| !item.is_empty() && !item.eq_ignore_ascii_case("null") && !item.contains([' ', ',', '{', '}', '"', '\\']);
            let quoted = |item: &String| match plain(item) {
                true => item.clone(),
                false => format!("\"{}\"", item.replace('\\', "\\\\").replace('"', "\\\"")),
            };
            let text = format!("{{{}}}", items.iter().map(quoted).collect::<Vec<_>>().join(","));
            prop_assert_eq!(literal(&text), Some(items), "{}", text);
        }

        #[test]
        fn nothing_panics(text in "[{}a,\"\\\\ é]{0,12}") {
            literal(&text);
        }
    }
}
