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
    """Refreshes and refreshes, until it is killed, or told to end: then it finishes the refresh that is under way."""
    told = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: told.set())
    import msal
    from msal_extensions import FilePersistence, PersistedTokenCache

    app = msal.PublicClientApplication(
        PUBLIC, authority=AUTHORITY, http_client=Relayed(relay), token_cache=PersistedTokenCache(FilePersistence(path)))
    while not told.is_set():
        try:
            accounts = app.get_accounts(ADELE)
            result = app.acquire_token_silent(IMAP, accounts[0], force_refresh=True) if accounts else None
            token = (result or {}).get("access_token")
            line = f"token Refreshed {ADELE} {token}" if token else f"error NoToken {result}"
        except Exception as error:
            line = f"error {type(error).__name__} {error}"
        os.write(1, f"{line}\n".encode())
        time.sleep(0.02)


# For what is waited for, however loaded the machine is: beyond it something hangs.
PATIENCE = 60

if sys.argv[1] == "worker":
    worker(*sys.argv[2:])
    sys.exit()

examples, kills = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 300
folder = tempfile.mkdtemp(prefix="msal-killed-")
simulator = Simulator(f"{examples}/tenant", folder, key_and_certificate(folder)[1])
relay = Relay(simulator)
report = Report()


class Process:
    """One that refreshes; what it has saved goes to `saved`, what it complains of to `errors`."""

    def __init__(self, lane, ours):
        self.lane, self.ours, self.lines = lane, ours, 0
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
            self.lines += 1

    def kill(self):
        self.end(signal.SIGKILL)

    def end(self, by=signal.SIGTERM):
        self.process.send_signal(by)
        self.process.wait(PATIENCE)
        self.thread.join()


def wait_until(condition, otherwise):
    """Waits for what must come; `otherwise` says what did not."""
    deadline = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError(f"in {PATIENCE} s {otherwise()}")
        time.sleep(0.02)


class Lane:
    """One file and three processes."""

    def __init__(self, name):
        self.path = f"{folder}/{name}.json"
        self.saved, self.errors, self.rewound, self.checks, self.killed = {}, [], [], 0, {True: 0, False: 0}
        self.whole, self.mended, self.left, self.processes = 0, 0, [], []
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
        held = []

        def is_read():
            try:
                held[:] = json.loads(self.content())["RefreshToken"].values()
                return True
            except ValueError:
                return False

        wait_until(is_read, lambda: f"{self.path} has not become readable: {self.state()}")
        return {short(entry["secret"]) for entry in held}

    def state(self):
        """What is in the file, without its secrets."""
        content = self.content()
        return f"{len(content)} octets, {'whole' if self.is_whole(content) else 'empty' if not content else 'cut off'}"

    def check(self):
        """No refresh token of the file is one that a saved one came from."""
        saved = list(self.saved)
        held = self.read()
        self.checks += 1
        # The last dozen is enough: those before are ancestors of these.
        old = {token for one in saved[-12:] for token in relay.ancestors(one)[:50]}
        if held & old:
            by = ["ours" if self.saved[one] else "MSAL Python" for one in saved[-3:]]
            self.rewound.append(f"{self.path} holds {sorted(held & old)}, which the saved {saved[-3:]} of {by} came from")

    def start(self):
        """Two of ours and one of MSAL Python's, which has begun to refresh."""
        known = len(self.saved)
        self.processes = [Process(self, True), Process(self, True), Process(self, False)]
        self.wait_for(False, known)
        return self.processes

    def wait_for(self, ours, known):
        """Until ours, or MSAL Python, has saved another token than the first `known`."""
        wait_until(lambda: ours in list(self.saved.values())[known:],
                   lambda: f"{'none of ours' if ours else 'MSAL Python'} has saved a token; last errors: {self.errors[-3:]}")

    def kill_ours(self, rounds):
        seed, processes, known = random.Random(self.path), self.start(), 0
        for number in range(rounds):
            time.sleep(seed.uniform(0.01, 0.25))
            # Now and then one has to come to its end, or on a loaded machine none would be killed while it saves.
            if number % 4 == 3:
                self.wait_for(True, known)
                known = len(self.saved)
            victim = seed.randrange(2)
            processes[victim].kill()
            self.killed[True] += 1
            self.check()
            processes[victim] = Process(self, True)
        self.wait_for(False, known)
        # Not killed: it could leave the file empty, which is another case.
        processes[2].end()
        self.kill()
        self.check()
        said = self.ours("silent", ADELE, IMAP[0])
        assert said[0] == "token", f"the cache has lost its refresh token: {' '.join(said)}; {self.path}: {self.state()}"

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
            elif self.is_mended(left, processes[:2]):
                self.mended += 1
            else:
                self.broken(left)
            known = len(self.saved)
            processes[2] = Process(self, False)
            self.wait_for(False, known)

    def kill(self):
        for process in self.processes:
            process.kill()

    def is_mended(self, left, ours):
        """Whether a refresh of ours that was under way has put its tokens there."""
        # The first that each tells may have begun before; the second has met what is left.
        told = {process: process.lines + 2 for process in ours}
        wait_until(lambda: self.content() != left or all(process.lines >= lines for process, lines in told.items()),
                   lambda: f"ours have told nothing of {self.path}: {self.state()}")
        if self.content() == left:
            return False
        if left:
            self.is_kept(left)
        self.read()
        self.saved.clear()
        return True

    def is_kept(self, left):
        """Beside the file, as it was."""
        with open(f"{self.path}.broken-1", "rb") as kept:
            content = kept.read()
        assert content == left, f"{len(content)} octets were kept of {self.path}, other than the {len(left)} that were left"
        os.remove(f"{self.path}.broken-1")

    def broken(self, left):
        """What a process of MSAL Python has left that was killed while it wrote."""
        self.left.append(len(left))
        expected = "SignInAgain" if not left else "Storage"
        word, kind, text = self.ours("silent", ADELE, IMAP[0])[:3]
        assert (word, kind) == ("error", expected), (word, kind, text)
        assert self.content() == left, f"{self.path} was overwritten: {self.state()}"
        self.sign_in()
        if left:
            self.is_kept(left)
        # The tokens before belong to another sign-in.
        self.saved.clear()

    def content(self):
        """What is in the file. Nothing while it is kept aside and the new one has not its name yet."""
        try:
            with open(self.path, "rb") as file:
                return file.read()
        except FileNotFoundError:
            return b""

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
        finally:
            lane.kill()

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
    litter = [name for name in os.listdir(folder) if ".broken-" in name]
    assert not litter, litter


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
