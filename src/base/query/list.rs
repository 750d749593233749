//! The value, or the values, of a rule: arrays, comma-separated text, bounds, and the quota of a `match`.

use super::build::Target;
use super::compiler::{Compiler, MAX_VALUES};
use super::node::{Quota, Share};
use super::operand::Operand;
use super::operator::{Operator, Takes};
use super::schema::{Field, FieldType};
use super::word::MOST_NAMES;
use super::wrong::{Wrong, quoted, shown};
use crate::error::{Diagnostic, Place, nearest};
use crate::json::Json;
use crate::number;

impl Compiler<'_> {
    /// The converted value of a rule, and the form of it that is shown.
    pub(super) fn values(&mut self, json: &Json, path: &Place<'_>, target: Target, field: &Field) -> Option<(Vec<Operand>, Json)> {
        let at = path.key("value");
        let value = json.get("value").unwrap_or(&Json::Null);
        let set = target.kind.is_list() && matches!(target.operator, Operator::Equal | Operator::NotEqual);
        if value.is_null() && target.operator.takes() != Takes::Bounds {
            let name = target.operator.name();
            self.wrong(Wrong::invalid(format!("`{name}` needs a value")).hint("to find what has no value, use the operator `null`"), &at);
            return None;
        }
        match target.operator.takes() {
            Takes::Bounds => self.bounds(value, &at, target),
            Takes::List => {
                let list = self.list(value, &at, target, field)?;
                if list.0.is_empty() {
                    let all = target.operator.complement_of().is_some();
                    let message =
                        format!("an empty list: `{}` finds {} with it", target.operator.name(), if all { "everything" } else { "nothing" });
                    self.odd(Diagnostic::warning("empty_list", at.path(), message));
                }
                Some(list)
            }
            _ if set => {
                let list = self.list(value, &at, target, field)?;
                if list.0.is_empty() {
                    self.wrong(Wrong::invalid("an empty list is no value").hint("to find what has no value, use the operator `null`"), &at);
                    return None;
                }
                Some(list)
            }
            _ => {
                let operand = self.one(value, &at, target, field)?;
                Some((vec![operand.0], operand.1))
            }
        }
    }

    /// One value, and how it is shown.
    fn one(&mut self, json: &Json, path: &Place<'_>, target: Target, field: &Field) -> Option<(Operand, Json)> {
        match target.operand(json, self.schema) {
            Ok(operand) => {
                self.known(&operand, path, target, field);
                let shown = target.shown(&operand, json);
                Some((operand, shown))
            }
            Err(wrong) => {
                self.add(wrong.at(path.path()).with("field", field.name.as_str()).with("type", field.kind.name()));
                None
            }
        }
    }

    /// Every value of a list.
    fn list(&mut self, json: &Json, path: &Place<'_>, target: Target, field: &Field) -> Option<(Vec<Operand>, Json)> {
        let mut written = Vec::new();
        let (pieces, indexed) = match json {
            Json::List(list) => (list.as_slice(), true),
            Json::Text(text) => {
                for piece in split(text, MAX_VALUES + 1) {
                    if !piece.is_empty() {
                        written.push(Json::Text(piece));
                    }
                }
                (written.as_slice(), false)
            }
            other => (std::slice::from_ref(other), false),
        };
        if !self.count_values(path, pieces.len()) {
            return None;
        }
        let before = self.faults.len();
        let mut out = Vec::with_capacity(pieces.len());
        let mut shown = Vec::with_capacity(pieces.len());
        let mut sound = true;
        for (i, piece) in pieces.iter().enumerate() {
            let at = path.index(i);
            match self.one(piece, if indexed { &at } else { path }, target, field) {
                Some((operand, json)) => {
                    out.push(operand);
                    shown.push(json);
                }
                None => sound = false,
            }
            if self.faults.len() > before + MOST_FAULTS_OF_A_LIST {
                break;
            }
        }
        sound.then_some((out, Json::List(shown)))
    }

    /// The two bounds of `between`.
    fn bounds(&mut self, json: &Json, path: &Place<'_>, target: Target) -> Option<(Vec<Operand>, Json)> {
        let mut written = Vec::new();
        let (pieces, indexed) = match json {
            Json::List(list) => (list.as_slice(), true),
            Json::Text(text) => {
                for piece in split(text, 3) {
                    written.push(Json::Text(piece));
                }
                (written.as_slice(), false)
            }
            _ => (&[][..], false),
        };
        let blank = |piece: &Json| {
            piece.is_null() || ((target.kind != FieldType::Text || !indexed) && piece.as_text().is_some_and(|t| t.trim().is_empty()))
        };
        let [low, high] = pieces else {
            return self.not_two(path, target);
        };
        if blank(low) || blank(high) {
            return self.not_two(path, target);
        }
        let mut out = Vec::with_capacity(2);
        let mut list = Vec::with_capacity(2);
        for (i, piece) in [low, high].into_iter().enumerate() {
            let place = path.index(i);
            match target.operand(piece, self.schema) {
                Ok(operand) => {
                    list.push(target.shown(&operand, piece));
                    out.push(operand);
                }
                Err(wrong) => self.wrong(wrong, if indexed { &place } else { path }),
            }
        }
        if let (true, [low, high]) = (target.operator.is_yearly(), out.as_slice())
            && super::yearly::mixed(low, high)
        {
            let wrong = Wrong::invalid("one bound is a day of every year and the other is not");
            self.wrong(wrong.hint("write both with a year or both without"), path);
            return None;
        }
        (out.len() == 2).then_some((out, Json::List(list)))
    }

    fn not_two<T>(&mut self, path: &Place<'_>, target: Target) -> Option<T> {
        let message = format!("`{}` needs a lower and an upper bound", target.operator.name());
        let hint =
            if target.operator.is_yearly() { "write `[first, last]`" } else { "write `[lower, upper]`; for one bound use `>=` or `<=`" };
        self.add(Diagnostic::error("between_bounds", path.path(), message).hint(hint));
        None
    }

    /// Warns of a word that no cell can be expected to hold.
    fn known(&mut self, operand: &Operand, path: &Place<'_>, target: Target, field: &Field) {
        let Operand::Text(word) = operand else { return };
        let (code, what, hint) = match target.kind {
            FieldType::Choice | FieldType::Tags if !field.choices.is_empty() && !field.choices.contains(word) => {
                let hint = if self.may_hint() { nearest(word, field.choices.iter().map(String::as_str).take(MOST_NAMES)) } else { None };
                ("unknown_choice", format!("{} is none of the choices of `{}`", quoted(word), field.name), hint)
            }
            FieldType::Unit | FieldType::Units if self.schema.units.find(word).is_none() => {
                let names = self.schema.units.units().iter().map(|unit| unit.id.as_str()).take(MOST_NAMES);
                ("unknown_unit", format!("there is no unit {}", quoted(word)), if self.may_hint() { nearest(word, names) } else { None })
            }
            _ => return,
        };
        self.add(Diagnostic::warning(code, path.path(), what).maybe_hint(hint));
    }

    /// `{"mode": "atLeast", "threshold": 0.5}`
    pub(super) fn quota(&mut self, json: &Json, path: &Place<'_>) -> Option<Quota> {
        const MODES: [&str; 6] = ["all", "some", "none", "atLeast", "atMost", "exactly"];
        if json.as_object().is_none() {
            self.error("wrong_type", path, format!("`match` must be an object, not {}", json.kind()));
            return None;
        }
        let mode = json.get("mode").unwrap_or(&Json::Null);
        let known = mode.as_text().filter(|mode| MODES.contains(mode));
        let Some(mode) = known else {
            let hint = mode
                .as_text()
                .and_then(|word| nearest(word, MODES))
                .unwrap_or_else(|| format!("one of {}", MODES.map(|mode| format!("`{mode}`")).join(", ")));
            let message = if mode.is_null() { "`mode` is missing here".into() } else { format!("`mode` cannot be {}", shown(mode)) };
            self.add(Diagnostic::error("match_invalid", path.key("mode").path(), message).hint(hint));
            return None;
        };
        let of: fn(Share) -> Quota = match mode {
            "all" => return Some(Quota::All),
            "some" => return Some(Quota::Some),
            "none" => return Some(Quota::None),
            "atLeast" => Quota::AtLeast,
            "atMost" => Quota::AtMost,
            _ => Quota::Exactly,
        };
        let threshold = json.get("threshold").unwrap_or(&Json::Null);
        let share = threshold.as_number().and_then(share);
        if share.is_none() {
            let message = if threshold.is_null() {
                format!("`{mode}` needs a `threshold`")
            } else {
                format!("`threshold` cannot be {}", shown(threshold))
            };
            let hint = "a whole number of elements, or a fraction between 0 and 1";
            self.add(Diagnostic::error("match_invalid", path.key("threshold").path(), message).hint(hint));
        }
        share.map(of)
    }
}

