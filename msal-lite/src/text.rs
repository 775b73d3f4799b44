//! Other people's text, made fit for a line of a log.

/// Escapes controls and cuts to `limit` characters.
pub(crate) fn escape_and_cut(text: &str, limit: usize) -> String {
    let mut kept = String::new();
    for (count, c) in text.chars().enumerate() {
        if count == limit {
            kept.push_str("...");
            break;
        }
        if c.is_control()
            || matches!(c, '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
        {
            kept.extend(c.escape_unicode());
        } else {
            kept.push(c);
        }
    }
    kept
}

/// For a value in an error message: at most 80 characters.
pub(crate) fn shown(text: &str) -> String {
    escape_and_cut(text, 80)
}
