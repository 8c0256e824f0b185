//! wasmock answers what Mockoon answered: one test for each folder of `tests/parity/`.
#![allow(clippy::unwrap_used, clippy::print_stderr, unreachable_pub)]

use wasmock_tests::parity;

macro_rules! groups {
    ($($name:ident)*) => {
        const TESTED: &[&str] = &[$(stringify!($name)),*];
        $(
            #[test]
            fn $name() {
                match parity::group(stringify!($name)) {
                    Ok(summary) => println!("{summary}"),
                    Err(report) => panic!("\n{report}\n"),
                }
            }
        )*
    };
}

groups! {
    admin
    buckets
    callbacks
    crud
    everyday
    files
    headers
    loading
    openapi
    options
    proxy
    requests
    responses
    routing
    rules
    startup
    templating
    variables
    websocket
}

#[test]
fn every_group_is_tested() {
    let missing: Vec<String> = parity::groups()
        .into_iter()
        .filter(|group| !TESTED.contains(&group.as_str()))
        .collect();
    assert!(
        missing.is_empty(),
        "no test runs the cases in {missing:?}: add them to the list above"
    );
}
