"""One declaration held against another, on what was read once: what changing the OKR files does. Pure."""
