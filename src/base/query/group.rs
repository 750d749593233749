//! Groups: combinators, negation, and what is left out.

use super::compiler::{Compiler, MAX_DEPTH, Scope};
use super::keys::OF_GROUP;
use super::node::Expr;
use super::wrong::quoted;
use crate::error::{Diagnostic, Place, nearest};
use crate::json::Json;

/// How the members of a group are joined.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Combinator {
    And,
    Or,
    Xor,
}

const COMBINATORS: [(&str, Combinator); 3] = [("and", Combinator::And), ("or", Combinator::Or), ("xor", Combinator::Xor)];

impl Compiler<'_> {
    /// A group; nothing if it is left out, or has a fault, which is then among the faults.
    pub(super) fn group(&mut self, json: &Json, path: &Place<'_>, depth: usize, scope: Scope<'_>) -> Option<Expr> {
        if depth > MAX_DEPTH {
            self.error("too_deep", path, format!("groups are nested deeper than {MAX_DEPTH}"));
            return None;
        }
        if !self.count_node(path) || self.switched_off(json, path, "group") {
            return None;
        }
        self.keys(json, path, &OF_GROUP);
        let negated = self.flag(json, "not", path);
        let at = path.key("rules");
        let rules = match json.get("rules") {
            Some(Json::List(rules)) => rules,
            Some(other) => {
                self.error("wrong_type", &at, format!("`rules` must be a list, not {}", other.kind()));
                return None;
            }
            None => {
                let fault = Diagnostic::error("missing", at.path(), "`rules` is missing here");
                let rule = json.get("field").is_some();
                self.add(if rule { fault.hint("put the rule into a group: `{\"combinator\": \"and\", \"rules\": […]}`") } else { fault });
                return None;
            }
        };
        if rules.is_empty() {
            self.only_in_lists("empty_group", path, "this group is empty");
        }
        let combinator = json.get("combinator").map(|c| self.combinator(c, &path.key("combinator")));
        // Without one, and with none between its rules, a group joins them by `and`, as react-querybuilder does.
        let alone = combinator.is_none() && rules.len() > 1 && !rules.iter().any(|rule| rule.as_text().is_some());
        let combinator = if alone { Some(Some(Combinator::And)) } else { combinator };
        let node = match combinator {
            Some(combinator) => {
                let members = rules.iter().enumerate().map(|(i, rule)| {
                    if rule.as_text().is_some() {
                        let message = format!("{} stands among the rules of a group that has a `combinator`", super::wrong::shown(rule));
                        self.add(Diagnostic::error("combinator_misplaced", at.index(i).path(), message).hint("leave out one of the two"));
                        return None;
                    }
                    self.member(rule, &at.index(i), depth, scope)
                });
                let members: Vec<Expr> = members.collect::<Vec<_>>().into_iter().flatten().collect();
                combinator.and_then(|combinator| if members.is_empty() { None } else { Some(joined(combinator, members)) })
            }
            None => self.independent(rules, &at, depth, scope),
        }?;
        Some(if negated { Expr::Not(Box::new(node)) } else { node })
    }

    /// A group or a rule within a group.
    fn member(&mut self, json: &Json, path: &Place<'_>, depth: usize, scope: Scope<'_>) -> Option<Expr> {
        match json {
            Json::Object(pairs) if pairs.iter().any(|(key, _)| key == "rules") => self.group(json, path, depth + 1, scope),
            Json::Object(_) => self.rule(json, path, depth, scope),
            other => {
                self.error("wrong_type", path, format!("this must be a rule or a group, not {}", other.kind()));
                None
            }
        }
    }

    /// Rules with combinators between them: and binds tighter than xor, xor tighter than or.
    fn independent(&mut self, rules: &[Json], path: &Place<'_>, depth: usize, scope: Scope<'_>) -> Option<Expr> {
        // Alternatives, of which exactly-ones, of which conjunctions.
        let mut runs: Vec<Vec<Vec<Option<Expr>>>> = vec![vec![Vec::new()]];
        let mut expects_member = true;
        for (i, json) in rules.iter().enumerate() {
            let at = path.index(i);
            let last = i + 1 == rules.len();
            if json.as_text().is_some() {
                let combinator = self.combinator(json, &at);
                if expects_member || last {
                    let what =
                        if expects_member { "a rule or a group is missing in front of" } else { "a rule or a group is missing behind" };
                    self.error("combinator_misplaced", &at, format!("{what} {}", super::wrong::shown(json)));
                }
                match combinator {
                    Some(Combinator::Or) => runs.push(vec![Vec::new()]),
                    Some(Combinator::Xor) => runs.last_mut().into_iter().for_each(|run| run.push(Vec::new())),
                    _ => {}
                }
                expects_member = true;
            } else {
                if !expects_member {
                    let hint = "write `\"and\"`, `\"or\"` or `\"xor\"` between the two, or give the group a `combinator`";
                    self.add(Diagnostic::error("combinator_missing", at.path(), "a combinator is missing in front of this").hint(hint));
                }
                let node = self.member(json, &at, depth, scope);
                runs.last_mut().and_then(|run| run.last_mut()).into_iter().for_each(|run| run.push(None));
                if let Some(slot) = runs.last_mut().and_then(|run| run.last_mut()).and_then(|run| run.last_mut()) {
                    *slot = node;
                }
                expects_member = false;
            }
        }
        let ors = runs.into_iter().map(|xors| run(Combinator::Xor, xors.into_iter().map(|ands| run(Combinator::And, ands))));
        run(Combinator::Or, ors.collect::<Vec<_>>())
    }

    fn combinator(&mut self, json: &Json, path: &Place<'_>) -> Option<Combinator> {
        let Some(word) = json.as_text() else {
            self.error("wrong_type", path, format!("a combinator must be a text, not {}", json.kind()));
            return None;
        };
        let found = COMBINATORS.iter().find(|(name, _)| *name == word).map(|(_, combinator)| *combinator);
        if found.is_none() {
            let hint = nearest(word, COMBINATORS.map(|(name, _)| name)).unwrap_or_else(|| "one of `and`, `or`, `xor`".into());
            self.add(Diagnostic::error("unknown_combinator", path.path(), format!("there is no combinator {}", quoted(word))).hint(hint));
        }
        found
    }
}

fn joined(combinator: Combinator, members: Vec<Expr>) -> Expr {
    match combinator {
        Combinator::And => Expr::All(members),
        Combinator::Or => Expr::Any(members),
        Combinator::Xor => Expr::One(members),
    }
}

/// A run of one combinator: nothing if all of it is left out, and what remains by itself if that is one.
fn run(combinator: Combinator, members: impl IntoIterator<Item = Option<Expr>>) -> Option<Expr> {
    let mut members: Vec<Expr> = members.into_iter().flatten().collect();
    if members.len() > 1 { Some(joined(combinator, members)) } else { members.pop() }
}
