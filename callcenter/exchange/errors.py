"""The error answers of the REST API: Twilio's codes, HTTP statuses and words."""

from dataclasses import dataclass

# code: (HTTP status, message). `{value}` is what the request said.
TABLE = {
    10004: (400, "Call concurrency limit exceeded"),
    20001: (400, "Unknown parameters or bad value: {value}"),
    20003: (401, "Authenticate"),
    20004: (405, "Method not allowed"),
    20404: (404, "The requested resource {value} was not found"),
    20429: (429, "Too Many Requests"),
    20500: (500, "An internal server error has occurred"),
    20503: (503, "Service unavailable"),
    21201: (400, "No 'To' number is specified"),
    21205: (400, "Url parameter is required, and must be an absolute http(s) address: {value}"),
    21206: (400, "Invalid SendDigits: {value}"),
    21208: (400, "Invalid Timeout or TimeLimit: {value}"),
    21209: (400, "Invalid Method, use GET or POST: {value}"),
    21210: (400, "'From' phone number not verified: {value}"),
    21211: (400, "Invalid 'To' Phone Number: {value}"),
    21212: (400, "Invalid 'From' Number (caller ID): {value}"),
    21213: (400, "'From' phone number is required"),
    21214: (400, "'To' phone number cannot be reached: {value}"),
    21215: (400, "Account not authorized to call {value}. Geographic permissions refuse it."),
    21216: (400, "Account not allowed to call {value}"),
    21217: (400, "Phone number does not appear to be valid: {value}"),
    21218: (400, "Invalid ApplicationSid"),
    21220: (400, "Unable to update record. Call is not in-progress. Cannot redirect."),
    21223: (400, "Invalid Status for an update, use canceled or completed: {value}"),
    21224: (400, "Invalid StatusCallback: {value}"),
    21225: (400, "Invalid MachineDetection or AsyncAmd: {value}"),
    21226: (400, "Invalid StatusCallbackEvent: {value}"),
    21602: (400, "Message body is required"),
    21603: (400, "A 'From' phone number is required"),
    21604: (400, "A 'To' phone number is required"),
    21606: (400, "The 'From' phone number {value} is not a valid message-capable number"),
    21609: (400, "The 'StatusCallback' URL {value} is not a valid URL"),
    21610: (400, "Attempt to send to unsubscribed recipient"),
    21614: (400, "'To' number is not a valid mobile number: {value}"),
    21617: (400, "The concatenated message body exceeds the 1600 character limit"),
    22005: (400, "Queue wait would exceed 24 hours"),
    22204: (404, "Queue is empty"),
}


@dataclass(frozen=True)
class RestError(Exception):
    """The request is refused, with Twilio's own code; `status` is the HTTP status."""

    code: int
    value: str = ""  # what was wrong, as the request said it
    retry_after: int | None = None  # seconds, only with 20429

    @property
    def status(self) -> int:
        """The HTTP status that goes with the code."""
        return TABLE[self.code][0]

    def body(self) -> dict[str, object]:
        """The JSON body as Twilio words it."""
        return {
            "code": self.code,
            "message": TABLE[self.code][1].format(value=self.value),
            "more_info": f"https://www.twilio.com/docs/errors/{self.code}",
            "status": self.status,
        }
