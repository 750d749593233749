//! Offers as a state machine: its rules one by one, its documents, all that can happen within bounds, and long chance beyond them.

mod checker;
mod commands;
mod deadlines;
mod documents;
mod due;
mod faults;
mod oracle;
mod random;
mod rules;
mod scenarios;
mod speed;
mod store;
mod world;
