"""What all app tests share."""

from functools import cache

from streamlit.components.v2 import manifest_scanner

# Every AppTest looks through all that is installed for components that come with a package, a tenth of a second each
# time. Nothing is installed while the tests run.
manifest_scanner.scan_component_manifests = cache(manifest_scanner.scan_component_manifests)
