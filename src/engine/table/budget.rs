//! How much memory a table may take.
//!
//! Every allocation that grows with the input is announced to a [`Budget`] first and then made fallibly, so that running out is
//! an error and never a trap. In WebAssembly the measure is linear memory, all of it; elsewhere it is the bytes that the table
//! itself has asked for.

use std::cell::Cell;

use crate::error::{Error, Result};

/// The most bytes that may be held.
#[derive(Clone, Debug)]
pub struct Budget {
    most: usize,
    used: Cell<usize>,
    #[cfg(test)]
    fuse: Cell<Option<u32>>,
}

impl Default for Budget {
    fn default() -> Self {
        Budget::new(Budget::DEFAULT)
    }
}

impl Budget {
    /// What holds where nothing is said: 1 GiB.
    pub const DEFAULT: usize = 1 << 30;

    /// A budget of that many bytes, none of them used.
    pub fn new(most: usize) -> Self {
        Budget {
            most,
            used: Cell::new(0),
            #[cfg(test)]
            fuse: Cell::new(None),
        }
    }

    /// The most bytes that may be held.
    pub fn most(&self) -> usize {
        self.most
    }

    /// Asks for leave to allocate `bytes` more.
    ///
    /// # Errors
    /// `out_of_memory`.
    pub fn reserve(&self, bytes: usize) -> Result<()> {
        #[cfg(test)]
        if let Some(left) = self.fuse.get() {
            self.fuse.set(left.checked_sub(1));
            if left == 0 {
                self.fuse.set(Some(0));
                return Err(Error::out_of_memory());
            }
        }
        let used = self.used.get().saturating_add(bytes);
        if self.refused(used, bytes) {
            return Err(Error::out_of_memory());
        }
        self.used.set(used);
        Ok(())
    }

    #[cfg(not(target_arch = "wasm32"))]
    fn refused(&self, used: usize, _bytes: usize) -> bool {
        used > self.most
    }

    /// Linear memory never shrinks, but what was freed inside it is used again: past the limit, an allocation is refused only if
    /// memory would have to grow for it. Small ones are tried out for that; large ones are refused, since trying would grow it.
    #[cfg(target_arch = "wasm32")]
    fn refused(&self, _used: usize, bytes: usize) -> bool {
        const TRIED: usize = 4 << 20;
        let linear = || core::arch::wasm32::memory_size(0).saturating_mul(65_536);
        let before = linear();
        if before.saturating_add(bytes) <= self.most {
            return false;
        }
        let mut trial: Vec<u8> = Vec::new();
        bytes > TRIED || trial.try_reserve_exact(bytes).is_err() || linear() > before.max(self.most)
    }

    /// Gives bytes back.
    pub fn release(&self, bytes: usize) {
        self.used.set(self.used.get().saturating_sub(bytes));
    }

    /// Says how many bytes are held in truth.
    pub fn settle(&self, bytes: usize) {
        self.used.set(bytes);
    }

    /// Makes room for `extra` more elements, at least doubling.
    ///
    /// # Errors
    /// `out_of_memory`; the vector is unchanged.
    #[inline]
    pub fn grow<T>(&self, list: &mut Vec<T>, extra: usize) -> Result<()> {
        if list.capacity() - list.len() >= extra { Ok(()) } else { self.grow_to(list, extra) }
    }

    /// The same for a list that is expected to have no more than `most` elements in the end.
    ///
    /// # Errors
    /// `out_of_memory`; the vector is unchanged.
    #[inline]
    pub fn grow_within<T>(&self, list: &mut Vec<T>, extra: usize, most: impl FnOnce() -> usize) -> Result<()> {
        if list.capacity() - list.len() >= extra {
            return Ok(());
        }
        let left = most().saturating_sub(list.len());
        // Near its end it grows to that, which spares it an overshoot.
        if left >= extra && left <= list.capacity() / 2 { self.exact(list, left) } else { self.grow_to(list, extra) }
    }

    #[cold]
    fn grow_to<T>(&self, list: &mut Vec<T>, extra: usize) -> Result<()> {
        // Small lists double; large ones grow by half, since what they leave behind is seldom of use to others.
        let more = if list.capacity().saturating_mul(size_of::<T>()) < 1 << 16 { list.capacity() } else { list.capacity() / 2 };
        let wanted = list.len().saturating_add(extra).max(list.capacity().saturating_add(more)).max(8);
        self.exact(list, wanted - list.len())
    }

    /// Makes room for exactly `extra` more elements.
    ///
    /// # Errors
    /// `out_of_memory`; the vector is unchanged.
    pub fn exact<T>(&self, list: &mut Vec<T>, extra: usize) -> Result<()> {
        if list.capacity() - list.len() >= extra {
            return Ok(());
        }
        let size = size_of::<T>();
        let before = list.capacity().saturating_mul(size);
        self.reserve(list.len().saturating_add(extra).saturating_mul(size))?;
        list.try_reserve_exact(extra)?;
        self.release(before);
        Ok(())
    }

    /// The same for a text.
    ///
    /// # Errors
    /// `out_of_memory`; the text is unchanged.
    #[inline]
    pub fn grow_text(&self, text: &mut String, extra: usize) -> Result<()> {
        if text.capacity() - text.len() >= extra {
            return Ok(());
        }
        let before = text.capacity();
        let wanted = text.len().saturating_add(extra).max(before.saturating_mul(2)).max(32);
        self.reserve(wanted)?;
        text.try_reserve_exact(wanted - text.len())?;
        self.release(before);
        Ok(())
    }

    /// A copy of a list.
    ///
    /// # Errors
    /// `out_of_memory`.
    pub fn copy<T: Copy>(&self, list: &[T]) -> Result<Vec<T>> {
        let mut out = Vec::new();
        self.exact(&mut out, list.len())?;
        out.extend_from_slice(list);
        Ok(out)
    }

    /// A copy of a text.
    ///
    /// # Errors
    /// `out_of_memory`.
    pub fn copy_text(&self, text: &str) -> Result<Box<str>> {
        self.reserve(text.len())?;
        let mut out = String::new();
        out.try_reserve_exact(text.len())?;
        out.push_str(text);
        Ok(out.into_boxed_str())
    }

    /// From the `after`th request on, every one is refused.
    #[cfg(test)]
    pub fn fail_after(&self, after: Option<u32>) {
        self.fuse.set(after);
    }

    /// Whether [`Budget::fail_after`] has struck.
    #[cfg(test)]
    pub fn failed(&self) -> bool {
        self.fuse.get() == Some(0)
    }
}
