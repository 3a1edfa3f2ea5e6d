"""``python -m cluster_portal.embedded COMMAND …`` runs it with throw-away servers in its environment."""

import os
import subprocess
import sys

from .servers import throwaway_servers

with throwaway_servers() as urls:
    result = subprocess.run(sys.argv[1:], env=os.environ | urls)  # noqa: S603
sys.exit(result.returncode)
