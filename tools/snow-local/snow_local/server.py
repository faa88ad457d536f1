"""Starts the app on two sockets, http and https, in one process and one event loop."""

import asyncio
import contextlib
import fcntl
import json
import logging
import os
import signal
import socket
import sys
from pathlib import Path

import duckdb
import uvicorn

from snow_local import tls
from snow_local.app import Application
from snow_local.options import Options, UsageError, parse


class _Server(uvicorn.Server):
    """A server that leaves the signals to us: there are two of them in one process."""

    def install_signal_handlers(self) -> None:
        pass

    def capture_signals(self):
        return contextlib.nullcontext()


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # With the protocol named, asyncio sets TCP_NODELAY; without it every answer waits 40 ms.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((host, port))
    return listener


def _write_ports(options: Options, port: int, tls_port: int, authority: Path | None) -> None:
    """Tells the ports once everything is ready; written whole or not at all."""
    facts = {
        "host": options.host,
        "port": port,
        "tls_port": tls_port,
        "pid": os.getpid(),
        "url": f"http://{options.host}:{port}",
        "tls_url": f"https://{options.host}:{tls_port}",
        "ca": str(authority) if authority else None,
    }
    temporary = options.data / "ports.json.tmp"
    temporary.write_text(json.dumps(facts) + "\n")
    temporary.replace(options.data / "ports.json")
    print(json.dumps(facts), flush=True)


async def _serve(options: Options) -> None:
    (options.data / "ports.json").unlink(missing_ok=True)
    certificate, key = options.certificate, options.key
    if certificate is None:
        certificate, key = tls.prepare(options.data / "tls")
    plain, secure = _listen(options.host, options.port), _listen(options.host, options.tls_port)
    application = Application(options)
    common = {
        "log_level": "warning",
        "lifespan": "off",
        "timeout_keep_alive": 75,
        "access_log": False,
        "timeout_graceful_shutdown": 3,
        "server_header": False,
    }
    servers = [
        _Server(uvicorn.Config(application.asgi, **common)),
        _Server(
            uvicorn.Config(
                application.asgi, ssl_certfile=str(certificate), ssl_keyfile=str(key), **common
            )
        ),
    ]
    loop = asyncio.get_running_loop()

    def stop() -> None:
        for server in servers:
            server.should_exit = True

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop)
    application.start()
    tasks = [
        asyncio.create_task(server.serve([listener]))
        for server, listener in zip(servers, (plain, secure), strict=True)
    ]
    while not all(server.started for server in servers) and not any(task.done() for task in tasks):
        await asyncio.sleep(0.005)
    authority = None if options.certificate else (options.data / "tls" / "ca.pem").resolve()
    _write_ports(options, plain.getsockname()[1], secure.getsockname()[1], authority)
    await asyncio.gather(*tasks)
    application.stop()


def main(arguments: list[str] | None = None) -> int:
    logging.basicConfig(
        level=logging.INFO,
        stream=sys.stderr,
        format="%(asctime)s %(levelname)s %(name)s %(message)s",
    )
    try:
        options = parse(arguments)
    except UsageError as error:
        print(f"snow-local: {error}", file=sys.stderr)
        return 2
    try:
        with (options.data / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            asyncio.run(_serve(options))
    except BlockingIOError:
        print(f'snow-local: could not open "{options.data}": in use', file=sys.stderr)
        print("hint: one folder serves one process at a time", file=sys.stderr)
        return 75
    except OSError as error:
        print(f"snow-local: could not listen or write: {error}", file=sys.stderr)
        return 74
    except duckdb.IOException as error:
        reason = str(error).splitlines()[0]
        print(f'snow-local: could not open "{options.data}": {reason}', file=sys.stderr)
        return 74
    return 0
