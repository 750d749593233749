//! A plan as JSON, and the pieces of it that the facade asks for one by one.

use crate::btree::BTreeMap;

use crate::json::Json;
use crate::table::{Column, RowIx};

use crate::plan::edit::NewValue;
use crate::plan::{Change, Created, Plan, notices, timeline};
use crate::wire::encode::{self, Times};

impl Plan {
    /// The header: what [`decode::peek`](crate::wire::decode::peek) reads from the encoded form.
    pub fn header(&self) -> Json {
        encode::header(self)
    }

    /// The whole plan.
    pub fn to_json(&self) -> Json {
        let mut out = match self.header() {
            Json::Object(pairs) => pairs,
            _ => Vec::new(),
        };
        let all = usize::MAX;
        let rest = [
            ("changes", self.changes(0, all)),
            ("created", Json::List(self.created.iter().map(|copy| self.created_json(copy, Times::Absolute)).collect())),
            ("removed", self.removed_json()),
            ("dropped", self.dropped(0, all)),
            ("assignees", self.assignees()),
            ("droppedCount", self.dropped_count()),
            ("outcome", self.outcome().into()),
            ("notifications", self.notifications()),
            ("timeline", self.timeline(0, all)),
            ("attach", self.attach_json()),
            ("runs", self.runs_json(Times::Absolute)),
            ("state", Json::List(self.all_state().iter().map(crate::plan::state::StateChange::to_json).collect())),
            ("reads", self.reads_json()),
            ("split", self.split_json()),
            ("warnings", Json::List(self.warnings.iter().map(crate::error::Diagnostic::to_json).collect())),
            ("refused", Json::List(self.refused.iter().map(crate::access::Reason::to_json).collect())),
        ];
        out.extend(rest.into_iter().map(|(key, value)| (key.to_owned(), value)));
        Json::Object(out)
    }

    /// Copies to delete again.
    pub(crate) fn removed_json(&self) -> Json {
        let guarded = |(lead, expect): &(String, _)| Json::object([("lead", lead.as_str().into()), ("expect", timeline::json(expect))]);
        Json::List(self.removed.iter().map(guarded).collect())
    }

    /// What the plan's actor may see of it: a page of its lists, and without what only the host needs.
    pub fn preview(&self, offset: usize, limit: usize) -> Json {
        let plan = self.shown();
        let mut out = Json::object([
            ("actor", plan.actor.as_str().into()),
            ("at", plan.now.0.into()),
            ("command", plan.command()),
            ("count", plan.count().into()),
            ("changes", plan.changes(offset, limit)),
            ("created", Json::List(plan.created.iter().map(|copy| plan.created_json(copy, Times::Absolute)).collect())),
            ("removed", plan.removed_json()),
            ("dropped", plan.dropped(offset, limit)),
            ("droppedCount", plan.dropped_count()),
            ("outcome", plan.outcome().into()),
            ("assignees", plan.assignees()),
            ("notifications", plan.notifications()),
            ("timeline", plan.timeline(offset, limit)),
            ("attach", plan.attach_json()),
            ("runs", plan.runs_json(Times::Absolute)),
            ("split", plan.split_json()),
            ("warnings", Json::List(plan.warnings.iter().map(crate::error::Diagnostic::to_json).collect())),
            ("refused", Json::List(plan.refused.iter().map(crate::access::Reason::to_json).collect())),
        ]);
        if let (Some(zone), Json::Object(pairs)) = (&plan.zone, &mut out) {
            pairs.push(("timeZone".to_owned(), zone.as_str().into()));
        }
        out
    }

    /// Leads that change.
    pub fn changes(&self, offset: usize, limit: usize) -> Json {
        let end = offset.saturating_add(limit).min(self.rows.len());
        Json::List((offset.min(end)..end).filter_map(|at| self.change(at)).map(|change| self.change_json(&change)).collect())
    }

    fn change_json(&self, change: &Change<'_>) -> Json {
        let set = change.set.iter().map(|set| {
            let pair = Json::object([("from", timeline::json(&set.from)), ("to", timeline::json(&set.to))]);
            (self.model.schema.name(set.field).to_owned(), pair)
        });
        let mut out = vec![
            ("lead".to_owned(), change.lead.as_ref().into()),
            ("expect".to_owned(), timeline::json(&change.expect)),
            ("set".to_owned(), Json::Object(set.collect())),
        ];
        out.extend(change.rule.map(|rule| ("rule".to_owned(), rule.into())));
        out.extend(change.group.map(|group| ("group".to_owned(), group.into())));
        Json::Object(out)
    }

