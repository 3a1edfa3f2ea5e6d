from django.urls import include, path

from projects.experts import reviews, scores
from projects.organising import urls as organising
from projects.organising.challenges import urls as challenges_organising
from projects.organising.pledges import urls as pledges_organising
from projects.organising.teams import urls as teams_organising
from projects.public import views
from projects.public.challenges import views as challenges

app_name = "projects"
urlpatterns = [
    path("projects/", views.project_list, name="project_list"),
    path("projects/feed.rss", views.project_feed_rss, name="project_feed_rss"),
    path("projects/<slug:slug>/results/<int:pk>/", views.project_result, name="project_result"),
    path("projects/<slug:slug>/roadmap/", views.project_roadmap, name="project_roadmap"),
    path("projects/<slug:slug>/roadmap.csv", views.project_roadmap_csv, name="project_roadmap_csv"),
    path("challenges/", challenges.challenge_list, name="challenge_list"),
    path("challenges/feed.rss", challenges.challenge_feed_rss, name="challenge_feed_rss"),
    path("challenges/<slug:slug>/", challenges.challenge_detail, name="challenge_detail"),
    path("challenges/<slug:slug>/apply/", challenges.challenge_apply, name="challenge_apply"),
    path("challenges/<slug:slug>/review/", reviews.challenge_review, name="challenge_review"),
    path("challenges/<slug:slug>/review/decline/", reviews.challenge_review_decline, name="challenge_review_decline"),
    path("challenges/<slug:slug>/scores/", scores.challenge_scores, name="challenge_scores"),
    path("challenges/<slug:slug>/scores/finish/", scores.challenge_scores_finish, name="challenge_scores_finish"),
    path("challenges/<slug:slug>/scores/<int:pk>/", scores.challenge_score_sheet, name="challenge_score_sheet"),
    path("dashboard/<slug:slug>/projects/", include(organising.urlpatterns)),
    path("dashboard/<slug:slug>/challenges/", include(challenges_organising.urlpatterns)),
    path("dashboard/<slug:slug>/pledges/", include(pledges_organising.urlpatterns)),
    path("dashboard/<slug:slug>/teams/", include(teams_organising.urlpatterns)),
]
