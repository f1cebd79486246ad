"""The documentation as a site: pages of `docs/`, the README, and references made from the code. `make docs` builds it.

No part of the product: nothing of it is in the wheel.
"""
