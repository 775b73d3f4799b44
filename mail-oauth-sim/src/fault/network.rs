use std::time::Duration;

/// What happens to a TCP connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum NetworkFault {
    /// Nobody listens: the system refuses connections, from when the fault is set until it is taken away. Connections
    /// that are open stay so.
    Refuse,
    /// The connection is accepted and reset at once.
    Reset,
    /// The connection is accepted, and nothing is ever said or read.
    Stall,
    /// What the server says comes in pieces of so many octets, with this pause between them in real time.
    Trickle {
        /// Octets of a piece; at least 1 is sent.
        octets: usize,
        /// The pause between pieces.
        pause: Duration,
    },
    /// The connection is reset once the server has sent so many octets, TLS included.
    CutAfterSending(u64),
    /// The connection is reset once the server has received so many octets, TLS included.
    CutAfterReceiving(u64),
    /// Nothing more is said once the server has sent so many octets, TLS included; the connection stays.
    StallAfterSending(u64),
}

/// What is wrong with TLS.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TlsFault {
    /// The certificate ran out in 2020.
    Expired,
    /// The certificate is for `wrong.example`.
    WrongName,
    /// The certificate comes from an authority that nobody knows, as with an inspecting proxy.
    UnknownCa,
    /// The server knows no version later than TLS 1.0.
    OldVersion,
    /// The server speaks its protocol in the clear where TLS is expected. For SMTP with STARTTLS: after its `220`.
    NotTls,
}
