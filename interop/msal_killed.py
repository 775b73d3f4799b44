"""Two processes of ours and one of MSAL Python refresh on one cache file, and are killed.

MSAL Python shares the file through msal-extensions, which truncates and rewrites it in place; ours write a new file and
rename it. Two things are shown, on several files side by side:

- Whatever is killed of ours, at any point: every process can read the file at any time, and no refresh token that a
  process has saved is ever replaced by one that it came from. (Two that were given for the same one, to MSAL Python and
  to us at the same time, may replace each other: the provider takes both.)
- If MSAL Python is killed in the middle of its own write, the file may be empty or cut off. Then ours say so, leave it
  as it is, and keep it aside when somebody signs in again.

`msal_killed.py <examples> [kills]`; prints `N passed, N failed` last. `msal_killed.py worker ..` is MSAL Python's
process.
"""

import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time

import requests

from msal_relay import Relay, Relayed, short
from msal_tenant import AUTHORITY, HOST, IMAP, PASSWORD, PUBLIC, TENANT, Report, Simulator, key_and_certificate

ADELE = "adele@contoso.example"


def worker(relay, path):
    """Refreshes and refreshes, until it is killed."""
    import msal
    from msal_extensions import FilePersistence, PersistedTokenCache

    app = msal.PublicClientApplication(
        PUBLIC, authority=AUTHORITY, http_client=Relayed(relay), token_cache=PersistedTokenCache(FilePersistence(path)))
    while True:
        try:
            accounts = app.get_accounts(ADELE)
            result = app.acquire_token_silent(IMAP, accounts[0], force_refresh=True) if accounts else None
            token = (result or {}).get("access_token")
            line = f"token Refreshed {ADELE} {token}" if token else f"error NoToken {result}"
        except Exception as error:
            line = f"error {type(error).__name__} {error}"
        os.write(1, f"{line}\n".encode())
        time.sleep(0.02)


if sys.argv[1] == "worker":
    worker(*sys.argv[2:])

examples, kills = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 300
folder = tempfile.mkdtemp(prefix="msal-killed-")
simulator = Simulator(f"{examples}/tenant", folder, key_and_certificate(folder)[1])
relay = Relay(simulator)
report = Report()


class Process:
    """One that refreshes; what it has saved goes to `saved`, what it complains of to `errors`."""

    def __init__(self, lane, ours):
        self.lane, self.ours = lane, ours
        command = ([f"{examples}/shared_with_python", relay.address, TENANT, PUBLIC, lane.path, "refresh", ADELE, IMAP[0]]
                   if ours else [sys.executable, __file__, "worker", relay.address, lane.path])
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.thread = threading.Thread(target=self.read, daemon=True)
        self.thread.start()

    def read(self):
        for line in self.process.stdout:
            words = line.decode().rstrip("\n").split(" ", 3)
            if words[0] == "token":
                # Saved, and only then told.
                child = relay.by_access_token.get(short(words[3]))
                if child:
                    self.lane.saved[child] = self.ours
            else:
                self.lane.errors.append((self.ours, " ".join(words)[:300]))

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        self.thread.join()


