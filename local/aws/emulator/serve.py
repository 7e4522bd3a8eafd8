"""Serves moto on a free loopback port and prints which.

Not `python -m moto.server`: there the port has to be known before (a race for a free one), a line is logged per
request, each service is loaded by its first call, which then takes a third of a second, and every call walks moto's
folders on the disk to find out whose it is, which is a third of its time.
"""

import functools
import json
import logging
import sys
import threading
from typing import Any

from werkzeug.serving import make_server

from moto.moto_server.werkzeug_app import (
    DomainDispatcherApplication,
    MotoRequestHandler,
    create_backend_app,
)


class QuietHandler(MotoRequestHandler):
    def log_request(self, *_args: object) -> None:
        pass


class Dispatcher(DomainDispatcherApplication):
    @functools.lru_cache(maxsize=1024)  # noqa: B019 (there is one, and it lives as long as the process)
    def get_backend_for_host(self, host: str | None) -> Any:
        return super().get_backend_for_host(host)


def warm(application: DomainDispatcherApplication) -> None:
    """Loads the back ends that every stack needs: the first call of each would pay for it."""
    for service in sys.argv[1:]:
        with application.lock:
            if service not in application.app_instances:
                application.app_instances[service] = create_backend_app(service)


def main() -> None:
    logging.getLogger("werkzeug").setLevel(logging.WARNING)
    application = Dispatcher(create_backend_app)
    server = make_server("127.0.0.1", 0, application, threaded=True, request_handler=QuietHandler)
    print(json.dumps({"port": server.port}), flush=True)
    threading.Thread(target=warm, args=(application,), daemon=True).start()
    server.serve_forever()


main()
