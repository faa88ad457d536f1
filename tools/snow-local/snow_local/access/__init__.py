"""Roles, grants and warehouses: who may do what."""
