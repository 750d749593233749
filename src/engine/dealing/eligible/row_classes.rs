//! Which kind each row is of, as narrow as it can be written down.

use crate::error::Result;

/// For each row its kind or class.
pub enum RowClasses {
    /// All rows are of the first.
    Alike,
    /// By a number of 16 bits.
    Short(Compact16),
    /// As it is.
    Long(Vec<u32>),
}

/// Numbers of rows, and what they stand for.
pub struct Compact16 {
    /// For each row.
    pub numbers: Vec<u16>,
    /// For each number.
    pub names: Vec<u32>,
}

impl Compact16 {
    fn name(&self, number: u16) -> u32 {
        self.names.get(usize::from(number)).copied().unwrap_or(0)
    }
}

impl RowClasses {
    /// That of one row.
    pub fn at(&self, place: usize) -> u32 {
        match self {
            RowClasses::Alike => 0,
            RowClasses::Short(short) => short.numbers.get(place).map_or(0, |number| short.name(*number)),
            RowClasses::Long(list) => list.get(place).copied().unwrap_or(0),
        }
    }

    /// That of each of so many rows, one by one.
    pub fn spread(self, rows: usize) -> Result<Vec<u32>> {
        let mut out = Vec::new();
        match &self {
            RowClasses::Long(_) => {}
            _ => out.try_reserve_exact(rows)?,
        }
        match self {
            RowClasses::Alike => out.resize(rows, 0),
            RowClasses::Short(short) => out.extend(short.numbers.iter().map(|number| short.name(*number))),
            RowClasses::Long(list) => return Ok(list),
        }
        Ok(out)
    }

    /// Takes the `count` rows of one kind out of `rows` and gives them back; later kinds move up by one.
    pub fn take(&mut self, kind: u32, rows: &mut Vec<u32>, count: usize) -> Result<Vec<u32>> {
        fn part<T>(rows: &mut Vec<u32>, of_row: &mut Vec<T>, out: &mut Vec<u32>, goes: impl Fn(&T) -> bool) {
            let mut kinds = of_row.iter();
            rows.retain(|row| {
                let stays = !kinds.next().is_some_and(&goes);
                if !stays {
                    out.push(*row);
                }
                stays
            });
            of_row.retain(|kind| !goes(kind));
        }
        let mut out = Vec::new();
        out.try_reserve_exact(count.min(rows.len()))?;
        let up = |name: &mut u32| *name -= u32::from(*name > kind);
        match self {
            RowClasses::Alike => out.append(rows),
            RowClasses::Short(Compact16 { numbers, names }) => {
                part(rows, numbers, &mut out, |number| names.get(usize::from(*number)) == Some(&kind));
                names.iter_mut().for_each(up);
            }
            RowClasses::Long(list) => {
                part(rows, list, &mut out, |name| *name == kind);
                list.iter_mut().for_each(up);
            }
        }
        Ok(out)
    }
}
