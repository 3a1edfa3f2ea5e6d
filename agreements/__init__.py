"""Partnership agreements: negotiation, signing, obligations. Not begun."""
