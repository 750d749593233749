//! Runs of offers as a plan tells them: those that it starts, moves or ends.

use crate::access::Reason;
use crate::btree::BTreeMap;
use crate::json::Json;
use crate::query::FieldIx;

/// A run after the plan.
#[derive(Clone, Debug)]
pub struct Run {
    /// Its id, which does not spell the lead's.
    pub id: String,
    /// The lead that is offered.
    pub lead: String,
    /// Its row in the table.
    pub(crate) row: Option<u32>,
    /// The slot that is filled.
    pub slot: FieldIx,
    /// The group that is asked.
    pub group: String,
    /// Whether nothing of the lead is told before it is claimed.
    pub anonymous: bool,
    /// Where it stands.
    pub status: &'static str,
    /// Who may claim.
    pub offered_to: Vec<String>,
    /// First instant at which it is too late, in milliseconds since 1970, UTC.
    pub expires_at: Option<i64>,
    /// What became of each offer.
    pub history: Vec<Answer>,
    /// Who got the lead.
    pub assignee: Option<String>,
    /// Why it ended, and why nobody has the lead if so.
    pub reasons: Vec<Reason>,
    /// Who is asked by this plan; the window begins with it then.
    pub(crate) asked: Vec<String>,
}

/// The end of one person's offer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// Whose.
    pub user: String,
    /// How it ended.
    pub outcome: &'static str,
    /// When, in milliseconds since 1970, UTC.
    pub at: i64,
    /// Why they declined, in their own words.
    pub reason: Option<String>,
}

impl Answer {
    /// As it is stored and shown.
    pub fn to_json(&self) -> Json {
        let mut out = vec![
            ("user".to_owned(), self.user.as_str().into()),
            ("outcome".to_owned(), self.outcome.into()),
            ("at".to_owned(), self.at.into()),
        ];
        out.extend(self.reason.as_ref().map(|reason| ("reason".to_owned(), reason.as_str().into())));
        Json::Object(out)
    }
}

impl Run {
    /// Whether the lead must not be told of.
    pub(crate) fn hides_lead(&self) -> bool {
        self.anonymous && self.expires_at.is_some()
    }

    /// As the public API shows it. With `now`, the end of a window that the plan opens is told as its distance.
    pub fn to_json(&self, slot: &str, now: Option<i64>) -> Json {
        let expires = match (self.expires_at, now.filter(|_| !self.asked.is_empty())) {
            (Some(at), Some(now)) => Json::object([("distance", at.saturating_sub(now).into())]),
            (at, _) => at.into(),
        };
        let mut out = vec![
            ("id".to_owned(), self.id.as_str().into()),
            ("lead".to_owned(), if self.hides_lead() { "" } else { self.lead.as_str() }.into()),
            ("slot".to_owned(), slot.into()),
            ("group".to_owned(), self.group.as_str().into()),
            ("status".to_owned(), self.status.into()),
            ("offeredTo".to_owned(), self.offered_to.clone().into()),
            ("expiresAt".to_owned(), expires),
            ("history".to_owned(), Json::List(self.history.iter().map(Answer::to_json).collect())),
            ("assignee".to_owned(), self.assignee.clone().into()),
        ];
        if !self.reasons.is_empty() {
            out.push(("reasons".to_owned(), Json::List(self.reasons.iter().map(Reason::to_json).collect())));
        }
        Json::Object(out)
    }
}

/// All runs of a plan, in the order in which it came to them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Runs {
    pub list: Vec<Run>,
    by_row: BTreeMap<u32, usize>,
    /// When something else that the plan knows of is due.
    pub wake_at: Option<i64>,
    /// Whether the actor may not see the lead: of what becomes of it they are told the run alone.
    pub unseen: bool,
}

impl Runs {
    pub fn push(&mut self, run: Run) {
        if let Some(row) = run.row {
            self.by_row.insert(row, self.list.len());
        }
        self.list.push(run);
    }

    /// Leaves out what whoever may not see the leads may not know of.
    pub fn hide_leads(&mut self) {
        for run in &mut self.list {
            run.assignee = None;
            if run.anonymous {
                run.lead.clear();
            }
        }
    }

    /// The run of a row of the table.
    pub fn of_row(&self, row: u32) -> Option<&Run> {
        self.by_row.get(&row).and_then(|at| self.list.get(*at))
    }

    /// When a sweep would next change something, as far as the plan knows.
    pub fn wake_at(&self) -> Option<i64> {
        let mut out = self.wake_at;
        for at in self.list.iter().filter_map(|run| run.expires_at) {
            out = Some(out.map_or(at, |known| known.min(at)));
        }
        out
    }
}
