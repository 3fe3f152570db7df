"""The first process of the sandbox: runs what it is told by lines of JSON, and answers each with a line.

It is read by the Python of the machine and knows nothing of the project.
"""

import json
import subprocess
import sys
from pathlib import Path

BEHIND: dict = {}

for line in sys.stdin:
    asked = json.loads(line)
    how = {"env": asked["env"], "cwd": asked["cwd"]}
    if name := asked.get("behind"):
        with Path("/logs", name).open("wb") as log:
            BEHIND[name] = subprocess.Popen(asked["command"], stdout=log, stderr=log, **how)
        answer = {}
    elif name := asked.get("end"):
        if process := BEHIND.pop(name, None):
            process.terminate()
            process.wait()
        answer = {}
    else:
        done = subprocess.run(
            asked["command"], input=asked["input"], capture_output=True, text=True, check=False, **how
        )
        answer = {"status": done.returncode, "out": done.stdout, "err": done.stderr}
    print(json.dumps(answer), flush=True)
