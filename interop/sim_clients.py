"""Real clients at the simulated tenant: curl, Python's mail modules, and Chromium on the sign-in pages.

None of them knows that it is simulated. A message keeps its bytes on every path. Run by `interop/sim_clients`; prints
`N passed, N failed` last.
"""

import atexit
import base64
import hashlib
import http.server
import imaplib
import json
import os
import poplib
import secrets
import smtplib
import ssl
import subprocess
import sys
import tempfile
import threading
import traceback
import urllib.parse
import urllib.request

import sim_browser

ADELE, MEGAN, PAT = "adele@contoso.example", "megan@contoso.example", "pat@contoso.example"
APP = "11112222-bbbb-3333-cccc-4444dddd5555"
IMAP = "https://outlook.office.com/IMAP.AccessAsUser.All offline_access openid"
PASSWORD = "correct horse"
SCENARIO = f"""
[[user]]
upn = "{ADELE}"
[[user]]
upn = "{MEGAN}"
password = "{PASSWORD}"
policies = ["mfa", "needs-consent"]
[[user]]
upn = "{PAT}"
password = "{PASSWORD}"
policies = ["enrol-mfa"]
[[app]]
client_id = "{APP}"
name = "Contoso Mail"
"""
# Dots at the start of lines, a long line, octets above 127, blanks at line ends.
MESSAGE = (b"From: Adele <adele@contoso.example>\r\nTo: Adele <adele@contoso.example>\r\nSubject: Bytes\r\n"
           b"Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
           b".\r\n..two dots\r\n.one dot \r\n\r\nGr\xc3\xbc\xc3\x9fe\t\r\n" + b"x" * 900 + b"\r\nFrom the start\r\n")


class Simulator:
    """The `tenant` example with a scenario, and its control endpoint."""

    def __init__(self, program, folder):
        path = f"{folder}/scenario.toml"
        with open(path, "w") as file:
            file.write(SCENARIO)
        self.process = subprocess.Popen([program, path], stdout=subprocess.PIPE, text=True)
        said = {}
        while "CA" not in said:
            line = self.process.stdout.readline()
            if not line:
                raise SystemExit("the simulator did not start")
            key, _, value = line.strip().partition(" ")
            said[key] = value.strip()
        self.authority, self.control_url, self.ca = said["authority"], said["control"], said["CA"]
        self.tls = ssl.create_default_context(cafile=self.ca)
        first = lambda name: int(said[name].split()[0].rsplit(":", 1)[1])
        second = lambda name: int(said[name].split(", ")[1].split()[0].rsplit(":", 1)[1])
        self.imap, self.pop3, self.smtp = first("IMAP"), first("POP3"), first("SMTP")
        self.imap_starttls, self.pop3_stls, self.smtp_tls = second("IMAP"), second("POP3"), second("SMTP")
        atexit.register(self.stop)

    def post(self, url, **form):
        body = urllib.parse.urlencode(form).encode()
        with urllib.request.urlopen(urllib.request.Request(url, body), context=self.tls, timeout=10) as answer:
            return json.load(answer)

    def control(self, action, **form):
        return self.post(f"{self.control_url}/{action}", **form)

    def token(self, user=ADELE):
        return self.control("token", user=user)["token"]

    def log(self):
        with urllib.request.urlopen(f"{self.control_url}/log", context=self.tls, timeout=10) as answer:
            return json.load(answer)["connections"]

    def stop(self):
        self.process.terminate()
        self.process.wait()


class Listener:
    """What an app opens on loopback for the answer of the sign-in page."""

    def __init__(self):
        self.answer, self.came = None, threading.Event()
        listener = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def reply(self, text):
                fields = dict(urllib.parse.parse_qsl(text))
                if "code" in fields or "error" in fields:
                    listener.answer = dict(fields, method=self.command)
                    listener.came.set()
                body = b"<!doctype html><title>Signed in</title><p>Back at the app."
                self.send_response(200)
                self.send_header("Content-Type", "text/html")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def do_GET(self):
                self.reply(urllib.parse.urlsplit(self.path).query)

            def do_POST(self):
                self.reply(self.rfile.read(int(self.headers["Content-Length"])).decode())

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://localhost:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()


