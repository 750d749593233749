//! The commit over several objects of the edge worker (`www-demo/edge/PROTOCOL.md`): everything that can happen within bounds. The
//! transitions are read from the file that the worker reads.

mod checker;
mod faults;
mod machine;
mod steps;
mod world;
