//! Who the users are, and what else stands for one of them in an input.

use crate::btree::{BTreeMap, BTreeSet};
use crate::query::fold::fold;

/// The ids of all users, and their aliases. An id stands for its user as it is written, an alias without regard to case.
#[derive(Clone, Debug, Default)]
pub struct KnownUsers {
    ids: BTreeSet<String>,
    /// Folded; those of several users stand for nobody.
    aliases: BTreeMap<String, Option<String>>,
}

impl KnownUsers {
    /// Adds a user.
    pub fn add(&mut self, id: &str, aliases: &[String]) {
        self.ids.insert(id.to_owned());
        for alias in aliases {
            let user = self.aliases.entry(fold(alias.trim()).into_owned()).or_insert_with(|| Some(id.to_owned()));
            if user.as_deref() != Some(id) {
                *user = None;
            }
        }
    }

    /// Whether anything but an id stands for a user.
    pub fn has_aliases(&self) -> bool {
        !self.aliases.is_empty()
    }

    /// The id of the user that a word stands for; the word itself if it stands for none.
    pub fn id<'w>(&'w self, word: &'w str) -> &'w str {
        match self.aliases.is_empty() || self.ids.contains(word) {
            true => word,
            false => self.aliases.get(fold(word).as_ref()).and_then(Option::as_deref).unwrap_or(word),
        }
    }

    /// Why a word that [`KnownUsers::id`] gave is no user's id.
    pub fn unknown(&self, word: &str) -> Option<&'static str> {
        if self.ids.contains(word) {
            return None;
        }
        Some(if self.aliases.contains_key(fold(word).as_ref()) { "ambiguous_user" } else { "unknown_user" })
    }
}
