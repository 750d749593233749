//! Leads spread over shards, behind the front door.

use std::rc::Rc;

use crate::error::{Error, Result};
use crate::json::Json;
use crate::plan::context::Context;
use crate::plan::split_part::SplitPart;
use crate::shards::{self, Share};

use super::{Attachments, LeadTable, Workspace};

impl Workspace {
    /// What a table adds to a split, rebalance, reclaim or mass edit whose leads are spread over shards.
    ///
    /// # Errors
    /// `not_shardable`, `context_invalid`, and those of [`Workspace::plan`].
    pub fn tally(&self, table: &LeadTable, command: &Json, context: &Json) -> Result<Vec<u8>> {
        let context = self.context(table, context, Attachments::default())?;
        shards::tally(&self.model, &self.auth, &table.table, command, &context, self.digest())
    }

    /// Settles the shares of the whole from every shard's tally. [`Workspace::plan`] with the settlement beside the text and
    /// `settlement: {shard}` in it then deals one shard's own rows; shards are taken in the order of their tallies.
    ///
    /// The answer is JSON in UTF-8. It holds `state` and `reads`, `assignees`, `notifications`, `split` and `refused` of the whole,
    /// which no shard's plan has.
    ///
    /// # Errors
    /// `tally_malformed`, `settlement_stale`, `not_shardable`, `context_invalid`, and those of [`Workspace::plan`].
    ///
    /// ```
    /// use evenhand::{json::Json, workspace::{Attachments, Workspace}};
    ///
    /// let config = Json::parse(r#"{
    ///   "version": 1,
    ///   "fields": {"id": {"type": "text"}, "owner": {"type": "user"}},
    ///   "lead": {"id": "id", "owner": "owner"},
    ///   "profiles": [{"id": "all", "grants": [{"do": ["lead.view", "lead.edit", "lead.release", "lead.give", "lead.mass"], "scope": "all"}]}],
    ///   "users": [{"id": "ann", "profiles": ["all"]}, {"id": "bob", "profiles": ["all"]}]
    /// }"#)?;
    /// let workspace = Workspace::compile(&config)?;
    /// let shards = [b"id,owner\n1,\n2,\n3,\n".as_slice(), b"id,owner\n4,\n"].map(|csv| workspace.load(csv, &Json::Null, Default::default()));
    /// let command = Json::parse(r#"{"type": "split", "leads": {"filter": {"rules": []}}, "split": {"to": ["ann", "bob"]}}"#)?;
    /// let context = Json::parse(r#"{"actor": "ann", "now": "2026-03-01T09:00:00Z"}"#)?;
    ///
    /// let mut tallies = Vec::new();
    /// for shard in &shards {
    ///     tallies.push(workspace.tally(shard.as_ref().unwrap(), &command, &context)?);
    /// }
    /// let settlement = workspace.settle(&tallies, &command, &context)?;
    ///
    /// let context = Json::parse(r#"{"actor": "ann", "now": "2026-03-01T09:00:00Z", "settlement": {"shard": 1}}"#)?;
    /// let stored = Attachments { settlement: Some(settlement), ..Attachments::default() };
    /// let plan = workspace.plan(shards[1].as_ref().unwrap(), &command, None, &context, stored)?;
    /// assert_eq!(plan.by_assignee(), [("bob".to_owned(), vec!["4".to_owned()])]);
    /// # Ok::<(), evenhand::error::Error>(())
    /// ```
    pub fn settle(&self, tallies: &[Vec<u8>], command: &Json, context: &Json) -> Result<Vec<u8>> {
        let context = Context::read(context, &self.model)?;
        shards::settle(&self.model, &self.auth, tallies, command, &context, self.digest())
    }
}

/// Which part of a split over shards a context plans; nothing where its table holds all rows.
pub(super) fn part(shard: Option<usize>, settlement: Option<&[u8]>) -> Result<Option<Rc<dyn SplitPart>>> {
    match (shard, settlement) {
        (None, None) => Ok(None),
        (Some(shard), Some(bytes)) => Ok(Some(Rc::new(Share::read(bytes, shard)?))),
        _ => Err(Error::new(
            "context_invalid",
            "/settlement",
            "a settlement goes with the place of the shard's tally, and the place with it",
        )),
    }
}
