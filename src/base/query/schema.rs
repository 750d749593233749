//! Fields and their types: what a filter may speak about.

use std::rc::Rc;

use crate::btree::BTreeMap;

use super::number_format::NumberFormat;
use super::units::UnitTree;
use crate::error::{Diagnostic, nearest};
use crate::time::{Calendar, Format, Zone};

/// A field of a schema, by its place in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FieldIx(pub u32);

/// What a field holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FieldType {
    /// Free text.
    Text,
    /// A finite number.
    Number,
    /// True or false.
    Boolean,
    /// A civil day.
    Date,
    /// An instant.
    Datetime,
    /// One of a set of words.
    Choice,
    /// A list of words.
    Tags,
    /// A user's id.
    User,
    /// A unit's id.
    Unit,
    /// A list of units' ids.
    Units,
}

impl FieldType {
    /// The word for it in a configuration.
    pub fn name(self) -> &'static str {
        match self {
            FieldType::Text => "text",
            FieldType::Number => "number",
            FieldType::Boolean => "boolean",
            FieldType::Date => "date",
            FieldType::Datetime => "datetime",
            FieldType::Choice => "choice",
            FieldType::Tags => "tags",
            FieldType::User => "user",
            FieldType::Unit => "unit",
            FieldType::Units => "units",
        }
    }

    /// Whether a cell of it is a list.
    #[inline]
    pub fn is_list(self) -> bool {
        matches!(self, FieldType::Tags | FieldType::Units)
    }

    /// Whether a cell of it is one word that is compared exactly and for which the empty text is null.
    #[inline]
    pub fn is_word(self) -> bool {
        matches!(self, FieldType::Choice | FieldType::User | FieldType::Unit)
    }
}

/// How text is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Case {
    /// `a` and `A` are the same.
    Ignored,
    /// `a` and `A` differ.
    Sensitive,
    /// `a`, `A` and `á` are the same.
    Accentless,
    /// By its decimal digits alone.
    Digits,
}

impl Case {
    /// Whether a text that is not empty may be compared as an empty one.
    pub fn is_loose(self) -> bool {
        matches!(self, Case::Accentless | Case::Digits)
    }
}

/// The day on which what began on a 29 February is due in a year that has none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LeapDay {
    /// The day before 1 March.
    February28,
    /// The day after 28 February.
    March1,
}

/// A field.
#[derive(Clone, Debug)]
pub struct Field {
    /// Its key.
    pub name: String,
    /// What people read.
    pub label: Option<String>,
    /// What it holds.
    pub kind: FieldType,
    /// For text fields. An id is always [`Case::Sensitive`].
    pub case: Case,
    /// The known words of a field of choices or tags; empty if it named none, and then every word is as good.
    pub choices: Vec<String>,
    /// How its dates and times are written where they are not RFC 3339, tried in this order.
    pub formats: Vec<Format>,
    /// What stands between the elements of a list that is written as text; a comma if absent.
    pub separator: Option<String>,
    /// How its numbers are written as text where that is not as in JSON.
    pub numbers: Option<NumberFormat>,
}

impl Field {
    /// One of which nothing more is said; its texts compare with regard to case.
    pub fn new(name: impl Into<String>, kind: FieldType) -> Field {
        let (choices, formats) = (Vec::new(), Vec::new());
        Field { name: name.into(), label: None, kind, case: Case::Sensitive, choices, formats, separator: None, numbers: None }
    }

    /// Whether numbers are read by the formats, as counts of seconds or milliseconds, and not as milliseconds in any case.
    pub fn counts(&self) -> bool {
        self.formats.iter().any(Format::counts)
    }
}

