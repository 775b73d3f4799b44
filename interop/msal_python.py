"""Signs in with the real MSAL for Python against the simulated tenant, by every flow that it has.

MSAL keeps its default authority: an `http_client` maps every request for login.microsoftonline.com to the
simulator, and the interactive flow gets a registered browser that opens the page and posts the form. What the
library gives for each fault is what it gives for the real service. Run by `interop/msal`; prints
`N passed, N failed` last.
"""

import html.parser
import json
import logging
import re
import sys
import tempfile
import threading
import urllib.parse
import webbrowser

import msal
import requests
from msal.exceptions import MsalServiceError
from cryptography import x509
from cryptography.hazmat.primitives import hashes

from msal_tenant import (APP_ONLY, AUTHORITY, CLOSED, DAEMON, EXPIRED, HOST, IMAP, PASSWORD, PUBLIC, SECRET, SMTP,
                         TENANT, WEB, Report, Rewriting, Simulator, key_and_certificate)

# MSAL logs whole answers that it cannot read; the report is what counts here.
logging.getLogger("msal").setLevel(logging.CRITICAL)


class Form(html.parser.HTMLParser):
    """The one form of a page: where it goes, and its hidden fields."""

    def __init__(self, text):
        super().__init__()
        self.action, self.fields = None, {}
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        if tag == "form":
            self.action = attrs.get("action")
        if tag == "input" and attrs.get("type") == "hidden":
            self.fields[attrs["name"]] = attrs.get("value", "")


class Person(webbrowser.BaseBrowser):
    """A browser with somebody in front of it."""

    def __init__(self, simulator, account, password=PASSWORD, cancel_at=None):
        super().__init__("person")
        self.simulator, self.account, self.password, self.cancel_at = simulator, account, password, cancel_at
        self.titles, self.last = [], None

    def open(self, url, new=0, autoraise=True):
        threading.Thread(target=self.browse, args=(url,), daemon=True).start()
        return True

    def browse(self, url):
        client = Rewriting(self.simulator)
        answer = client.get(url)
        for _ in range(8):
            page = answer.text
            title = re.search("<title>(.*?)</title>", page).group(1)
            self.titles.append(title)
            form = Form(page)
            if answer.status_code == 302:
                self.last = requests.get(answer.headers["Location"]).text
                return
            if form.action and form.action.startswith("http://localhost"):
                self.last = requests.post(form.action, data=form.fields).text
                return
            if not form.action:
                self.last = page
                return
            action = {"Sign in": "signin", "Enter code": "verify", "Permissions requested": "accept",
                      "More information required": "enrol"}[title]
            if title == self.cancel_at:
                action = "cancel"
            fields = dict(form.fields, action=action, account=self.account, password=self.password, otc="123456")
            answer = client.post(f"https://{HOST}{form.action}", data=fields)


def public(cache=None, authority=AUTHORITY, client_id=PUBLIC):
    return msal.PublicClientApplication(client_id, authority=authority, http_client=Rewriting(simulator), token_cache=cache)


def confidential(client_id, credential, authority=AUTHORITY):
    return msal.ConfidentialClientApplication(
        client_id, client_credential=credential, authority=authority, http_client=Rewriting(simulator))


def interactive(person, app=None, **kwargs):
    webbrowser.register("person", None, person, preferred=True)
    return (app or public()).acquire_token_interactive(kwargs.pop("scopes", IMAP), timeout=15, **kwargs)


def ropc(user, password=PASSWORD, app=None):
    return (app or public()).acquire_token_by_username_password(user, password, IMAP)


def refused(result, code, error, suberror=None):
    assert result.get("error") == error and result.get("error_codes") == [code], result
    if suberror:
        assert result.get("suberror") == suberror, result


def raises(function, kind):
    try:
        result = function()
    except kind:
        return
    raise AssertionError(f"no {kind}: {str(result)[:300]}")


def signed_in(result, user="adele@contoso.example"):
    assert "access_token" in result, result
    if user:
        assert result["id_token_claims"]["preferred_username"] == user, result["id_token_claims"]
    return result


def thumbprints(pem):
    certificate = x509.load_pem_x509_certificate(pem.encode())
    return certificate.fingerprint(hashes.SHA1()).hex(), certificate.fingerprint(hashes.SHA256()).hex()


