"""Every test run has a folder of its own for what the hub keeps, and no settings but its own."""

import os
import tempfile

from hypothesis import settings

for name in [name for name in os.environ if name.startswith("HUB_")]:
    del os.environ[name]
os.environ["HUB_VAR"] = tempfile.mkdtemp(prefix="hub-test-")
# Where PostgreSQL may put its socket; unset for a user without a login session, as in CI.
os.environ.setdefault("XDG_RUNTIME_DIR", tempfile.mkdtemp(prefix="hub-run-"))

# The same tests give the same verdict of the same code; make test-all looks where nobody has looked. No example has a
# deadline, since the machine may be busy with something else.
settings.register_profile("hub", deadline=None, derandomize="EXPLORE" not in os.environ)
settings.load_profile("hub")
