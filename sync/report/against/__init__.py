"""What changing the OKR files does, as sections for people and as a document for programs. Pure."""