folder = tempfile.mkdtemp(prefix="msal-")
key, certificate = key_and_certificate(folder)
other_key, other_certificate = key_and_certificate(tempfile.mkdtemp(prefix="msal-"))
simulator = Simulator(sys.argv[1], folder, certificate)
report = Report(after=lambda: simulator.control("clear"))
case = report.case

# --- before the tenant's clock runs ahead of the library's -----------------------------------------------------------


@case("client credentials: a certificate by SHA-256 and PS256, and by SHA-1 and RS256")
def _():
    sha1, _ = thumbprints(certificate)
    for credential in [
        {"private_key": key, "public_certificate": certificate},
        {"private_key": key, "thumbprint": sha1},
    ]:
        for authority in [AUTHORITY, f"https://{HOST}/contoso.example"]:
            signed_in(confidential(DAEMON, credential, authority).acquire_token_for_client(APP_ONLY), None)


@case("client credentials: a certificate that is not registered")
def _():
    credential = {"private_key": other_key, "public_certificate": other_certificate}
    refused(confidential(DAEMON, credential).acquire_token_for_client(APP_ONLY), 700027, "invalid_client")


# --- device code ---------------------------------------------------------------------------------------------------


@case("device code: shown, approved, cached, silent, another scope by the same refresh token")
def _():
    cache = msal.SerializableTokenCache()
    app = public(cache)
    flow = app.initiate_device_flow(IMAP)
    assert flow["user_code"] in flow["message"] and flow["verification_uri"].startswith(f"https://{HOST}/"), flow
    simulator.control("approve", user_code=flow["user_code"], user="adele@contoso.example")
    signed_in(app.acquire_token_by_device_flow(flow))
    [account] = app.get_accounts()
    assert account["username"] == "adele@contoso.example" and account["environment"] == HOST, account
    assert account["home_account_id"].endswith("." + TENANT), account
    assert "access_token" in app.acquire_token_silent(IMAP, account)
    assert "access_token" in app.acquire_token_silent(SMTP, account)
    again = public(cache)
    assert again.acquire_token_silent(IMAP, account)["token_source"] == "cache"
    stored = json.loads(cache.serialize())
    assert set(stored) >= {"AccessToken", "RefreshToken", "IdToken", "Account", "AppMetadata"}, stored.keys()


@case("device code: declined, expired, and polled once")
def _():
    app = public()
    flow = app.initiate_device_flow(IMAP)
    flow["expires_at"] = 0  # polls once
    refused(app.acquire_token_by_device_flow(flow), 70016, "authorization_pending")
    simulator.control("decline", user_code=flow["user_code"])
    refused(app.acquire_token_by_device_flow(flow), 70017, "authorization_declined")
    flow = app.initiate_device_flow(IMAP)
    simulator.control("advance", seconds=901)
    refused(app.acquire_token_by_device_flow(flow), 70020, "expired_token")


@case("device code: public flows off, and an app that does not exist")
def _():
    app = public(client_id=CLOSED)
    flow = app.initiate_device_flow(IMAP)
    refused(app.acquire_token_by_device_flow(flow), 7000218, "invalid_client")
    flow = public(client_id="99999999-0000-0000-0000-000000000000").initiate_device_flow(IMAP)
    refused(flow, 700016, "unauthorized_client")


@case("device code under the domain, common and organizations")
def _():
    for name in ["contoso.example", "common", "organizations"]:
        app = public(authority=f"https://{HOST}/{name}")
        flow = app.initiate_device_flow(IMAP)
        simulator.control("approve", user_code=flow["user_code"], user="adele@contoso.example")
        signed_in(app.acquire_token_by_device_flow(flow))


# --- interactive ---------------------------------------------------------------------------------------------------


@case("interactive by form_post, PKCE and nonce checked by the library")
def _():
    person = Person(simulator, "adele@contoso.example")
    signed_in(interactive(person, login_hint="adele@contoso.example"))
    assert person.titles[0] == "Sign in", person.titles


@case("interactive with a second factor, and with its registration")
def _():
    person = Person(simulator, "megan@contoso.example")
    signed_in(interactive(person), "megan@contoso.example")
    assert person.titles[:2] == ["Sign in", "Enter code"], person.titles
    person = Person(simulator, "enrol@contoso.example")
    signed_in(interactive(person), "enrol@contoso.example")
    assert "More information required" in person.titles, person.titles