passed, failures = 0, []


def case(name):
    """Runs a function as a case, at once."""

    def run(function):
        global passed
        try:
            function()
            passed += 1
        except Exception as error:  # a case that fails must not end the others
            failures.append(name)
            print(f"FAILED {name}: {type(error).__name__}: {error}", file=sys.stderr)
            traceback.print_exc()
        finally:
            simulator.control("clear")
        return function

    return run


folder = tempfile.mkdtemp(prefix="sim-clients-")
pictures = os.environ.get("SIM_SCREENSHOTS", folder)
os.makedirs(pictures, exist_ok=True)
simulator = Simulator(sys.argv[1], folder)
token = simulator.token()

# --- how each logs in -------------------------------------------------------------------------------------------------


def xoauth2(user=ADELE, bearer=None):
    return f"user={user}\x01auth=Bearer {bearer or token}\x01\x01"


def imap(starttls=False, bearer=None):
    if starttls:
        client = imaplib.IMAP4("localhost", simulator.imap_starttls, timeout=20)
        client.starttls(simulator.tls)
    else:
        client = imaplib.IMAP4_SSL("localhost", simulator.imap, ssl_context=simulator.tls, timeout=20)
    client.authenticate("XOAUTH2", lambda _: xoauth2(bearer=bearer).encode())
    return client


def send(server):
    server.ehlo()
    server.auth("XOAUTH2", lambda challenge=None: xoauth2(), initial_response_ok=True)
    server.sendmail(ADELE, [ADELE], MESSAGE)
    server.quit()


def pop(stls=False):
    if stls:
        client = poplib.POP3("localhost", simulator.pop3_stls, timeout=20)
        client.stls(simulator.tls)
    else:
        client = poplib.POP3_SSL("localhost", simulator.pop3, context=simulator.tls, timeout=20)
    # poplib has no AUTH of its own.
    assert client._shortcmd("AUTH XOAUTH2").startswith(b"+")
    answer = client._shortcmd(base64.b64encode(xoauth2().encode()).decode())
    assert answer.startswith(b"+OK"), answer
    return client


# --- curl ------------------------------------------------------------------------------------------------------------


def curl(url, *options, bearer=None, tls=True):
    # The token comes from a file, as a careful caller gives it.
    config = f"{folder}/curl.conf"
    with open(config, "w") as file:
        file.write(f'user = "{ADELE}:"\noauth2-bearer = "{bearer or token}"\ncacert = "{simulator.ca}"\n')
    command = ["curl", "--silent", "--show-error", "--noproxy", "*", "--max-time", "20", "--config", config]
    starttls = [] if tls else ["--ssl-reqd"]
    return subprocess.run([*command, *starttls, *options, url], capture_output=True)


def fine(result):
    assert result.returncode == 0, (result.returncode, result.stderr)
    return result.stdout


def upload(name):
    path = f"{folder}/{name}"
    with open(path, "wb") as file:
        file.write(MESSAGE)
    return path


def last_by_imap():
    client = imap()
    client.select("INBOX")
    _, [numbers] = client.search(None, "ALL")
    _, data = client.fetch(numbers.split()[-1], "(BODY.PEEK[])")
    client.logout()
    return data[0][1]


@case("curl: SMTP with STARTTLS and TLS sends, imaps and IMAP with STARTTLS read, byte for byte")
def _():
    path = upload("curl.eml")
    for url, tls in [(f"smtp://localhost:{simulator.smtp}", False), (f"smtps://localhost:{simulator.smtp_tls}", True)]:
        fine(curl(url, "--mail-from", ADELE, "--mail-rcpt", ADELE, "--upload-file", path, tls=tls))
        assert last_by_imap() == MESSAGE
    for url, tls in [(f"imaps://localhost:{simulator.imap}", True), (f"imap://localhost:{simulator.imap_starttls}", False)]:
        assert fine(curl(f"{url}/INBOX;MAILINDEX=1", tls=tls)) == MESSAGE
        assert b"Sent Items" in fine(curl(url, tls=tls))
        # Without SASL-IR the token comes in a second step.
        assert fine(curl(f"{url}/INBOX;MAILINDEX=1", "--sasl-ir", tls=tls)) == MESSAGE


