"""`python -m rti` is the command `rti`."""

from rti.cli import main

if __name__ == "__main__":
    main()
