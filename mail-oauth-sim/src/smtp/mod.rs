mod session;

pub(crate) use session::session;
