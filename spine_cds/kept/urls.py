from django.urls import path

from spine_cds.kept import views

app_name = "kept"
urlpatterns = [
    path("", views.words_keep_page, name="words-keep"),
    path("<uuid:pk>/discard/", views.words_discard_page, name="words-discard"),
]
