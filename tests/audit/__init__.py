"""The audit log: what is told, the chain over it, and what shows when somebody changes it."""
