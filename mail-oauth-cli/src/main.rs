//! (docs follow)
fn main() {}
