"""`python -m qa` is `qa`."""

import sys

if __name__ == "__main__":
    try:
        from qa.cli import main

        sys.exit(main())
    except KeyboardInterrupt:  # while the command line was still being imported
        sys.exit(130)
