"""The shape of each kind of organisation in a box of 20 × 20, the same everywhere (interface.md, «Look»)."""

SHAPES = {
    "school": '<circle cx="10" cy="10" r="8"/>',
    "college": '<path d="M2.8 2.8h14.4v14.4H2.8z"/>',
    "university": '<path d="M10 .9l7.9 4.55v9.1L10 19.1l-7.9-4.55v-9.1z"/>',
    "company": '<path d="M10 .4l9.6 9.6-9.6 9.6L.4 10z"/>',
    "research_institute": '<path d="M10 1l9.3 6.8-3.55 10.9H4.25L.7 7.8z"/>',
    "nonprofit": '<path d="M10 1.6l9.4 16.2H.6z"/>',
    "authority": '<path d="M2.4 1.8h15.2v8.6c0 4-3.1 6.7-7.6 8.6-4.5-1.9-7.6-4.6-7.6-8.6z"/>',
    "technopark_operator": '<path d="M6.7 1.5h6.6v5.2h5.2v6.6h-5.2v5.2H6.7v-5.2H1.5V6.7h5.2z"/>',
    "consortium": '<path d="M8.9 7.5l-4 7h10.2l-4-7z" opacity=".45"/>'
    '<circle cx="10" cy="4.4" r="3.9"/><circle cx="4.1" cy="15" r="3.9"/><circle cx="15.9" cy="15" r="3.9"/>',
}
