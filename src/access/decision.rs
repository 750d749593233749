//! Answers and their reasons.

use std::borrow::Cow;

use crate::config::Verb;
use crate::json::Json;

macro_rules! asked {
    ($($variant:ident $name:literal $doc:literal,)*) => {
        /// Which question a reason answers.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Check {
            $(#[doc = $doc] $variant,)*
        }

        impl Check {
            /// The word for it.
            pub fn name(self) -> &'static str {
                match self {
                    $(Check::$variant => $name,)*
                }
            }
        }
    };
}

asked! {
    View "view" "May the actor see it?",
    Edit "edit" "May the actor change it?",
    Release "release" "May it be taken from whoever holds it?",
    Give "give" "May it be given to the receiver?",
    Receive "receive" "Can the receiver have it?",
    Claim "claim" "May the actor take it?",
    Mass "mass" "May the actor act on many?",
    Export "export" "May it leave with more than a page?",
    Use "use" "May the actor use it?",
    Lock "lock" "Is it free of running offers?",
    Reassignable "reassignable" "Is it in a state in which it may change hands?",
    Boundary "boundary" "Does it stay within its organisation?",
}

impl Check {
    /// The question that a verb stands for, if it is one of them.
    pub fn of(verb: Verb) -> Option<Check> {
        match verb {
            Verb::LeadView | Verb::ListView | Verb::GroupView | Verb::RuleView | Verb::LogView => Some(Check::View),
            Verb::LeadEdit | Verb::ListEdit | Verb::GroupEdit | Verb::RuleEdit => Some(Check::Edit),
            Verb::LeadRelease => Some(Check::Release),
            Verb::LeadGive => Some(Check::Give),
            Verb::LeadClaim => Some(Check::Claim),
            Verb::LeadMass => Some(Check::Mass),
            Verb::LeadExport => Some(Check::Export),
            Verb::ListUse | Verb::GroupTrigger | Verb::RuleRun => Some(Check::Use),
            Verb::ListShare | Verb::ListDelete | Verb::GroupCancel | Verb::MemberPause | Verb::PlanUndo => None,
        }
    }
}

/// Why something is allowed or not.
///
/// | code | when |
/// |---|---|
/// | `granted` | a grant allows it; `profile` and `grant` name it |
/// | `owner`, `shared` | a list is the actor's own, or shared with the actor |
/// | `unchanged` | the slot is as asked already |
/// | `unknown_actor`, `actor_inactive` | nobody who could ask |
/// | `unknown_lead` | there is no such lead, or the actor may not see it |
/// | `lead_incomplete` | the lead lacks a field which a grant reads; `data.fields` |
/// | `not_permitted` | no grant allows it, or one denies it, which `profile` and `grant` then name |
/// | `unknown_user` | the receiver is not in the configuration |
/// | `receiver_inactive`, `receiver_not_permitted` | the receiver is not active, or cannot have this lead |
/// | `locked`, `not_reassignable`, `boundary` | an offer is running; the state of the lead forbids it; it would cross a boundary |
/// | `unknown_list`, `unknown_group`, `unknown_rule` | there is none that the actor may know of |
/// | `not_available` | the group is not available to the actor's unit |
#[derive(Clone, Debug, PartialEq)]
pub struct Reason {
    /// Stable code.
    pub code: &'static str,
    /// Which question it answers.
    pub question: Option<Check>,
    /// The profile and the place of the grant that decided, if one did.
    pub grant: Option<(String, u32)>,
    /// One line in plain words.
    pub message: Cow<'static, str>,
    /// The parts of the message.
    pub data: Vec<(&'static str, Json)>,
}

impl Reason {
    /// A reason without a grant.
    pub fn new(code: &'static str, question: Option<Check>, message: impl Into<Cow<'static, str>>) -> Reason {
        Reason { code, question, grant: None, message: message.into(), data: Vec::new() }
    }

    /// The same with one more part of the message.
    #[must_use]
    pub fn with(mut self, key: &'static str, value: impl Into<Json>) -> Reason {
        self.data.push((key, value.into()));
        self
    }

    /// The reason as the public API shows it.
    pub fn to_json(&self) -> Json {
        let mut out: Vec<(String, Json)> = vec![("code".into(), self.code.into())];
        if let Some(question) = self.question {
            out.push(("question".into(), question.name().into()));
        }
        if let Some((profile, place)) = &self.grant {
            out.push(("profile".into(), profile.as_str().into()));
            out.push(("grant".into(), f64::from(*place).into()));
        }
        out.push(("message".into(), self.message.as_ref().into()));
        if !self.data.is_empty() {
            let data = self.data.iter().map(|(key, value)| ((*key).to_owned(), value.clone())).collect();
            out.push(("data".into(), Json::Object(data)));
        }
        Json::Object(out)
    }
}

/// The answer to a question.
#[derive(Clone, Debug, PartialEq)]
pub struct Decision {
    /// Whether it is allowed.
    pub allowed: bool,
    /// For an allow, the grants that gave it. For a deny, one for every question that failed.
    pub reasons: Vec<Reason>,
}

impl Decision {
    /// Allowed for these reasons.
    pub(super) fn allow(reasons: Vec<Reason>) -> Decision {
        Decision { allowed: true, reasons }
    }

    /// Denied for these reasons.
    pub(super) fn deny(reasons: Vec<Reason>) -> Decision {
        Decision { allowed: false, reasons }
    }

    /// The decision as the public API shows it.
    pub fn to_json(&self) -> Json {
        Json::object([("allowed", self.allowed.into()), ("reasons", Json::List(self.reasons.iter().map(Reason::to_json).collect()))])
    }
}
