//! The token is copied into the caller's buffer and nowhere else.

use sasl_xoauth2::{Credentials, Exchange, Mechanism};

#[test]
fn nothing_is_allocated_beyond_the_buffer() {
    let token = "t".repeat(2048);
    for mechanism in [Mechanism::XOAuth2, Mechanism::OAuthBearer] {
        let length = {
            let credentials = Credentials::new("user=a,b@example.com", &token).unwrap();
            Exchange::new(mechanism, credentials).encoded_len()
        };
        // A buffer with room: none. One without: itself, once, in its exact size.
        let mut ready = Vec::with_capacity(length);
        for (buffer, allocations) in [(&mut ready, 0), (&mut Vec::new(), 1)] {
            let counted = allocation_counter::measure(|| {
                let credentials = Credentials::new("user=a,b@example.com", &token).unwrap();
                let credentials = credentials.with_host("imap.example.com").unwrap().with_port(993);
                let credentials = if allocations == 0 {
                    Credentials::new("user=a,b@example.com", &token).unwrap()
                } else {
                    credentials
                };
                Exchange::new(mechanism, credentials).initial_response_base64(buffer).unwrap();
            });
            assert_eq!(counted.count_total, allocations);
            assert_eq!(counted.bytes_total, if allocations == 0 { 0 } else { buffer.capacity() as u64 });
            assert_eq!(buffer.len(), buffer.capacity());
        }
    }
    // The message without base64, and the answer to a challenge.
    let credentials = Credentials::new("user@example.com", &token).unwrap();
    let mut buffer = Vec::with_capacity(4096);
    let counted = allocation_counter::measure(|| {
        Exchange::new(Mechanism::XOAuth2, credentials).initial_response(&mut buffer).unwrap();
        Exchange::new(Mechanism::XOAuth2, credentials).respond_base64(b"", &mut Vec::new()).unwrap();
    });
    // `Vec::new()` has to become a buffer.
    assert_eq!(counted.count_total, 1);
}
