//! The HTML escaping of `{{ }}`: the seven characters of handlebars.js.

/// Appends a text with `& < > " ' ` =` replaced by entities.
pub fn escape_html(out: &mut String, mut text: &str) {
    while let Some(at) = text.bytes().position(|byte| SPECIAL[usize::from(byte)]) {
        out.push_str(&text[..at]);
        out.push_str(match text.as_bytes()[at] {
            b'&' => "&amp;",
            b'<' => "&lt;",
            b'>' => "&gt;",
            b'"' => "&quot;",
            b'\'' => "&#x27;",
            b'`' => "&#x60;",
            _ => "&#x3D;",
        });
        text = &text[at + 1..];
    }
    out.push_str(text);
}

/// By byte: most texts hold none of them, and a look into a table is the quickest way to know.
const SPECIAL: [bool; 256] = {
    let mut special = [false; 256];
    let mut at = 0;
    while at < CHARACTERS.len() {
        special[CHARACTERS[at] as usize] = true;
        at += 1;
    }
    special
};

const CHARACTERS: &[u8] = b"&<>\"'`=";

#[cfg(test)]
mod tests {
    #[test]
    fn escapes_the_seven_characters_and_nothing_else() {
        let mut out = String::new();
        super::escape_html(&mut out, "a&b<c>d\"e'f`g=h/ü");
        assert_eq!(out, "a&amp;b&lt;c&gt;d&quot;e&#x27;f&#x60;g&#x3D;h/ü");
    }
}
