//! In which of a guest's functions something went wrong: the names of the name section.

use wasmtime::WasmBacktrace;

/// Functions that are shown; those around them say little.
const SHOWN: usize = 6;
/// What languages put around a failure and around a call: not the author's own.
const MACHINERY: [&str; 12] = [
    "rust_",
    "__rust",
    "core::",
    "std::",
    "alloc::",
    "wit_bindgen::",
    "__wasm",
    "cabi_",
    "JS_",
    "__JS_",
    "_Py",
    "Py",
];

/// The author's functions in which it happened, innermost first, a line each. None where there
/// are no names.
pub(crate) fn functions(error: &wasmtime::Error) -> Option<String> {
    let trace = error.downcast_ref::<WasmBacktrace>()?.to_string();
    let mut names: Vec<String> = trace.lines().filter_map(name).collect();
    names.dedup();
    names.truncate(SHOWN);
    let lines: String = names.iter().map(|name| format!("\n  in {name}")).collect();
    (!lines.is_empty()).then_some(lines)
}

/// The function of one line: `   0:   0x1a2b - module!name`.
fn name(line: &str) -> Option<String> {
    let (_, name) = line.split_once('!')?;
    let name = without_hashes(name.trim());
    let plain = name.trim_start_matches(['<', '&']);
    let is_machinery = MACHINERY.iter().any(|start| plain.starts_with(start))
        || name.contains("wasmock_plugin::")
        || name.starts_with("wasmock:")
        || name == "abort";
    (!is_machinery && !name.starts_with("<wasm function")).then_some(name)
}

/// A name without what tells the compiler's copies apart: `shop[0123…]::price`, `shop::price::h0123…`.
fn without_hashes(name: &str) -> String {
    let name = match name.rsplit_once("::h") {
        Some((before, hash)) if hash.len() == 16 => before,
        _ => name,
    };
    let mut plain = String::new();
    let mut rest = name;
    while let Some((before, after)) = rest.split_once('[') {
        plain.push_str(before);
        rest = match after.split_once(']') {
            Some((hash, after))
                if hash.len() >= 8 && hash.bytes().all(|b| b.is_ascii_hexdigit()) =>
            {
                after
            }
            _ => {
                plain.push('[');
                after
            }
        };
    }
    plain + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_the_authors_own() {
        for (line, expected) in [
            (
                "    0:   0x1a2b - shop.wasm!shop::price::h0123456789abcdef",
                Some("shop::price"),
            ),
            (
                "    1:     0x9 - <unknown>!core::panicking::panic_fmt::h0123456789abcdef",
                None,
            ),
            ("    2:     0x9 - <unknown>!<wasm function 12>", None),
            ("    3:     0x9 - <unknown>!luhn", Some("luhn")),
            (
                "    4:   0x9 - shop.wasm!<shop::_::Component as wasmock_plugin::bindings::R>::respond",
                None,
            ),
            (
                "    5:   0x9 - shop.wasm!wasmock:plugin/responder@0.1.0#respond",
                None,
            ),
            (
                "    6:   0x9 - shop.wasm!<shop[d123b7a1a2ed1472]::Price>::of",
                Some("<shop::Price>::of"),
            ),
            (
                "    7:   0x9 - shop.wasm!std[d123b7a1a2ed1472]::process::abort",
                None,
            ),
            ("wasm backtrace:", None),
        ] {
            assert_eq!(name(line).as_deref(), expected, "{line}");
        }
    }
}
