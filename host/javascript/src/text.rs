//! Texts measured and cut as JavaScript does it, in UTF-16 units.

/// The length in UTF-16 units (`text.length`).
pub fn utf16_len(text: &str) -> usize {
    if text.is_ascii() {
        text.len()
    } else {
        text.chars().map(char::len_utf16).sum()
    }
}

/// `text.slice(start, end)` for `0 <= start <= end`; half an emoji becomes U+FFFD.
pub fn utf16_slice(text: &str, start: usize, end: usize) -> String {
    if text.is_ascii() {
        let end = end.min(text.len());
        return text[start.min(end)..end].to_owned();
    }
    let units: Vec<u16> = text
        .encode_utf16()
        .skip(start)
        .take(end.saturating_sub(start))
        .collect();
    String::from_utf16_lossy(&units)
}
