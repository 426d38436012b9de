import os
import time

if os.environ.get("BROKEN"):
    raise ValueError("broken on purpose")


def handle(asked, context):
    do = asked["do"]
    if do == "about":
        left = context.get_remaining_time_in_millis()
        return {
            "id": context.aws_request_id,
            "function": context.invoked_function_arn,
            "deadlineMs": int(time.time() * 1000) + left,
        }
    if do == "fail":
        raise RuntimeError("on purpose")
    if do == "large":
        return "x" * 7 * 1024 * 1024
    if do == "exit":
        os._exit(3)
    return asked.get("value")
