//! The table, for people and as JSON.

#![expect(clippy::print_stdout, reason = "this is the program's output")]

use serde_json::json;

use crate::scenario::Figures;
use crate::streams::StreamFigures;

/// Prints Markdown tables with ratios against the bare library.
pub(crate) fn print(all: &[Figures], streams: &[StreamFigures]) {
    if !all.is_empty() {
        print_operations(all);
    }
    if !streams.is_empty() {
        println!();
        print_streams(streams);
    }
}

fn print_streams(all: &[StreamFigures]) {
    println!(
        "| scenario | server | messages/s | CPU µs/message | × bare | late p99 ms | missing | KiB/client | connects/s |"
    );
    println!("|---|---|---:|---:|---:|---:|---:|---:|---:|");
    for figures in all {
        println!(
            "| {} | {} | {:.0} | {} | {} | {} | {} | {:.1} | {:.0} |",
            figures.scenario,
            figures.server,
            figures.messages_a_second,
            known(figures.cpu),
            known(figures.cpu / bare_stream(all, figures)),
            known(figures.late),
            figures.missing,
            figures.memory,
            figures.connects_a_second,
        );
    }
}

/// Idle connections have no messages, and no cost of one.
fn known(figure: f64) -> String {
    if figure.is_finite() {
        format!("{figure:.2}")
    } else {
        "–".to_owned()
    }
}

fn print_operations(all: &[Figures]) {
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
pub(crate) fn json(all: &[Figures], streams: &[StreamFigures]) -> String {
    let mut rows: Vec<_> = all
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
    rows.extend(streams.iter().map(|figures| {
        json!({
            "scenario": figures.scenario, "server": figures.server,
            "messagesASecond": figures.messages_a_second, "cpuMicroseconds": figures.cpu,
            "ratio": figures.cpu / bare_stream(streams, figures), "lateP99Ms": figures.late,
            "missing": figures.missing, "kibAClient": figures.memory,
            "connectsASecond": figures.connects_a_second,
        })
    }));
    serde_json::Value::from(rows).to_string()
}

fn bare(all: &[Figures], figures: &Figures) -> f64 {
    all.iter()
        .find(|other| other.scenario == figures.scenario && other.server == "bare")
        .map_or(f64::NAN, |other| other.cpu)
}

fn bare_stream(all: &[StreamFigures], figures: &StreamFigures) -> f64 {
    all.iter()
        .find(|other| other.scenario == figures.scenario && other.server == "bare")
        .map_or(f64::NAN, |other| other.cpu)
}
