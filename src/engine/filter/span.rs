//! Numbers, days and instants in spans.
//!
//! Where the column has an outline, its bytes decide for all values but those that lie between the same two bounds as an end of a span.

use super::kernel::narrow_spans;
use super::selection_vector::{Part, SelectionVector};
use super::simd::ByteSet;
use super::window::{Window, chunk_of, values};
use crate::query::span::inside;
use crate::table::column::Chunks;
use crate::table::sketch::{Ordered, Outline};

/// A test of a column: whether the value is in one of some spans, which are sorted and apart.
pub(super) struct SpanColumnTest<'t, T> {
    column: &'t Chunks<T>,
    spans: &'t [(T, T)],
    rough: Option<CodedTest<T>>,
}

/// What the bytes of an outline say.
struct CodedTest<T> {
    outline: Outline<T>,
    /// For each byte what it decides.
    verdicts: [Verdict; 256],
    inside: ByteSet,
    unsure: ByteSet,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Verdict {
    Outside,
    Inside,
    Unsure,
}

impl<T: Ordered> CodedTest<T> {
    fn new(outline: Outline<T>, spans: &[(T, T)]) -> CodedTest<T> {
        let mut verdicts = [Verdict::Outside; 256];
        for (verdict, (from, to)) in verdicts.iter_mut().zip(outline.stretches()) {
            let after = spans.partition_point(|span| span.1 < from);
            *verdict = match (spans.get(after), to) {
                (Some((first, last)), Some(to)) if *first <= from && to <= *last => Verdict::Inside,
                (Some((first, last)), None) if *first <= from && T::MOST <= *last => Verdict::Inside,
                (Some((first, _)), Some(to)) if to <= *first => Verdict::Outside,
                (Some(_), _) => Verdict::Unsure,
                (None, _) => Verdict::Outside,
            };
        }
        if let (Some(null), true) = (verdicts.last_mut(), inside(spans, T::NULL)) {
            *null = Verdict::Inside;
        }
        let set = |wanted| ByteSet::new(&verdicts.map(|verdict| u8::from(verdict == wanted)));
        CodedTest { inside: set(Verdict::Inside), unsure: set(Verdict::Unsure), outline, verdicts }
    }
}

impl<'t, T: Ordered> SpanColumnTest<'t, T> {
    pub(super) fn new(column: &'t Chunks<T>, spans: &'t [(T, T)]) -> SpanColumnTest<'t, T> {
        SpanColumnTest { column, spans, rough: column.outline().map(|outline| CodedTest::new(outline, spans)) }
    }

    pub(super) fn narrow(&self, words: &mut [u64], flip: u64, at: Window) {
        let values = values(&self.column.chunks, at);
        let Some((rough, bytes)) = self.rough(at.chunk) else { return narrow_spans(words, values, flip, self.spans) };
        let blocks = bytes.get(at.first..).unwrap_or_default().chunks(64).zip(values.chunks(64));
        for (word, (bytes, values)) in words.iter_mut().zip(blocks) {
            if *word == 0 {
                continue;
            }
            let mut block = [0; 64];
            let block = bytes.first_chunk::<64>().unwrap_or_else(|| {
                block.iter_mut().zip(bytes).for_each(|(to, from)| *to = *from);
                &block
            });
            let mut hits = rough.inside.bits(block);
            let mut left = rough.unsure.bits(block) & *word;
            while left != 0 {
                let bit = left.trailing_zeros();
                left &= left - 1;
                let hit = values.get(bit as usize).is_some_and(|value| inside(self.spans, *value));
                hits |= u64::from(hit) << bit;
            }
            *word &= hits ^ flip;
        }
    }

    /// The same where few rows are open.
    pub(super) fn keep(&self, rows: &mut SelectionVector, flip: u64) {
        rows.by_chunk(|chunk, part| match self.rough(chunk) {
            Some((rough, bytes)) => self.keep_roughly(part, flip, chunk_of(&self.column.chunks, chunk), rough, bytes),
            None => self.keep_values(part, flip, chunk_of(&self.column.chunks, chunk)),
        });
    }

    fn rough(&self, chunk: usize) -> Option<(&CodedTest<T>, &[u8])> {
        let rough = self.rough.as_ref()?;
        Some((rough, rough.outline.bytes.get(chunk)?))
    }

    fn keep_roughly(&self, part: &mut Part<'_>, flip: u64, values: &[T], rough: &CodedTest<T>, bytes: &[u8]) {
        part.keep(flip, |row| match bytes.get(row).and_then(|byte| rough.verdicts.get(usize::from(*byte))) {
            Some(Verdict::Unsure) => values.get(row).is_some_and(|value| inside(self.spans, *value)),
            verdict => verdict == Some(&Verdict::Inside),
        });
    }

    fn keep_values(&self, part: &mut Part<'_>, flip: u64, values: &[T]) {
        match *self.spans {
            [(first, last)] => part.keep(flip, |row| values.get(row).is_some_and(|value| (*value >= first) & (*value <= last))),
            _ => part.keep(flip, |row| values.get(row).is_some_and(|value| inside(self.spans, *value))),
        }
    }

    /// About what a row costs, in tenths of nanoseconds.
    pub(super) fn cost(&self) -> f64 {
        match self.spans.len() {
            _ if self.rough.is_some() => 4.0,
            0..=2 => 6.0,
            _ => 50.0,
        }
    }
}
