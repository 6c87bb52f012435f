"""Plans, outcomes and diagnostics as text; all masking and escaping."""
