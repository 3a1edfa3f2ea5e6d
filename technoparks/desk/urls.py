from django.urls import path

from technoparks.desk import documents, hours, induction_views, labs, outages, usage, views

urlpatterns = [
    path("", views.dashboard_labs, name="dashboard_labs"),
    path("new/", labs.dashboard_lab_new, name="dashboard_lab_new"),
    path("<int:lab>/", labs.dashboard_lab, name="dashboard_lab"),
    path("<int:lab>/hours/", hours.dashboard_lab_hours, name="dashboard_lab_hours"),
    path("<int:lab>/days/new/", hours.dashboard_lab_day_new, name="dashboard_lab_day_new"),
    path("days/<int:pk>/", hours.dashboard_lab_day, name="dashboard_lab_day"),
    path("days/<int:pk>/remove/", hours.dashboard_lab_day_remove, name="dashboard_lab_day_remove"),
    path("<int:lab>/book/", views.dashboard_lab_book, name="dashboard_lab_book"),
    path("equipment/", outages.dashboard_equipment, name="dashboard_equipment"),
    path("equipment/new/", labs.dashboard_machine_new, name="dashboard_machine_new"),
    path("equipment/<int:machine>/", labs.dashboard_machine, name="dashboard_machine"),
    path("equipment/<int:machine>/out/", outages.dashboard_outage_declare, name="dashboard_outage_declare"),
    path(
        "equipment/<int:machine>/documents/",
        documents.dashboard_equipment_documents,
        name="dashboard_equipment_documents",
    ),
    path("outages/<int:pk>/", outages.dashboard_outage, name="dashboard_outage"),
    path("outages/<int:pk>/end/", outages.dashboard_outage_end, name="dashboard_outage_end"),
    path("outages/<int:pk>/until/", outages.dashboard_outage_until, name="dashboard_outage_until"),
    path("usage/", usage.dashboard_usage, name="dashboard_usage"),
    path("usage/spreadsheet/", usage.dashboard_usage_book, name="dashboard_usage_book"),
    path("bookings/", usage.dashboard_bookings, name="dashboard_bookings"),
    path("bookings/<int:pk>/", views.dashboard_booking, name="dashboard_booking"),
    path("bookings/<int:pk>/<str:move>/", views.dashboard_booking_move, name="dashboard_booking_move"),
    path("inductions/", induction_views.dashboard_inductions, name="dashboard_inductions"),
    path("inductions/journal/", induction_views.dashboard_inductions_journal, name="dashboard_inductions_journal"),
    path("inductions/<int:pk>/<str:move>/", induction_views.dashboard_induction_move, name="dashboard_induction_move"),
    path("instructions/new/", induction_views.dashboard_instruction_new, name="dashboard_instruction_new"),
    path("instructions/<int:pk>/", induction_views.dashboard_instruction, name="dashboard_instruction"),
    path("instructions/<int:pk>/text/", induction_views.dashboard_instruction_text, name="dashboard_instruction_text"),
]
