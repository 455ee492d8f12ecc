"""What a team does with an alert: acknowledged, assigned, not applicable; kept for an audit."""
