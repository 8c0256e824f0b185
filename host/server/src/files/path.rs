//! Where a file body lies, and that a rendered path stays where the file's author meant.
//!
//! A fixed path may lead anywhere: who writes the environment decides. In a templated one
//! clients decide too, so it must stay inside the folder that stands before the first brace.

use std::path::{Component, Path, PathBuf};

/// Slashes for backslashes, except before a dot.
pub(crate) fn with_slashes(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    let mut chars = path.chars().peekable();
    while let Some(c) = chars.next() {
        out.push(if c == '\\' && chars.peek() != Some(&'.') {
            '/'
        } else {
            c
        });
    }
    out
}

/// A path as the file writes it, from `directory` on, without `.` and `..`.
pub(crate) fn resolve(directory: &Path, path: &str) -> PathBuf {
    let mut resolved = PathBuf::new();
    for component in directory.join(path).components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir => {
                resolved.pop();
            }
            component => resolved.push(component),
        }
    }
    resolved
}

/// A rendered path; `source` is the template it was made from.
///
/// # Errors
/// It leaves the folder it must stay in, in the words clients know.
pub(crate) fn resolve_rendered(
    directory: &Path,
    source: &str,
    rendered: &str,
) -> Result<PathBuf, String> {
    let fixed = source.split(['{', '}']).next().unwrap_or_default();
    let base = fixed.rfind('/').map(|at| resolve(directory, &fixed[..=at]));
    let is_absolute = Path::new(rendered).is_absolute();
    let resolved = resolve(directory, rendered);
    let shown = resolved.display();
    let base = base.or_else(|| (!is_absolute).then(|| resolve(directory, "")));
    let Some(base) = base.filter(|base| base.parent().is_some()) else {
        return Err(format!(
            "Templated file path requires a non-root base directory ({shown})"
        ));
    };
    let inside = resolved.strip_prefix(&base).ok();
    // As Mockoon, also what only begins like a way out: `....//a`, `..\a`, `..x`.
    if inside.is_some_and(|path| !path.to_string_lossy().starts_with("..")) {
        return Ok(resolved);
    }
    Err(if is_absolute {
        format!("Access to absolute path outside of the original static base directory ({shown})")
    } else {
        format!("Access to relative path outside of the allowed base directory ({shown})")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rendered_paths_stay_in_their_folder() {
        const RELATIVE: &str = "Access to relative path outside of the allowed base directory";
        const ABSOLUTE: &str =
            "Access to absolute path outside of the original static base directory";
        const ROOT: &str = "Templated file path requires a non-root base directory";
        for (source, rendered, expected) in [
            ("{{x}}", "a.txt", Ok("/env/a.txt")),
            ("{{x}}", "sub/../a.txt", Ok("/env/a.txt")),
            (
                "{{x}}",
                "..x.txt",
                Err(format!("{RELATIVE} (/env/..x.txt)")),
            ),
            (
                "{{x}}",
                "....//a.txt",
                Err(format!("{RELATIVE} (/env/..../a.txt)")),
            ),
            ("{{x}}", "a/..x.txt", Ok("/env/a/..x.txt")),
            ("{{x}}", "../a.txt", Err(format!("{RELATIVE} (/a.txt)"))),
            ("{{x}}", "/etc/passwd", Err(format!("{ROOT} (/etc/passwd)"))),
            (
                "sub/{{x}}",
                "sub/../a.txt",
                Err(format!("{RELATIVE} (/env/a.txt)")),
            ),
            ("sub/{{x}}", "sub/a/../b.txt", Ok("/env/sub/b.txt")),
            (
                "sub/pre-{{x}}",
                "sub/pre-/../../a",
                Err(format!("{RELATIVE} (/env/a)")),
            ),
            ("/data/{{x}}", "/data/a", Ok("/data/a")),
            (
                "/data/{{x}}",
                "/data/../etc/a",
                Err(format!("{ABSOLUTE} (/etc/a)")),
            ),
            ("/{{x}}", "/etc/a", Err(format!("{ROOT} (/etc/a)"))),
            ("../up/{{x}}", "../up/a", Ok("/up/a")),
            (
                "../up/{{x}}",
                "../upper/a",
                Err(format!("{RELATIVE} (/upper/a)")),
            ),
        ] {
            let found = resolve_rendered(Path::new("/env"), source, rendered);
            let expected = expected.map(PathBuf::from);
            assert_eq!(found, expected, "{source} {rendered}");
        }
    }

    #[test]
    fn backslashes_are_slashes_except_before_a_dot() {
        assert_eq!(with_slashes(r"a\b\.c"), r"a/b\.c");
        assert_eq!(
            resolve(Path::new("/env"), "../a/./b"),
            PathBuf::from("/a/b")
        );
    }
}
