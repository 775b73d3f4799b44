//! A message built from options.

use std::path::Path;

use mail_builder::MessageBuilder;
use mail_builder::headers::address::Address;
use mail_builder::mime::make_boundary;

use crate::failure::{Code, Failure};

/// Attachments are read whole to be encoded; more than this is for a mail program that streams.
const ATTACHMENTS_LIMIT: u64 = 150 * 1024 * 1024;

/// What a message is made of.
#[derive(Debug, Default)]
pub(crate) struct Draft<'a> {
    pub(crate) sender: &'a str,
    pub(crate) recipients: &'a [String],
    pub(crate) subject: &'a str,
    pub(crate) body: &'a str,
}

impl Draft<'_> {
    /// The domain of the sender.
    fn domain(&self) -> &str {
        self.sender.rsplit_once('@').map_or(self.sender, |(_, domain)| domain)
    }
}

/// The message as it goes out, with CRLF line ends, a Date and a Message-ID. The id is of the sender's domain, since the
/// name of this machine is nobody's business.
pub(crate) fn compose(draft: &Draft<'_>, attachments: &[impl AsRef<Path>]) -> Result<Vec<u8>, Failure> {
    let mut message = MessageBuilder::new()
        .from(Address::new_address(None::<&str>, draft.sender))
        .to(Address::new_list(
            draft.recipients.iter().map(|r| Address::new_address(None::<&str>, r.as_str())).collect(),
        ))
        .message_id(format!("{}@{}", make_boundary("."), draft.domain()))
        .subject(draft.subject)
        .text_body(draft.body);
    let mut total = 0;
    for path in attachments {
        let path = path.as_ref();
        let unusable = |why: String| {
            Failure::new(Code::Usage, format!("cannot attach {}: {why}", path.display()))
                .fix("check the path and its permissions")
        };
        let metadata = std::fs::metadata(path).map_err(|e| unusable(e.to_string()))?;
        if !metadata.is_file() {
            return Err(unusable("it is not a regular file".to_owned()));
        }
        total += metadata.len();
        if total > ATTACHMENTS_LIMIT {
            return Err(unusable("the attachments are over 150 MiB together".to_owned()));
        }
        let bytes = std::fs::read(path).map_err(|e| unusable(e.to_string()))?;
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        message = message.attachment(content_type(&name), name, bytes);
    }
    message.write_to_vec().map_err(|e| Failure::new(Code::Internal, format!("building the message: {e}")))
}

/// The type of common attachments by their ending; the rest is bytes.
fn content_type(name: &str) -> &'static str {
    let ending = name.rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase());
    match ending.as_deref() {
        Some("pdf") => "application/pdf",
        Some("txt" | "log" | "csv") => "text/plain",
        Some("html" | "htm") => "text/html",
        Some("png") => "image/png",
        Some("jpg" | "jpeg") => "image/jpeg",
        Some("tif" | "tiff") => "image/tiff",
        Some("xml") => "application/xml",
        Some("json") => "application/json",
        Some("zip") => "application/zip",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::{Draft, compose};

    #[test]
    fn a_message_has_what_it_was_given() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("invoice 7.pdf");
        std::fs::write(&file, b"%PDF-1.7 \xff\x00").unwrap();
        let draft = Draft {
            sender: "adele@contoso.example",
            recipients: &["invoices@contoso.example".to_owned()],
            subject: "Rechnung für März",
            body: "Guten Tag",
        };
        let message = String::from_utf8(compose(&draft, &[file]).unwrap()).unwrap();
        for part in [
            "From: <adele@contoso.example>",
            "To: <invoices@contoso.example>",
            "Guten Tag",
            "application/pdf",
        ] {
            assert!(message.contains(part), "{part} is missing in\n{message}");
        }
        assert!(message.contains("Date: "));
        let id = message.lines().find_map(|line| line.strip_prefix("Message-ID: <")).unwrap();
        assert!(id.ends_with("@contoso.example>"), "{id}");
        assert!(!message.replace("\r\n", "").contains('\n'), "every line ends in CRLF");
    }

    #[test]
    fn a_header_cannot_be_smuggled_in() {
        let draft = Draft { subject: "x\r\nBcc: eve@evil.example", ..Draft::default() };
        let message = String::from_utf8(compose(&draft, &[] as &[&str]).unwrap()).unwrap();
        assert!(!message.contains("\nBcc:"), "{message}");
    }

    #[test]
    fn a_missing_attachment_is_named() {
        let failure = compose(&Draft::default(), &["no/such/file.pdf"]).unwrap_err();
        assert!(failure.message.contains("no/such/file.pdf"));
    }
}
