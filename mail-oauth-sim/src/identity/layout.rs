//! What all pages have in common: HTML, as text.

/// All of the look; no page loads anything.
const STYLE: &str = include_str!("page.css");
/// A letter in a circle.
const MARK: &str = "<svg viewBox=\"0 0 24 24\" fill=\"none\" stroke=\"currentColor\" stroke-width=\"1.6\" \
    stroke-linecap=\"round\" stroke-linejoin=\"round\" aria-hidden=\"true\"><circle cx=\"12\" cy=\"12\" r=\"10.5\"/>\
    <path d=\"M6.5 8.5h11v7.5h-11zM6.5 9l5.5 4 5.5-4\"/></svg>";

/// A page as a document of its own.
pub(super) fn document(title: &str, body: &str) -> String {
    format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width,initial-scale=1\"><title>{title}</title>\
         <style>{STYLE}</style></head><body><main><header>{MARK}mail-oauth-sim</header><h1>{title}</h1>{body}</main>\
         <footer>A simulated tenant, for tests only.</footer></body></html>\n"
    )
}

/// The button that goes on comes first, so that Enter in a field presses it (HTML, implicit submission); the style shows it
/// last.
pub(super) fn buttons((action, label): (&str, &str), cancel: &str) -> String {
    format!(
        "<nav><button class=\"go\" name=\"action\" value=\"{action}\">{label}</button>\
         <button name=\"action\" value=\"{cancel}\" formnovalidate>Cancel</button></nav>"
    )
}

pub(super) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}
