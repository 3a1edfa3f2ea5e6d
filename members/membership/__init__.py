"""An organisation's standing in the association: its life, fees, papers, tables and reports."""
