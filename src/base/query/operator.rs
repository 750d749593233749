//! The operators, by name and by the types that have them.

use super::schema::FieldType;

/// An operator, as react-querybuilder names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Operator {
    /// `=`
    Equal,
    /// `!=`
    NotEqual,
    /// `<`
    Less,
    /// `>`
    Greater,
    /// `<=`
    AtMost,
    /// `>=`
    AtLeast,
    /// `contains`
    Contains,
    /// `beginsWith`
    BeginsWith,
    /// `endsWith`
    EndsWith,
    /// `doesNotContain`
    DoesNotContain,
    /// `doesNotBeginWith`
    DoesNotBeginWith,
    /// `doesNotEndWith`
    DoesNotEndWith,
    /// `null`
    Null,
    /// `notNull`
    NotNull,
    /// `in`
    In,
    /// `notIn`
    NotIn,
    /// `between`
    Between,
    /// `notBetween`
    NotBetween,
    /// `empty`
    Empty,
    /// `notEmpty`
    NotEmpty,
    /// `under`
    Under,
    /// `notUnder`
    NotUnder,
    /// `anniversaryOn`
    AnniversaryOn,
    /// `anniversaryBetween`
    AnniversaryBetween,
    /// `where`: a condition over the user that a field holds.
    Where,
    /// Not an operator by name: the rule has a `match`.
    Match,
}

use Operator::{
    AnniversaryBetween, AnniversaryOn, AtLeast, AtMost, BeginsWith, Between, Contains, DoesNotBeginWith, DoesNotContain, DoesNotEndWith,
    Empty, EndsWith, Equal, Greater, In, Less, Match, NotBetween, NotEmpty, NotEqual, NotIn, NotNull, NotUnder, Null, Under, Where,
};

/// Every operator with its name.
const NAMES: [(Operator, &str); 25] = [
    (Equal, "="),
    (NotEqual, "!="),
    (Less, "<"),
    (Greater, ">"),
    (AtMost, "<="),
    (AtLeast, ">="),
    (Contains, "contains"),
    (BeginsWith, "beginsWith"),
    (EndsWith, "endsWith"),
    (DoesNotContain, "doesNotContain"),
    (DoesNotBeginWith, "doesNotBeginWith"),
    (DoesNotEndWith, "doesNotEndWith"),
    (Null, "null"),
    (NotNull, "notNull"),
    (In, "in"),
    (NotIn, "notIn"),
    (Between, "between"),
    (NotBetween, "notBetween"),
    (Empty, "empty"),
    (NotEmpty, "notEmpty"),
    (Under, "under"),
    (NotUnder, "notUnder"),
    (AnniversaryOn, "anniversaryOn"),
    (AnniversaryBetween, "anniversaryBetween"),
    (Where, "where"),
];

/// What other filter languages call them; these are hints, not names.
const ELSEWHERE: [(&str, &str); 24] = [
    ("==", "="),
    ("===", "="),
    ("is", "="),
    ("eq", "="),
    ("equal", "="),
    ("equals", "="),
    ("<>", "!="),
    ("!==", "!="),
    ("isNot", "!="),
    ("ne", "!="),
    ("neq", "!="),
    ("notEqual", "!="),
    ("lt", "<"),
    ("lte", "<="),
    ("gt", ">"),
    ("gte", ">="),
    ("like", "contains"),
    ("includes", "contains"),
    ("startsWith", "beginsWith"),
    ("isNull", "null"),
    ("isNotNull", "notNull"),
    ("isEmpty", "empty"),
    ("isNotEmpty", "notEmpty"),
    ("not in", "notIn"),
];

impl Operator {
    /// The operator of that name.
    pub fn find(name: &str) -> Option<Operator> {
        NAMES.iter().find(|(_, n)| *n == name).map(|(op, _)| *op)
    }

