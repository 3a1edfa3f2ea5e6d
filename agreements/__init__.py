"""Partnership agreements: drawn up, negotiated, signed, registered, and followed until what was promised is done."""
