//! What the figures were measured on.

use std::fs::read_to_string;

use crate::programs;

/// The head of the report.
pub(crate) fn described() -> String {
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let info = read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = info.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": "));
    let model = model.map_or("an unknown processor", |(_, name)| name);
    let kernel = read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    let load = read_to_string("/proc/loadavg").unwrap_or_default();
    let load = load.split(' ').next().unwrap_or("unknown").to_owned();
    // The first two words: `curl 8.5.0`.
    let short = |said: String| said.split(' ').take(2).collect::<Vec<_>>().join(" ");
    let version = |program| programs::version(program).map_or_else(|| format!("no {program}"), short);
    let peers = if cfg!(feature = "peers") { "with" } else { "without" };
    format!(
        "# Results\n\n\
         One run of the latency bench, {peers} the feature `peers`; README.md says what is measured and how. With\n\
         everything, it is\n\n\
         ```text\n\
         cargo run --release -p benches --features peers --bin latency -- --python --node --curl --write\n\
         ```\n\n\
         Quote the ratios: milliseconds of CPU and megabytes a second are those of one machine on one day.\n\n\
         - {cores} cores, {model}, shared with other work; load before the run {load}; {} {}\n\
         - {}; {}; {}; node {}\n\n",
        std::env::consts::OS,
        kernel.trim(),
        version("rustc"),
        version("python3"),
        version("curl"),
        programs::version("node").map_or_else(
            || "none".to_owned(),
            |version| format!(
                "{version} with {}",
                programs::node_libraries().as_deref().unwrap_or("no libraries")
            )
        ),
    )
}
