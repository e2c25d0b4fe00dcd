"""Response headers that Django itself does not set."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase

GetResponse = Callable[[HttpRequest], HttpResponseBase]

#: A security key is the one thing of the device that a page of ours may ask for.
_OURS = ("publickey-credentials-create", "publickey-credentials-get")
#: All else that browsers know by name. Not the local network: the site may be in it.
_OFF = (
    "accelerometer",
    "aria-notify",
    "autoplay",
    "browsing-topics",
    "camera",
    "captured-surface-control",
    "clipboard-read",
    "clipboard-write",
    "compute-pressure",
    "cross-origin-isolated",
    "deferred-fetch",
    "deferred-fetch-minimal",
    "digital-credentials-create",
    "digital-credentials-get",
    "display-capture",
    "encrypted-media",
    "fullscreen",
    "gamepad",
    "geolocation",
    "gyroscope",
    "hid",
    "identity-credentials-get",
    "idle-detection",
    "keyboard-map",
    "language-detector",
    "language-model",
    "local-fonts",
    "magnetometer",
    "media-playback-while-not-visible",
    "microphone",
    "midi",
    "on-device-speech-recognition",
    "otp-credentials",
    "payment",
    "picture-in-picture",
    "private-state-token-issuance",
    "private-state-token-redemption",
    "screen-wake-lock",
    "serial",
    "speaker-selection",
    "storage-access",
    "summarizer",
    "sync-xhr",
    "translator",
    "unload",
    "usb",
    "window-management",
    "xr-spatial-tracking",
)
PERMISSIONS = ", ".join(
    [*(f"{name}=()" for name in _OFF), *(f"{name}=(self)" for name in _OURS)]
)


class SecurityHeadersMiddleware:
    """Refuse device features and foreign embedding; keep signed-in pages uncached.

    A page with a patient on it must not come back with the browser's "back" button
    after the session has ended.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        response.headers.setdefault("Permissions-Policy", PERMISSIONS)
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        # Static files are answered further in, before there is a user.
        if hasattr(request, "user"):
            response.headers["Cache-Control"] = "no-store"
        return response
