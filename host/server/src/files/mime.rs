//! Content types by file name, as the list behind Mockoon has them, and which of them are
//! rendered as templates.

use std::path::Path;

/// Where `mime_guess` and the list behind Mockoon (`mime-db`) differ, for files that mocks serve.
const DIFFERENT: [(&str, &str); 45] = [
    ("aac", "audio/x-aac"),
    ("aif", "audio/x-aiff"),
    ("aiff", "audio/x-aiff"),
    ("c", "text/x-c"),
    ("cab", "application/vnd.ms-cab-compressed"),
    ("cc", "text/x-c"),
    ("cer", "application/pkix-cert"),
    ("cpp", "text/x-c"),
    ("deb", "application/x-debian-package"),
    ("dmg", "application/x-apple-diskimage"),
    (
        "docx",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ),
    ("dtd", "application/xml-dtd"),
    ("es", "application/ecmascript"),
    ("exe", "application/x-msdos-program"),
    ("flac", "audio/x-flac"),
    ("h", "text/x-c"),
    ("ico", "image/vnd.microsoft.icon"),
    ("iso", "application/x-iso9660-image"),
    ("java", "text/x-java-source"),
    ("js", "application/javascript"),
    ("jsx", "text/jsx"),
    ("m3u8", "application/vnd.apple.mpegurl"),
    ("m4a", "audio/mp4"),
    ("manifest", "text/cache-manifest"),
    ("map", "application/json"),
    ("mid", "audio/midi"),
    ("msi", "application/x-msdownload"),
    ("otf", "font/otf"),
    (
        "pptx",
        "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    ),
    ("psd", "image/vnd.adobe.photoshop"),
    ("rar", "application/vnd.rar"),
    ("rpm", "application/x-redhat-package-manager"),
    ("rs", "application/rls-services+xml"),
    ("stl", "model/stl"),
    ("toml", "application/toml"),
    ("ts", "video/mp2t"),
    ("wav", "audio/wave"),
    ("woff", "font/woff"),
    ("wsdl", "application/wsdl+xml"),
    (
        "xlsx",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ),
    ("xml", "application/xml"),
    ("xsd", "application/xml"),
    ("xsl", "application/xml"),
    ("yaml", "text/yaml"),
    ("yml", "text/yaml"),
];

/// The content type of a file; nothing for an unknown extension.
pub(crate) fn of(path: &Path) -> Option<&'static str> {
    // A name without a dot is its own extension: `json` is JSON.
    let name = path.file_name()?.to_str()?;
    // A name that only begins with one has none.
    let extension = match name.rsplit_once('.') {
        Some(("", _)) => return None,
        Some((_, extension)) => extension.to_ascii_lowercase(),
        None => name.to_ascii_lowercase(),
    };
    if let Ok(at) = DIFFERENT.binary_search_by_key(&extension.as_str(), |(name, _)| name) {
        return Some(DIFFERENT[at].1);
    }
    mime_guess::from_ext(&extension).first_raw()
}

/// Whether a file of that type is rendered before it is sent.
pub(crate) fn is_rendered(path: &Path, kind: Option<&str>) -> bool {
    const RENDERED: [&str; 10] = [
        "application/json",
        "text/html",
        "text/css",
        "text/csv",
        "application/javascript",
        "application/typescript",
        "text/plain",
        "application/xhtml+xml",
        "application/xml",
        "text/x-handlebars-template",
    ];
    kind.is_some_and(|kind| RENDERED.contains(&kind))
        || path
            .extension()
            .is_some_and(|extension| extension == "handlebars")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_and_rendering_by_name() {
        for (name, kind, rendered) in [
            ("a.json", Some("application/json"), true),
            ("a.JSON", Some("application/json"), true),
            ("a.js", Some("application/javascript"), true),
            ("a.mjs", Some("application/javascript"), true),
            ("a.html", Some("text/html"), true),
            ("a.xml", Some("application/xml"), true),
            ("a.svg", Some("image/svg+xml"), false),
            ("a.md", Some("text/markdown"), false),
            ("a.yaml", Some("text/yaml"), false),
            ("a.jsonld", Some("application/ld+json"), false),
            ("a.ts", Some("video/mp2t"), false),
            ("a.ini", Some("text/plain"), true),
            ("a.log", Some("text/plain"), true),
            ("a.map", Some("application/json"), true),
            ("a.handlebars", None, true),
            ("a.unknown", None, false),
            ("a.png", Some("image/png"), false),
            (".txt", None, false),
            ("json", Some("application/json"), true),
        ] {
            let path = Path::new(name);
            assert_eq!(of(path), kind, "{name}");
            assert_eq!(is_rendered(path, of(path)), rendered, "{name}");
        }
    }

    #[test]
    fn the_list_is_sorted() {
        assert!(DIFFERENT.is_sorted());
    }
}
