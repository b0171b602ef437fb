"""The living style page, at `/style/` and `/style/<variant>/`."""

from django.urls import path

from . import views

app_name = "style"

urlpatterns = [
    path("", views.style, name="style"),
    path("<slug:variant>/", views.style, name="style-in"),
]
