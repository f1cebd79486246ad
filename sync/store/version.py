"""The version of the store's tables, apart from them, since `truenorth --version` tells it without loading what reads a store."""

VERSION = 12
