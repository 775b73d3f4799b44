"""One session of Python's own mail libraries: PROTOCOL HOST PORT CA_FILE FROM TO, with token and message as the input."""

import base64
import imaplib
import poplib
import smtplib
import ssl
import sys

protocol, host, port, ca_file, sender, recipient = sys.argv[1:]
token = sys.stdin.readline().strip()
message = sys.stdin.read()
tls = ssl.create_default_context(cafile=ca_file)
xoauth2 = f"user={sender}\x01auth=Bearer {token}\x01\x01"


def mark(what):
    print(what, flush=True)


if protocol == "IMAP":
    client = imaplib.IMAP4_SSL(host, int(port), ssl_context=tls)
    client.authenticate("XOAUTH2", lambda _: xoauth2.encode())
    mark("signed in")
    client.select("INBOX")
    client.uid("FETCH", "1", "(BODY.PEEK[])")
    mark("done")
    client.logout()
elif protocol == "POP3":
    client = poplib.POP3_SSL(host, int(port), context=tls)
    # There is no method for a mechanism of SASL.
    client._shortcmd("AUTH XOAUTH2")
    client._shortcmd(base64.b64encode(xoauth2.encode()).decode())
    mark("signed in")
    client.retr(1)
    mark("done")
    client.quit()
else:
    client = smtplib.SMTP(host, int(port), local_hostname="[127.0.0.1]")
    client.ehlo()
    client.starttls(context=tls)
    client.ehlo()
    client.auth("XOAUTH2", lambda _=None: xoauth2)
    mark("signed in")
    client.sendmail(sender, [recipient], message)
    mark("done")
    client.quit()
