//! Questions about rows of a table, one at a time and many of them.
//!
//! What was answered is remembered by the classes of the values that decide it (see [`super::decision_id`]), for one authorizer and one
//! revision of the table.

use std::rc::Rc;

use super::Authorizer;
use crate::config::{UserIx, Verb};
use crate::error::Result;
use crate::table::{Lookup, Memo, Row, RowIx, Table};
use crate::time::Instant;

/// What was worked out for a table.
#[derive(Debug, Default)]
pub struct RowAnswers {
    auth: Option<Rc<Authorizer>>,
    memo: Memo,
}

impl RowAnswers {
    /// What [`Authorizer::outcome`] says of the lead with that id; the outer nothing where there is none.
    ///
    /// # Errors
    /// As [`Authorizer::outcome`].
    #[inline(always)]
    pub fn outcome(
        &mut self,
        auth: &Rc<Authorizer>,
        table: &Table,
        id: &[u8],
        (actor, verb): (UserIx, Verb),
        now: Option<Instant>,
    ) -> Result<Option<Option<u32>>> {
        let question = u64::from(actor.0) << 8 | verb as u64;
        if self.auth.as_ref().is_none_or(|own| !Rc::ptr_eq(own, auth)) {
            *self = RowAnswers { auth: Some(Rc::clone(auth)), memo: Memo::new(table) };
        }
        match self.memo.look_up(table, question, id) {
            Lookup::NoLead => Ok(None),
            Lookup::Known(outcome) => Ok(Some(outcome)),
            Lookup::New(row) => self.learn(auth, table, row, (actor, verb), now).map(Some),
        }
    }

    #[cold]
    fn learn(
        &mut self,
        auth: &Rc<Authorizer>,
        table: &Table,
        row: RowIx,
        (actor, verb): (UserIx, Verb),
        now: Option<Instant>,
    ) -> Result<Option<u32>> {
        let lead = Row { table, row };
        let Some(asker) = auth.asker(actor, now) else { return auth.outcome(actor, verb, now, &lead) };
        let question = u64::from(actor.0) << 8 | verb as u64;
        let fields = || auth.decisive(actor, verb);
        let class = |field| asker.class(verb, field, &lead);
        self.memo.learn(table, question, row, fields, class, || auth.outcome(actor, verb, now, &lead))
    }
}
