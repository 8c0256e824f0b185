//! The results of tests as JUnit XML, for continuous integration.

use std::time::Duration;

use quick_xml::escape::escape;

/// A test that was made.
#[derive(Debug)]
pub(crate) struct Made {
    pub(crate) name: String,
    pub(crate) time: Duration,
    /// What is wrong; nothing for a test that passed.
    pub(crate) problems: Vec<String>,
}

/// The document.
pub(crate) fn document(suite: &str, tests: &[Made]) -> String {
    let failures = tests
        .iter()
        .filter(|test| !test.problems.is_empty())
        .count();
    let time: f64 = tests.iter().map(|test| test.time.as_secs_f64()).sum();
    let suite = escape(suite);
    let mut text = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n  \
         <testsuite name=\"{suite}\" tests=\"{}\" failures=\"{failures}\" time=\"{time:.6}\">\n",
        tests.len(),
    );
    for test in tests {
        let (name, time) = (escape(&test.name), test.time.as_secs_f64());
        let case =
            format!("    <testcase classname=\"{suite}\" name=\"{name}\" time=\"{time:.6}\"");
        match test.problems.first() {
            None => text.push_str(&format!("{case}/>\n")),
            Some(first) => text.push_str(&format!(
                "{case}>\n      <failure message=\"{}\">{}</failure>\n    </testcase>\n",
                escape(first),
                escape(test.problems.join("\n")),
            )),
        }
    }
    text + "  </testsuite>\n</testsuites>\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failures_are_counted_and_texts_escaped() {
        let made = |problems| Made {
            name: "a <b>".to_owned(),
            time: Duration::ZERO,
            problems,
        };
        let text = document("p", &[made(vec![]), made(vec!["x \"y\"".to_owned()])]);
        assert!(text.contains("tests=\"2\" failures=\"1\""), "{text}");
        assert!(text.contains("name=\"a &lt;b&gt;\""), "{text}");
        assert!(text.contains("message=\"x &quot;y&quot;\""), "{text}");
    }
}
