//! Text as one string of a script's language.

/// A string of bash that stands for itself.
pub(crate) fn bash(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

/// A verbatim string of PowerShell. It takes four typographic quotation marks for the plain one, so that these are
/// doubled too.
pub(crate) fn powershell(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('\'');
    for c in text.chars() {
        if matches!(c, '\'' | '\u{2018}'..='\u{201b}') {
            out.push(c);
        }
        out.push(c);
    }
    out.push('\'');
    out
}

#[cfg(test)]
mod tests {
    use super::{bash, powershell};

    #[test]
    fn quotation_marks_do_not_end_the_string() {
        for (text, in_bash, in_powershell) in [
            ("invoices@contoso.com", "'invoices@contoso.com'", "'invoices@contoso.com'"),
            ("o'brien@x.example", r"'o'\''brien@x.example'", "'o''brien@x.example'"),
            ("a\u{2019}; rm\u{201b}", "'a\u{2019}; rm\u{201b}'", "'a\u{2019}\u{2019}; rm\u{201b}\u{201b}'"),
            ("$(id)`id`\"\\", "'$(id)`id`\"\\'", "'$(id)`id`\"\\'"),
        ] {
            assert_eq!((bash(text).as_str(), powershell(text).as_str()), (in_bash, in_powershell));
        }
    }
}
