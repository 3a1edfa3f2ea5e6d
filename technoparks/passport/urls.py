from django.urls import path

from technoparks.passport import views

urlpatterns = [
    path("", views.account_inductions, name="account_inductions"),
    path("<int:pk>/", views.account_instruction, name="account_instruction"),
]
