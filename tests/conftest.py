"""Every test run has a folder of its own for what the hub keeps, and no settings but its own."""

import os
import tempfile

for name in [name for name in os.environ if name.startswith("HUB_")]:
    del os.environ[name]
os.environ["HUB_VAR"] = tempfile.mkdtemp(prefix="hub-test-")
# Where PostgreSQL may put its socket; unset for a user without a login session, as in CI.
os.environ.setdefault("XDG_RUNTIME_DIR", tempfile.mkdtemp(prefix="hub-run-"))