@case("curl: APPEND")
def _():
    fine(curl(f"imaps://localhost:{simulator.imap}/Drafts", "--upload-file", upload("draft.eml")))
    assert fine(curl(f"imaps://localhost:{simulator.imap}/Drafts;MAILINDEX=1")) == MESSAGE


@case("curl: pop3s and POP3 with STLS read")
def _():
    for url, tls in [(f"pop3s://localhost:{simulator.pop3}", True), (f"pop3://localhost:{simulator.pop3_stls}", False)]:
        assert fine(curl(f"{url}/1", tls=tls)) == MESSAGE


@case("curl: what is refused in life is refused here")
def _():
    for url in [f"imaps://localhost:{simulator.imap}/INBOX;MAILINDEX=1", f"pop3s://localhost:{simulator.pop3}/1"]:
        assert curl(url, bearer="not.a.token").returncode == 67
    name = "imap-certificate-expired"
    simulator.control("fault", name=name, times=1)
    assert curl(f"imaps://localhost:{simulator.imap}").returncode == 60
    simulator.control("fault", name="imap-refused")
    assert sim_browser.Browser.wait_for(lambda: curl(f"imaps://localhost:{simulator.imap}").returncode == 7)
    simulator.control("clear")
    assert sim_browser.Browser.wait_for(lambda: curl(f"imaps://localhost:{simulator.imap}").returncode == 0)


# --- Python's own modules --------------------------------------------------------------------------------------------


@case("smtplib: STARTTLS and TLS, the token at once and in two steps")
def _():
    for initial in [True, False]:
        plain = smtplib.SMTP("localhost", simulator.smtp, timeout=20)
        plain.starttls(context=simulator.tls)
        under = smtplib.SMTP_SSL("localhost", simulator.smtp_tls, context=simulator.tls, timeout=20)
        for server in [plain, under]:
            server.ehlo()
            assert "XOAUTH2" in server.esmtp_features["auth"]
            server.auth("XOAUTH2", lambda challenge=None: xoauth2(), initial_response_ok=initial)
            server.sendmail(ADELE, [ADELE, "somebody@elsewhere.example"], MESSAGE, mail_options=["BODY=8BITMIME"])
            server.quit()
            assert last_by_imap() == MESSAGE


@case("imaplib: TLS and STARTTLS, APPEND, FETCH, flags, COPY, MOVE, EXPUNGE, STATUS")
def _():
    for starttls in [False, True]:
        client = imap(starttls)
        assert "UIDPLUS" in client.capabilities or client.capability()[0] == "OK"
        assert client.create("Projects/New")[0] == "OK"
        assert client.append("Projects/New", r"(\Flagged)", None, MESSAGE)[0] == "OK"
        assert client.select("Projects/New") == ("OK", [b"1"])
        status, data = client.uid("FETCH", "1:*", "(FLAGS RFC822.SIZE BODY[])")
        assert status == "OK" and data[0][1] == MESSAGE and b"Flagged" in data[0][0], data
        assert f"RFC822.SIZE {len(MESSAGE)}".encode() in data[0][0]
        assert client.store("1", "+FLAGS", r"(\Seen)")[0] == "OK"
        assert client.copy("1", "Drafts")[0] == "OK"
        assert client._simple_command("MOVE", "1", "Archive")[0] == "OK"
        assert client.noop()[0] == "OK" and client.search(None, "ALL")[1] == [b""]
        assert b"MESSAGES 1" in client.status("Archive", "(MESSAGES)")[1][0]
        client.select("Archive")
        client.store("1", "+FLAGS", r"(\Deleted)")
        assert client.expunge() == ("OK", [b"1"])
        client.unselect()
        assert client.delete("Projects/New")[0] == "OK"
        assert client.logout()[0] == "BYE"