class Lane:
    """One file and three processes."""

    def __init__(self, name):
        self.path = f"{folder}/{name}.json"
        self.saved, self.errors, self.rewound, self.checks, self.killed = {}, [], [], 0, {True: 0, False: 0}
        self.whole, self.mended, self.left = 0, 0, []
        self.sign_in()

    def ours(self, *command, text=None):
        done = subprocess.run([f"{examples}/shared_with_python", relay.address, TENANT, PUBLIC, self.path, *command],
                              input=text, capture_output=True, text=True, timeout=60)
        return done.stdout.split(" ", 3)

    def sign_in(self):
        """Somebody signs in: a new refresh token, taken over by us."""
        answer = requests.post(f"{relay.address}/{TENANT}/oauth2/v2.0/token", data={
            "client_id": PUBLIC, "grant_type": "password", "username": ADELE, "password": PASSWORD,
            "scope": f"{IMAP[0]} offline_access openid", "client_info": "1"}).json()
        said = self.ours("adopt", IMAP[0], text=answer["refresh_token"])
        assert said[:3] == ["token", "SignIn", ADELE], said

    def read(self):
        """The tokens of the file; read again while MSAL Python writes it in place."""
        for attempt in range(200):
            with open(self.path, "rb") as file:
                content = file.read()
            try:
                return {short(entry["secret"]) for entry in json.loads(content)["RefreshToken"].values()}
            except ValueError:
                time.sleep(0.01)
        return None

    def check(self):
        """No refresh token of the file is one that a saved one came from."""
        saved = list(self.saved)
        held = self.read()
        self.checks += 1
        if held is None:
            self.rewound.append("the file cannot be read")
            return
        # The last dozen is enough: those before are ancestors of these.
        old = {token for one in saved[-12:] for token in relay.ancestors(one)[:50]}
        if held & old:
            self.rewound.append((sorted(held & old), saved[-3:]))

    def start(self):
        """Two of ours and one of MSAL Python's, which has begun to refresh."""
        processes = [Process(self, True), Process(self, True), Process(self, False)]
        self.wait_for_python(len(self.saved))
        return processes

    def wait_for_python(self, known):
        deadline = time.time() + 10
        while False not in list(self.saved.values())[known:] and time.time() < deadline:
            time.sleep(0.02)

    def kill_ours(self, rounds):
        seed, processes = random.Random(self.path), self.start()
        for _ in range(rounds):
            time.sleep(seed.uniform(0.01, 0.25))
            victim = seed.randrange(2)
            processes[victim].kill()
            self.killed[True] += 1
            self.check()
            processes[victim] = Process(self, True)
        for process in [processes[2], *processes[:2]]:
            process.kill()

    def kill_python(self, rounds):
        """Kills the process of MSAL Python, each other time when it has just begun to write."""
        seed, processes = random.Random(self.path), self.start()
        for number in range(rounds):
            time.sleep(seed.uniform(0.01, 0.3))
            deadline = time.time() + 2
            while number % 2 and os.stat(self.path).st_size and time.time() < deadline:
                pass
            processes[2].kill()
            self.killed[False] += 1
            left = self.content()
            if self.is_whole(left):
                self.whole += 1
                self.check()
            elif self.is_mended(left):
                self.mended += 1
            else:
                self.broken(left)
            known = len(self.saved)
            processes[2] = Process(self, False)
            self.wait_for_python(known)
        for process in [processes[2], *processes[:2]]:
            process.kill()

    def is_mended(self, left):
        """Whether a refresh of ours that was under way has put its tokens there: it waits 1 s for a lock left over."""
        deadline = time.time() + 2
        while self.content() == left and time.time() < deadline:
            time.sleep(0.02)
        if self.content() == left:
            return False
        if left:
            self.is_kept(left)
        assert self.read() is not None
        self.saved.clear()
        return True

    def is_kept(self, left):
        """Beside the file, as it was."""
        with open(f"{self.path}.broken-1", "rb") as kept:
            assert kept.read() == left
        os.remove(f"{self.path}.broken-1")

    def broken(self, left):
        """What a process of MSAL Python has left that was killed while it wrote."""
        self.left.append(len(left))
        expected = "SignInAgain" if not left else "Storage"
        word, kind, text = self.ours("silent", ADELE, IMAP[0])[:3]
        assert (word, kind) == ("error", expected), (word, kind, text)
        time.sleep(0.1)  # while others of ours go on
        assert self.content() == left, "it was overwritten"
        self.sign_in()
        if left:
            self.is_kept(left)
        # The tokens before belong to another sign-in.
        self.saved.clear()

    def content(self):
        with open(self.path, "rb") as file:
            return file.read()

    def is_whole(self, content):
        try:
            return bool(json.loads(content))
        except ValueError:
            return False


def side_by_side(lanes, run):
    """Runs each lane on a thread; the first failure counts."""
    failures = []

    def guarded(lane):
        try:
            run(lane)
        except Exception as error:
            failures.append(error)

    threads = [threading.Thread(target=guarded, args=(lane,)) for lane in lanes]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]


LANES = 4


@report.case("ours are killed: the file is always whole, and no saved refresh token is lost")
def _():
    lanes = [Lane(f"ours-{number}") for number in range(LANES)]
    rounds = -(-kills * 2 // 3 // LANES)
    side_by_side(lanes, lambda lane: lane.kill_ours(rounds))
    by = [sum(list(lane.saved.values()).count(ours) for lane in lanes) for ours in (True, False)]
    killed = sum(lane.killed[True] for lane in lanes)
    print(f"{killed} kills of ours; refreshes saved: {by[0]} by us, {by[1]} by MSAL Python")
    errors = [error for lane in lanes for error in lane.errors]
    assert not errors, (len(errors), errors[:5])
    rewound = [one for lane in lanes for one in lane.rewound]
    assert not rewound, (len(rewound), rewound[:3])
    assert by[0] > killed // 4 and by[1] > LANES, by
    litter = [name for name in os.listdir(folder) if ".broken-" in name]
    assert not litter, litter
    for lane in lanes:
        assert lane.ours("silent", ADELE, IMAP[0])[0] == "token"


@report.case("MSAL Python is killed: whole, or said to be damaged, kept and not overwritten")
def _():
    lanes = [Lane(f"python-{number}") for number in range(LANES)]
    rounds = -(-kills // 3 // LANES)
    side_by_side(lanes, lambda lane: lane.kill_python(rounds))
    killed = sum(lane.killed[False] for lane in lanes)
    left = [length for lane in lanes for length in lane.left]
    print(f"{killed} kills of MSAL Python left {sum(lane.whole for lane in lanes)} files whole, "
          f"{sum(lane.mended for lane in lanes)} mended by a refresh of ours under way, {left.count(0)} empty, "
          f"{len(left) - left.count(0)} cut off")
    rewound = [one for lane in lanes for one in lane.rewound]
    assert not rewound, (len(rewound), rewound[:3])
    # What ours complained of is what MSAL Python left.
    strange = [error for lane in lanes for error in lane.errors
               if error[0] and not error[1].startswith(("error SignInAgain", "error Storage"))]
    assert not strange, strange[:5]


@report.case("a file that is cut off, at every tenth of it: said, kept and not overwritten")
def _():
    lane = Lane("cut")
    for tenths in range(1, 10):
        whole = lane.content()
        left = whole[: len(whole) * tenths // 10]
        with open(lane.path, "wb") as file:
            file.write(left)
        lane.broken(left)


report.end()
