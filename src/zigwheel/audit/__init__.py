"""Read what was built, and hold it against what the wheel says: `zigwheel.audit.wheel.audit_wheel`."""
