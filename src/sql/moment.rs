//! Texts of days and instants, and wall times, as expressions of a database.
//!
//! They read what [`parse_moment`](crate::time::parse_moment) reads and nothing else. A wall time counts in the organisation's zone, by the
//! table of offsets that the configuration has, so that the databases' own tables of zones do not matter.

use crate::sql::Dialect;
use crate::time::{Instant, Zone};

/// What is cut off around a cell: the characters that Unicode calls white space.
const BLANKS: [u32; 25] = [
    9, 10, 11, 12, 13, 32, 133, 160, 5760, 8192, 8193, 8194, 8195, 8196, 8197, 8198, 8199, 8200, 8201, 8202, 8232, 8233, 8239, 8287, 12288,
];

/// A text without the blanks around it. PostgreSQL refuses what is no text.
pub(crate) fn trimmed(dialect: Dialect, text: &str) -> String {
    let mut blanks = String::new();
    for (at, code) in BLANKS.iter().enumerate() {
        match dialect {
            Dialect::Postgres => blanks += &format!("\\u{code:04x}"),
            Dialect::Sqlite => blanks += &format!("{}{code}", if at > 0 { "," } else { "" }),
        }
    }
    dialect.pick(format!("btrim({text}, E'{blanks}')"), format!("trim({text}, char({blanks}))"))
}

/// A day of the calendar, from 0001-01-01 to 9999-12-31, as a regular expression.
const DAY: &str = "(?!0000)(?:[0-9]{4}-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])|(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)\
|02-(?:0[1-9]|1[0-9]|2[0-8]))|(?:[0-9]{2}(?:0[48]|[2468][048]|[13579][26])|(?:[02468][048]|[13579][26])00)-02-29)";
/// The time behind it: hour, minute, second, fraction, offset.
const TIME: &str =
    "(?:[Tt ]([01][0-9]|2[0-3]):([0-5][0-9])(?::([0-5][0-9]|60)(?:[.]([0-9]+))?)?(Z|z|[+-](?:[01][0-9]|2[0-3])(?::?[0-5][0-9])?)?)?";
const DAY_GLOB: &str = "[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]";

/// The text of a day, or null.
pub(crate) fn day(dialect: Dialect, text: &str) -> String {
    let text = trimmed(dialect, text);
    dialect.pick(
        format!("(CASE WHEN {text} ~ '^{DAY}$' THEN {text} END)"),
        format!(
            "(SELECT CASE WHEN d GLOB '{DAY_GLOB}' AND d >= '0001' AND date(d) = d THEN d END FROM (SELECT DISTINCT {text} AS d) AS evenhand_day)"
        ),
    )
}

