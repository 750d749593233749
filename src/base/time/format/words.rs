//! Words of a pattern that name a zone.

/// What a run of letters in a pattern is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Word {
    /// UTC by one of its names.
    Utc,
    /// A zone whose offset the word does not say.
    Zone,
    /// No zone.
    Other,
}

/// Abbreviations of zones, as the IANA table has them: most stand for several offsets.
const ABBREVIATIONS: &str = " ACDT ACST ADT AEDT AEST AKDT AKST AST AWST BST CAT CDT CEST CET CST EAT EDT EEST EET EST GST HDT HKT HST IDT IST JST KST \
     MDT MEST MESZ MET MEZ MSD MSK MST NDT NST NZDT NZST PDT PHT PKT PST PT ET CT MT SAST SGT SST WAT WEST WET WIB WIT WITA ";
const AREAS: &str = " Africa America Antarctica Arctic Asia Atlantic Australia Etc Europe Indian Pacific US ";

/// Capitalised words that stand behind a time and name no zone.
const TIME_WORDS: &str = " H M S T Uhr Std Min Sek Hrs ";

/// What a run of letters is; `next` follows it, and an hour may stand before it.
pub(super) fn word(letters: &str, next: Option<char>, behind_hour: bool) -> Word {
    let among = |list: &str| list.split(' ').any(|known| known == letters);
    let capital = letters.starts_with(|char: char| char.is_ascii_uppercase());
    if ["Z", "UTC", "GMT", "UT", "UCT", "Zulu"].iter().any(|name| letters.eq_ignore_ascii_case(name)) {
        Word::Utc
    } else if among(ABBREVIATIONS) || (next == Some('/') && among(AREAS)) || (behind_hour && capital && !among(TIME_WORDS)) {
        // No list of zones is whole (BRT, Eastern Time, a soldier's A), so behind an hour every other capitalised word is taken for one.
        Word::Zone
    } else {
        Word::Other
    }
}

/// Whether a literal offset begins here, as `+02:00` or `-0500`.
pub(super) fn offset(text: &str) -> bool {
    let Some(rest) = text.strip_prefix(['+', '-']) else { return false };
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    digits == 4 || (digits == 2 && (text.starts_with('+') || rest.as_bytes().get(2) == Some(&b':')))
}

/// Whether a sign and a digit stand here.
pub(super) fn signed(text: &str) -> bool {
    text.strip_prefix(['+', '-']).is_some_and(|rest| rest.starts_with(|char: char| char.is_ascii_digit()))
}
