//! What a plan will read.
