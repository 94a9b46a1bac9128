"""Made-up people stay on the machine: nobody reaches them through a real nginx, however little it passes on."""

import os
import shutil
import subprocess
import time

import httpx
import pytest

from tests.browser.support import free_port


def find_nginx() -> str | None:
    """Return where nginx is; as root on Debian it is installed if it is missing, as CI needs."""
    places = "/usr/sbin:/usr/local/sbin:/usr/bin:/usr/local/bin:/bin"
    if (found := shutil.which("nginx", path=places)) is None and os.geteuid() == 0 and shutil.which("apt-get"):
        wait = ("-o", "DPkg::Lock::Timeout=60")
        for command in (("update", "-qq"), ("install", "-y", "-qq", "--no-install-recommends", "nginx-light")):
            subprocess.run(["apt-get", *wait, *command], check=False, stdout=subprocess.DEVNULL, timeout=100)
        found = shutil.which("nginx", path=places)
    return found


WAYS = {
    "nothing set": "",
    "HTTP/1.1": "proxy_http_version 1.1;",
    "HTTP/1.0": "proxy_http_version 1.0;",
    "a kept connection": 'proxy_http_version 1.1; proxy_set_header Connection "";',
    "sockets let through": 'proxy_http_version 1.1; proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection "upgrade";',
    "the visitor's host": "proxy_set_header Host $host:$server_port;",
    "the visitor's address": "proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;",
    "as one should": "proxy_http_version 1.1; proxy_set_header Host $http_host; proxy_set_header X-Real-IP $remote_addr;"
    " proxy_set_header X-Forwarded-Proto $scheme;",
}


@pytest.fixture(scope="module")
def trial(make_server):
    return make_server(HUB_DEMO="1")


@pytest.fixture(scope="module")
def session(trial) -> str:
    answer = post(trial.url, "/auth/demo", origin=trial.url)
    assert answer.status_code == 303
    return answer.cookies["hub_session"]


@pytest.fixture(scope="module")
def proxies(trial, tmp_path_factory):
    """One nginx that listens once for each way to set it up."""
    nginx = find_nginx()
    if nginx is None:
        pytest.skip("nginx is not installed")
    folder = tmp_path_factory.mktemp("nginx")
    ports = {way: free_port() for way in WAYS}
    servers = "\n".join(
        f"server {{ listen 127.0.0.1:{ports[way]}; location / {{ proxy_pass {trial.url}; {set_up} }} }}"
        for way, set_up in WAYS.items()
    )
    places = " ".join(
        f"{kind}_temp_path {folder}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    file = folder / "nginx.conf"
    file.write_text(
        f"daemon off; pid {folder}/pid; error_log {folder}/error.log;\n"
        f"events {{}}\nhttp {{ access_log off; {places}\n{servers}\n}}\n"
    )
    process = subprocess.Popen([nginx, "-c", str(file), "-p", str(folder)], stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 20
    while True:
        try:
            httpx.get(f"http://127.0.0.1:{ports['nothing set']}/api/health", trust_env=False)
            break
        except httpx.TransportError:
            assert process.poll() is None and time.monotonic() < deadline
            time.sleep(0.05)
    yield {way: f"http://127.0.0.1:{port}" for way, port in ports.items()}
    process.terminate()
    process.wait()


def post(base: str, path: str, *, origin: str, **headers: str) -> httpx.Response:
    headers = {"origin": origin, **headers}
    try:
        return httpx.post(base + path, data={"persona": "elin"}, headers=headers, trust_env=False, timeout=3)
    except httpx.ReadTimeout:
        # A form that asks to become a socket is never answered.
        assert "upgrade" in headers
        return httpx.Response(400)


@pytest.mark.parametrize("way", WAYS)
def test_nobody_becomes_a_made_up_person_through_a_proxy(trial, proxies, way):
    tricks = [
        {},
        {"host": "localhost:8501"},
        {"host": trial.url.removeprefix("http://")},
        {"connection": "keep-alive"},
        {"connection": "upgrade", "upgrade": "websocket"},
    ]
    answers = [
        post(proxies[way], "/auth/demo", origin=origin, **trick)
        for trick in tricks
        for origin in (proxies[way], trial.url, "http://localhost:8501")
    ]

    assert all(answer.status_code in {403, 404, 426, 400} for answer in answers), [one.status_code for one in answers]
    assert not any("hub_session" in answer.headers.get("set-cookie", "") for answer in answers)


@pytest.mark.parametrize("way", WAYS)
def test_a_session_of_a_made_up_person_is_nobody_through_a_proxy(trial, session, proxies, way):
    cookies = {"cookie": f"hub_session={session}"}
    through = httpx.get(f"{proxies[way]}/nivaer/inbox", headers=cookies, trust_env=False)
    straight = httpx.get(f"{trial.url}/nivaer/inbox", headers=cookies, trust_env=False)

    assert through.status_code == 200 and "Demo: Elin" not in through.text
    assert "Demo: Elin" in straight.text


@pytest.mark.parametrize("way", WAYS)
def test_no_made_up_person_is_offered_through_a_proxy(proxies, way):
    assert "Demo:" not in httpx.get(f"{proxies[way]}/auth/login", trust_env=False).text
