"""Entry point of `python -m snow_local`."""

import sys

from snow_local.server import main

if __name__ == "__main__":
    sys.exit(main())
