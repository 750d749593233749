//! The operators: each in one row, with its name, the types that have it, its value, what it asks, and its words.

use super::part::Part;
use super::schema::FieldType;
use super::span::Order;

/// What there is to know of an operator.
struct Row {
    name: &'static str,
    asks: Asks,
    words: Words,
}

/// What an operator asks.
#[derive(Clone, Copy)]
enum Asks {
    /// Of fields of these types, by such a value, this.
    Of(&'static [FieldType], Takes, Test),
    /// The exact complement of another.
    Not(Operator),
}

/// How the value that a field holds is tested.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Test {
    /// By its place in an order.
    Order(Order),
    /// A text by a part of it, a list by an element.
    Part(Part),
    /// As no other operator does.
    Own,
}

/// The words between a field and a value.
enum Words {
    /// For all types.
    All(&'static str),
    /// For lists; for others.
    Lists(&'static str, &'static str),
    /// For dates and times; for texts; for numbers.
    Order(&'static str, &'static str, &'static str),
    /// For users; for lists of units; for units: in front of the value, and behind it.
    Tree([(&'static str, &'static str); 3]),
}

macro_rules! operators {
    ($($(#[$doc:meta])* $operator:ident: $name:literal, $asks:expr, $words:expr;)*) => {
        /// An operator, as react-querybuilder names it.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Operator {
            $($(#[$doc])* $operator,)*
        }

        /// Every operator.
        const ALL: &[Operator] = &[$(Operator::$operator),*];

        impl Operator {
            fn row(self) -> &'static Row {
                match self {
                    $(Operator::$operator => const { &Row { name: $name, asks: $asks, words: $words } },)*
                }
            }
        }
    };
}

use FieldType::{Boolean, Choice, Date, Datetime, Number, Tags, Text, Unit, Units, User};

const ANY: &[FieldType] = &[Text, Number, Boolean, Date, Datetime, Choice, Tags, User, Unit, Units];
const SEVERAL: &[FieldType] = &[Text, Number, Date, Datetime, Choice, Tags, User, Unit, Units];
const ORDERED: &[FieldType] = &[Text, Number, Date, Datetime];
const TREE: &[FieldType] = &[User, Unit, Units];

operators! {
    /// `=`
    Equal: "=", Asks::Of(ANY, Takes::One, Test::Order(Order::In)), Words::Lists("is exactly", "is");
    /// `!=`
    NotEqual: "!=", Asks::Not(Operator::Equal), Words::Lists("is not exactly", "is not");
    /// `<`
    Less: "<", Asks::Of(ORDERED, Takes::One, Test::Order(Order::Below)), Words::Order("is before", "comes before", "is less than");
    /// `>`
    Greater: ">", Asks::Of(ORDERED, Takes::One, Test::Order(Order::Above)), Words::Order("is after", "comes after", "is more than");
    /// `<=`
    AtMost: "<=", Asks::Of(ORDERED, Takes::One, Test::Order(Order::UpTo)), Words::Order("is not after", "is or comes before", "is at most");
    /// `>=`
    AtLeast: ">=", Asks::Of(ORDERED, Takes::One, Test::Order(Order::From)), Words::Order("is not before", "is or comes after", "is at least");
    /// `contains`
    Contains: "contains", Asks::Of(&[Text, Tags, Units], Takes::One, Test::Part(Part::Contains)), Words::Lists("has", "contains");
    /// `beginsWith`
    BeginsWith: "beginsWith", Asks::Of(&[Text], Takes::One, Test::Part(Part::Begins)), Words::All("begins with");
    /// `endsWith`
    EndsWith: "endsWith", Asks::Of(&[Text], Takes::One, Test::Part(Part::Ends)), Words::All("ends with");
    /// `doesNotContain`
    DoesNotContain: "doesNotContain", Asks::Not(Operator::Contains), Words::Lists("does not have", "does not contain");
    /// `doesNotBeginWith`
    DoesNotBeginWith: "doesNotBeginWith", Asks::Not(Operator::BeginsWith), Words::All("does not begin with");
    /// `doesNotEndWith`
    DoesNotEndWith: "doesNotEndWith", Asks::Not(Operator::EndsWith), Words::All("does not end with");
    /// `null`
    Null: "null", Asks::Of(ANY, Takes::Nothing, Test::Own), Words::All("has no value");
    /// `notNull`
    NotNull: "notNull", Asks::Not(Operator::Null), Words::All("has a value");
    /// `in`
    In: "in", Asks::Of(SEVERAL, Takes::List, Test::Order(Order::In)), Words::Lists("has any of", "is one of");
    /// `notIn`
    NotIn: "notIn", Asks::Not(Operator::In), Words::Lists("has none of", "is none of");
    /// `between`
    Between: "between", Asks::Of(ORDERED, Takes::Bounds, Test::Order(Order::Between)), Words::All("is between");
    /// `notBetween`
    NotBetween: "notBetween", Asks::Of(ORDERED, Takes::Bounds, Test::Order(Order::Outside)), Words::All("has a value that is not between");
    /// `empty`
    Empty: "empty", Asks::Of(ANY, Takes::Nothing, Test::Own), Words::All("is empty");
    /// `notEmpty`
    NotEmpty: "notEmpty", Asks::Not(Operator::Empty), Words::All("is not empty");
    /// `under`
    Under: "under", Asks::Of(TREE, Takes::One, Test::Own),
        Words::Tree([("is in", " or a unit below it"), ("has", " or a unit below it"), ("is", " or below it")]);
    /// `notUnder`
    NotUnder: "notUnder", Asks::Not(Operator::Under),
        Words::Tree([("is not in", " or a unit below it"), ("has neither", " nor a unit below it"), ("is neither", " nor below it")]);
    /// `anniversaryOn`
    AnniversaryOn: "anniversaryOn", Asks::Of(&[Date, Datetime], Takes::One, Test::Own), Words::All("has its anniversary on");
    /// `anniversaryBetween`
    AnniversaryBetween: "anniversaryBetween", Asks::Of(&[Date, Datetime], Takes::Bounds, Test::Own),
        Words::All("has its anniversary between");
    /// `where`: a condition over the user that a field holds.
    Where: "where", Asks::Of(&[User], Takes::Group, Test::Own), Words::All("");
    /// Not an operator by name: the rule has a `match`.
    Match: "match", Asks::Of(&[Tags, Units], Takes::Group, Test::Own), Words::All("");
}

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
    /// Those that have a name.
    fn named() -> impl Iterator<Item = Operator> {
        ALL.iter().copied().filter(|operator| *operator != Operator::Match)
    }

    /// The operator of that name.
    pub fn find(name: &str) -> Option<Operator> {
        Operator::named().find(|operator| operator.name() == name)
    }

    /// Its name; `match` for the one that has none.
    pub fn name(self) -> &'static str {
        self.row().name
    }

    /// Every name.
    pub fn names() -> impl Iterator<Item = &'static str> {
        Operator::named().map(Operator::name)
    }

    /// What `name` probably means.
    pub fn hint(name: &str) -> String {
        let elsewhere = ELSEWHERE.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, known)| format!("did you mean `{known}`?"));
        let near = elsewhere.or_else(|| crate::error::nearest(name, Operator::names()));
        near.unwrap_or_else(|| format!("one of {}", Operator::names().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")))
    }

    /// The operator that this one is the exact complement of, if it is one.
    pub fn complement_of(self) -> Option<Operator> {
        match self.row().asks {
            Asks::Not(operator) => Some(operator),
            Asks::Of(..) => None,
        }
    }

    fn asks(self) -> (&'static [FieldType], Takes, Test) {
        match self.row().asks {
            Asks::Of(kinds, takes, test) => (kinds, takes, test),
            Asks::Not(operator) => operator.asks(),
        }
    }

    /// Whether it asks for days of any year.
    pub fn is_yearly(self) -> bool {
        matches!(self, Operator::AnniversaryOn | Operator::AnniversaryBetween)
    }

    /// What kind of value it takes.
    pub fn takes(self) -> Takes {
        self.asks().1
    }

    /// How a value is tested; a complement asks for the opposite.
    pub fn test(self) -> Test {
        self.asks().2
    }

    /// What it asks of numbers, days and instants.
    pub(super) fn order(self) -> Order {
        match self.test() {
            Test::Order(order) => order,
            Test::Part(_) | Test::Own => Order::In,
        }
    }

    /// Whether fields of type `kind` have it.
    pub fn fits(self, kind: FieldType) -> bool {
        self.asks().0.contains(&kind)
    }

    /// The words in front of the value, for a field of type `kind`, and those behind it.
    pub(super) fn words(self, kind: FieldType) -> (&'static str, &'static str) {
        let words = match &self.row().words {
            Words::All(words) => words,
            Words::Lists(lists, _) if kind.is_list() => lists,
            Words::Lists(_, others) => others,
            Words::Order(times, texts, numbers) => match kind {
                Date | Datetime => times,
                Text => texts,
                _ => numbers,
            },
            Words::Tree([users, lists, units]) => {
                return match kind {
                    User => *users,
                    Units => *lists,
                    _ => *units,
                };
            }
        };
        (words, "")
    }

    /// The names of the operators that fields of type `kind` have, for a hint.
    pub fn list_for(kind: FieldType) -> String {
        let mut names: Vec<String> =
            Operator::named().filter(|operator| operator.fits(kind)).map(|operator| format!("`{}`", operator.name())).collect();
        if Operator::Match.fits(kind) {
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
    fn types_documents_and_databases_know_each_operator() {
        let places = [
            ("pkg-template/configuration.d.ts", include_str!("../../../pkg-template/configuration.d.ts"), '"'),
            ("pkg-template/docs/filters.md", include_str!("../../../pkg-template/docs/filters.md"), '`'),
            ("pkg-template/src/query-builder.ts", include_str!("../../../pkg-template/src/query-builder.ts"), '"'),
            ("tests/js/sql/lib/filters.mjs", include_str!("../../../tests/js/sql/lib/filters.mjs"), '"'),
        ];
        let mut missing = Vec::new();
        for (file, text, quote) in places {
            // `where` takes a group: builders of queries have no editor for one, and SQL has no people to look into.
            let without_where = file.ends_with("query-builder.ts") || file.ends_with("filters.mjs");
            for operator in Operator::named().filter(|operator| *operator != Operator::Where || !without_where) {
                let name = operator.name();
                if !text.contains(&format!("{quote}{name}{quote}")) {
                    missing.push(format!("{file} lacks {operator:?}, `{name}`"));
                }
            }
        }
        assert!(missing.is_empty(), "{}", missing.join("\n"));
    }
}
