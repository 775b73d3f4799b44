//! Runs a tenant in the foreground until the process is ended: `cargo run -p mail-oauth-sim --example tenant`, with a
//! scenario file as its argument, or with a small tenant of its own.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "an example that shows where to connect")]

use std::process::ExitCode;

use mail_oauth_sim::{App, Mailbox, Tenant, TenantBuilder, TokenSpec, User};

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let Err(error) = run().await;
    let causes = std::iter::successors(error.source(), |error| error.source());
    let causes: String = causes.map(|error| format!(": {error}")).collect();
    eprintln!("{error}{causes}");
    ExitCode::FAILURE
}

async fn run() -> Result<std::convert::Infallible, Box<dyn std::error::Error>> {
    let scenario = std::env::args().nth(1);
    let builder = match &scenario {
        Some(path) => TenantBuilder::from_scenario_file(path)?,
        None => Tenant::builder()
            .user(User::new("adele@contoso.example"))
            .mailbox(Mailbox::new("invoices@contoso.example").full_access("adele@contoso.example"))
            .app(App::public("11112222-bbbb-3333-cccc-4444dddd5555")),
    };
    let tenant = builder.open_introspection().open_control().start().await?;
    let ca = std::env::temp_dir().join(format!("mail-oauth-sim-ca-{}.pem", std::process::id()));
    std::fs::write(&ca, tenant.ca_pem())?;
    println!("authority  {}", tenant.authority());
    println!("IMAP       {}  (TLS), {} (STARTTLS)", tenant.imap_addr(), tenant.imap_starttls_addr());
    println!("POP3       {}  (TLS), {} (STLS)", tenant.pop3_addr(), tenant.pop3_starttls_addr());
    println!("SMTP       {}  (STARTTLS), {} (TLS)", tenant.smtp_addr(), tenant.smtp_tls_addr());
    println!("control    {}", tenant.control().unwrap_or_default());
    println!("CA         {}", ca.display());
    if scenario.is_none() {
        tenant.deliver("adele@contoso.example", "Subject: Welcome\r\n\r\n.A line with a dot\r\n")?;
        println!("token      {}", tenant.mint(TokenSpec::new("adele@contoso.example"))?);
    }
    Ok(std::future::pending().await)
}
