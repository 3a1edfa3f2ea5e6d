"""Pages that show several domains: home, an organisation, the dashboard, the style guide, texts of the association."""
