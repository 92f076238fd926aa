"""Every address of the site."""

from django.urls import include, path

urlpatterns = [path("account/", include("tiwizi.doors.desk.sign_in_urls")), path("", include("tiwizi.doors.desk.urls"))]
handler400 = "tiwizi.doors.desk.faults.bad_request"
handler403 = "tiwizi.doors.desk.faults.forbidden"
handler404 = "tiwizi.doors.desk.faults.not_found"
handler500 = "tiwizi.doors.desk.faults.our_fault"
