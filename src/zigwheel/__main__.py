"""`python -m zigwheel`."""

from zigwheel.cli.main import main

if __name__ == "__main__":
    raise SystemExit(main())
