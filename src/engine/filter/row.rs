//! One lead at a time.

use std::borrow::Cow;

use super::{Context, People};
use crate::error::Result;
use crate::query::assume::{Others, Passing};
use crate::query::fold::compared;
use crate::query::node::{Predicate, Relation, Term};
use crate::query::schema::Case;
use crate::query::span::inside;
use crate::query::yearly::day_of_year;
use crate::query::{Cell, Cells, Expr, FieldIx, Query, UnitTree};
use crate::time::Zone;

/// Whether a lead satisfies a filter.
///
/// # Errors
/// `now_required` and `actor_required` where the filter needs one that the context lacks.
pub fn matches(query: &Query, lead: &dyn Cells, ctx: &Context<'_>) -> Result<bool> {
    let query = ctx.bind(query)?;
    Ok(Row { lead, world: &Directory::of(ctx) }.holds(query.root()))
}

/// What lies outside of the lead: where people and units belong.
pub(super) struct Directory<'a> {
    pub(super) units: &'a UnitTree,
    /// The organisation's.
    pub(super) zone: &'a Zone,
    pub(super) people: &'a dyn People,
}

impl<'a> Directory<'a> {
    pub(super) fn of(ctx: &Context<'a>) -> Self {
        Directory { units: &ctx.schema.units, zone: &ctx.schema.zone, people: ctx.people }
    }
}

/// A lead under test.
pub(super) struct Row<'a> {
    pub(super) lead: &'a dyn Cells,
    pub(super) world: &'a Directory<'a>,
}

impl Row<'_> {
    pub(super) fn holds(&self, node: &Expr) -> bool {
        match node {
            Expr::All(list) => list.iter().all(|node| self.holds(node)),
            Expr::Any(list) => list.iter().any(|node| self.holds(node)),
            Expr::One(list) => list.iter().filter(|node| self.holds(node)).take(2).count() == 1,
            Expr::Not(node) => !self.holds(node),
            Expr::Test(test) => self.passes(test, &self.lead.cell(test.field)),
        }
    }

    pub(super) fn passes(&self, test: &Term, cell: &Cell<'_>) -> bool {
        let yes = match &test.check {
            Predicate::Pair(relation, other, case) => related(*relation, *case, cell, &self.lead.cell(*other)),
            Predicate::Yearly(spans) if let Cell::Instant(instant) = cell => {
                inside(spans, day_of_year(test.zone.or(self.world.zone).local(*instant).day))
            }
            check => self.world.satisfies(check, cell),
        };
        yes != test.negated
    }
}

impl Directory<'_> {
    /// Whether a cell satisfies a check that looks at nothing else.
    pub(super) fn satisfies(&self, check: &Predicate, cell: &Cell<'_>) -> bool {
        match (check, cell) {
            (Predicate::Null, cell) => is_null(cell),
            (Predicate::Empty, cell) => is_null(cell) || cell.text() == Some(""),
            (Predicate::Match(quota, node), cell) => {
                let (k, n) = self.count(node, cell);
                quota.holds(k, n)
            }
            (Predicate::Text(case, test), Cell::Text(text)) => test.accepts(folded(*case, text).as_bytes()),
            (Predicate::Numbers(spans), Cell::Number(number)) => inside(spans, *number),
            (Predicate::Days(spans), Cell::Day(day)) => inside(spans, day.0),
            (Predicate::Yearly(spans), Cell::Day(day)) => inside(spans, day_of_year(*day)),
            (Predicate::Instants(spans), Cell::Instant(instant)) => inside(spans, instant.0),
            (Predicate::Flag(wanted), Cell::Bool(value)) => wanted == value,
            (Predicate::Words(words), Cell::Text(word)) => has(words, word),
            (Predicate::HasAny(words), Cell::List(_)) => cell.items().any(|item| has(words, item)),
            (Predicate::Exactly(words), Cell::List(items)) => exactly(words, items),
            (Predicate::UnitUnder(above), Cell::Text(id)) => self.units.find(id).is_some_and(|unit| self.units.is_under(unit, *above)),
            (Predicate::UnitUnder(above), Cell::List(_)) => {
                cell.items().any(|id| self.units.find(id).is_some_and(|unit| self.units.is_under(unit, *above)))
            }
            (Predicate::UserWhere(node), Cell::Text(id)) => self.is_user_who(node, id),
            (Predicate::UserUnder(above), Cell::Text(id)) => self.people.unit_of(id).is_some_and(|unit| self.units.is_under(unit, *above)),
            _ => false,
        }
    }

    /// Whether the user with that id satisfies a condition over users. Of somebody who is not known every value is null.
    fn is_user_who(&self, node: &Expr, id: &str) -> bool {
        Row { lead: self.people.user(id).unwrap_or(&Nobody), world: self }.holds(node)
    }

    /// How many elements satisfy a condition, and how many there are.
    pub(super) fn count(&self, node: &Expr, cell: &Cell<'_>) -> (u32, u32) {
        cell.items().fold((0, 0), |(k, n), item| (k + u32::from(self.element(node, item)), n + 1))
    }

    /// Whether an element of a list satisfies a condition.
    pub(super) fn element(&self, node: &Expr, item: &str) -> bool {
        Row { lead: &Element(item), world: self }.holds(node)
    }
}

