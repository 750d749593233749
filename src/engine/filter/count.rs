//! How often each value occurs.

use std::cmp::Ordering;

use super::RowSet;
use super::kernel::Codebook;
use super::row::folded;
use crate::error::Result;
use crate::memory::ensure_memory;
use crate::query::schema::Case;
use crate::query::{Cell, FieldIx, FieldType};
use crate::table::codes::CodeSlice;
use crate::table::column::{CodedColumn, Dict};
use crate::table::{CHUNK, Column, Mask, RowIx, Snapshot};

/// The values of a field among the chosen rows with the number of rows that have each: the most frequent first, ties in the order of
/// values, null at the end. A list counts once for each of its distinct elements. Texts that differ in case are different values,
/// each as it was written.
///
/// # Errors
/// `out_of_memory`.
pub fn count_by<'t>(mask: &Mask, field: FieldIx, table: &'t Snapshot) -> Result<Vec<(Cell<'t>, u64)>> {
    let (mut out, nulls) = match table.column(field) {
        Column::Coded(column) => coded(&column.dict, |count| mask.iter().for_each(|row| count(column.code(row.0))))?,
        Column::List(column) => coded(&column.dict, |count| {
            for row in mask.iter() {
                let codes = column.codes(row.0);
                if codes.is_empty() {
                    count(0);
                }
                for (at, code) in codes.iter().enumerate() {
                    if codes.iter().take(at).all(|before| before != code) {
                        count(code);
                    }
                }
            }
        })?,
        column => {
            let texts: usize = match column {
                Column::Text(column) => mask.iter().map(|row| column.folded(row.0).map_or(0, str::len)).sum(),
                _ => 0,
            };
            // Each value, the text that it may own, and its place while they are sorted.
            ensure_memory(mask.count().saturating_mul(size_of::<Cell<'t>>() + 24).saturating_add(texts))?;
            let mut values = Vec::with_capacity(mask.count());
            values.extend(mask.iter().map(|row| column.cell(row.0)).filter(|cell| !cell.is_null()));
            let nulls = mask.count() - values.len();
            crate::sort::by(&mut values, written_order);
            let mut out: Vec<(Cell<'t>, u64)> = Vec::new();
            for value in values {
                match out.last_mut() {
                    Some((last, count)) if *last == value => *count += 1,
                    _ => {
                        out.try_reserve(1)?;
                        out.push((value, 1));
                    }
                }
            }
            (out, nulls as u64)
        }
    };
    let case = match table.schema().get(field) {
        Some(field) if field.kind == FieldType::Text => field.case,
        _ => Case::Sensitive,
    };
    crate::sort::by(&mut out, |a, b| b.1.cmp(&a.1).then_with(|| value_order(case, &a.0, &b.0)));
    if nulls > 0 {
        out.try_reserve(1)?;
        out.push((Cell::Null, nulls));
    }
    Ok(out)
}

/// The rows whose code is wanted, null as code 0, those of removed leads included.
///
/// # Errors
/// `out_of_memory`.
pub fn rows_of_codes(column: &CodedColumn, wanted: Vec<u8>, rows: u32) -> Result<Mask> {
    let mut mask = Mask::all(rows)?;
    let book = Codebook::new(wanted);
    for (words, codes) in mask.words.chunks_mut(CHUNK / 64).zip(&column.chunks) {
        match codes.as_slice() {
            CodeSlice::U8(codes) => book.narrow8(words, codes, 0),
            CodeSlice::U16(codes) => book.narrow16(words, codes, 0),
            CodeSlice::U32(codes) => book.narrow32(words, codes, 0),
        }
    }
    Ok(mask)
}

/// How many rows have each code of a column, null as code 0: of all rows of a table, or of some, those that are covered.
///
/// # Errors
/// `out_of_memory`.
pub fn count_codes(column: &CodedColumn, table: &Snapshot, rows: Option<&[u32]>, covered: &RowSet) -> Result<Vec<u64>> {
    let mut counts = zeros(&column.dict)?;
    let mut add = |code| add(&mut counts, code);
    match (rows, covered) {
        (Some(rows), covered) => rows.iter().filter(|row| covered.contains(RowIx(**row))).for_each(|row| add(column.code(*row))),
        (None, RowSet::All) if table.live().is_none() => column.each(|_, code| add(code)),
        (None, covered) => column.each(|row, code| {
            if covered.contains(RowIx(row)) && table.is_live(RowIx(row)) {
                add(code);
            }
        }),
    }
    Ok(counts)
}

/// Counts codes; `each` calls back with every one.
fn coded<'t>(dict: &'t Dict, each: impl FnOnce(&mut dyn FnMut(u32))) -> Result<(Vec<(Cell<'t>, u64)>, u64)> {
    let mut counts = zeros(dict)?;
    each(&mut |code| add(&mut counts, code));
    let mut counts = counts.into_iter();
    let nulls = counts.next().unwrap_or(0);
    let out = dict.iter().zip(counts).filter(|(_, count)| *count > 0);
    let mut list = Vec::new();
    list.try_reserve_exact(dict.len())?;
    list.extend(out.map(|(text, count)| (Cell::Text(text.into()), count)));
    Ok((list, nulls))
}

/// A count for each code.
fn zeros(dict: &Dict) -> Result<Vec<u64>> {
    let mut counts = Vec::new();
    counts.try_reserve_exact(dict.len() + 1)?;
    counts.resize(dict.len() + 1, 0);
    Ok(counts)
}

#[inline]
fn add(counts: &mut [u64], code: u32) {
    counts.get_mut(code as usize).into_iter().for_each(|count| *count += 1);
}

/// Equal values, and only they, are equal.
fn written_order(a: &Cell<'_>, b: &Cell<'_>) -> Ordering {
    value_order(Case::Sensitive, a, b)
}

/// By the compared form, and then as written.
fn value_order(case: Case, a: &Cell<'_>, b: &Cell<'_>) -> Ordering {
    match (a, b) {
        (Cell::Text(a), Cell::Text(b)) => folded(case, a).cmp(&folded(case, b)).then_with(|| a.cmp(b)),
        (Cell::Number(a), Cell::Number(b)) => a.total_cmp(b),
        (Cell::Bool(a), Cell::Bool(b)) => a.cmp(b),
        (Cell::Day(a), Cell::Day(b)) => a.cmp(b),
        (Cell::Instant(a), Cell::Instant(b)) => a.cmp(b),
        _ => Ordering::Equal,
    }
}

#[cfg(test)]
mod tests {
    use std::rc::Rc;

    use proptest::prelude::*;

    use super::super::packed::{Layout, table};
    use super::super::sample::{lead, schema};
    use super::*;

    proptest! {
        #[test]
        fn every_value_is_counted(leads in prop::collection::vec(lead(&schema()), 12), places in prop::collection::vec(0usize..12, 0..200), layout: u64, every in 1u32..5) {
            let schema = Rc::new(schema());
            let places: Vec<(usize, bool)> = places.into_iter().map(|lead| (lead, false)).collect();
            let table = table(&schema, &leads, &places, Layout(layout & (layout >> 9)));
            let mask = Mask::from_rows(table.rows(), (0..table.rows()).filter(|row| row % every == 0).map(RowIx)).unwrap();
            for field in 0..26 {
                let field = FieldIx(field);
                let counts = count_by(&mask, field, &table).unwrap();
                let has = |row: RowIx, value: &Cell<'_>| match (table.cell(row, field), value) {
                    (Cell::List(items), Cell::Text(word)) => items.contains(word),
                    (cell, value) => cell == *value,
                };
                for (value, count) in &counts {
                    prop_assert!(*count > 0);
                    prop_assert_eq!(*count, mask.iter().filter(|row| has(*row, value)).count() as u64);
                }
                if let Column::Coded(column) = table.column(field) {
                    let some: Vec<u32> = mask.iter().map(|row| row.0).collect();
                    let by_code = count_codes(column, &table, Some(&some), &RowSet::All).unwrap();
                    prop_assert_eq!(&count_codes(column, &table, None, &RowSet::Some(mask.clone())).unwrap(), &by_code);
                    let all = Mask::all(table.rows()).unwrap();
                    prop_assert_eq!(count_codes(column, &table, None, &RowSet::All).unwrap(), count_codes(column, &table, None, &RowSet::Some(all)).unwrap());
                    for (value, count) in &counts {
                        let code = value.text().map_or(Some(0), |text| column.dict.find(text)).unwrap();
                        prop_assert_eq!(by_code[code as usize], *count);
                    }
                }
                prop_assert!(mask.iter().all(|row| counts.iter().any(|(value, _)| has(row, value))));
                let nulls = counts.iter().position(|(value, _)| value.is_null());
                prop_assert!(nulls.is_none_or(|at| at + 1 == counts.len()));
                let case = schema.get(field).unwrap().case;
                let case = if schema.kind(field) == FieldType::Text { case } else { Case::Sensitive };
                for pair in counts[..nulls.unwrap_or(counts.len())].windows(2) {
                    prop_assert!((pair[1].1, value_order(case, &pair[0].0, &pair[1].0)) < (pair[0].1, Ordering::Equal) );
                }
            }
        }
    }
}
