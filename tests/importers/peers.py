"""True exports of the tools that can be installed, made while a test runs.

They are looked for on the PATH, or named by TAGUETTE, QC and CASSIS_PYTHON; a test that needs one
that is not there says so and is skipped.
"""

import html
import json
import os
import re
import shutil
import socket
import subprocess
import time
import urllib.parse
import urllib.request
import uuid
from http.cookiejar import CookieJar

import pytest


def program(name, variable):
    """The path of a tool's program; the test is skipped where it is not installed."""
    found = os.environ.get(variable) or shutil.which(name)
    if not found:
        pytest.skip(f"{name} is not installed here (put it on the PATH, or name it in {variable})")
    return found


class Taguette:
    """A Taguette server on loopback, spoken to as its own pages do."""

    def __init__(self, folder):
        self.folder = folder
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.root = f"http://127.0.0.1:{port}"
        self.database = folder / "taguette.db"
        command = [
            program("taguette", "TAGUETTE"), "--no-browser", "-b", "127.0.0.1", "-p", str(port),
            "--database", str(self.database),
        ]  # fmt: skip
        environment = os.environ | {"PYTHONUNBUFFERED": "1", "HOME": str(folder)}
        self.process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=environment
        )
        self._open = urllib.request.build_opener(
            urllib.request.HTTPCookieProcessor(CookieJar()), urllib.request.ProxyHandler({})
        ).open
        self._xsrf = ""

    def __enter__(self):
        for line in self.process.stdout:
            link = re.search(r"http://\S+token=\S+", line)
            if link:
                break
        else:
            raise RuntimeError("Taguette did not start")
        token = link[0].split("token=")[1]
        self.get(f"/?token={token}")
        page = self.get("/project/new").decode()
        self._xsrf = html.unescape(re.search(r'name="_xsrf" value="([^"]+)"', page)[1])
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(timeout=20)

    def get(self, path):
        ends = time.monotonic() + 20
        while True:
            try:
                return self._open(self.root + path).read()
            except urllib.error.URLError:
                if time.monotonic() > ends:
                    raise

    def post(self, path, data, kind):
        headers = {"X-XSRFToken": self._xsrf, "Content-Type": kind}
        request = urllib.request.Request(self.root + path, data, headers, method="POST")
        return self._open(request).read()

    def new_project(self, name):
        form = {"name": name, "description": "", "_xsrf": self._xsrf}
        self.post(
            "/project/new",
            urllib.parse.urlencode(form).encode(),
            "application/x-www-form-urlencoded",
        )

    def new_document(self, name, page):
        bound = uuid.uuid4().hex
        parts = [
            f'--{bound}\r\nContent-Disposition: form-data; name="{field}"\r\n\r\n{value}\r\n'
            for field, value in (
                ("name", name), ("description", ""), ("text_direction", "LEFT_TO_RIGHT"),
            )
        ]  # fmt: skip
        parts.append(
            f'--{bound}\r\nContent-Disposition: form-data; name="file"; filename="{name}.html"'
            f"\r\nContent-Type: text/html\r\n\r\n{page}\r\n--{bound}--\r\n"
        )
        self.post(
            "/api/project/1/document/new",
            "".join(parts).encode(),
            f"multipart/form-data; boundary={bound}",
        )

    def post_json(self, path, /, **content):
        return json.loads(
            self.post(path, json.dumps(content).encode(), "application/json") or b"{}"
        )

    def new_tag(self, path):
        return self.post_json("/api/project/1/tag/new", path=path, description=f"about {path}")[
            "id"
        ]

    def new_highlight(self, document, start, end, tags):
        self.post_json(
            f"/api/project/1/document/{document}/highlight/new",
            start_offset=start, end_offset=end, tags=tags,
        )  # fmt: skip

    def export(self, name, file):
        path = self.folder / file
        path.write_bytes(self.get(f"/project/1/export/{name}"))
        return path
