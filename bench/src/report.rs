//! The table, for people and as JSON.

#![expect(clippy::print_stdout, reason = "this is the program's output")]

use serde_json::json;

use crate::scenario::Figures;

/// Prints a Markdown table with ratios against the bare library.
pub(crate) fn print(all: &[Figures]) {
    println!("| scenario | server | ops/s | CPU µs/op | × bare | memory MiB | ready ms |");
    println!("|---|---|---:|---:|---:|---:|---:|");
    for figures in all {
        println!(
            "| {} | {} | {:.0} | {:.2} | {:.2} | {:.1} | {:.0} |",
            figures.scenario,
            figures.server,
            figures.operations_a_second,
            figures.cpu,
            figures.cpu / bare(all, figures),
            figures.memory,
            figures.ready,
        );
    }
}

/// The same as JSON.
pub(crate) fn json(all: &[Figures]) -> String {
    let rows: Vec<_> = all
        .iter()
        .map(|figures| {
            json!({
                "scenario": figures.scenario, "server": figures.server,
                "operationsASecond": figures.operations_a_second, "cpuMicroseconds": figures.cpu,
                "ratio": figures.cpu / bare(all, figures), "memoryMiB": figures.memory,
                "readyMs": figures.ready,
            })
        })
        .collect();
    serde_json::Value::from(rows).to_string()
}

fn bare(all: &[Figures], figures: &Figures) -> f64 {
    all.iter()
        .find(|other| other.scenario == figures.scenario && other.server == "bare")
        .map_or(f64::NAN, |other| other.cpu)
}