@case("interactive with consent, asked for once, and again by prompt=consent")
def _():
    person = Person(simulator, "shy@contoso.example")
    signed_in(interactive(person), "shy@contoso.example")
    assert "Permissions requested" in person.titles, person.titles
    person = Person(simulator, "shy@contoso.example")
    signed_in(interactive(person), "shy@contoso.example")
    assert "Permissions requested" not in person.titles, person.titles
    person = Person(simulator, "shy@contoso.example")
    signed_in(interactive(person, prompt="consent"), "shy@contoso.example")
    assert "Permissions requested" in person.titles, person.titles


@case("interactive: the person cancels")
def _():
    result = interactive(Person(simulator, "adele@contoso.example", cancel_at="Sign in"))
    assert result["error"] == "access_denied" and "AADSTS65004" in result["error_description"], result


@case("interactive: Conditional Access leaves the person with a page, and the app waits in vain")
def _():
    person = Person(simulator, "blocked@contoso.example")
    webbrowser.register("person", None, person, preferred=True)
    try:
        result = public().acquire_token_interactive(IMAP, timeout=3)
    except Exception as error:
        result = {"error": str(error)}
    assert "access_token" not in result, result
    assert "AADSTS53003" in person.last, person.last


@case("interactive: a redirect address that is not registered ends on a page")
def _():
    person = Person(simulator, "adele@contoso.example")
    webbrowser.register("person", None, person, preferred=True)
    try:
        public(client_id=WEB).acquire_token_interactive(IMAP, timeout=3)
    except Exception:
        pass
    assert "AADSTS50011" in person.last, person.last


@case("interactive with claims: the page asks for the second factor")
def _():
    person = Person(simulator, "adele@contoso.example")
    claims = ropc("megan@contoso.example")["claims"]
    signed_in(interactive(person, claims_challenge=claims))
    assert "Enter code" in person.titles, person.titles


@case("interactive under consumers: a personal account has an opaque token")
def _():
    app = public(authority=f"https://{HOST}/consumers")
    result = signed_in(interactive(Person(simulator, "me@outlook.example"), app), "me@outlook.example")
    assert result["access_token"].startswith("EwB"), result["access_token"][:8]
    [account] = app.get_accounts()
    assert account["home_account_id"].endswith(".9188040d-6c67-4c5b-b112-36a304b66dad"), account


# --- authorization code flow in pieces -----------------------------------------------------------------------------


def web_code(app, user="adele@contoso.example", **kwargs):
    flow = app.initiate_auth_code_flow(IMAP, redirect_uri="https://portal.example/auth", **kwargs)
    person = Person(simulator, user)
    client = Rewriting(simulator)
    answer = client.get(flow["auth_uri"])
    while True:
        form = Form(answer.text)
        if answer.status_code == 302:
            query = urllib.parse.urlsplit(answer.headers["Location"]).query
            return flow, dict(urllib.parse.parse_qsl(query)), client
        if form.action.startswith("https://portal.example"):
            return flow, form.fields, client
        fields = dict(form.fields, action="signin", account=user, password=PASSWORD)
        answer = client.post(f"https://{HOST}{form.action}", data=fields)


@case("web: code by query and by form_post, redeemed with a secret")
def _():
    for mode in [None, "form_post"]:
        app = confidential(WEB, SECRET)
        flow, response, _ = web_code(app, response_mode=mode)
        signed_in(app.acquire_token_by_auth_code_flow(flow, response))
        [account] = app.get_accounts()
        assert "access_token" in app.acquire_token_silent(SMTP, account)


@case("web: without a secret, redeemed twice, too late, and with another verifier")
def _():
    app = confidential(WEB, SECRET)
    flow, response, _ = web_code(public(client_id=WEB))
    refused(public(client_id=WEB).acquire_token_by_auth_code_flow(flow, response), 7000218, "invalid_client")
    flow, response, _ = web_code(app)
    signed_in(app.acquire_token_by_auth_code_flow(flow, response))
    refused(confidential(WEB, SECRET).acquire_token_by_auth_code_flow(flow, response), 54005, "invalid_grant")
    flow, response, _ = web_code(app)
    simulator.control("advance", seconds=601)
    refused(app.acquire_token_by_auth_code_flow(flow, response), 70008, "invalid_grant")
    flow, response, _ = web_code(app)
    flow["code_verifier"] = "x" * 43
    refused(app.acquire_token_by_auth_code_flow(flow, response), 501481, "invalid_grant")