/// Somebody of whom nothing is known.
struct Nobody;

impl Cells for Nobody {
    fn cell(&self, _: FieldIx) -> Cell<'_> {
        Cell::Null
    }
}

/// Who passes a test of users, an `under` or a `where` that was bound: their ids; or, where somebody who is not known passes it as well, the
/// ids of those who do not. Nothing if users cannot be listed.
pub fn who(check: &Predicate, ctx: &Context<'_>) -> Option<Passing> {
    let world = Directory::of(ctx);
    let passes = |id: &str| world.satisfies(check, &Cell::Text(id.into()));
    let unknown = matches!(check, Predicate::UserWhere(node) if Row { lead: &Nobody, world: &world }.holds(node));
    let ids = ctx.people.users()?.into_iter().filter(|id| passes(id) != unknown).collect();
    Some((ids, if unknown { Others::Pass } else { Others::Fail }))
}

/// An element of a list as a lead with a single field.
struct Element<'a>(&'a str);

impl Cells for Element<'_> {
    fn cell(&self, _: FieldIx) -> Cell<'_> {
        if self.0.is_empty() { Cell::Null } else { Cell::Text(Cow::Borrowed(self.0)) }
    }
}

/// Cells come from many places; a NaN or an empty list is null wherever it comes from.
pub(super) fn is_null(cell: &Cell<'_>) -> bool {
    match cell {
        Cell::Null => true,
        Cell::Number(number) => number.is_nan(),
        Cell::List(items) => items.is_empty(),
        _ => false,
    }
}

/// Text in the form in which it is compared.
pub(super) fn folded(case: Case, text: &str) -> Cow<'_, str> {
    compared(case, text)
}

fn has(words: &[String], word: &str) -> bool {
    words.binary_search_by(|w| w.as_str().cmp(word)).is_ok()
}

/// Whether the items, as a set, are these words.
fn exactly(words: &[String], items: &[Cow<'_, str>]) -> bool {
    let mut set: Vec<&str> = items.iter().map(AsRef::as_ref).collect();
    crate::sort::all(&mut set);
    set.dedup();
    set == *words
}

/// Whether two cells of one type stand in a relation. Nothing stands in any to null.
pub(super) fn related(relation: Relation, case: Case, a: &Cell<'_>, b: &Cell<'_>) -> bool {
    match (a, b) {
        (Cell::Text(a), Cell::Text(b)) => {
            let (a, b) = (folded(case, a), folded(case, b));
            match relation {
                Relation::Part(part) => part.stands_in(a.as_bytes(), b.as_bytes()),
                relation => relation.allows(a.cmp(&b)),
            }
        }
        (Cell::Number(a), Cell::Number(b)) => a.partial_cmp(b).is_some_and(|order| relation.allows(order)),
        (Cell::Day(a), Cell::Day(b)) => relation.allows(a.cmp(b)),
        (Cell::Instant(a), Cell::Instant(b)) => relation.allows(a.cmp(b)),
        (Cell::Bool(a), Cell::Bool(b)) => relation.allows(a.cmp(b)),
        (Cell::List(a), Cell::List(b)) => {
            let mut words: Vec<String> = b.iter().map(|item| item.clone().into_owned()).collect();
            crate::sort::all(&mut words);
            words.dedup();
            !a.is_empty() && !b.is_empty() && relation == Relation::Equal && exactly(&words, a)
        }
        _ => false,
    }
}
