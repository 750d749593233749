//! Bytes in pieces: what is whole is read at once, the rest is kept.

use super::around::{self, First};
use super::csv::Ends;
use super::cursor::Stop;
use super::json::{Place, Rows};
use super::{LoadFormat, Loader, MAX_ROW, Source, batch_invalid, header};
use crate::error::{Error, Result};
use crate::table::problem::cut;

impl Loader {
    pub(super) fn take(&mut self, bytes: &[u8]) -> Result<()> {
        if matches!(self.source, Source::Columns) {
            return Err(batch_invalid("a load takes bytes or columns, not both"));
        }
        let mut rest = bytes;
        while !rest.is_empty() {
            if self.carry.is_empty() {
                let (window, behind) = rest.split_at(rest.len().min(MAX_ROW));
                let used = self.window(window, Ends::Unknown)?;
                self.offset += used as u64;
                self.keep(window.get(used..).unwrap_or_default())?;
                rest = behind;
                continue;
            }
            // As much again as there is, so that a long row costs no more than twice its length, and a short one little.
            let (now, behind) = rest.split_at(rest.len().min(self.carry.len().max(4096)));
            self.keep(now)?;
            if self.carry.len() < self.look_at {
                rest = behind;
                continue;
            }
            let carry = std::mem::take(&mut self.carry);
            let used = self.window(&carry, Ends::Unknown)?;
            let left = carry.len() - used;
            self.offset += used as u64;
            if left <= now.len() {
                rest = rest.get(now.len() - left..).unwrap_or_default();
                self.carry = carry;
                self.carry.clear();
                // Too little for a row: keep it without another look.
                if rest.len() == left {
                    self.keep(rest)?;
                    rest = &[];
                }
            } else {
                if left > MAX_ROW {
                    let (at, csv) = (self.offset, matches!(self.source, Source::Csv { .. }));
                    let line = if csv { format!(" (line {})", self.lines + 1) } else { String::new() };
                    return Err(Error::new("row_too_long", "", format!("the row from byte {at}{line} on is longer than {MAX_ROW} bytes")));
                }
                self.carry = carry;
                self.carry.drain(..used);
                self.look_at = self.carry.len() / 2 * 3;
                rest = behind;
            }
        }
        Ok(())
    }

    fn keep(&mut self, bytes: &[u8]) -> Result<()> {
        if self.carry.is_empty() {
            self.look_at = 0;
        }
        self.stage.budget.grow(&mut self.carry, bytes.len())?;
        self.carry.extend_from_slice(bytes);
        Ok(())
    }

    pub(super) fn end(&mut self) -> Result<()> {
        self.end_text()?;
        let carry = std::mem::take(&mut self.carry);
        let used = self.window(&carry, Ends::Here)?;
        match &self.source {
            Source::Json(rows) if rows.place != Place::End && (rows.place != Place::Line || used < carry.len()) => {
                Err(Error::new("json_truncated", "", format!("the JSON text ends too early; rows read before: {}", self.seen)))
            }
            Source::Json(_) if self.seen == 1 && self.neither.is_some() => {
                let key = self.neither.take().unwrap_or_default();
                let message = format!("no key of this object is that of a field or holds a list of leads: `{}`", cut(&key));
                Err(Error::new("json_invalid", "", message).hint("give the list of leads itself, or name its keys by `columns`"))
            }
            Source::Header => Err(header::no_id(&self.stage, "header", &[])),
            _ => Ok(()),
        }
    }