@case("web: prompt=none without a session, and with one")
def _():
    app = confidential(WEB, SECRET)
    flow = app.initiate_auth_code_flow(IMAP, redirect_uri="https://portal.example/auth", prompt="none")
    answer = Rewriting(simulator).get(flow["auth_uri"])
    query = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(answer.headers["Location"]).query))
    assert query["error"] == "login_required" and "AADSTS50058" in query["error_description"], query
    _, _, browser = web_code(app)
    cookies = {cookie.name: cookie.value for cookie in browser.session.cookies}
    flow = app.initiate_auth_code_flow(IMAP, redirect_uri="https://portal.example/auth", prompt="none")
    answer = browser.get(flow["auth_uri"], cookies=cookies)
    query = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(answer.headers["Location"]).query))
    signed_in(app.acquire_token_by_auth_code_flow(flow, query))


@case("a public client that sends a secret")
def _():
    refused(confidential(PUBLIC, SECRET).acquire_token_for_client(APP_ONLY), 700025, "invalid_client")


# --- user name and password ----------------------------------------------------------------------------------------


@case("password: a managed user, and each policy")
def _():
    signed_in(ropc("adele@contoso.example"))
    refused(ropc("adele@contoso.example", "wrong"), 50126, "invalid_grant")
    refused(ropc("nobody@contoso.example"), 50034, "invalid_grant")
    result = ropc("megan@contoso.example")
    refused(result, 50076, "invalid_grant", "basic_action")
    assert "capolids" in result["claims"], result
    refused(ropc("blocked@contoso.example"), 53003, "interaction_required", "message_only")
    refused(ropc("gone@contoso.example"), 50057, "invalid_grant")
    refused(ropc("locked@contoso.example"), 50053, "invalid_grant")
    refused(ropc("old@contoso.example"), 50055, "invalid_grant")


@case("password: under common, and a federated user")
def _():
    refused(ropc("adele@contoso.example", app=public(authority=f"https://{HOST}/common")), 9001023, "invalid_request")
    # The library goes to the domain's own federation server, which this tenant has none of.
    raises(lambda: ropc("fed@contoso.example"), MsalServiceError)


# --- app-only ------------------------------------------------------------------------------------------------------


@case("client credentials: a secret, wrong, expired, and with another scope")
def _():
    result = confidential(DAEMON, SECRET).acquire_token_for_client(APP_ONLY)
    signed_in(result, None)
    assert "refresh_token" not in result and "id_token" not in result, result.keys()
    refused(confidential(DAEMON, "wrong").acquire_token_for_client(APP_ONLY), 7000215, "invalid_client")
    simulator.control("advance", seconds=2)
    refused(confidential(EXPIRED, SECRET).acquire_token_for_client(APP_ONLY), 7000222, "invalid_client")
    refused(confidential(DAEMON, SECRET).acquire_token_for_client(IMAP), 1002012, "invalid_scope")


@case("client credentials: a federated assertion, right and of another subject")
def _():
    def assertion(subject):
        made = simulator.control("assertion", issuer="https://ci.example", subject=subject)
        return {"client_assertion": made["assertion"]}

    signed_in(confidential(DAEMON, assertion("repo:contoso/mail")).acquire_token_for_client(APP_ONLY), None)
    wrong = confidential(DAEMON, assertion("repo:contoso/other")).acquire_token_for_client(APP_ONLY)
    refused(wrong, 700213, "invalid_client")


# --- refresh tokens ------------------------------------------------------------------------------------------------


def with_account(user="adele@contoso.example"):
    app = public()
    signed_in(ropc(user, app=app), user)
    return app, app.get_accounts()[0]


def silent(app, account):
    return app.acquire_token_silent_with_error(IMAP, account, force_refresh=True)


@case("refresh: rotated, and by the token itself")
def _():
    app, account = with_account()
    first = app.token_cache.search(msal.TokenCache.CredentialType.REFRESH_TOKEN)
    first = list(first)[0]["secret"]
    assert "access_token" in silent(app, account)
    assert list(app.token_cache.search(msal.TokenCache.CredentialType.REFRESH_TOKEN))[0]["secret"] != first
    assert "access_token" in public().acquire_token_by_refresh_token(first, SMTP)


