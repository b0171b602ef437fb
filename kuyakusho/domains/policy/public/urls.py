"""The policy as residents read it."""

from django.urls import path

from . import views

app_name = "policy"

urlpatterns = [
    path("", views.tree, name="tree"),
    path("<int:year>/", views.tree, name="year"),
    path("plans/", views.plans, name="plans"),
    path("plans/<slug:key>/<int:year>/", views.plan, name="plan"),
    path("parts/<slug:node>/", views.node, name="node"),
    path("rows/<str:row>/", views.row, name="row"),
    path("sections/<slug:key>/", views.section, name="section"),
    path("search/", views.search, name="search"),
    path("editions/<slug:edition>/", views.edition, name="edition"),
    path("editions/<slug:edition>/content.json", views.edition_content, name="edition-content"),
    path("changes/<slug:before>/<slug:after>/", views.changes, name="changes"),
    path("compare/", views.compare, name="compare"),
]
