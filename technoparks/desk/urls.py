from django.urls import path

from technoparks.desk import views

urlpatterns = [
    path("", views.dashboard_labs, name="dashboard_labs"),
    path("<int:lab>/book/", views.dashboard_lab_book, name="dashboard_lab_book"),
    path("bookings/<int:pk>/", views.dashboard_booking, name="dashboard_booking"),
    path("bookings/<int:pk>/<str:move>/", views.dashboard_booking_move, name="dashboard_booking_move"),
]