    /// Its name; `match` for the one that has none.
    pub fn name(self) -> &'static str {
        NAMES.iter().find(|(op, _)| *op == self).map_or("match", |(_, name)| name)
    }

    /// Every name.
    pub fn names() -> impl Iterator<Item = &'static str> {
        NAMES.iter().map(|(_, name)| *name)
    }

    /// What `name` probably means.
    pub fn hint(name: &str) -> String {
        let elsewhere = ELSEWHERE.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, known)| format!("did you mean `{known}`?"));
        let near = elsewhere.or_else(|| crate::error::nearest(name, Operator::names()));
        near.unwrap_or_else(|| format!("one of {}", Operator::names().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")))
    }

    /// The operator that this one is the exact complement of, if it is one.
    pub fn complement_of(self) -> Option<Operator> {
        match self {
            NotEqual => Some(Equal),
            DoesNotContain => Some(Contains),
            DoesNotBeginWith => Some(BeginsWith),
            DoesNotEndWith => Some(EndsWith),
            NotNull => Some(Null),
            NotIn => Some(In),
            NotEmpty => Some(Empty),
            NotUnder => Some(Under),
            _ => None,
        }
    }

    /// Whether it asks for days of any year.
    pub fn is_yearly(self) -> bool {
        matches!(self, AnniversaryOn | AnniversaryBetween)
    }

    /// What kind of value it takes.
    pub fn takes(self) -> Takes {
        match self {
            Null | NotNull | Empty | NotEmpty => Takes::Nothing,
            In | NotIn => Takes::List,
            Between | NotBetween | AnniversaryBetween => Takes::Bounds,
            Match | Where => Takes::Group,
            _ => Takes::One,
        }
    }

    /// Whether it may compare a field with another one.
    pub fn compares_fields(self) -> bool {
        matches!(
            self,
            Equal
                | NotEqual
                | Less
                | Greater
                | AtMost
                | AtLeast
                | Contains
                | BeginsWith
                | EndsWith
                | DoesNotContain
                | DoesNotBeginWith
                | DoesNotEndWith
        )
    }

    /// Whether fields of type `kind` have it.
    pub fn fits(self, kind: FieldType) -> bool {
        match self {
            Equal | NotEqual | Null | NotNull | Empty | NotEmpty => true,
            In | NotIn => kind != FieldType::Boolean,
            Less | Greater | AtMost | AtLeast | Between | NotBetween => {
                matches!(kind, FieldType::Text | FieldType::Number | FieldType::Date | FieldType::Datetime)
            }
            Contains | DoesNotContain => kind == FieldType::Text || kind.is_list(),
            BeginsWith | EndsWith | DoesNotBeginWith | DoesNotEndWith => kind == FieldType::Text,
            Under | NotUnder => matches!(kind, FieldType::User | FieldType::Unit | FieldType::Units),
            AnniversaryOn | AnniversaryBetween => matches!(kind, FieldType::Date | FieldType::Datetime),
            Where => kind == FieldType::User,
            Match => kind.is_list(),
        }
    }

    /// The names of the operators that fields of type `kind` have, for a hint.
    pub fn list_for(kind: FieldType) -> String {
        let mut names: Vec<String> = NAMES.iter().filter(|(op, _)| op.fits(kind)).map(|(_, name)| format!("`{name}`")).collect();
        if Match.fits(kind) {
            names.push("a `match`".into());
        }
        names.join(", ")
    }
}

/// What an operator's value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Takes {
    /// None; whatever is there is not looked at.
    Nothing,
    /// One value.
    One,
    /// A lower and an upper bound.
    Bounds,
    /// Any number of values.
    List,
    /// A group over the elements of a list.
    Group,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_documents_and_tests_know_each_operator() {
        let places = [
            ("pkg-template/configuration.d.ts", include_str!("../../../pkg-template/configuration.d.ts"), '"'),
            ("pkg-template/docs/filters.md", include_str!("../../../pkg-template/docs/filters.md"), '`'),
            ("pkg-template/src/query-builder.ts", include_str!("../../../pkg-template/src/query-builder.ts"), '"'),
            ("tests/js/sql/lib/filters.mjs", include_str!("../../../tests/js/sql/lib/filters.mjs"), '"'),
            ("src/engine/filter/sample/query.rs", include_str!("../../engine/filter/sample/query.rs"), '"'),
        ];
        let mut missing = Vec::new();
        for (file, text, quote) in places {
            // `where` takes a group: builders of queries have no editor for one, and SQL has no people to look into.
            let without_where = file.ends_with("query-builder.ts") || file.ends_with("filters.mjs");
            for (operator, name) in NAMES.iter().filter(|(operator, _)| *operator != Where || !without_where) {
                if !text.contains(&format!("{quote}{name}{quote}")) {
                    missing.push(format!("{file} lacks {operator:?}, `{name}`"));
                }
            }
        }
        assert!(missing.is_empty(), "{}", missing.join("\n"));
    }
}
