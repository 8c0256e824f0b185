//! The HTML escaping of `{{ }}`: the seven characters of handlebars.js.

/// Appends a text with `& < > " ' ` =` replaced by entities.
pub fn escape_html(out: &mut String, text: &str) {
    let mut plain = 0;
    for (at, byte) in text.bytes().enumerate() {
        let entity = match byte {
            b'&' => "&amp;",
            b'<' => "&lt;",
            b'>' => "&gt;",
            b'"' => "&quot;",
            b'\'' => "&#x27;",
            b'`' => "&#x60;",
            b'=' => "&#x3D;",
            _ => continue,
        };
        out.push_str(&text[plain..at]);
        out.push_str(entity);
        plain = at + 1;
    }
    out.push_str(&text[plain..]);
}

#[cfg(test)]
mod tests {
    #[test]
    fn escapes_the_seven_characters_and_nothing_else() {
        let mut out = String::new();
        super::escape_html(&mut out, "a&b<c>d\"e'f`g=h/ü");
        assert_eq!(out, "a&amp;b&lt;c&gt;d&quot;e&#x27;f&#x60;g&#x3D;h/ü");
    }
}
