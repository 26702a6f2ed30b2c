"""A numbered list of checks, printed as they end."""

import sys


class Checks:
    def __init__(self):
        self.count = self.passed = 0

    def check(self, name, run):
        """Runs one check and returns its value. It fails by an exception or by the value False."""
        self.count += 1
        try:
            value = run()
        except Exception as error:  # each kind of error is a failed check
            print(f"{self.count:3} FAIL {name}: {type(error).__name__}: {str(error)[:300]}")
            return None
        if value is False:
            print(f"{self.count:3} FAIL {name}")
            return None
        self.passed += 1
        print(f"{self.count:3} ok   {name}")
        return value

    def end(self):
        """Prints the sum, and exits with 1 if a check failed."""
        print(f"{self.passed} of {self.count}")
        sys.exit(0 if self.passed == self.count else 1)
