from django.urls import path

from spine_cds.accounts.views import sign_in, teams, users

app_name = "accounts"
urlpatterns = [
    path("login/", sign_in.sign_in, name="login"),
    path("logout/", sign_in.sign_out, name="logout"),
    path("session/", sign_in.session_extend, name="session-extend"),
    path("me/", sign_in.account, name="account"),
    path(
        "me/sign-out-everywhere/",
        sign_in.sign_out_everywhere,
        name="sign-out-everywhere",
    ),
    path("password/", sign_in.own_password, name="password-change"),
    path("users/", users.user_list, name="user-list"),
    path("users/new/", users.user_new, name="user-create"),
    path("users/<int:pk>/edit/", users.user_edit, name="user-edit"),
    path("users/<int:pk>/unlock/", users.unlock, name="user-unlock"),
    path(
        "users/<int:pk>/second-factor/remove/",
        users.remove_second_factor,
        name="second-factor-remove",
    ),
    path("teams/", teams.team_list, name="team-list"),
    path("teams/new/", teams.team_new, name="team-create"),
    path("teams/<int:pk>/edit/", teams.team_edit, name="team-edit"),
]
