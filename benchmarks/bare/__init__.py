"""The yardsticks: a Django project with nothing in it but one view and one list."""
