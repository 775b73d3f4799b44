//! The document of the causes is that of the catalogue.

#[path = "../../examples/causes.rs"]
#[allow(dead_code, reason = "an example has a `main`")]
mod example;

#[test]
fn the_document_of_causes_is_up_to_date() {
    let document = include_str!("../../../docs/causes.md");
    assert!(
        document == example::document(),
        "run: cargo run -p mail-oauth --example causes > docs/causes.md"
    );
}