@case("imaplib: refused, not connected, throttled, and a password")
def _():
    def error(function):
        try:
            function()
        except imaplib.IMAP4.error as error:
            return str(error)
        raise AssertionError("no error")

    assert "AUTHENTICATE failed." in error(lambda: imap(bearer="not.a.token"))
    simulator.control("fault", name="imap-not-connected")
    client = imap()
    assert "User is authenticated but not connected." in error(lambda: client.select("INBOX"))
    simulator.control("clear")
    simulator.control("fault", name="imap-throttled")
    client = imap()
    assert "Suggested Backoff Time: 92415 milliseconds" in error(lambda: client.select("INBOX"))
    simulator.control("clear")
    client = imaplib.IMAP4_SSL("localhost", simulator.imap, ssl_context=simulator.tls, timeout=20)
    assert "LOGIN failed." in error(lambda: client.login(ADELE, "password"))


@case("poplib: the token on the AUTH line is refused as in life")
def _():
    client = poplib.POP3_SSL("localhost", simulator.pop3, context=simulator.tls, timeout=20)
    try:
        client._shortcmd("AUTH XOAUTH2 " + base64.b64encode(xoauth2().encode()).decode())
        raise AssertionError("taken")
    except poplib.error_proto as error:
        assert b"Protocol error. Connection is closed. 10" in error.args[0], error


@case("poplib: TLS and STLS, STAT, LIST, UIDL, TOP, RETR, DELE")
def _():
    for stls in [False, True]:
        client = pop(stls)
        count, octets = client.stat()
        assert count > 0 and octets % len(MESSAGE) == 0
        assert len(client.list()[1]) == count and len(set(client.uidl()[1])) == count
        _, lines, _ = client.retr(1)
        assert b"\r\n".join(lines) + b"\r\n" == MESSAGE
        _, top, _ = client.top(1, 1)
        assert top[-1] == b"."
        client.dele(count)
        client.quit()
        client = pop(stls)
        assert client.stat()[0] == count - 1
        client.quit()


@case("smtplib: what the server says when it will not")
def _():
    for name, code, text in [("smtp-auth-disabled-tenant", 535, b"5.7.139"), ("smtp-credentials", 535, b"incorrect")]:
        simulator.control("fault", name=name)
        server = smtplib.SMTP("localhost", simulator.smtp, timeout=20)
        server.starttls(context=simulator.tls)
        try:
            send(server)
            raise AssertionError("taken")
        except smtplib.SMTPAuthenticationError as error:
            assert error.smtp_code == code and text in error.smtp_error, error
        simulator.control("clear")
    simulator.control("fault", name="smtp-send-as-denied")
    server = smtplib.SMTP("localhost", simulator.smtp, timeout=20)
    server.starttls(context=simulator.tls)
    try:
        send(server)
        raise AssertionError("taken")
    except smtplib.SMTPDataError as error:
        assert error.smtp_code == 554 and b"SendAsDenied" in error.smtp_error


# --- Chromium --------------------------------------------------------------------------------------------------------


def authorize(listener, mode, state, verifier, **more):
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    query = {"client_id": APP, "response_type": "code", "redirect_uri": listener.address, "scope": IMAP, "state": state,
             "response_mode": mode, "code_challenge": challenge, "code_challenge_method": "S256", **more}
    return f"{simulator.authority}/oauth2/v2.0/authorize?{urllib.parse.urlencode(query)}"


def redeemed(listener, state, verifier, method):
    assert listener.came.wait(20), "nothing came back"
    answer = listener.answer
    assert answer["state"] == state and answer["method"] == method, answer
    tokens = simulator.post(
        f"{simulator.authority}/oauth2/v2.0/token", client_id=APP, grant_type="authorization_code", code=answer["code"],
        redirect_uri=listener.address, code_verifier=verifier, scope=IMAP)
    payload = tokens["id_token"].split(".")[1]
    return json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4))), tokens


def photograph(browser, name):
    browser.screenshot(f"{pictures}/{name}.png")
    assert os.path.getsize(f"{pictures}/{name}.png") > 4_000


