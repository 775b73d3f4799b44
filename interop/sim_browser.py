"""Chromium without a window, driven over its DevTools protocol by the standard library alone."""

import base64
import json
import os
import socket
import struct
import subprocess
import tempfile
import time
import urllib.parse
import urllib.request


class WebSocket:
    """The client's side of RFC 6455, as far as DevTools needs it: text in one frame out, text in any frames in."""

    def __init__(self, url):
        parts = urllib.parse.urlsplit(url)
        self.socket = socket.create_connection((parts.hostname, parts.port), timeout=20)
        key = base64.b64encode(os.urandom(16)).decode()
        self.socket.sendall(
            f"GET {parts.path} HTTP/1.1\r\nHost: {parts.netloc}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n".encode())
        self.file = self.socket.makefile("rb")
        status = self.file.readline()
        assert b" 101 " in status, status
        while self.file.readline().strip():
            pass

    def send(self, text):
        payload, mask = text.encode(), os.urandom(4)
        size = len(payload)
        if size < 126:
            head = struct.pack("!BB", 0x81, 0x80 | size)
        elif size < 1 << 16:
            head = struct.pack("!BBH", 0x81, 0x80 | 126, size)
        else:
            head = struct.pack("!BBQ", 0x81, 0x80 | 127, size)
        masked = bytes(octet ^ mask[at % 4] for at, octet in enumerate(payload))
        self.socket.sendall(head + mask + masked)

    def receive(self):
        message = b""
        while True:
            first, second = self.file.read(2)
            size = second & 0x7F
            if size == 126:
                size = struct.unpack("!H", self.file.read(2))[0]
            elif size == 127:
                size = struct.unpack("!Q", self.file.read(8))[0]
            message += self.file.read(size)
            if first & 0x80:
                return message.decode()

    def close(self):
        self.socket.close()


class Browser:
    """One page of a browser with a profile of its own."""

    def __init__(self, dark=False):
        self.profile = tempfile.TemporaryDirectory(prefix="sim-chromium-", ignore_cleanup_errors=True)
        command = [
            os.environ.get("SIM_BROWSER", "chromium"), "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
            "--no-proxy-server", "--ignore-certificate-errors", "--remote-debugging-port=0", "--window-size=900,900",
            f"--user-data-dir={self.profile.name}", "about:blank",
        ]
        if dark:
            command.insert(-1, "--force-dark-mode")
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.number = 0
        port = self.wait_for(lambda: self.port())
        pages = json.load(urllib.request.urlopen(f"http://127.0.0.1:{port}/json/list", timeout=10))
        url = next(page["webSocketDebuggerUrl"] for page in pages if page["type"] == "page")
        self.socket = WebSocket(url)
        self.ask("Page.enable")

    def port(self):
        try:
            with open(f"{self.profile.name}/DevToolsActivePort") as file:
                return file.readline().strip() or None
        except FileNotFoundError:
            return None

    @staticmethod
    def wait_for(condition, seconds=20):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            found = condition()
            if found:
                return found
            time.sleep(0.02)
        raise TimeoutError("the browser did not get there")

    def ask(self, method, **params):
        self.number += 1
        self.socket.send(json.dumps({"id": self.number, "method": method, "params": params}))
        while True:
            answer = json.loads(self.socket.receive())
            if answer.get("id") == self.number:
                assert "error" not in answer, answer
                return answer["result"]

    def script(self, expression):
        result = self.ask("Runtime.evaluate", expression=expression, returnByValue=True)
        assert "exceptionDetails" not in result, result
        return result["result"].get("value")

    def title(self):
        """The title once the page is all there; empty on the way from one to the next."""
        try:
            return self.script("document.readyState === 'complete' ? document.title : ''")
        except AssertionError:
            return ""

    def text(self):
        """What the page shows; empty while it has no body yet, or goes over to the next one."""
        try:
            return self.script("document.body ? document.body.innerText : ''")
        except AssertionError:
            return ""

    def open(self, url):
        self.ask("Page.navigate", url=url)

    def expect(self, title):
        self.wait_for(lambda: self.title() == title)

    def type(self, name, text):
        """Types into a field, as from a keyboard."""
        self.script(f"document.querySelector('[name={name}]').select()")
        self.ask("Input.insertText", text=text)

    def press(self, action):
        """Clicks a button where it is on the page."""
        x, y = self.script(
            f"(r => [r.x + r.width / 2, r.y + r.height / 2])"
            f"(document.querySelector('[value={action}]').getBoundingClientRect())")
        for kind in ("mousePressed", "mouseReleased"):
            self.ask("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=1)

    def enter(self):
        """Presses Enter where the cursor is."""
        key = {"key": "Enter", "code": "Enter", "windowsVirtualKeyCode": 13}
        self.ask("Input.dispatchKeyEvent", type="keyDown", text="\r", **key)
        self.ask("Input.dispatchKeyEvent", type="keyUp", **key)

    def become_narrow(self):
        """Gives the window the width of a small telephone."""
        self.ask("Emulation.setDeviceMetricsOverride", width=320, height=640, deviceScaleFactor=2, mobile=True)

    def screenshot(self, path):
        picture = self.ask("Page.captureScreenshot", format="png")["data"]
        with open(path, "wb") as file:
            file.write(base64.b64decode(picture))

    def close(self):
        self.socket.close()
        self.process.terminate()
        self.process.wait()
        self.profile.cleanup()
