//! Prints a client assertion (RFC 7523) signed by a certificate's key:
//! `client_assertion <key.pem> <certificate.pem> <client id> <audience>`.
#![expect(clippy::print_stdout, reason = "an example that shows what it made")]

use std::{error::Error, fs, time::SystemTime};

use msal_lite::{ClientCertificate, CorrelationId, Timestamp};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [key, certificate, client_id, audience] = arguments.as_slice() else {
        return Err("give key file, certificate file, client id and audience".into());
    };
    let certificate = ClientCertificate::from_pem(&fs::read(key)?, &fs::read(certificate)?)?;
    let mut random = [0; 16];
    ring::rand::SecureRandom::fill(&ring::rand::SystemRandom::new(), &mut random)
        .map_err(|_| "the system gives no random numbers")?;
    let id = CorrelationId::from_random(random);
    let assertion = certificate.assertion(client_id, audience, &id, Timestamp::from(SystemTime::now()))?;
    println!("{}", assertion.expose());
    Ok(())
}