@case("chromium: account, password, second factor and consent, back by form_post; then by query with the session")
def _():
    browser, listener = sim_browser.Browser(), Listener()
    try:
        state, verifier = secrets.token_urlsafe(), secrets.token_urlsafe(48)
        browser.open(authorize(listener, "form_post", state, verifier))
        browser.expect("Sign in")
        photograph(browser, "sign-in")
        browser.type("account", MEGAN)
        browser.type("password", "wrong")
        browser.press("signin")
        browser.wait_for(lambda: browser.script("!!document.querySelector('[role=alert]')"))
        photograph(browser, "wrong-password")
        browser.type("account", MEGAN)
        browser.type("password", PASSWORD)
        browser.enter()
        browser.expect("Enter code")
        photograph(browser, "second-factor")
        browser.type("otc", "123456")
        browser.enter()
        browser.expect("Permissions requested")
        assert "Contoso Mail" in browser.script("document.body.innerText")
        photograph(browser, "consent")
        browser.press("accept")
        browser.expect("Signed in")
        claims, tokens = redeemed(listener, state, verifier, "POST")
        assert claims["preferred_username"] == MEGAN
        assert "imap" in tokens["scope"].lower()

        # The browser has a session now: nobody is asked.
        listener.came.clear()
        browser.open(authorize(listener, "query", state, verifier, login_hint=MEGAN))
        claims, _ = redeemed(listener, state, verifier, "GET")
        assert claims["preferred_username"] == MEGAN
        listener.came.clear()
        browser.open(authorize(listener, "query", state, verifier, prompt="none"))
        redeemed(listener, state, verifier, "GET")
    finally:
        browser.close()
        listener.close()


@case("chromium: enrolment by query, cancelled, and a redirect address that nobody registered")
def _():
    browser, listener = sim_browser.Browser(dark=True), Listener()
    try:
        state, verifier = secrets.token_urlsafe(), secrets.token_urlsafe(48)
        browser.open(authorize(listener, "query", state, verifier, login_hint=PAT))
        browser.expect("Sign in")
        assert browser.script("document.querySelector('[name=account]').value") == PAT
        browser.type("password", PASSWORD)
        browser.press("signin")
        browser.expect("More information required")
        photograph(browser, "enrolment")
        browser.press("enrol")
        browser.expect("Enter code")
        browser.type("otc", "123456")
        browser.press("verify")
        browser.expect("Signed in")
        claims, _ = redeemed(listener, state, verifier, "GET")
        assert claims["preferred_username"] == PAT

        for mode, method in [("query", "GET"), ("form_post", "POST")]:
            listener.came.clear()
            browser.open(authorize(listener, mode, state, verifier, prompt="select_account"))
            browser.expect("Sign in")
            browser.press("cancel")
            assert listener.came.wait(20)
            assert (listener.answer["error"], listener.answer["method"]) == ("access_denied", method), listener.answer
            browser.expect("Signed in")

        listener.came.clear()
        browser.open(authorize(listener, "query", state, verifier, redirect_uri="http://localhost/elsewhere"))
        browser.wait_for(lambda: "AADSTS50011" in browser.text())
        photograph(browser, "redirect-mismatch")
        assert not listener.came.is_set()
    finally:
        browser.close()
        listener.close()


@case("chromium: the page of a user code")
def _():
    browser = sim_browser.Browser()
    try:
        flow = simulator.post(f"{simulator.authority}/oauth2/v2.0/devicecode", client_id=APP, scope=IMAP)
        browser.open(flow["verification_uri"])
        browser.expect("Enter code")
        browser.type("user_code", flow["user_code"])
        browser.type("account", ADELE)
        photograph(browser, "user-code")
        browser.become_narrow()
        assert browser.script("document.documentElement.scrollWidth <= innerWidth"), "the page is wider than the screen"
        photograph(browser, "user-code-narrow")
        browser.enter()
        browser.expect("You have signed in")
        tokens = simulator.post(
            f"{simulator.authority}/oauth2/v2.0/token", client_id=APP, device_code=flow["device_code"],
            grant_type="urn:ietf:params:oauth:grant-type:device_code")
        assert imap(bearer=tokens["access_token"]).select("INBOX")[0] == "OK"
    finally:
        browser.close()


@case("the log tells what each of them did, and holds no token")
def _():
    log = "\n".join(simulator.log())
    assert "Delivered" in log and "AUTHENTICATE XOAUTH2" in log and "authorization_code" in log
    assert token not in log and token.split(".")[2] not in log


print(f"{passed} passed, {len(failures)} failed")
sys.exit(1 if failures else 0)
