"""Addresses of signing in, inside a ward."""

from django.urls import path

from .views import demo, directory, people, policy, resident, security, staff, switch

app_name = "accounts"

urlpatterns = [
    # residents
    path("sign-in/", resident.resident_sign_in, name="resident-sign-in"),
    path("sign-in/code/", resident.email_code, name="email-code"),
    path("sign-in/link/<str:token>/", resident.email_link, name="email-link"),
    path("me/", resident.me, name="me"),
    path("me/data.json", resident.my_data, name="my-data"),
    path("me/sign-ins/<slug:public_id>/end/", resident.end_sign_in, name="my-sign-in-end"),
    path("me/leave/", resident.leave, name="leave"),
    # staff
    path("sign-in/staff/", staff.staff_sign_in, name="staff-sign-in"),
    path("sign-in/staff/second/", staff.second_factor, name="second-factor"),
    path("sign-in/staff/passkey/", staff.passkey_sign_in, name="passkey-sign-in"),
    path("sign-in/staff/passkey/options.json", staff.passkey_options, name="passkey-options"),
    path("sign-in/staff/forgotten/", staff.forgotten, name="forgotten"),
    path("sign-in/password/<str:token>/", staff.choose_password, name="choose-password"),
    path("sign-in/again/", security.prove, name="prove"),
    path("sign-in/again/options.json", security.prove_options, name="prove-options"),
    path("sign-out/", staff.sign_out, name="sign-out"),
    path("sign-out/done/", staff.signed_out, name="signed-out"),
    # directories
    path("sign-in/with/<slug:key>/", directory.begin, name="directory-begin"),
    path("sign-in/with/<slug:key>/back/", directory.back, name="directory-back"),
    path("sign-in/with/<slug:key>/acs/", directory.saml_answer, name="saml-answer"),
    path("sign-in/with/<slug:key>/finish/", directory.saml_finish, name="saml-finish"),
    path("sign-in/with/<slug:key>/metadata/", directory.saml_metadata, name="saml-metadata"),
    # one's own sign-in
    path("security/", security.security, name="security"),
    path("security/app/", security.add_app, name="add-app"),
    path("security/passkey/", security.add_passkey, name="add-passkey"),
    path("security/passkey/options.json", security.create_options, name="create-options"),
    path("security/remove/<slug:which>/", security.remove_factor, name="remove-factor"),
    path("security/recovery-codes/", security.recovery_codes, name="recovery-codes"),
    path("security/pin/", security.pin, name="pin"),
    path("security/password/", security.password, name="password"),
    path("security/sign-ins/<slug:public_id>/end/", security.end_sign_in, name="sign-in-end"),
    path("security/counter-pc/", security.register_counter, name="counter-pc"),
    # counter PCs
    path("switch/", switch.switch, name="switch"),
    path("switch/<slug:public_id>/", switch.switch_to, name="switch-to"),
    path("switch/<slug:public_id>/options.json", switch.switch_options, name="switch-options"),
    # the demo
    path("demo/", demo.demo, name="demo"),
    # the people of the ward
    path("desk/people/", people.people, name="people"),
    path("desk/people/invite/", people.invite, name="invite"),
    path("desk/people/transfers/", people.transfer_list, name="transfers"),
    path("desk/people/sign-in/", policy.sign_in_policy, name="sign-in-policy"),
    path("desk/people/counter-pcs/<int:device>/retire/", policy.retire_counter_pc, name="retire-counter-pc"),
    path("desk/people/resets/<slug:public_id>/", people.decide_reset, name="decide-reset"),
    path("desk/people/<slug:public_id>/", people.person, name="person"),
    path("desk/people/<slug:public_id>/invite-again/", people.invite_again, name="invite-again"),
    path("desk/people/<slug:public_id>/end/", people.end_employment, name="end-employment"),
    path("desk/people/<slug:public_id>/sign-out/", people.end_sessions, name="end-sessions"),
    path("desk/people/<slug:public_id>/reset/", people.reset_factors, name="reset-factors"),
]