/// The milliseconds of the text of an instant, of a wall time or of a day, or null.
pub(crate) fn instant(dialect: Dialect, text: &str, zone: &Zone) -> String {
    let (whole, text, local) = (text, trimmed(dialect, text), offset_of(dialect, "wall", zone));
    match dialect {
        Dialect::Postgres => legal(&format!(
            "SELECT wall - CASE WHEN m[6] IS NULL THEN {local} WHEN upper(m[6]) = 'Z' THEN 0 ELSE (left(m[6], 1) || '60000')::bigint \
             * (substr(m[6], 2, 2)::bigint * 60 + substr(replace(m[6], ':', '') || '00', 4, 2)::bigint) END AS ms \
             FROM (SELECT m, (m[1]::date - date '1970-01-01')::bigint * 86400000 + coalesce(m[2]::bigint, 0) * 3600000 \
             + coalesce(m[3]::bigint, 0) * 60000 + least(coalesce(m[4]::bigint, 0), 59) * 1000 \
             + coalesce(rpad(left(m[5], 3), 3, '0')::bigint, 0) AS wall \
             FROM regexp_match({text}, '^({DAY}){TIME}$') AS evenhand_text(m)) AS evenhand_wall"
        )),
        // `DISTINCT` keeps SQLite from writing a column's expression in place of its name, again and again.
        // The text with a time, its seconds and what follows them, the offset and the digits of the fraction, the wall time.
        // The form that is written is read in one step.
        Dialect::Sqlite => legal(&format!(
            "SELECT DISTINCT CASE WHEN strftime('%Y-%m-%dT%H:%M:%fZ', {whole}) = {whole} THEN unixepoch({whole}) * 1000 + substr({whole}, 21, 3) \
             ELSE (SELECT wall - CASE z WHEN '' THEN {local} ELSE CASE substr(z, 1, 1) WHEN '-' THEN -60000 ELSE 60000 END \
             * (substr(z, 2, 2) * 60 + substr(replace(z, ':', '') || '00', 4, 2)) END \
             FROM (SELECT DISTINCT z, unixepoch(substr(t, 1, 10)) * 1000 + substr(t, 12, 2) * 3600000 + substr(t, 15, 2) * 60000 \
             + min(s, 59) * 1000 + f AS wall FROM (SELECT DISTINCT t, s + 0 AS s, f, CASE WHEN z IN ('Z', 'z') THEN '+00' ELSE z END AS z \
             FROM (SELECT t, s, z, CASE WHEN length(z) < length(r) THEN substr(substr(r, 2, length(r) - 1 - length(z)) || '00', 1, 3) ELSE 0 END + 0 AS f \
             FROM (SELECT t, s, r, CASE WHEN r GLOB '.[0-9]*' AND substr(t, 17, 1) = ':' THEN ltrim(substr(r, 2), '0123456789') ELSE r END AS z \
             FROM (SELECT t, CASE substr(t, 17, 1) WHEN ':' THEN substr(t, 18, 2) ELSE '00' END AS s, \
             CASE substr(t, 17, 1) WHEN ':' THEN substr(t, 20) ELSE substr(t, 17) END AS r \
             FROM (SELECT CASE length(t) WHEN 10 THEN t || 'T00:00' ELSE t END AS t FROM (SELECT DISTINCT {text} AS t)))) \
             WHERE s GLOB '[0-9][0-9]' AND s <= '60' AND substr(t, 1, 11) GLOB '{DAY_GLOB}[Tt ]' AND date(substr(t, 1, 10)) = substr(t, 1, 10) \
             AND t >= '0001' AND substr(t, 12, 5) GLOB '[0-2][0-9]:[0-5][0-9]' AND substr(t, 12, 2) <= '23') \
             WHERE z IN ('', 'Z', 'z') OR ((z GLOB '[+-][0-9][0-9]' OR z GLOB '[+-][0-9][0-9][0-9][0-9]' OR z GLOB '[+-][0-9][0-9]:[0-9][0-9]') \
             AND substr(z, 2, 2) <= '23' AND substr(replace(z, ':', '') || '00', 4, 2) <= '59')))) END AS ms"
        )),
    }
}

/// The milliseconds of PostgreSQL's `timestamp`, a wall time; other types are refused.
pub(crate) fn timestamp(column: &str, zone: &Zone) -> String {
    legal(&format!(
        "SELECT wall - {} AS ms FROM (SELECT floor(extract(epoch FROM {column}) * 1000)::bigint AS wall \
         WHERE tsrange('0001-01-01', '10000-01-01') @> {column}) AS evenhand_wall",
        offset_of(Dialect::Postgres, "wall", zone)
    ))
}

/// The day of milliseconds in a zone, whatever its year: a hundred times the month, and the day.
pub(crate) fn day_of_year(dialect: Dialect, ms: &str, zone: &Zone) -> String {
    let table: Vec<(Option<i64>, i64)> = zone.table().map(|(until, offset)| (until, i64::from(offset) * 1000)).collect();
    let offset = chosen(dialect, "ms", &table);
    dialect.pick(
        format!(
            "(SELECT to_char(date '1970-01-01' + floor((ms + {offset}) / 86400000.0)::integer, 'MMDD')::integer \
             FROM (SELECT ({ms})::bigint AS ms) AS evenhand_ms)"
        ),
        // SQLite's quotient of negative numbers is rounded towards 0, and it has no day after the year 9999, where the last instants are in an
        // eastern zone. The calendar repeats after 146,097 days: the day is taken within that cycle, counted from before the year 1.
        format!(
            "(SELECT CAST(strftime('%m%d', (ms + {offset} + 100982246400000) / 86400000 % 146097 * 86400, 'unixepoch') AS INTEGER) \
             FROM (SELECT DISTINCT CAST({ms} AS INTEGER) AS ms) AS evenhand_ms)"
        ),
    )
}

/// The `ms` of a query, or null if no instant is there.
fn legal(query: &str) -> String {
    format!("(SELECT ms FROM ({query}) AS evenhand_ms WHERE ms BETWEEN {} AND {})", Instant::MIN.0, Instant::MAX.0)
}

