//! Texts without accents and digits, for every code point of Unicode, against ICU4X.

use evenhand::query::fold::{UNICODE, compared};
use evenhand::query::schema::Case;
use icu_normalizer::DecomposingNormalizerBorrowed;
use icu_properties::props::{CanonicalCombiningClass, GeneralCategory};
use icu_properties::{CodePointMapData, CodePointMapDataBorrowed};
use proptest::prelude::*;

/// Letters that Unicode does not take apart.
const LETTERS: [(char, &str); 11] = [
    ('ß', "ss"),
    ('æ', "ae"),
    ('œ', "oe"),
    ('ø', "o"),
    ('đ', "d"),
    ('ð', "d"),
    ('þ', "th"),
    ('ł', "l"),
    ('ħ', "h"),
    ('ŧ', "t"),
    ('ı', "i"),
];

fn decomposed(text: &str) -> String {
    DecomposingNormalizerBorrowed::new_nfd().normalize(text).into_owned()
}

fn reference(text: &str) -> String {
    let classes: CodePointMapDataBorrowed<'_, CanonicalCombiningClass> = CodePointMapData::new();
    let mut out = String::new();
    for part in decomposed(text).chars().filter(|part| classes.get(*part) == CanonicalCombiningClass::NotReordered) {
        let low = part.to_lowercase().next().unwrap();
        match LETTERS.iter().find(|(letter, _)| *letter == low) {
            Some((_, plain)) => out.push_str(plain),
            None => out.push(low),
        }
    }
    out
}

#[test]
fn every_code_point_is_as_a_reference_library_has_it() {
    let categories: CodePointMapDataBorrowed<'_, GeneralCategory> = CodePointMapData::new();
    assert_eq!(UNICODE.split('.').count(), 3);
    let (mut folds, mut digits) = (0, 0);
    for c in '\0'..=char::MAX {
        let text = c.to_string();
        let own = compared(Case::Accentless, &text);
        assert_eq!(own, reference(&text), "{:x}", u32::from(c));
        assert_eq!(compared(Case::Accentless, &own), own, "{:x} stays as it was folded", u32::from(c));
        folds += usize::from(own != text);
        let digit = compared(Case::Digits, &text);
        assert_eq!(digit.len() == 1, categories.get(c) == GeneralCategory::DecimalNumber, "{:x}", u32::from(c));
        digits += usize::from(digit.len() == 1);
    }
    assert!(folds > 15_000 && digits > 700);
    assert_eq!(compared(Case::Digits, "０１２３４５６７８９ ٠١٢٣٤٥٦٧٨٩ 𝟎𝟏𝟐𝟑𝟒𝟓𝟔𝟕𝟖𝟗 ² Ⅷ"), "0123456789".repeat(3));
}

proptest! {
    #[test]
    fn texts_that_are_equivalent_have_one_form(text in "[a-zA-Z ]{0,4}[À-ɏ\u{300}-\u{345}가-힣ẞ-ỹか-ゞ\u{3099}क-ॡ]{0,8}|\\PC{0,8}") {
        let composed = icu_normalizer::ComposingNormalizerBorrowed::new_nfc().normalize(&text).into_owned();
        let own = compared(Case::Accentless, &text);
        prop_assert_eq!(&own, &compared(Case::Accentless, &composed));
        let taken_apart = decomposed(&text);
        prop_assert_eq!(&own, &compared(Case::Accentless, &taken_apart));
        prop_assert_eq!(&*own, &reference(&text));
        // A part of a text is folded as a part of it.
        for (at, _) in text.char_indices() {
            prop_assert!(own.ends_with(&*compared(Case::Accentless, &text[at..])));
        }
    }
}
