//! The HTML escaping of `{{ }}`: the seven characters of handlebars.js.

/// Appends a text with `& < > " ' ` =` replaced by entities.
pub fn escape_html(out: &mut String, mut text: &str) {
    while let Some(at) = first_special(text.as_bytes()) {
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

/// Where the first byte is that is replaced. Most texts have none, so eight are looked at together.
fn first_special(bytes: &[u8]) -> Option<usize> {
    let is_special = |byte: &u8| SPECIAL[usize::from(*byte)];
    let (eights, _) = bytes.as_chunks::<8>();
    let holds = |eight: &[u8; 8]| eight.iter().fold(false, |any, byte| any | is_special(byte));
    let clean = 8 * eights.iter().take_while(|eight| !holds(eight)).count();
    let at = bytes[clean..].iter().position(is_special)?;
    Some(clean + at)
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
        for length in 0..40 {
            let plain = "x".repeat(length);
            let mut out = String::new();
            super::escape_html(&mut out, &format!("{plain}<{plain}"));
            assert_eq!(out, format!("{plain}&lt;{plain}"));
        }
    }
}
