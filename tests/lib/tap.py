# SPDX-License-Identifier: GPL-2.0-only
"""Reading and writing TAP, the Test Anything Protocol, for the tests that are Python.

Reader counts a stream of results, Writer prints one. tap.sh is the same for shell scripts;
tests/lib/run holds the two against each other.

A result is "ok 1 - name" or "not ok 1 - name"; number and dash may be missing. A directive may
follow: "# SKIP why" after a test that was not run, "# TODO why" after one that is known to fail,
"# XFAIL why" for the same in the words of the kernel's selftests. "1..N" is the plan.
"""
import collections
import re
import subprocess

_RESULT = re.compile(r'(not )?ok\b(?:\s+(\d+)(?=\s|$))?\s*(?:-\s+)?(.*)')
_DIRECTIVE = re.compile(r'(?:^|\s+)#\s*(skip|todo|xfail)', re.IGNORECASE)
_PLAN = re.compile(r'1\.\.(\d+)')

# Complaints of one test that are shown.
DETAILS = 60
# good: the line begins with "ok"; name; kind: "SKIP", "TODO", "XFAIL" or ""; directive: its
# words as they stand, from the "#" on, or "".
Result = collections.namedtuple('Result', 'good name kind directive')


def result_parse(line):
    """The Result that a line states, None if it states none."""
    found = _RESULT.match(line)
    if not found:
        return None
    name, kind, directive = found.group(3), '', ''
    if at := _DIRECTIVE.search(name):
        kind, directive = at.group(1).upper(), name[at.start():].strip()
        name = name[:at.start()]
    return Result(not found.group(1), name.strip(), kind, directive)


class Reader:
    """Counts the results of one stream, line by line.

    passed, failed, skipped, known: how many there were of each; known are those that were
    expected to fail and did. planned: the plan, None without one; several plans add up.
    """

    def __init__(self):
        self.passed = self.failed = self.skipped = self.known = 0
        self.planned = None
        self.bailed = ''

    @property
    def total(self):
        return self.passed + self.failed + self.skipped + self.known

    def line(self, line):
        """Takes in a line; returns its Result, None if it is none."""
        line = line.rstrip('\r\n')
        if plan := _PLAN.match(line):
            self.planned = (self.planned or 0) + int(plan.group(1))
        elif line.startswith('Bail out!'):
            self.bailed = line
        result = result_parse(line)
        if result is None:
            return None
        if result.kind in ('TODO', 'XFAIL') and not (result.kind == 'TODO' and result.good):
            self.known += 1
        elif not result.good:
            self.failed += 1
        elif result.kind == 'SKIP':
            self.skipped += 1
        else:
            self.passed += 1
        return result

    def fault(self, status):
        """What is wrong with a stream that has ended, of a program that ended with status,
        and is not said by one of its results; '' if nothing is."""
        if self.bailed:
            return self.bailed
        if self.total == 0:
            return f'tested nothing, exit status {status}'
        if self.planned is None:
            return f'no plan (1..N), exit status {status}'
        if self.planned != self.total:
            return f'{self.planned} tests planned, {self.total} seen, exit status {status}'
        if status != 0 and not self.failed:
            return f'exit status {status} although no test failed'
        if status == 0 and self.failed:
            return 'exit status 0 although a test failed'
        return ''


class Writer:
    """Prints results. planned: the plan, printed first; without it, finish() prints one."""

    def __init__(self, planned=None):
        self.count = self.failed = 0
        self.planned = planned
        if planned is not None:
            print(f'1..{planned}', flush=True)

    def result(self, name, wrong=(), kind='', why=''):
        """One test: it failed if wrong, a list of complaints, has any. kind and why are a
        directive; a test with kind "TODO" is one that failed as expected."""
        known = kind == 'TODO'
        self._print(not wrong and not known, known, name, wrong,
                    f' # {kind} {why}'.rstrip() if kind else '')

    def passed(self, good, name, details=()):
        """One test that is good or not; details are said if not."""
        self._print(good, False, name, () if good else details, '')

    def take(self, label, result):
        """Passes on a Result of another stream, label before its name."""
        self._print(result.good, result.kind == 'TODO',
                    f'{label}: {result.name}' if result.name else label, (),
                    f' {result.directive}' if result.directive else '')

    def _print(self, good, known, name, details, tail):
        self.count += 1
        self.failed += not good and not known
        for line in list(details)[:DETAILS]:
            self.comment(line)
        print(f'{"ok" if good else "not ok"} {self.count} - {name}{tail}', flush=True)

    @staticmethod
    def comment(text):
        print(f'# {text}', flush=True)

    def take_line(self, label, reader, line):
        """Passes on a line of another stream, which reader counts. What is no result becomes
        a comment, the plan is left out."""
        line = line.rstrip('\r\n')
        if result := reader.line(line):
            self.take(label, result)
        elif line and not _PLAN.match(line) and not line.startswith('TAP version'):
            self.comment(line.lstrip('# '))

    def run(self, label, command, **options):
        """Runs a program that prints TAP and passes its stream on; returns the Reader that
        counted it. A fault of the stream is one more failure. options are Popen's."""
        reader = Reader()
        with subprocess.Popen([str(word) for word in command], text=True, errors='replace',
                              stdout=subprocess.PIPE, **options) as process:
            for line in process.stdout:
                self.take_line(label, reader, line)
        status = process.returncode if process.returncode >= 0 else 128 - process.returncode
        if fault := reader.fault(status):
            reader.failed += 1
            self.take(label, Result(False, fault, '', ''))
        return reader

    def finish(self):
        """Prints the plan if it is not printed yet; the exit status: 0 if all passed."""
        if self.planned is None:
            print(f'1..{self.count}', flush=True)
        elif self.planned != self.count:
            self.comment(f'{self.planned} tests were planned')
            return 1
        return 1 if self.failed or not self.count else 0