@case("refresh: revoked, password changed, idle, and too old for the policy")
def _():
    app, account = with_account()
    simulator.control("revoke", user="adele@contoso.example")
    refused(silent(app, account), 50173, "invalid_grant", "bad_token")
    app, account = with_account()
    simulator.control("password", user="adele@contoso.example", password=PASSWORD)
    refused(silent(app, account), 50173, "invalid_grant", "bad_token")
    app, account = with_account("often@contoso.example")
    simulator.control("advance", seconds=3601)
    refused(silent(app, account), 70043, "invalid_grant", "token_expired")
    app, account = with_account()
    simulator.control("advance", seconds=90 * 86400)
    refused(silent(app, account), 700082, "invalid_grant", "bad_token")


@case("refresh: the token endpoint throttles, and the library does not ask again for a while")
def _():
    app, account = with_account()
    simulator.control("fault", name="http-429", times=1)
    # It takes the plain text for JSON, and the memory of the answer lasts as long as Retry-After says.
    raises(lambda: silent(app, account), ValueError)
    raises(lambda: silent(app, account), ValueError)
    asked = [entry for entry in simulator.control("log")["connections"] if "status: 429" in entry]
    assert sum(entry.count("status: 429") for entry in asked) == 1, asked


@case("faults of HTTP: what the library gives for each")
def _():
    for name, outcome in {
        "http-503": MsalServiceError, "http-500": MsalServiceError, "http-html": MsalServiceError,
        "http-captive-portal": ValueError, "http-huge": ValueError, "http-bom": ValueError,
        "http-truncated": (requests.RequestException, ValueError), "http-redirect": ValueError,
    }.items():
        simulator.control("fault", name=name)
        raises(lambda: ropc("adele@contoso.example"), outcome)
        simulator.control("clear")
    for name in ["identity-reset", "identity-certificate-expired", "identity-certificate-name",
                 "identity-certificate-unknown", "identity-tls-old", "identity-not-tls", "identity-cut-sending"]:
        simulator.control("fault", name=name, times=1)
        raises(lambda: ropc("adele@contoso.example"), requests.RequestException)
    for name in ["http-slow", "short-scope", "http-string-expires-in"]:
        simulator.control("fault", name=name)
        signed_in(ropc("adele@contoso.example"))
        simulator.control("clear")
    simulator.control("fault", name="no-refresh-token")
    app = public()
    signed_in(ropc("adele@contoso.example", app=app))
    assert not list(app.token_cache.search(msal.TokenCache.CredentialType.REFRESH_TOKEN))


@case("every number that the token endpoint answers arrives as it was sent")
def _():
    for code, error in {
        50097: "interaction_required", 50196: "invalid_grant", 53000: "interaction_required", 65002: "invalid_grant",
        650052: "invalid_client", 650057: "invalid_resource", 700016: "unauthorized_client",
        7000112: "unauthorized_client", 700022: "invalid_scope", 90072: "interaction_required",
    }.items():
        simulator.control("fault", name=f"aadsts-{code}")
        refused(ropc("adele@contoso.example"), code, error)
        simulator.control("clear")
    simulator.control("fault", name="aadsts-90055")
    raises(lambda: ropc("adele@contoso.example"), MsalServiceError)


# --- authorities ---------------------------------------------------------------------------------------------------


@case("a tenant that does not exist, and a host that nobody knows")
def _():
    for authority in [f"https://{HOST}/fabrikam.example", "https://login.evil.example/common"]:
        raises(lambda: public(authority=authority).initiate_device_flow(IMAP), ValueError)


@case("the cache finds accounts under every alias of the host")
def _():
    app, account = with_account()
    cache = msal.SerializableTokenCache()
    cache.deserialize(json.dumps(app.token_cache._cache))
    other = public(cache, authority=f"https://login.windows.net/{TENANT}")
    assert other.get_accounts(), "the alias list comes from instance discovery"


@case("remove_account forgets all of it")
def _():
    app, account = with_account()
    app.remove_account(account)
    assert not app.get_accounts()


report.end()
