from django.urls import URLPattern

app_name = "frontend"
urlpatterns: list[URLPattern] = []
