"""Puts the parts together: storage, channels, sessions and the HTTP faces."""

from starlette.applications import Starlette

from snow_local.auth.tokens import Tokens
from snow_local.drivers.routes import DriversFace
from snow_local.engine.storage import Storage
from snow_local.fault_gate import FaultGate
from snow_local.faults import Faults
from snow_local.local_channels import ChannelsFace
from snow_local.local_face import LocalFace
from snow_local.options import Options
from snow_local.sql.account import Account
from snow_local.sqlapi.routes import SqlApiFace
from snow_local.streaming.committer import Committer
from snow_local.streaming.mishaps import Mishaps
from snow_local.streaming.registry import Registry
from snow_local.streaming.routes import StreamingFace
from snow_local.streaming.violations import Violations


class Application:
    """Owns everything that lives as long as the process."""

    def __init__(self, options: Options):
        self._storage = Storage(options.data)
        self._faults = Faults(options.settings)
        self._violations = Violations()
        self._registry = Registry(
            self._storage, self._faults, self._violations, options.keep_sessions
        )
        self._committer = Committer(self._storage, self._registry, options.settings)
        mishaps = Mishaps(self._registry, self._faults, self._committer.commit_all)
        self._account = Account(options, self._storage, self._registry)
        tokens = Tokens(options.users, options.data, options.jwks)
        local = LocalFace(self._faults, self._violations, self._committer.commit_all, self._reset)
        channels = ChannelsFace(self._registry, mishaps, self._committer.commit_all)
        streaming = StreamingFace(self._account, self._registry, tokens, self._faults, mishaps)
        sql_api = SqlApiFace(self._account, tokens, self._faults)
        self._drivers = DriversFace(self._account, tokens)
        self.asgi = FaultGate(
            Starlette(
                routes=[
                    *local.routes(),
                    *channels.routes(),
                    *streaming.routes(),
                    *sql_api.routes(),
                    *self._drivers.routes(),
                ]
            ),
            self._faults,
        )

    def start(self) -> None:
        self._committer.start()

    def stop(self) -> None:
        self._drivers.close()
        self._committer.stop()
        self._storage.close()

    def _reset(self) -> None:
        self._drivers.reset()
        self._violations.clear()
        self._committer.commit_all()
        for database in self._storage.databases():
            self._registry.forget(database)
            self._storage.drop_database(database)
        self._account.reset()
