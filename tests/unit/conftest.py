"""What all unit tests share."""

from hypothesis import settings

# A busy machine is no reason for a property to fail; a test that hangs is stopped by the time limit of the whole run.
settings.register_profile("unit", deadline=None)
settings.load_profile("unit")
