//! (cases follow)
fn main() {}
