"""Goals in review: what another state of the OKR files would do to the work that was read."""
