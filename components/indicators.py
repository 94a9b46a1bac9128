"""Published numbers."""


def page() -> None:
    """Draw them."""