    /// Leads that do not.
    pub fn dropped(&self, offset: usize, limit: usize) -> Json {
        let end = offset.saturating_add(limit).min(self.drops.len());
        let list = (offset.min(end)..end).filter_map(|at| self.drops.get(at));
        Json::List(list.map(|drop| drop.to_json(&drop.left.id(&self.table), &self.reasons(&drop))).collect())
    }

    /// How many do not, by code.
    pub fn dropped_count(&self) -> Json {
        Json::Object(self.drops.counts().into_iter().map(|(code, count)| (code.name().to_owned(), count.into())).collect())
    }

    /// One entry for each lead that changes.
    pub fn timeline(&self, offset: usize, limit: usize) -> Json {
        let end = offset.saturating_add(limit).min(self.rows.len());
        let entries = (offset.min(end)..end).filter_map(|at| Some((at, self.change(at)?))).map(|(at, change)| {
            let entry = timeline::entry(self, at, &change);
            Json::object([
                ("lead", entry.lead.into()),
                ("at", self.now.0.into()),
                ("actor", self.actor.as_str().into()),
                ("kind", self.kind.into()),
                ("text", entry.text.into()),
                ("data", entry.data),
            ])
        });
        Json::List(entries.collect())
    }

    /// Who is told what.
    pub fn notifications(&self) -> Json {
        Json::List(notices::of(self).iter().map(|notice| notice.to_json(self.model.schema.name(notice.slot))).collect())
    }

    /// Runs of offers that the plan starts, moves or ends.
    pub(crate) fn runs_json(&self, times: Times) -> Json {
        let now = (times == Times::Relative).then_some(self.now.0);
        Json::List(self.runs.list.iter().map(|run| run.to_json(self.model.schema.name(run.slot), now)).collect())
    }

    /// When a sweep would next change something, as far as the plan knows.
    pub fn wake_at(&self) -> Option<i64> {
        self.runs.wake_at()
    }

    pub(crate) fn reads_json(&self) -> Json {
        Json::List(
            self.reads.iter().map(|(key, version)| Json::object([("key", (&**key).into()), ("version", (*version).into())])).collect(),
        )
    }

    pub(crate) fn attach_json(&self) -> Json {
        let mut out = Vec::new();
        if let Some((kind, text)) = &self.attach.note {
            out.push(("note".to_owned(), Json::object([("type", kind.as_str().into()), ("text", text.as_str().into())])));
        }
        out.extend(self.attach.alert.clone().map(|alert| ("alert".to_owned(), alert.into())));
        Json::Object(out)
    }

    pub(crate) fn split_json(&self) -> Json {
        let whole = |n: u64| Json::from(usize::try_from(n).unwrap_or(usize::MAX));
        self.split.as_ref().map_or(Json::Null, |split| {
            Json::object([("spread", whole(split.spread)), ("bound", whole(split.bound)), ("exact", split.exact.into())])
        })
    }

    pub(crate) fn created_json(&self, copy: &Created, times: Times) -> Json {
        let set = copy.set.iter().map(|(field, cell)| {
            let distance = copy.distances.iter().find(|(known, _)| known == field).filter(|_| times == Times::Relative);
            let value = match distance {
                Some((_, distance)) => Json::object([("distance", (*distance).into())]),
                None => timeline::json(cell),
            };
            (self.model.schema.name(*field).to_owned(), value)
        });
        Json::object([("id", copy.id.as_str().into()), ("copyOf", copy.copy_of.as_str().into()), ("set", Json::Object(set.collect()))])
    }

    /// Lead ids by who receives them in the plan's slot, in the order of the lines.
    pub fn by_assignee(&self) -> Vec<(String, Vec<String>)> {
        let place = |user: &str| self.lines.iter().position(|line| line.user == user);
        let mut out: Vec<(String, Vec<String>)> = Vec::new();
        for (user, rows) in self.received() {
            out.push((user, rows.iter().map(|row| self.table.id(RowIx(*row)).into_owned()).collect()));
        }
        crate::sort::by_key(&mut out, |(user, _)| place(user));
        out
    }

