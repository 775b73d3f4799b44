"""The simulated tenant for scripts in Python: its scenario, its control endpoint, and an HTTP client for MSAL."""

import atexit
import subprocess
import sys
import urllib.parse

import requests

TENANT = "5f1c0b7e-6a4d-4c9b-9d53-0c2f6a1e8b90"
HOST = "login.microsoftonline.com"
AUTHORITY = f"https://{HOST}/{TENANT}"
PUBLIC = "11112222-bbbb-3333-cccc-4444dddd5555"
WEB = "22223333-cccc-4444-dddd-5555eeee6666"
DAEMON = "33334444-dddd-5555-eeee-6666ffff7777"
EXPIRED = "44445555-eeee-6666-ffff-7777aaaa8888"
CLOSED = "55556666-ffff-7777-aaaa-8888bbbb9999"
SECRET = "~s3cret+with/odd%characters&"
IMAP = ["https://outlook.office.com/IMAP.AccessAsUser.All"]
SMTP = ["https://outlook.office.com/SMTP.Send"]
APP_ONLY = ["https://outlook.office365.com/.default"]
PASSWORD = "correct horse"

SCENARIO = """
domain = "contoso.example"
poll_interval = 1

[[user]]
upn = "adele@contoso.example"
password = "correct horse"
[[user]]
upn = "megan@contoso.example"
password = "correct horse"
policies = ["mfa"]
[[user]]
upn = "enrol@contoso.example"
password = "correct horse"
policies = ["enrol-mfa"]
[[user]]
upn = "blocked@contoso.example"
password = "correct horse"
policies = ["blocked-by-conditional-access"]
[[user]]
upn = "gone@contoso.example"
password = "correct horse"
policies = ["disabled"]
[[user]]
upn = "locked@contoso.example"
password = "correct horse"
policies = ["locked"]
[[user]]
upn = "old@contoso.example"
password = "correct horse"
policies = ["password-expired"]
[[user]]
upn = "shy@contoso.example"
password = "correct horse"
policies = ["needs-consent"]
[[user]]
upn = "often@contoso.example"
password = "correct horse"
sign_in_frequency = 3600
[[user]]
upn = "fed@contoso.example"
kind = "federated"
[[user]]
upn = "me@outlook.example"
password = "correct horse"
kind = "personal"

[[app]]
client_id = "{PUBLIC}"
[[app]]
client_id = "{WEB}"
redirects = [{ platform = "web", uri = "https://portal.example/auth" }]
secrets = [{ value = '{SECRET}' }]
[[app]]
client_id = "{DAEMON}"
confidential = true
secrets = [{ value = '{SECRET}' }]
certificates = ['''
{CERTIFICATE}''']
federated = [{ issuer = "https://ci.example", subject = "repo:contoso/mail" }]
[[app]]
client_id = "{EXPIRED}"
confidential = true
secrets = [{ value = '{SECRET}', expires_in = 1 }]
[[app]]
client_id = "{CLOSED}"
public_flows = false
redirects = []
"""


class Simulator:
    """The `tenant` example with a scenario, and its control endpoint."""

    def __init__(self, program, folder, certificate):
        path = f"{folder}/scenario.toml"
        text = SCENARIO
        for name, value in [("PUBLIC", PUBLIC), ("WEB", WEB), ("DAEMON", DAEMON), ("EXPIRED", EXPIRED),
                            ("CLOSED", CLOSED), ("SECRET", SECRET), ("CERTIFICATE", certificate)]:
            text = text.replace("{" + name + "}", value)
        with open(path, "w") as file:
            file.write(text)
        self.process = subprocess.Popen([program, path], stdout=subprocess.PIPE, text=True)
        said = {}
        while "CA" not in said:
            line = self.process.stdout.readline()
            if not line:
                raise SystemExit("the simulator did not start")
            key, _, value = line.strip().partition(" ")
            said[key] = value.strip()
        self.port = urllib.parse.urlsplit(said["authority"]).port
        self.control_url, self.ca = said["control"], said["CA"]
        atexit.register(self.stop)

    def control(self, action, **parameters):
        answer = requests.post(f"{self.control_url}/{action}", data=parameters, verify=self.ca)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def stop(self):
        self.process.terminate()
        self.process.wait()


class Rewriting:
    """An `http_client` for MSAL: what it asks of the real host goes to the simulator, under the real host's name."""

    def __init__(self, simulator):
        self.simulator = simulator
        self.session = requests.Session()
        self.session.trust_env = False  # neither proxies nor other authorities
        self.session.verify = simulator.ca
        self.asked = []

    def _send(self, method, url, headers=None, **kwargs):
        parts = urllib.parse.urlsplit(url)
        self.asked.append((method, parts.path))
        local = parts._replace(netloc=f"localhost:{self.simulator.port}").geturl()
        headers = dict(headers or {}, Host=parts.netloc)
        kwargs.setdefault("timeout", 10)
        return self.session.request(method, local, headers=headers, allow_redirects=False, **kwargs)

    def get(self, url, params=None, headers=None, **kwargs):
        return self._send("GET", url, headers=headers, params=params, **kwargs)

    def post(self, url, params=None, data=None, headers=None, **kwargs):
        return self._send("POST", url, headers=headers, params=params, data=data, **kwargs)

    def close(self):
        self.session.close()


def key_and_certificate(folder):
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", f"{folder}/key.pem", "-out",
         f"{folder}/cert.pem", "-days", "30", "-subj", "/CN=mail"], check=True, capture_output=True)
    with open(f"{folder}/key.pem") as key, open(f"{folder}/cert.pem") as certificate:
        return key.read(), certificate.read()


class Report:
    """Cases, run one by one as they are read."""

    def __init__(self, after=lambda: None):
        self.passed, self.failures, self.after = 0, [], after

    def case(self, name):
        """Runs a function as a case, at once."""

        def run(function):
            try:
                function()
                self.passed += 1
            except Exception as error:  # a case that fails must not end the others
                self.failures.append(name)
                print(f"FAILED {name}: {type(error).__name__}: {error}", file=sys.stderr)
            finally:
                self.after()
            return function

        return run

    def end(self):
        print(f"{self.passed} passed, {len(self.failures)} failed")
        sys.exit(1 if self.failures else 0)