/// Most faults of one list; what follows is not looked at.
const MOST_FAULTS_OF_A_LIST: usize = 100;

/// Comma-separated text as react-querybuilder writes it: trimmed pieces, `\,` for a comma within one. At most `most` pieces.
fn split(text: &str, most: usize) -> Vec<String> {
    let mut out = vec![String::new()];
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        let escaped = c == '\\' && chars.peek() == Some(&',');
        if c == ',' {
            if out.len() >= most {
                break;
            }
            out.push(String::new());
        } else if let Some(piece) = out.last_mut() {
            piece.push(if escaped { chars.next().unwrap_or(',') } else { c });
        }
    }
    for piece in &mut out {
        if piece.trim().len() != piece.len() {
            *piece = piece.trim().to_owned();
        }
    }
    out
}

/// A whole number, or a fraction below one in the decimal digits that it is written with.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the range is checked")]
fn share(threshold: f64) -> Option<Share> {
    if threshold >= 0.0 && threshold.fract() == 0.0 && threshold < 9.0e15 {
        return Some(Share::Count(threshold as u64));
    }
    if !(threshold > 0.0 && threshold < 1.0) {
        return None;
    }
    let (digits, power) = number::shortest(threshold);
    // Below 10^-28 · 10^17 a single element of 2^32 is already more; further places change no comparison.
    Some(Share::Part { digits, places: power.unsigned_abs().min(28) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comma_separated_text_is_split_as_it_was_joined() {
        assert_eq!(split(r" a , b\,c ,, d\e ,f\\,g", 100), ["a", "b,c", "", r"d\e", r"f\,g"]);
        assert_eq!(split("", 100), [""]);
        assert_eq!(split("a,b,c,d", 3), ["a", "b", "c"]);
    }

    #[test]
    fn shares_are_decimal() {
        assert_eq!(share(0.55), Some(Share::Part { digits: 55, places: 2 }));
        assert_eq!(share(2.0), Some(Share::Count(2)));
        assert_eq!(share(1.5), None);
        assert_eq!(share(-1.0), None);
        assert!(Quota::AtLeast(share(0.55).unwrap()).holds(55, 100));
        assert!(!Quota::AtLeast(share(0.55).unwrap()).holds(54, 100));
        assert!(Quota::Exactly(share(0.1).unwrap()).holds(3, 30));
        assert!(!Quota::AtLeast(share(1e-300).unwrap()).holds(0, 5));
        assert!(Quota::AtLeast(share(1e-300).unwrap()).holds(1, u32::MAX));
        assert!(Quota::AtMost(share(0.5).unwrap()).holds(0, 0));
        assert!(!Quota::AtLeast(share(0.5).unwrap()).holds(0, 0));
        assert!(Quota::AtLeast(Share::Count(0)).holds(0, 0));
    }
}
