"""Addresses of the desk, mounted at `/<ward>/desk/policy/`. The pages of residents are in `public/urls.py`."""

from django.urls import path

from .views import editions, importing, initiatives, plans, trees, years

app_name = "policy-desk"

urlpatterns = [
    path("", plans.index, name="plans"),
    path("imports/new/", importing.upload, name="upload"),
    path("imports/<slug:review>/", importing.review, name="review"),
    path("imports/<slug:review>/fix/", importing.fix, name="review-fix"),
    path("imports/<slug:review>/whole/", importing.whole, name="review-whole"),
    path("imports/<slug:review>/save/", importing.save, name="review-save"),
    path("initiatives/", initiatives.index, name="initiatives"),
    path("initiatives/new/", initiatives.begin, name="initiative-new"),
    path("initiatives/merge/", initiatives.merge, name="initiatives-merge"),
    path("initiatives/<slug:initiative>/", initiatives.one, name="initiative"),
    path("initiatives/<slug:initiative>/indicators/", initiatives.indicator, name="initiative-indicator"),
    path("initiatives/<slug:initiative>/<str:deed>/", initiatives.follow, name="initiative-follow"),
    path("new-year/", years.index, name="new-year"),
    path("new-year/<int:year>/", years.one, name="new-year-of"),
    path("compare/", editions.compare, name="compare"),
    path("<slug:key>/<int:year>/", trees.tree, name="tree"),
    path("<slug:key>/<int:year>/fix/", trees.fix, name="tree-fix"),
    path("<slug:key>/<int:year>/title/", trees.title, name="tree-title"),
    path("<slug:key>/<int:year>/publish/", editions.publish, name="publish"),
    path("<slug:key>/<int:year>/editions/", editions.index, name="editions"),
]
