//! The project's own build tool.
fn main() {}
