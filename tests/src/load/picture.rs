//! A run as one SVG picture: five charts over the same time.

use super::sample::Sample;

const WIDTH: f64 = 900.0;
const HEIGHT: f64 = 160.0;
const LEFT: f64 = 80.0;
/// From the top of one chart to that of the next.
const STRIDE: f64 = 230.0;
const COLORS: [&str; 8] =
    ["#1f77b4", "#d62728", "#2ca02c", "#9467bd", "#ff7f0e", "#17becf", "#8c564b", "#7f7f7f"];

/// A name, and a value for each sample.
type Line = (String, Vec<f64>);

/// The picture of these samples.
#[must_use]
pub fn svg(samples: &[Sample]) -> String {
    let line = |name: &str, value: &dyn Fn(&Sample) -> f64| -> Line {
        (name.to_owned(), samples.iter().map(value).collect())
    };
    let last = samples.last();
    let queues = last.into_iter().flat_map(|s| s.depth.keys());
    let processes = last.into_iter().flat_map(|s| s.memory_mib.keys());
    let depth = |queue: &String| line(queue, &|s| s.depth.get(queue).map_or(0.0, |n| *n as f64));
    let memory = |name: &String| line(name, &|s| s.memory_mib.get(name).copied().unwrap_or(0.0));
    let counts = vec![line("accepted", &|s| s.accepted as f64), line("sent", &|s| s.sent as f64)];
    let latencies = vec![line("p50", &|s| s.p50_ms as f64), line("p99", &|s| s.p99_ms as f64)];
    let charts: [(&str, Vec<Line>); 5] = [
        ("Events accepted and mails sent", counts),
        ("Messages by queue", queues.map(depth).collect()),
        ("Oldest event without its mail, s", vec![line("age", &|s| s.oldest_seconds)]),
        ("Accepted to sent, ms", latencies),
        ("Resident memory, MiB", processes.map(memory).collect()),
    ];
    let times: Vec<f64> = samples.iter().map(|s| s.seconds).collect();
    let charts: Vec<String> = charts
        .iter()
        .zip(0_i32..)
        .map(|((title, lines), i)| chart(STRIDE.mul_add(f64::from(i), 40.0), title, &times, lines))
        .collect();
    format!(
        r##"<svg xmlns="http://www.w3.org/2000/svg" width="1140" height="{}" font-family="sans-serif" font-size="12"><rect width="100%" height="100%" fill="#fff"/>{}</svg>"##,
        STRIDE * 5.0,
        charts.concat()
    )
}

fn chart(top: f64, title: &str, times: &[f64], lines: &[Line]) -> String {
    let max_time = times.iter().copied().fold(1.0, f64::max);
    let max = lines.iter().flat_map(|(_, values)| values).copied().fold(1.0, f64::max);
    let (bottom, right) = (top + HEIGHT, LEFT + WIDTH);
    let mut svg = format!(
        r##"<text x="{LEFT}" y="{}" font-weight="bold">{title}</text><path d="M{LEFT} {top}V{bottom}H{right}" fill="none" stroke="#999"/>
<text x="70" y="{}" text-anchor="end">{max:.0}</text><text x="{right}" y="{}" text-anchor="end">{max_time:.0} s</text>"##,
        top - 10.0,
        top + 10.0,
        bottom + 16.0
    );
    for ((name, values), (color, i)) in lines.iter().zip(COLORS.iter().zip(0_i32..)) {
        let point = |(time, value): (&f64, &f64)| {
            format!("{:.1},{:.1} ", LEFT + WIDTH * time / max_time, bottom - HEIGHT * value / max)
        };
        let points: String = times.iter().zip(values).map(point).collect();
        svg += &format!(
            r##"<polyline points="{points}" fill="none" stroke="{color}"/><text x="{}" y="{}" fill="{color}">{name}</text>"##,
            right + 10.0,
            15.0f64.mul_add(f64::from(i), top + 12.0)
        );
    }
    svg
}