    /// Reads all whole rows of a window; gives back how many bytes they took.
    fn window(&mut self, bytes: &[u8], ends: Ends) -> Result<usize> {
        let text = match std::str::from_utf8(bytes) {
            Ok(text) => text,
            Err(error) if error.error_len().is_none() && ends == Ends::Unknown => {
                bytes.get(..error.valid_up_to()).and_then(|valid| std::str::from_utf8(valid).ok()).unwrap_or_default()
            }
            Err(error) => {
                let at = self.offset + error.valid_up_to() as u64;
                let hint = "save the file as UTF-8; what older programs write may be read with `encoding: \"windows-1252\"`";
                return Err(Error::new("not_utf8", "", format!("the text is not UTF-8 at byte {at}")).hint(hint));
            }
        };
        let mut at = if self.offset == 0 && text.starts_with('\u{feff}') { 3 } else { 0 };
        if matches!(self.source, Source::Unknown) {
            self.sniff(text.get(at..).unwrap_or_default(), ends);
        }
        if matches!(self.source, Source::Header) {
            let header = header::read(text.as_bytes(), &mut at, ends, &mut self.keys, &self.stage);
            match header.map_err(|stop| self.stopped(stop, text, 0)) {
                Ok(Some(header)) => {
                    self.source = header?;
                    // Lines end as the header's does.
                    let above = text.get(..at).unwrap_or_default();
                    self.cr = above.ends_with('\r');
                    self.lines = self.line_ends(above);
                    if let Source::Csv { targets, .. } = &self.source {
                        for target in targets.iter().flatten() {
                            self.fed.get_mut(*target as usize).into_iter().for_each(|fed| *fed = true);
                        }
                    }
                    self.check_columns()?;
                }
                Ok(None) => return Ok(0),
                Err(error) => return Err(error),
            }
        }
        match self.source {
            Source::Unknown => return Ok(0),
            Source::Json(_) => self.json_rows(text, &mut at)?,
            Source::Csv { .. } => self.csv_rows(text, &mut at, ends)?,
            Source::Header | Source::Columns => {}
        }
        self.flush(text)?;
        Ok(at)
    }

    fn sniff(&mut self, text: &str, ends: Ends) {
        let first = text.bytes().find(|byte| !matches!(byte, b' ' | b'\t' | b'\r' | b'\n'));
        let format = match (self.format, first) {
            (None, Some(b'{')) => match around::first(text, &self.keys) {
                First::Open if ends == Ends::Unknown => None,
                First::Around => Some(LoadFormat::Json),
                First::Neither(key) => {
                    self.neither = Some(key);
                    Some(LoadFormat::Ndjson)
                }
                First::Open | First::Lead => Some(LoadFormat::Ndjson),
            },
            (Some(format), _) => Some(format),
            (None, None) => None,
            (None, Some(b'[')) => Some(LoadFormat::Json),
            (None, Some(_)) => Some(LoadFormat::Csv),
        };
        match format {
            Some(LoadFormat::Json) => self.source = Source::Json(Rows::new(Place::Start)),
            Some(LoadFormat::Ndjson) => self.source = Source::Json(Rows::new(Place::Line)),
            Some(LoadFormat::Csv) => self.source = Source::Header,
            None => {}
        }
    }

    /// How many lines end in a text.
    pub(super) fn line_ends(&self, text: &str) -> u64 {
        memchr::memchr_iter(if self.cr { b'\r' } else { b'\n' }, text.as_bytes()).count() as u64
    }

    /// The error for what was met in a window, whose lines are counted up to a place.
    pub(super) fn stopped(&self, stop: Stop, text: &str, counted: usize) -> Error {
        let byte = |at: usize| self.offset + at as u64;
        match stop {
            Stop::Bad(at, message) => Error::new("json_invalid", "", format!("{message}, at byte {}", byte(at))),
            Stop::Deep(at) => super::json::too_deep(&format!(", at byte {}", byte(at))),
            Stop::More => Error::new("json_truncated", "", "the text ends too early"),
            Stop::Quote(start, place) => {
                let line = 1 + self.lines + self.line_ends(text.get(counted..start).unwrap_or_default());
                let error = match place {
                    None => Error::new("csv_truncated", "", format!("a quoted cell has no end; it begins on line {line}")),
                    Some(at) => {
                        let after = "behind a closing quote a delimiter or the end of the line must follow";
                        Error::new("csv_invalid", "", format!("{after}, at byte {}; the quoted cell begins on line {line}", byte(at)))
                    }
                };
                error.hint("look for a `\"` that is not doubled")
            }
        }
    }
}