/// The offset in milliseconds that counts for a wall time. It holds until the later of the two times that the wall shows at the
/// change: so a time that comes twice is the first, and one in a gap moves forward by the gap.
fn offset_of(dialect: Dialect, wall: &str, zone: &Zone) -> String {
    let table: Vec<(Option<i64>, i64)> = zone.table().map(|(until, offset)| (until, i64::from(offset) * 1000)).collect();
    let mut ends = Vec::with_capacity(table.len());
    for (at, (until, offset)) in table.iter().enumerate() {
        let next = table.get(at + 1).map_or(*offset, |(_, next)| *next);
        ends.push((until.map(|until| until.saturating_add(*offset.max(&next))), *offset));
    }
    chosen(dialect, wall, &ends)
}

/// The choice among offsets, the last of them without an end. PostgreSQL looks it up in a list: a tree of some hundred branches that occurs
/// several times in a condition takes more memory than PGlite has.
fn chosen(dialect: Dialect, wall: &str, ends: &[(Option<i64>, i64)]) -> String {
    if dialect == Dialect::Sqlite || ends.len() < 2 {
        return halves(wall, ends);
    }
    let (mut until, mut offsets) = (String::new(), String::new());
    for (at, (end, offset)) in ends.iter().enumerate() {
        let comma = if at > 0 { "," } else { "" };
        offsets += &format!("{comma}{offset}");
        if let Some(end) = end {
            until += &format!("{comma}{end}");
        }
    }
    format!("('{{{offsets}}}'::bigint[])[width_bucket({wall}, '{{{until}}}'::bigint[]) + 1]")
}

/// The choice among offsets as a balanced tree, the last of them without an end.
fn halves(wall: &str, ends: &[(Option<i64>, i64)]) -> String {
    match ends {
        [] => "0".to_owned(),
        [(_, only)] => only.to_string(),
        _ => {
            let (left, right) = ends.split_at(ends.len() / 2);
            let end = left.last().and_then(|(end, _)| *end).unwrap_or(i64::MAX);
            format!("CASE WHEN {wall} < {end} THEN {} ELSE {} END", halves(wall, left), halves(wall, right))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::{Local, Moment, parse_moment};

    /// The tree, followed as a database follows it.
    fn followed(tree: &str, wall: i64) -> i64 {
        let Some(rest) = tree.strip_prefix("CASE WHEN wall < ") else { return tree.parse().unwrap() };
        let (end, rest) = rest.split_once(" THEN ").unwrap();
        let mut depth = 0;
        let middle = (0..rest.len())
            .find(|at| {
                depth += i32::from(rest[*at..].starts_with("CASE")) - i32::from(rest[*at..].starts_with(" END"));
                depth == 0 && rest[*at..].starts_with(" ELSE ")
            })
            .unwrap();
        let (left, right) = (&rest[..middle], rest[middle + 6..].strip_suffix(" END").unwrap());
        followed(if wall < end.parse().unwrap() { left } else { right }, wall)
    }

    #[test]
    fn wall_times_are_the_instants_of_the_zone() {
        let hour = 3600;
        let at = |text: &str| Instant::parse(text).map(|instant| instant.0);
        // New York, a zone of one offset, and one whose clocks jump by half an hour, twice in a week.
        let zones: [&[(Option<i64>, i32)]; 3] = [
            &[(at("2026-03-08T07:00Z"), -5 * hour), (at("2026-11-01T06:00Z"), -4 * hour), (None, -5 * hour)],
            &[(None, 19_800)],
            &[(at("2026-03-08T07:00Z"), hour / 2), (at("2026-03-15T07:00Z"), hour), (None, hour / 2)],
        ];
        for zone in zones.map(|table| Zone::from_table(table).unwrap()) {
            let tree = offset_of(Dialect::Sqlite, "wall", &zone);
            for day in ["2026-03-07", "2026-03-08", "2026-03-15", "2026-11-01", "2026-11-02"] {
                for minute in 0..24 * 60 {
                    let text = format!("{day}T{:02}:{:02}", minute / 60, minute % 60);
                    let local: Local = match parse_moment(&text) {
                        Some(Moment::Local(local)) => local,
                        other => panic!("{other:?}"),
                    };
                    let wall = i64::from(local.day.0) * 86_400_000 + i64::from(local.ms);
                    assert_eq!(wall - followed(&tree, wall), zone.instant(local).0, "{text}");
                }
            }
        }
    }
}
