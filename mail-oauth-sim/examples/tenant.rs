//! Runs a tenant in the foreground until the process is ended: `cargo run -p mail-oauth-sim --example tenant`, with a
//! scenario file as its argument, or with a small tenant of its own.
#![expect(clippy::print_stdout, reason = "an example that shows where to connect")]

use mail_oauth_sim::{App, Mailbox, Tenant, TenantBuilder, TokenSpec, User};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let scenario = std::env::args().nth(1);
    let builder = match &scenario {
        Some(path) => TenantBuilder::from_scenario(&std::fs::read_to_string(path)?)
            .map_err(|error| format!("{path}: {error}"))?,
        None => Tenant::builder()
            .user(User::new("adele@contoso.example"))
            .mailbox(Mailbox::new("invoices@contoso.example").full_access("adele@contoso.example"))
            .app(App::public("11112222-bbbb-3333-cccc-4444dddd5555")),
    };
    let tenant = builder.open_introspection().open_control().start().await?;
    let ca = std::env::temp_dir().join(format!("mail-oauth-sim-ca-{}.pem", std::process::id()));
    std::fs::write(&ca, tenant.ca_pem())?;
    println!("authority  {}", tenant.authority());
    println!("IMAP       {}", tenant.imap_addr());
    println!("POP3       {}", tenant.pop3_addr());
    println!("SMTP       {}", tenant.smtp_addr());
    println!("CA         {}", ca.display());
    if scenario.is_none() {
        tenant.deliver("adele@contoso.example", "Subject: Welcome\r\n\r\n.A line with a dot\r\n")?;
        println!("token      {}", tenant.mint(TokenSpec::new("adele@contoso.example"))?);
    }
    std::future::pending::<()>().await;
    Ok(())
}
