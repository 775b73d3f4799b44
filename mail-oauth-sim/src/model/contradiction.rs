use crate::Error;

/// Why a description of a tenant makes no sense.
#[derive(Debug)]
pub(crate) struct Contradiction {
    /// The part of the description at fault, such as `mailbox invoices@contoso.example`.
    pub(crate) item: String,
    /// The value in it that is wrong, as it was given, so that a scenario file can be shown where it stands.
    pub(crate) value: Option<String>,
    pub(crate) problem: String,
    pub(crate) fix: &'static str,
}

impl Contradiction {
    pub(crate) fn new(item: impl Into<String>, problem: impl Into<String>, fix: &'static str) -> Self {
        Self { item: item.into(), value: None, problem: problem.into(), fix }
    }

    pub(crate) fn at(self, value: &str) -> Self {
        Self { value: Some(value.to_owned()), ..self }
    }
}

impl From<Contradiction> for Error {
    fn from(Contradiction { item, problem, fix, .. }: Contradiction) -> Self {
        Self::Contradiction { item, problem, fix }
    }
}
