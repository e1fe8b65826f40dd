"""Runs moto's server in this process, with the public image parameters that moto does not bundle.

Arguments: port, JSON file with {"parameters": {name: value}}. The process ends with its parent.
"""

import json
import sys
import threading

from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from moto.ssm.models import Parameter, ssm_backends
from werkzeug.serving import make_server

ACCOUNT = "123456789012"
REGION = "us-east-1"


def seed(parameters):
    backend = ssm_backends[ACCOUNT][REGION]
    for name, value in parameters.items():
        backend._parameters[name].append(
            Parameter(
                account_id=ACCOUNT,
                name=name,
                value=value,
                parameter_type="String",
                description="",
                allowed_pattern=None,
                keyid=None,
                last_modified_date=0,
                version=1,
                data_type="text",
            )
        )


def serve(port):
    app = DomainDispatcherApplication(create_backend_app)

    def dispatch(environ, start_response):
        # A way for tests to change parameters below /aws, which the API refuses to write.
        if environ.get("PATH_INFO") == "/test/parameters":
            body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
            seed(json.loads(body))
            start_response("204 No Content", [])
            return [b""]
        return app(environ, start_response)

    server = make_server("127.0.0.1", port, dispatch, threaded=True)
    print(f"listening on {server.server_port}", flush=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    # The parent holds our standard input: when it goes, by whatever end, so do we.
    sys.stdin.read()
    server.shutdown()


if __name__ == "__main__":
    serve(int(sys.argv[1]))
