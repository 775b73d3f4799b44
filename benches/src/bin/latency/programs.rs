//! Sessions of programs that are installed: Python's libraries, those of Node, and curl. Each tells on a pipe where it has
//! got to; a pipe is faster than the next flight.

use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Command, Stdio};

use mail_oauth::Protocol;

use crate::Outcome;
use crate::bed::{ADELE, BERT, Target, message};
use crate::marks::Marks;

const PYTHON: &str = include_str!("session.py");
const NODE: &str = include_str!("session.js");

/// The versions of imapflow and nodemailer, where Node finds them: in the folders of `NODE_PATH`.
pub(crate) fn node_libraries() -> Option<String> {
    let script = "const v = (n) => n + ' ' + require(n + '/package.json').version; \
                  console.log(v('imapflow') + ', ' + v('nodemailer'))";
    let output = Command::new("node").args(["-e", script]).stderr(Stdio::null()).output().ok()?;
    let said = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    Some(said).filter(|_| output.status.success())
}

/// Whether a program answers when it is asked for its version; what it says is its first line.
pub(crate) fn version(program: &str) -> Option<String> {
    let output = Command::new(program).arg("--version").output().ok()?;
    let said = String::from_utf8_lossy(&output.stdout).lines().next().map(str::to_owned);
    said.filter(|_| output.status.success())
}

pub(crate) fn python(protocol: Protocol, target: &Target, marks: &Marks) -> Outcome<()> {
    interpreted("python3", ["-c", PYTHON], protocol, target, marks)
}

pub(crate) fn node(protocol: Protocol, target: &Target, marks: &Marks) -> Outcome<()> {
    interpreted("node", ["-e", NODE], protocol, target, marks)
}

fn interpreted(
    program: &str,
    script: [&str; 2],
    protocol: Protocol,
    target: &Target,
    marks: &Marks,
) -> Outcome<()> {
    let mut child = Command::new(program)
        .args(script)
        .args([protocol.name(), &target.place.host])
        .arg(target.place.port(protocol).to_string())
        .arg(&target.place.ca_file)
        .args([ADELE, BERT])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()?;
    let mut input = child.stdin.take().ok_or("no input")?;
    writeln!(input, "{}", target.token)?;
    input.write_all(&message())?;
    drop(input);
    for line in BufReader::new(child.stdout.take().ok_or("no output")?).lines() {
        match line?.as_str() {
            "signed in" => marks.signed_in(),
            "done" => marks.done(),
            other => return Err(format!("{program} said {other:?}").into()),
        }
    }
    if child.wait()?.success() { Ok(()) } else { Err(format!("{program} failed").into()) }
}

pub(crate) fn curl(protocol: Protocol, target: &Target, marks: &Marks) -> Outcome<()> {
    let (scheme, path, signed_in) = match protocol {
        Protocol::Pop3 => ("pop3s", "/1", "+OK User"),
        Protocol::Smtp => ("smtp", "", "235 "),
        _ => ("imaps", "/INBOX;UID=1", "OK AUTHENTICATE"),
    };
    let url = format!("{scheme}://{}:{}{path}", target.place.host, target.place.port(protocol));
    let folder = tempfile::tempdir()?;
    // Not on the command line, which everybody can read.
    let config = folder.path().join("curl.conf");
    let bearer = format!("user = \"{ADELE}:\"\noauth2-bearer = \"{}\"\n", target.token);
    std::fs::write(&config, bearer)?;
    let mut command = Command::new("curl");
    command.args(["--silent", "--verbose", "--no-buffer", "--noproxy", "*", "--max-time", "20", "--config"]);
    command.arg(&config).arg("--cacert").arg(&target.place.ca_file);
    if protocol == Protocol::Smtp {
        let file = folder.path().join("message");
        std::fs::write(&file, message())?;
        command.args(["--ssl-reqd", "--mail-from", ADELE, "--mail-rcpt", BERT, "--upload-file"]).arg(file);
    }
    let mut child = command.arg(url).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
    let errors = BufReader::new(child.stderr.take().ok_or("no errors")?);
    let mut output = child.stdout.take().ok_or("no output")?;
    let first = marks.clone();
    let body = std::thread::spawn(move || {
        let mut chunk = [0; 4096];
        while let Ok(1..) = output.read(&mut chunk) {
            first.done();
        }
    });
    let mut said = String::new();
    for line in errors.lines() {
        // Others' bytes, which may be any.
        let Ok(line) = line else { continue };
        let answer = line.strip_prefix("< ").unwrap_or_default();
        if answer.contains(signed_in) {
            marks.signed_in();
        }
        if protocol == Protocol::Smtp && answer.starts_with("250 2.0.0 OK") {
            marks.done();
        }
        said.push_str(&line);
        said.push('\n');
    }
    let _ = body.join();
    if child.wait()?.success() { Ok(()) } else { Err(format!("curl failed: {said}").into()) }
}
