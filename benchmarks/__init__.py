"""``make bench``: what a page or an operation costs, as a ratio to a bare list measured in the same run.

A speed by the clock says more about the machine than about us; a ratio within one run says what we add to Django.
"""
