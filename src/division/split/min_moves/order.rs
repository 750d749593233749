//! The order of receivers, once the stays are as many as can be: a receiver who may have one more gets it from a later one, if that
//! costs no stay. Best placements with the most stays are the bases of a matroid, so asking receivers in order is exact.

use super::Stays;
use crate::error::Result;

#[expect(clippy::indexing_slicing, reason = "every index is a receiver or a list entry that all vectors were sized for")]
impl Stays {
    /// Makes the numbers lexicographically greatest without losing a stay: a receiver who may have one more
    /// takes it from a later one along a way that costs nothing.
    pub(super) fn in_order(&mut self, extra: &[bool]) -> Result<()> {
        let mut wanting = extra.iter().zip(&self.room).filter(|(extra, room)| **extra && **room > 0).count();
        if wanting == 0 {
            return Ok(());
        }
        self.measure()?;
        for (at, giver) in self.giver.iter_mut().enumerate() {
            *giver = extra[at] && self.room[at] == 0 && self.receiver_far[at] == 0;
        }
        for receiver in (0..extra.len()).filter(|receiver| extra[*receiver]) {
            self.giver[receiver] = false;
            if self.room[receiver] == 0 || wanting == 0 {
                continue;
            }
            if self.receiver_far[receiver] == 0 && self.layer(&[receiver])? && self.find(receiver) {
                self.push(1);
                let giver = self.path.last().and_then(|step| Some(self.held[step.class][step.entry?].to as usize));
                self.room[receiver] = 0;
                if let Some(giver) = giver {
                    (self.room[giver], self.giver[giver]) = (1, false);
                }
            } else {
                wanting -= 1;
            }
        }
        Ok(())
    }
}
