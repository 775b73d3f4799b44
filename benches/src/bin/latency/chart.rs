//! The chart of the handshakes: bars of milliseconds, written by hand, since that is all that it needs.

use std::fmt::Write as _;
use std::time::Duration;

use mail_oauth::Protocol;

use crate::Settings;
use crate::handshake::Row;

const WIDTH: f64 = 840.0;
const NAMES: f64 = 230.0;
const LABELS: f64 = 190.0;
const BAR: f64 = 18.0;
const STEP: f64 = 24.0;

/// Colours that hold on a light and on a dark page.
const STYLE: &str = "<style>text{font:13px system-ui,sans-serif;fill:#24292f}.title{font-weight:600}.soft{fill:#57606a}\
    .ours{fill:#0969da}.ours-in{fill:#54aeff}.peer{fill:#8c959f}.peer-in{fill:#c8cfd6}\
    @media(prefers-color-scheme:dark){text{fill:#e6edf3}.soft{fill:#9198a1}.peer{fill:#656c76}.peer-in{fill:#3d444d}}</style>\n";

/// The light part of a bar is the sign-in, the dark part the work.
pub(crate) fn svg(settings: &Settings, rows: &[Row]) -> String {
    let longest = rows.iter().filter_map(Row::done).max().unwrap_or_default();
    let width =
        |time: Duration| (WIDTH - NAMES - LABELS) * time.as_secs_f64() / longest.as_secs_f64().max(1e-9);
    let mut body = String::new();
    let mut y = 44.0;
    for protocol in Protocol::ALL {
        let what = match protocol {
            Protocol::Pop3 => "POP3 on 995, first octets of a message",
            Protocol::Smtp => "SMTP on 587, message accepted",
            _ => "IMAP on 993, first octets of a message",
        };
        let _ = writeln!(body, "<text class=\"title\" x=\"0\" y=\"{:.0}\">{what}</text>", y + 14.0);
        y += STEP;
        let mut group: Vec<_> = rows.iter().filter(|row| row.protocol == protocol).collect();
        group.sort_by_key(|row| row.done());
        for row in group {
            let (Some(signed_in), Some(done), Some((_, trips))) =
                (row.signed_in(), row.done(), row.round_trips())
            else {
                continue;
            };
            let class = if row.client.is_ours() { "ours" } else { "peer" };
            let (all, first) = (width(done), width(signed_in).min(width(done)));
            let text = y + 13.0;
            let _ = writeln!(
                body,
                "<text x=\"8\" y=\"{text:.0}\">{}</text>\
                 <rect class=\"{class}\" x=\"{NAMES}\" y=\"{y:.0}\" width=\"{all:.1}\" height=\"{BAR}\" rx=\"2\"/>\
                 <rect class=\"{class}-in\" x=\"{NAMES}\" y=\"{y:.0}\" width=\"{first:.1}\" height=\"{BAR}\" rx=\"2\"/>\
                 <text x=\"{:.0}\" y=\"{text:.0}\">{:.0} ms, {trips} round trips</text>",
                row.client.name(protocol),
                NAMES + all + 8.0,
                done.as_secs_f64() * 1e3,
            );
            y += STEP;
        }
        y += STEP / 2.0;
    }
    let title = format!(
        "From the first SYN, with the server {} ms away; light: until signed in",
        settings.rtt.as_millis()
    );
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {y:.0}\" role=\"img\" aria-label=\"{title}\">\n\
         {STYLE}<text class=\"soft\" x=\"0\" y=\"20\">{title}</text>\n{body}</svg>\n"
    )
}
