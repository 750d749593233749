//! Where years begin, and where their leap day falls.

use crate::error::Diagnostic;
use crate::json::decode::Decoder;
use crate::query::Schema;
use crate::query::schema::LeapDay;
use crate::time::Day;

const LEAP_DAYS: [(&str, LeapDay); 2] = [("02-28", LeapDay::February28), ("03-01", LeapDay::March1)];

/// Reads `fiscalYearStart` and `leapDay`.
pub(super) fn read(root: &Decoder<'_>, schema: &mut Schema) {
    let start = root.get("fiscalYearStart");
    if let Some(text) = start.text() {
        // A day that every month has, so that each quarter begins on one too.
        match Day::parse(&format!("2000-{text}")).map(Day::to_civil) {
            Some(civil) if civil.day <= 28 => schema.fiscal_start = (civil.month, civil.day),
            _ => {
                let fault = Diagnostic::error("value_invalid", start.path(), "a fiscal year begins on a day that every month has");
                start.faults().add(fault.hint("write month and day, such as `04-01`, up to the 28th"));
            }
        }
    }
    let leap = root.get("leapDay");
    if !leap.is_null() {
        schema.leap_day = leap.one_of(&LEAP_DAYS).unwrap_or(schema.leap_day);
    }
}