/// The fields of one kind of thing (leads, or users), and what dates and units mean there.
#[derive(Clone, Debug)]
pub struct Schema {
    /// In the order of the configuration.
    pub fields: Vec<Field>,
    by_name: BTreeMap<String, FieldIx>,
    /// The zone in which a day begins and ends.
    pub zone: Zone,
    /// First day of the week, 0 = Sunday.
    pub week_start: u8,
    /// The month and the day on which the fiscal year begins.
    pub fiscal_start: (u8, u8),
    /// Where 29 February falls in a year that has none.
    pub leap_day: LeapDay,
    /// The organisation, for `under`.
    pub units: UnitTree,
    /// What a condition over the user in a field may speak about; nothing where no such condition can stand.
    pub users: Option<Rc<Schema>>,
    /// Fields that no name leads to.
    hidden: Vec<FieldIx>,
}

impl Schema {
    /// A schema; the caller has checked that names differ.
    pub fn new(fields: Vec<Field>, zone: Zone, week_start: u8, units: UnitTree) -> Self {
        let by_name = (0u32..).zip(&fields).map(|(i, field)| (field.name.clone(), FieldIx(i))).collect();
        Schema {
            fields,
            by_name,
            zone,
            week_start,
            fiscal_start: (1, 1),
            leap_day: LeapDay::February28,
            units,
            users: None,
            hidden: Vec::new(),
        }
    }

    /// The schema of the people whom fields of this one name: units, zone, weeks and years are the organisation's and so the same.
    #[must_use]
    pub fn of_people(&self, fields: Vec<Field>) -> Schema {
        Schema {
            fiscal_start: self.fiscal_start,
            leap_day: self.leap_day,
            ..Schema::new(fields, self.zone.clone(), self.week_start, self.units.clone())
        }
    }

    /// What days, weeks and years are here.
    pub fn calendar(&self) -> Calendar<'_> {
        Calendar { zone: &self.zone, week_start: self.week_start, fiscal_start: self.fiscal_start }
    }

    /// The schema as somebody sees it from whom these fields are hidden: no name leads to them, and none of them is told. Their places stay, so
    /// that conditions which were compiled with the whole schema still work.
    #[must_use]
    pub fn without(&self, hidden: &[FieldIx]) -> Schema {
        let mut out = self.clone();
        for field in hidden {
            if !out.hides(*field) {
                out.by_name.remove(self.name(*field));
                out.hidden.push(*field);
            }
        }
        out
    }

    /// Whether the field at `ix` is hidden here.
    pub fn hides(&self, ix: FieldIx) -> bool {
        self.hidden.contains(&ix)
    }

    /// The fields that are hidden here.
    pub fn hidden(&self) -> &[FieldIx] {
        &self.hidden
    }

    /// The fields that are not hidden.
    pub fn shown(&self) -> impl Iterator<Item = (FieldIx, &Field)> {
        let fields = (0u32..).zip(&self.fields).map(|(ix, field)| (FieldIx(ix), field));
        fields.filter(|(ix, _)| !self.hides(*ix))
    }

    /// The names of the fields that are not hidden.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.shown().map(|(_, field)| field.name.as_str())
    }

    /// The fault of a name that leads to no field.
    pub fn unknown(&self, name: &str, path: impl Into<String>) -> Diagnostic {
        let fault = Diagnostic::error("unknown_field", path.into(), format!("there is no field `{name}`"));
        fault.maybe_hint(nearest(name, self.names()))
    }

    /// The field of that name.
    pub fn find(&self, name: &str) -> Option<FieldIx> {
        self.by_name.get(name).copied()
    }

    /// The field at `ix`, if it is of this schema.
    #[inline]
    pub fn get(&self, ix: FieldIx) -> Option<&Field> {
        self.fields.get(ix.0 as usize)
    }

    /// The name of the field at `ix`.
    pub fn name(&self, ix: FieldIx) -> &str {
        self.get(ix).map_or("", |field| field.name.as_str())
    }

    /// The type of the field at `ix`; text for one that is not of this schema.
    pub fn kind(&self, ix: FieldIx) -> FieldType {
        self.get(ix).map_or(FieldType::Text, |field| field.kind)
    }
}
