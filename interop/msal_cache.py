"""MSAL Python's cache file read by msal-lite, and msal-lite's by MSAL Python; and msal-lite's assertions, by PyJWT.

Both sides use the file as a program would: MSAL Python through msal-extensions, msal-lite by its example
`shared_with_python`. Run by `interop/msal`; prints `N passed, N failed` last.
"""

import base64
import json
import os
import subprocess
import sys
import tempfile
import time

import jwt
import msal
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from msal_extensions import FilePersistence, PersistedTokenCache

from msal_relay import Relay, Relayed, short
from msal_tenant import (APP_ONLY, AUTHORITY, DAEMON, IMAP, PASSWORD, PUBLIC, SECRET, SMTP, TENANT, Report, Simulator,
                         key_and_certificate)

ADELE, MEGAN = "adele@contoso.example", "often@contoso.example"
examples = sys.argv[1]
folder = tempfile.mkdtemp(prefix="msal-cache-")
key, certificate = key_and_certificate(folder)
simulator = Simulator(f"{examples}/tenant", folder, certificate)
relay = Relay(simulator)
report = Report()
case = report.case


class Place:
    """A cache file, and both libraries on it."""

    def __init__(self, name):
        self.path = f"{folder}/{name}.json"

    def ours(self, *command, client=PUBLIC, text=None):
        """One run of our example; its lines, split."""
        done = subprocess.run(
            [f"{examples}/shared_with_python", relay.address, TENANT, client, self.path, *command],
            input=text, capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, done.stderr
        return [line.split(" ", 3) for line in done.stdout.splitlines()]

    def device_code(self, scopes):
        command = [f"{examples}/shared_with_python", relay.address, TENANT, PUBLIC, self.path, "device-code", scopes]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            word, code = process.stdout.readline().split()
            assert word == "code"
            simulator.control("approve", user_code=code, user=ADELE)
            return process.stdout.readline().split()

    def cache(self):
        return PersistedTokenCache(FilePersistence(self.path))

    def theirs(self, authority=AUTHORITY):
        return msal.PublicClientApplication(
            PUBLIC, authority=authority, http_client=Relayed(relay.address), token_cache=self.cache())

    def theirs_app(self):
        return msal.ConfidentialClientApplication(
            DAEMON, client_credential=SECRET, authority=AUTHORITY, http_client=Relayed(relay.address),
            token_cache=self.cache())

    def sign_in(self, user=ADELE):
        """By MSAL Python."""
        app = self.theirs()
        result = app.acquire_token_by_username_password(user, PASSWORD, IMAP)
        assert "access_token" in result, result
        return app, result

    def json(self):
        with open(self.path) as file:
            return json.load(file)

    def change(self, edit):
        content = self.json()
        edit(content)
        with open(self.path, "w") as file:
            json.dump(content, file)


def tokens_asked(function):
    """What it gives, and how many tokens were asked for meanwhile."""
    before = relay.requests
    result = function()
    return result, relay.requests - before


def expire(content):
    for token in content["AccessToken"].values():
        if "cached_at" in token:
            token["expires_on"] = token["cached_at"]


def decorate(content):
    """What a later version of MSAL, or another library, may have put there."""
    content["Strange"] = {"a": [1, {"b": None}]}
    content["Number"] = 7
    for section in ["AccessToken", "RefreshToken", "IdToken", "Account", "AppMetadata"]:
        for entry in content[section].values():
            entry["x_unknown"] = {"kept": [section, 1.5, True]}
        content[section]["of-another-client"] = {"client_id": "other", "home_account_id": "x.y", "x": 1}
    # MSAL Python reads the end of every access token, whosever it is.
    content["AccessToken"]["of-another-client"]["expires_on"] = "4000000000"


def is_decorated(content, sections):
    assert content["Strange"] == {"a": [1, {"b": None}]} and content["Number"] == 7, content.keys()
    for section in sections:
        assert content[section]["of-another-client"]["x"] == 1, section
        kept = [entry for entry in content[section].values() if "x_unknown" in entry]
        assert kept and all(entry["x_unknown"]["kept"] == [section, 1.5, True] for entry in kept), (section, kept)


# --- theirs, read by us --------------------------------------------------------------------------------------------


@case("MSAL Python signs in, and we have its token without a request")
def _():
    place = Place("theirs")
    _, result = place.sign_in()
    (lines, asked) = tokens_asked(lambda: place.ours("silent", ADELE, IMAP[0]))
    assert lines == [["token", "Cache", ADELE, result["access_token"]]] and asked == 0, (lines, asked)


@case("MSAL Python signs in, and we refresh, for the same and for another scope; it finds both")
def _():
    place = Place("theirs-refreshed")
    app, _ = place.sign_in()
    place.change(expire)
    for scope in [IMAP, SMTP]:
        ([[_, source, _, token]], asked) = tokens_asked(lambda: place.ours("silent", ADELE, scope[0]))
        assert (source, asked) == ("Refreshed", 1)
        again = place.theirs()
        [account] = again.get_accounts()
        (result, asked) = tokens_asked(lambda: again.acquire_token_silent(scope, account))
        assert result["access_token"] == token and asked == 0, result
    # One refresh token, and it is the newest.
    newest = list(relay.parents)[-1]
    secrets = {entry["secret"] for entry in place.json()["RefreshToken"].values()}
    assert len(secrets) == 1 and newest == short(secrets.pop())
    # The process that was there all the time refreshes with it, too.
    [account] = app.get_accounts()
    assert "access_token" in app.acquire_token_silent(IMAP, account, force_refresh=True)


@case("a token of the application, by MSAL Python, is ours without a request")
def _():
    place = Place("theirs-app")
    result = place.theirs_app().acquire_token_for_client(APP_ONLY)
    [[_, source, _, token]] = place.ours("app", SECRET, APP_ONLY[0], client=DAEMON)
    assert (source, token) == ("Cache", result["access_token"]), source


@case("two accounts of MSAL Python, each found by its name")
def _():
    place = Place("theirs-two")
    tokens = {user: place.sign_in(user)[1]["access_token"] for user in [ADELE, MEGAN]}
    for user, expected in tokens.items():
        [[_, source, name, token]] = place.ours("silent", user.upper(), IMAP[0])
        assert (source, name, token) == ("Cache", user, expected)


@case("what we do not know in MSAL Python's file survives a refresh")
def _():
    place = Place("theirs-decorated")
    place.sign_in()
    place.change(decorate)
    place.change(expire)
    [[_, source, _, _]] = place.ours("silent", ADELE, IMAP[0])
    assert source == "Refreshed"
    # The access token is another one, and its entry new.
    is_decorated(place.json(), ["RefreshToken", "IdToken", "Account", "AppMetadata"])


@case("what we save while MSAL Python is reading is not put back by it")
def _():
    place = Place("theirs-reading")
    place.sign_in()
    place.change(expire)

    class Slow(FilePersistence):
        """Between its reading and the end of it, we refresh."""

        refresh = True

        def load(self):
            content = super().load()
            if self.refresh:
                self.refresh = False
                [[_, source, _, _]] = place.ours("silent", ADELE, IMAP[0])
                assert source == "Refreshed"
            return content

    def held():
        return {short(entry["secret"]) for entry in place.json()["RefreshToken"].values()}

    cache = PersistedTokenCache(Slow(place.path))
    assert list(cache.search(cache.CredentialType.REFRESH_TOKEN))
    ours = held()
    # A change of anything else, such as its own app metadata.
    metadata = {"client_id": "other", "environment": "login.microsoftonline.com"}
    cache.modify(cache.CredentialType.APP_METADATA, metadata, metadata)
    assert held() == ours == {list(relay.parents)[-1]}


# --- ours, read by them --------------------------------------------------------------------------------------------


@case("we sign in by device code, and MSAL Python has the token without a request")
def _():
    place = Place("ours")
    _, source, user, token = place.device_code(IMAP[0])
    assert (source, user) == ("SignIn", ADELE)
    for authority in [AUTHORITY, AUTHORITY.replace("login.microsoftonline.com", "login.windows.net")]:
        app = place.theirs(authority)
        [account] = app.get_accounts()
        assert account["username"] == ADELE and account["home_account_id"].endswith("." + TENANT), account
        (result, asked) = tokens_asked(lambda: app.acquire_token_silent(IMAP, account))
        assert result["access_token"] == token and asked == 0, result
    assert os.stat(place.path).st_mode & 0o777 == 0o600


@case("we sign in, and MSAL Python refreshes, for the same and for another scope; we find both")
def _():
    place = Place("ours-refreshed")
    place.device_code(IMAP[0])
    place.change(expire)
    for scope in [IMAP, SMTP]:
        app = place.theirs()
        [account] = app.get_accounts()
        (result, asked) = tokens_asked(lambda: app.acquire_token_silent(scope, account))
        assert "access_token" in result and asked == 1, result
        (lines, asked) = tokens_asked(lambda: place.ours("silent", ADELE, scope[0]))
        assert lines == [["token", "Cache", ADELE, result["access_token"]]] and asked == 0, lines


@case("a token of the application, by us, is MSAL Python's without a request")
def _():
    place = Place("ours-app")
    [[_, source, _, token]] = place.ours("app", SECRET, APP_ONLY[0], client=DAEMON)
    assert source == "Application"
    result = place.theirs_app().acquire_token_for_client(APP_ONLY)
    assert result["access_token"] == token and result["token_source"] == "cache", result


@case("MSAL Python's remove_account removes what we wrote")
def _():
    place = Place("ours-removed")
    place.device_code(IMAP[0])
    app = place.theirs()
    app.remove_account(app.get_accounts()[0])
    [[word, kind, _, _]] = place.ours("silent", ADELE, IMAP[0])
    assert (word, kind) == ("error", "SignInAgain")


@case("what MSAL Python does not know in our file survives its refresh and ours")
def _():
    place = Place("ours-decorated")
    place.device_code(IMAP[0])
    place.change(decorate)
    place.change(expire)
    app = place.theirs()
    # The entry of another client has no user name, and MSAL looks for none there.
    [account] = [one for one in app.get_accounts() if one.get("username") == ADELE]
    assert "access_token" in app.acquire_token_silent(IMAP, account)
    # MSAL Python makes entries anew that it changes; what it does not touch stays.
    is_decorated(place.json(), ["Account"])
    place.change(expire)
    [[_, source, _, _]] = place.ours("silent", ADELE, IMAP[0])
    assert source == "Refreshed"
    is_decorated(place.json(), ["Account"])


# --- assertions ----------------------------------------------------------------------------------------------------


@case("PyJWT verifies our assertion by the certificate")
def _():
    audience = f"{AUTHORITY}/oauth2/v2.0/token"

    def make():
        command = [f"{examples}/client_assertion", f"{folder}/key.pem", f"{folder}/cert.pem", DAEMON, audience]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()

    token = make()
    parsed = x509.load_pem_x509_certificate(certificate.encode())
    claims = jwt.decode(
        token, parsed.public_key(), algorithms=["PS256"], audience=audience, issuer=DAEMON,
        options={"require": ["exp", "nbf", "iat", "aud", "iss", "sub", "jti"]})
    assert claims["sub"] == DAEMON and 0 < claims["exp"] - time.time() <= 600, claims
    assert jwt.decode(make(), parsed.public_key(), algorithms=["PS256"], audience=audience)["jti"] != claims["jti"]
    header = jwt.get_unverified_header(token)
    thumbprint = base64.urlsafe_b64encode(parsed.fingerprint(hashes.SHA256())).decode().rstrip("=")
    assert header == {"alg": "PS256", "typ": "JWT", "x5t#S256": thumbprint}, header
    for wrong in [dict(audience="https://elsewhere.example"), dict(audience=audience, issuer=PUBLIC)]:
        try:
            jwt.decode(token, parsed.public_key(), algorithms=["PS256"], **wrong)
        except jwt.InvalidTokenError:
            continue
        raise AssertionError("PyJWT takes anything")
    # And the tenant takes it from MSAL Python, as an assertion made elsewhere.
    app = msal.ConfidentialClientApplication(
        DAEMON, client_credential={"client_assertion": make}, authority=AUTHORITY,
        http_client=Relayed(relay.address))
    assert "access_token" in app.acquire_token_for_client(APP_ONLY)


report.end()