    /// Rows by who receives them in the plan's slot, people in the order in which the plan comes to them.
    pub(crate) fn received(&self) -> Vec<(String, Vec<u32>)> {
        fn grouped<T: Copy + TryInto<usize>>(rows: &[u32], to: &[T], users: Vec<String>) -> Vec<(String, Vec<u32>)> {
            let place = |to: &T| (*to).try_into().unwrap_or(usize::MAX);
            // For each person how many, and the place of the first.
            let mut counts = vec![(0usize, 0usize); users.len()];
            for (at, to) in to.iter().enumerate() {
                if let Some((count, first)) = counts.get_mut(place(to)) {
                    *first = if *count == 0 { at } else { *first };
                    *count += 1;
                }
            }
            let mut lists: Vec<Vec<u32>> = counts.iter().map(|(count, _)| Vec::with_capacity(*count)).collect();
            for (row, to) in rows.iter().zip(to) {
                if let Some(list) = lists.get_mut(place(to)) {
                    list.push(*row);
                }
            }
            let mut out: Vec<(usize, (String, Vec<u32>))> = Vec::new();
            for (user, (list, (_, first))) in users.into_iter().zip(lists.into_iter().zip(counts)) {
                if !list.is_empty() {
                    out.push((first, (user, list)));
                }
            }
            crate::sort::by_key(&mut out, |(first, _)| *first);
            out.into_iter().map(|(_, of)| of).collect()
        }
        if let Some((rows, codes, users)) = self.dealt() {
            return grouped(rows, codes, users);
        }
        let (rows, to, users) = self.columns();
        grouped(&rows, &to, users)
    }

    /// The rows of the plan and, for each, a place among the people, where that is all there is to say: each row's slot changes to one of
    /// a few.
    pub(crate) fn dealt(&self) -> Option<(&[u32], &[u32], Vec<String>)> {
        let Some(NewValue::Coded(values, codes)) = self.slot.filter(|_| self.all_move).and_then(|slot| self.edits.always(slot)) else {
            return None;
        };
        // A row that nobody gets is told apart, which only the longer way does.
        let users: Option<Vec<String>> = values.iter().map(|value| value.text().map(str::to_owned)).collect();
        Some((&self.rows, codes, users?))
    }

    /// The same as columns: rows of the table whose slot changes and, for each, a place among the people (-1 for nobody).
    pub fn columns(&self) -> (Vec<u32>, Vec<i32>, Vec<String>) {
        let place = |n: usize| i32::try_from(n).unwrap_or(i32::MAX);
        if let Some((rows, codes, users)) = self.dealt() {
            #[expect(clippy::cast_possible_wrap, reason = "a place among the receivers")]
            return (rows.to_vec(), codes.iter().map(|code| *code as i32).collect(), users);
        }
        if let (Some(NewValue::Same(cell)), Some(Column::Coded(coded))) =
            (self.slot.and_then(|slot| self.edits.always(slot)), self.slot.map(|slot| self.table.column(slot)))
        {
            let wanted = cell.text().map_or(Some(0), |user| coded.dict.find(user));
            let rows: Vec<u32> = self.rows.iter().copied().filter(|row| Some(coded.code(*row)) != wanted).collect();
            let to = vec![if cell.is_null() { -1 } else { 0 }; rows.len()];
            let users = cell.text().filter(|_| !rows.is_empty()).map(str::to_owned);
            return (rows, to, users.into_iter().collect());
        }
        let (mut rows, mut to, mut users) = (Vec::new(), Vec::new(), Vec::<String>::new());
        if let (Some(NewValue::Coded(values, codes)), Some(Column::Coded(coded))) =
            (self.slot.and_then(|slot| self.edits.always(slot)), self.slot.map(|slot| self.table.column(slot)))
        {
            // By value: the code that the table has for it, and its place among the people once it was met.
            let mut known: Vec<(Option<u32>, Option<i32>)> = Vec::with_capacity(values.len());
            for value in values.iter() {
                known.push(value.text().map_or((Some(0), Some(-1)), |user| (coded.dict.find(user), None)));
            }
            for (row, code) in self.rows.iter().zip(codes.iter()) {
                let Some((had, to_place)) = known.get_mut(*code as usize) else { continue };
                if Some(coded.code(*row)) == *had {
                    continue;
                }
                rows.push(*row);
                to.push(*to_place.get_or_insert_with(|| {
                    users.extend(values.get(*code as usize).and_then(|value| value.text()).map(str::to_owned));
                    place(users.len()) - 1
                }));
            }
            return (rows, to, users);
        }
        let mut places: BTreeMap<String, i32> = BTreeMap::new();
        for (at, row) in self.rows.iter().enumerate() {
            let Some(set) = self.slot_of_row(at) else { continue };
            rows.push(*row);
            to.push(match set.to.text() {
                None => -1,
                Some(user) => places.get(user).copied().unwrap_or_else(|| {
                    let next = place(users.len());
                    users.push(user.to_owned());
                    places.insert(user.to_owned(), next);
                    next
                }),
            });
        }
        (rows, to, users)
    }
}
