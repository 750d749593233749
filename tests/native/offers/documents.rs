//! The picture in the documents is the code's own table.

use evenhand::offer::mermaid;

const DOCUMENT: &str = include_str!("../../../pkg-template/docs/offers.md");

#[test]
fn the_picture_is_drawn_from_the_table() {
    let (_, rest) = DOCUMENT.split_once("```mermaid\n").expect("the document has the picture");
    let (picture, _) = rest.split_once("```").unwrap();
    assert_eq!(picture, mermaid(), "put this into pkg-template/docs/offers.md:\n{}", mermaid());
}
