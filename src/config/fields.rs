//! Fields of leads and of users.

use crate::btree::BTreeMap;

use crate::error::Diagnostic;
use crate::json::Json;
use crate::json::decode::Decoder;
use crate::query::Schema;
use crate::query::number_format::{Mark, NumberFormat, Percent};
use crate::query::schema::{Case, Field, FieldType};
use crate::time::Format;

/// Names that member filters know of every user.
pub(super) const OF_EVERY_USER: [(&str, FieldType); 6] = [
    ("id", FieldType::User),
    ("unit", FieldType::Unit),
    ("tags", FieldType::Tags),
    ("profiles", FieldType::Tags),
    ("active", FieldType::Boolean),
    ("paused", FieldType::Boolean),
];

const TYPES: [(&str, FieldType); 10] = [
    ("text", FieldType::Text),
    ("number", FieldType::Number),
    ("boolean", FieldType::Boolean),
    ("date", FieldType::Date),
    ("datetime", FieldType::Datetime),
    ("choice", FieldType::Choice),
    ("tags", FieldType::Tags),
    ("user", FieldType::User),
    ("unit", FieldType::Unit),
    ("units", FieldType::Units),
];

/// The words of `compare`.
pub(crate) const COMPARE: [(&str, Case); 4] =
    [("exact", Case::Sensitive), ("caseless", Case::Ignored), ("accentless", Case::Accentless), ("digits", Case::Digits)];

/// Each cell pays for those that do not fit it.
const MOST_FORMATS: usize = 20;

/// Whose fields they are.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Of {
    /// Leads have at least one field, their id.
    Leads,
    /// Users may have none.
    Users,
}

/// Reads `fields` or `userFields`.
pub(super) fn read(node: &Decoder<'_>, of: Of) -> Vec<Field> {
    let entries = node.entries();
    if of == Of::Leads && entries.is_empty() {
        node.error("fields_missing", "a configuration names at least the field of the leads' id");
    }
    entries.iter().filter_map(|(name, node)| one(name, node, of)).collect()
}

/// How a field of text is compared.
fn compare(node: &Decoder<'_>, kind: FieldType) -> Case {
    let (written, short) = (node.get("compare"), node.get("caseSensitive"));
    let short_form = if short.flag(false) { Case::Sensitive } else { Case::Ignored };
    if written.is_null() {
        return short_form;
    }
    if kind != FieldType::Text {
        written.error("not_for_this_type", format!("a {} field has no `compare`", kind.name()));
    }
    let case = written.one_of(&COMPARE).unwrap_or(short_form);
    if !short.is_null() && case != short_form {
        let fault = Diagnostic::error("compare_twice", short.path(), "`caseSensitive` and `compare` say two things of one field");
        node.faults().add(fault.hint("leave `caseSensitive` out: it is short for `compare: \"exact\"`"));
    }
    case
}

fn one(name: &str, node: &Decoder<'_>, of: Of) -> Option<Field> {
    node.keys(&["type", "label", "choices", "caseSensitive", "compare", "format", "separator", "numberFormat"]);
    // In an object that JavaScript hands out, this key would not be a key.
    if name.is_empty() || name == "__proto__" {
        node.error("reserved_field", format!("a field cannot be named `{name}`"));
        return None;
    }
    if of == Of::Users && OF_EVERY_USER.iter().any(|(known, _)| *known == name) {
        node.error("reserved_field", format!("every user has `{name}`; an attribute cannot bear that name"));
        return None;
    }
    let written = node.get("type");
    if written.is_null() {
        written.wrong("a type");
    }
    let kind = written.one_of(&TYPES)?;
    let case = compare(node, kind);
    let choices = node.get("choices");
    if !choices.is_null() && !matches!(kind, FieldType::Choice | FieldType::Tags) {
        choices.error("not_for_this_type", format!("a {} field has no `choices`", kind.name()));
    }
    let separator = node.get("separator");
    if !separator.is_null() && !kind.is_list() {
        separator.error("not_for_this_type", format!("a {} field has no `separator`", kind.name()));
    }
    Some(Field {
        name: name.to_owned(),
        label: node.get("label").text().map(str::to_owned),
        kind,
        case,
        choices: choices.texts().into_iter().map(str::to_owned).collect(),
        formats: formats(&node.get("format"), kind),
        separator: if separator.is_null() { None } else { separator.name().map(str::to_owned) },
        numbers: number_format(&node.get("numberFormat"), kind),
    })
}

