"""What went wrong at an object store, in words that hold no credentials."""

from typing import NamedTuple


class Fault(NamedTuple):
    """A cause and what to do; `settings` where what is set on this machine is to blame."""

    cause: str
    hint: str
    settings: bool = False


_UNREACHED = Fault(
    "the object store cannot be reached", "Compare the endpoint (AWS_ENDPOINT_URL), and look at the network."
)
_NO_CREDENTIALS = Fault(
    "there are no credentials for the object store",
    "Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE.",
    settings=True,
)
_REFUSED = Fault(
    "the object store does not accept the credentials", "Compare the access key, its secret, and the clock."
)
_DENIED = Fault(
    "the object store denies access",
    "Compare the credentials in use with what the bucket's policy lets them do.",
)
_NO_BUCKET = Fault("there is no such bucket", "Compare its name and the endpoint, or make the bucket first.")
_GONE = Fault("it is not there any more", "Something removed it meanwhile: look, and run this again.")
_CHANGED = Fault("it was replaced while it was read", "Run this again when nobody is writing there.")
_BUSY = Fault(
    "the object store is overloaded or broken", "Run this again later: what is done is not done twice."
)

# By the error code of an answer (https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html), or by the
# name of the exception where nothing was answered.
_FAULTS = {
    "NoSuchBucket": _NO_BUCKET,
    "NoSuchKey": _GONE,
    "404": _GONE,
    "FileNotFoundError": _GONE,
    "PreconditionFailed": _CHANGED,
    "412": _CHANGED,
    "FileExpired": _CHANGED,
    "AccessDenied": _DENIED,
    "AllAccessDisabled": _DENIED,
    "403": _DENIED,
    "PermissionError": _DENIED,
    "InvalidAccessKeyId": _REFUSED,
    "SignatureDoesNotMatch": _REFUSED,
    "InvalidToken": _REFUSED,
    "InvalidClientTokenId": _REFUSED,
    "ExpiredToken": _REFUSED,
    "AuthFailure": _REFUSED,
    "RequestTimeTooSkewed": _REFUSED,
    "NoCredentialsError": _NO_CREDENTIALS,
    "PartialCredentialsError": _NO_CREDENTIALS,
    "CredentialRetrievalError": _NO_CREDENTIALS,
    "ProfileNotFound": Fault(
        "the profile that AWS_PROFILE names is not there", "Compare its name.", settings=True
    ),
    "InvalidBucketName": Fault("that is no name of a bucket", "Compare the URL.", settings=True),
    "ParamValidationError": Fault("that is no name of a bucket", "Compare the URL.", settings=True),
    "InternalError": _BUSY,
    "SlowDown": _BUSY,
    "ServiceUnavailable": _BUSY,
    "500": _BUSY,
    "503": _BUSY,
    "EndpointConnectionError": _UNREACHED,
    "ConnectionError": _UNREACHED,
    "TimeoutError": _UNREACHED,
    "HTTPClientError": _UNREACHED,
    "ClientError": _UNREACHED,  # aiohttp's: that of botocore has a code
}


def code_of(error: BaseException) -> str | None:
    """The error code of a store's answer, None where there was none."""
    for each in (error, error.__cause__):
        response = getattr(each, "response", None)
        if isinstance(response, dict):
            return str(response.get("Error", {}).get("Code", "")) or None
    return None


def fault_of(error: BaseException) -> Fault:
    """What an exception of a client of object stores means; the client's own words may hold what is secret."""
    code = code_of(error)
    names = [code] if code else [kind.__name__ for kind in type(error).__mro__]
    found = next((_FAULTS[name] for name in names if name in _FAULTS), None)
    if found is None:
        return Fault(f"the object store failed ({code or type(error).__name__})", "Run this again.")
    return found._replace(cause=f"{found.cause} ({code})") if code else found
