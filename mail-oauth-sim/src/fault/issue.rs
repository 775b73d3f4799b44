/// What is wrong with the tokens that the token endpoint hands out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum IssueFault {
    /// The audience is Graph, whatever was asked for.
    GraphAudience,
    /// `scp` is `User.Read` alone.
    WithoutMailScope,
    /// An app-only token has no `roles`.
    WithoutRoles,
    /// A user's token has neither `scp` nor a person, as if the app had asked for itself.
    AppInsteadOfUser,
    /// `tid` is another tenant's.
    ForeignTenant,
    /// The token runs out 60 seconds after its issue, and the answer says so.
    ShortLived,
    /// The token ran out a minute before its issue, though the answer says otherwise.
    AlreadyExpired,
    /// `iat` and `nbf` are an hour ahead, as to a client whose clock is slow; the mail servers, whose clock agrees with the
    /// issuer's, take it.
    NotYetValid,
    /// The token is opaque, as a personal account's is, and the mail servers take it.
    Opaque,
    /// `scp` holds more than was asked for.
    MorePermissions,
}