/// The patterns of `format`: one, or several in the order in which they are tried.
fn formats(node: &Decoder<'_>, kind: FieldType) -> Vec<Format> {
    let mut out = Vec::new();
    if node.is_null() {
        return out;
    }
    if !matches!(kind, FieldType::Date | FieldType::Datetime) {
        node.error("not_for_this_type", format!("a {} field has no `format`", kind.name()));
        return out;
    }
    let several = if node.json.as_list().is_some() { node.items() } else { vec![node.clone()] };
    if several.len() > MOST_FORMATS {
        node.error("out_of_range", format!("a field has at most {MOST_FORMATS} formats"));
        return out;
    }
    for node in several {
        match node.name().map(|pattern| (pattern, Format::new(pattern))) {
            Some((_, Ok(format))) => out.push(format),
            Some((pattern, Err(reason))) => node.error("format_invalid", format!("the pattern `{pattern}` cannot be used: {reason}")),
            None => {}
        }
    }
    out
}

/// How the numbers of a field are written.
fn number_format(node: &Decoder<'_>, kind: FieldType) -> Option<NumberFormat> {
    if node.is_null() {
        return None;
    }
    if kind != FieldType::Number {
        node.error("not_for_this_type", format!("a {} field has no `numberFormat`", kind.name()));
        return None;
    }
    node.keys(&["decimal", "group", "currency", "percent", "parentheses"]);
    let decimal = node.get("decimal").one_of(&[(".", Mark::Point), (",", Mark::Comma)]).unwrap_or(Mark::Point);
    let marks = [(".", Mark::Point), (",", Mark::Comma), (" ", Mark::Blank), ("'", Mark::Apostrophe)];
    let group = node.get("group").one_of(&marks);
    if group == Some(decimal) {
        node.get("group").error("number_format_invalid", "the same mark cannot stand before decimals and between groups of digits");
    }
    let mut currency = Vec::new();
    for sign in node.get("currency").items() {
        let Some(text) = sign.name() else { continue };
        // Whatever stands in a number otherwise must not be a sign of money as well; a point behind letters is none.
        let of_numbers = |c: char| c.is_ascii_digit() || "%()-+\u{2212}".contains(c);
        let bare = text.trim_matches(|c: char| c.is_whitespace() || ".,'\u{2019}".contains(c)).is_empty();
        if bare || text.contains(of_numbers) {
            sign.error("number_format_invalid", format!("`{text}` cannot be told from what else stands in a number"));
        } else {
            currency.push(text.trim().to_owned());
        }
    }
    Some(NumberFormat {
        decimal,
        group,
        currency,
        percent: node.get("percent").one_of(&[("fraction", Percent::Fraction), ("number", Percent::Number)]),
        parentheses: node.get("parentheses").flag(false),
    })
}

/// A field that is there and has a fault is not told to be missing as well.
pub(super) fn not_also_missing(named: &Decoder<'_>, schema: &Schema) {
    for (name, _) in named.json.as_object().unwrap_or_default() {
        if schema.find(name).is_none() {
            let of = |fault: &Diagnostic| fault.data.iter().any(|(_, told)| told.as_text() == Some(name));
            named.faults().drop_where(|fault| fault.code == "unknown_field" && of(fault));
        }
    }
}

/// The fields that a member filter sees: those of every user, those that `userFields` names, and those found among the
/// attributes, whose type follows their values (a list → tags, a number → number, true or false → boolean, else choice).
pub(super) fn user_fields(named: &Decoder<'_>, users: &Decoder<'_>) -> Vec<Field> {
    let mut out: Vec<Field> = OF_EVERY_USER.iter().map(|(name, kind)| Field::new(*name, *kind)).collect();
    out.extend(read(named, Of::Users));
    let mut inferred: BTreeMap<&str, FieldType> = BTreeMap::new();
    let attributes = users.json.as_list().unwrap_or_default().iter().filter_map(|user| user.get("attributes")?.as_object());
    for (name, value) in attributes.flatten() {
        if named.json.get(name).is_some() {
            continue;
        }
        let kind = match value {
            Json::Null | Json::Object(_) => continue,
            Json::List(_) => FieldType::Tags,
            Json::Number(_) => FieldType::Number,
            Json::Bool(_) => FieldType::Boolean,
            Json::Text(_) => FieldType::Choice,
        };
        let known = inferred.entry(name).or_insert(kind);
        if *known != kind {
            // Values of two types: the first user's decides, and the others' are reported where they stand.
            continue;
        }
    }
    out.extend(
        inferred
            .into_iter()
            .filter(|(name, _)| !OF_EVERY_USER.iter().any(|(known, _)| known == name))
            .map(|(name, kind)| Field::new(name, kind)),
    );
    out
}
