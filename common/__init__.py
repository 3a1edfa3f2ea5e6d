"""The domain-free ground: errors, caching, languages, images, base API and the interface's template tags."""
